/* hinomi dns: the protective resolver alone, in the foreground, with lists from files. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/compile.h"
#include "apps/command/command.h"
#include "apps/config/config.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum { BUILD_MEMORY = 96 << 20, RECLAIM_MS = 20 };

struct list_file {
    const char *path;
    enum list_format format;
};

struct dns_command {
    struct dns_service_options options;
    struct list_file files[POLICY_LISTS_MAX];
    unsigned file_count;
    struct policy_groups *groups; /* NULL: none */
    struct dns_service service;
    struct event_base *loop;
    struct event *reclaim;
    bool building, again; /* a reload runs; another was asked for meanwhile */
    pthread_t builder;
    int done_pipe[2]; /* the builder thread writes the finished image's address */
    struct sip_key key;
};

static int build_image(struct dns_command *c, struct policy_image **ret_image)
{
    const char *temporary = getenv("TMPDIR");
    int dir_fd = open(temporary && *temporary ? temporary : "/var/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        log_error(_("%s: %s; set TMPDIR to a folder that can be written"), temporary ? temporary : "/var/tmp",
                  strerror(errno));
        return -errno;
    }
    struct policy_builder_options options = {
        .dir_fd = dir_fd, .memory_max = BUILD_MEMORY, .key = c->key, .now_us = clock_wall_us()};
    struct policy_builder *b = NULL;
    struct policy_build_stats stats = {0};
    uint64_t start_ms = clock_mono_ms();
    int image_fd = -1;
    int e = policy_builder_new(&options, &b);
    for (unsigned i = 0; e == 0 && i < c->file_count; i++) {
        struct compile_source *s = calloc(1, sizeof *s);
        if (!s) {
            e = -ENOMEM;
            break;
        }
        s->format = c->files[i].format;
        s->list = (struct policy_list){
            .id = i + 1, .verdict_id = i + 1, .ede = DNS_EDE_BLOCKED, .since_us = options.now_us};
        const char *slash = strrchr(c->files[i].path, '/');
        snprintf(s->list.name, sizeof s->list.name, "%s", slash ? slash + 1 : c->files[i].path);
        s->fd = open(c->files[i].path, O_RDONLY | O_CLOEXEC);
        e = s->fd < 0 ? -errno : 0;
        unsigned failed;
        if (e == 0)
            e = policy_compile(b, s, 1, &failed);
        if (e < 0)
            log_error(_("list %s: %s"), c->files[i].path, strerror(-e));
        else
            log_notice(_("list %s: %s, %llu rules, %llu lines skipped"), c->files[i].path,
                       list_format_word(s->stats.format), (unsigned long long)s->stats.rules,
                       (unsigned long long)s->stats.skipped_all);
        for (unsigned k = 0; e == 0 && k < s->sample_count; k++)
            log_notice(_("list %s: line %u skipped: %s: %s"), c->files[i].path, s->samples[k].line,
                       _(list_flaw_text(s->samples[k].flaw)), s->samples[k].text);
        if (s->fd >= 0)
            close(s->fd);
        free(s);
    }
    if (e == 0)
        e = policy_builder_finish_fd(b, &image_fd, &stats);
    policy_builder_free(b);
    close(dir_fd);
    if (e < 0) {
        log_error(_("the policy could not be built: %s"), strerror(-e));
        return e;
    }
    const char *reason;
    e = policy_image_open_fd(image_fd, false, ret_image, &reason);
    close(image_fd);
    if (e < 0)
        log_error(_("the policy image was refused: %s"), _(reason));
    else
        log_notice(_("policy: %llu names, %llu octets, built in %llu ms"), (unsigned long long)stats.names,
                   (unsigned long long)stats.bytes, (unsigned long long)(clock_mono_ms() - start_ms));
    return e;
}

/* ---- reload: built by a thread aside, swapped by the main one ---- */

static void *build_aside(void *self)
{
    struct dns_command *c = self;
    struct policy_image *image = NULL;
    if (build_image(c, &image) < 0)
        image = NULL;
    ssize_t n = write(c->done_pipe[1], &image, sizeof image);
    (void)n; /* a pipe takes eight octets at once */
    return NULL;
}

static void start_build(struct dns_command *c)
{
    if (c->building) {
        c->again = true;
        return;
    }
    c->building = pthread_create(&c->builder, NULL, build_aside, c) == 0;
    if (!c->building)
        log_error(_("no thread for the reload; the policy in force is kept"));
}

static void on_reclaim(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct dns_command *c = self;
    static const struct timeval soon = {.tv_usec = RECLAIM_MS * 1000};
    if (!policy_slot_reclaim(&c->service.policy.slot))
        event_add(c->reclaim, &soon);
}

static void on_built(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct dns_command *c = self;
    struct policy_image *image = NULL;
    if (read(fd, &image, sizeof image) != sizeof image)
        return;
    pthread_join(c->builder, NULL);
    c->building = false;
    struct policy *next = image ? policy_new(NULL, image, NULL, c->groups) : NULL;
    if (!next) {
        policy_image_close(image);
        log_error(_("the policy in force is kept"));
    } else {
        while (policy_slot_swap(&c->service.policy.slot, next) == -EBUSY)
            usleep(1000); /* a worker holds the one before for less than a batch */
        log_notice(_("policy in force"));
        on_reclaim(-1, 0, c);
    }
    if (c->again) {
        c->again = false;
        start_build(c);
    }
}

static void on_hangup(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    start_build(self);
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    event_base_loopbreak(((struct dns_command *)self)->loop);
}

/* ---- options ---- */

/* A decimal of 1 to max, and nothing else. */
static int parse_count(const char *text, unsigned max, unsigned *ret_count)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < 1 || value > max)
        return -EINVAL;
    *ret_count = (unsigned)value;
    return 0;
}

static int add_forward(struct dns_command *c, const char *text)
{
    struct upstream_options *u = &c->options.upstream;
    struct sockaddr_storage sa;
    if (u->forward_count == DNS_FORWARDS_MAX || addr_port_parse(text, 53, &sa) < 0)
        return -EINVAL;
    char host[ADDR_TEXT_MAX];
    struct addr a = addr_of_sockaddr((struct sockaddr *)&sa);
    snprintf(u->forward[u->forward_count++].text, UPSTREAM_TARGET_MAX, "%s@%u", addr_format(&a, host),
             addr_port_of_sockaddr((struct sockaddr *)&sa));
    if (addr_is_loopback(&a))
        u->loopback_upstream = true;
    u->validate = false; /* a forwarder named by hand may stand before a private root; --validate turns it on */
    return 0;
}

static int add_file(struct dns_command *c, const char *path, enum list_format format)
{
    if (c->file_count == POLICY_LISTS_MAX)
        return -E2BIG;
    c->files[c->file_count++] = (struct list_file){.path = path, .format = format};
    return 0;
}

static int add_listen(struct dns_listen *l, const char *text, uint16_t port)
{
    if (l->count == DNS_LISTEN_MAX)
        return -E2BIG;
    int e = addr_port_parse(text, port, &l->at[l->count]);
    l->count += e == 0;
    return e;
}

/* The part `dns` and the client groups of a node's configuration, over all that stood before it. */
static int take_config(struct dns_command *c, const char *path)
{
    char error[CONFIG_ERROR_MAX];
    struct config *config = malloc(sizeof *config);
    if (!config)
        return command_failed(_("out of memory"));
    config_defaults(config);
    config->dns.workers = 1;
    int code = config_load(path, config, error) < 0 ? command_failed("%s", error) : EXIT_FINE;
    if (code == EXIT_FINE)
        c->options = config->dns;
    free(config);
    return code;
}

static int take_path(char *to, const char *path)
{
    if (strlen(path) >= CERTIFICATE_PATH_MAX)
        return -ENAMETOOLONG;
    snprintf(to, CERTIFICATE_PATH_MAX, "%s", path);
    return 0;
}

static int parse_options(struct dns_command *c, int argc, char **argv)
{
    enum {
        OPT_RPZ = 256,
        OPT_LIST,
        OPT_ALLOW,
        OPT_CACHE,
        OPT_VALIDATE,
        OPT_TLS,
        OPT_HTTPS,
        OPT_CERTIFICATE,
        OPT_KEY,
        OPT_CONFIG
    };
    static const struct option options[] = {
        {"listen", required_argument, NULL, 'l'},     {"workers", required_argument, NULL, 'w'},
        {"forward", required_argument, NULL, 'f'},    {"rpz", required_argument, NULL, OPT_RPZ},
        {"list", required_argument, NULL, OPT_LIST},  {"allow-clients", required_argument, NULL, OPT_ALLOW},
        {"cache-mib", required_argument, NULL, OPT_CACHE}, {"validate", no_argument, NULL, OPT_VALIDATE},
        {"listen-tls", required_argument, NULL, OPT_TLS},  {"listen-https", required_argument, NULL, OPT_HTTPS},
        {"certificate", required_argument, NULL, OPT_CERTIFICATE}, {"private-key", required_argument, NULL, OPT_KEY},
        {"config", required_argument, NULL, OPT_CONFIG},
        {0},
    };
    bool validate = false;
    unsigned cache_mib = 0;
    int o;
    opterr = 0;
    while ((o = getopt_long(argc, argv, "l:w:f:", options, NULL)) != -1) {
        int e = 0;
        switch (o) {
        case 'l':
            e = add_listen(&c->options.listen[DNS_LISTEN_PLAIN], optarg, 53);
            break;
        case OPT_TLS:
            e = add_listen(&c->options.listen[DNS_LISTEN_TLS], optarg, 853);
            break;
        case OPT_HTTPS:
            e = add_listen(&c->options.listen[DNS_LISTEN_HTTPS], optarg, 443);
            break;
        case OPT_CERTIFICATE:
            e = take_path(c->options.certificate.certificate, optarg);
            break;
        case OPT_KEY:
            e = take_path(c->options.certificate.private_key, optarg);
            break;
        case 'w':
            e = parse_count(optarg, DNS_WORKERS_MAX, &c->options.workers);
            break;
        case 'f':
            e = add_forward(c, optarg);
            break;
        case OPT_RPZ:
            e = add_file(c, optarg, LIST_FORMAT_RPZ);
            break;
        case OPT_LIST:
            e = add_file(c, optarg, LIST_FORMAT_AUTO);
            break;
        case OPT_ALLOW:
            e = c->options.access_count == DNS_ACCESS_MAX
                    ? -E2BIG
                    : addr_prefix_parse(optarg, &c->options.access[c->options.access_count]);
            c->options.access_count += e == 0;
            break;
        case OPT_CACHE:
            e = parse_count(optarg, 1 << 20, &cache_mib);
            if (e == 0)
                c->options.cache_bytes = (size_t)cache_mib << 20;
            break;
        case OPT_CONFIG:
            if (optind != 3 && optind != 2) /* as one word or two */
                return command_usage("dns", _("--config comes first: what stands behind it holds over the file"));
            if (take_config(c, optarg) != EXIT_FINE)
                return EXIT_FAILED;
            break;
        case OPT_VALIDATE:
            validate = true;
            break;
        default:
            return command_usage("dns", _("unknown option or missing value: %s"), argv[optind - 1]);
        }
        if (e < 0)
            return command_usage("dns", _("not a valid value: %s"), optarg);
    }
    if (optind < argc)
        return command_usage("dns", _("unexpected argument: %s"), argv[optind]);
    if (validate)
        c->options.upstream.validate = true;
    if (!c->options.certificate.certificate[0] != !c->options.certificate.private_key[0])
        return command_usage("dns", _("--certificate and --private-key need each other"));
    if (c->options.listen[DNS_LISTEN_PLAIN].count == 0 &&
        add_listen(&c->options.listen[DNS_LISTEN_PLAIN], "127.0.0.1:5300", 53) < 0)
        return EXIT_FAILED;
    return EXIT_FINE;
}

/* ---- run ---- */

static void say_addresses(const struct dns_service_options *o)
{
    for (int kind = 0; kind < DNS_LISTEN_COUNT; kind++) {
        const struct dns_listen *l = &o->listen[kind];
        char text[ADDR_PORT_TEXT_MAX];
        for (unsigned i = 0; i < l->count; i++)
            log_notice(_("answering on %s, %s, %u workers"),
                       addr_port_format((const struct sockaddr *)&l->at[i], text),
                       _(dns_listen_text((enum dns_listen_kind)kind)), o->workers);
    }
}

static int serve(struct dns_command *c)
{
    struct event *hangup = evsignal_new(c->loop, SIGHUP, on_hangup, c);
    struct event *terminate = evsignal_new(c->loop, SIGTERM, on_terminate, c);
    struct event *interrupt = evsignal_new(c->loop, SIGINT, on_terminate, c);
    struct event *built = event_new(c->loop, c->done_pipe[0], EV_READ | EV_PERSIST, on_built, c);
    c->reclaim = event_new(c->loop, -1, 0, on_reclaim, c);
    event_add(hangup, NULL);
    event_add(terminate, NULL);
    event_add(interrupt, NULL);
    event_add(built, NULL);
    int e = dns_service_start(&c->service);
    if (e == 0) {
        say_addresses(&c->options);
        event_base_dispatch(c->loop);
    }
    dns_service_stop(&c->service);
    if (c->building)
        pthread_join(c->builder, NULL);
    event_free(hangup);
    event_free(terminate);
    event_free(interrupt);
    event_free(built);
    event_free(c->reclaim);
    return e < 0 ? command_failed(_("no thread for a worker: %s"), strerror(-e)) : EXIT_FINE;
}

/* Without files one for this run alone. */
static int make_certificate(const struct dns_service_options *o, struct certificate *ret_certificate)
{
    char error[CERTIFICATE_ERROR_MAX];
    struct certificate_names names;
    dns_service_names(o, &names);
    int e = o->certificate.certificate[0] ? certificate_load(&o->certificate, ret_certificate, NULL, error)
                                          : certificate_own(-1, &names, ret_certificate, NULL, error);
    if (e < 0)
        (void)command_failed("%s", error);
    else
        certificate_log(ret_certificate);
    return e;
}

static int run(struct dns_command *c)
{
    int fds[DNS_SERVICE_SOCKETS_MAX];
    const struct sockaddr *failed = NULL;
    int e = dns_service_addresses_are_free(&c->options, &failed);
    int count = e < 0 ? e : dns_service_open_sockets(&c->options, fds, &failed);
    if (count < 0) {
        char text[ADDR_PORT_TEXT_MAX];
        return command_failed(_("cannot listen on %s: %s"),
                              addr_port_format(failed, text), strerror(-count));
    }
    struct certificate certificate = {0};
    if (dns_service_is_encrypted(&c->options) && make_certificate(&c->options, &certificate) < 0)
        return EXIT_FAILED;
    if (policy_groups_new(&c->options.groups, &c->groups) < 0)
        return command_failed(_("out of memory"));
    struct policy_image *image = NULL;
    if (c->file_count > 0 && build_image(c, &image) < 0)
        return command_failed(_("not started without its lists"));
    struct policy *first = policy_new(NULL, image, NULL, c->groups);
    struct dns_service_memory *memory = calloc(c->options.workers, sizeof *memory);
    for (unsigned i = 0; memory && i < c->options.workers; i++)
        memory[i].counters = calloc(1, DNS_COUNTERS_SIZE);
    const char *error = "out of memory";
    if (!first || !memory || dns_service_init(&c->service, &c->options, fds, memory, first, c->groups, certificate.tls,
                                               certificate.name, &error) < 0)
        return command_failed(_("the resolver cannot start: %s"), error);
    int code = serve(c);
    dns_service_done(&c->service);
    for (unsigned i = 0; i < c->options.workers; i++)
        free(memory[i].counters);
    free(memory);
    policy_groups_free(c->groups);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    return code;
}

int command_dns(int argc, char **argv)
{
    log_init("dns", LOG_LEVEL_NOTICE);
    struct dns_command *c = calloc(1, sizeof *c);
    if (!c || sodium_init() < 0 || pipe2(c->done_pipe, O_CLOEXEC) < 0)
        return command_failed(_("out of memory"));
    dns_service_defaults(&c->options);
    randombytes_buf(&c->key, sizeof c->key);
    int code = parse_options(c, argc, argv);
    if (code == EXIT_FINE) {
        c->loop = event_base_new();
        code = c->loop ? run(c) : command_failed(_("out of memory"));
        if (c->loop)
            event_base_free(c->loop);
    }
    close(c->done_pipe[0]);
    close(c->done_pipe[1]);
    free(c);
    return code;
}
