#!/bin/bash
# What a list would have blocked of the last answers, and for whom, is told before it blocks anything.
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
  shrink_percent: 60
groups:
  - {name: wards, member: North Hospital, clients: [127.0.0.2/32]}
CONF
stay_root_if_alone "$WORK/node.conf"

authority 5399 example "$WORK/example.zone"
start_node
effect() { hinomi effect "$@" 2>&1; } # it waits for ten minutes at most
count() { printf '%s' "$said" | python3 -c 'import json, sys
o = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    o = o[int(key)] if isinstance(o, list) else o[key]
print(o)' "$1"; }

(printf '%s\n' held.example goes.example && seq -f 'filler%g.example' 200) >"$WORK/old.txt" # fewer than 100 are never held back
hinomi import "$WORK/old.txt" --name old >/dev/null
hinomi allow hand.example --reason 'needed' >/dev/null
until_true 5 blocked held.example
for n in 1 2 3; do ask @127.0.0.1 -p 5300 "www$n.bad.example" >/dev/null; done
ask @127.0.0.1 -p 5300 www1.bad.example >/dev/null
ask @127.0.0.1 -p 5300 -b 127.0.0.2 www1.bad.example >/dev/null
ask @127.0.0.1 -p 5300 -b 127.0.0.2 ward.bad.example >/dev/null
for name in goes hand precious innocent; do ask @127.0.0.1 -p 5300 "$name.example" >/dev/null; done

# Asked for by hand: www1 to www3 and www1 again by nobody's client, www1 and ward by the hospital's: 6 answers, 4 names.
printf '%s\n' bad.example held.example hand.example precious.example >"$WORK/new.txt"
hinomi import "$WORK/new.txt" --name new --observe >/dev/null
before=$(cat "$WORK"/data/policy/* | sha256sum)
said=$(effect new --json)
check its_rules_are_counted is "$(count rules)" 4
check what_it_would_have_blocked is "$(count blocked.answers) $(count blocked.names)" '6 4'
check for_whom_is_told has "$said" '"member": ?"North Hospital", ?"names": ?2, ?"answers": ?2'
check and_for_those_of_no_member has "$said" '"member": ?"", ?"names": ?3, ?"answers": ?4'
check the_most_asked_for_comes_first is "$(count top.0.name) $(count top.0.answers) $(count top.0.members)" 'www1.bad.example 3 2'
check by_the_member_that_asked_most is "$(count top.0.member)" ''
check what_another_list_blocks_is_counted_apart is "$(count already.names)" 1
check never_block_lists_hold_back_one is "$(count left_out)" 1
check what_is_allowed_by_hand_stays lacks "$said" 'hand.example'
check what_is_not_on_it_is_not_told lacks "$said" 'innocent'
check nothing_is_changed is "$(cat "$WORK"/data/policy/* | sha256sum)" "$before"
check its_names_still_resolve resolves www1.bad.example
text=$(effect new)
check people_read_it has "$text" 'blocks, and nothing else does: 7 answers, 4 names'
check and_for_whom has "$text" '  North Hospital +2 answers, 2 names'

printf '%s\n' held.example fresh.example >"$WORK/less.txt"
hinomi import "$WORK/less.txt" --name old >/dev/null
check an_edition_that_shrinks_is_held has "$(hinomi lists)" 'held'
ask @127.0.0.1 -p 5300 fresh.example >/dev/null
said=$(effect old --held --json)
check the_held_edition_would_block is "$(count blocked.answers) $(count top.0.name)" '1 fresh.example'
check and_let_through_what_is_blocked_now is "$(count released.answers) $(count released.names)" '1 1'
said=$(effect old --json)
check the_edition_in_force_is_what_it_alone_blocks is "$(count blocked.names) $(count released.names)" '2 0'

check a_list_that_is_not_there_is_named has "$(effect none)" 'no list of that name'
check an_edition_that_is_not_there_is_named has "$(effect new --held)" 'is held back'
check days_are_in_range has "$(effect new --days 0)" '1 to 400'
printf 'x.example\n' >"$WORK/never.txt"
hinomi import "$WORK/never.txt" --name never --never-block >/dev/null
check a_never_block_list_blocks_nothing has "$(effect never)" 'not a never-block list'
