#!/bin/bash
# `hinomi dns`: names of a list are blocked with a reason, others are forwarded, a reload is taken, TERM ends it.
. "$SOURCE/tests/system/lib.sh"

cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
bad A 192.0.2.66
worse A 192.0.2.67
ZONE
printf 'bad.example\n' >"$WORK/list.txt"

check authority_starts authority 5399 example "$WORK/example.zone"
start dns env TMPDIR="$WORK" "$HINOMI" dns --listen 127.0.0.1:5300 --workers 2 --forward 127.0.0.1:5399 --list "$WORK/list.txt"
dns=$pid
check resolver_starts until_true 20 listens_udp 5300

check name_is_forwarded is "$(ask @127.0.0.1 -p 5300 +short www.example)" 192.0.2.10
check name_is_forwarded_over_tcp is "$(ask @127.0.0.1 -p 5300 +tcp +short www.example)" 192.0.2.10
answer=$(ask @127.0.0.1 -p 5300 bad.example)
check listed_name_is_blocked has "$answer" 'status: NXDOMAIN'
check blocked_answer_gives_its_reason has "$answer" 'EDE: 1[57]'
check names_below_are_blocked has "$(ask @127.0.0.1 -p 5300 a.b.bad.example)" 'status: NXDOMAIN'
check names_beside_are_not has "$(ask @127.0.0.1 -p 5300 worse.example)" 'status: NOERROR'

printf 'worse.example\n' >"$WORK/list.txt"
kill -HUP "$dns"
blocked() {
    ask @127.0.0.1 -p 5300 "$1" | grep -q 'status: NXDOMAIN'
}
check reload_takes_the_new_list until_true 10 blocked worse.example
check reload_releases_what_left_the_list is "$(ask @127.0.0.1 -p 5300 +short bad.example)" 192.0.2.66

rm "$WORK/list.txt"
kill -HUP "$dns"
sleep 1
check an_unreadable_list_keeps_the_policy blocked worse.example

kill -TERM "$dns"
check term_ends_it until_true 5 gone "$dns"
wait "$dns"
check and_well is "$?" 0
