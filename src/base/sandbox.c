/* Gives up user, capabilities and the means to win them back, then files and system calls. */
#include "base/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox_impl.h"

/* Asking to leave a thread group of one changes nothing; in a larger one it is refused (unshare(2)). */
static bool other_threads_run(void)
{
    return unshare(CLONE_THREAD) < 0 && errno == EINVAL;
}

/* Neither an executed file nor user 0 gives capabilities again. Only who has CAP_SETPCAP can do this; to others
 * no_new_privs does the same. */
static void close_ways_to_capabilities(void)
{
    for (unsigned long c = 0; prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == 0; c++)
        continue;
    prctl(PR_SET_SECUREBITS,
          SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
              SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED,
          0, 0, 0);
}

static int become_user(uid_t uid, gid_t gid, bool *ret_dropped)
{
    uid_t u[3];
    gid_t g[3];
    if (gid == 0)
        return -EINVAL; /* root's group would stay */
    if (getresuid(&u[0], &u[1], &u[2]) < 0 || getresgid(&g[0], &g[1], &g[2]) < 0)
        return -errno;
    bool already = u[0] == uid && u[1] == uid && u[2] == uid && g[0] == gid && g[1] == gid && g[2] == gid;
    if (!already && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0))
        return -errno;
    *ret_dropped = true;
    return 0;
}

static int drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* follows from the next line; kernels before 4.3 have none */
    return syscall(SYS_capset, &head, none) < 0 ? -errno : 0;
}

/* No image of the memory on disk, and no other process of this user (that is, no other role) may look into it. */
static int hide_memory(void)
{
    static const struct rlimit no_core = {0, 0};
    return setrlimit(RLIMIT_CORE, &no_core) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int failed(struct sandbox_report *report, const char *part, int error)
{
    if (!report->failed)
        report->failed = part;
    return error;
}

int sandbox_enter(const struct sandbox_options *options, struct sandbox_report *ret_report)
{
    *ret_report = (struct sandbox_report){.others_run = other_threads_run()};
    close_ways_to_capabilities();
    int e = options->uid != 0 ? become_user(options->uid, options->gid, &ret_report->dropped_user) : 0;
    if (e < 0)
        return failed(ret_report, "user", e);
    e = drop_capabilities();
    if (e < 0)
        return failed(ret_report, "capabilities", e);
    e = hide_memory(); /* after the change of user, which sets it anew */
    if (e < 0)
        return failed(ret_report, "memory", e);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed(ret_report, "no_new_privs", -errno);
    e = sandbox_files_limit(options, ret_report);
    if (e < 0)
        return failed(ret_report, "files", e);
    e = sandbox_calls_filter(options->role);
    if (e < 0)
        return failed(ret_report, "system calls", e);
    ret_report->filtered_calls = true;
    return 0;
}
