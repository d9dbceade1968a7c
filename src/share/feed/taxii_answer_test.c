/* Answers of TAXII servers, from the examples of the standard and from servers that lie. */
#include "share/feed/taxii_answer.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static const uint8_t *octets(const char *text)
{
    return (const uint8_t *)text;
}

/* Quotation marks are written as ` here. */
static const char *json(const char *text)
{
    static char to[4096];
    size_t i = 0;
    for (; text[i] && i + 1 < sizeof to; i++)
        to[i] = text[i] == '`' ? '"' : text[i];
    to[i] = '\0';
    return to;
}

static int root(const char *text, char *url)
{
    const char *t = json(text);
    return taxii_answer_root(octets(t), strlen(t), url);
}

TEST(a_discovery_offers_its_default_first)
{
    char url[TAXII_ANSWER_URL_MAX];
    check_int(root("{`title`:`S`,`default`:`https://a.example/api2/`,`api_roots`:[`https://a.example/api1/`]}", url), ==, 0);
    check_str(url, "https://a.example/api2/");
    check_int(root("{`title`:`S`,`api_roots`:[`/api1/`]}", url), ==, 0);
    check_str(url, "/api1/");
    check_int(root("{`title`:`R`,`versions`:[`application/taxii+json;version=2.1`],`max_content_length`:9}", url), ==, 0);
    check_str(url, "");
    check_int(root("{`title`:`S`}", url), ==, -EBADMSG);
    check_int(root("[]", url), ==, -EBADMSG);
    check_int(root("{`default`:`https://a.example/ x`}", url), ==, -EBADMSG);
}

#define ONE "00000000-0000-4000-8000-000000000001"
#define TWO "00000000-0000-4000-8000-000000000002"
#define THREE "00000000-0000-4000-8000-000000000003"
#define OF(id, alias, read, write) "{`id`:`" id "`,`title`:`T " alias "`,`alias`:`" alias "`,`can_read`:" read ",`can_write`:" write "}"

static int find(const char *text, const char *wanted, struct taxii_answer_collection *c)
{
    const char *t = json(text);
    return taxii_answer_find(octets(t), strlen(t), wanted, c);
}

TEST(a_collection_is_found_by_alias_title_or_identifier)
{
    static const char all[] = "{`collections`:[" OF(ONE, "to-b", "true", "false") "," OF(TWO, "from-b", "false", "true") "]}";
    struct taxii_answer_collection c;
    check_int(find(all, "to-b", &c), ==, 0);
    check_str(c.id, ONE);
    check_int(find(all, "T to-b", &c), ==, 0);
    check_int(find(all, ONE, &c), ==, 0);
    check_int(find(all, "from-b", &c), ==, -ENOENT); /* may not be read */
    check_int(find(all, "other", &c), ==, -ENOENT);
    check_int(find("{}", "to-b", &c), ==, -ENOENT);
    check_int(find("{`collections`:{", "to-b", &c), ==, -EBADMSG);
    check_int(find("{`collections`:[" OF("../../x", "to-b", "true", "false") "]}", "to-b", &c), ==, -ENOENT);
}

static int writable(const char *text, const char *id, struct taxii_answer_collection *c)
{
    const char *t = json(text);
    return taxii_answer_find_writable(octets(t), strlen(t), id, c);
}

TEST(what_is_told_back_goes_beside_what_was_read)
{
    struct taxii_answer_collection c;
    check_int(writable("{`collections`:[" OF(THREE, "inbox", "true", "true") "," OF(ONE, "to-b", "true", "false") "," OF(
                           TWO, "from-b", "false", "true") "]}",
                       ONE, &c),
              ==, 0);
    check_str(c.id, TWO);
    check_int(writable("{`collections`:[" OF(ONE, "feed", "true", "false") "," OF(THREE, "inbox", "true", "true") "]}", ONE, &c), ==, 0);
    check_str(c.id, THREE);
    check_int(writable("{`collections`:[" OF(TWO, "a", "true", "true") "," OF(THREE, "b", "true", "true") "]}", ONE, &c), ==, -ENOENT);
    check_int(writable("{`collections`:[" OF(ONE, "to-b", "true", "false") "]}", ONE, &c), ==, -ENOENT);
}

static int page(const char *text, struct taxii_envelope_end *end)
{
    const char *t = json(text);
    struct taxii_envelope *e = taxii_envelope_new();
    int r = 0;
    check(e != NULL);
    for (size_t i = 0; r == 0 && t[i]; i++)
        r = taxii_envelope_feed(e, t + i, 1);
    if (r == 0)
        r = taxii_envelope_finish(e, end);
    taxii_envelope_free(e);
    return r;
}

TEST(an_envelope_tells_how_to_go_on)
{
    struct taxii_envelope_end end;
    check_int(page("{`more`:true,`next`:`123456789`,`objects`:[{`type`:`a`},{`type`:`b`}]}", &end), ==, 0);
    check_int(end.objects, ==, 2);
    check(end.has_more);
    check_str(end.next, "123456789");
    check_int(page("{`objects`:[{`type`:`a`}],`more`:false}", &end), ==, 0);
    check(!end.has_more);
    check_str(end.next, "");
}

TEST(an_envelope_may_be_empty)
{
    struct taxii_envelope_end end;
    check_int(page("{}", &end), ==, 0);
    check_int(end.objects, ==, 0);
    check_int(page("{`more`:false}", &end), ==, 0);
    check_int(end.objects, ==, 0);
    check_int(page("{`objects`:[]}", &end), ==, 0);
    check_int(end.objects, ==, 0);
}

TEST(what_is_no_envelope_is_refused)
{
    struct taxii_envelope_end end;
    check_int(page("{`type`:`indicator`,`id`:`indicator--1`}", &end), ==, -EBADMSG);
    check_int(page("[{`type`:`a`},{`type`:`b`}]", &end), ==, -EBADMSG);
    check_int(page("<html>", &end), ==, -EBADMSG);
    check_int(page("{`objects`:[{`type`:`a`}", &end), ==, -EBADMSG);
    check_int(page("", &end), ==, -EBADMSG);
    check_int(page("{`objects`:[{`a`:1}],`more`:true,`next`:`a b`}", &end), ==, 0);
    check_str(end.next, ""); /* not fit for a request */
}

TEST(a_status_tells_what_was_not_taken)
{
    uint64_t failures;
    const char *t = json("{`id`:`x`,`status`:`complete`,`total_count`:3,`success_count`:1,`failure_count`:2,`pending_count`:0}");
    check_int(taxii_answer_status(octets(t), strlen(t), &failures), ==, 0);
    check_int(failures, ==, 2);
    t = json("{`failure_count`:-1}");
    check_int(taxii_answer_status(octets(t), strlen(t), &failures), ==, -EBADMSG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
