#!/bin/bash
# What clients are owed and what they are kept from: cookies, keepalive, rate limit, hidden versions, local zones, resolver.arpa,
# private addresses of public names; nothing of theirs goes upstream.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  validate: false
  rebinding_allow: ["inside.fake"]
  forward: ["127.0.0.1:5398"]
  stub:
    - zone: own
      address: 127.0.0.1:5398
    - zone: 10.in-addr.arpa
      address: 127.0.0.1:5398
store:
  memory_mib: 700
CONF
stay_root_if_alone "$WORK/node.conf"

counter() {
    hinomi status --json | python3 -c "import json, sys; print(json.load(sys.stdin)['dns']['$1'])"
}

d() {
    ask @127.0.0.1 -p 5300 "$@"
}

k() {
    kdig @127.0.0.1 -p 5300 +retry=0 +timeout=3 "$@"
}

answers_control() {
    hinomi status >/dev/null
}

hostname=$(hostname)
start upstream python3 "$SOURCE/tests/system/fake_upstream.py" 5398 "$WORK/asked"
check upstream_starts until_true 10 listens_udp 5398
check node_starts node --config "$WORK/node.conf"
node=$pid
check control_answers until_true 20 answers_control
check a_name_resolves is "$(d +short www.fake)" 192.0.2.1

# Cookies: two clients of different makers, and one by hand that breaks the rules.
check dig_gets_a_cookie_it_takes has "$(d +cookie www.fake)" 'COOKIE: [0-9a-f]{48} \(good\)'
check kdig_gets_a_cookie has "$(k +cookie www.fake)" 'COOKIE: [0-9A-Fa-f]{16,}'
check it_is_version_1 has "$(d +cookie=0102030405060708 www.fake)" 'COOKIE: 010203040506070801000000[0-9a-f]{24}'
check none_comes_without has "$(d +nocookie www.fake | grep -c COOKIE)" '^0$'
check a_malformed_cookie_is_a_format_error has "$(d +cookie=010203 www.fake)" 'status: FORMERR'
check also_over_tls has "$(kdig @127.0.0.1 -p 5853 +tls +cookie +timeout=3 www.fake)" 'COOKIE: [0-9A-Fa-f]{16,}'

# The idle time of a connection.
check keepalive_is_told_over_tcp has "$(d +tcp +keepalive www.fake)" 'TCP[- ]KEEPALIVE: 10\.0'
check and_not_over_udp lacks "$(d +ednsopt=11 www.fake)" 'KEEPALIVE'

# What is nobody's business, and what is answered shortly.
for name in version.bind id.server hostname.bind version.server; do
    check "${name}_is_refused" has "$(d CH TXT "$name")" 'status: REFUSED'
done
check any_is_answered_shortly has "$(d ANY www.fake)" 'HINFO.*RFC8482'
check a_transfer_is_refused has "$(d +tcp AXFR fake 2>&1)" 'Transfer failed|REFUSED'
check udp_answers_stay_below_1232 has "$(d +bufsize=4096 +ignore large.fake)" 'MSG SIZE  rcvd: ([0-9]{1,3}|1[01][0-9]{2}|12[0-2][0-9]|123[0-2])$'
check a_client_without_edns_gets_512 has "$(d +noedns +ignore large.fake)" 'flags: qr tc'
check and_all_of_it_over_tcp is "$(d +tcp +short large.fake | wc -l)" 60

# Nothing of a client goes upstream: neither its subnet nor its cookie.
d +subnet=198.51.100.0/24 +cookie +nsid secret.fake >/dev/null
check the_subnet_stays_here is "$(awk '$1 ~ /secret.fake/ && $4 ~ /(^|,)(8|10|3)(,|$)/' "$WORK/asked")" ''
check but_the_name_was_asked test "$(grep -c '^secret.fake 1 ' "$WORK/asked")" -ge 1

# Forty at once make one question upstream.
cat >"$WORK/equal.py" <<'PY'
import socket, struct
message = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"\4slow\5equal\4fake\0\0\1\0\1"
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(40)]
for s in sockets:
    s.settimeout(5)
    s.sendto(message, ("127.0.0.1", 5300))
print(sum(bytes([192, 0, 2, 1]) in s.recv(512) for s in sockets))
PY
check forty_are_answered is "$(python3 "$WORK/equal.py")" 40
check by_one_question is "$(grep -c '^slow.equal.fake 1 ' "$WORK/asked")" 1

# A connection's later query is answered before an earlier one that waits.
cat >"$WORK/order.py" <<'PY'
import socket, struct
def query(number, name):
    message = struct.pack(">6H", number, 0x100, 1, 0, 0, 0)
    message += b"".join(bytes([len(l)]) + l for l in name.split(b".")) + b"\0\0\1\0\1"
    return struct.pack(">H", len(message)) + message
s = socket.create_connection(("127.0.0.1", 5300), timeout=5)
s.sendall(query(1, b"slow.order.fake") + query(2, b"www.fake"))
f = s.makefile("rb")
print(*[struct.unpack(">H", f.read(struct.unpack(">H", f.read(2))[0])[:2])[0] for _ in range(2)])
PY
check answers_overtake_on_a_connection is "$(python3 "$WORK/order.py")" '2 1'

# Zones that are nobody's: RFC 6303, 6761, 7686, 8375.
check localhost_is_here is "$(d +short localhost)" 127.0.0.1
check localhost_is_here_by_ipv6 is "$(d +short AAAA a.localhost)" ::1
check and_is_called_so is "$(d +short -x 127.0.0.1)" localhost.
for name in a.onion a.invalid a.test; do
    check "${name}_does_not_exist" has "$(d "$name")" 'status: NXDOMAIN'
done
for address in 192.168.1.1 172.16.0.1 172.31.9.9 169.254.1.1 192.0.2.1 198.51.100.1 203.0.113.1 255.255.255.255 0.0.0.0 fd00::1 \
    fe80::1 2001:db8::1; do
    check "no_name_of_${address}_is_asked_for" has "$(d -x "$address")" 'status: (NXDOMAIN|NOERROR)'
done
check home_arpa_stays_here has "$(d a.home.arpa)" 'status: (NXDOMAIN|NOERROR)'
check none_of_them_went_upstream is "$(grep -cE '(onion|invalid|a\.test|home\.arpa|168\.192\.in-addr|16\.172|254\.169|ip6)' "$WORK/asked")" 0
d -x 10.1.2.3 >/dev/null
check a_stub_for_one_is_asked test "$(grep -c '3\.2\.1\.10\.in-addr\.arpa' "$WORK/asked")" -ge 1

# Private addresses of public names.
answer=$(d private.fake)
check a_private_address_is_withheld has "$answer" 'ANSWER: 0'
check with_its_reason has "$answer" 'EDE: 15 \(Blocked\).*private address'
check also_over_tls lacks "$(kdig @127.0.0.1 -p 5853 +tls +timeout=3 +short private.fake)" '192\.168'
check an_exception_gets_it is "$(d +short private.inside.fake)" 192.168.1.1
check and_a_stub is "$(d +short private.own)" 192.168.1.1
check it_is_counted test "$(counter rebinding_withheld)" -ge 2
check who_lets_a_name_through hinomi allow private.fake --reason 'a printer' >/dev/null
released() {
    is "$(d +short private.fake)" 192.168.1.1
}
check gets_its_address until_true 5 released

# Discovery of the encrypted transports, RFC 9462.
if [[ $hostname =~ ^[A-Za-z0-9.-]+$ ]] && [ "$hostname" != localhost ]; then
    records=$(k +short _dns.resolver.arpa SVCB)
    check tls_is_discovered has "$records" "1 $hostname\\. alpn=dot port=5853 ipv4hint=127\\.0\\.0\\.1"
    check https_is_discovered has "$records" "2 $hostname\\. alpn=h2 port=5443 ipv4hint=127\\.0\\.0\\.1 (dohpath=|key7=\"?)/dns-query\\{\\?dns\\}"
    check dig_reads_them_too has "$(d _dns.resolver.arpa TYPE64)" 'ANSWER: 2'
else
    echo "skip 40-clients.sh: the host's name $hostname is none for a certificate, so its discovery is not tested"
fi
check the_rest_of_resolver_arpa_is_empty has "$(d resolver.arpa A)" 'status: NOERROR.*' 
check and_not_asked_for is "$(grep -c 'resolver\.arpa' "$WORK/asked")" 0

# Names as people write them.
check a_name_in_japanese_is_blocked has "$(hinomi block 日本語.fake --reason test)" 'xn--wgv71a119e\.fake \(日本語\.fake\)'
check_blocked() {
    has "$(d xn--wgv71a119e.fake)" 'status: NXDOMAIN'
}
check and_so_it_is until_true 5 check_blocked
check why_knows_both_forms has "$(hinomi why www.日本語.fake)" 'xn--wgv71a119e\.fake \(www\.日本語\.fake\)'
log_shows() {
    has "$(hinomi log --name 日本語.fake)" ' xn--wgv71a119e\.fake \(日本語\.fake\)'
}
check the_log_knows_both_forms until_true 10 log_shows
check so_do_the_most_frequent has "$(hinomi top names --limit 1000)" ' xn--wgv71a119e\.fake \(日本語\.fake\)'
check what_is_no_name_is_told has "$(hinomi block "$(printf 'あ%.0s' {1..70}).fake" --reason test 2>&1)" 'not a name: あ'

# The rate limit, on this machine too when it is told so.
sed -i 's/^dns:/dns:\n  rate_limit: {per_second: 1, burst: 10, loopback: true}/' "$WORK/node.conf"
check a_rate_limit_is_taken hinomi reload
crowd() {
    pids=()
    for _ in $(seq 40); do
        dig @127.0.0.1 -p 5300 +tries=1 +time=1 +nocookie +ignore www.fake >>"$WORK/limited" 2>&1 &
        pids+=($!)
    done
    sleep 0.3 # all of them have asked; who was not answered waits
    d +cookie www.fake >"$WORK/with-cookie"
    wait "${pids[@]}"
    [ "$(counter rate_dropped)" -gt 0 ]
}
check over_it_queries_are_dropped until_true 20 crowd
check some_are_sent_to_tcp has "$(cat "$WORK/limited")" 'flags: qr tc'
check a_client_with_a_cookie_is_not_the_forgers_victim has "$(cat "$WORK/with-cookie")" 'status: NOERROR'
check nor_is_one_over_tcp has "$(d +tcp www.fake)" 'status: NOERROR'
check both_are_counted test "$(counter bad_cookies)" -ge 1
for bad in 'rate_limit: {per_second: 5, ipv4_prefix: 33}' 'cookie_secrets: ["abc"]' 'rebinding_allow: ["a..b"]'; do
    sed "s/^dns:/dns:\n  $bad/; /loopback: true/d" "$WORK/node.conf" >"$WORK/bad.conf"
    check "refused: ${bad%%:*}" has "$(timeout 10 "$HINOMI" up --data "$WORK/other" --config "$WORK/bad.conf" 2>&1)" 'bad\.conf:[0-9]+: '
done
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal [0-9]'
kill -TERM "$node"
check term_ends_the_node until_true 15 gone "$node"
