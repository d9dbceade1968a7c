/* Builds that layer, and keeps the never-block lists. */
#include "apps/policy/policy_lists.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/text.h"

/* What the builder thread works on; the loop does not touch it while `running`. */
struct build_job {
    struct list_sources lists;
    struct policy_builder_options options;
    int result;
    unsigned failed;
    struct policy_build_stats stats;
    struct policy_image *image;
    const char *reason;
    uint64_t took_ms;
};

struct protect_file {
    char name[PROTECTION_NAME_MAX];
    int fd;
};

struct policy_lists {
    struct policy_lists_options o;
    struct event *built;
    int built_fd;
    pthread_t builder;
    bool building, build_again;
    struct build_job build;
    uint64_t build_ms;
    struct protect_file protect_files[LIST_PROTECT_FILES_MAX];
    unsigned protect_file_count;
    struct protection *protection; /* of the image in force */
};

/* ---- what is built ---- */

/* The parent opened the files; the build reads copies of the descriptors, from their beginning. */
static void gather_protect_files(const struct policy_lists *l, struct list_sources *to)
{
    for (unsigned i = 0; i < l->protect_file_count; i++) {
        int fd = fcntl(l->protect_files[i].fd, F_DUPFD_CLOEXEC, 0);
        if (fd >= 0 && lseek(fd, 0, SEEK_SET) >= 0) {
            list_sources_protect(to, l->protect_files[i].name, fd);
            continue;
        }
        log_error(_("never-block list %s: %s"), l->protect_files[i].name, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
}

static int gather(struct policy_lists *l, struct build_job *job)
{
    int e = list_sources_init(&job->lists);
    if (e < 0)
        return e;
    gather_protect_files(l, &job->lists);
    return list_sources_gather(&job->lists, l->o.ledger, l->o.data_fd, NULL);
}

int policy_lists_gather_one(const struct policy_lists *l, const struct list_record *r, int fd, struct list_sources *ret_sources)
{
    int e = list_sources_init(ret_sources);
    if (e < 0) {
        close(fd);
        return e;
    }
    e = list_sources_add(ret_sources, r, fd);
    gather_protect_files(l, ret_sources);
    return e == 0 ? list_sources_gather_protection(ret_sources, l->o.ledger, l->o.data_fd) : e;
}

/* ---- the thread ---- */

static void *run_build(void *self)
{
    struct policy_lists *l = self;
    struct build_job *job = &l->build;
    priority_lower(PRIORITY_BUILDING);
    uint64_t start_ms = clock_mono_ms();
    struct policy_builder *b;
    job->result = policy_builder_new(&job->options, &b);
    if (job->result == 0) {
        job->result = list_sources_compile(&job->lists, b, &job->failed);
        if (job->result == 0)
            job->result = policy_builder_finish(b, l->o.file, &job->stats);
        policy_builder_free(b);
    }
    if (job->result == 0)
        job->result = policy_image_open(l->o.dir_fd, l->o.file, false, &job->image, &job->reason);
    job->took_ms = clock_mono_ms() - start_ms;
    eventfd_write(l->built_fd, 1);
    return NULL;
}

static int start_thread(pthread_t *thread, void *(*run)(void *), void *self)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = pthread_create(thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -e;
}

void policy_lists_build(struct policy_lists *l)
{
    if (l->building) {
        l->build_again = true;
        return;
    }
    l->build = (struct build_job){0};
    int e = gather(l, &l->build);
    if (e >= 0) {
        l->o.begin(l->o.self, &l->build.options);
        e = start_thread(&l->builder, run_build, l);
    }
    l->building = e == 0;
    if (e < 0) {
        log_error(_("the lists cannot be built: %s"), strerror(-e));
        list_sources_close(&l->build.lists);
        l->o.built(l->o.self, UINT64_MAX, strerror(-e));
    }
}

static void put_in_force(struct policy_lists *l, const struct build_job *job)
{
    protection_free(l->protection);
    l->protection = job->lists.protection;
    log_notice(_("lists: %llu names in %llu ms"), (unsigned long long)job->stats.names, (unsigned long long)job->took_ms);
    if (l->protection)
        log_notice(_("never-block lists: %zu names; %llu rules of other lists left out"), protection_names(l->protection),
                   (unsigned long long)protection_conflicts(l->protection));
    l->o.built(l->o.self, job->options.generation, NULL);
}

static void on_built(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct policy_lists *l = self;
    eventfd_t ignored;
    if (eventfd_read((int)fd, &ignored) < 0)
        return;
    pthread_join(l->builder, NULL);
    l->building = false;
    struct build_job *job = &l->build;
    list_sources_close(&job->lists);
    l->build_ms = job->took_ms;
    int e = job->result;
    if (e == 0)
        e = l->o.take(l->o.self, job->image);
    if (e < 0) {
        protection_free(job->lists.protection);
        const char *text = job->reason ? _(job->reason) : strerror(-e);
        log_error(_("the lists cannot be built, those in force are kept: %s"), text);
        l->o.built(l->o.self, job->options.generation, text);
    } else {
        put_in_force(l, job);
    }
    if (l->build_again) {
        l->build_again = false;
        policy_lists_build(l);
    }
}

/* ---- never-block lists ---- */

static void close_protect_files(struct policy_lists *l)
{
    for (unsigned i = 0; i < l->protect_file_count; i++)
        close(l->protect_files[i].fd);
    l->protect_file_count = 0;
}

void policy_lists_set_protect_files(struct policy_lists *l, const struct policy_protect_file *files, unsigned count)
{
    close_protect_files(l);
    for (unsigned i = 0; i < count; i++) {
        if (l->protect_file_count == LIST_PROTECT_FILES_MAX) {
            close(files[i].fd);
            continue;
        }
        struct protect_file *f = &l->protect_files[l->protect_file_count++];
        snprintf(f->name, sizeof f->name, "%s", files[i].name);
        f->fd = files[i].fd;
    }
}

const struct protection *policy_lists_protection(const struct policy_lists *l)
{
    return l->protection;
}

static int find_protect(const struct list_record *r, void *self)
{
    *(bool *)self |= r->enabled && r->protects;
    return 0;
}

bool policy_lists_is_protecting(const struct policy_lists *l)
{
    bool found = l->protect_file_count > 0;
    return (found || ledger_list_each(l->o.ledger, find_protect, &found) >= 0) && found;
}

/* ---- making ---- */

bool policy_lists_is_building(const struct policy_lists *l)
{
    return l->building;
}

uint64_t policy_lists_build_ms(const struct policy_lists *l)
{
    return l->build_ms;
}

int policy_lists_new(const struct policy_lists_options *options, struct policy_lists **ret_lists)
{
    struct policy_lists *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    l->o = *options;
    l->built_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int e = l->built_fd < 0 ? -errno : 0;
    if (e == 0) {
        l->built = event_new(options->loop, l->built_fd, EV_READ | EV_PERSIST, on_built, l);
        e = l->built && event_add(l->built, NULL) == 0 ? 0 : -ENOMEM;
    }
    if (e < 0) {
        policy_lists_free(l);
        return e;
    }
    *ret_lists = l;
    return 0;
}

void policy_lists_free(struct policy_lists *l)
{
    if (!l)
        return;
    if (l->building) {
        pthread_join(l->builder, NULL);
        policy_image_close(l->build.image);
        protection_free(l->build.lists.protection);
        list_sources_close(&l->build.lists);
    }
    close_protect_files(l);
    protection_free(l->protection);
    if (l->built)
        event_free(l->built);
    if (l->built_fd >= 0)
        close(l->built_fd);
    free(l);
}
