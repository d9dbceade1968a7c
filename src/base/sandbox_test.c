/* Each case is a child that enters a role's sandbox and then tries what it may and what it may not. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

enum { NOBODY = 65534 };

static const char *const role_names[] = {"dns", "hub", "store", "fetch", "share", "web"};
_Static_assert(sizeof role_names / sizeof role_names[0] == SANDBOX_COUNT, "one name per role");

static char folder[64], other[64];                     /* a write path; a path that nobody allowed */
static char readable[80], writable[80], forbidden[80]; /* files in read path, write path, other */
static char read_folder[80], write_folder[80];

static void make_file(char *path, const char *in, const char *name)
{
    snprintf(path, 80, "%s/%s", in, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    check(fd >= 0 && write(fd, "text", 4) == 4);
    close(fd);
}

/* Folders that the user of the sandbox could use, were it not for the sandbox. */
static void make_files(void)
{
    if (folder[0])
        return;
    umask(0);
    snprintf(folder, sizeof folder, "/tmp/sandbox_test.XXXXXX");
    snprintf(other, sizeof other, "/tmp/sandbox_test.XXXXXX");
    check(mkdtemp(folder) && mkdtemp(other));
    chmod(folder, 0777);
    chmod(other, 0777);
    snprintf(read_folder, sizeof read_folder, "%s/read", folder);
    snprintf(write_folder, sizeof write_folder, "%s/write", folder);
    check(mkdir(read_folder, 0777) == 0 && mkdir(write_folder, 0777) == 0);
    make_file(readable, read_folder, "file");
    make_file(writable, write_folder, "file");
    make_file(forbidden, other, "file");
    chmod(readable, 0666);
    chmod(writable, 0666);
    chmod(forbidden, 0666);
}

static void remove_files(void)
{
    static char *const files[] = {readable, writable, forbidden};
    for (size_t i = 0; i < array_len(files); i++)
        unlink(files[i]);
    rmdir(read_folder);
    rmdir(write_folder);
    check_int(rmdir(folder), ==, 0); /* whatever a role made, it could remove */
    check_int(rmdir(other), ==, 0);
}

/* Root that may become somebody else: not so in a user namespace of one user. */
static bool can_change_user(void)
{
    static int can = -1;
    if (can < 0) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0)
            _exit(!(geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
                    setresuid(NOBODY, NOBODY, NOBODY) == 0));
        waitpid(pid, &status, 0);
        can = status == 0;
    }
    return can;
}

static int enter(enum sandbox_role role, struct sandbox_report *ret_report)
{
    struct sandbox_options o = {
        .role = role,
        .uid = can_change_user() ? NOBODY : 0,
        .gid = can_change_user() ? NOBODY : 0,
        .read_paths = {read_folder, "/nonexistent/path"},
        .write_paths = {write_folder},
    };
    int e = sandbox_enter(&o, ret_report);
    if (e < 0)
        printf("# %s: %s: %s\n", role_names[role], ret_report->failed, strerror(-e));
    return e;
}

/* Runs `call` in a child and in the sandbox; returns its wait status: 0 when all its checks held. */
static int in_sandbox(enum sandbox_role role, void (*call)(enum sandbox_role role, const struct sandbox_report *report))
{
    make_files();
    can_change_user();
    fflush(stdout);
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_report report;
        test_failures = 0;
        if (enter(role, &report) < 0)
            _exit(99);
        call(role, &report);
        fflush(stdout);
        _exit(test_failures > 0);
    }
    check_int(waitpid(pid, &status, 0), ==, pid);
    return status;
}

static void in_each_sandbox(void (*call)(enum sandbox_role role, const struct sandbox_report *report))
{
    for (int role = 0; role < SANDBOX_COUNT; role++) {
        int status = in_sandbox((enum sandbox_role)role, call);
        if (status != 0)
            printf("# %s: wait status %#x\n", role_names[role], (unsigned)status);
        check_int(status, ==, 0);
    }
}

/* 0 or negative errno. */
static int try_open(const char *path, int flags)
{
    int fd = open(path, flags, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static int try_socket(int domain, int type)
{
    int fd = socket(domain, type, 0);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

/* ---- rights of the process ---- */

static void has_no_rights(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role;
    check(report->filtered_calls);
    check(!report->others_run);
    check_int(report->dropped_user, ==, can_change_user());
    check_int(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), ==, 1);
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
    check_int(syscall(SYS_capget, &head, caps), ==, 0);
    for (size_t i = 0; i < array_len(caps); i++) {
        check_int(caps[i].effective, ==, 0);
        check_int(caps[i].permitted, ==, 0);
        check_int(caps[i].inheritable, ==, 0);
    }
    if (can_change_user()) {
        uid_t r, e, s;
        gid_t rg, eg, sg;
        check(getresuid(&r, &e, &s) == 0 && r == NOBODY && e == NOBODY && s == NOBODY);
        check(getresgid(&rg, &eg, &sg) == 0 && rg == NOBODY && eg == NOBODY && sg == NOBODY);
        check_int(getgroups(0, NULL), ==, 0);
        for (int c = 0; c <= CAP_LAST_CAP; c++) /* -1 for one that this kernel does not have */
            check_int(prctl(PR_CAPBSET_READ, c, 0, 0, 0), <=, 0);
    }
    check_int(syscall(SYS_setuid, 0), ==, -1);
    check_int(errno, ==, EPERM);
    check_int(syscall(SYS_setresuid, 0, 0, 0), ==, -1);
    check_int(syscall(SYS_setgroups, 0, NULL), ==, -1);
    struct rlimit core;
    check(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
    core.rlim_max = 1;
    check_int(setrlimit(RLIMIT_CORE, &core), ==, -1);
}

TEST(privileges_are_gone_and_stay_gone)
{
    make_files();
    if (!can_change_user())
        printf("# change of user: not possible for this user, so only that it is refused is tested\n");
    in_each_sandbox(has_no_rights);
}

TEST(a_change_of_user_that_cannot_be_made_is_an_error)
{
    fflush(stdout);
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (can_change_user() && setresuid(NOBODY, NOBODY, NOBODY) < 0)
            _exit(90);
        struct sandbox_report report;
        struct sandbox_options o = {.role = SANDBOX_HUB, .uid = 12345, .gid = 12345};
        if (sandbox_enter(&o, &report) >= 0)
            _exit(91);
        struct sandbox_options root_group = {.role = SANDBOX_HUB, .uid = 12345, .gid = 0};
        _exit(report.failed && strcmp(report.failed, "user") == 0 && sandbox_enter(&root_group, &report) == -EINVAL ? 0
                                                                                                                    : 92);
    }
    check_int(waitpid(pid, &status, 0), ==, pid);
    check_int(status, ==, 0);
}

TEST(a_write_path_that_is_not_there_is_an_error_and_named)
{
    fflush(stdout);
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_report report;
        struct sandbox_options o = {.role = SANDBOX_HUB, .write_paths = {"/nonexistent/path"}};
        int e = sandbox_enter(&o, &report);
        bool named = report.failed && strcmp(report.failed, "/nonexistent/path") == 0;
        _exit(report.landlock_abi == 0 ? e : !(e == -ENOENT && named));
    }
    check_int(waitpid(pid, &status, 0), ==, pid);
    check_int(status, ==, 0);
}

/* ---- files ---- */

static void sees_only_its_files(enum sandbox_role role, const struct sandbox_report *report)
{
    bool writes = role != SANDBOX_DNS && role != SANDBOX_SHARE && role != SANDBOX_WEB;
    char fresh[96], moved[96], beside[96];
    check_int(try_open(readable, O_RDONLY), ==, 0);
    check_int(try_open(writable, O_RDONLY), ==, 0);
    check_int(try_open("/dev/urandom", O_RDONLY), ==, 0);
    snprintf(fresh, sizeof fresh, "%s/fresh", write_folder);
    snprintf(moved, sizeof moved, "%s/below/moved", write_folder);
    snprintf(beside, sizeof beside, "%s/fresh", other);
    if (writes) {
        char below[96];
        snprintf(below, sizeof below, "%s/below", write_folder);
        check_int(mkdir(below, 0700), ==, 0);
        check_int(try_open(fresh, O_RDWR | O_CREAT | O_EXCL), ==, 0);
        check_int(truncate(fresh, 10), ==, 0);
        if (!report->limited_files || report->landlock_abi >= 2)
            check_int(rename(fresh, moved), ==, 0);
        else
            check_int(rename(fresh, moved), ==, -1); /* not between folders, says Landlock 1 */
        unlink(fresh);
        unlink(moved);
        check_int(rmdir(below), ==, 0);
        int fd = open(write_folder, O_TMPFILE | O_RDWR, 0600);
        check(fd >= 0 || errno == EOPNOTSUPP); /* a file system without it */
        check(fd < 0 || pwrite(fd, "x", 1, 0) == 1);
        close(fd);
    } else { /* the filter alone, without Landlock, keeps this role from writing */
        check_int(try_open(writable, O_WRONLY), ==, -EPERM);
        check_int(try_open(writable, O_RDONLY | O_TRUNC), ==, -EPERM);
        check_int(try_open(fresh, O_RDONLY | O_CREAT), ==, -EPERM);
        check_int(try_open(write_folder, O_TMPFILE | O_RDWR), ==, -EPERM);
        check_int(unlink(writable), ==, -1);
        check_int(rename(writable, fresh), ==, -1);
    }
    if (!report->limited_files)
        return;
    check_int(try_open("/etc/passwd", O_RDONLY), ==, -EACCES);
    check_int(try_open("/proc/1/status", O_RDONLY), !=, 0);
    check_int(try_open("/", O_RDONLY | O_DIRECTORY), ==, -EACCES);
    check_int(try_open(read_folder, O_RDONLY | O_DIRECTORY), ==, 0);
    check_int(try_open(forbidden, O_RDONLY), ==, -EACCES);
    if (writes) {
        check_int(try_open(readable, O_RDWR), ==, -EACCES);
        check_int(try_open(forbidden, O_WRONLY), ==, -EACCES);
        check_int(try_open(beside, O_WRONLY | O_CREAT), ==, -EACCES);
        check_int(unlink(forbidden), ==, -1);
        check_int(unlink(readable), ==, -1);
        check_int(rename(writable, beside), ==, -1);
        check_int(link(forbidden, fresh), ==, -1);
        if (report->landlock_abi >= 3)
            check_int(truncate(forbidden, 0), ==, -1);
    }
}

/* Tells what this kernel has; the report is what the operator sees too. */
static void says_what_is_limited(enum sandbox_role role, const struct sandbox_report *report)
{
    if (role == SANDBOX_DNS && report->limited_files)
        printf("# Landlock ABI %d: files limited%s%s\n", report->landlock_abi, report->limited_tcp ? ", TCP too" : "",
               report->limited_signals ? ", signals too" : "");
    else if (role == SANDBOX_DNS)
        printf("# this kernel has no Landlock: that files are out of reach is not tested\n");
    check_int(report->limited_files, ==, report->landlock_abi > 0);
    check_int(report->limited_tcp, ==, report->landlock_abi >= 4);
    check_int(report->limited_signals, ==, report->landlock_abi >= 6);
}

TEST(only_allowed_files_can_be_read_and_written)
{
    in_each_sandbox(says_what_is_limited);
    in_each_sandbox(sees_only_its_files);
}

/* ---- network ---- */

static bool opens_sockets(enum sandbox_role role)
{
    return role == SANDBOX_DNS || role == SANDBOX_FETCH;
}

static void opens_only_its_sockets(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)report;
    int wanted = opens_sockets(role) ? 0 : -EPERM;
    check_int(try_socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK), ==, wanted);
    check_int(try_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC), ==, wanted);
    int six = try_socket(AF_INET6, SOCK_DGRAM);
    check(six == wanted || (six == -EAFNOSUPPORT && opens_sockets(role))); /* a kernel without IPv6 */
    static const int domains[] = {AF_UNIX, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH};
    for (size_t i = 0; i < array_len(domains); i++)
        check_int(try_socket(domains[i], SOCK_DGRAM), ==, -EPERM);
    check_int(try_socket(AF_INET, SOCK_RAW), ==, -EPERM);
    int pair[2];
    check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, role == SANDBOX_FETCH ? 0 : -1);
    if (!opens_sockets(role))
        return;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check_int(bind(fd, (struct sockaddr *)&to, sizeof to), ==, 0); /* any port: an outgoing address */
    check_int(listen(fd, 1), ==, -1);
    to.sin_port = htons(1);
    int e = connect(fd, (struct sockaddr *)&to, sizeof to) < 0 ? errno : 0;
    check(e == ECONNREFUSED || e == ENETUNREACH || e == 0); /* as the network has it, not as the sandbox */
    close(fd);
}

TEST(only_the_resolver_and_the_fetcher_open_sockets)
{
    in_each_sandbox(opens_only_its_sockets);
}

static int inherited;

static void binds_no_inherited_socket(enum sandbox_role role, const struct sandbox_report *report)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(5399)};
    check_int(bind(inherited, (struct sockaddr *)&at, sizeof at), ==, opens_sockets(role) && !report->limited_tcp ? 0 : -1);
    if (!opens_sockets(role))
        check_int(connect(inherited, (struct sockaddr *)&at, sizeof at), ==, -1);
    check_int(listen(inherited, 1), ==, -1);
}

TEST(a_socket_handed_over_cannot_be_turned_into_another)
{
    inherited = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(inherited >= 0);
    in_each_sandbox(binds_no_inherited_socket);
    close(inherited);
}

static int pair[2], listener;
static struct sockaddr_un listener_address;

static void talks_on_what_it_has(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)report;
    char byte = 0;
    check_int(send(pair[0], "x", 1, 0), ==, 1);
    check_int(recv(pair[1], &byte, 1, 0), ==, 1);
    check_int(byte, ==, 'x');
    /* A descriptor in a message, as the parent sends them. */
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec iov = {&byte, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(c), &pair[0], sizeof(int));
    check_int(sendmsg(pair[0], &m, 0), ==, 1);
    check_int(recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC), ==, 1);
    if (role != SANDBOX_HUB)
        return;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    check(fd >= 0);
    struct ucred peer;
    socklen_t len = sizeof peer;
    check_int(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len), ==, 0);
    check_int(peer.pid, ==, getppid());
    close(fd);
}

TEST(inherited_sockets_work)
{
    check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listener_address.sun_family = AF_UNIX; /* bound to nothing but its family: the kernel chooses an abstract name */
    socklen_t len = sizeof listener_address;
    check_int(bind(listener, (struct sockaddr *)&listener_address, sizeof(sa_family_t)), ==, 0);
    check_int(getsockname(listener, (struct sockaddr *)&listener_address, &len), ==, 0);
    check_int(listen(listener, 1), ==, 0);
    check_int(connect(client, (struct sockaddr *)&listener_address, len), ==, 0);
    in_each_sandbox(talks_on_what_it_has);
    close(client);
    close(listener);
    close(pair[0]);
    close(pair[1]);
}

/* ---- deadly calls, other programs and processes ---- */

static void executes(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    execl("/bin/true", "true", NULL);
}

static void traces(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static void looks_into_others(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static void changes_its_view(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */);
}

static void loads_into_the_kernel(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    syscall(SYS_bpf, 0, NULL, 0);
}

TEST(calls_of_intruders_are_deadly)
{
    static void (*const calls[])(enum sandbox_role, const struct sandbox_report *) = {
        executes, traces, looks_into_others, changes_its_view, loads_into_the_kernel};
    for (int role = 0; role < SANDBOX_COUNT; role++) {
        for (size_t i = 0; i < array_len(calls); i++) {
            int status = in_sandbox((enum sandbox_role)role, calls[i]);
            check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && !WCOREDUMP(status));
        }
    }
}

#ifdef __x86_64__
static void uses_the_32_bit_door(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    long r = 20; /* getpid there */
    __asm__ volatile("int $0x80" : "+a"(r) : : "memory");
}

TEST(the_other_architecture_is_deadly)
{
    int status = in_sandbox(SANDBOX_DNS, uses_the_32_bit_door);
    /* Without 32-bit support in the kernel it is SIGSEGV. */
    check(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV));
}
#endif

static void harms_nobody(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)report;
    check_int(kill(getppid(), 0), ==, -1);
    check_int(syscall(SYS_tgkill, getppid(), getppid(), 0), ==, -1);
    check_int(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0), ==, 0);
    check_int(syscall(SYS_fork), ==, -1);
    check_int(errno, ==, EPERM);
    check_int(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0), ==, -1);
    check_int(syscall(SYS_clone3, NULL, 0), ==, -1);
    check_int(errno, ==, ENOSYS);
    check_int(syscall(SYS_io_uring_setup, 1, NULL), ==, -1);
    check_int(errno, ==, ENOSYS);
    check_int(syscall(1000), ==, -1);
    check_int(setpriority(PRIO_PROCESS, 1, 5), ==, -1);
    check_int(setpriority(PRIO_USER, 0, 5), ==, -1);
    bool may_step_back = role == SANDBOX_DNS || role == SANDBOX_HUB;
    check_int(setpriority(PRIO_PROCESS, 0, 5), ==, may_step_back ? 0 : -1);
}

TEST(no_process_is_made_or_signalled)
{
    in_each_sandbox(harms_nobody);
}

static void aborts(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    abort();
}

TEST(an_abort_is_still_one)
{
    for (int role = 0; role < SANDBOX_COUNT; role++) {
        int status = in_sandbox((enum sandbox_role)role, aborts);
        check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

static int try_map(int prot)
{
    void *p = mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return -errno;
    munmap(p, 4096);
    return 0;
}

static void makes_no_code(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)report;
    check_int(try_map(PROT_READ | PROT_WRITE), ==, 0);
    check_int(try_map(PROT_READ | PROT_WRITE | PROT_EXEC), ==, -EPERM);
    check_int(try_map(PROT_READ | PROT_EXEC), ==, role == SANDBOX_STORE ? 0 : -EPERM);
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check_int(mprotect(p, 4096, PROT_READ), ==, 0);
    check_int(mprotect(p, 4096, PROT_WRITE | PROT_EXEC), ==, -1);
    check_int(mprotect(p, 4096, PROT_READ | PROT_EXEC), ==, role == SANDBOX_STORE ? 0 : -1);
    munmap(p, 4096);
}

TEST(no_memory_is_both_written_and_executed)
{
    in_each_sandbox(makes_no_code);
}

/* ---- threads ---- */

static void *try_forbidden(void *ret_error)
{
    *(int *)ret_error = try_socket(AF_NETLINK, SOCK_DGRAM);
    return NULL;
}

static void starts_threads(enum sandbox_role role, const struct sandbox_report *report)
{
    (void)role, (void)report;
    pthread_t threads[8];
    int errors[8] = {0};
    for (size_t i = 0; i < array_len(threads); i++)
        check_int(pthread_create(&threads[i], NULL, try_forbidden, &errors[i]), ==, 0);
    for (size_t i = 0; i < array_len(threads); i++) {
        check_int(pthread_join(threads[i], NULL), ==, 0);
        check_int(errors[i], ==, -EPERM);
    }
}

TEST(new_threads_start_and_are_bound_too)
{
    in_each_sandbox(starts_threads);
}

static sem_t entered;

static void *wait_and_try(void *ret_error)
{
    while (sem_wait(&entered) < 0 && errno == EINTR)
        continue;
    *(int *)ret_error = try_socket(AF_NETLINK, SOCK_DGRAM);
    ((int *)ret_error)[1] = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    ((int *)ret_error)[2] = (int)getuid();
    return NULL;
}

TEST(threads_that_ran_before_are_bound_by_the_filter_and_reported)
{
    make_files();
    can_change_user();
    fflush(stdout);
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_report report;
        pthread_t thread;
        int results[3] = {0};
        test_failures = 0;
        sem_init(&entered, 0, 0);
        check_int(pthread_create(&thread, NULL, wait_and_try, results), ==, 0);
        check_int(enter(SANDBOX_STORE, &report), ==, 0);
        check(report.others_run);
        sem_post(&entered);
        check_int(pthread_join(thread, NULL), ==, 0);
        check_int(results[0], ==, -EPERM);
        check_int(results[1], ==, 1);
        check_int(results[2], ==, getuid());
        fflush(stdout);
        _exit(test_failures > 0);
    }
    check_int(waitpid(pid, &status, 0), ==, pid);
    check_int(status, ==, 0);
}

/* Last: nothing that the cases made is left. */
TEST(what_was_made_could_be_removed)
{
    make_files();
    remove_files();
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
