#!/bin/bash
# What upstreams are trusted with: signatures that do not hold reach only clients with CD; forwarding by TLS to who proves its
# name, and to nobody else; zones by resolvers of their own; hot names are refreshed before they expire.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/root.zone" <<'ZONE'
$ORIGIN .
$TTL 60
@ SOA ns. hostmaster. 1 3600 600 86400 60
@ NS ns.
ns. A 127.0.0.1
www.signed. A 192.0.2.10
ZONE

# A root of one's own, signed by a key that is not the one trusted.
mkdir -p "$WORK/signed"
cat >"$WORK/signed/knot.conf" <<CONF
server:
  rundir: $WORK/signed
  listen: 127.0.0.1@5397
database:
  storage: $WORK/signed
zone:
  - domain: .
    file: $WORK/root.zone
    storage: $WORK/signed
    dnssec-signing: on
    zonefile-sync: -1
CONF
start knot knotd -c "$WORK/signed/knot.conf"
check signed_root_starts until_true 10 listens_udp 5397
is_signed() {
    dig @127.0.0.1 -p 5397 +time=1 +tries=1 +dnssec . DNSKEY | grep -q RRSIG
}
check and_is_signed until_true 10 is_signed
dig @127.0.0.1 -p 5397 +time=2 +tries=1 +short . DNSKEY | sed 's/^/. 60 IN DNSKEY /' >"$WORK/good.key"
sed 's/\(DNSKEY [0-9]* [0-9]* [0-9]* \).\{8\}/\1AAAAAAAA/' "$WORK/good.key" >"$WORK/bad.key"

start upstream python3 "$SOURCE/tests/system/fake_upstream.py" 5398 "$WORK/asked"
check upstream_starts until_true 10 listens_udp 5398

# resolver NAME PORT CONF...: the node with a configuration on one port, without TLS of its own.
resolver() {
    local name=$1 port=$2
    shift 2
    {
        printf 'dns:\n  listen: ["127.0.0.1:%s"]\n  listen_tls: []\n  listen_https: []\n  workers: 1\n' "$port"
        printf '  %s\n' "$@"
        if [ "$(id -u)" -eq 0 ] && awk '{n += $3} END {exit n >= 65536}' /proc/self/uid_map; then
            echo 'user: root'
        fi
    } >"$WORK/$name.conf"
    mkdir -p "$WORK/$name"
    start "$name" timeout 110 "$HINOMI" up --data "$WORK/$name" --config "$WORK/$name.conf"
    until_true 20 listens_udp "$port"
}

status_counter() {
    timeout 30 "$HINOMI" status --data "$WORK/$1" --json | python3 -c "import json, sys; print(json.load(sys.stdin)['dns']['$2'])"
}

check a_node_that_trusts_the_key_starts resolver good 5301 'forward: ["127.0.0.1:5397"]' "trust_anchor: $WORK/good.key"
answer=$(ask @127.0.0.1 -p 5301 +dnssec www.signed)
check what_validates_says_so has "$answer" 'flags: qr rd ra ad'
stop "$pid"
check a_node_that_trusts_another_starts resolver bad 5302 'forward: ["127.0.0.1:5397"]' "trust_anchor: $WORK/bad.key"
answer=$(ask @127.0.0.1 -p 5302 www.signed)
check what_does_not_validate_fails has "$answer" 'status: SERVFAIL'
check with_its_reason has "$answer" 'EDE: 6'
check cd_gets_it_all_the_same is "$(ask @127.0.0.1 -p 5302 +cd +short www.signed)" 192.0.2.10
check and_its_signatures has "$(ask @127.0.0.1 -p 5302 +cd +dnssec www.signed)" 'RRSIG'
check but_no_claim_that_it_validates lacks "$(ask @127.0.0.1 -p 5302 +cd +dnssec www.signed)" 'flags:[a-z ]* ad'
check who_checks_nothing_still_fails has "$(ask @127.0.0.1 -p 5302 www.signed)" 'status: SERVFAIL'
stop "$pid"

# Forwarding by TLS: unbound, with a certificate of an authority of our own.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=dns.example \
    -addext 'subjectAltName=DNS:dns.example' -keyout "$WORK/tls.key" -out "$WORK/tls.pem" 2>/dev/null
chmod 644 "$WORK/tls.key"
cat >"$WORK/unbound.conf" <<CONF
server:
  directory: "$WORK"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  interface: 127.0.0.1@5396
  tls-port: 5396
  tls-service-key: "$WORK/tls.key"
  tls-service-pem: "$WORK/tls.pem"
  do-not-query-localhost: no
  module-config: "iterator"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@5398
remote-control:
  control-enable: no
CONF
start unbound unbound -d -c "$WORK/unbound.conf"
unbound=$pid
check a_forwarder_by_tls_starts until_true 10 listens_tcp 5396
target=tls://127.0.0.1:5396
check a_node_forwards_to_it resolver tls 5303 "forward: [\"$target#dns.example\"]" "tls_authorities: $WORK/tls.pem" \
    'validate: false'
check a_name_comes_by_tls is "$(ask @127.0.0.1 -p 5303 +short www.by-tls)" 192.0.2.1
check one_too_large_for_a_datagram_too is "$(ask @127.0.0.1 -p 5303 +tcp +short huge.by-tls | wc -l)" 200
tls_node=$pid
many() {
    local i pids=()
    for i in $(seq 60); do
        ask @127.0.0.1 -p 5303 +short "n$i.by-tls" >"$WORK/many.$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    is "$(cat "$WORK"/many.* | sort | uniq -c | tr -s ' ')" ' 60 192.0.2.1'
}
check many_at_once_too many
stop "$unbound"
start unbound unbound -d -c "$WORK/unbound.conf"
check the_forwarder_is_started_again until_true 10 listens_tcp 5396
again() {
    is "$(ask @127.0.0.1 -p 5303 +short again.by-tls)" 192.0.2.1
}
check and_asked_again until_true 10 again
stop "$tls_node"
check with_another_name resolver name 5304 "forward: [\"$target#other.example\"]" "tls_authorities: $WORK/tls.pem" \
    'validate: false'
check it_is_not_believed has "$(dig @127.0.0.1 -p 5304 +tries=1 +time=10 www.another-name)" 'status: SERVFAIL'
check and_that_is_counted test "$(status_counter name upstream_tls_failures)" -ge 1
stop "$pid"
check with_another_authority resolver authority 5305 "forward: [\"$target#dns.example\"]" 'validate: false'
check nor_is_one_that_nobody_vouches_for has "$(dig @127.0.0.1 -p 5305 +tries=1 +time=10 www.nobody)" 'status: SERVFAIL'
stop "$pid"
check neither_was_asked is "$(grep -cE 'another-name|nobody' "$WORK/asked")" 0
for bad in "forward: [\"$target\"]" "forward: [\"$target#a b\"]" 'tls_authorities: /nowhere'; do
    printf 'dns:\n  listen: ["127.0.0.1:5306"]\n  %s\n' "$bad" >"$WORK/refused.conf"
    check "refused: $bad" has "$(timeout 10 "$HINOMI" up --data "$WORK/other" --config "$WORK/refused.conf" 2>&1)" \
        'refused\.conf:[0-9]+: '
done

# A zone by a resolver, and one by a server, while the rest goes elsewhere; hot names.
check zones_have_their_own resolver zones 5307 'forward: ["127.0.0.1:5397"]' 'validate: false' 'send_from: [127.0.0.9]' \
    'stub: [{zone: fake, address: "127.0.0.1:5398"}, {zone: recursed, address: "127.0.0.1:5398", recursive: true}]'
check the_rest_goes_elsewhere is "$(ask @127.0.0.1 -p 5307 +short www.signed)" 192.0.2.10
check a_server_answers_its_zone is "$(ask @127.0.0.1 -p 5307 +short www.fake)" 192.0.2.1
check a_resolver_answers_its_zone is "$(ask @127.0.0.1 -p 5307 +short www.recursed)" 192.0.2.1
check from_the_address_that_was_said has "$(grep '^www.fake 1 ' "$WORK/asked")" ' 127\.0\.0\.9$'
check a_server_is_asked_without_rd has "$(grep '^www.fake 1 ' "$WORK/asked")" '^www.fake 1 00[01]0'
check a_resolver_is_asked_with_rd has "$(grep '^www.recursed 1 ' "$WORK/asked")" '^www.recursed 1 01[01]0'

asked_for() {
    grep -c '^ttl12.fake 1 ' "$WORK/asked"
}
hot() {
    ask @127.0.0.1 -p 5307 +noall +answer ttl12.fake | awk '{print $2}'
}
hot >/dev/null
hot >/dev/null
check a_hot_name_is_asked_once is "$(asked_for)" 1
refreshed=0
for _ in $(seq 140); do # until the TTL goes up again; it was asked for at zero, not at the end
    before=${ttl:-12}
    ttl=$(hot)
    if [ "${ttl:-0}" -gt "$before" ]; then
        refreshed=$before
        break
    fi
    sleep 0.1
done
check it_is_refreshed_before_it_expires test "$refreshed" -ge 1
check by_one_question is "$(asked_for)" 2
check and_counted is "$(status_counter zones refreshes)" 1
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK"/{good,bad,tls,name,authority,zones}.log)" 'signal [0-9]'
