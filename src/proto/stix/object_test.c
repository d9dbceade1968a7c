/* Objects as the standard has them, and every way in which one may be wrong. */
#include "proto/stix/object.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

static struct json_tree *tree;
static struct stix_object o;
static struct stix_object_flaw flaw;

/* Quotation marks are written as '. The value is kept until the next call. */
static int read_text(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    static const struct json_limits limits = {.octets = 65536, .values = 4096, .depth = 32};
    const struct json_value *value = NULL;
    struct json_flaw json_flaw;
    struct reader r = reader_of(copy, strlen(copy));
    if (!tree)
        tree = json_tree_new();
    check_int(json_tree_read(tree, &r, &limits, &value, &json_flaw), ==, 0);
    free(copy);
    return stix_object_read(value, &o, &flaw);
}

#define UUID "26ffb872-1dd9-446e-b6f5-d58527e5b5d2"
#define HEAD(type) "{'type':'" type "','spec_version':'2.1','id':'" type "--" UUID "','created':'2016-01-20T17:00:00.000Z','modified':'2016-01-21T17:00:00.000Z'"
#define INDICATOR HEAD("indicator") ",'pattern':'[a:b=1]','pattern_type':'stix','valid_from':'2016-01-01T00:00:00Z'"

static void check_flaw(const char *text, enum stix_object_flaw_kind kind, const char *member)
{
    int result = read_text(text);
    if (result == 0 || flaw.kind != kind)
        printf("# %s: %d, flaw %u of %s\n", text, result, (unsigned)flaw.kind, flaw.member ? flaw.member : "all");
    check_int(result, ==, -EBADMSG);
    check_int(flaw.kind, ==, kind);
    check_str(flaw.member ? flaw.member : "", member);
    check(strlen(stix_object_flaw_text(kind)) > 0);
}

TEST(indicator)
{
    check_int(read_text(INDICATOR ",'valid_until':'2017-01-01T00:00:00Z','confidence':85,'revoked':true,'labels':['a','b'],"
                                  "'indicator_types':['malicious-activity'],'name':'Poison Ivy','description':'d',"
                                  "'created_by_ref':'identity--f431f809-377b-45e0-aa1c-6a4751cae5ff',"
                                  "'object_marking_refs':['marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da',"
                                  "'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003'],"
                                  "'external_references':[{'source_name':'x','url':'https://x.example/','external_id':'1'}]}"),
              ==, 0);
    check_int(o.type, ==, STIX_INDICATOR);
    check_str(o.id, "indicator--" UUID);
    check_int(o.created.us, ==, INT64_C(1453309200000000)); /* date -d 2016-01-20T17:00:00Z +%s */
    check_int(o.modified.us - o.created.us, ==, INT64_C(86400000000));
    check_int(o.valid_from.us, ==, INT64_C(1451606400000000));
    check(o.valid_until.is_set && o.revoked);
    check_int(o.confidence, ==, 85);
    check_int(o.labels.count, ==, 2);
    check_str(o.indicator_types.word[0], "malicious-activity");
    check_str(o.pattern, "[a:b=1]");
    check_str(o.name, "Poison Ivy");
    check_int(o.tlp, ==, STIX_TLP_AMBER_STRICT); /* the strictest of both versions */
    check_int(o.reference_count, ==, 1);
    check_str(o.reference[0].external_id, "1");
    check(!o.has_granular_markings);
    check_int(read_text(INDICATOR "}"), ==, 0);
    check_int(o.confidence, ==, -1);
    check(!o.revoked && !o.valid_until.is_set && o.tlp == STIX_TLP_NONE && !o.created_by_ref);
}

TEST(version_2_0_is_read_as_it_was)
{
    check_int(read_text("{'type':'indicator','id':'indicator--" UUID "','created':'2016-01-20T17:00:00Z','modified':'2016-01-20T17:00:00Z',"
                        "'pattern':'[a:b=1]','valid_from':'2016-01-01T00:00:00Z','labels':['malicious-activity']}"),
              ==, 0);
    check_str(o.pattern_type, "stix");
    check(o.spec_version == NULL);
}

TEST(sighting_relationship_identity_malware_and_others)
{
    check_int(read_text(HEAD("sighting") ",'sighting_of_ref':'indicator--" UUID "','where_sighted_refs':['identity--" UUID "'],'count':50,"
                                         "'summary':true,'first_seen':'2016-01-01T00:00:00Z','last_seen':'2016-01-01T00:00:00Z'}"),
              ==, 0);
    check_int(o.count, ==, 50);
    check(o.is_summary && o.first_seen.is_set && o.where_sighted_refs.count == 1);
    check_int(read_text(HEAD("sighting") ",'sighting_of_ref':'indicator--" UUID "'}"), ==, 0);
    check_int(o.count, ==, 1);
    check_int(read_text(HEAD("relationship") ",'relationship_type':'indicates','source_ref':'indicator--" UUID "','target_ref':'malware--" UUID "'}"),
              ==, 0);
    check_str(o.relationship_type, "indicates");
    check_int(read_text(HEAD("identity") ",'name':'ACME','identity_class':'organization'}"), ==, 0);
    check_str(o.identity_class, "organization");
    check_int(read_text(HEAD("malware") ",'name':'Cryptolocker','is_family':true,'malware_types':['ransomware']}"), ==, 0);
    check(o.is_family && o.malware_types.count == 1);
    check_int(read_text("{'type':'ipv4-addr','spec_version':'2.1','id':'ipv4-addr--" UUID "','value':'192.0.2.1'}"), ==, 0);
    check_int(o.type, ==, STIX_OTHER);
    check_int(read_text(HEAD("x-acme-thing") ",'granular_markings':[{'selectors':['a']}],'name':5}"), ==, 0); /* not ours to judge */
    check(o.has_granular_markings);
}

TEST(traffic_light_of_both_versions)
{
    static const struct {
        const char *id;
        enum stix_tlp tlp;
    } fixed[] = { /* STIX 2.1 7.2.1.4 */
        {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", STIX_TLP_CLEAR},
        {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", STIX_TLP_GREEN},
        {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", STIX_TLP_AMBER},
        {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", STIX_TLP_RED},
    };
    for (size_t i = 0; i < array_len(fixed); i++)
        check_int(stix_tlp_of_id(fixed[i].id), ==, fixed[i].tlp);
    for (unsigned t = STIX_TLP_CLEAR; t < STIX_TLP_COUNT; t++)
        check_int(stix_tlp_of_id(stix_tlp_id((enum stix_tlp)t)), ==, t);
    check(stix_tlp_id(STIX_TLP_NONE) == NULL);
    check_int(stix_tlp_of_id("marking-definition--" UUID), ==, STIX_TLP_NONE);
    check_int(read_text("{'type':'marking-definition','spec_version':'2.1','id':'marking-definition--" UUID
                        "','created':'2017-01-20T00:00:00.000Z','definition_type':'tlp','definition':{'tlp':'white'}}"),
              ==, 0);
    check_int(o.tlp, ==, STIX_TLP_CLEAR);
    check_int(read_text("{'type':'marking-definition','spec_version':'2.1','id':'marking-definition--" UUID
                        "','created':'2022-10-01T00:00:00.000Z','extensions':{'" STIX_TLP_EXTENSION "':{'extension_type':'property-extension','tlp_2_0':'amber+strict'}}}"),
              ==, 0);
    check_int(o.tlp, ==, STIX_TLP_AMBER_STRICT);
    /* A fixed identifier that says something else is still what the standard says. */
    check_int(read_text("{'type':'marking-definition','spec_version':'2.1','id':'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed',"
                        "'created':'2017-01-20T00:00:00.000Z','definition_type':'tlp','definition':{'tlp':'white'}}"),
              ==, 0);
    check_int(o.tlp, ==, STIX_TLP_RED);
    check_int(read_text("{'type':'marking-definition','spec_version':'2.1','id':'marking-definition--" UUID
                        "','created':'2017-01-20T00:00:00.000Z','definition_type':'statement','definition':{'statement':'Copyright'}}"),
              ==, 0);
    check_str(o.statement, "Copyright");
}

TEST(flaws)
{
    check_flaw("[]", STIX_OBJECT_NO_OBJECT, "");
    check_flaw("{}", STIX_OBJECT_MISSING, "type");
    check_flaw("{'type':'x-a'}", STIX_OBJECT_MISSING, "id");
    check_flaw("{'type':5}", STIX_OBJECT_KIND, "type");
    check_flaw("{'type':'X-a','id':'X-a--" UUID "'}", STIX_OBJECT_ID, "type");
    check_flaw("{'type':'x-a','id':'x-b--" UUID "'}", STIX_OBJECT_ID, "id");
    check_flaw("{'type':'x-a','id':'x-a--" UUID "0'}", STIX_OBJECT_ID, "id");
    check_flaw("{'type':'x-a','id':'x-a-" UUID "'}", STIX_OBJECT_ID, "id");
    check_flaw("{'type':'x-a','id':'x-a--26ffb872-1dd9-446e-b6f5-d58527e5b5dg'}", STIX_OBJECT_ID, "id");
    check_flaw("{'type':'x-a','id':'x-a--" UUID "','spec_version':'3.0'}", STIX_OBJECT_VERSION, "spec_version");
    check_flaw("{'type':'indicator','id':'indicator--" UUID "'}", STIX_OBJECT_MISSING, "created");
    check_flaw(INDICATOR ",'valid_until':'2016-01-01T00:00:00Z'}", STIX_OBJECT_ORDER, "valid_until");
    check_flaw(INDICATOR ",'valid_until':'2016-02-30T00:00:00Z'}", STIX_OBJECT_TIME, "valid_until");
    check_flaw(INDICATOR ",'confidence':101}", STIX_OBJECT_RANGE, "confidence");
    check_flaw(INDICATOR ",'confidence':-1}", STIX_OBJECT_RANGE, "confidence");
    check_flaw(INDICATOR ",'confidence':'high'}", STIX_OBJECT_KIND, "confidence");
    check_flaw(INDICATOR ",'revoked':'true'}", STIX_OBJECT_KIND, "revoked");
    check_flaw(INDICATOR ",'labels':['a',1]}", STIX_OBJECT_KIND, "labels");
    check_flaw(INDICATOR ",'object_marking_refs':['red']}", STIX_OBJECT_ID, "object_marking_refs");
    check_flaw(INDICATOR ",'external_references':[{}]}", STIX_OBJECT_MISSING, "external_references");
    check_flaw(HEAD("indicator") ",'pattern':'x','valid_from':'2016-01-01T00:00:00Z'}", STIX_OBJECT_MISSING, "pattern_type");
    check_flaw(HEAD("sighting") ",'sighting_of_ref':'indicator--" UUID "','count':1000000000}", STIX_OBJECT_RANGE, "count");
    check_flaw(HEAD("sighting") ",'sighting_of_ref':'indicator--" UUID "','first_seen':'2016-01-02T00:00:00Z','last_seen':'2016-01-01T00:00:00Z'}",
               STIX_OBJECT_ORDER, "last_seen");
    check_flaw(HEAD("relationship") ",'relationship_type':'uses','source_ref':'x'}", STIX_OBJECT_ID, "source_ref");
    check_flaw(HEAD("identity") "}", STIX_OBJECT_MISSING, "name");
}

/* An indicator with `count` times `each` in the list `member`. */
static int read_list(const char *member, const char *each, unsigned count)
{
    char text[8192];
    size_t len = (size_t)snprintf(text, sizeof text, INDICATOR ",'%s':[", member);
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? "," : "", each);
    snprintf(text + len, sizeof text - len, "]}");
    return read_text(text);
}

TEST(lists_have_limits_and_no_marking_is_lost)
{
    check_int(read_list("labels", "'x'", STIX_WORDS_MAX + 1), ==, 0);
    check_int(o.labels.count, ==, STIX_WORDS_MAX);
    check_int(o.labels.dropped, ==, 1);
    check_int(read_list("object_marking_refs", "'marking-definition--" UUID "'", STIX_WORDS_MAX), ==, 0);
    check_int(read_list("object_marking_refs", "'marking-definition--" UUID "'", STIX_WORDS_MAX + 1), ==, -EBADMSG);
    check_int(flaw.kind, ==, STIX_OBJECT_TOO_MANY);
    check_int(read_list("external_references", "{'source_name':'x'}", STIX_REFERENCES_MAX + 2), ==, 0);
    check_int(o.reference_count, ==, STIX_REFERENCES_MAX);
    check_int(o.references_dropped, ==, 2);
}

int main(int argc, char **argv)
{
    int result = test_main(argc, argv);
    json_tree_free(tree);
    return result;
}
