/* Builds the policy that a new edition of a list would make. */
#include "apps/policy/list_replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/process/roles.h"
#include "base/text.h"

static const char default_folder[] = "/var/tmp"; /* on a disk, unlike /tmp on many machines: file-hierarchy(7) */

static struct policy_image *image_of(int data_fd, enum policy_layer layer, int *ret_error)
{
    struct policy_image *image = NULL;
    int folder = openat(data_fd, NODE_POLICY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *ret_error = folder < 0 ? -errno : policy_image_open(folder, node_policy_files[layer], true, &image, NULL);
    if (folder >= 0)
        close(folder);
    return image;
}

/* As it is in force. A layer that was never built is empty; without one of lists there is no list. */
static int open_before(const struct list_replay_options *o, struct list_replay *r, char *why)
{
    struct policy_image *images[POLICY_LAYER_COUNT] = {NULL};
    int e = policy_groups_new(&o->config->dns.groups, &r->groups);
    for (unsigned layer = 0; e == 0 && layer < POLICY_LAYER_COUNT; layer++) {
        images[layer] = image_of(o->data_fd, (enum policy_layer)layer, &e);
        if (e < 0)
            snprintf(why, LIST_REPLAY_WHY_MAX, _("the policy in force %s/%s: %s"), NODE_POLICY, node_policy_files[layer], strerror(-e));
        if (e == -ENOENT && layer != POLICY_LAYER_LISTS)
            e = 0;
    }
    if (e == 0) {
        r->before = policy_new(images[POLICY_LAYER_HAND], images[POLICY_LAYER_LISTS], images[POLICY_LAYER_BELIEF], r->groups);
        if (r->before)
            return 0;
        e = -ENOMEM;
    }
    for (unsigned layer = 0; layer < POLICY_LAYER_COUNT; layer++)
        policy_image_close(images[layer]);
    return e;
}

/* Never-block lists of the configuration hold back the new edition too. */
static int protect(const struct list_replay_options *o, struct list_sources *s, char *why)
{
    const struct config_lists *l = &o->config->lists;
    for (unsigned i = 0; i < l->never_block_count; i++) {
        int fd = open(l->never_block[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            int e = -errno;
            snprintf(why, LIST_REPLAY_WHY_MAX, _("never-block list %s: %s"), l->never_block[i], strerror(-e));
            return e;
        }
        list_sources_protect(s, l->never_block[i], fd);
    }
    return 0;
}

/* The column of a CSV list is nothing that can be found. */
static int reading_of(const struct list_replay_options *o, struct list_reading *ret_reading, char *why)
{
    struct list_record record;
    int e = ledger_list_get(o->ledger, o->list, &record);
    if (e == -ENOENT)
        snprintf(why, LIST_REPLAY_WHY_MAX, _("there is no list %s; \"hinomi lists\" shows those there are"), o->list);
    else if (e == 0 && !record.enabled)
        snprintf(why, LIST_REPLAY_WHY_MAX, _("the list %s is not in force, so nothing would change"), o->list);
    if (e < 0 || !record.enabled)
        return e < 0 ? e : -ENOENT;
    if (o->format && list_reading_parse(o->format, ret_reading) < 0) {
        snprintf(why, LIST_REPLAY_WHY_MAX, _("no such format: %s (%s, csv:COLUMN)"), o->format, LIST_FORMAT_WORDS);
        return -EINVAL;
    }
    if (!o->format && (list_reading_parse(record.format, ret_reading) < 0 || !*ret_reading->column))
        *ret_reading = (struct list_reading){.format = LIST_FORMAT_AUTO};
    return 0;
}

static int compile(const struct list_replay_options *o, struct list_sources *s, struct list_instead *instead, struct sip_key key,
                   struct policy_image **ret_image)
{
    const char *folder = getenv("TMPDIR");
    struct policy_builder_options options = {.dir_fd = open(folder && *folder ? folder : default_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                                             .memory_max = LIST_REPLAY_MEMORY,
                                             .key = key,
                                             .generation = 1,
                                             .now_us = o->now_us};
    struct policy_builder *b = NULL;
    struct policy_build_stats stats;
    unsigned failed;
    int fd = -1;
    int e = options.dir_fd < 0 ? -errno : policy_builder_new(&options, &b);
    if (e == 0)
        e = list_sources_gather(s, o->ledger, o->data_fd, instead);
    if (e == 0)
        e = list_sources_compile(s, b, &failed);
    if (e == 0)
        e = policy_builder_finish_fd(b, &fd, &stats);
    if (e == 0)
        e = policy_image_open_fd(fd, false, ret_image, NULL);
    if (fd >= 0)
        close(fd);
    if (options.dir_fd >= 0)
        close(options.dir_fd);
    policy_builder_free(b);
    return e;
}

static int build_after(const struct list_replay_options *o, struct list_replay *r, char *why)
{
    struct list_instead instead = {.name = o->list, .fd = o->fd};
    struct list_sources sources;
    struct policy_image_info info;
    struct policy_image *image = NULL;
    int e = list_sources_init(&sources);
    if (e == 0)
        e = reading_of(o, &instead.reading, why);
    if (e == 0)
        e = protect(o, &sources, why);
    if (e == 0) {
        policy_image_info(policy_layer(r->before, POLICY_LAYER_LISTS), &info);
        e = compile(o, &sources, &instead, info.key, &image);
    }
    if (e == 0 && !instead.found) {
        snprintf(why, LIST_REPLAY_WHY_MAX, _("there is no list %s; \"hinomi lists\" shows those there are"), o->list);
        e = -ENOENT;
    }
    if (e == 0) {
        r->stats = instead.source->stats;
        r->protects = instead.source >= sources.protect && instead.source < sources.protect + sources.protect_count;
        r->left_out = sources.protection ? protection_conflicts_of(sources.protection, o->list) : 0;
        r->after = policy_with_layer(r->before, POLICY_LAYER_LISTS, image);
        e = r->after ? 0 : -ENOMEM;
    }
    if (e < 0)
        policy_image_close(image);
    protection_free(sources.protection);
    list_sources_close(&sources);
    return e;
}

/* A list that does not count for the group changes nothing for it: whoever asks that has forgotten --group. */
static int check_group(const struct list_replay_options *o, struct list_replay *r, char *why)
{
    static uint16_t orders[POLICY_LISTS_MAX];
    const struct policy_image *image = policy_layer(r->after, POLICY_LAYER_LISTS);
    const struct policy_list *list;
    policy_group_orders(r->groups, r->group, image, orders);
    for (unsigned i = 0; (list = policy_image_list(image, i)) != NULL; i++) {
        if (strcmp(list->name, o->list) != 0 || orders[i] != POLICY_ORDER_NONE)
            continue;
        snprintf(why, LIST_REPLAY_WHY_MAX, _("the list %s is not for these clients; name a group that it is for with --group"), o->list);
        return -EINVAL;
    }
    return 0;
}

int list_replay_open(const struct list_replay_options *o, struct list_replay *ret_replay, char ret_why[LIST_REPLAY_WHY_MAX])
{
    struct list_replay r = {0};
    ret_why[0] = '\0';
    int e = open_before(o, &r, ret_why);
    int group = e == 0 && o->group ? policy_group_of_name(r.groups, o->group) : 0;
    if (group < 0) {
        snprintf(ret_why, LIST_REPLAY_WHY_MAX, _("the configuration has no group %s"), o->group);
        e = group;
    }
    r.group = (uint16_t)(group > 0 ? group : 0);
    if (e == 0) {
        ret_why[0] = '\0'; /* of a layer that is not there */
        e = build_after(o, &r, ret_why);
    }
    if (e == 0 && !r.protects)
        e = check_group(o, &r, ret_why);
    if (e < 0) {
        if (!ret_why[0])
            snprintf(ret_why, LIST_REPLAY_WHY_MAX, _("the policy cannot be built aside: %s; TMPDIR names another folder for it"), strerror(-e));
        list_replay_close(&r);
        return e;
    }
    *ret_replay = r;
    return 0;
}

void list_replay_close(struct list_replay *r)
{
    policy_free(r->after);
    policy_free(r->before);
    policy_groups_free(r->groups);
    *r = (struct list_replay){0};
}
