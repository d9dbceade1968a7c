#!/bin/bash
# Client groups of the real node: lists of their own by address, by the name of the server, by a token in the path; rules by
# hand for one group that end by themselves; what stands in answers; rules that only observe.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 77
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
games A 192.0.2.11
ads A 192.0.2.12
chained CNAME tracker
tracker CNAME host.cdn
host.cdn A 192.0.2.13
sinkhole A 198.51.100.66
six AAAA 2001:db8:bad::1
service HTTPS 1 . ipv4hint=198.51.100.66
walled A 192.0.2.80
ZONE
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  validate: false
  access: [127.0.0.0/8]
  stub:
    - zone: example
      address: 127.0.0.1:5399
lists:
  only_for_groups: [games, strict]
groups:
  - name: school
    member: city-of-example
    clients: [127.0.0.2]
    server_names: [school.dns.example]
    tokens: [school-0123456789abcdef]
    lists: [games]
  - name: clinic
    clients: [127.0.0.3/32]
    lists: [strict]
    without: [ads]
CONF
stay_root_if_alone "$WORK/node.conf"
echo 'games.example' >"$WORK/games.txt"
echo 'ads.example' >"$WORK/ads.txt"
cat >"$WORK/strict.rpz" <<'RPZ'
$ORIGIN strict.rpz.
$TTL 60
@ SOA localhost. hostmaster. 1 3600 600 86400 60
@ NS localhost.
32.13.2.0.192.rpz-ip CNAME *.
48.zz.bad.db8.2001.rpz-ip CNAME .
24.0.100.51.198.rpz-ip CNAME walled.example.
RPZ

# from ADDRESS [dig option]...: one answer's line of status and what it holds.
from() {
    local address=$1
    shift
    ask @127.0.0.1 -p 5300 -b "$address" "$@"
}

status() {
    from "$@" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}

data() {
    from "$@" +short | tr '\n' ' ' | sed 's/ $//'
}

authority 5399 example "$WORK/example.zone"
check the_node_starts node --config "$WORK/node.conf"
for list in games ads; do
    check "import_$list" hinomi import "$WORK/$list.txt" --name "$list"
done
check import_strict hinomi import "$WORK/strict.rpz" --name strict

# Three groups, three words on one name.
check everybody_plays is "$(status 127.0.0.1 games.example)" NOERROR
check the_school_does_not is "$(status 127.0.0.2 games.example)" NXDOMAIN
check nor_over_tcp is "$(status 127.0.0.2 +tcp games.example)" NXDOMAIN
check the_clinic_plays is "$(status 127.0.0.3 games.example)" NOERROR
check everybody_without_ads is "$(status 127.0.0.1 ads.example)" NXDOMAIN
check so_does_the_school is "$(status 127.0.0.2 ads.example)" NXDOMAIN
check the_clinic_sees_them is "$(status 127.0.0.3 ads.example)" NOERROR

# From elsewhere, over DNS over TLS by the name of the server, over HTTPS by the token.
dot() {
    kdig @127.0.0.1 -p 5853 +tls +retry=0 +timeout=3 "$@" games.example | sed -n 's/.*status: \([A-Z]*\);.*/\1/p'
}
doh() {
    kdig @127.0.0.1 -p 5443 "+https=$1" +retry=0 +timeout=3 games.example | sed -n 's/.*status: \([A-Z]*\);.*/\1/p'
}
check tls_of_nobody is "$(dot)" NOERROR
check tls_by_server_name is "$(dot +tls-sni=School.dns.example)" NXDOMAIN
check tls_by_another_name is "$(dot +tls-sni=other.dns.example)" NOERROR
check https_of_nobody is "$(doh /dns-query)" NOERROR
check https_by_token is "$(doh /dns-query/school-0123456789abcdef)" NXDOMAIN
query=AAABAAABAAAAAAAABWdhbWVzB2V4YW1wbGUAAAEAAQ
check a_token_that_is_none_is_not_found is "$(curl -sk --http2 --max-time 5 -o /dev/null -w '%{http_code}' \
    "https://127.0.0.1:5443/dns-query/school-0123456789abcdeF?dns=$query")" 404

# The answer's addresses, also behind aliases (which stay in the answer) and in the hints of a service; the alias is followed.
check an_address_in_a_chain is "$(data 127.0.0.3 chained.example)" 'tracker.example. host.cdn.example.'
check with_its_verdict has "$(from 127.0.0.3 chained.example)" 'verdict [0-9]+/5 list strict'
check others_get_it is "$(data 127.0.0.1 chained.example)" 'tracker.example. host.cdn.example. 192.0.2.13'
check an_address_of_six is "$(status 127.0.0.3 six.example AAAA)" NXDOMAIN
check a_hint is "$(data 127.0.0.3 service.example HTTPS)" 'walled.example.'
check an_alias_is_followed is "$(data 127.0.0.3 sinkhole.example)" 'walled.example. 192.0.2.80'

# By hand: everybody, one group over it, and an end.
check a_chain_is_blocked hinomi block cdn.example --reason 'trackers hide there'
check so_it_is is "$(status 127.0.0.1 chained.example)" NXDOMAIN
check one_group_passes hinomi allow cdn.example --group school --reason 'lessons need it' --until 4s
check for_the_school is "$(data 127.0.0.2 host.cdn.example)" 192.0.2.13
check not_for_others is "$(status 127.0.0.1 host.cdn.example)" NXDOMAIN
check why_knows_the_client has "$(hinomi why host.cdn.example --client 127.0.0.2)" '^host.cdn.example: pass, verdict'
check why_knows_the_group has "$(hinomi why host.cdn.example --group school)" 'client group school'
check and_the_others has "$(hinomi why host.cdn.example)" '^host.cdn.example: nxdomain, verdict'
ended() {
    [ "$(status 127.0.0.2 host.cdn.example)" = NXDOMAIN ]
}
check it_ends_by_itself until_true 8 ended
check an_unknown_group_is_refused has "$(hinomi block x.example --group nobody --reason x 2>&1)" 'no client group'

# An address by hand.
check an_address_is_blocked hinomi block 192.0.2.10 --reason 'phishing host'
check it_is is "$(status 127.0.0.1 www.example)" NXDOMAIN
check why_of_an_address has "$(hinomi why 192.0.2.10)" '^192.0.2.10: nxdomain, verdict'
check withdrawn hinomi withdraw 192.0.2.10 --reason 'cleaned up'
check it_is_back is "$(data 127.0.0.1 www.example)" 192.0.2.10
check a_slip_is_refused has "$(hinomi block 192.0.2.10/24 --reason x 2>&1)" 'bits after the prefix'

# Only observed.
check observe hinomi block www.example --observe --reason 'not sure'
check it_is_told is "$(data 127.0.0.1 www.example)" 192.0.2.10
seen() {
    hinomi log --action observe --json | grep -q '"name": *"www.example"'
}
check and_recorded until_true 10 seen

check a_list_is_observed hinomi observe games --reason 'exam is over'
check so_the_school_plays is "$(status 127.0.0.2 games.example)" NOERROR
observed() {
    hinomi log --action observe --json | grep -q '"name": *"games.example"'
}
check which_is_recorded until_true 10 observed
check lists_tell has "$(hinomi lists)" 'games .*only observed'
check twice_is_refused has "$(hinomi observe games 2>&1)" 'only observes already'
check a_new_edition_stays_so hinomi import "$WORK/games.txt" --name games --accept
check still_playing is "$(status 127.0.0.2 games.example)" NOERROR
check enforced_again hinomi enforce games
check no_more_games is "$(status 127.0.0.2 games.example)" NXDOMAIN

# Another configuration: groups change without the node going away.
sed -i '/server_names/d; s/127.0.0.2/127.0.0.4/' "$WORK/node.conf"
check reload hinomi reload
moved() {
    [ "$(status 127.0.0.4 games.example)" = NXDOMAIN ] && [ "$(status 127.0.0.2 games.example)" = NOERROR ]
}
check the_group_has_moved until_true 5 moved
sed -i 's/127.0.0.3.32/127.0.0.4/' "$WORK/node.conf"
check a_prefix_twice_is_refused has "$(hinomi reload 2>&1)" 'node.conf:[0-9]+: clients: 127.0.0.4: is of another group'
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'SIGSYS|signal 31|Bad system call'
exit "$((failures > 0))"
