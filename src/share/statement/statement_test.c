/* Documents of each form, and what they come to: statements, what is left out, and why. */
#include "share/statement/statement.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

enum { SEEN = 16 };
static struct {
    unsigned statements, refused, left_out, kept;
    struct verdict v[SEEN];
    bool has_time[SEEN];
    char id[SEEN][64], part[SEEN][64];
    unsigned gone;
    struct statement_sighting sighting;
    struct statement_flaw flaw;
    enum statement_format format;
    int answer;
} seen;

static struct statement_options options;
#define NOW_US INT64_C(1800000000000000)
#define SECOND_US INT64_C(1000000)

static int see_statement(void *self, const struct statement *s)
{
    (void)self;
    if (seen.statements < SEEN) {
        seen.v[seen.statements] = *s->verdict;
        seen.has_time[seen.statements] = s->has_time;
    }
    seen.statements++;
    return seen.answer;
}

static int see_object(void *self, const char *id, const char *spec_version, int64_t modified_us, const uint8_t *octets, size_t len)
{
    (void)self, (void)id, (void)spec_version, (void)modified_us;
    check(octets[0] == '{' && octets[len - 1] == '}');
    seen.kept++;
    return 0;
}

static int see_gone(void *self, const char *id)
{
    (void)self;
    seen.gone++;
    snprintf(seen.id[0], sizeof seen.id[0], "%s", id);
    return 0;
}

static void see_left_out(void *self, const struct statement_left_out *l)
{
    unsigned i = seen.refused + seen.left_out;
    (void)self;
    if (i < SEEN) {
        snprintf(seen.id[i], sizeof seen.id[i], "%s", l->id);
        snprintf(seen.part[i], sizeof seen.part[i], "%.*s", (int)l->len, l->part);
    }
    seen.refused += l->is_refused;
    seen.left_out += !l->is_refused;
}

static void see_sighting(void *self, const struct statement_sighting *s)
{
    (void)self;
    seen.sighting = *s;
    seen.sighting.ref = NULL;
}

/* Quotation marks are written as `. */
static int read_text(const char *text)
{
    static const struct statement_calls calls = {.statement = see_statement, .keep = see_object, .gone = see_gone, .left_out = see_left_out, .sighting = see_sighting};
    char *copy = strdup(text);
    for (char *c = copy; *c; c++)
        *c = *c == '`' ? '"' : *c;
    int answer = seen.answer;
    memset(&seen, 0, sizeof seen);
    seen.answer = answer;
    struct statement_reader *r = statement_open(&options, &calls, NULL);
    int result = statement_feed(r, copy, strlen(copy));
    free(copy);
    result = result < 0 ? result : statement_finish(r);
    seen.flaw = *statement_flaw_of(r);
    seen.format = statement_format_of(r);
    statement_close(r);
    return result;
}

static void begin(void)
{
    options = (struct statement_options){.common = {.claim = CLAIM_SPAM, .probability = 600, .tlp = VERDICT_TLP_AMBER, .made_us = NOW_US, .reason = "said"}};
}

static void check_subject(unsigned i, enum subject_kind kind, const char *value)
{
    check_int(seen.v[i].subject.kind, ==, kind);
    check_str(seen.v[i].subject.value, value);
}

#define UUID "26ffb872-1dd9-446e-b6f5-d58527e5b5d2"
#define OBJECT(type) "{`type`:`" type "`,`spec_version`:`2.1`,`id`:`" type "--" UUID "`,`created`:`2016-01-20T17:00:00Z`,`modified`:`2016-01-21T17:00:00Z`"
#define INDICATOR(pattern) OBJECT("indicator") ",`pattern_type`:`stix`,`valid_from`:`2016-01-01T00:00:00Z`,`pattern`:`" pattern "`"
#define MODIFIED_US (INT64_C(1453395600) * SECOND_US)

TEST(an_indicator_becomes_statements)
{
    begin();
    check_int(read_text("[" INDICATOR("[domain-name:value = 'A.example' OR ipv4-addr:value = '192.0.2.1/24']") ",`name`:`n\\u0007`,`description`:`d`,"
                        "`confidence`:70,`valid_until`:`2030-01-01T00:00:00Z`,`labels`:[`x`,`phishing`,`PAP:RED`],"
                        "`object_marking_refs`:[`marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da`],"
                        "`external_references`:[{`source_name`:`s`,`url`:`https://report.example/`}]}]"),
              ==, 0);
    check_int(seen.format, ==, STATEMENT_STIX);
    check_int(seen.statements, ==, 1);
    check_int(seen.left_out, ==, 1); /* bits behind the prefix */
    check_int(seen.kept, ==, 1);
    const struct verdict *v = &seen.v[0];
    check_subject(0, SUBJECT_HOST, "a.example");
    check_int(v->claim, ==, CLAIM_PHISHING);
    check_int(v->probability, ==, 700);
    check_int(v->tlp, ==, VERDICT_TLP_GREEN);
    check_int(v->pap, ==, VERDICT_PAP_RED);
    check_str(v->reason, "n : d");
    check_int(v->made_us, ==, MODIFIED_US);
    check_int(v->from_us, ==, INT64_C(1451606400) * SECOND_US);
    check_int(v->until_us, ==, INT64_C(1893456000) * SECOND_US);
    check_int(v->evidence_count, ==, 2);
    check_str(v->evidence[0].reference, "indicator--" UUID);
    check_str(v->evidence[1].reference, "https://report.example/");
    check(seen.has_time[0]);
}

TEST(names_with_what_is_below_are_domains)
{
    begin();
    check_int(read_text(INDICATOR("[domain-name:value = 'a.example' OR domain-name:value LIKE '%.a.example' OR domain-name:value = 'b.example']") "}"), ==, 0);
    check_int(seen.statements, ==, 2);
    check_subject(0, SUBJECT_DOMAIN, "a.example");
    check_subject(1, SUBJECT_HOST, "b.example");
    check_int(seen.v[0].claim, ==, CLAIM_MALICIOUS);
    check_int(seen.v[0].probability, ==, 600);
    check_str(seen.v[0].reason, "said");
}

TEST(one_of_several_conditions_is_weaker)
{
    begin();
    check_int(read_text("[" INDICATOR("[domain-name:value = 'a.example' AND domain-name:x = 1]") "},"
                        INDICATOR("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name = 'x']") "},"
                        INDICATOR("[ipv4-addr:value ISSUBSET '192.0.2.0/24' AND ipv4-addr:x = 1]") "}]"),
              ==, 0);
    check_int(seen.statements, ==, 2);
    check_int(seen.v[0].probability, ==, 300);
    check_int(seen.v[1].probability, ==, 600);
    check_str(seen.part[0], "192.0.2.0/24");
}

TEST(what_is_revoked_is_withdrawn)
{
    begin();
    check_int(read_text(INDICATOR("[url:value = 'http://a.example/']") ",`revoked`:true}"), ==, 0);
    check_int(seen.statements, ==, 1);
    check_int(seen.v[0].until_us, ==, seen.v[0].from_us);
    check_int(seen.v[0].until_us, ==, MODIFIED_US);
}

TEST(markings_are_never_made_weaker)
{
    static const struct {
        const char *refs;
        enum verdict_tlp tlp;
    } cases[] = {
        {"`object_marking_refs`:[`marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487`]", VERDICT_TLP_CLEAR},
        {"`object_marking_refs`:[`marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487`,`marking-definition--" UUID "`]", VERDICT_TLP_AMBER}, /* unknown */
        {"`granular_markings`:[{`marking_ref`:`marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1`,`selectors`:[`name`]}]", VERDICT_TLP_RED},
        {"`labels`:[`tlp:green`]", VERDICT_TLP_GREEN},
        {"`x`:1", VERDICT_TLP_AMBER},
    };
    char text[2048];
    begin();
    for (size_t i = 0; i < array_len(cases); i++) {
        snprintf(text, sizeof text, "%s,%s}", INDICATOR("[domain-name:value = 'a.example']"), cases[i].refs);
        check_int(read_text(text), ==, 0);
        check_int(seen.v[0].tlp, ==, cases[i].tlp);
    }
    /* A marking that the document defines: no level of sharing, so nothing changes. */
    snprintf(text, sizeof text, "[%s,`definition_type`:`statement`,`definition`:{`statement`:`(c)`}},%s,%s}]", OBJECT("marking-definition"),
             INDICATOR("[domain-name:value = 'a.example']"),
             "`object_marking_refs`:[`marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487`,`marking-definition--" UUID "`]");
    check_int(read_text(text), ==, 0);
    check_int(seen.v[0].tlp, ==, VERDICT_TLP_CLEAR);
}

TEST(what_STIX_says_and_is_of_no_use_is_told)
{
    begin();
    check_int(read_text("[" INDICATOR("[file:name = 'x']") "}," INDICATOR("[") "}," OBJECT("indicator") ",`pattern_type`:`yara`,`pattern`:`x`,"
                        "`valid_from`:`2016-01-01T00:00:00Z`}," INDICATOR("[domain-name:value = 'a.example']") ",`confidence`:0},"
                        INDICATOR("[domain-name:value = 'a.example']") ",`indicator_types`:[`anonymization`]}," OBJECT("sighting")
                        ",`sighting_of_ref`:`indicator--" UUID "`,`count`:7,`last_seen`:`2016-01-01T00:00:00Z`},{`type`:`x`},7]"),
              ==, 0);
    check_int(seen.statements, ==, 0);
    check_int(seen.left_out, ==, 4);
    check_int(seen.refused, ==, 3);
    check_int(seen.kept, ==, 6);
    check_int(seen.sighting.count, ==, 7);
    check_int(seen.sighting.last_us, ==, INT64_C(1451606400) * SECOND_US);
    check_str(seen.id[0], "indicator--" UUID);
    check_str(seen.part[0], "file:name = 'x'");
}

#define EVENT(attributes) "{`Event`:{`uuid`:`5ec81ab8-326c-4e96-91b8-68d10a019371`,`info`:`an event`,`timestamp`:`1590416795`,`threat_level_id`:`2`,`Attribute`:[" attributes "]"

TEST(attributes_become_statements)
{
    begin();
    check_int(read_text(EVENT("{`uuid`:`u1`,`type`:`domain|ip`,`value`:`A.example|2001:DB8::1`,`to_ids`:true,`timestamp`:1500000000,`comment`:`c`},"
                              "{`uuid`:`u2`,`type`:`ip-dst`,`value`:`192.0.2.0/24`,`to_ids`:true,`first_seen`:`2020-01-01T00:00:00+09:00`,`Tag`:[{`name`:`tlp:red`}]},"
                              "{`uuid`:`u3`,`type`:`filename|md5`,`value`:`x|D41D8CD98F00B204E9800998ECF8427E`,`to_ids`:true,`deleted`:true}")
                        ",`Tag`:[{`name`:`tlp:green`},{`name`:`rsit:abusive-content=\\`spam\\``}]}}"),
              ==, 0);
    check_int(seen.format, ==, STATEMENT_MISP);
    check_int(seen.statements, ==, 4);
    check_int(seen.kept, ==, 1);
    check_subject(0, SUBJECT_DOMAIN, "a.example");
    check_subject(1, SUBJECT_ADDRESS, "2001:db8::1");
    check_subject(2, SUBJECT_PREFIX, "192.0.2.0/24");
    check_subject(3, SUBJECT_MD5, "d41d8cd98f00b204e9800998ecf8427e");
    check_int(seen.v[0].claim, ==, CLAIM_SPAM);
    check_int(seen.v[0].severity, ==, VERDICT_MEDIUM);
    check_int(seen.v[0].made_us, ==, 1500000000 * SECOND_US);
    check_int(seen.v[0].tlp, ==, VERDICT_TLP_GREEN);
    check_str(seen.v[0].reason, "c | an event");
    check_str(seen.v[0].evidence[0].reference, "u1");
    check_str(seen.v[0].evidence[1].reference, "5ec81ab8-326c-4e96-91b8-68d10a019371");
    check_int(seen.v[2].tlp, ==, VERDICT_TLP_RED);
    check_int(seen.v[2].from_us, ==, INT64_C(1577804400) * SECOND_US);
    check_int(seen.v[2].made_us, ==, 1590416795 * SECOND_US);
    check_int(seen.v[3].until_us, ==, seen.v[3].from_us);
}

TEST(an_event_that_a_source_has_no_more_says_nothing_and_is_told)
{
    begin();
    check_int(read_text("{`response`:[{`Event`:{`deleted`:true}},{`Event`:{`uuid`:`5ec81ab8-326c-4e96-91b8-68d10a019371`,`deleted`:true,`info`:`x`,`Attribute`:[{`type`:`domain`,"
                        "`value`:`a.example`,`to_ids`:true}]}}]}"),
              ==, 0);
    check_int(seen.gone, ==, 1);
    check_str(seen.id[0], "5ec81ab8-326c-4e96-91b8-68d10a019371");
    check_int(seen.statements, ==, 0);
    check_int(seen.kept, ==, 0);
    check_int(seen.refused, ==, 1); /* without a UUID */
}

TEST(what_MISP_says_and_is_of_no_use_is_told)
{
    begin();
    check_int(read_text("{`response`:[" EVENT("{`type`:`domain`,`value`:`a.example`},{`type`:`text`,`value`:`x`,`to_ids`:true},{`type`:`domain`},"
                                              "{`type`:`url`,`value`:`no url`,`to_ids`:1},{`type`:`filename|md5`,`value`:`x`,`to_ids`:true}") "}},{`Event`:{`uuid`:`u`}}]}"),
              ==, 0);
    check_int(seen.statements, ==, 0);
    check_int(seen.left_out, ==, 2);
    check_int(seen.refused, ==, 4);
    options.unmarked = true;
    check_int(read_text(EVENT("{`type`:`domain`,`value`:`a.example`}") ",`distribution`:`0`,`Object`:[{`deleted`:true,`Attribute`:[{`type`:`domain`,`value`:`b.example`}]}]}}"), ==, 0);
    check_int(seen.statements, ==, 2);
    check_int(seen.v[0].tlp, ==, VERDICT_TLP_AMBER_STRICT);
    check_int(seen.v[0].until_us, ==, 0);
    check_int(seen.v[1].until_us, ==, seen.v[1].from_us);
}

TEST(rows_become_statements)
{
    begin();
    options.map = "subject=u,claim=c,from=d,until=e,probability=p,tlp=t,reason=r,evidence=v";
    check_int(read_text("u,c,d,e,p,t,r,v\nhttp://a.example/x,phishing,2020/01/02 03:04:05,2031-01-01,12.5%,TLP:RED,`re,ason`,https://r.example/\n"
                        "b.example,block\nc.example,nonsense\n,spam\nd.example,,,1970-13-01\ne.example,,1600000000,2020-09-14T00:00+09:00\n"),
              ==, 0);
    check_int(seen.format, ==, STATEMENT_CSV);
    check_int(seen.statements, ==, 1);
    check_int(seen.refused, ==, 5);
    check_subject(0, SUBJECT_URL, "http://a.example/x");
    check_int(seen.v[0].claim, ==, CLAIM_PHISHING);
    check_int(seen.v[0].made_us, ==, INT64_C(1577934245) * SECOND_US);
    check_int(seen.v[0].until_us, ==, INT64_C(1924992000) * SECOND_US);
    check_int(seen.v[0].probability, ==, 125);
    check_int(seen.v[0].tlp, ==, VERDICT_TLP_RED);
    check_str(seen.v[0].reason, "re,ason");
    check_str(seen.v[0].evidence[0].reference, "https://r.example/");
    options.map = "subject=1";
    options.has_claim = options.hosts_of_urls = true;
    check_int(read_text("http://[2001:db8::7]:81/x\nHTTP://User@B.example?x\n192.0.2.1\n"), ==, 0);
    check_int(seen.statements, ==, 3);
    check_subject(0, SUBJECT_ADDRESS, "2001:db8::7");
    check_subject(1, SUBJECT_HOST, "b.example");
    check_int(seen.v[0].made_us, ==, NOW_US);
    check(!seen.has_time[0]);
    options.map = "subject=nowhere";
    check_int(read_text("a,b\n1,2\n"), ==, -EBADMSG);
    check_int(seen.flaw.line, ==, 1);
}

TEST(lines_become_statements)
{
    begin();
    options.has_claim = true;
    check_int(read_text("# c\n\n a.example \r\nnot one\n192.0.2.0/24"), ==, 0);
    check_int(seen.format, ==, STATEMENT_PLAIN);
    check_int(seen.statements, ==, 2);
    check_int(seen.refused, ==, 1);
    check_subject(1, SUBJECT_PREFIX, "192.0.2.0/24");
    check_int(seen.v[0].claim, ==, CLAIM_SPAM);
    options.has_kind = true;
    options.kind = SUBJECT_HOST;
    check_int(read_text("a.example"), ==, 0);
    check_subject(0, SUBJECT_HOST, "a.example");
    options.has_claim = false;
    check_int(read_text("a.example"), ==, -EBADMSG);
    check(seen.flaw.why != NULL);
}

TEST(evidence_has_no_lines_and_no_commands_of_terminals)
{
    begin();
    check_int(read_text("subject,claim,evidence\na.example,c2,`x\x1b[31m\ny`\n"), ==, 0);
    check_str(seen.v[0].evidence[0].reference, "x [31m y");
}

TEST(rules_of_other_lists_are_refused)
{
    begin();
    options.has_claim = true;
    check_int(read_text("||a.example^\n*.b.example\nhxxp://c.example/\nd.example#x\n_e.example\n"), ==, 0);
    check_int(seen.statements, ==, 1);
    check_int(seen.refused, ==, 4);
    check_subject(0, SUBJECT_DOMAIN, "_e.example");
    check_int(read_text(INDICATOR("[url:value = 'hxxp://a.example/']") "}"), ==, 0);
    check_int(seen.statements, ==, 0);
    check_int(seen.left_out, ==, 1);
}

TEST(what_is_no_text_is_refused_as_a_whole)
{
    static const char *const documents[] = {"\xff\xfe" "a", "\xfe\xff", "\x1f\x8b\x08", "\xfd" "7zXZ", "\x28\xb5\x2f\xfd", "BZh91AY&SY", "PK\x03\x04"};
    begin();
    options.has_claim = true;
    for (size_t i = 0; i < 2 * array_len(documents); i++) {
        options.format = i % 2 ? STATEMENT_PLAIN : STATEMENT_AUTO;
        check_int(read_text(documents[i / 2]), ==, -EBADMSG);
        check(seen.flaw.why != NULL);
    }
    check_int(read_text("BZhost.example\nPK.example\n"), ==, 0);
    check_int(seen.statements, ==, 2);
}

TEST(what_is_fresh_is_said_now)
{
    begin();
    options.is_fresh = true;
    check_int(read_text(INDICATOR("[domain-name:value = 'a.example']") "}"), ==, 0);
    check_int(seen.v[0].made_us, ==, NOW_US);
    check(!seen.has_time[0]);
}

TEST(a_header_of_ours_is_found)
{
    begin();
    check_int(read_text("kind,subject,claim\nhost,a.example,spam\n"), ==, 0);
    check_int(seen.format, ==, STATEMENT_CSV);
    check_subject(0, SUBJECT_HOST, "a.example");
    static const char *const others[] = {"claim,subject\nspam,a.example\n", "Subject|Claim\na.example|spam", "# c\n\n# d\r\n\r\n`subject`;`claim`\na.example;spam\n",
                                         "claim,subject\rspam,a.example\r"};
    for (size_t i = 0; i < array_len(others); i++) {
        check_int(read_text(others[i]), ==, 0);
        check_int(seen.format, ==, STATEMENT_CSV);
        check_int(seen.statements, ==, 1);
        check_subject(0, SUBJECT_DOMAIN, "a.example");
    }
    options.has_claim = true;
    check_int(read_text("subject\na.example\n"), ==, 0);
    check_int(seen.format, ==, STATEMENT_CSV);
    check_int(seen.statements, ==, 1);
    check_int(read_text("subjects.example\na.example\n"), ==, 0);
    check_int(seen.format, ==, STATEMENT_PLAIN);
    options.has_claim = false;
    check_int(read_text("\xef\xbb\xbf \n[]"), ==, 0);
    check_int(seen.format, ==, STATEMENT_STIX);
    check_int(read_text(""), ==, -EBADMSG); /* a list without a claim */
}

TEST(who_takes_statements_may_stop)
{
    begin();
    seen.answer = -ECANCELED;
    check_int(read_text(INDICATOR("[domain-name:value IN ('a.example','b.example')]") "}"), ==, -ECANCELED);
    check_int(seen.statements, ==, 1);
    seen.answer = 0;
}

TEST(broken_documents_are_refused_with_their_place)
{
    begin();
    check_int(read_text("[" INDICATOR("[domain-name:value = 'a.example']") "},\n}"), ==, -EBADMSG);
    check_int(seen.statements, ==, 1);
    check_int(seen.flaw.line, ==, 2);
    check_int(seen.flaw.column, ==, 1);
    options.format = STATEMENT_MISP;
    check_int(read_text("x"), ==, -EBADMSG);
}

TEST(long_reasons_are_cut_between_characters)
{
    char text[2048], name[1024] = "";
    begin();
    for (unsigned i = 0; i < 300; i++)
        memcpy(name + 3 * i, "\xe3\x81\x82", 4);
    snprintf(text, sizeof text, "%s,`name`:`%s`}", INDICATOR("[domain-name:value = 'a.example']"), name);
    check_int(read_text(text), ==, 0);
    check_int(strlen(seen.v[0].reason), ==, 510); /* 170 characters of three octets */
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
