#!/bin/bash
# The ledger as a court or another party would check it: proof, export and growth with the public key alone; and what was tampered with.
. "$SOURCE/tests/system/lib.sh"

check_ledger() {
    python3 "$SOURCE/dist/hinomi-ledger-check" "$@"
}

fails_with() {
    local wanted=$1 said
    shift
    said=$("$@" 2>&1) && { printf 'no failure: %s\n' "$said"; return 1; }
    has "$said" "$wanted"
}

chmod 711 "$WORK"
mkdir "$WORK/data"
printf 'dns:\n  listen_tls: []\n  listen_https: []\n  workers: 1\n' >"$WORK/node.conf"
stay_root_if_alone "$WORK/node.conf"
start_node

check a_block_is_an_entry_of_the_ledger hinomi block evil.example --reason 'phishing, seen by 田中'
hinomi block 203.0.113.9 --reason 'commands bots' >/dev/null
hinomi allow good.example --reason 'ours' >/dev/null
key=$(hinomi ledger key)
check an_entry_is_canonical_JSON_that_says_who_what_and_why has "$(hinomi ledger show 1)" \
    '^\{"author":\{"kind":"analyst","name":"[^"]*"\},"claim":"block",.*"reason":"phishing, seen by 田中","subject":\{"kind":"domain","value":"evil.example"\}'
check the_log_is_as_it_was_written has "$(hinomi ledger verify)" '^3 entries'
hinomi ledger prove 2 >"$WORK/second.tlog-proof"
check an_entry_is_proved_to_who_has_the_public_key has "$(check_ledger "$key" --proof "$WORK/second.tlog-proof")" '"value":"203.0.113.9"'
check and_as_JSON_if_asked_for is "$(hinomi ledger prove 2 --json | from_json '["proof"]')" "$(cat "$WORK/second.tlog-proof")"
check there_is_no_proof_of_what_was_never_said fails_with 'has 3 entries' hinomi ledger prove 4
check the_log_is_exported hinomi ledger export "$WORK/export"
check an_export_is_checked has "$(check_ledger "$key" "$WORK/export")" '3 entries'
cp "$WORK/export/checkpoint" "$WORK/old-checkpoint"

for n in $(seq 20); do hinomi block "n$n.example" --reason many >/dev/null; done
check a_later_export_goes_on hinomi ledger export "$WORK/export"
check it_begins_with_what_was_signed_before has "$(check_ledger "$key" "$WORK/export" --old "$WORK/old-checkpoint")" '23 entries'

cp -r "$WORK/export" "$WORK/forged"
sed -i 's/evil\.example/evil.examplf/' "$WORK"/forged/tile/entries/000.p/23
check the_copy_is_another lacks "$(cmp "$WORK"/export/tile/entries/000.p/23 "$WORK"/forged/tile/entries/000.p/23 && echo same)" same
check a_changed_entry_is_found_in_an_export fails_with 'does not hold what the entries give' check_ledger "$key" "$WORK/forged"

printf 'pretend this is a capture' >"$WORK/a.pcap"
hash=$(sha256sum "$WORK/a.pcap" | cut -d' ' -f1)
check a_person_judges_with_evidence has "$(hinomi judge 2001:DB8::66 c2 "$WORK/a.pcap" https://report.example/1 --reason 'beacons every minute' \
    --probability 85 --severity high --tlp TLP:GREEN)" '^verdict 24: 2001:db8::66 .*\(85\.0 %\)'
check the_evidence_is_in_the_log has "$(hinomi ledger show 24)" "\"evidence\":\[\{\"kind\":\"file\",\"reference\":\"a.pcap\",\"sha256\":\"$hash\"\},\{\"kind\":\"document\""
check a_new_opinion_replaces_the_old_one has "$(hinomi judge 2001:db8::66 c2 --reason 'seen again' --probability 95)" 'replaces +24'
hinomi judge 2001:db8::66 benign --reason 'our own scanner' >/dev/null
said=$(hinomi verdicts 2001:db8:0::66)
check all_that_was_said_is_told has "$said" 'replaced by verdict 25'
check the_newest_comes_first is "$(printf '%s\n' "$said" | grep -c '^verdict')/$(printf '%s\n' "$said" | sed -n 's/^verdict \([0-9]*\).*/\1/p' | head -1)" 3/26
check the_reasons_add_up_to_the_belief is "$(hinomi verdicts 2001:db8::66 --json | python3 -c '
import json, math, sys
b = json.load(sys.stdin)["belief"]
total = sum(line["log_odds"] for line in b["lines"]) / 1000
print(b["claim"], len(b["lines"]) >= 3, abs(1000 / (1 + math.exp(-total)) - b["probability"]) <= 1)')" 'c2 True True'
check the_belief_is_told_with_its_reasons has "$said" 'root.*: commands infected machines \(taken to be right in [0-9.]+ % of cases, not measured yet'
check a_claim_that_commands_is_refused fails_with 'hinomi block' hinomi judge evil.example block --reason x
check a_slip_of_the_pen_is_told fails_with 'no domain, address' hinomi judge 192.0.2.300 c2 --reason x
check a_hash_is_a_subject has "$(hinomi judge D41D8CD98F00B204E9800998ECF8427E malware --reason 'empty' --json)" '"kind": ?"md5"'
check an_unknown_level_is_refused fails_with 'sharing level' hinomi judge a.example spam --reason x --tlp white
check names_in_their_script_are_understood has "$(hinomi judge 日本語.example phishing --reason x)" '日本語.example'

printf '# reported\nhttp://Evil.example:80/a/../login page\n\nhttp://evil.example/login%%20page\nnot a subject\nD41D8CD98F00B204E9800998ECF8427E\n' >"$WORK/feed.txt"
seq -f 'http://n%g.example/' 1200 >>"$WORK/feed.txt"
say_many() {
    hinomi judge --from "$WORK/feed.txt" phishing "$WORK/feed.txt" --source 'a feed' --reason reported --probability "$1"
}
said=$(say_many 80)
check many_subjects_are_judged_at_once has "$said" '^1203 statements: 1202 added, 0 replaced, 0 withdrawn, 1 unchanged'
check what_is_no_subject_is_told_with_its_line has "$said" 'feed.txt:5: .*: not a subject'
check the_same_again_changes_nothing has "$(say_many 80)" ' 0 added, 0 replaced, 0 withdrawn, 1203 unchanged'
check another_probability_replaces has "$(say_many 81)" ' 0 added, 1202 replaced, 0 withdrawn, 1 unchanged'
check forms_of_one_url_are_one_subject has "$(hinomi verdicts 'HTTP://evil.example/x/../login%20page')" 'reported'
printf 'http://last.example/without-newline' >"$WORK/feed.txt"
check a_last_line_needs_no_end has "$(say_many 80)" '^1 statements: 1 added'

stop "$node"
check without_a_node_it_is_verified_all_the_same has "$(hinomi ledger verify)" '^2433 entries'
check and_proved_as_far_as_it_was_signed has "$(hinomi ledger prove 1)" '^index 0$'
start_node
check the_key_is_the_same_after_a_restart is "$(hinomi ledger --json | from_json '["key"]')" "$key"
stop "$node"

cp -r "$WORK/data" "$WORK/tampered"
python3 - "$WORK/tampered/ledger.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DROP TRIGGER entry_never_edited")
db.execute("UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'commands bots', 'commands cats') AS BLOB) WHERE number = 2")
db.commit()
PY
check who_changes_the_file_is_found_out_and_where fails_with 'entry 2 is not what it was' \
    "$HINOMI" ledger verify --data "$WORK/tampered"
finish
