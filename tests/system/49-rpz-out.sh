#!/bin/bash
# Zones out: what is judged reaches BIND, Unbound and Knot Resolver by transfer within seconds, and goes again; keys, rights, differences,
# a zone that changes while it is taken, a hub that is dead, receipts.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
leads A 203.0.113.9
ZONE
authority 5398 example "$WORK/example.zone"

for name in b c; do
    head -c 32 /dev/urandom | base64 >"$WORK/$name.key"
    chmod 600 "$WORK/$name.key"
done
key_b=hmac-sha256:hospital-b-key:$(cat "$WORK/b.key")
key_c=hmac-sha512:hospital-c-key:$(cat "$WORK/c.key")
cat >"$WORK/node.conf" <<CONF
dns:
  workers: 1
  listen_tls: []
  listen_https: []
share:
  listen_dns: [127.0.0.1:7453]
  recipients:
    - name: hospital-b
      zone: rpz.csirt.example
      key: {name: hospital-b-key, algorithm: hmac-sha256, secret_file: $WORK/b.key}
      notify: [127.0.0.1:5501]
      receives: {tlp: amber}
    - name: hospital-c
      zone: rpz.csirt.example
      key: {name: hospital-c-key, algorithm: hmac-sha512, secret_file: $WORK/c.key}
      allow: [127.0.0.1, 127.0.0.2]
      notify: [127.0.0.2:5502]
      receives: {tlp: green}
    - name: nobody
      zone: other.csirt.example
      allow: [127.0.0.9]
CONF
stay_root_if_alone "$WORK/node.conf"

# What was judged before there were zones is in them: the node runs once without.
sed '/^share:/,$d' "$WORK/node.conf" >"$WORK/before.conf"
stay_root_if_alone "$WORK/before.conf"
node --config "$WORK/before.conf"
until_true 20 answers_control
hinomi judge early.example c2 --reason 'before there were zones' --tlp green >/dev/null
stop "$pid"
start_node
until_true 10 listens_tcp 7453

zone=rpz.csirt.example
secondary() { dig @127.0.0.1 -p 7453 +tries=1 +time=5 "$@"; } # [dig option...]
axfr() { secondary -y "$1" "$zone" AXFR +noall +answer; }     # KEY
has_rule() { axfr "$1" | grep -q "^$2\.$zone\..*CNAME[[:space:]]*\.\$"; }
serial() { secondary -y "$key_b" "$zone" SOA +short | awk '{print $3}'; }

# ---- BIND ----
mkdir "$WORK/named"
chmod 777 "$WORK/named"
cat >"$WORK/named/named.conf" <<CONF
key "hospital-b-key" { algorithm hmac-sha256; secret "$(cat "$WORK/b.key")"; };
controls { };
options {
    directory "$WORK/named";
    pid-file none;
    session-keyfile none;
    managed-keys-directory "$WORK/named";
    listen-on port 5501 { 127.0.0.1; };
    listen-on-v6 { none; };
    recursion yes;
    dnssec-validation no;
    forwarders { 127.0.0.1 port 5398; };
    forward only;
    response-policy { zone "$zone"; } qname-wait-recurse no min-update-interval 0;
};
zone "$zone" {
    type secondary;
    file "rpz.zone";
    primaries { 127.0.0.1 port 7453 key "hospital-b-key"; };
    allow-query { localhost; };
};
CONF
start named named -g -c "$WORK/named/named.conf" -n 1
named=$pid

# ---- Unbound ----
cat >"$WORK/unbound.conf" <<CONF
server:
  username: ""
  chroot: ""
  directory: "$WORK"
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.2@5502
  outgoing-interface: 127.0.0.2
  do-not-query-localhost: no
  do-ip6: no
  module-config: "respip iterator"
remote-control:
  control-enable: no
rpz:
  name: $zone
  zonefile: "$WORK/unbound.zone"
  primary: 127.0.0.1@7453
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@5398
CONF
start unbound unbound -d -p -c "$WORK/unbound.conf"

# ---- Knot Resolver: has no transfers of its own, a file is fetched for it ----
mkdir "$WORK/kresd"
fetch_for_kresd() {
    kdig @127.0.0.1 -p 7453 +tcp -y "$key_b" "$zone" AXFR +noall +answer >"$WORK/kresd/new" &&
        grep -q SOA "$WORK/kresd/new" && mv "$WORK/kresd/new" "$WORK/kresd/rpz.zone"
}
check kdig_takes_it_and_verifies_the_signatures fetch_for_kresd
cat >"$WORK/kresd/kresd.conf" <<CONF
net.listen('127.0.0.1', 5503, { kind = 'dns' })
cache.size = 10 * MB
trust_anchors.remove('.')
modules = { 'policy' }
policy.add(policy.rpz(policy.DENY, '$WORK/kresd/rpz.zone', true))
policy.add(policy.all(policy.STUB('127.0.0.1@5398')))
CONF
start kresd kresd -n -c "$WORK/kresd/kresd.conf" "$WORK/kresd"
until_true 10 listens_udp 5501
until_true 10 listens_udp 5502
until_true 10 listens_udp 5503

status_at() { ask "@$1" -p "$2" "$3" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'; } # ADDRESS PORT NAME
blocks() { [ "$(status_at "$1" "$2" "$3")" = NXDOMAIN ]; }
lets() { [ "$(status_at "$1" "$2" "$3")" = NOERROR ]; }
at_bind=(127.0.0.1 5501)
at_unbound=(127.0.0.2 5502)
at_kresd=(127.0.0.1 5503)

check what_was_judged_before_is_in_the_zone until_true 10 has_rule "$key_b" early.example
check bind_blocks_it until_true 10 blocks "${at_bind[@]}" early.example
check unbound_blocks_it until_true 10 blocks "${at_unbound[@]}" early.example
check kresd_blocks_it until_true 10 blocks "${at_kresd[@]}" early.example

check what_is_not_judged_resolves_at_bind until_true 10 lets "${at_bind[@]}" fresh.example
check and_at_unbound until_true 10 lets "${at_unbound[@]}" fresh.example
check and_at_kresd until_true 10 lets "${at_kresd[@]}" fresh.example
before=$(serial)
began=$(date +%s%N)
hinomi judge fresh.example phishing --reason 'a copy of a bank' --tlp green >/dev/null
check bind_blocks_within_seconds until_true 5 blocks "${at_bind[@]}" fresh.example
printf '# from "hinomi judge" until BIND blocks: %d ms\n' $((($(date +%s%N) - began) / 1000000))
check and_what_is_below_it until_true 5 blocks "${at_bind[@]}" www.fresh.example
check unbound_blocks_within_seconds until_true 5 blocks "${at_unbound[@]}" fresh.example
fetch_for_kresd
check kresd_blocks_after_the_next_fetch until_true 10 blocks "${at_kresd[@]}" fresh.example
after=$(serial)
check the_serial_has_grown test "$after" -gt "$before"

ixfr() { secondary -y "$1" "$zone" "IXFR=$2" +noall +answer; } # KEY SERIAL
check differences_are_only_what_has_changed is "$(ixfr "$key_b" "$before" | awk '{print $4}' | sort | uniq -c | xargs)" '2 CNAME 4 SOA'
check nothing_newer_is_the_soa_alone is "$(ixfr "$key_b" "$after" | awk '{print $4}' | xargs)" SOA
check a_serial_that_never_was_gets_the_whole has "$(ixfr "$key_b" 7)" 'early.example.*CNAME'

hinomi judge 203.0.113.9 c2 --reason 'control server' --tlp green >/dev/null
check bind_blocks_an_address until_true 5 blocks "${at_bind[@]}" leads.example
check unbound_blocks_an_address until_true 5 blocks "${at_unbound[@]}" leads.example

hinomi judge fresh.example false-positive --reason 'it was the bank' >/dev/null
check bind_lets_it_through_again until_true 5 lets "${at_bind[@]}" fresh.example
check unbound_lets_it_through_again until_true 5 lets "${at_unbound[@]}" fresh.example
fetch_for_kresd
check kresd_lets_it_through_again until_true 10 lets "${at_kresd[@]}" fresh.example

# ---- rights ----
hinomi judge amber.example c2 --reason 'in confidence' --tlp amber >/dev/null
check who_may_have_amber_has_it until_true 5 has_rule "$key_b" amber.example
check who_may_not_does_not lacks "$(axfr "$key_c")" amber.example
wrong=hmac-sha256:hospital-b-key:$(head -c 32 /dev/urandom | base64)
check a_wrong_secret_is_refused has "$(secondary -y "$wrong" "$zone" AXFR)" 'Transfer failed|BADSIG'
check a_key_that_nobody_has_is_refused has "$(secondary -y "hmac-sha256:no-such-key:$(cat "$WORK/b.key")" "$zone" AXFR)" 'Transfer failed|BADKEY'
check a_wrong_signature_is_told has "$(secondary -y "$wrong" "$zone" SOA)" 'NOTAUTH'
check without_a_key_it_is_refused has "$(secondary -b 127.0.0.9 "$zone" AXFR)" 'Transfer failed'
check a_key_opens_no_other_zone has "$(secondary -y "$key_b" other.csirt.example SOA)" 'status: REFUSED'
check nor_says_whether_there_is_one has "$(secondary -y "$key_b" no.csirt.example SOA)" 'status: REFUSED'
check an_address_opens_its_zone has "$(secondary -b 127.0.0.2 "$zone" AXFR)" 'early.example.*CNAME'
check and_no_other has "$(secondary -b 127.0.0.2 other.csirt.example SOA)" 'status: REFUSED'
check who_has_no_rules_has_an_empty_zone is "$(secondary -b 127.0.0.9 other.csirt.example AXFR +noall +answer | awk '{print $4}' | xargs)" 'SOA NS SOA'
check soa_over_udp_and_signed has "$(ask @127.0.0.1 -p 7453 -y "$key_c" +notcp "$zone" SOA)" 'NOERROR'
check a_transfer_over_udp_is_not has "$(ask @127.0.0.1 -p 7453 -y "$key_c" +notcp +ignore "$zone" "IXFR=$before" +noall +answer | awk '{print $4}' | xargs)" '^SOA$'

# ---- a zone that changes while it is taken ----
# Takes the whole slowly: its records are those of the serial that it says, though names come and go meanwhile.
seq 4000 | sed 's/.*/bulk&.example/' >"$WORK/bulk.txt"
cat >"$WORK/slow.py" <<'PY'
import os, socket, sys, time
import dns.message, dns.name, dns.rdatatype, dns.tsig, dns.tsigkeyring
zone, name, secret, go = sys.argv[1:5]
ring = dns.tsigkeyring.from_text({name: secret})
q = dns.message.make_query(zone, "AXFR")
q.use_tsig(ring, name, algorithm=dns.tsig.HMAC_SHA256)
wire = q.to_wire()
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect(("127.0.0.1", 7453))
s.sendall(len(wire).to_bytes(2, "big") + wire)
def take(n):
    got = b""
    while len(got) < n:
        more = s.recv(min(n - len(got), 4096))
        if not more:
            sys.exit("closed")
        got += more
    return got
owners, serials, ctx, messages = [], [], None, 0
while len(serials) < 2:
    wire = take(int.from_bytes(take(2), "big"))
    m = dns.message.from_wire(wire, keyring=ring, request_mac=q.mac, xfr=True, origin=dns.name.from_text(zone), tsig_ctx=ctx, multi=True, one_rr_per_rrset=True)
    ctx = m.tsig_ctx
    messages += 1
    if messages == 1:
        print("begun", flush=True)
        for _ in range(300):
            if os.path.exists(go):
                break
            time.sleep(0.1)
    for rr in m.answer:
        if rr.rdtype == dns.rdatatype.SOA:
            serials.append(rr[0].serial)
        elif rr.rdtype == dns.rdatatype.CNAME:
            owners.append(rr.name.to_text())
print(len(owners), len(set(owners)), serials[0] == serials[1], messages, *sorted(o for o in owners if not o.startswith("bulk") and not o.startswith("*.bulk")))
PY
hinomi judge --from "$WORK/bulk.txt" --format plain --reason bulk --tlp green malware >/dev/null
rules() { axfr "$key_b" | grep -c CNAME; }
all_there() { [ "$(rules)" -ge 8000 ]; }
check thousands_are_there until_true 30 all_there
timeout 60 /usr/bin/python3 "$WORK/slow.py" "$zone" hospital-b-key "$(cat "$WORK/b.key")" "$WORK/go" >"$WORK/slow.out" 2>&1 &
slow=$!
started+=("$slow")
begun() { grep -q begun "$WORK/slow.out"; }
until_true 10 begun
hinomi judge early.example false-positive --reason 'a test' >/dev/null
hinomi judge bulk4000.example false-positive --reason 'a test' >/dev/null
hinomi judge aaa.example c2 --reason 'a test' --tlp green >/dev/null
hinomi judge zzz.example c2 --reason 'a test' --tlp green >/dev/null
until_true 10 has_rule "$key_b" zzz.example
touch "$WORK/go"
wait "$slow"
# 2 x 4,000 of the list; early, amber and their sub-domains; the address is one. Nothing of what came or went since it began.
check a_transfer_is_of_one_serial has "$(tail -n 1 "$WORK/slow.out")" '^8005 8005 True [0-9]+ \*\.amber\.example.* early\.example'
check and_nothing_came_in_between lacks "$(tail -n 1 "$WORK/slow.out")" 'aaa|zzz'
check the_next_one_has_what_came until_true 5 has_rule "$key_b" aaa.example

# ---- a hub that is dead ----
hub=$(pgrep -P "$node" -f 'hub' | head -n 1)
notified() { hinomi status --json | grep -q '"zone_notified": \?[1-9]'; }
check secondaries_were_told until_true 5 notified
check the_status_tells_of_zones has "$(hinomi status --json)" '"state": ?"served"'
counted() { hinomi status --json | grep -q '"zone_refused": \?[1-9]'; }
check who_was_refused_is_counted until_true 15 counted
kill -STOP "$hub"
check transfers_go_on_without_the_hub has_rule "$key_b" zzz.example
kill -KILL "$hub"
check and_when_it_was_killed has_rule "$key_b" zzz.example
until_true 20 answers_control
hinomi judge later.example c2 --reason 'after the hub came back' --tlp green >/dev/null
check a_new_hub_goes_on until_true 10 blocks "${at_bind[@]}" later.example

# ---- another configuration ----
serial_c() { secondary -y "$key_c" "$zone" SOA +short | awk '{print $3}'; }
before=$(serial_c)
cp "$WORK/node.conf" "$WORK/all.conf"
sed -i '/name: hospital-c/,/receives: {tlp: green}/d' "$WORK/node.conf"
hinomi reload >/dev/null
closed() { secondary -y "$key_c" "$zone" SOA | grep -q NOTAUTH; }
check who_left_the_configuration_gets_nothing until_true 10 closed
hinomi judge while-away.example c2 --reason 'nobody tells it' --tlp green >/dev/null
cp "$WORK/all.conf" "$WORK/node.conf"
head -c 32 /dev/urandom | base64 >"$WORK/c.key"
key_c=hmac-sha512:hospital-c-key:$(cat "$WORK/c.key")
hinomi reload >/dev/null
check who_comes_back_has_it_all until_true 20 has_rule "$key_c" aaa.example
check under_a_later_serial test "$(serial_c)" -gt "$before"
head -c 32 /dev/urandom | base64 >"$WORK/c.key"
key_c=hmac-sha512:hospital-c-key:$(cat "$WORK/c.key")
hinomi reload >/dev/null
check another_secret_holds_after_a_reload until_true 10 has_rule "$key_c" aaa.example
refused() { # LINE to add to the recipient without a key: what the reload says
    sed "s|^    - name: nobody|&\n      $1|" "$WORK/all.conf" >"$WORK/node.conf"
    hinomi reload 2>&1
    cp "$WORK/all.conf" "$WORK/node.conf"
}
check two_keys_of_one_name_are_refused has "$(refused "key: {name: Hospital-B-Key., secret_file: $WORK/b.key}")" 'two recipients with a key'
check a_wrong_address_is_refused has "$(refused 'notify: [elsewhere]')" 'notify.*not an address'

# ---- nonsense ----
printf '\000\003abc' | timeout 5 nc -q 1 127.0.0.1 7453 >/dev/null 2>&1
check rubbish_ends_nothing has_rule "$key_b" later.example

# ---- receipts ----
# Of the minutes that are over; what was taken in the last one is not waited for.
receipts() { hinomi receipts --json; }
given_by_zone() { receipts | grep -q "\"way\": \?\"zone\""; }
check transfers_leave_receipts_in_the_ledger until_true 70 given_by_zone
check with_the_zone_and_who_had_it has "$(receipts)" '"recipient": ?"hospital-b".*|"what": ?"rpz.csirt.example"'
check the_ledger_holds_with_them has "$(hinomi ledger verify)" '^[0-9]+ entries'
