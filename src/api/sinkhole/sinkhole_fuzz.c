/* Any request for the page of blocked names: one answer with a status that means what it says, whose markup is ours alone. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/policy.h"
#include "api/sinkhole/sinkhole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct node node;
static struct sinkhole *sinkhole;
static struct policy *policy;

static const struct policy *policy_of(void *self)
{
    (void)self;
    return policy;
}

static struct addr as_it_is(void *self, const struct addr *client)
{
    (void)self;
    return *client;
}

/* "blocked.example" and all below it. */
static struct policy_image *make_image(void)
{
    struct policy_builder_options o = {.dir_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .memory_max = 4 << 20, .generation = 1};
    struct policy_list list = {.name = "by <hand>"};
    struct policy_rule_spec spec = {.action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_BOTH};
    struct policy_build_stats stats;
    struct policy_builder *b;
    struct policy_image *image;
    struct dns_name name;
    const char *reason;
    int fd, e = policy_builder_new(&o, &b);
    assert(e == 0);
    e = policy_builder_list(b, &list);
    assert(e == 0);
    e = dns_name_parse("blocked.example", 15, &name);
    assert(e == 0);
    e = policy_builder_add(b, &name, &spec, 7);
    assert(e == 0);
    e = policy_builder_finish_fd(b, &fd, &stats);
    assert(e == 0);
    e = policy_image_open_fd(fd, true, &image, &reason);
    assert(e == 0);
    policy_builder_free(b);
    close(fd);
    close(o.dir_fd);
    return image;
}

static void begin(void)
{
    char path[] = "/tmp/hinomi-sinkhole-fuzz.XXXXXX", file[64];
    char *folder = mkdtemp(path);
    assert(folder);
    snprintf(file, sizeof file, "%s/ledger.db", folder);
    int e = ledger_open(file, &node.ledger);
    assert(e == 0);
    node.policy = policy_of;
    node.stored_client = as_it_is;
    policy = policy_new(make_image(), NULL, NULL, NULL);
    assert(policy);
    e = sinkhole_new(&node, &sinkhole);
    assert(e == 0);
}

static const char *line(struct reader *r, char *to, size_t max)
{
    size_t len = 0;
    while (r->left > 0) {
        uint8_t c = reader_u8(r);
        if (c == '\n')
            break;
        if (len + 1 < max && c != '\0')
            to[len++] = (char)c;
    }
    to[len] = '\0';
    return to;
}

/* Tags that a page has besides those of text; whoever gets one more in has found a hole. */
static void check_markup(const char *body, size_t len)
{
    static const char *const known[] = {"!DOCTYPE html", "html ", "/html", "head", "/head", "meta ", "link ", "title", "/title", "body", "/body", "h1", "/h1",
                                        "h2", "/h2", "p", "/p", "p ", "span ", "/span", "div ", "/div", "dl", "/dl", "dt", "/dt", "dd", "/dd", "form ",
                                        "/form", "label ", "/label", "textarea ", "/textarea", "input ", "button ", "/button", "a ", "/a"};
    for (size_t i = 0; i < len; i++) {
        if (body[i] != '<')
            continue;
        bool found = false;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            size_t n = strlen(known[k]);
            found = found || (i + 1 + n < len && memcmp(body + i + 1, known[k], n) == 0 && (known[k][n - 1] == ' ' || body[i + 1 + n] == '>'));
        }
        assert(found);
    }
}

/* A request as text: method, target, host, languages, content type, and the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char method[16], target[8192], host[400], languages[200], type[96];
    static uint32_t asked;
    if (!sinkhole)
        begin();
    struct reader r = reader_of(data, size);
    struct sinkhole_request request = {.method = line(&r, method, sizeof method)};
    line(&r, target, sizeof target);
    request.target = reader_of(target, strlen(target));
    request.host = line(&r, host, sizeof host);
    request.languages = line(&r, languages, sizeof languages);
    request.content_type = line(&r, type, sizeof type);
    request.body = r;
    asked++; /* another client each time, so that reports are not refused for their number alone */
    memcpy(&request.address, &asked, sizeof asked);
    struct web_answer a;
    sinkhole_answer(sinkhole, &request, &a);
    assert(a.status == 200 || a.status == 201 || a.status == 400 || a.status == 403 || a.status == 404 || a.status == 429 || a.status == 503);
    assert(a.len > 0 && a.body && !a.sets_session && a.channel == 0);
    if (strncmp(a.content_type, "text/html", 9) == 0) {
        check_markup(a.body, a.len);
        assert(a.len > 8 && memcmp(a.body + a.len - 8, "</html>\n", 8) == 0); /* the page had room for all of it */
    }
    return 0;
}
