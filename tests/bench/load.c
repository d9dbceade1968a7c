/* Loads a DNS server on 127.0.0.1 and tells what an answer costs it: queries in flight up to a window, or at a rate.
 *
 *     load PORT FILE SECONDS SERVER_PID [RATE]
 *
 * FILE has one name a line (type A). Prints one JSON line: answers, losses, response codes, microseconds of the server's
 * CPU for an answer (all its threads, /proc/PID/task/N/schedstat), latency percentiles. A warm-up of half a second is not
 * counted. Sends to the loopback only.
 *
 * Without a rate: one spinning thread, give it a core of its own. At a rate it sleeps between, and an answer has arrived when
 * the kernel took it from the server: how soon this process gets a core again is not the server's latency.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/priority.h"

enum {
    SOCKETS = 8,
    WINDOW = 16, /* of each socket, without a rate */
    BATCH = 32,
    IDS = 65536,
    QUERY_MAX = 288,
    LATENCY_MAX_US = 1 << 20,
    LOST_NS = 1000000000,
    WARM_UP_MS = 500,
    NAP_NS = 1000000, /* at most, between two looks at what is due */
};

struct query {
    uint16_t len;
    uint8_t bytes[QUERY_MAX];
};

struct client {
    int fd;
    uint16_t next_id;
    unsigned in_flight;
    uint64_t sent_ns[IDS]; /* 0: not in flight */
};

static struct query *queries;
static size_t query_count, query_next;
static struct client clients[SOCKETS];
static uint64_t sent, received, lost, rcodes[16], latency_count;
static uint32_t latencies[LATENCY_MAX_US + 1]; /* by microsecond */

static bool is_paced;

static uint64_t ns_of(const struct timespec *t)
{
    return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

/* Of the clock that the kernel stamps packets with, where its stamps are used. */
static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(is_paced ? CLOCK_REALTIME : CLOCK_MONOTONIC, &t);
    return ns_of(&t);
}

static bool make_query(const char *name, struct query *q)
{
    static const uint8_t head[12] = {0, 0, 1, 0, 0, 1};
    uint8_t *p = q->bytes;
    memcpy(p, head, sizeof head);
    p += sizeof head;
    while (*name && *name != '\n') {
        size_t label = strcspn(name, ".\n");
        if (label == 0 || label > 63 || p + label + 6 > q->bytes + QUERY_MAX)
            return false;
        *p++ = (uint8_t)label;
        memcpy(p, name, label);
        p += label;
        name += label + (name[label] == '.');
    }
    static const uint8_t tail[5] = {0, 0, 1, 0, 1};
    memcpy(p, tail, sizeof tail);
    q->len = (uint16_t)(p + sizeof tail - q->bytes);
    return true;
}

static void read_queries(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[512];
    size_t max = 1 << 16;
    queries = malloc(max * sizeof *queries);
    while (f && queries && fgets(line, sizeof line, f)) {
        if (query_count == max)
            queries = realloc(queries, (max *= 2) * sizeof *queries);
        if (queries && make_query(line, &queries[query_count]))
            query_count++;
    }
    if (!f || query_count == 0) {
        fprintf(stderr, "load: no names in %s\n", path);
        exit(1);
    }
    fclose(f);
}

static void open_clients(uint16_t port)
{
    struct sockaddr_in sa = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < SOCKETS; i++) {
        int size = 4 << 20;
        clients[i].fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        setsockopt(clients[i].fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        setsockopt(clients[i].fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        if (is_paced)
            setsockopt(clients[i].fd, SOL_SOCKET, SO_TIMESTAMPNS, &(int){1}, sizeof(int));
        if (connect(clients[i].fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
            perror("load");
            exit(1);
        }
    }
}

static uint64_t stamp_of(struct msghdr *h, uint64_t otherwise_ns)
{
    struct timespec t;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return ns_of(&t);
        }
    return otherwise_ns;
}

static void receive(struct client *c)
{
    static uint8_t bytes[BATCH][2048];
    static struct iovec iov[BATCH];
    static struct mmsghdr m[BATCH];
    static _Alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(struct timespec))];
    for (int i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){bytes[i], sizeof bytes[i]};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
        if (is_paced) {
            m[i].msg_hdr.msg_control = control[i];
            m[i].msg_hdr.msg_controllen = sizeof control[i];
        }
    }
    int n = recvmmsg(c->fd, m, BATCH, MSG_DONTWAIT, NULL);
    uint64_t read_ns = now_ns();
    for (int i = 0; i < n; i++) {
        uint64_t now = is_paced ? stamp_of(&m[i].msg_hdr, read_ns) : read_ns;
        uint16_t id = (uint16_t)(bytes[i][0] << 8 | bytes[i][1]);
        if (m[i].msg_len < 12 || c->sent_ns[id] == 0)
            continue;
        uint64_t us = (now - c->sent_ns[id]) / 1000;
        latencies[us < LATENCY_MAX_US ? us : LATENCY_MAX_US]++;
        latency_count++;
        rcodes[bytes[i][3] & 15]++;
        c->sent_ns[id] = 0;
        c->in_flight--;
        received++;
    }
}

static unsigned send_some(struct client *c, unsigned want)
{
    static struct iovec iov[BATCH];
    static struct mmsghdr m[BATCH];
    uint16_t ids[BATCH];
    if (want > BATCH)
        want = BATCH;
    for (unsigned i = 0; i < want; i++) {
        struct query *q = &queries[(query_next + i) % query_count];
        while (c->sent_ns[c->next_id] != 0)
            c->next_id++;
        ids[i] = c->next_id++;
        q->bytes[0] = (uint8_t)(ids[i] >> 8);
        q->bytes[1] = (uint8_t)ids[i];
        iov[i] = (struct iovec){q->bytes, q->len};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    uint64_t now = now_ns();
    int n = sendmmsg(c->fd, m, want, MSG_DONTWAIT);
    for (int i = 0; i < n; i++)
        c->sent_ns[ids[i]] = now;
    unsigned done = n > 0 ? (unsigned)n : 0;
    c->in_flight += done;
    query_next = (query_next + done) % query_count;
    sent += done;
    return done;
}

static void count_lost(uint64_t now)
{
    for (int i = 0; i < SOCKETS; i++) {
        for (unsigned id = 0; clients[i].in_flight > 0 && id < IDS; id++) {
            if (clients[i].sent_ns[id] == 0 || now - clients[i].sent_ns[id] < LOST_NS)
                continue;
            clients[i].sent_ns[id] = 0;
            clients[i].in_flight--;
            lost++;
        }
    }
}

static uint64_t server_cpu_ns(const char *pid)
{
    char path[512];
    uint64_t total = 0;
    snprintf(path, sizeof path, "/proc/%s/task", pid);
    DIR *tasks = opendir(path);
    struct dirent *entry;
    while (tasks && (entry = readdir(tasks)) != NULL) {
        unsigned long long ns;
        snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", pid, entry->d_name);
        FILE *f = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (f && fscanf(f, "%llu", &ns) == 1)
            total += ns;
        if (f)
            fclose(f);
    }
    if (tasks)
        closedir(tasks);
    return total;
}

static uint32_t percentile(double share)
{
    uint64_t want = (uint64_t)(share * (double)latency_count), seen = 0;
    for (uint32_t us = 0; us <= LATENCY_MAX_US; us++) {
        seen += latencies[us];
        if (seen > want)
            return us;
    }
    return LATENCY_MAX_US;
}

/* Until an answer comes or the next question is due. */
static void nap(uint64_t due_ns)
{
    struct pollfd p[SOCKETS];
    for (int i = 0; i < SOCKETS; i++)
        p[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    uint64_t now = now_ns(), ns = due_ns > now ? due_ns - now : 0;
    ppoll(p, SOCKETS, &(struct timespec){.tv_nsec = (long)(ns < NAP_NS ? ns : NAP_NS)}, NULL);
}

static void run(uint64_t until_ns, double rate)
{
    uint64_t start = now_ns(), swept = start, due_sent = 0;
    for (uint64_t now = start; now < until_ns; now = now_ns()) {
        for (int i = 0; i < SOCKETS; i++)
            if (clients[i].in_flight > 0)
                receive(&clients[i]);
        for (int i = 0; i < SOCKETS; i++) {
            struct client *c = &clients[i];
            uint64_t due = rate > 0 ? (uint64_t)((double)(now - start) / 1e9 * rate) : 0;
            if (rate > 0 && due > due_sent && c->in_flight < IDS / 2)
                due_sent += send_some(c, (unsigned)(due - due_sent));
            else if (rate <= 0 && c->in_flight < WINDOW)
                send_some(c, WINDOW - c->in_flight);
        }
        if (now - swept > LOST_NS / 5) {
            swept = now_ns(); /* later than all that was sent in this turn */
            count_lost(swept);
        }
        if (is_paced)
            nap(start + (uint64_t)((double)(due_sent + 1) * 1e9 / rate));
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "load PORT FILE SECONDS SERVER_PID [RATE]\n");
        return 2;
    }
    double seconds = strtod(argv[3], NULL), rate = argc > 5 ? strtod(argv[5], NULL) : 0;
    is_paced = rate > 0;
    if (is_paced)
        priority_short_turns(); /* between the stamp of a question and its sending nobody else is to have a turn */
    read_queries(argv[2]);
    query_next = (size_t)(now_ns() / 1000) % query_count; /* so that repeated runs do not replay one part */
    open_clients((uint16_t)strtoul(argv[1], NULL, 10));
    run(now_ns() + WARM_UP_MS * 1000000ull, rate);
    sent = received = lost = latency_count = 0;
    memset(rcodes, 0, sizeof rcodes);
    memset(latencies, 0, sizeof latencies);
    uint64_t cpu = server_cpu_ns(argv[4]), start = now_ns();
    run(start + (uint64_t)(seconds * 1e9), rate);
    cpu = server_cpu_ns(argv[4]) - cpu;
    double took = (double)(now_ns() - start) / 1e9;
    printf("{\"qps\": %.0f, \"received\": %llu, \"lost\": %llu, \"noerror\": %llu, \"nxdomain\": %llu, \"servfail\": %llu, "
           "\"cpu_us\": %.4f, \"p50_us\": %u, \"p99_us\": %u, \"p999_us\": %u}\n",
           (double)received / took, (unsigned long long)received, (unsigned long long)lost,
           (unsigned long long)rcodes[0], (unsigned long long)rcodes[3], (unsigned long long)rcodes[2],
           received ? (double)cpu / 1e3 / (double)received : 0, percentile(0.5), percentile(0.99), percentile(0.999));
    return 0;
}
