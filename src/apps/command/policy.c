/* hinomi policy build, check, query: a policy image without a node. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/compile.h"
#include "act/policy/policy.h"
#include "apps/command/client_options.h"
#include "apps/command/command.h"
#include "apps/command/when.h"
#include "base/clock.h"
#include "base/text.h"

enum { BUILD_MEMORY = 256 << 20 };

static int open_list(const char *path, const char *format, unsigned number, int64_t now_us, struct compile_source *s)
{
    const char *slash = strrchr(path, '/');
    *s = (struct compile_source){.list = {.id = number, .verdict_id = number, .ede = DNS_EDE_BLOCKED, .since_us = now_us}};
    struct list_reading reading;
    if (list_reading_parse(format, &reading) < 0)
        return command_usage("policy", _("no such format: %s; it is one of %s; a CSV column is named as csv:COLUMN"), format,
                             LIST_FORMAT_WORDS);
    s->format = reading.format;
    memcpy(s->column, reading.column, sizeof s->column);
    snprintf(s->list.name, sizeof s->list.name, "%s", slash ? slash + 1 : path);
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    return s->fd < 0 ? command_failed("%s: %s", path, strerror(errno)) : EXIT_FINE;
}

static json_t *source_json(const struct compile_source *s)
{
    json_t *samples = json_array();
    for (unsigned i = 0; i < s->sample_count; i++)
        json_array_append_new(samples,
                              json_pack("{s:i, s:s, s:s}", "line", (int)s->samples[i].line, "reason",
                                        _(list_flaw_text(s->samples[i].flaw)), "text", s->samples[i].text));
    return json_pack("{s:s, s:s, s:I, s:I, s:o}", "list", s->list.name, "format", list_format_word(s->stats.format),
                     "rules", (json_int_t)s->stats.rules, "skipped", (json_int_t)s->stats.skipped_all, "samples",
                     samples);
}

static void print_source(const struct compile_source *s)
{
    printf(_("list %s (%s): %" PRIu64 " rules, %" PRIu64 " lines skipped\n"), s->list.name,
           list_format_word(s->stats.format), s->stats.rules, s->stats.skipped_all);
    for (unsigned i = 0; i < s->sample_count; i++)
        printf(_("  line %u skipped: %s: %s\n"), s->samples[i].line, _(list_flaw_text(s->samples[i].flaw)),
               s->samples[i].text);
}

static int compile_one(struct policy_builder *b, const char *path, const char *format, unsigned number, int64_t now_us,
                       bool json, json_t *sources)
{
    struct compile_source *s = malloc(sizeof *s);
    unsigned failed;
    if (!s)
        return command_failed("%s", strerror(ENOMEM));
    int code = open_list(path, format, number, now_us, s);
    if (code == EXIT_FINE) {
        int e = policy_compile(b, s, 1, &failed);
        close(s->fd);
        if (e < 0)
            code = command_failed("%s: %s", path, strerror(-e));
        else if (json)
            json_array_append_new(sources, source_json(s));
        else
            print_source(s);
    }
    free(s);
    return code;
}

static int build(int argc, char **argv)
{
    struct control_client_options o;
    const char *out = NULL, *format = "auto";
    const struct client_option own[] = {{"output", 'o', &out, NULL}, {"format", 'f', &format, NULL}, {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (!out || first == argc)
        return command_usage("policy", _("policy build -o IMAGE LIST..."));
    char folder[4096], file[4096];
    if (snprintf(folder, sizeof folder, "%s", out) >= (int)sizeof folder)
        return command_usage("policy", _("not a valid value: %s"), out);
    memcpy(file, folder, sizeof file);
    int64_t now_us = clock_wall_us();
    struct policy_builder_options options = {
        .dir_fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
        .memory_max = BUILD_MEMORY,
        .generation = (uint64_t)now_us,
        .now_us = now_us,
    };
    struct policy_builder *b;
    struct policy_build_stats stats;
    randombytes_buf(&options.key, sizeof options.key);
    if (options.dir_fd < 0)
        return command_failed("%s: %s", out, strerror(errno));
    if (policy_builder_new(&options, &b) < 0)
        return command_failed("%s", strerror(ENOMEM));
    json_t *sources = json_array();
    for (int i = first; code == EXIT_FINE && i < argc; i++)
        code = compile_one(b, argv[i], format, (unsigned)(i - first) + 1, now_us, o.json, sources);
    int e = code == EXIT_FINE ? policy_builder_finish(b, basename(file), &stats) : 0;
    policy_builder_free(b);
    close(options.dir_fd);
    if (e < 0)
        code = command_failed("%s: %s", out, strerror(-e));
    if (code == EXIT_FINE && o.json) {
        json_t *object = json_pack("{s:b, s:I, s:I, s:I, s:O}", "ok", 1, "names", (json_int_t)stats.names, "duplicates",
                                   (json_int_t)stats.duplicates, "bytes", (json_int_t)stats.bytes, "lists", sources);
        control_client_print_json(object);
        json_decref(object);
    } else if (code == EXIT_FINE) {
        printf(_("%s: %" PRIu64 " names, %" PRIu64 " octets (%.1f a name), %" PRIu64 " said twice\n"), out, stats.names,
               stats.bytes, stats.names ? (double)stats.bytes / (double)stats.names : 0, stats.duplicates);
    }
    json_decref(sources);
    return code;
}

static int open_image(const char *path, struct policy_image **ret_image)
{
    const char *reason;
    int e = policy_image_open(AT_FDCWD, path, true, ret_image, &reason);
    if (e < 0)
        return command_failed("%s: %s (%s)", path, _(reason), strerror(-e));
    return EXIT_FINE;
}

static int check(int argc, char **argv)
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, NULL, &o, &first);
    if (code != EXIT_FINE)
        return code;
    struct policy_image *image;
    if (first != argc - 1)
        return command_usage("policy", _("policy check IMAGE"));
    code = open_image(argv[first], &image);
    if (code != EXIT_FINE)
        return code;
    int64_t names = policy_image_verify(image);
    struct policy_image_info info;
    char built[WHEN_TEXT_MAX];
    policy_image_info(image, &info);
    policy_image_close(image);
    if (names < 0)
        return command_failed(_("%s: damaged: a name in it cannot be found"), argv[first]);
    if (o.json) {
        json_t *object = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I}", "ok", 1, "names", (json_int_t)info.names, "rules",
                                   (json_int_t)info.rules, "lists", (json_int_t)info.lists, "bytes",
                                   (json_int_t)info.bytes, "built_us", (json_int_t)info.built_us);
        control_client_print_json(object);
        json_decref(object);
    } else {
        printf(_("%s: good: %" PRIu64 " names, %" PRIu64 " rules, %" PRIu64 " lists, %" PRIu64 " octets, built %s\n"),
               argv[first], info.names, info.rules, info.lists, info.bytes, when_format(info.built_us, built));
    }
    return EXIT_FINE;
}

static int query(int argc, char **argv)
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, NULL, &o, &first);
    if (code != EXIT_FINE)
        return code;
    struct dns_name name;
    struct policy_image *image;
    if (first != argc - 2 || dns_name_parse(argv[first + 1], strlen(argv[first + 1]), &name) < 0)
        return command_usage("policy", _("policy query IMAGE NAME"));
    code = open_image(argv[first], &image);
    if (code != EXIT_FINE)
        return code;
    struct policy_probe *probe = malloc(sizeof *probe);
    struct dns_decision d = {.action = DNS_ACTION_NONE};
    char ref[VERDICT_REF_TEXT_MAX], text[DNS_NAME_TEXT_MAX];
    if (probe) {
        policy_probe_init(probe, image, &name);
        policy_probe_decide(probe, &name, clock_wall_us(), &d);
    }
    free(probe);
    dns_name_format(&name, text);
    verdict_ref_format(d.verdict, ref);
    bool found = d.action != DNS_ACTION_NONE;
    if (o.json) {
        json_t *object = json_pack("{s:b, s:s, s:s, s:s, s:s, s:i}", "ok", 1, "name", text, "action",
                                   dns_action_word(d.action), "list", found ? d.list_name : "", "verdict",
                                   found ? ref : "", "line", (int)d.verdict.line);
        control_client_print_json(object);
        json_decref(object);
    } else if (found) {
        printf(_("%s: %s by %s, line %u\n"), text, dns_action_word(d.action), d.list_name, d.verdict.line);
    } else {
        printf(_("%s: nothing in the policy; it is resolved\n"), text);
    }
    policy_image_close(image);
    return EXIT_FINE;
}

int command_policy(int argc, char **argv)
{
    static const struct {
        const char *name;
        command_fn *run;
    } table[] = {{"build", build}, {"check", check}, {"query", query}};
    if (sodium_init() < 0)
        return command_failed("%s", strerror(ENOMEM));
    for (size_t i = 0; argc > 1 && i < array_len(table); i++)
        if (strcmp(table[i].name, argv[1]) == 0)
            return table[i].run(argc - 1, argv + 1);
    return command_usage("policy", _("build, check or query?"));
}
