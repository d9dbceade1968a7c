#!/bin/bash
# Thresholds and guards of the configuration: what is one's own, popular or shared waits for a person, and every change takes effect with the reload.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
by-address A 198.51.100.66
ZONE
printf '1,popular.example\n2,"second.example"\n3,third.example\n' >"$WORK/popular.csv"
printf 'hosting.example # everybody\n198.51.100.0/24\n' >"$WORK/shared.txt"
chmod 644 "$WORK/popular.csv" "$WORK/shared.txt"
configure() { # further lines of the section judge
    cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5399
judge:
  own: [city.example, 192.0.2.0/28]
  popular: $WORK/popular.csv
  popular_max_rank: 2
  shared_hosting: $WORK/shared.txt
$1
CONF
    stay_root_if_alone "$WORK/node.conf"
}
configure ''

authority 5399 example "$WORK/example.zone"
start_node
belief() { hinomi verdicts "$1" --json | python3 -c '
import json, sys
b = json.load(sys.stdin)["belief"]
print(b["state"], b["advice"], b["claim"])'; }
# The table, which is what acts: not what is reckoned for the question.
stands() { hinomi indicators --json | python3 -c '
import json, sys
for line in sys.stdin:
    i = json.loads(line)
    if i.get("subject") == sys.argv[1]:
        print(i["advice"], *i["guards"])' "$1"; }
is_now() { [ "$(stands "$1")" = "$2" ]; }
says() { hinomi judge "$1" "$2" --reason 'seen' "${@:3}" >/dev/null; }

for name in city.example mail.city.example popular.example www.second.example third.example evil.popular.example hosting.example \
    evil.hosting.example github.io evil.github.io 192.0.2.1 192.0.0.0/16 198.51.100.66; do
    says "$name" c2
done
check ones_own_name_waits until_true 5 is_now city.example 'ask own'
check and_what_is_below_it until_true 5 is_now mail.city.example 'ask own'
check and_ones_own_address until_true 5 is_now 192.0.2.1 'ask own'
check and_a_network_that_has_it until_true 5 is_now 192.0.0.0/16 'ask own'
check a_popular_name_waits until_true 5 is_now popular.example 'ask popular'
check and_its_www until_true 5 is_now www.second.example 'ask popular'
check one_of_a_higher_rank_does_not until_true 5 is_now third.example block
check nor_does_a_name_below until_true 5 is_now evil.popular.example block
check a_shared_name_waits until_true 5 is_now hosting.example 'ask shared'
check a_tenant_does_not until_true 5 is_now evil.hosting.example block
check a_private_public_suffix_is_shared until_true 5 is_now github.io 'ask shared'
check and_what_is_below_it_is_a_tenant until_true 5 is_now evil.github.io block
says 203.0.0.0/8 c2
says 203.0.112.0/20 c2
check a_network_of_many_countries_is_shared until_true 5 is_now 203.0.0.0/8 'ask shared'
check a_narrower_one_is_not until_true 5 is_now 203.0.112.0/20 block
matched() { hinomi why "$1" | grep -qE "^ *matched +$2\$"; }
check why_names_the_network_that_is_blocked until_true 5 matched 203.0.113.9 203.0.112.0/20
check a_shared_address_waits until_true 5 is_now 198.51.100.66 'ask shared'
check nothing_of_it_is_blocked resolves popular.example
check nor_where_it_leads resolves by-address.example
check what_is_not_guarded_is until_true 5 blocked evil.popular.example
check all_wait_in_the_review_queue is "$(hinomi review --json | grep -c '"conflict": \?true')" 10
check the_reason_is_told has "$(hinomi verdicts popular.example)" 'most asked for'
check with_the_thresholds has "$(hinomi verdicts popular.example)" 'thresholds of any claim: watched from 40.0 % on, asked about from 70.0 % on, blocked from 90.0 % on'

says rumour.example phishing --source late-feed
check a_source_nobody_answers_for_is_watched until_true 5 is_now rumour.example observe
configure '  sources: [{name: late-feed, trust: 95}]'
check trust_is_reloaded hinomi reload
check trust_acts_on_what_was_said_before until_true 10 is_now rumour.example block
check and_blocks until_true 5 blocked rumour.example
configure '  sources: [{name: late-feed, trust: 95}]
  thresholds: [{claim: phishing, block: 99}, {kinds: [host], block: 100}]'
said=$(hinomi ledger replay --threshold phishing=99 --config "$WORK/node.conf")
check the_replay_knows_the_thresholds_of_the_configuration has "$said" '^0 of '
check thresholds_are_reloaded hinomi reload
check thresholds_act_on_what_was_said_before until_true 10 is_now rumour.example ask
check and_are_named has "$(hinomi verdicts rumour.example)" 'thresholds of phishing: .*blocked from 99.0 % on'
check it_resolves_again until_true 5 resolves rumour.example
configure '  thresholds: [{claim: phishing, block: 99}, {kinds: [host], block: 100}]'
check trust_is_taken_away hinomi reload
check which_acts_too until_true 10 is_now rumour.example observe

printf 'third.example\n' >"$WORK/popular.new"
mv "$WORK/popular.new" "$WORK/popular.csv"
check another_edition_is_read hinomi reload
check what_became_popular_is_blocked_no_more until_true 10 resolves third.example
check and_waits until_true 5 is_now third.example 'ask popular'
check what_is_popular_no_more_is_blocked until_true 10 blocked popular.example

for n in 1 2 3 4 5 6 7 8 9 10 11 12; do says "named$n.example" malware --source measured; done
says left.example malware --source measured
check a_source_without_a_record_is_watched until_true 5 is_now left.example observe
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do says "named$n.example" confirmed; done
check what_is_found_out_about_a_source_acts_on_all_it_said until_true 10 is_now left.example ask

hub=$(pgrep -P "$node" -f "^hinomi role hub\$")
kill -9 "$hub"
until_true 20 answers_control
check a_new_hub_reckons_nothing_again is "$(hinomi status --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["belief"]["reckoned"])')" 0
configure '  thresholds: [{claim: phishing, ask: 95, block: 90}]'
check wrong_thresholds_are_refused_with_their_line has "$(hinomi reload 2>&1)" 'node\.conf:[0-9]+: ask: .*must not be above block'
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
