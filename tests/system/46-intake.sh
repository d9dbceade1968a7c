#!/bin/bash
# Documents of intelligence into the ledger: STIX, MISP, CSV and plain lists; twice, in newer and older editions, whole and broken.
. "$SOURCE/tests/system/lib.sh"

fails_with() {
    local wanted=$1 said
    shift
    said=$("$@" 2>&1) && { printf 'no failure: %s\n' "$said"; return 1; }
    has "$said" "$wanted"
}

# The newest verdict on a subject: one field of it.
newest() {
    hinomi verdicts "$1" ${3:+--kind "$3"} --json | from_json "[\"verdicts\"][0][\"$2\"]"
}

chmod 711 "$WORK"
mkdir "$WORK/data"
printf 'dns:\n  listen_tls: []\n  listen_https: []\n  workers: 1\n' >"$WORK/node.conf"
stay_root_if_alone "$WORK/node.conf"
start_node

indicator() { # UUID's last digits, pattern, and more members
    printf '{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012d","created":"2026-01-01T00:00:00Z",' "$1"
    printf '"modified":"%s","name":"made up","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","pattern":"%s"%s}' "${4:-2026-01-02T00:00:00Z}" "$2" "${3:-}"
}
bundle() {
    local IFS=,
    printf '{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[%s]}' "$*"
}
green=',"object_marking_refs":["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]'
c2=$(indicator 1 "[domain-name:value = 'c2.example' OR ipv4-addr:value IN ('192.0.2.7', '192.0.2.8')]" "$green,\"confidence\":85,\"labels\":[\"c2\"]")
bundle "$c2" \
    "$(indicator 2 "[domain-name:value = 'all.example' OR domain-name:value LIKE '%.all.example']")" \
    "$(indicator 3 "[file:name = 'evil.exe']")" \
    "$(indicator 4 "[domain-name:value MATCHES '^a.*']")" \
    "$(indicator 5 "[domain-name:value = ")" \
    '{"type":"identity","spec_version":"2.1","id":"identity--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"x"}' \
    '{"type":"indicator","id":"nonsense"}' >"$WORK/bundle.json"
said=$(hinomi judge --from "$WORK/bundle.json" --source stix-feed)
check a_bundle_of_STIX_becomes_statements has "$said" '^4 statements: 4 added'
check what_is_malformed_is_refused_with_its_reason has "$said" '^2 refused, 2 not matchable'
check and_told_with_its_identifier has "$said" 'bundle.json:5: .*indicator--00000000-0000-4000-8000-000000000005'
check each_reason_has_its_count has "$said" ' 1  (this property is not watched|.*not watched)'
check the_claim_is_that_of_the_indicator is "$(newest c2.example claim host)" c2
check its_confidence_is_the_probability is "$(newest c2.example probability host)" 850
check its_marking_is_the_sharing_level is "$(newest 192.0.2.7 tlp)" green
check the_object_is_the_evidence has "$(hinomi verdicts 192.0.2.8)" 'object indicator--00000000-0000-4000-8000-000000000001'
check a_name_and_all_below_it_is_one_domain has "$(hinomi verdicts all.example --kind domain)" 'stix-feed'
check a_name_alone_is_a_host has "$(hinomi verdicts c2.example --kind domain)" 'nothing was ever said'
check every_object_that_can_be_read_is_kept has "$said" '^6 objects kept whole, 0 were there already'
check as_it_came has "$(hinomi object indicator--00000000-0000-4000-8000-000000000004)" "domain-name:value MATCHES"
check with_its_source has "$(hinomi object indicator--00000000-0000-4000-8000-000000000004)" '^# from stix-feed, kept '
check also_what_is_no_indicator is "$(hinomi object identity--00000000-0000-4000-8000-000000000001 --json | from_json '["objects"][0]["object"]["name"]')" x
check what_nobody_gave_is_said has "$(hinomi object indicator--nothing)" 'no source gave'
check objects_are_kept_once has "$(hinomi judge --from "$WORK/bundle.json" --source stix-feed)" '^0 objects kept whole, 6 were there already'
check the_same_again_changes_nothing has "$(hinomi judge --from "$WORK/bundle.json" --source stix-feed)" '^4 statements: 0 added, 0 replaced, 0 withdrawn, 4 unchanged'
bundle "$(indicator 1 "[ipv4-addr:value IN ('192.0.2.7')]" ',"labels":["c2"],"revoked":true' 2026-01-05T00:00:00Z)" >"$WORK/revoked.json"
check a_revoked_indicator_withdraws has "$(hinomi judge --from "$WORK/revoked.json" --source stix-feed)" '^1 statements: 0 added, 0 replaced, 1 withdrawn'
check another_source_has_nothing_to_withdraw has "$(hinomi judge --from "$WORK/revoked.json" --source other)" '^1 statements: 0 added, 0 replaced, 0 withdrawn, 1 unchanged'
check an_older_edition_does_not_bring_it_back has "$(hinomi judge --from "$WORK/bundle.json" --source stix-feed)" ' 0 added, 0 replaced, 0 withdrawn, 4 unchanged'
check a_withdrawal_is_told has "$(hinomi verdicts 192.0.2.7)" 'a withdrawal'
bundle "$(indicator 1 "[ipv4-addr:value = '192.0.2.8']" ',"labels":["c2"],"confidence":40' 2026-01-10T00:00:00Z)" >"$WORK/newer.json"
check a_newer_edition_replaces has "$(hinomi judge --from "$WORK/newer.json" --source stix-feed)" '^1 statements: 0 added, 1 replaced'
hinomi judge --from "$WORK/bundle.json" --source stix-feed >/dev/null
check an_older_one_does_not is "$(newest 192.0.2.8 probability)" 400
sed 's/192.0.2.7/192.0.2.8/' "$WORK/revoked.json" >"$WORK/revoked-before.json"
check nor_does_an_older_revocation has "$(hinomi judge --from "$WORK/revoked-before.json" --source stix-feed)" ' 0 withdrawn, 1 unchanged'
bundle "$(indicator 1 "[ipv4-addr:value = '192.0.2.8']" ',"labels":["c2"],"confidence":40' 2026-01-10T10:00:00Z)" >"$WORK/newer.json"
check the_same_words_hours_later_are_not_entered_again has "$(hinomi judge --from "$WORK/newer.json" --source stix-feed)" ' 0 replaced, 0 withdrawn, 1 unchanged'
bundle "$(indicator 1 "[ipv4-addr:value = '192.0.2.8']" ',"labels":["c2"],"confidence":40' 2026-01-12T00:00:00Z)" >"$WORK/newer.json"
check days_later_they_are has "$(hinomi judge --from "$WORK/newer.json" --source stix-feed)" ' 1 replaced, 0 withdrawn, 0 unchanged'
head -c 700 "$WORK/bundle.json" >"$WORK/cut.json"
check a_broken_document_is_told_with_its_place fails_with 'cut.json:1: the bundle ends too early' hinomi judge --from "$WORK/cut.json" --source cut
check what_came_before_stays has "$(hinomi verdicts 192.0.2.8)" 'cut'

# A feed folder of MISP: events beside a manifest and hashes, which are none.
mkdir "$WORK/misp"
python3 - "$WORK/misp" <<'PY'
import json, sys, uuid
def attribute(n, kind, value, **more):
    return {"uuid": str(uuid.UUID(int=n)), "type": kind, "value": value, "to_ids": True, "timestamp": "1767225600", "comment": "", **more}
def event(n, attributes, objects=(), tags=()):
    name = str(uuid.UUID(int=1000 + n))
    return name, {"Event": {"uuid": name, "info": f"event {n}", "timestamp": "1767225600", "threat_level_id": "1", "Attribute": attributes,
                            "Object": [{"name": "file", "Attribute": list(o)} for o in objects], "Tag": [{"name": t} for t in tags]}}
events = dict([
    event(1, [attribute(1, "domain", "bad.example"), attribute(2, "hostname", "www.bad.example"), attribute(3, "ip-dst|port", "203.0.113.5|443"),
              attribute(4, "text", "words"), attribute(5, "domain", "unmarked.example", to_ids=False), attribute(6, "domain|ip", "both.example|203.0.113.6")],
          [[attribute(7, "sha256", "ab" * 32), attribute(8, "filename|md5", "a.exe|" + "cd" * 16)]],
          ["tlp:amber+strict", "PAP:RED", 'rsit:malicious-code="c2-server"', 'estimative-language:likelihood-probability="likely"']),
    event(2, [attribute(9, "url", "http://bad.example/x"), attribute(10, "ip-src", "not an address")]),
])
for name, body in events.items():
    json.dump(body, open(f"{sys.argv[1]}/{name}.json", "w"))
json.dump({name: {} for name in events}, open(f"{sys.argv[1]}/manifest.json", "w"))
open(f"{sys.argv[1]}/hashes.csv", "w").write("00,11\n")
PY
said=$(hinomi judge --from "$WORK/misp" --source misp-feed)
check a_feed_folder_of_MISP_becomes_statements has "$said" '^8 statements: 8 added'
check attributes_of_no_use_are_counted has "$said" '^1 refused, 2 not matchable'
check tags_say_the_claim is "$(newest 203.0.113.5 claim)" c2
check and_how_far_it_may_go is "$(newest bad.example tlp) $(newest bad.example pap)" 'amber+strict red'
check and_how_sure_it_is is "$(newest both.example probability)" 700
check without_a_tag_it_is_malicious is "$(newest http://bad.example/x claim)" malicious
check a_hash_of_an_object_is_taken is "$(newest "$(printf 'ab%.0s' {1..32})" reason)" 'event 1'
check the_folder_again_changes_nothing has "$(hinomi judge --from "$WORK/misp" --source misp-feed)" '^8 statements: 0 added, 0 replaced, 0 withdrawn, 8 unchanged'
check what_is_not_marked_is_taken_if_asked_for has "$(hinomi judge --from "$WORK/misp" --source misp-feed --unmarked)" '^9 statements: 1 added, 0 replaced'
sed -i 's/"timestamp": "1767225600", "comment": ""/"timestamp": "1767300000", "comment": "", "deleted": true/g' "$WORK"/misp/*-0000000003e9.json
check deleted_attributes_withdraw has "$(hinomi judge --from "$WORK/misp" --source misp-feed)" ' 0 added, 0 replaced, 7 withdrawn, 1 unchanged'

seq -f 'h%g.whole.example' 10 >"$WORK/whole.txt"
# CSV with a map, URLs as their hosts.
printf 'date,URL,description\r\n2026/01/04 10:12:00,"http://login.shop.example/a,b",A "bank"\r\n2026/01/04 10:12:00,http://198.51.100.9:8080/x,"銀行 ""二"""\r\n# a comment\r\n2026-13-01,http://x.example/,y\r\n' >"$WORK/urls.csv"
map='subject=URL,from=date,reason=description'
check rows_need_a_claim has "$(hinomi judge --from "$WORK/urls.csv" --source jp --map "$map")" '3  the row does not say what the subject is: give a claim'
check a_plain_list_needs_one_too fails_with 'whole.txt: a list of subjects does not say what they are' hinomi judge --from "$WORK/whole.txt" --source jp
said=$(hinomi judge --from "$WORK/urls.csv" --source jp --map "$map" --hosts-of-urls phishing)
check columns_become_statements has "$said" '^2 statements: 2 added'
check a_row_that_is_wrong_is_told_with_its_line has "$said" 'urls.csv:5: a time is of the form'
check a_URL_gives_its_host is "$(newest login.shop.example reason host)" 'A "bank"'
check quotes_are_read_as_they_are_meant is "$(newest 198.51.100.9 reason)" '銀行 "二"'
check a_map_that_is_none_is_refused fails_with 'subject=COLUMN' hinomi judge --from "$WORK/urls.csv" --source jp --map 'claim=2' phishing
check a_wrong_format_is_refused fails_with 'auto, stix, misp' hinomi judge --from "$WORK/urls.csv" --source jp --format excel phishing
check a_header_without_the_column_is_refused fails_with 'urls.csv:1: the header has no column' hinomi judge --from "$WORK/urls.csv" --source jp --map 'subject=nowhere' phishing

# The whole of a source: what it does not say any more is withdrawn; not when too much is missing.
hinomi judge --from "$WORK/whole.txt" --source whole malware >/dev/null
sed -i 1,3d "$WORK/whole.txt"
check a_shorter_list_alone_withdraws_nothing has "$(hinomi judge --from "$WORK/whole.txt" --source whole malware)" ' 0 withdrawn, 7 unchanged'
check as_the_whole_of_the_source_it_does has "$(hinomi judge --from "$WORK/whole.txt" --source whole --whole malware)" ' 3 withdrawn, 7 unchanged'
check and_not_a_second_time has "$(hinomi judge --from "$WORK/whole.txt" --source whole --whole malware)" ' 0 withdrawn, 7 unchanged'
seq -f 'h%g.whole.example' 10 >"$WORK/whole.txt"
check what_comes_back_is_said_again has "$(hinomi judge --from "$WORK/whole.txt" --source whole --whole malware)" ' 0 added, 3 replaced, 0 withdrawn, 7 unchanged'
head -1 "$WORK/whole.txt" >"$WORK/one.txt"
said=$(hinomi judge --from "$WORK/one.txt" --source whole --whole malware)
check when_most_is_missing_nothing_is_withdrawn has "$said" ' 0 withdrawn, 1 unchanged'
check and_that_is_said has "$said" 'warning: so much is missing'
check unless_it_is_forced has "$(hinomi judge --from "$WORK/one.txt" --source whole --whole --force malware)" ' 9 withdrawn, 1 unchanged'
check the_whole_needs_a_source fails_with 'name of the source' hinomi judge --from "$WORK/one.txt" --whole malware
printf 'subject,claim,reason\na\\0.example,c2,x\n\033[31mred.example,c2,x\n' | sed 's/\\0/\x00/' >"$WORK/control.csv"
said=$(hinomi judge --from "$WORK/control.csv" --source control)
check control_characters_are_told_as_a_question_mark has "$said" 'control.csv:2: .*: a\?\.example$'
check and_no_terminal_obeys_them has "$said" 'control.csv:3: .*: \?\[31mred\.example$'
hinomi judge c1.example c2 --reason "$(printf 'a\033[2Jb')" >/dev/null
check what_is_shown_commands_no_terminal has "$(hinomi verdicts c1.example)" 'reason +a\?\[2Jb$'
printf '||a.example^\n*.b.example\nhxxp://c.example/\nd.example\n' >"$WORK/adblock.txt"
check rules_of_other_lists_are_refused has "$(hinomi judge --from "$WORK/adblock.txt" --source rules malware)" '^3 refused, 0 not matchable'
printf 'x.example\n' | gzip >"$WORK/list.gz"
check what_is_compressed_is_told fails_with 'list.gz: the document is compressed' hinomi judge --from "$WORK/list.gz" --source gz malware
check a_stream_is_read has "$(hinomi judge --from - --source pipe spam <"$WORK/one.txt")" '^1 statements: 1 added'
check all_is_told_as_JSON is "$(hinomi judge --from "$WORK/one.txt" --source pipe spam --json | from_json '["unchanged"]')" 1
check a_document_does_not_command fails_with 'hinomi block' hinomi judge --from "$WORK/one.txt" --source pipe block
mkdir "$WORK/empty"
check a_folder_without_documents_is_told fails_with 'no document in the folder' hinomi judge --from "$WORK/empty" --source x
# What we write in the forms of others is read back as the same subjects.
subjects() {
    "$BUILD/tests/intake/intake_bench" --list "$@" 2>/dev/null | cut -f1-3 | sort -u
}
for form in stix misp csv; do
    mkdir "$WORK/$form-out"
    "$BUILD/tests/intake/export_driver" "$form" "$WORK/$form-out" "$WORK/bundle.json" "$WORK"/misp/*-0000000003ea.json >/dev/null
    find "$WORK/$form-out" -type f ! -name manifest.json ! -name hashes.csv -print0 | sort -z >"$WORK/$form.files"
    # shellcheck disable=SC2046 # names of ours, without blanks
    check "what_is_written_as_${form}_is_read_back" is "$(subjects $(tr '\0' ' ' <"$WORK/$form.files"))" \
        "$(subjects "$WORK/bundle.json" "$WORK"/misp/*-0000000003ea.json)"
done
check a_feed_of_ours_is_taken_in has "$(hinomi judge --from "$WORK/misp-out" --source ourselves)" '^5 statements: 5 added'

check the_log_is_whole_after_all_this has "$(hinomi ledger verify)" 'entries'
finish
