#!/bin/bash
# What a new edition of a list would change is told before it is taken, and nothing is changed by asking.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
ZONE
echo 'precious.example' >"$WORK/precious.txt"
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
lists:
  never_block: ["$WORK/precious.txt"]
CONF
stay_root_if_alone "$WORK/node.conf"
replay() { hinomi ledger replay --config "$WORK/node.conf" "$@" 2>&1; }

authority 5399 example "$WORK/example.zone"
start_node
printf '%s\n' stays.example goes.example held.example hand.example wide.example >"$WORK/first.txt"
printf '%s\n' held.example >"$WORK/second.txt"
hinomi import "$WORK/first.txt" --name first >/dev/null
hinomi import "$WORK/second.txt" --name second >/dev/null
hinomi allow hand.example --reason 'needed' >/dev/null
hinomi judge believed.example c2 --reason 'seen' >/dev/null
until_true 5 blocked believed.example
for n in 1 2 3; do ask @127.0.0.1 -p 5300 "www$n.comes.example" >/dev/null; done
ask @127.0.0.1 -p 5300 comes.example >/dev/null
for n in 1 2; do ask @127.0.0.1 -p 5300 "www$n.goes.example" >/dev/null; done
ask @127.0.0.1 -p 5300 stays.example >/dev/null
recorded() { [ "$(hinomi log --name example --below --json | grep -c -E '"name": ?"(.*[.])?(comes|goes|stays)[.]example"')" = 7 ]; }
check what_was_asked_for_is_recorded until_true 30 recorded

printf '%s\n' stays.example comes.example www.comes.example believed.example precious.example wide.example hand.example >"$WORK/new.txt"
before=$(cat "$WORK"/data/policy/* | sha256sum)
replay --list "first=$WORK/new.txt" >"$WORK/said"
said=$(cat "$WORK/said")
check its_rules_are_counted has "$said" 'list first, new edition \(names\): 7 rules, 0 lines skipped'
check what_comes_is_told has "$said" '^would be blocked: 2$'
check by_its_list has "$said" '^  comes.example  first$'
check what_goes_is_told has "$said" '^would not be blocked any more: 1$'
check it_is_the_one_that_no_other_list_has has "$said" '^  goes.example  first$'
check another_list_still_holds_it lacks "$said" held.example
check what_is_said_by_hand_stays lacks "$said" hand.example
check what_is_believed_is_blocked_already lacks "$said" believed.example
check a_never_block_list_holds_it_back lacks "$said" ' precious.example'
check and_that_is_counted has "$said" 'never-block lists hold back 1 of them'
check recorded_answers_are_counted_once_each has "$said" 'last 7 days, 4 would have been blocked \(4 names\) and 2 would not \(2 names\)'
check nothing_is_changed is "$(cat "$WORK"/data/policy/* | sha256sum)" "$before"
check what_goes_is_still_blocked blocked goes.example
check a_limit_is_kept has "$(replay --list "first=$WORK/new.txt" --limit 1)" '  ... and 1 more'
said=$(replay --list "first=$WORK/new.txt" --json)
check json_has_a_row_for_each is "$(printf '%s\n' "$said" | grep -c '"change"')" 3
check json_ends_with_the_counts has "$(printf '%s\n' "$said" | tail -n 1)" '"blocked":2,"released":1.*"answers":\{"days":7,"blocked":4'

check a_list_that_is_not_there_is_named has "$(replay --list "third=$WORK/new.txt")" 'there is no list third'
check a_file_that_is_not_there_is_named has "$(replay --list "first=$WORK/none.txt")" 'none.txt: No such file'
check a_change_without_a_file_is_refused has "$(replay --list first)" 'not NAME=FILE'
check a_list_and_a_rule_are_two_questions has "$(replay --list "first=$WORK/new.txt" --without x)" 'say what is to be another'
check an_option_of_lists_alone_is_refused has "$(replay --without x --limit 3)" 'belong to --list'
check another_group_is_not_known has "$(replay --list "first=$WORK/new.txt" --group nobody)" 'no group nobody'
check a_wrong_format_is_told has "$(replay --list "first=$WORK/new.txt" --format xml)" 'no such format: xml'
head -c 4096 /dev/zero >"$WORK/zeros"
check what_is_no_list_is_told has "$(replay --list "first=$WORK/zeros")" 'has no rule|cannot be built|new edition'

stop "$node"
said=$(replay --list "first=$WORK/new.txt")
check without_a_node_the_names_are_told_all_the_same has "$said" '^would be blocked: 2$'
check and_that_the_record_is_not_known has "$said" 'last 7 days: not known'

hinomi import "$WORK/new.txt" --name first >/dev/null 2>&1
start_node
hinomi import "$WORK/new.txt" --name first --accept >/dev/null
check taken_it_is_as_was_told blocked comes.example
check and_what_goes_resolves resolves goes.example
