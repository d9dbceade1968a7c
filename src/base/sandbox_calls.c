/* seccomp: which system calls each role may make.
 *
 * Four answers. Allowed: what is in the lists below. Death: calls that only a taken-over role makes; going on would help
 * nobody but the intruder, and the parent starts a clean one. ENOSYS: calls newer than our lists, for which libc has an
 * older way and takes it on this answer alone. EPERM: the rest; a wrong guess here costs one refused call and not the node.
 */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/sandbox_impl.h"

#define S(name) SCMP_SYS(name)

/* Descriptors, memory, threads, time, signals to itself: every role. */
static const int common_calls[] = {
    /* what is open already, sockets too */
    S(read), S(readv), S(pread64), S(preadv), S(preadv2), S(write), S(writev), S(lseek), S(close), S(fcntl),
    S(fstat), S(newfstatat), S(statx), S(recvfrom), S(recvmsg), S(recvmmsg), S(sendto), S(sendmsg), S(sendmmsg),
    S(shutdown), S(getsockopt), S(getsockname), S(getpeername),
    /* waiting */
    S(epoll_create), S(epoll_create1), S(epoll_ctl), S(epoll_wait), S(epoll_pwait), S(poll), S(ppoll), S(select),
    S(pselect6), S(eventfd2), S(pipe), S(pipe2), S(timerfd_create), S(timerfd_settime), S(timerfd_gettime),
    /* memory; mmap and mprotect are in the rules */
    S(brk), S(munmap), S(mremap), S(madvise), S(mlock), S(mlock2), S(munlock),
    /* threads; clone is in the rules */
    S(futex), S(set_robust_list), S(rseq), S(membarrier), S(gettid), S(sched_yield), S(sched_getaffinity), S(getcpu),
    S(exit), S(exit_group), S(restart_syscall),
    /* time and chance */
    S(clock_gettime), S(clock_getres), S(clock_nanosleep), S(nanosleep), S(gettimeofday), S(time), S(getrandom),
    /* signals */
    S(rt_sigaction), S(rt_sigprocmask), S(rt_sigreturn), S(rt_sigpending), S(rt_sigsuspend), S(rt_sigtimedwait),
    S(sigaltstack), S(signalfd4),
    /* questions about itself and the machine */
    S(getpid), S(getppid), S(getuid), S(geteuid), S(getgid), S(getegid), S(getresuid), S(getresgid), S(getgroups),
    S(capget), S(getrusage), S(getrlimit), S(times), S(sysinfo), S(uname),
};

/* Sockets of its own to upstream servers, connections accepted on inherited ones. */
static const int dns_calls[] = {
    S(connect), S(bind), S(accept), S(accept4),
};

/* Files below the write paths, as far as user and Landlock let it. */
static const int file_calls[] = {
    S(open), S(openat), S(creat), S(access), S(faccessat), S(faccessat2), S(stat), S(lstat), S(statfs), S(fstatfs),
    S(readlink), S(readlinkat), S(getdents64), S(getcwd), S(pwrite64), S(pwritev), S(pwritev2), S(ftruncate),
    S(truncate), S(fallocate), S(fadvise64), S(fsync), S(fdatasync), S(sync_file_range), S(flock), S(dup), S(dup2),
    S(dup3), S(mkdir), S(mkdirat), S(rmdir), S(unlink), S(unlinkat), S(rename), S(renameat), S(renameat2), S(link),
    S(linkat), S(fchmod), S(utimensat), S(umask), S(msync), S(mincore),
};

/* Sockets of its own, to the servers that lists come from. The pair of sockets wakes libcurl's threads. */
static const int fetch_calls[] = {
    S(connect), S(bind),
};

/* Connections accepted on inherited sockets; a database that is only read. */
static const int share_calls[] = {
    S(accept), S(accept4), S(access), S(faccessat), S(faccessat2), S(stat), S(lstat), S(statfs), S(fstatfs), S(readlink),
    S(readlinkat), S(fadvise64), S(mincore),
};

static const int hub_calls[] = {
    S(accept), S(accept4),
};

/* The telemetry engine; found by watching it, see docs/decisions/0004-sandbox.md. */
static const int store_calls[] = {
    S(symlink), S(symlinkat), S(copy_file_range), S(sendfile), S(memfd_create), S(timer_create), S(timer_settime),
    S(timer_gettime), S(timer_getoverrun), S(timer_delete), S(sched_getparam), S(sched_getscheduler),
    S(sched_get_priority_min), S(sched_get_priority_max), S(getpriority),
};

static const int deadly_calls[] = {
    /* another program, or another process's memory */
    S(execve), S(execveat), S(ptrace), S(process_vm_readv), S(process_vm_writev), S(pidfd_getfd), S(userfaultfd),
    /* another view of the machine */
    S(mount), S(umount2), S(move_mount), S(open_tree), S(fsopen), S(fsconfig), S(fsmount), S(fspick),
    S(mount_setattr), S(pivot_root), S(chroot), S(unshare), S(setns), S(open_by_handle_at),
    /* the kernel itself */
    S(bpf), S(perf_event_open), S(init_module), S(finit_module), S(delete_module), S(kexec_load), S(kexec_file_load),
    S(reboot), S(swapon), S(swapoff), S(iopl), S(ioperm), S(modify_ldt), S(acct), S(quotactl), S(syslog),
    S(keyctl), S(add_key), S(request_key), S(clock_settime), S(settimeofday), S(adjtimex), S(clock_adjtime),
};

static const int absent_calls[] = {
    S(clone3), S(openat2), S(epoll_pwait2), S(close_range), S(futex_waitv), S(io_uring_setup), S(io_uring_enter),
    S(io_uring_register),
};

enum {
    DNS = 1 << SANDBOX_DNS,
    HUB = 1 << SANDBOX_HUB,
    STORE = 1 << SANDBOX_STORE,
    FETCH = 1 << SANDBOX_FETCH,
    SHARE = 1 << SANDBOX_SHARE,
    WEB = 1 << SANDBOX_WEB,
    ALL = DNS | HUB | STORE | FETCH | SHARE | WEB,
    CONDITIONS_MAX = 2,
    UNKNOWN_CALLS = 64, /* about ten years of new ones */
};

#define SOCKET_TYPE (~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK))
#define NAMESPACES \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define TO_WRITE (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* Allowed when the arguments (numbered by `at`) under `mask` are `value`. */
static const struct rule {
    unsigned roles;
    int call;
    struct {
        unsigned at;
        uint64_t mask, value;
    } when[CONDITIONS_MAX]; /* those with a mask */
} rules[] = {
    /* threads, but no processes; glibc comes here when clone3 is absent */
    {ALL, S(clone), {{0, CLONE_THREAD | NAMESPACES, CLONE_THREAD}}},
    /* no new code where foreign bytes are parsed; the engine is loaded and compiles, but never writes where it executes */
    {ALL, S(mmap), {{2, PROT_EXEC, 0}}},
    {ALL, S(mprotect), {{2, PROT_EXEC, 0}}},
    {STORE, S(mmap), {{2, PROT_WRITE | PROT_EXEC, PROT_EXEC}}},
    {STORE, S(mprotect), {{2, PROT_WRITE | PROT_EXEC, PROT_EXEC}}},
    {ALL, S(ioctl), {{1, UINT32_MAX, FIONREAD}}},
    {ALL, S(ioctl), {{1, UINT32_MAX, FIONBIO}}},
    {ALL, S(ioctl), {{1, UINT32_MAX, TCGETS}}}, /* isatty */
    {ALL, S(prctl), {{0, UINT32_MAX, PR_SET_NAME}}},
    {ALL, S(prctl), {{0, UINT32_MAX, PR_GET_NAME}}},
    {ALL, S(prctl), {{0, UINT32_MAX, PR_GET_NO_NEW_PRIVS}}},
    {ALL, S(prctl), {{0, UINT32_MAX, PR_CAPBSET_READ}}},
    {ALL, S(prctl), {{0, UINT32_MAX, PR_SET_VMA}}}, /* names in /proc/PID/maps */
    /* its own limits, asked and not set */
    {ALL, S(prlimit64), {{0, UINT32_MAX, 0}, {2, UINT64_MAX, 0}}},
    /* dns: files to read, sockets of four kinds, options of sockets and nothing exotic */
    {DNS | SHARE | WEB, S(openat), {{2, TO_WRITE, O_RDONLY}}},
    {DNS | SHARE | WEB, S(open), {{1, TO_WRITE, O_RDONLY}}},
    {DNS | FETCH, S(socket), {{0, UINT32_MAX, AF_INET}, {1, SOCKET_TYPE, SOCK_DGRAM}}},
    {DNS | FETCH, S(socket), {{0, UINT32_MAX, AF_INET}, {1, SOCKET_TYPE, SOCK_STREAM}}},
    {DNS | FETCH, S(socket), {{0, UINT32_MAX, AF_INET6}, {1, SOCKET_TYPE, SOCK_DGRAM}}},
    {DNS | FETCH, S(socket), {{0, UINT32_MAX, AF_INET6}, {1, SOCKET_TYPE, SOCK_STREAM}}},
    {FETCH, S(socketpair), {{0, UINT32_MAX, AF_UNIX}}},
    {DNS | HUB | FETCH | SHARE | WEB, S(setsockopt), {{1, UINT32_MAX, SOL_SOCKET}}},
    {DNS | HUB | FETCH | SHARE | WEB, S(setsockopt), {{1, UINT32_MAX, IPPROTO_TCP}}},
    {DNS | FETCH, S(setsockopt), {{1, UINT32_MAX, IPPROTO_IP}}},
    {DNS | FETCH, S(setsockopt), {{1, UINT32_MAX, IPPROTO_IPV6}}},
    {DNS, S(setsockopt), {{1, UINT32_MAX, IPPROTO_UDP}}},
    /* a thread of its own steps back; forward needs a capability that no role has */
    {DNS | HUB, S(setpriority), {{0, UINT32_MAX, PRIO_PROCESS}, {1, UINT32_MAX, 0}}},
    /* its own threads go to processors, nobody else's */
    {STORE, S(sched_setaffinity), {{0, UINT32_MAX, 0}}},
};

static int add_all(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int e = seccomp_rule_add(ctx, action, calls[i], 0);
        if (e < 0)
            return e;
    }
    return 0;
}

static int add_rule(scmp_filter_ctx ctx, const struct rule *r)
{
    struct scmp_arg_cmp conditions[CONDITIONS_MAX];
    unsigned n = 0;
    for (; n < CONDITIONS_MAX && r->when[n].mask; n++)
        conditions[n] = (struct scmp_arg_cmp){.arg = r->when[n].at,
                                              .op = SCMP_CMP_MASKED_EQ,
                                              .datum_a = r->when[n].mask,
                                              .datum_b = r->when[n].value};
    return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, r->call, n, conditions);
}

/* Signals go to this process only: abort, raise, pthread_kill. */
static int add_own_signals(scmp_filter_ctx ctx)
{
    struct scmp_arg_cmp own = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = (uint64_t)getpid()};
    return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, S(tgkill), 1, &own);
}

/* Calls made after this libseccomp: a kernel that does not know them would say the same. */
static int add_unknown(scmp_filter_ctx ctx)
{
    int last = 0;
    for (int nr = 0; nr < 1024; nr++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
        if (name)
            last = nr;
        free(name);
    }
    int e = 0;
    for (int nr = last + 1; e == 0 && nr <= last + UNKNOWN_CALLS; nr++)
        e = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), nr, 0);
    return e;
}

static int fill(scmp_filter_ctx ctx, enum sandbox_role role)
{
    static const struct {
        unsigned roles;
        uint32_t action;
        const int *calls;
        size_t count;
    } lists[] = {
        {ALL, SCMP_ACT_ALLOW, common_calls, array_len(common_calls)},
        {DNS, SCMP_ACT_ALLOW, dns_calls, array_len(dns_calls)},
        {FETCH, SCMP_ACT_ALLOW, fetch_calls, array_len(fetch_calls)},
        {HUB | STORE | FETCH, SCMP_ACT_ALLOW, file_calls, array_len(file_calls)},
        {HUB, SCMP_ACT_ALLOW, hub_calls, array_len(hub_calls)},
        {SHARE | WEB, SCMP_ACT_ALLOW, share_calls, array_len(share_calls)},
        {STORE, SCMP_ACT_ALLOW, store_calls, array_len(store_calls)},
        {ALL, SCMP_ACT_KILL_PROCESS, deadly_calls, array_len(deadly_calls)},
        {ALL, SCMP_ACT_ERRNO(ENOSYS), absent_calls, array_len(absent_calls)},
    };
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(lists); i++)
        if (lists[i].roles & 1u << role)
            e = add_all(ctx, lists[i].action, lists[i].calls, lists[i].count);
    for (size_t i = 0; e == 0 && i < array_len(rules); i++)
        if (rules[i].roles & 1u << role)
            e = add_rule(ctx, &rules[i]);
    if (e == 0)
        e = add_own_signals(ctx);
    return e ? e : add_unknown(ctx);
}

int sandbox_calls_filter(enum sandbox_role role)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return -ENOMEM;
    int e = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (e == 0)
        e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
    if (e == 0)
        e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list of 300 comparisons */
    if (e == 0)
        e = fill(ctx, role);
    if (e == 0)
        e = seccomp_load(ctx);
    seccomp_release(ctx);
    return e;
}
