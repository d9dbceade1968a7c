#!/bin/bash
# What is believed acts: a judgement blocks at once, a source nobody answers for only watches, a denial lets through again; and what was
# believed outlives the hub.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 77
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.10
sub.evil A 192.0.2.10
by-address A 198.51.100.66
second-server A 198.51.100.67
ZONE
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  validate: false
  listen_tls: []
  listen_https: []
  stub:
    - zone: example
      address: 127.0.0.1:5399
store:
  passive_dns: all
judge:
  warning_lists: WORK/warnings
  sources:
    - name: cert-feed
      trust: 95
    - name: copycat
      family: rumours
    - name: parrot
      family: rumours
CONF
sed -i "s|WORK|$WORK|" "$WORK/node.conf"
stay_root_if_alone "$WORK/node.conf"
mkdir -p "$WORK/warnings/popular"
echo '{"name": "Popular names", "type": "hostname", "list": ["shop.popular.example", "www.example"]}' >"$WORK/warnings/popular/list.json"
echo '{"name": "Resolvers", "type": "cidr", "list": ["192.0.2.0/28"]}' >"$WORK/warnings/resolvers.json"
echo '{"name": "no type"}' >"$WORK/warnings/broken.json"
chmod -R a+rX "$WORK/warnings"
authority 5399 example "$WORK/example.zone"
start_node

blocks_soon() { until_true 5 blocked "$1"; }
resolves_soon() { until_true 5 resolves "$1"; }
belief() { hinomi verdicts "$1" --json | python3 -c '
import json, sys
b = json.load(sys.stdin)["belief"]
print(b["state"], b["advice"], b["claim"])'; }

check it_resolves_while_nothing_was_said resolves evil.example
hinomi judge evil.example c2 --reason 'beacons every minute' >/dev/null
check an_analysts_word_blocks blocks_soon evil.example
check a_domain_is_blocked_with_all_below_it blocks_soon sub.evil.example
check the_answer_cites_the_verdict has "$(ask @127.0.0.1 -p 5300 evil.example)" 'EDE: 15 \(Blocked\).*verdict 1'
check why_leads_to_the_verdict has "$(hinomi why evil.example)" 'indicators'
check the_belief_says_so is "$(belief evil.example)" 'active block c2'

hinomi judge 198.51.100.66 c2 --reason 'its address' >/dev/null
check an_address_is_blocked_where_names_lead_to_it blocks_soon by-address.example

hinomi judge rumour.example phishing --source copycat --reason 'on their list' >/dev/null
check a_source_without_a_record_is_only_watched is "$(belief rumour.example)" 'active observe phishing'
hinomi judge rumour.example phishing --source parrot --reason 'on their list' >/dev/null
check a_copy_of_the_family_adds_nothing is "$(belief rumour.example)" 'active observe phishing'
check what_is_watched_resolves resolves rumour.example
hinomi judge known.example malware --source cert-feed --reason 'drops a loader' >/dev/null
check a_source_that_is_answered_for_blocks blocks_soon known.example

hinomi judge known.example false-positive --reason 'the vendor repaired it' >/dev/null
check a_denial_lets_through_again resolves_soon known.example
check a_denial_weighs_as_much_as_a_claim is "$(belief known.example)" 'active observe malware'

hinomi judge host-alone.example malware --kind host --reason 'one machine' >/dev/null
check a_host_alone_is_blocked blocks_soon host-alone.example
hinomi judge host-alone.example false-positive --reason 'cleaned' >/dev/null
check what_speaks_for_a_name_is_meant_for_the_host_alone resolves_soon host-alone.example

hinomi judge popular.example c2 --reason 'a slip' >/dev/null
check what_holds_a_warned_name_waits_for_a_person until_true 5 has "$(belief popular.example)" 'active ask c2'
hinomi judge 192.0.2.10 c2 --reason 'another slip' >/dev/null
check a_warned_address_blocks_nothing resolves_soon two.example
check the_warning_list_is_named has "$(hinomi verdicts 192.0.2.10)" 'warning list +Resolvers'
check both_wait_in_the_review_queue is "$(hinomi review --json | python3 -c '
import json, sys
print(*sorted(json.loads(line)["subject"] for line in sys.stdin))')" '192.0.2.10 popular.example'
hinomi judge 192.0.2.77 c2 --reason 'a neighbour' >/dev/null
check the_neighbour_is_not_warned_of is "$(belief 192.0.2.77)" 'active block c2'
check sources_have_a_score_card has "$(hinomi sources)" ' 1 +1 +1 +0 +1 .*feed cert-feed'

printf '%s\n' one.example two.example three.example >"$WORK/list"
hinomi judge --from "$WORK/list" --source cert-feed phishing --reason 'daily list' >/dev/null
check a_list_of_judgements_blocks blocks_soon three.example

hub=$(pgrep -P "$node" -f "^hinomi role hub\$")
kill -9 "$hub"
check what_is_believed_holds_while_the_hub_is_dead blocked evil.example
until_true 20 answers_control
hinomi judge after.example c2 --reason 'after a new start' >/dev/null
check the_next_hub_goes_on blocks_soon after.example
hinomi allow evil.example --reason 'needed for a test' >/dev/null
check what_a_person_allows_comes_first resolves_soon evil.example
check the_indicators_are_counted has "$(hinomi status)" 'indicators in force +[1-9]'

met() { hinomi verdicts "$1" --json | python3 -c '
import json, sys
print(sum(s["count"] for s in json.load(sys.stdin)["sightings"]))'; }
hinomi judge watched.example tunnel --source copycat --reason 'odd queries' >/dev/null
until_true 5 has "$(belief watched.example)" 'active observe'
sleep 1
for n in 1 2 3; do ask @127.0.0.1 -p 5300 "n$n.watched.example" >/dev/null; done
met_three() { [ "$(met watched.example)" = 3 ]; }
check what_is_met_is_counted_by_hour_and_member until_true 10 met_three
check the_sightings_are_among_the_reasons has "$(hinomi verdicts watched.example)" 'own clients: 3 times'
hinomi judge watched.example false-positive --reason 'our own' >/dev/null
hinomi judge 127.0.0.1 infected --source cert-feed --reason 'scans' >/dev/null
sleep 1
ask @127.0.0.1 -p 5300 quiet.example >/dev/null
met_client() { [ "$(met 127.0.0.1)" -ge 1 ]; }
check a_client_is_met_by_its_address until_true 10 met_client

for n in 1 2; do ask @127.0.0.1 -p 5300 "www$n.past.example" >/dev/null; done
ask @127.0.0.1 -p 5300 by-address.past.example >/dev/null
sleep 2.5
hinomi judge past.example c2 --reason 'found today' >/dev/null
met_before() { [ "$(met past.example)" = 3 ]; }
check what_was_met_before_it_was_known_is_found until_true 15 met_before
check once is "$(sleep 1; met past.example)" 3
check the_look_back_is_counted has "$(hinomi status --json)" '"looked_for": ?[1-9]'
check the_loop_clock_tells_how_long_it_took has "$(hinomi clock)" 'judged -> blocked.*commands infected machines'
# So many names at once are looked for in statements of some hundred thousand octets.
for n in 17 6000 11999; do ask @127.0.0.1 -p 5300 "listed$n.many.example" >/dev/null; done
sleep 2.5
seq -f 'listed%.0f.many.example' 12000 >"$WORK/many.txt"
hinomi judge --from "$WORK/many.txt" --source many c2 >/dev/null
all_met() { [ "$(met listed17.many.example) $(met listed6000.many.example) $(met listed11999.many.example)" = '1 1 1' ]; }
check of_twelve_thousand_those_that_were_met_are_found until_true 30 all_met
# A top-level domain has one label only; it is looked for among many, where the others are told by two and three.
for n in 1 2; do ask @127.0.0.1 -p 5300 "n$n.rare-top" >/dev/null; done
ask @127.0.0.1 -p 5300 n1.not-rare-top >/dev/null
ask @127.0.0.1 -p 5300 second-server.example >/dev/null
sleep 2.5
{ echo rare-top; seq -f 'others%.0f.many.example' 20; } >"$WORK/top.txt"
hinomi judge --from "$WORK/top.txt" --source many c2 >/dev/null
top_is_met() { [ "$(met rare-top)" = 2 ]; }
check what_was_asked_below_a_top_level_domain_is_found until_true 15 top_is_met
hinomi judge 198.51.100.64/27 c2 --reason 'servers of the campaign' >/dev/null
hinomi judge 198.51.100.96/27 c2 --reason 'beside it' >/dev/null
network_is_met() { [ "$(met 198.51.100.64/27)" -ge 1 ]; }
check addresses_in_a_prefix_are_found_in_past_answers until_true 15 network_is_met
check and_not_those_beside_it is "$(met 198.51.100.96/27)" 0
looked_for_all() { hinomi status --json | python3 -c '
import json, sys
l = json.load(sys.stdin)["belief"]["look_back"]
sys.exit(l["looked_for"] < 12000 or l["failed"] > 0)'; }
check all_are_looked_for_and_none_in_vain until_true 20 looked_for_all
check the_store_takes_the_statements lacks "$(cat "$WORK/node.log")" 'a message that is none'
said=$(hinomi ledger replay --without cert-feed --config "$WORK/node.conf")
check a_replay_tells_what_would_be_without_a_source has "$said" 'block -> none .*three.example'
check a_replay_without_somebody_unknown_is_refused has "$(hinomi ledger replay --without cert-fed --config "$WORK/node.conf" 2>&1)" 'nothing stands that was said by cert-fed'
check other_beliefs_stay lacks "$said" after.example
check nothing_is_changed_by_it blocked three.example
check a_source_may_be_trusted_more has "$(hinomi ledger replay --trust copycat=98 --config "$WORK/node.conf")" 'observe -> block .*rumour.example'
check a_threshold_may_be_raised has "$(hinomi ledger replay --threshold phishing=99 --config "$WORK/node.conf")" 'block -> ask .*three.example'

# The clock is a year ahead for a while: what expired meanwhile is believed again when it is right.
hinomi judge clock.example c2 --reason 'seen' >/dev/null
until_true 5 blocked clock.example
stop "$node"
LD_PRELOAD=$(find /usr/lib -path '*/faketime/libfaketimeMT.so.1' | head -n 1) FAKETIME=+400d FAKETIME_DONT_FAKE_MONOTONIC=1 start_node
hinomi judge ahead.example c2 --reason 'seen' >/dev/null
check a_clock_that_is_a_year_ahead_lets_belief_expire until_true 10 resolves clock.example
stop "$node"
start_node
check what_expired_by_it_is_believed_again until_true 10 blocked clock.example
check and_the_log_tells_of_the_clock has "$(cat "$WORK/node.log")" 'the clock went back by 57[0-9]{4} minutes'

# One entry of the ledger's file is damaged: what is believed of that subject is left out, all others go on.
hinomi judge damaged.example c2 --reason 'seen' >/dev/null
until_true 5 blocked damaged.example
stop "$node"
python3 - "$WORK/data/ledger.db" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
trigger = db.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_never_edited'").fetchone()[0]
db.execute("DROP TRIGGER entry_never_edited")
db.execute("UPDATE entry SET body = x'7b7b' WHERE subject = 'damaged.example'")
db.execute(trigger)
db.commit()
PY
start_node
hinomi judge damaged.example phishing --reason 'again' >/dev/null
hinomi judge after-damage.example c2 --reason 'seen' >/dev/null
check a_damaged_entry_does_not_stop_the_others until_true 10 blocked after-damage.example
check it_is_said_which_subject_it_is has "$(cat "$WORK/node.log")" 'what is believed of damaged.example cannot be reckoned'
check and_counted has "$(hinomi status --json)" '"set_aside": ?1[,}]'
