#!/bin/bash
# TAXII with certificates: recipients known by a fingerprint, by a name that an authority vouches for, or besides a token; a node as the client,
# with an authority of its own for the server; and a server that says when to come again.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
mkdir "$WORK/keys" "$WORK/b"
chmod 755 "$WORK/keys"
printf 'both-0123456789abcdef\n' >"$WORK/both.token"
chmod 600 "$WORK/both.token"

# authority NAME; signed AUTHORITY NAME SUBJECT PURPOSE [ALTERNATIVE NAMES]
authority_of() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$WORK/keys/$1.key" -out "$WORK/keys/$1.pem" 2>/dev/null
}
signed() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$3" -keyout "$WORK/keys/$2.key" -out "$WORK/keys/$2.csr" 2>/dev/null
    printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\n%s' "$4" "${5:+subjectAltName=$5
}" >"$WORK/keys/$2.ext"
    openssl x509 -req -in "$WORK/keys/$2.csr" -CA "$WORK/keys/$1.pem" -CAkey "$WORK/keys/$1.key" -CAcreateserial -days 2 -extfile "$WORK/keys/$2.ext" \
        -out "$WORK/keys/$2.pem" 2>/dev/null
}
fingerprint() {
    openssl x509 -in "$WORK/keys/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//'
}
authority_of ours
authority_of theirs
signed ours server 127.0.0.1 serverAuth 'IP:127.0.0.1,DNS:localhost'
signed ours named b.example clientAuth
signed theirs forged b.example clientAuth
signed ours wrong-purpose b.example serverAuth
signed theirs pinned whoever clientAuth
chmod 644 "$WORK"/keys/*

conf() {
    cat <<CONF
dns: {workers: 1, validate: false, listen: ["127.0.0.1:$1"], listen_tls: [], listen_https: []}
CONF
}
{
    conf 5300
    cat <<CONF
share:
  name: Node A
  listen: [127.0.0.1:7443]
  certificate: $WORK/keys/server.pem
  private_key: $WORK/keys/server.key
  client_ca_file: $WORK/keys/ours.pem
  recipients:
    - {name: named, certificate_name: b.example, may_send: true, receives: {tlp: amber}}
    - {name: pinned, certificate_sha256: "$(fingerprint pinned)"}
    - {name: both, certificate_sha256: "$(fingerprint named | tr -d : | tr A-F a-f)", token_file: $WORK/both.token}
CONF
} >"$WORK/node.conf"
stay_root_if_alone "$WORK/node.conf"
start_node
until_true 10 listens_tcp 7443

# status CERTIFICATE [curl option...]: "-": none.
answer() {
    local with=(--cert "$WORK/keys/$1.pem" --key "$WORK/keys/$1.key")
    [ "$1" != - ] || with=()
    shift
    curl -s --cacert "$WORK/keys/ours.pem" --max-time 10 -o "$WORK/body" -w '%{http_code}' "${with[@]}" "$@" https://127.0.0.1:7443/api/collections/
}
aliases() { from_json '.get("collections", [])' <"$WORK/body" | grep -oE "(to|from)-[a-z]+" | sort | tr '\n' ' '; }
token='Authorization: Bearer both-0123456789abcdef'
check without_a_certificate_nobody_is_known is "$(answer -)" 401
check a_name_that_the_authority_vouches_for is "$(answer named)" 200
check is_that_recipient is "$(aliases)" 'from-named to-named '
check the_same_name_by_another_authority_is_not is "$(answer forged)" 401
check nor_a_certificate_for_servers is "$(answer wrong-purpose)" 401
check a_fingerprint_needs_no_authority is "$(answer pinned)" 200
check and_is_another_recipient is "$(aliases)" 'to-pinned '
check a_token_alone_is_too_little_for_who_needs_both is "$(answer - -H "$token")" 401
check so_it_is_with_the_certificate_of_another is "$(answer pinned -H "$token")" 401
check both_together_will_do is "$(answer named -H "$token")" 200
check as_the_recipient_of_the_token is "$(aliases)" 'to-both '
check a_wrong_token_is_not_made_good_by_a_certificate is "$(answer named -H 'Authorization: Bearer wrong-0123456789abcdef')" 401

# A node as the client: its certificate, and the authority of the server.
write_b() { # AUTHORITY CERTIFICATE
    conf 5310
    cat <<CONF
feeds:
  - name: node-a
    taxii: https://127.0.0.1:7443/
    collection: to-named
    ca_file: $WORK/keys/$1.pem
    certificate: $WORK/keys/$2.pem
    private_key: $WORK/keys/$2.key
    every: 1s
CONF
}
at_b() {
    local command=$1
    shift
    timeout 60 "$HINOMI" "$command" --data "$WORK/b" "$@"
}
feed() { at_b status --json | python3 -c '
import json, sys
print(json.load(sys.stdin)["feeds"][0].get(sys.argv[1], ""))' "$1"; }
b_answers() { at_b status; }
has_error() { feed error | grep -qE -- "$1"; }
fetched() { [ "$(feed ok_us)" -gt 0 ]; }
begin_b() {
    write_b "$@" >"$WORK/b.conf"
    stay_root_if_alone "$WORK/b.conf"
    start b "$HINOMI" up --data "$WORK/b" --config "$WORK/b.conf"
    b=$pid
    until_true 20 b_answers >/dev/null
}
begin_b theirs named
check a_server_that_the_authority_does_not_vouch_for_is_refused until_true 15 has_error 'certificate'
check and_nothing_was_fetched is "$(feed ok_us)" 0
stop "$b"
begin_b ours forged
check the_server_refuses_a_forged_certificate until_true 15 has_error '401|token'
stop "$b"
begin_b ours named
check with_the_right_ones_it_is_fetched until_true 15 fetched
hinomi judge evil.example c2 --reason 'beacons' --tlp green >/dev/null
b_has_it() { at_b verdicts evil.example | grep -q node-a; }
check and_what_a_says_is_there until_true 10 b_has_it
stop "$b"

# A server that is busy and says for how long; one that knows no certificates would not have answered.
cat >"$WORK/busy.py" <<'PY'
import http.server, ssl, sys
class Busy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("asked by", self.connection.getpeercert()["subject"], flush=True)
        self.send_response(503)
        self.send_header("Retry-After", "77")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass
keys = sys.argv[1]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{keys}/server.pem", f"{keys}/server.key")
context.load_verify_locations(f"{keys}/ours.pem")
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.HTTPServer(("127.0.0.1", 7445), Busy)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PY
start busy timeout 120 python3 "$WORK/busy.py" "$WORK/keys"
until_true 10 listens_tcp 7445
rm -rf "$WORK/b"
mkdir "$WORK/b"
write_b ours named | sed 's/7443/7445/' >"$WORK/b.conf"
stay_root_if_alone "$WORK/b.conf"
start b "$HINOMI" up --data "$WORK/b" --config "$WORK/b.conf"
until_true 20 b_answers >/dev/null
check a_busy_server_is_an_error until_true 15 has_error '503'
check it_saw_the_certificate_of_the_client has "$(cat "$WORK/busy.log")" "b.example"
# Every second is what is configured: only what the server says can be so late.
check it_is_asked_again_when_it_says python3 -c '
import sys
assert int(sys.argv[1]) - int(sys.argv[2]) >= 77 * 1000000, sys.argv' "$(feed next_us)" "$(feed tried_us)"

refused() { # TEXT PATTERN
    printf 'share:\n  recipients:\n    - name: x\n%s\n' "$1" >"$WORK/bad.conf"
    has "$(timeout 10 "$HINOMI" up --data "$WORK/none" --config "$WORK/bad.conf" 2>&1)" "$2"
}
check a_fingerprint_is_a_hash refused '      certificate_sha256: "12:34"' '64 hexadecimal digits'
check a_name_needs_an_authority refused '      certificate_name: x.example' 'client_ca_file is needed'
check two_by_one_certificate_alone_are_refused refused "      certificate_sha256: \"$(fingerprint named)\"
    - name: y
      certificate_sha256: \"$(fingerprint named)\"" 'known by the same certificate'
finish
