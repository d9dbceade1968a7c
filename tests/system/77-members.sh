#!/bin/bash
# Members: their networks make groups of clients while the resolver runs, with lists and overrides of their own, and proofs that are looked up.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
printf '$TTL 1\n@ SOA ns hostmaster 1 60 60 60 1\n@ NS ns\nns A 127.0.0.1\nmoved CNAME turns\ndrops A 203.0.113.66\n* A 203.0.113.9\n' >"$WORK/example.zone"
mkdir "$WORK/lists"
printf 'games.example\n' >"$WORK/lists/games.txt"
printf 'social.example\n' >"$WORK/lists/social.txt"
authority 5454 example "$WORK/example.zone" 127.in-addr.arpa "$WORK/example.zone"
cat >"$WORK/node.conf" <<CONF
dns:
  workers: 1
  listen: [0.0.0.0:5300]
  listen_tls: []
  listen_https: []
  validate: false
  stub:
    - {zone: example, address: '127.0.0.1:5454'}
    - {zone: 127.in-addr.arpa, address: '127.0.0.1:5454'}
lists:
  only_for_groups: [games]
groups:
  - name: office
    clients: [127.0.5.0/24]
CONF
stay_root_if_alone "$WORK/node.conf"
start_node

# What a client with that address gets.
status_for() { # ADDRESS NAME
    ask -b "$1" @127.0.0.1 -p 5300 "$2" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}
blocked_for() { is "$(status_for "$1" "$2")" NXDOMAIN; }
resolves_for() { is "$(status_for "$1" "$2")" NOERROR; }
group_of() { hinomi why a.example --client "$1" --json | from_json '["group"]'; }
in_group() { is "$(group_of "$1")" "$2"; }

hinomi import "$WORK/lists/games.txt" --name games >/dev/null
hinomi import "$WORK/lists/social.txt" --name social >/dev/null
check a_name_resolves until_true 5 resolves_for 127.0.1.1 a.example

# ---- networks make groups ----
hinomi members put hospital --title 市立病院 --networks 127.0.1.0/24 --names hospital.example --contacts '山田 <soc@hospital.example> ja urgent' >/dev/null
hinomi members put bank --title Bank --networks '127.0.1.0/24 127.0.2.0/24 127.0.5.0/24' >/dev/null
check a_member_is_shown has "$(hinomi members show hospital)" '市立病院'
check with_what_is_not_proved has "$(hinomi members show hospital)" '127.0.1.0/24 \(not proved\)'
sleep 1
check what_is_not_proved_makes_no_group is "$(group_of 127.0.1.1)" ''
prove_on_paper() { # MEMBER NETWORK...
    local name=$1 network
    shift
    for network in "$@"; do
        hinomi members prove "$name" "$network" --paper 'contract 7' >/dev/null
    done
}
prove_on_paper bank 127.0.2.0/24 127.0.5.0/24
check a_proved_network_makes_a_group until_true 5 in_group 127.0.2.1 member:bank
check only_that_one is "$(group_of 127.0.1.1)" ''
check the_configuration_goes_before is "$(group_of 127.0.5.1)" office
prove_on_paper hospital 127.0.1.0/24
check another_while_it_runs until_true 5 in_group 127.0.1.1 member:hospital
hinomi members put hospital --networks '127.0.1.0/24 127.0.3.0/24' >/dev/null
prove_on_paper hospital 127.0.3.0/24
check a_network_more until_true 5 in_group 127.0.3.1 member:hospital
in_force() { hinomi status --json | from_json '["policy"]["members"]' | grep -q "'in_force': True"; }
check the_resolver_has_it until_true 5 in_force
status_for 127.0.1.1 counted.example >/dev/null
counted() { hinomi log --name counted.example --json | grep -q '"member":"hospital"'; }
counted_text() { hinomi log --name counted.example --json; }
check an_answer_is_counted_to_its_member until_true 5 counted
check its_group_is_named_after_it has "$(counted_text)" '"group":"member:hospital"'
check what_was_proved_stays_so has "$(hinomi members show hospital)" '127.0.1.0/24 \(paper: contract 7 \('
hinomi members put hospital --networks 127.0.1.0/24 >/dev/null
check a_network_that_goes_is_nobodys until_true 5 in_group 127.0.3.1 ''

# ---- lists ----
check a_list_for_groups_is_not_everybodys resolves_for 127.0.2.1 games.example
check one_for_everybody_is blocked_for 127.0.1.1 social.example
hinomi members put hospital --groups hospitals >/dev/null
hinomi members lists --group hospitals --set games,-social >/dev/null
check members_inherit_the_lists_of_their_group until_true 5 blocked_for 127.0.1.1 games.example
check and_what_their_group_is_without until_true 5 resolves_for 127.0.1.1 social.example
check other_members_do_not resolves_for 127.0.2.1 games.example
check nor_without_it blocked_for 127.0.2.1 social.example
hinomi members lists hospital --set social >/dev/null
check its_own_word_goes_before until_true 5 blocked_for 127.0.1.1 social.example
check lists_are_shown has "$(hinomi members lists hospital)" 'counts +games'
check groups_are_shown has "$(hinomi members groups)" 'hospitals +1 members'
check a_bad_list_is_refused has "$(hinomi members lists hospital --set 'a/b' 2>&1)" 'at most 32 names'

# ---- overrides ----
hinomi members override bank wanted.example block --reason 'our own' --until 1h >/dev/null
check an_override_holds_for_the_members_clients blocked_for 127.0.2.1 www.wanted.example
check and_for_no_others resolves_for 127.0.1.1 www.wanted.example
check nor_for_those_of_no_group resolves_for 127.0.9.1 www.wanted.example
check why_says_whose has "$(hinomi why wanted.example --client 127.0.2.1)" 'our own'
hinomi members override bank social.example allow --reason 'our marketing' --until 1h >/dev/null
check an_operator_may_allow_what_a_list_blocks resolves_for 127.0.2.1 social.example
check an_end_is_needed has "$(hinomi members override bank x.example block --reason r 2>&1)" 'end are needed'
check of_at_most_a_year has "$(hinomi members override bank x.example block --reason r --until 400d 2>&1)" 'at most a year'
hinomi block centre.example --reason 'court order' >/dev/null
check what_the_centre_blocked_cannot_be_allowed has "$(hinomi members override bank centre.example allow --reason r --until 1h 2>&1)" 'the centre has decided'
check nor_a_name_below_it has "$(hinomi members override bank www.centre.example allow --reason r --until 1h 2>&1)" 'the centre has decided'
hinomi members override bank later.example allow --reason r --until 1h >/dev/null
hinomi block later.example --reason 'seen now' >/dev/null
check not_even_by_one_made_before blocked_for 127.0.2.1 later.example
hinomi judge grave.example c2 --reason beacons >/dev/null
check what_is_believed_blocks until_true 5 blocked_for 127.0.2.1 grave.example
check what_is_grave_cannot_be_allowed has "$(hinomi members override bank grave.example allow --reason r --until 1h 2>&1)" 'too grave'
hinomi members override bank turns.example allow --reason 'a supplier' --until 1h >/dev/null
for name in moved drops; do hinomi members override bank $name.example allow --reason 'a supplier' --until 1h >/dev/null; done
hinomi members override bank wide.example allow --reason 'a supplier' --until 1h >/dev/null
check what_is_allowed_resolves resolves_for 127.0.2.1 turns.example
check and_what_is_an_alias_of_it resolves_for 127.0.2.1 moved.example
hinomi judge turns.example c2 --reason beacons >/dev/null
hinomi judge c2.wide.example malware --reason loader >/dev/null
hinomi judge 203.0.113.66 c2 --reason beacons >/dev/null
check what_becomes_grave_later_is_blocked_all_the_same until_true 5 blocked_for 127.0.2.1 turns.example
check so_is_what_is_grave_below_it until_true 5 blocked_for 127.0.2.1 www.c2.wide.example
check so_is_what_is_an_alias_of_it blocked_for 127.0.2.1 moved.example
check and_what_has_such_an_address until_true 5 blocked_for 127.0.2.1 drops.example
check and_nothing_beside_it resolves_for 127.0.2.1 www.wide.example
check the_override_is_shown_as_set_aside has "$(hinomi members overrides bank)" 'set aside +what is known'
check why_says_so has "$(hinomi why turns.example --client 127.0.2.1)" 'set aside +what is known'
check and_of_one_that_the_centre_blocked has "$(hinomi members overrides bank)" 'set aside +the centre has decided'
hinomi judge turns.example false-positive --reason 'it was another' >/dev/null
check when_it_was_wrong_the_override_stands_again until_true 5 resolves_for 127.0.2.1 turns.example
hinomi members override bank soon.example block --reason r --until 3s >/dev/null
check an_override_is_in_force blocked_for 127.0.2.1 soon.example
check and_ends_by_itself until_true 10 resolves_for 127.0.2.1 soon.example
check overrides_are_listed has "$(hinomi members overrides bank)" 'our marketing'
number=$(hinomi members overrides bank --json | from_json '["rows"][0]["number"]')
hinomi members override bank "$number" end --reason 'no longer' >/dev/null
check one_can_be_ended until_true 3 resolves_for 127.0.2.1 www.wanted.example
check once has "$(hinomi members override bank "$number" end 2>&1)" 'no such override'
hinomi block only.example --group member:bank --reason 'by the centre' >/dev/null
check the_centre_may_say_so_for_one_member blocked_for 127.0.2.1 only.example
check and_for_no_other resolves_for 127.0.1.1 only.example
check the_member_cannot_undo_it has "$(hinomi members override bank only.example allow --reason r --until 1h 2>&1)" 'the centre has decided'
check unknown_members_are_refused has "$(hinomi block x.example --group member:nobody --reason r 2>&1)" 'no member is called so'

# ---- in and out ----
hinomi members export >"$WORK/members.csv"
check members_are_written_as_CSV has "$(cat "$WORK/members.csv")" '^hospital,'
printf 'name,title,networks,contacts\nclinic,Clinic,127.0.7.0/24,"A <a@clinic.example> en"\nbad,Bad,127.0.7.1/24,\n' >"$WORK/in.csv"
check members_are_read_from_CSV has "$(hinomi members import "$WORK/in.csv" 2>&1)" '1 members taken in, 1 refused'
check what_was_read_is_there has "$(hinomi members list)" '^clinic'
# ---- proofs by DNS ----
challenge() { # VALUE: sets $owner and $text
    local said
    said=$(hinomi members prove clinic "$1" --json)
    owner=$(printf '%s' "$said" | from_json '["owner"]')
    text=$(printf '%s' "$said" | from_json '["text"]')
}
outcome() { hinomi members check clinic "$1" --json | from_json '["outcome"]'; }
set_record() { # ZONE OWNER TEXT
    knotc -c "$WORK/authority.5454/knot.conf" zone-begin "$1" >/dev/null && knotc -c "$WORK/authority.5454/knot.conf" zone-unset "$1" "$2." >/dev/null 2>&1
    knotc -c "$WORK/authority.5454/knot.conf" zone-set "$1" "$2." 1 TXT "\"$3\"" >/dev/null && knotc -c "$WORK/authority.5454/knot.conf" zone-commit "$1" >/dev/null
}
found() { is "$(outcome "$1")" found; }
hinomi members put clinic --networks 127.0.7.0/24 --names clinic.example >/dev/null
check without_a_challenge_nothing_is_looked_for has "$(hinomi members check clinic clinic.example 2>&1)" 'no challenge'
challenge clinic.example
check the_record_stands_in_the_owners_zone is "$owner" _hinomi-challenge.clinic.example
check nobody_has_set_it_yet has "$(outcome clinic.example)" 'no-record|other-record'
set_record example "$owner" hinomi-proof=somethingelse
other() { is "$(outcome clinic.example)" other-record; }
check another_word_is_no_proof until_true 8 other
set_record example "$owner" "$text"
check the_word_is_found until_true 8 found clinic.example
check then_it_is_proved has "$(hinomi members show clinic)" 'clinic.example \(dns: record in the DNS'
challenge 127.0.7.0/24
check a_network_is_proved_in_the_reverse_tree is "$owner" _hinomi-challenge.7.0.127.in-addr.arpa
set_record 127.in-addr.arpa "$owner" "$text"
check it_is_found_there until_true 8 found 127.0.7.0/24
check and_makes_a_group until_true 5 in_group 127.0.7.1 member:clinic
hinomi members put imitator --networks '127.0.7.0/24 127.0.7.0/25' >/dev/null
check who_else_claims_it_is_told has "$(hinomi members check clinic 127.0.7.0/24)" 'imitator \(none\)'
check whose_is_proved_keeps_it is "$(group_of 127.0.7.1)" member:clinic
check a_network_without_a_zone_needs_paper has "$(hinomi members prove imitator 127.0.7.0/25 2>&1)" 'on paper or by mail'
check the_word_itself_is_not_kept lacks "$(cat "$WORK/data/ledger.db" "$WORK/data/ledger.db-wal" | strings)" "${text#hinomi-proof=}"

# ---- the configuration ----
hinomi members put trusting --networks 127.0.8.0/24 >/dev/null
sleep 0.5
check a_word_alone_makes_no_group is "$(group_of 127.0.8.1)" ''
printf 'members: {groups: all, overrides: false}\n' >>"$WORK/node.conf"
hinomi reload >/dev/null
check unless_the_configuration_says_so until_true 5 in_group 127.0.8.1 member:trusting
check and_it_may_forbid_overrides has "$(hinomi members override bank y.example block --reason r --until 1h 2>&1)" 'lets no member'
check what_is_grave_is_a_matter_of_the_configuration blocked_for 127.0.2.1 c2.wide.example
sed -i 's/overrides: false/overrides: false, may_allow: [c2, malware]/' "$WORK/node.conf"
hinomi reload >/dev/null
check and_comes_into_force until_true 5 resolves_for 127.0.2.1 c2.wide.example
sed -i 's/groups: all/groups: no/' "$WORK/node.conf"
hinomi reload >/dev/null
check or_make_no_groups until_true 5 in_group 127.0.2.1 ''
sed -i 's/groups: no/groups: sometimes/' "$WORK/node.conf"
check a_wrong_word_is_refused has "$(hinomi reload 2>&1)" 'proved, all or no'
sed -i '/^members:/d' "$WORK/node.conf"
hinomi reload >/dev/null
check the_default_is_back until_true 5 in_group 127.0.2.1 member:bank

check a_restart_keeps_the_groups has "$(stop "$node"; start_node; group_of 127.0.2.1)" member:bank
hinomi members remove bank >/dev/null
check who_is_removed_has_no_clients until_true 5 in_group 127.0.2.1 ''
check and_no_overrides resolves_for 127.0.2.1 later2.example
