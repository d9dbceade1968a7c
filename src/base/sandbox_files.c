/* Landlock: only the named files and folders, no TCP that the role has no use for, no signals to others.
 *
 * Kernel headers may be older than the kernel, so what came after ABI 1 is spelled out here. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox_impl.h"

/* struct landlock_ruleset_attr as of ABI 6; an older kernel takes it as long as what it does not know is zero. */
struct ruleset {
    uint64_t fs, net, scoped;
};

struct net_port_rule {
    uint64_t allowed, port;
};

enum {
    FS_ABI_1 = (1 << 13) - 1, /* execute up to make_sym */
    FS_REFER = 1 << 13,       /* ABI 2: rename and link between folders */
    FS_TRUNCATE = 1 << 14,    /* ABI 3 */
    FS_IOCTL_DEV = 1 << 15,   /* ABI 5: ioctl on devices opened from now on; nobody gets it */
    NET_BIND_TCP = 1 << 0,    /* ABI 4 */
    NET_CONNECT_TCP = 1 << 1,
    SCOPE_ABSTRACT_UNIX = 1 << 0, /* ABI 6 */
    SCOPE_SIGNAL = 1 << 1,
    RULE_PATH_BENEATH = 1,
    RULE_NET_PORT = 2,
};

enum {
    READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    WRITE = READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
            LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | FS_REFER |
            FS_TRUNCATE,
    OF_A_FILE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE,
};

/* Every role: chance for hash seeds (jansson and SQLite make do with the time of day otherwise), and the local time. */
static const char *const common_paths[] = {"/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo"};

/* Sockets that listen are inherited. Only dns and fetch open others: they may connect, and bind to "any port" (0) before
 * that. */
static bool opens_sockets(enum sandbox_role role)
{
    return role == SANDBOX_DNS || role == SANDBOX_FETCH;
}

static uint64_t tcp_limits(enum sandbox_role role)
{
    return opens_sockets(role) ? NET_BIND_TCP : NET_BIND_TCP | NET_CONNECT_TCP;
}

static struct ruleset ruleset_for(enum sandbox_role role, int abi)
{
    struct ruleset r = {.fs = FS_ABI_1};
    if (abi >= 2)
        r.fs |= FS_REFER;
    if (abi >= 3)
        r.fs |= FS_TRUNCATE;
    if (abi >= 4)
        r.net = tcp_limits(role);
    if (abi >= 5)
        r.fs |= FS_IOCTL_DEV;
    if (abi >= 6)
        r.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
    return r;
}

static int add_path(int ruleset_fd, const char *path, uint64_t allowed)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int e = fstat(fd, &st) < 0 ? -errno : 0;
    struct landlock_path_beneath_attr rule = {.allowed_access = allowed, .parent_fd = fd};
    if (e == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &= OF_A_FILE;
    if (e == 0 && syscall(SYS_landlock_add_rule, ruleset_fd, RULE_PATH_BENEATH, &rule, 0) < 0)
        e = -errno;
    close(fd);
    return e;
}

/* What is not there, or not for this user, nobody can open anyway. */
static int add_readable(int ruleset_fd, const struct ruleset *r, const char *path)
{
    int e = add_path(ruleset_fd, path, r->fs & READ);
    return e == -ENOENT || e == -EACCES ? 0 : e;
}

static int add_paths(int ruleset_fd, const struct ruleset *r, const struct sandbox_options *o,
                     struct sandbox_report *report)
{
    for (int i = 0; i < SANDBOX_PATHS_MAX && o->write_paths[i]; i++) {
        int e = add_path(ruleset_fd, o->write_paths[i], r->fs & WRITE);
        if (e < 0) {
            report->failed = o->write_paths[i];
            return e;
        }
    }
    for (int i = 0; i < SANDBOX_PATHS_MAX && o->read_paths[i]; i++) {
        int e = add_readable(ruleset_fd, r, o->read_paths[i]);
        if (e < 0) {
            report->failed = o->read_paths[i];
            return e;
        }
    }
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(common_paths); i++)
        e = add_readable(ruleset_fd, r, common_paths[i]);
    return e;
}

static int add_any_port(int ruleset_fd)
{
    struct net_port_rule rule = {.allowed = NET_BIND_TCP, .port = 0};
    return syscall(SYS_landlock_add_rule, ruleset_fd, RULE_NET_PORT, &rule, 0) < 0 ? -errno : 0;
}

int sandbox_files_limit(const struct sandbox_options *options, struct sandbox_report *report)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0) /* not built in, not switched on, or kept from us by a container */
        return 0;
    report->landlock_abi = (int)abi;
    struct ruleset r = ruleset_for(options->role, (int)abi);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &r, sizeof r, 0);
    if (fd < 0)
        return -errno;
    int e = add_paths(fd, &r, options, report);
    if (e == 0 && r.net && opens_sockets(options->role))
        e = add_any_port(fd);
    if (e == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
        e = -errno;
    close(fd);
    if (e < 0)
        return e;
    report->limited_files = true;
    report->limited_tcp = r.net != 0;
    report->limited_signals = r.scoped != 0;
    return 0;
}
