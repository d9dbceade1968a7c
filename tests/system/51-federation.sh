#!/bin/bash
# Two nodes: what A judges blocks at B, what B meets and judges comes back to A, and nothing goes round in a circle; also while one of them is dead.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
printf 'b-0123456789abcdef\n' >"$WORK/b.token"
chmod 600 "$WORK/b.token"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
* A 192.0.2.10
ZONE
authority 5399 example "$WORK/example.zone"

common() { # PORT
    cat <<CONF
dns:
  workers: 1
  validate: false
  listen: ["127.0.0.1:$1"]
  listen_tls: []
  listen_https: []
  stub:
    - zone: example
      address: 127.0.0.1:5399
CONF
}
{
    common 5300
    cat <<CONF
share:
  name: Node A
  listen: [127.0.0.1:7443]
  recipients:
    - name: b
      token_file: $WORK/b.token
      may_send: true
      receives:
        tlp: amber
CONF
} >"$WORK/a.conf"
write_b() { # PIN
    common 5310
    cat <<CONF
judge:
  sources:
    - name: node-a
      trust: 99
share:
  name: Node B
  listen: [127.0.0.1:7444]
  recipients:
    - name: node-a
      token_file: $WORK/b.token
      may_send: true
      receives:
        tlp: amber
feeds:
  - name: node-a
    taxii: https://127.0.0.1:7443/
    collection: to-b
    token_file: $WORK/b.token
    pin_sha256: $1
    every: 1s
    report: true
CONF
}
for name in a b; do
    mkdir -p "$WORK/$name"
done
stay_root_if_alone "$WORK/a.conf"

at() { # NODE COMMAND [argument]...
    local node=$1 command=$2
    shift 2
    timeout 60 "$HINOMI" "$command" --data "$WORK/$node" "$@"
}
up() { # NODE PORT
    start "$1" "$HINOMI" up --data "$WORK/$1" --config "$WORK/$1.conf"
    until_true 20 at "$1" status >/dev/null
    until_true 20 listens_udp "$2" >/dev/null
}
status_at_b() { ask @127.0.0.1 -p 5310 "$1" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'; }
b_blocks() { [ "$(status_at_b "$1")" = NXDOMAIN ]; }
b_resolves() { [ "$(status_at_b "$1")" = NOERROR ]; }
feed() { at b status --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["feeds"][0].get(sys.argv[1], ""))' "$1"; }
says() { at "$1" verdicts "$2" | grep -qE -- "$3"; }
# How many verdicts there are on a subject; the ledger has receipts besides, one a minute.
entries() { at "$1" verdicts "$2" --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["verdicts"]))'; }
now_ms() { date +%s%3N; }

up a 5300
a=$pid
until_true 10 listens_tcp 7443
pin=$(sed -n 's/.*share.*pin-sha256 \([A-Za-z0-9+/=]*\).*/\1/p' "$WORK/a.log" | head -1)
check the_node_logs_its_pin has "$pin" '^[A-Za-z0-9+/]{43}=$'

write_b "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" >"$WORK/b.conf"
stay_root_if_alone "$WORK/b.conf"
up b 5310
b=$pid
wrong_pin() { feed error | grep -q 'not that of pin_sha256'; }
check a_wrong_pin_is_refused until_true 10 wrong_pin
check and_nothing_was_taken is "$(feed ok_us)" 0
stop "$b"
write_b "$pin" >"$WORK/b.conf"
stay_root_if_alone "$WORK/b.conf"
up b 5310
b=$pid
fetched() { [ "$(feed ok_us)" -gt 0 ]; }
check with_the_right_one_it_is_fetched until_true 10 fetched

# A listens to B as well: whatever B passed on of A would now come back.
pin_b=$(sed -n 's/.*share.*pin-sha256 \([A-Za-z0-9+/=]*\).*/\1/p' "$WORK/b.log" | tail -1)
cat >>"$WORK/a.conf" <<CONF
feeds:
  - name: b
    taxii: https://127.0.0.1:7444/api/
    collection: to-node-a
    token_file: $WORK/b.token
    pin_sha256: $pin_b
    every: 1s
    report: true
CONF
at a reload >"$WORK/reload.out" 2>&1
a_fetches() { [ "$(at a status --json | from_json '["feeds"][0]["ok_us"]')" -gt 0 ]; }
check both_listen_to_each_other until_true 10 a_fetches

check before_it_resolves_at_b until_true 5 b_resolves evil.example
begin=$(now_ms)
at a judge evil.example c2 --reason 'beacons every minute' --tlp green >/dev/null
check what_a_judges_blocks_at_b until_true 5 b_blocks evil.example
echo "# from the judgement at A to the block at B: $(($(now_ms) - begin)) ms"
check b_names_its_source says b evil.example 'node-a'
check with_the_object_it_came_from says b evil.example 'indicator--[0-9a-f-]{36}'

begin=$(now_ms)
check b_meets_it b_blocks evil.example
check what_b_meets_comes_back until_true 10 says a evil.example 'b: [0-9]+ times'
echo "# from the query at B to the sighting at A: $(($(now_ms) - begin)) ms"
check and_counts_for_the_source has "$(at b sources --json)" '"hits": ?[1-9]'
check with_its_last_fetch has "$(at b sources --json)" '"fetched_us": ?[1-9]'

# Nothing goes round: what A said is not said to A by B, and what was counted is not counted again.
entries_a=$(entries a evil.example)
entries_b=$(entries b evil.example)
check each_has_one is "$entries_a $entries_b" "1 1"
times=$(at a verdicts evil.example | sed -n 's/.*b: \([0-9]*\) times.*/\1/p')
sleep 10
check the_ledger_of_a_stays_as_it_is is "$(entries a evil.example)" "$entries_a"
check and_that_of_b is "$(entries b evil.example)" "$entries_b"
check a_sighting_is_counted_once is "$(at a verdicts evil.example | sed -n 's/.*b: \([0-9]*\) times.*/\1/p')" "$times"
check b_does_not_tell_a_what_a_said has "$(at b share evil.example)" 'node-a +nobody but'

# An analyst at B says that A is wrong.
probability() { at "$1" verdicts "$2" --json | from_json '["belief"]["probability"]'; }
before=$(probability a evil.example)
begin=$(now_ms)
at b judge evil.example false-positive --reason 'our own update server' --tlp green >/dev/null
check b_unblocks_by_itself until_true 5 b_resolves evil.example
lower() { [ "$(probability a evil.example)" -lt "$before" ]; }
check the_score_at_a_falls until_true 10 lower
echo "# from the false positive at B to the lower score at A: $(($(now_ms) - begin)) ms"
check with_the_reason says a evil.example 'our own update server'
withdrawn() { at b verdicts evil.example --json | grep -qE 'superseded|withdrawn'; }
check a_takes_it_back_and_b_hears_of_it until_true 10 withdrawn

# A second one, and a word in confidence.
at a judge second.example c2 --reason 'beacons' --tlp green >/dev/null
check another_one_blocks until_true 5 b_blocks second.example
before=$(probability a second.example)
at b judge second.example false-positive --reason 'a secret reason' --tlp amber+strict >/dev/null
until_true 5 b_resolves second.example >/dev/null
sleep 4
check what_is_in_confidence_stays is "$(entries a second.example)" 1

# B is killed, and A goes on.
kill -KILL "$b"
until_true 10 gone "$b" >/dev/null
for i in 1 2 3; do at a judge "while-dead-$i.example" c2 --reason 'beacons' --tlp green >/dev/null; done
silent() { ! listens_udp 5310; }
until_true 10 silent >/dev/null
up b 5310
b=$pid
check b_catches_up until_true 10 b_blocks while-dead-3.example
check with_all until_true 5 b_blocks while-dead-1.example
sleep 2
check without_doubles_for_each is "$(for i in 1 2 3; do entries b "while-dead-$i.example"; done | tr -d "\n")" 111

# A is dead.
stop "$a"
failing() { [ "$(feed failures)" -ge 3 ]; }
check a_dead_neighbour_is_noticed until_true 20 failing
check b_keeps_blocking b_blocks while-dead-2.example
check and_asks_less_often has "$(at b status --json | python3 -c '
import json, sys
f = json.load(sys.stdin)["feeds"][0]
print(f["next_us"] - f["tried_us"] > 1900000)')" True
# In its place something answers with a page for people.
start page python3 -c '
import http.server, ssl, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Sign in</html>")
server = http.server.HTTPServer(("127.0.0.1", 7443), Page)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()' "$WORK/a/tls/share"
page=$pid
until_true 10 listens_tcp 7443 >/dev/null
at b fetch node-a >/dev/null
names_the_page() { feed error | grep -q '"text/html" and not'; }
check a_page_for_people_is_named_as_one until_true 10 names_the_page
stop "$page"
up a 5300
a=$pid
at a judge after-all.example c2 --reason 'beacons' --tlp green >/dev/null
at b fetch node-a >/dev/null
check a_neighbour_that_comes_back_is_heard until_true 20 b_blocks after-all.example
