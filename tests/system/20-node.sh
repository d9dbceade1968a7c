#!/bin/bash
# `hinomi up`: a node resolves, blocks by hand and by list, says why, records; its roles are confined and may be killed;
# a restart loses nothing; a wrong configuration is refused.
. "$SOURCE/tests/system/lib.sh"

# As root the roles become another user, who must reach the data.
chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
* A 192.0.2.11
bad A 192.0.2.66
listed A 192.0.2.67
ZONE
cat >"$WORK/node.conf" <<'CONF'
dns:
  listen: ["127.0.0.1:5300"]
  workers: 2
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5399
store:
  memory_mib: 700
CONF
stay_root_if_alone "$WORK/node.conf"
printf 'listed.example\n' >"$WORK/list.txt"

ask_node() {
    ask @127.0.0.1 -p 5300 "$@"
}

resolves() {
    is "$(ask_node +short "$1")" "$2"
}

blocked() {
    ask_node "$1" | grep -q 'status: NXDOMAIN'
}

# The process of a role of this node.
pid_of() {
    pgrep -P "$node" -f "^hinomi role $1\$"
}

# A new process has taken the place of another.
replaced() {
    local now
    now=$(pid_of "$1") && [ -n "$now" ] && [ "$now" != "$2" ]
}

answers_control() {
    hinomi status >/dev/null
}

log_has() {
    hinomi log --limit 1000 | grep -q "$1"
}

log_size() {
    hinomi log --limit 1000 | wc -l
}

log_has_at_least() {
    [ "$(log_size)" -ge "$1" ]
}

start_node() {
    node --config "$WORK/node.conf" || return 1
    node=$pid
    until_true 20 answers_control
}

check authority_starts authority 5399 example "$WORK/example.zone"
start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
node=$pid
check name_is_resolved until_true 5 resolves www.example 192.0.2.10

# The kernel's own word on each role.
status_of() {
    cat "/proc/$(pid_of "$1")/status"
}
for role in dns fetch hub store; do
    words=$(status_of "$role")
    check "${role}_has_no_capability" has "$words" '^CapEff:\s+0+$'
    check "${role}_can_win_none" has "$words" '^NoNewPrivs:\s+1$'
    check "${role}_has_its_calls_filtered" has "$words" '^Seccomp:\s+2$'
    if [ "$(id -u)" -eq 0 ] && ! grep -q '^user: root' "$WORK/node.conf"; then
        check "${role}_is_not_root" lacks "$words" '^Uid:.*\b0\b'
    fi
done

# By hand.
said=$(hinomi block bad.example --reason 'seen in an incident' --json)
verdict=$(printf '%s' "$said" | from_json '["verdict"]["number"]')
check block_has_a_verdict has "$verdict" '^[0-9]+$'
check blocked_at_once until_true 2 blocked bad.example
answer=$(ask_node bad.example)
check blocked_answer_says_blocked has "$answer" 'EDE: 15'
check blocked_answer_names_its_verdict has "$answer" "EDE: .*verdict $verdict\b"
check names_below_are_blocked blocked a.b.bad.example
check others_are_not resolves www.example 192.0.2.10
check why_gives_verdict_and_reason has "$(hinomi why bad.example | tr '\n' ' ')" "verdict $verdict.*seen in an incident"

# By list.
check list_is_taken hinomi import "$WORK/list.txt"
check listed_name_is_blocked until_true 5 blocked listed.example
check why_names_the_list has "$(hinomi why listed.example)" 'list\.txt'

# Recorded.
storing=$(engine_opens)
if [ "$storing" != True ] && [ "${HINOMI_ENGINE_OPTIONAL:-}" = 1 ]; then
    echo 'skip 20-node.sh: no engine library, so log and top are not tested; tools/setup fetches it'
    storing=skipped
else
    check telemetry_engine_is_open is "$storing" True
fi
if [ "$storing" = True ]; then
    check answers_are_in_the_log until_true 15 log_has bad.example
    check log_tells_the_verdict has "$(hinomi log --name bad.example)" "nxdomain +$verdict "
    check top_counts_what_was_blocked has "$(hinomi top blocked --last 1h)" 'bad\.example'
fi
check status_says_where_it_answers is "$(hinomi status --json | from_json '["dns"]["listen"][0]')" 127.0.0.1:5300

# Who answers gets its turn at once, where the kernel knows turns of a length of one's own.
turn_of() { sed -n 's/^se\.slice *: *//p' "/proc/$1/sched" 2>/dev/null; }
if [ -n "$(turn_of self)" ] && [ "$(printf '6.12\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.12 ]; then
    check the_answering_role_has_short_turns is "$(turn_of "$(pid_of dns)")" 100000
    check and_it_alone is "$(turn_of "$(pid_of hub)")" "$(turn_of self)"
fi

# Roles hang and are killed; names still resolve. (A killed one is back sooner than one can ask.)
hub=$(pid_of hub)
store=$(pid_of store)
kill -STOP "$hub" "$store"
check names_resolve_while_hub_and_store_hang resolves w0.example 192.0.2.11
check and_are_blocked blocked bad.example
kill -CONT "$store"
kill -KILL "$hub"
check names_resolve_when_the_hub_was_killed resolves w1.example 192.0.2.11
check the_hub_comes_back until_true 5 replaced hub "$hub"
check and_answers until_true 10 answers_control
check and_knows_its_blocks has "$(hinomi why bad.example)" "verdict $verdict"

dns=$(pid_of dns)
kill -KILL "$dns"
check the_resolver_is_back_within_a_second until_true 1 replaced dns "$dns"
check and_resolves until_true 2 resolves www.example 192.0.2.10
check and_blocks until_true 2 blocked bad.example
check and_knows_the_lists blocked listed.example

store=$(pid_of store)
kill -KILL "$store"
check names_resolve_when_the_store_was_killed resolves w2.example 192.0.2.11
check the_store_comes_back until_true 5 replaced store "$store"
check deaths_are_told has "$(cat "$WORK/node.log")" 'signal 9'
if [ "$storing" = True ]; then
    check and_records until_true 20 log_has w2.example
fi

# Reloaded.
cp "$WORK/node.conf" "$WORK/good.conf"
sed -i 's/workers: 2/workers: many/' "$WORK/node.conf"
refusal=$(hinomi reload 2>&1)
check a_wrong_configuration_is_refused test $? -ne 0
line=$(grep -n 'workers: many' "$WORK/node.conf" | cut -d : -f 1)
check and_the_place_is_told has "$refusal" "node\.conf:$line: .+"
check and_the_running_one_is_kept resolves www.example 192.0.2.10
printf 'dns:\n  workers: 1\nfeeds:\n  - name: x\n    url: ""\n' >"$WORK/empty.conf"
check an_empty_value_is_told_with_its_key_and_line has "$(timeout 10 "$HINOMI" up --data "$WORK/other" --config "$WORK/empty.conf" 2>&1)" 'empty.conf:5: url: must not be empty'
cp "$WORK/good.conf" "$WORK/node.conf"
check a_right_one_is_taken hinomi reload
check and_the_node_answers until_true 5 resolves www.example 192.0.2.10

# Restarted.
until_true 10 answers_control >/dev/null
if [ "$storing" = True ]; then
    before=$(log_size)
fi
kill -TERM "$node"
check term_ends_the_node until_true 15 gone "$node"
wait "$node"
check and_well is "$?" 0
start_node >"$WORK/start.out" 2>&1
check it_starts_again is "$?" 0
node=$pid
check a_restart_keeps_the_block until_true 5 blocked bad.example
check a_restart_keeps_the_list blocked listed.example
check a_restart_keeps_the_verdict has "$(hinomi why bad.example)" "verdict $verdict"
if [ "$storing" = True ]; then
    check a_restart_keeps_the_log until_true 20 log_has_at_least "$before"
fi
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
