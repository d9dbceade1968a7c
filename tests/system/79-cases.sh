#!/bin/bash
# Cases: opened, shared, restricted, closed; who may not see one tries every route; what the node knows of their subjects; judging them at once; the
# command; the ledger says who read and changed what; all of it after a restart too.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
printf '$TTL 1\n@ SOA ns hostmaster 1 60 60 60 1\n@ NS ns\nns A 127.0.0.1\n* A 203.0.113.9\n' >"$WORK/example.zone"
authority 5399 example "$WORK/example.zone"
(umask 077 && printf 'Token-Of-Partner-0123456789abcdefghijklmnop\n' >"$WORK/token")
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  stub:
    - {zone: example, address: '127.0.0.1:5399'}
groups:
  - {name: wards, member: hospital, clients: ["127.0.0.2"]}
  - {name: desks, member: city, clients: ["127.0.0.3"]}
share:
  recipients:
    - {name: partner, token_file: $WORK/token, receives: {tlp: green}}
CONF
stay_root_if_alone "$WORK/node.conf"
start_node

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}
client() { dig +short +timeout=2 +tries=1 -b "$1" @127.0.0.1 -p 5300 "$2"; }

check the_first_account web first "$("$HINOMI" welcome --data "$WORK/data" --json | from_json '["link"].split("#")[1]')"
check people_of_the_centre_and_of_members web case_people
check cases_are_opened web case_open
check wrong_input_is_refused_with_a_text web case_wrong
check whom_a_case_is_not_for_reaches_it_by_no_route web case_walls
check pages_go_on_behind_what_is_hidden web case_pages
check also_seen_in_other_cases_that_one_may_see web case_also
check a_member_sees_what_is_shared_with_it web case_share
check people_are_admitted_and_put_out web case_admit
check a_case_waits_is_closed_and_opened_again web case_close
check all_subjects_are_judged_at_once web case_judge
check and_are_blocked until_true 10 blocked a.example
client 127.0.0.2 a.example >/dev/null
check the_case_shows_what_the_node_knows web case_known hospital
check what_is_not_for_members_has_no_name_there web case_strict
check what_did_not_change_is_not_sent_again web case_etag
check who_read_and_changed_what_is_in_the_ledger web case_audit

# ---- the command ----
cases() { hinomi cases "$@"; }
check the_command_opens_one has "$(cases open 'a wave of parcels' parcel.example 日本語.example --severity low --owner ana --text 'seen by the SOC')" 'case 4: open'
check lists_them has "$(cases)" '4 .*low .*a wave of parcels'
check by_state_and_subject is "$(cases --state open --subject parcel.example --json | head -n 1 | from_json '["number"]')" 4
check adds has "$(cases add 4 198.51.100.9 --note 'drop point' --member city)" done
check notes has "$(cases note 4 --text 'told the post')" done
check judges has "$(cases judge 4 phishing --reason 'same kit' --probability 95)" '3 verdicts'
check admits has "$(cases admit 4 bob --read-only)" done
shown=$(cases show 4)
check shows_its_subjects has "$shown" 'address 198.51.100.9.*drop point'
check in_their_script has "$shown" '日本語.example'
check its_people has "$shown" 'bob \(reads\)'
check and_its_notes has "$shown" 'told the post'
exported() { hinomi export partner "$1" "$WORK/out" --case "$2" && cat "$WORK/out"/*; }
hinomi judge never.example phishing --reason 'of no case' --tlp green >/dev/null
check what_is_of_no_case_is_blocked until_true 10 blocked never.example
check what_may_be_told_of_a_case_is_exported has "$(exported stix 1)" '"type":"grouping".*"name":"case 1"'
check with_its_subjects has "$(cat "$WORK/out/bundle.json")" "domain-name:value = 'a.example'"
check and_no_other lacks "$(cat "$WORK/out/bundle.json")" 'never.example|secret.example'
check nor_what_is_for_the_node_alone lacks "$(cat "$WORK/out/bundle.json")" 'SOC|銀行|called'
check the_api_gives_the_same web case_export "$WORK/out/bundle.json"
check a_case_that_may_not_be_told_gives_nothing has "$(exported plain 4)" '^0 indicators'
check and_one_that_is_not_there has "$(exported plain 99 2>&1)" 'there is no such case'
check the_receipt_names_the_case has "$(hinomi receipts partner)" 'stix case 1'
check closes_it has "$(cases close 4 handed-over)" 'case 4: closed'
check an_outcome_is_one_of_those_there_are has "$(cases close 4 forgotten 2>&1)" 'outcome is resolved, false-alarm'
check no_such_case has "$(cases show 99 2>&1)" 'there is no such case'
check nor_such_a_number has "$(cases show 4x 2>&1)" 'there is no such case'
check nor_such_a_verb has "$(cases forget 4 2>&1)" 'it takes list, open'
check json_is_one_object is "$(cases show 4 --json | from_json '["outcome"]')" handed-over
cases show 2 >/dev/null
in_ledger() { hinomi ledger show "$1" --json 2>/dev/null; }
last=$(hinomi ledger --json | from_json '["size"]')
check that_it_read_a_restricted_case_is_in_the_ledger has "$(for n in $(seq $((last - 3)) "$last"); do in_ledger "$n"; done)" 'hinomi case'

# ---- after a restart ----
stop "$node"
start_node
check after_a_restart_the_walls_stand web case_pages_again
check and_the_ledger_verifies has "$(hinomi ledger verify 2>&1)" 'verified|agree|entries'
finish
