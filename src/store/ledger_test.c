/* The ledger: what is in force, what was said, the chain and its guards, lists, and failing disks. */
#include "store/ledger.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"
#include "store/schema.h"

static struct verdict made(enum claim claim, const char *subject, int64_t from_us, int64_t until_us)
{
    struct verdict v = {.claim = claim, .probability = 900, .severity = VERDICT_HIGH, .tlp = VERDICT_TLP_GREEN,
                        .made_us = 1000, .from_us = from_us, .until_us = until_us};
    v.subject.kind = claim == CLAIM_LIST ? SUBJECT_LIST : SUBJECT_DOMAIN;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", subject);
    snprintf(v.author.name, sizeof v.author.name, "tanaka");
    snprintf(v.reason, sizeof v.reason, "phishing, seen by \xe7\x94\xb0\xe4\xb8\xad");
    return v;
}

static uint32_t append(struct ledger *l, enum claim claim, const char *subject, int64_t from_us,
                       int64_t until_us, uint32_t supersedes)
{
    struct verdict v = made(claim, subject, from_us, until_us);
    v.supersedes = supersedes;
    check_int(ledger_append(l, &v), ==, 0);
    return v.number;
}

/* Numbers as "1 4 5" in the order in which they came. */
struct ids {
    char text[200];
};

static int note_id(const struct verdict *v, void *self)
{
    struct ids *ids = self;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, n ? " %u" : "%u", v->number);
    return 0;
}

static const char *current(struct ledger *l, int64_t now_us)
{
    static struct ids ids;
    ids.text[0] = '\0';
    check_int(ledger_current(l, now_us, note_id, &ids), ==, 0);
    return ids.text;
}

static int64_t next_change(struct ledger *l, int64_t now_us)
{
    int64_t us = -1;
    check_int(ledger_next_change(l, now_us, &us), ==, 0);
    return us;
}

/* As somebody with another tool would do it. */
static int other_tool(const char *sql)
{
    sqlite3 *db;
    check_int(sqlite3_open(ledger_path, &db), ==, SQLITE_OK);
    int r = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return r;
}

TEST(a_verdict_comes_back_as_it_was_given)
{
    struct ledger *l = open_fresh();
    struct verdict v = made(CLAIM_ALLOW, "example.com", 5, 9), got;
    check_int(ledger_append(l, &v), ==, 0);
    check_int(v.number, ==, 1);
    check_int(ledger_get(l, 1, &got), ==, 0);
    check_bytes(&got, &v, sizeof v);
    check_int(ledger_get_by_id(l, &v.id, &got), ==, 0);
    check_int(got.number, ==, 1);
    v.id.octets[15] ^= 1;
    check_int(ledger_get_by_id(l, &v.id, &got), ==, -ENOENT);
    check_int(ledger_get(l, 2, &got), ==, -ENOENT);
    check_str(ledger_error(l), "no such verdict or list");
    close_and_remove(l);
}

TEST(verdicts_survive_reopening_and_numbers_go_on)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    ledger_close(l);
    check_int(ledger_open(ledger_path, &l), ==, 0);
    check_int(append(l, CLAIM_BLOCK, "b.test", 1, 0, 0), ==, 2);
    check_str(current(l, 10), "1 2");
    close_and_remove(l);
}

TEST(in_force_means_begun_not_ended_not_superseded_and_not_a_list)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_BLOCK, "always.test", 0, 0, 0);   /* 1 */
    append(l, CLAIM_BLOCK, "window.test", 100, 200, 0); /* 2 */
    append(l, CLAIM_LIST, "a-list", 0, 0, 0);         /* 3 */
    check_str(current(l, 99), "1");
    check_str(current(l, 100), "1 2");
    check_str(current(l, 199), "1 2");
    check_str(current(l, 200), "1");
    append(l, CLAIM_ALLOW, "always.test", 150, 0, 1); /* 4 */
    check_str(current(l, 120), "2");
    check_str(current(l, 150), "2 4");
    append(l, CLAIM_ALLOW, "always.test", 160, 160, 4); /* 5: withdrawal */
    check_str(current(l, 160), "2");
    close_and_remove(l);
}

TEST(next_change_is_the_nearest_beginning_or_end_of_what_stands)
{
    struct ledger *l = open_fresh();
    check_int(next_change(l, 0), ==, 0);
    append(l, CLAIM_BLOCK, "a.test", 100, 200, 0);
    append(l, CLAIM_BLOCK, "b.test", 50, 0, 0);
    append(l, CLAIM_LIST, "a-list", 10, 20, 0);
    check_int(next_change(l, 0), ==, 50);
    check_int(next_change(l, 50), ==, 100);
    check_int(next_change(l, 100), ==, 200);
    check_int(next_change(l, 200), ==, 0);
    append(l, CLAIM_BLOCK, "a.test", 150, 150, 1);
    check_int(next_change(l, 50), ==, 0);
    close_and_remove(l);
}

TEST(history_of_a_subject_is_newest_first_and_a_reader_may_stop)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    append(l, CLAIM_BLOCK, "b.test", 1, 0, 0);
    append(l, CLAIM_ALLOW, "a.test", 2, 0, 1);
    struct ids ids = {0};
    check_int(ledger_find_subject(l, "a.test", note_id, &ids), ==, 0);
    check_str(ids.text, "3 1");
    uint32_t by = 0;
    check_int(ledger_superseded_by(l, 1, &by), ==, 0);
    check_int(by, ==, 3);
    check_int(ledger_superseded_by(l, 3, &by), ==, -ENOENT);
    close_and_remove(l);
}

TEST(bad_fields_and_bad_successions_are_refused_and_leave_nothing)
{
    struct ledger *l = open_fresh();
    uint32_t first = append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    struct verdict v = made(CLAIM_BLOCK, "", 1, 0);
    check_int(ledger_append(l, &v), ==, -EINVAL);
    v = made(CLAIM_COUNT, "a.test", 1, 0);
    check_int(ledger_append(l, &v), ==, -EINVAL);
    v = made(CLAIM_BLOCK, "a.test", 10, 9);
    check_int(ledger_append(l, &v), ==, -EINVAL);
    v = made(CLAIM_BLOCK, "a.test", 1, 0);
    memset(v.reason, 'r', sizeof v.reason);
    check_int(ledger_append(l, &v), ==, -EINVAL);
    v = made(CLAIM_BLOCK, "a.test", 1, 0);
    v.supersedes = 2;
    check_int(ledger_append(l, &v), ==, -ENOENT);
    append(l, CLAIM_ALLOW, "a.test", 1, 0, first);
    v.supersedes = first;
    check_int(ledger_append(l, &v), ==, -EEXIST);
    check_int(v.number, ==, 0);
    check_str(current(l, 5), "2");
    close_and_remove(l);
}

TEST(longest_texts_fit)
{
    struct ledger *l = open_fresh();
    struct verdict v = made(CLAIM_BLOCK, "x", 1, 0), got;
    memset(v.subject.value, 's', sizeof v.subject.value - 1);
    memset(v.author.name, 'o', sizeof v.author.name - 1);
    memset(v.author.version, 1, sizeof v.author.version - 1); /* six octets each in JSON */
    memset(v.reason, 1, sizeof v.reason - 1);
    memset(v.reviewer, 1, sizeof v.reviewer - 1);
    memset(v.scope, 1, sizeof v.scope - 1);
    v.evidence_count = VERDICT_EVIDENCE_MAX;
    for (unsigned i = 0; i < VERDICT_EVIDENCE_MAX; i++) {
        memset(v.evidence[i].reference, 1, sizeof v.evidence[i].reference - 1);
        v.evidence[i].has_sha256 = true;
        memset(v.evidence[i].sha256, (int)i, sizeof v.evidence[i].sha256);
    }
    check_int(ledger_append(l, &v), ==, 0);
    check_int(ledger_get(l, v.number, &got), ==, 0);
    check_bytes(&got, &v, sizeof v);
    uint32_t bad = 7;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

TEST(many_verdicts_are_appended_all_or_none)
{
    struct ledger *l = open_fresh();
    static struct verdict many[3];
    uint8_t before[LEDGER_HASH_LEN], after[LEDGER_HASH_LEN];
    uint64_t size;
    append(l, CLAIM_C2, "first.test", 1, 0, 0);
    ledger_root(l, &size, before);
    for (int i = 0; i < 3; i++)
        many[i] = made(CLAIM_C2, "c2.test", 1, 0);
    many[2].probability = 0;
    check_int(ledger_append_all(l, many, 3), ==, -EINVAL);
    check_int(many[0].number, ==, 0);
    ledger_root(l, &size, after);
    check_int(size, ==, 1);
    check_bytes(after, before, sizeof before);
    many[2].probability = 1;
    check_int(ledger_append_all(l, many, 3), ==, 0);
    check_int(many[2].number, ==, 4);
    struct verdict again = many[2];
    check_int(ledger_append(l, &again), ==, -EINVAL); /* the identifier is there already */
    uint32_t bad = 7;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

/* docs/formats/ledger.md; a tree of one leaf has the leaf's hash as its root (RFC 6962 2.1). */
TEST(an_entry_is_the_documented_text)
{
    static const char text[] =
        "\0{\"author\":{\"kind\":\"rule\",\"name\":\"beacon\",\"version\":\"3\"},\"claim\":\"c2\","
        "\"evidence\":[{\"kind\":\"file\",\"reference\":\"a.pcap\",\"sha256\":"
        "\"0101010101010101010101010101010101010101010101010101010101010101\"}],\"from\":\"1970-01-01T00:00:00.000002Z\","
        "\"id\":\"01020304-0506-0708-090a-0b0c0d0e0f10\",\"made\":\"1970-01-01T00:00:00.000001Z\",\"pap\":\"amber\","
        "\"probability\":640,\"reason\":\"every 60 s\",\"severity\":\"high\",\"subject\":{\"kind\":\"address\","
        "\"value\":\"192.0.2.1\"},\"tlp\":\"amber+strict\",\"type\":\"verdict\",\"until\":\"1970-01-01T00:00:00.000003Z\","
        "\"v\":1}";
    struct ledger *l = open_fresh();
    struct verdict v = {.id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}, .claim = CLAIM_C2,
                        .subject = {SUBJECT_ADDRESS, "192.0.2.1"}, .author = {VERDICT_BY_RULE, "beacon", "3"},
                        .reason = "every 60 s", .probability = 640, .severity = VERDICT_HIGH,
                        .tlp = VERDICT_TLP_AMBER_STRICT, .pap = VERDICT_PAP_AMBER, .made_us = 1, .from_us = 2, .until_us = 3,
                        .evidence_count = 1, .evidence = {{VERDICT_EVIDENCE_FILE, true, {0}, "a.pcap"}}};
    memset(v.evidence[0].sha256, 1, sizeof v.evidence[0].sha256);
    check_int(ledger_append(l, &v), ==, 0);
    uint8_t want[crypto_hash_sha256_BYTES], got[LEDGER_HASH_LEN];
    uint64_t size = 0;
    crypto_hash_sha256(want, (const uint8_t *)text, sizeof text - 1);
    ledger_root(l, &size, got);
    check_int(size, ==, 1);
    check_bytes(got, want, sizeof want);
    close_and_remove(l);
}

TEST(rows_cannot_be_changed_removed_or_replaced_by_sql)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    append(l, CLAIM_BLOCK, "b.test", 1, 0, 0);
    check_int(other_tool("UPDATE entry SET author = 'x'"), ==, SQLITE_CONSTRAINT);
    check_int(other_tool("DELETE FROM entry WHERE number = 2"), ==, SQLITE_CONSTRAINT);
    check_int(other_tool("INSERT OR REPLACE INTO entry VALUES (1,0,zeroblob(16),0,0,'x','x','',0,0,NULL,zeroblob(9),zeroblob(32))"), ==,
              SQLITE_CONSTRAINT);
    check_int(other_tool("INSERT INTO entry VALUES (9,0,zeroblob(16),0,0,'x','x','',0,0,NULL,zeroblob(9),zeroblob(32))"), ==,
              SQLITE_CONSTRAINT);
    uint32_t bad = 7;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    check_int(bad, ==, 0);
    close_and_remove(l);
}

TEST(verify_names_the_first_row_that_was_tampered_with)
{
    static const struct {
        const char *sql;
        uint32_t bad;
    } cases[] = {
        {"UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'phishing', 'vishing ') AS BLOB) WHERE number = 3", 3},
        {"UPDATE entry SET until_us = 5 WHERE number = 1", 1},
        {"UPDATE entry SET subject = 'a.tes' WHERE number = 2", 2},
        {"UPDATE entry SET author = 'suzuki' WHERE number = 4", 4},
        {"UPDATE entry SET claim = 1 WHERE number = 5", 5},
        {"UPDATE entry SET id = zeroblob(16) WHERE number = 2", 2},
        {"UPDATE entry SET supersedes = 1 WHERE number = 3", 3},
        {"UPDATE entry SET body = CAST(body || ' ' AS BLOB) WHERE number = 4", 4},
        {"UPDATE entry SET leaf = zeroblob(32) WHERE number = 300", 300},
        {"DELETE FROM entry WHERE number = 2", 2},
        {"DELETE FROM entry WHERE number = 600", 600},
        {"UPDATE tile SET hashes = zeroblob(64)", 256},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct ledger *l = open_fresh();
        static struct verdict many[600];
        for (size_t n = 0; n < array_len(many); n++)
            many[n] = made(CLAIM_BLOCK, "a.test", 1, 0);
        check_int(ledger_append_all(l, many, array_len(many)), ==, 0);
        check_int(other_tool("DROP TRIGGER entry_never_edited; DROP TRIGGER entry_never_deleted"), ==, SQLITE_OK);
        check_int(other_tool(cases[i].sql), ==, SQLITE_OK);
        uint32_t bad = 0;
        check_int(ledger_verify(l, NULL, NULL, &bad), ==, -EBADMSG);
        check_int(bad, ==, cases[i].bad);
        close_and_remove(l);
    }
}

static struct list_record list_made(const char *name, uint16_t order)
{
    struct list_record r = {.enabled = true, .order = order, .imported_us = 77, .names = 5, .skipped = 2};
    snprintf(r.name, sizeof r.name, "%s", name);
    snprintf(r.path, sizeof r.path, "/var/lib/hinomi/lists/%s", name);
    snprintf(r.format, sizeof r.format, "hosts");
    memset(r.sha256, 'f', sizeof r.sha256 - 1);
    return r;
}

static int note_list(const struct list_record *r, void *self)
{
    struct ids *ids = self;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, n ? " %s" : "%s", r->name);
    return 0;
}

static int import(struct ledger *l, struct list_record *r, uint32_t supersedes)
{
    struct verdict v = made(CLAIM_LIST, r->name, 1, 0);
    v.supersedes = supersedes;
    return ledger_list_import(l, &v, r);
}

TEST(a_list_is_imported_imported_again_and_removed)
{
    struct ledger *l = open_fresh();
    struct list_record a = list_made("urls", 20), b = list_made("malware", 10), got = {0};
    check_int(import(l, &a, 0), ==, 0);
    check_int(import(l, &b, 0), ==, 0);
    check_int(a.id, ==, 1);
    check_int(a.verdict, ==, 1);
    check_int(b.id, ==, 2);
    struct ids names = {0};
    check_int(ledger_list_each(l, note_list, &names), ==, 0);
    check_str(names.text, "malware urls");
    a.names = 6;
    check_int(import(l, &a, a.verdict), ==, 0);
    check_int(a.id, ==, 1);
    check_int(a.verdict, ==, 3);
    check_int(ledger_list_get(l, "urls", &got), ==, 0);
    check_bytes(&got, &a, sizeof a);
    a.enabled = false;
    check_int(ledger_list_put(l, &a), ==, 0);
    check_int(ledger_list_get(l, "urls", &got), ==, 0);
    check(!got.enabled);

    struct verdict why = made(CLAIM_LIST, "ignored", 500, 0);
    check_int(ledger_list_remove(l, "urls", &why), ==, 0);
    check_int(why.supersedes, ==, 3);
    check_str(why.subject.value, "urls");
    check_int(why.until_us, ==, 500);
    check_int(ledger_list_get(l, "urls", &got), ==, -ENOENT);
    check_int(ledger_list_remove(l, "urls", &why), ==, -ENOENT);
    struct list_record c = list_made("third", 1);
    check_int(import(l, &c, 0), ==, 0);
    check_int(c.id, ==, 3); /* the number 1 stays the removed list's for ever */
    close_and_remove(l);
}

static struct list_held held_made(const char *name)
{
    struct list_held h = {.names = 40, .skipped = 3, .old_names = 1000, .since_us = 88};
    snprintf(h.name, sizeof h.name, "%s", name);
    snprintf(h.path, sizeof h.path, "lists/held-%s", name);
    snprintf(h.format, sizeof h.format, "csv:URL");
    memset(h.sha256, 'e', sizeof h.sha256 - 1);
    snprintf(h.source, sizeof h.source, "feed");
    return h;
}

static int note_held(const struct list_held *h, void *self)
{
    struct ids *ids = self;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, n ? " %s" : "%s", h->name);
    return 0;
}

TEST(an_edition_is_held_until_one_is_imported_or_the_list_removed)
{
    struct ledger *l = open_fresh();
    struct list_record a = list_made("urls", 20), b = list_made("popular", 1), got_list;
    b.protects = true;
    check_int(import(l, &a, 0), ==, 0);
    check_int(import(l, &b, 0), ==, 0);
    check_int(ledger_list_get(l, "popular", &got_list), ==, 0);
    check(got_list.protects);
    struct list_held h = held_made("urls"), other = held_made("popular"), wrong = held_made(""), got = {0};
    check_int(ledger_held_get(l, "urls", &got), ==, -ENOENT);
    check_int(ledger_held_put(l, &wrong), ==, -EINVAL);
    check_int(ledger_held_put(l, &h), ==, 0);
    check_int(ledger_held_put(l, &other), ==, 0);
    h.discarded = true; /* in its place; keeps its hash without a file */
    h.path[0] = '\0';
    check_int(ledger_held_put(l, &h), ==, 0);
    ledger_close(l);
    check_int(ledger_open(ledger_path, &l), ==, 0);
    check_int(ledger_held_get(l, "urls", &got), ==, 0);
    check_int(got.discarded, ==, true);
    check_str(got.sha256, h.sha256);
    check_int(got.names, ==, 40);
    check_int(got.old_names, ==, 1000);
    check_int(got.since_us, ==, 88);
    check_str(got.source, "feed");
    struct ids names = {0};
    check_int(ledger_held_each(l, note_held, &names), ==, 0);
    check_str(names.text, "popular urls");
    check_int(import(l, &a, a.verdict), ==, 0);
    check_int(ledger_held_get(l, "urls", &got), ==, -ENOENT);
    struct verdict why = made(CLAIM_LIST, "ignored", 500, 0);
    check_int(ledger_list_remove(l, "popular", &why), ==, 0);
    check_int(ledger_held_get(l, "popular", &got), ==, -ENOENT);
    close_and_remove(l);
}

/* A ledger of the first release, with a list in it. */
TEST(a_scope_is_kept)
{
    struct ledger *l = open_fresh();
    struct verdict v = made(CLAIM_OBSERVE, "a.test", 10, 0), got;
    snprintf(v.scope, sizeof v.scope, "school");
    check_int(ledger_append(l, &v), ==, 0);
    check_int(ledger_get(l, v.number, &got), ==, 0);
    check_str(got.scope, "school");
    check_int(got.claim, ==, CLAIM_OBSERVE);
    uint32_t bad = 7;
    check_int(other_tool("DROP TRIGGER entry_never_edited; UPDATE entry SET scope = ''"), ==, SQLITE_OK);
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, -EBADMSG);
    check_int(bad, ==, 1);
    close_and_remove(l);
}

TEST(an_older_file_is_brought_up_to_date)
{
    struct ledger *l = open_fresh();
    close_and_remove(l);
    check_int(mkdir(ledger_folder, 0700), ==, 0);
    check_int(other_tool(schema_0001_ledger), ==, SQLITE_OK);
    check_int(other_tool("INSERT INTO verdict VALUES (1,2,'urls','tanaka','',1000,1000,0,NULL,zeroblob(32)),"
                         "(2,0,'evil.example','tanaka','phishing',2000,2000,0,NULL,zeroblob(32)),"
                         "(3,1,'192.0.2.1','sato','ours',3000,3000,9000,2,zeroblob(32)),"
                         "(4,0,'printer@floor.7','sato','no domain by today''s rules',4000,4000,0,NULL,zeroblob(32));"
                         "INSERT INTO list VALUES (7,'urls','lists/urls','hosts',3,1,1000,'ff',5,2,1);"
                         "INSERT INTO list VALUES (9,'gone','lists/gone','hosts',3,1,1000,'ff',5,2,1);"
                         "DELETE FROM list WHERE id = 9;"
                         "PRAGMA user_version = 1; PRAGMA application_id = 0x68696e6f"), ==, SQLITE_OK);
    struct list_record got = {.protects = true}, more = list_made("more", 1);
    struct verdict v;
    check_int(ledger_open(ledger_path, &l), ==, 0);
    check_int(ledger_list_get(l, "urls", &got), ==, 0);
    check(!got.protects);
    check_int(got.names, ==, 5);
    check_int(got.verdict, ==, 1);
    check_int(ledger_get(l, 3, &v), ==, 0);
    check_int(v.subject.kind, ==, SUBJECT_ADDRESS);
    check_int(v.supersedes, ==, 2);
    check_int(v.until_us, ==, 9000);
    check_str(v.author.name, "sato");
    check_int(ledger_get(l, 4, &v), ==, 0); /* nothing that was said is lost */
    check_str(v.subject.value, "printer@floor.7");
    check_int(import(l, &more, 0), ==, 0);
    check_int(more.id, ==, 10); /* a number that was given stays given */
    uint32_t bad = 7;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

TEST(a_refused_list_leaves_no_verdict_behind)
{
    struct ledger *l = open_fresh();
    struct list_record a = list_made("urls", 20), again = list_made("urls", 1), nameless = list_made("", 1);
    check_int(import(l, &a, 0), ==, 0);
    check_int(import(l, &again, 0), ==, -EEXIST);
    check_int(again.id, ==, 0);
    check_int(import(l, &nameless, 0), ==, -EINVAL);
    again = list_made("other", 1);
    again.verdict = 99;
    check_int(ledger_list_put(l, &again), ==, -ENOENT);
    again.id = 9;
    again.verdict = 1;
    check_int(ledger_list_put(l, &again), ==, -ENOENT);
    struct verdict v;
    check_int(ledger_get(l, 2, &v), ==, -ENOENT);
    close_and_remove(l);
}

TEST(there_are_at_most_so_many_lists)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_LIST, "all", 1, 0, 0);
    for (int i = 0; i <= LIST_COUNT_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "list-%d", i);
        struct list_record r = list_made(name, 1);
        r.verdict = 1;
        check_int(ledger_list_put(l, &r), ==, i < LIST_COUNT_MAX ? 0 : -E2BIG);
    }
    close_and_remove(l);
}

TEST(a_full_disk_refuses_the_verdict_and_the_ledger_lives)
{
    struct ledger *l = open_fresh();
    append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    sqlite3_exec(l->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL); /* becomes "no more than now" */
    struct verdict v = made(CLAIM_BLOCK, "b.test", 1, 0);
    memset(v.reason, 'r', sizeof v.reason - 1);
    int r = 0;
    uint32_t last = 1, bad = 0;
    for (int i = 0; i < 1000 && r == 0; i++) {
        v.id = (struct verdict_id){0};
        r = ledger_append(l, &v);
        last = r == 0 ? v.number : last;
    }
    check_int(r, ==, -ENOSPC);
    check_str(ledger_error(l), "the disk is full");
    uint64_t size = 0;
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(l, &size, root);
    check_int(size, ==, last);
    sqlite3_exec(l->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    check_int(ledger_append(l, &v), ==, 0);
    check_int(v.number, ==, last + 1);
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

TEST(a_second_writer_is_busy_not_wrong)
{
    struct ledger *l = open_fresh();
    sqlite3 *db;
    append(l, CLAIM_BLOCK, "a.test", 1, 0, 0);
    check_int(sqlite3_open(ledger_path, &db), ==, SQLITE_OK);
    check_int(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    struct verdict v = made(CLAIM_BLOCK, "b.test", 1, 0);
    check_int(ledger_append(l, &v), ==, -EBUSY);
    sqlite3_close(db);
    check_int(ledger_append(l, &v), ==, 0);
    check_int(v.number, ==, 2); /* the tree is where it was before the refusal */
    uint32_t bad = 7;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

TEST(foreign_damaged_and_newer_files_are_told_apart)
{
    struct ledger *l = open_fresh();
    ledger_close(l);
    check_int(other_tool("PRAGMA user_version = 99"), ==, SQLITE_OK);
    check_int(ledger_open(ledger_path, &l), ==, -EPROTO);
    check_int(other_tool("PRAGMA user_version = 1; PRAGMA application_id = 5"), ==, SQLITE_OK);
    check_int(ledger_open(ledger_path, &l), ==, -EPROTO);
    FILE *f = fopen(ledger_path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("not a database. ", f);
    fclose(f);
    check_int(ledger_open(ledger_path, &l), ==, -EBADMSG);
    check_str(ledger_error_of(-EBADMSG), "the ledger file is damaged");
    check_int(ledger_open("/nonexistent/ledger.db", &l), ==, -EACCES);
    close_and_remove(NULL);
}

TEST(a_killed_writer_loses_no_acknowledged_verdict)
{
    struct ledger *l = open_fresh();
    ledger_close(l);
    int acknowledged[2];
    check_int(pipe(acknowledged), ==, 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct verdict v = made(CLAIM_BLOCK, "a.test", 1, 0);
        if (ledger_open(ledger_path, &l) < 0)
            _exit(1);
        while (ledger_append(l, &v) == 0 && write(acknowledged[1], &v.number, sizeof v.number) > 0)
            v.id = (struct verdict_id){0};
        _exit(1);
    }
    close(acknowledged[1]);
    uint32_t id = 0, last = 0, bad = 0;
    uint64_t size = 0;
    while (last < 20 && read(acknowledged[0], &id, sizeof id) == sizeof id)
        last = id;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (read(acknowledged[0], &id, sizeof id) == sizeof id)
        last = id;
    close(acknowledged[0]);
    check_int(ledger_open(ledger_path, &l), ==, 0);
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(l, &size, root);
    check_int(size, >=, last);
    check_int(last, >=, 20);
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
