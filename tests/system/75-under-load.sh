#!/bin/bash
# Roles die, lists change, the configuration is read again, the store hangs, the disk fills, the upstream goes away, all under
# load: not one query is lost, but for those of the moment in which the dns role itself was killed.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cc -O2 -D_GNU_SOURCE -I "$SOURCE/src" -o "$WORK/load" "$SOURCE/tests/bench/load.c"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
short 1 A 192.0.2.12
ZONE
# The data folder is a disk of its own that can be filled.
mkdir "$WORK/data"
mount -t tmpfs -o size=192m,mode=0711 none "$WORK/data" || { echo 'not ok a_disk_of_its_own'; exit 1; }
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  validate: false
  cache_mib: 16
  stub:
    - zone: example
      address: 127.0.0.1:5399
store:
  memory_mib: 700
lists:
  grow_percent: 100
CONF
stay_root_if_alone "$WORK/node.conf"
for i in $(seq 300); do
    echo "w$i.example"
    echo "bad$i.example"
done >"$WORK/names"
seq -f 'bad%.0f.example' 300 >"$WORK/bad.txt"

# What `hinomi status` says, by a Python expression.
status_is() {
    hinomi status --json | python3 -c "import json, sys; s = json.load(sys.stdin); sys.exit(0 if $1 else 1)"
}

pid_of() {
    hinomi status --json | python3 -c "import json, sys; print(json.load(sys.stdin)['roles']['$1']['pid'])"
}

# under_load SECONDS RATE FUNCTION: calls the function while the load runs; its result in $WORK/load.json.
under_load() {
    local seconds=$1 rate=$2 act=$3 loading
    "$WORK/load" 5300 "$WORK/names" "$seconds" "$$" "$rate" >"$WORK/load.json" 2>"$WORK/load.err" &
    loading=$!
    sleep 1.5
    "$act"
    wait "$loading"
}

loaded() {
    python3 -c "import json, sys; s = json.load(open('$WORK/load.json')); print(s); sys.exit(0 if $1 else 1)"
}

authority 5399 example "$WORK/example.zone"
authority=$pid
check the_node_starts node --config "$WORK/node.conf"
check a_list hinomi import "$WORK/bad.txt" --name bad
"$WORK/load" 5300 "$WORK/names" 1 $$ 1000 >/dev/null # everything into the cache
nothing() { :; }
under_load 2 3000 nothing
check at_rest_nothing_is_lost loaded 's["lost"] == 0 and s["servfail"] == 0 and s["received"] > 5000'

kill_neighbours() {
    kill -KILL "$(pid_of hub)"
    sleep 1
    until_true 5 status_is 's["roles"]["hub"]["deaths"] == 1'
    kill -KILL "$(pid_of store)"
    sleep 1
}
under_load 6 3000 kill_neighbours
check hub_and_store_killed_nothing_is_lost loaded 's["lost"] == 0 and s["servfail"] == 0 and s["received"] > 15000'
check both_are_back until_true 10 status_is 's["roles"]["hub"]["deaths"] == 1 and s["roles"]["store"]["deaths"] == 1'

change_policy() {
    seq -f 'n%.0f.example' 20000 >"$WORK/many.txt"
    hinomi import "$WORK/many.txt" --name many
    hinomi block late.example --reason test
    hinomi remove many
    sed -i 's/grow_percent: 100/grow_percent: 200/' "$WORK/node.conf"
    hinomi reload
} >"$WORK/change.log" 2>&1
under_load 5 3000 change_policy
check lists_and_rules_change_nothing_is_lost loaded 's["lost"] == 0 and s["servfail"] == 0 and s["received"] > 12000'
check the_change_was_made has "$(cat "$WORK/change.log")" 'late.example'

new_configuration() {
    sed -i 's/cache_mib: 16/cache_mib: 24/' "$WORK/node.conf"
    hinomi reload
} >"$WORK/reload.log" 2>&1
under_load 5 2000 new_configuration
check dns_started_anew_nothing_is_lost loaded 's["lost"] == 0 and s["servfail"] == 0'

hang_store() {
    local store
    store=$(pid_of store)
    kill -STOP "$store"
    sleep 2
    kill -CONT "$store"
}
under_load 5 3000 hang_store
check a_store_that_hangs_costs_no_answer loaded 's["lost"] == 0 and s["servfail"] == 0'

# Killed itself: back at once.
answers() {
    [ "$(dig +tries=1 +time=1 @127.0.0.1 -p 5300 w1.example +short)" = 192.0.2.11 ]
}
kill_dns() {
    kill -KILL "$(pid_of dns)"
    until_true 5 answers
}
under_load 5 1000 kill_dns
check dns_killed_loses_at_most_a_second loaded 's["lost"] <= 1000 and s["received"] > 2500'

# The disk is full: names resolve, records are lost and counted, a block says why it cannot be; then it all goes on.
dd if=/dev/zero of="$WORK/data/fill" bs=64k 2>/dev/null
under_load 3 3000 nothing
check a_full_disk_costs_no_answer loaded 's["lost"] == 0 and s["servfail"] == 0'
refused() {
    ! hinomi block full.example --reason test >"$WORK/refused" 2>&1
}
check a_block_is_refused refused
check and_says_why has "$(cat "$WORK/refused")" 'No space left|full'
check names_resolve answers
rm "$WORK/data/fill"
blocked() {
    hinomi block "full$RANDOM.example" --reason test
}
check with_room_again_it_goes_on until_true 10 blocked
# Asked for again: what was answered before the store had found that there is room is lost, and counted.
recorded() {
    answers
    hinomi log --name w1.example --last 1m --json | grep -q w1.example
}
check and_answers_are_recorded until_true 40 recorded

# The upstream is dead: what was known is told stale, with the reason; the rest fails with the reason.
ask @127.0.0.1 -p 5300 short.example >/dev/null
sleep 2
stop "$authority"
stale=$(ask +time=5 @127.0.0.1 -p 5300 short.example)
check a_stale_answer has "$stale" '192\.0\.2\.12'
check says_so has "$stale" 'EDE: 3'
check at_once_the_second_time has "$(ask +time=1 @127.0.0.1 -p 5300 short.example)" 'EDE: 3'
failed=$(dig +tries=1 +time=10 @127.0.0.1 -p 5300 never-asked.example)
check the_unknown_fails has "$failed" 'SERVFAIL'
check and_says_why_too has "$failed" 'EDE: 2[23]'
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
stop "$(pgrep -f "$HINOMI up --data $WORK/data" | head -1)"
umount "$WORK/data"
exit "$((failures > 0))"
