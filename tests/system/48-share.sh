#!/bin/bash
# The exit gate: what is believed reaches those who may be told, is taken back when it is no more, and what they answer counts; with receipts
# in the ledger.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
for name in north south; do
    printf '%s-0123456789abcdef' "$name" >"$WORK/$name.token"
    chmod 600 "$WORK/$name.token"
done
cat >"$WORK/node.conf" <<CONF
dns:
  workers: 1
  listen_tls: []
  listen_https: []
judge:
  sources:
    - name: north
      trust: 95
share:
  name: National CSIRT of Example
  listen: [127.0.0.1:7443]
  recipients:
    - name: north
      token_file: $WORK/north.token
      may_send: true
      receives:
        tlp: amber
    - name: south
      token_file: $WORK/south.token
CONF
stay_root_if_alone "$WORK/node.conf"
start_node
until_true 10 listens_tcp 7443

ask_taxii() { # NAME METHOD PATH [curl option...]
    local name=$1 method=$2 path=$3
    shift 3
    curl -sk --max-time 10 -X "$method" -H "Authorization: Bearer $name-0123456789abcdef" -H 'Accept: application/taxii+json;version=2.1' \
        "$@" "https://127.0.0.1:7443$path"
}
alias_id() { # NAME ALIAS
    ask_taxii "$1" GET /api/collections/ | python3 -c '
import json, sys
print(*[c["id"] for c in json.load(sys.stdin)["collections"] if c["alias"] == sys.argv[1]])' "$2"
}
# What is in the collection now: "kind revoked" of each indicator, by name of the value in its pattern.
shared() { # NAME ALIAS
    ask_taxii "$1" GET "/api/collections/$(alias_id "$1" "$2")/objects/" | python3 -c '
import json, re, sys
for o in json.load(sys.stdin).get("objects", []):
    if o["type"] == "indicator":
        print(re.search("\x27(.*?)\x27", o["pattern"]).group(1), "revoked" if o.get("revoked") else "valid", o["id"])'
}
is_shared() { shared north to-north | grep -q -E "$1"; }

north=$(alias_id north to-north)
check a_collection_names_who_says_it has "$(ask_taxii north GET "/api/collections/$north/objects/")" '"name":"National CSIRT of Example"'
check levels_are_defined_in_it has "$(ask_taxii north GET "/api/collections/$north/objects/")" '"tlp_2_0":"amber"'
hinomi judge evil.example c2 --reason 'beacons every minute' --tlp green >/dev/null
check what_is_blocked_is_shared until_true 5 is_shared '^evil.example valid'
hinomi judge secret.example c2 --reason 'from a partner' --tlp amber+strict >/dev/null
hinomi judge told.example malware --reason 'seen at a member' --tlp amber >/dev/null
check up_to_the_recipients_level until_true 5 is_shared '^told.example valid'
check and_no_further lacks "$(shared north to-north)" secret.example
check the_reason_is_told has "$(ask_taxii north GET "/api/collections/$north/objects/?match%5Btype%5D=indicator")" 'beacons every minute'
check who_has_no_rules_gets_nothing is "$(shared south to-south)" ''
check the_gate_says_why has "$(hinomi share secret.example)" 'north +.*sharing level'
check and_what_is_shared has "$(hinomi share evil.example)" 'north +it is shared'
check and_who_gets_nothing has "$(hinomi share evil.example)" 'south +nothing is shared'
check a_dry_run_shows_what_would_be_shared has "$(hinomi share --dry-run north)" '2 would be shared'
check and_what_would_not has "$(hinomi share --dry-run north)" '1 +its sharing level .*secret.example'

hinomi judge evil.example c2 --reason 'now in confidence' --tlp red >/dev/null
check what_may_not_be_told_any_more_is_taken_back until_true 5 is_shared '^evil.example revoked'
told=$(ask_taxii north GET "/api/collections/$north/objects/?match%5Bid%5D=$(shared north to-north | sed -n 's/^evil.example revoked //p')&match%5Bversion%5D=all")
red_levels='e828b379-4e03-4974-9ac4-e53a884c97c1|5e57c739-391a-4eb3-b6be-7d15ca92d5ed' # the markings of TLP:RED, 2.0 and 1.0
check taking_back_does_not_tell_why lacks "$told" 'in confidence'
check nor_at_a_level_that_the_recipient_does_not_have lacks "$told" "$red_levels"
hinomi judge quiet.example phishing --source rumours --reason 'public list' --tlp clear >/dev/null
hinomi judge quiet.example phishing --reason 'our own case' --tlp amber+strict >/dev/null
blocks_quiet() { hinomi indicators --advice block --json | grep -q quiet.example; }
check what_is_sure_only_in_confidence until_true 5 blocks_quiet
check is_not_told_as_public lacks "$(sleep 0.5; shared north to-north)" quiet.example

hinomi judge told.example false-positive --reason 'repaired' >/dev/null
check what_is_believed_no_more_is_taken_back until_true 5 is_shared '^told.example revoked'

hinomi judge met.example c2 --reason 'beacons' --tlp green >/dev/null
until_true 5 is_shared '^met.example valid'
id=$(shared north to-north | sed -n 's/^met.example valid //p')
from=$(alias_id north from-north)
post() { ask_taxii north POST "/api/collections/$from/objects/" -H 'Content-Type: application/taxii+json;version=2.1' --data-binary @-; }
now=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)
cat >"$WORK/sighting.json" <<JSON
{"objects": [{"type": "sighting", "spec_version": "2.1", "id": "sighting--6f1c1b6c-6f6b-4b51-9b0d-111111111111", "created": "$now", "modified": "$now",
 "first_seen": "$now", "last_seen": "$now", "count": 12, "sighting_of_ref": "$id"}]}
JSON
check a_sighting_is_taken has "$(post <"$WORK/sighting.json")" '"success_count": ?1'
met_at_north() { hinomi verdicts met.example | grep -q 'north: 12 times'; }
check it_is_counted_under_the_members_name until_true 10 met_at_north
cat >"$WORK/own.json" <<JSON
{"objects": [{"type": "indicator", "spec_version": "2.1", "id": "indicator--6f1c1b6c-6f6b-4b51-9b0d-222222222222", "created": "$now", "modified": "$now",
 "name": "dropper", "pattern": "[domain-name:value = 'from-north.example']", "pattern_type": "stix", "valid_from": "$now",
 "indicator_types": ["malicious-activity"]}]}
JSON
check an_indicator_is_taken has "$(post <"$WORK/own.json")" '"success_count": ?1'
said_by_north() { hinomi verdicts from-north.example | grep -q 'who  *north'; }
check it_is_what_the_member_says until_true 5 said_by_north
check what_it_said_itself_is_not_told_to_it has "$(hinomi share from-north.example)" 'north +nobody but'

opinion() { # ID REFERENCE OPINION
    printf '{"objects": [{"type": "opinion", "spec_version": "2.1", "id": "opinion--6f1c1b6c-6f6b-4b51-9b0d-%s", "created": "%s", "modified": "%s", "explanation": "our own update server", "opinion": "%s", "object_refs": ["%s"]}]}' "$1" "$now" "$now" "$3" "$2" | post
}
before=$(hinomi verdicts met.example --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["belief"]["probability"])')
check a_false_block_is_reported has "$(opinion 333333333333 "$id" strongly-disagree)" '"success_count": ?1'
lower() { [ "$(hinomi verdicts met.example --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["belief"]["probability"])')" -lt "$before" ]; }
check the_score_follows_within_seconds until_true 5 lower
check with_its_reason has "$(hinomi verdicts met.example)" 'our own update server'
check what_follows_is_told_to_the_member until_true 5 is_shared '^met.example revoked'
members() { hinomi status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["belief"]["members"][sys.argv[1]])' "$1"; }
left_out=$(members left_out)
opinion 444444444444 indicator--6f1c1b6c-6f6b-4b51-9b0d-999999999999 strongly-disagree >/dev/null
one_more_left_out() { [ "$(members left_out)" = $((left_out + 1)) ]; }
check nobody_speaks_of_what_he_was_not_told until_true 5 one_more_left_out
left_out=$(members left_out)
sed 's/222222222222/777777777777/; s/from-north.example/also-ours.example/; s/"malicious-activity"/"benign"], "labels": ["false-positive"/' "$WORK/own.json" | post >/dev/null
check nor_does_an_indicator_stand_for_a_report until_true 5 one_more_left_out

# Other versions of what a member sent, and its removal.
names() { # UUID's last digits, version, time, names
    local id=$1 time=$2 pattern=''
    shift 2
    for name in "$@"; do pattern="$pattern${pattern:+ OR }domain-name:value = '$name'"; done
    printf '{"objects": [{"type": "indicator", "spec_version": "2.1", "id": "indicator--6f1c1b6c-6f6b-4b51-9b0d-%s", "created": "2026-01-01T00:00:00.000Z", "modified": "%s",' "$id" "$time"
    printf '"name": "kit", "pattern": "[%s]", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00.000Z", "indicator_types": ["malicious-activity"]}]}' "$pattern"
}
stands() { [ "$(hinomi verdicts "$1" --json | from_json '["verdicts"][0]["withdrawal"]' 2>/dev/null || echo none)" != True ] && hinomi verdicts "$1" | grep -q 'who  *north'; }
taken_back() { hinomi verdicts "$1" | grep -q "$2"; }
names aaaaaaaaaaa1 2026-01-02T00:00:00.000Z kit-a.example kit-b.example kit-c.example | post >/dev/null
check several_names_of_one_object until_true 5 stands kit-c.example
names aaaaaaaaaaa1 2026-01-03T00:00:00.000Z kit-b.example kit-d.example | post >/dev/null
check a_newer_version_takes_back_what_it_does_not_say until_true 5 taken_back kit-a.example 'newer version of the object'
check and_says_what_is_new until_true 5 stands kit-d.example
check and_leaves_what_it_says_too lacks "$(hinomi verdicts kit-b.example)" 'a withdrawal'
names aaaaaaaaaaa1 2026-01-02T12:00:00.000Z kit-a.example kit-old.example | post >/dev/null
names aaaaaaaaaaa2 2026-01-03T00:00:00.000Z kit-d.example kit-e.example | post >/dev/null
until_true 5 stands kit-e.example
check a_version_older_than_one_that_came_before_says_nothing has "$(hinomi verdicts kit-old.example)" 'nothing was ever said'
remove() { ask_taxii north DELETE "/api/collections/$from/objects/indicator--6f1c1b6c-6f6b-4b51-9b0d-$1/"; }
remove aaaaaaaaaaa2 >/dev/null
check what_a_member_removes_is_taken_back taken_back kit-e.example 'removed by its author'
check but_not_what_another_object_of_its_said_first lacks "$(hinomi verdicts kit-d.example)" 'removed by its author'
remove aaaaaaaaaaa1 >/dev/null
check until_that_is_removed_as_well taken_back kit-d.example 'removed by its author'

python3 -c '
import json, sys
print(json.dumps({"objects": [{"type": "opinion", "spec_version": "2.1", "id": "opinion--6f1c1b6c-6f6b-4b51-9b0d-6%011d" % n, "created": sys.argv[2],
    "modified": sys.argv[2], "opinion": "strongly-disagree", "object_refs": [sys.argv[1]]} for n in range(700)]}))' "$id" "$now" | post >/dev/null
all_reports() { [ "$(members reports)" = 500 ]; }
check reports_of_one_member_in_a_day_are_bounded until_true 10 all_reports
check and_the_operator_is_told has "$(cat "$WORK/node.log")" 'north reports more than 500 indicators'

sed 's/111111111111/555555555555/; s/"count": 12/"count": 30/' "$WORK/sighting.json" | post >/dev/null
kill -9 "$(pgrep -P "$node" -f "^hinomi role hub\$")"
until_true 20 answers_control
met_more() { hinomi verdicts met.example | grep -q 'north: 42 times'; }
check what_was_sent_is_counted_once_though_the_hub_was_killed until_true 15 met_more

hinomi ledger export "$WORK/export" >/dev/null
check_receipt() { hinomi receipts north | grep -q 'north taxii to-north'; }
check what_was_fetched_has_a_receipt_when_the_minute_is_over until_true 80 check_receipt
hinomi ledger export "$WORK/export" >/dev/null
check the_stand_alone_checker_takes_receipts_too has "$(python3 "$SOURCE/dist/hinomi-ledger-check" "$(hinomi ledger key)" "$WORK/export")" 'entries'
check the_log_holds_with_all_that has "$(hinomi ledger verify)" "^$(hinomi status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["verdicts"])') entries"

for format in stix misp hosts plain csv suricata zeek; do hinomi export north $format "$WORK/$format" >/dev/null || echo "not ok export_$format"; done
hinomi judge also.example c2 --reason 'beacons' --tlp green >/dev/null
until_true 5 is_shared '^also.example valid'
hinomi export north hosts "$WORK/hosts" >/dev/null
check an_export_is_what_passes_the_gate is "$(sed -n 's/^0\.0\.0\.0 //p' "$WORK/hosts/hosts" | sort)" "$(shared north to-north | sed -n 's/ valid .*//p' | sort)"
check and_nothing_else lacks "$(cat "$WORK/hosts/hosts")" secret.example
check who_gets_nothing_gets_an_empty_export has "$(hinomi export south plain "$WORK/none")" '^0 indicators'
check somebody_unknown_was_given_nothing has "$(hinomi receipts nobody)" 'nothing was given to a recipient of that name'
check an_export_has_a_receipt has "$(hinomi receipts north)" 'north file hosts'
