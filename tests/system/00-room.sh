#!/bin/bash
# The room that system tests run in: only loopback, its own processes, a working authority to ask.
. "$SOURCE/tests/system/lib.sh"

check room_has_only_loopback is "$(ip -o link | awk -F': ' '{ print $2 }' | xargs)" lo
check loopback_is_up has "$(ip -o addr show lo)" '127\.0\.0\.1/8'
check processes_outside_are_not_seen is "$(ps -e -o pid= | head -n 1 | xargs)" 1

cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
ZONE
check authority_starts authority 5399 example "$WORK/example.zone"
check authority_answers is "$(ask @127.0.0.1 -p 5399 +short www.example)" 192.0.2.10
stop "$pid"
check what_was_started_is_ended gone "$pid"
check waiting_is_bounded eval '! until_true 1 false'
