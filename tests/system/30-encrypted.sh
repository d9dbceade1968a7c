#!/bin/bash
# DNS over TLS and over HTTPS of the real node: answers, blocks, records; the certificate is kept, replaced, refused when it
# is of no use; garbage, slowness and crowds do not hurt.
. "$SOURCE/tests/system/lib.sh"

# As root the roles become another user, who must reach the data.
chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 77
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
* A 192.0.2.11
bad A 192.0.2.66
many TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
ZONE
for i in $(seq 400); do
    printf 'large TXT "%03d 01234567890123456789012345678901234567890123456789012345678901234567890123456789"\n' "$i"
done >>"$WORK/example.zone"
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 2
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5399
store:
  memory_mib: 700
CONF
stay_root_if_alone "$WORK/node.conf"

# What dig says, by one of the two ways.
dot() {
    kdig @127.0.0.1 -p 5853 +tls +retry=0 +timeout=3 "$@"
}

doh() {
    kdig @127.0.0.1 -p 5443 +https +retry=0 +timeout=3 "$@"
}

# web PATH [curl option...]: a request of HTTP/2 by hand, the certificate checked; headers and body.
web() {
    local path=$1
    shift
    curl -sS --http2 --max-time 5 --cacert "$WORK/data/tls/cert.pem" -D - "$@" "https://localhost:5443$path"
}

status_of() {
    web "$@" -o /dev/null | tr -d '\r' | sed -n 's#^HTTP/2 \([0-9]*\).*#\1#p'
}

resolves() {
    is "$("$1" +short "$2")" "$3"
}

blocked() {
    "$1" "$2" | grep -q 'NXDOMAIN'
}

counter() {
    hinomi status --json | python3 -c "import json, sys; print(json.load(sys.stdin)['dns']['$1'])"
}

answers_control() {
    hinomi status >/dev/null
}

start_node() {
    node --config "$WORK/node.conf" && until_true 20 answers_control
}


# As the log says it.
logged_pin() {
    sed -n 's/.* dns: .*pin-sha256 //p' "$WORK/node.log" | tail -n 1
}

check authority_starts authority 5399 example "$WORK/example.zone"
start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
node=$pid

# Answers.
check resolves_over_tls until_true 5 resolves dot www.example 192.0.2.10
check resolves_over_https resolves doh www.example 192.0.2.10
check resolves_over_https_by_get is "$(doh +https-get +short www.example)" 192.0.2.10
check a_name_that_waits_for_its_server_too resolves doh fresh.example 192.0.2.11
large=$(dot +short large.example TXT | wc -l)
check a_large_answer_comes_over_tls is "$large" 400
large=$(doh +short large.example TXT | wc -l)
check a_large_answer_comes_over_https is "$large" 400
check answers_are_padded has "$(dot +padding www.example)" 'Received 468 B'
check answers_without_edns_are_not has "$(dot +noedns www.example)" 'Received 45 B'

hinomi block bad.example --reason 'seen in an incident' >/dev/null
for way in dot doh; do
    check "blocked_over_$way" until_true 2 blocked "$way" bad.example
    check "blocked_over_${way}_with_the_reason" has "$("$way" bad.example)" 'EDE: 15'
done

# The certificate.
pin=$(logged_pin)
check the_pin_is_told has "$pin" '^[A-Za-z0-9+/]{43}=$'
check the_pin_is_right is "$(dot +tls-pin="$pin" +short www.example)" 192.0.2.10
check another_pin_is_not is "$(dot +tls-pin="$(printf '%032d' 0 | base64)" +short www.example 2>/dev/null)" ''
check key_is_the_nodes_alone is "$(stat -c %a "$WORK/data/tls/key.pem")" 600
check key_has_the_nodes_owner is "$(stat -c %U "$WORK/data/tls/key.pem")" "$(stat -c %U "$WORK/data/tls")"

# HTTP by hand: the query of RFC 8484 4.1.1, with the name www.example.
query=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlAAABAAE
said=$(web "/dns-query?dns=$query" -o "$WORK/answer" | tr -d '\r')
check get_is_answered has "$said" '^HTTP/2 200'
check with_the_media_type has "$said" '^content-type: application/dns-message$'
check and_the_lifetime has "$said" '^cache-control: max-age=[67][0-9]$'
check and_the_record has "$(od -An -tx1 "$WORK/answer" | tr -d ' \n')" 'c000020a'
python3 -c "import base64, sys; sys.stdout.buffer.write(base64.urlsafe_b64decode('$query='))" >"$WORK/query"
type='content-type: application/dns-message'
check post_is_answered is "$(status_of /dns-query -H "$type" --data-binary "@$WORK/query")" 200
web /dns-query -H "$type" --data-binary "@$WORK/query" -o "$WORK/posted" >/dev/null
check post_and_get_say_the_same has "$(od -An -tx1 "$WORK/posted" | tr -d ' \n')" 'c000020a'
check another_path_is_not_found is "$(status_of "/?dns=$query")" 404
check no_query_is_a_bad_request is "$(status_of /dns-query)" 400
check no_base64url_is_a_bad_request is "$(status_of '/dns-query?dns=a+b/')" 400
check no_message_is_a_bad_request is "$(status_of '/dns-query?dns=AAAA')" 400
check other_methods_are_not_allowed is "$(status_of /dns-query -X PUT -d x)" 405
check head_is_not_allowed is "$(status_of "/dns-query?dns=$query" -I)" 405
head -c 1281 /dev/zero >"$WORK/long"
check a_body_that_is_too_long_is_told is "$(status_of /dns-query -H "$type" --data-binary "@$WORK/long")" 413
check a_path_that_is_too_long_is_told is "$(status_of "/dns-query?dns=$(head -c 1720 /dev/zero | tr '\0' A)")" 414
check another_type_is_told is "$(status_of /dns-query -H 'content-type: text/plain' --data-binary "@$WORK/query")" 415
check http_1_is_refused lacks "$(curl -sS --http1.1 --max-time 5 -k "https://localhost:5443/dns-query?dns=$query" 2>&1)" '200'
check bad_requests_are_counted test "$(counter doh_bad_requests)" -ge 8

# What no client sends.
for port in 5853 5443; do
    head -c 20000 /dev/urandom | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port" 2>/dev/null
    printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port" 2>/dev/null
    : | timeout 5 bash -c "cat >/dev/tcp/127.0.0.1/$port" 2>/dev/null
done
check garbage_is_counted test "$(counter tls_handshake_failures)" -ge 4
check garbage_hurts_nobody resolves dot www.example 192.0.2.10
cat >"$WORK/rude.py" <<'PY'
import os, socket, ssl, struct, sys

def context_for(alpn):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([alpn])
    return context

contexts = {alpn: context_for(alpn) for alpn in ("dot", "h2")}

def connect(port, alpn):
    return contexts[alpn].wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20))

def closed(s):
    try:
        while s.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True

def frame(kind, flags, stream, body):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body

MAGIC = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"")

def text(index, value):  # a header of the static table's name, without Huffman
    return bytes([index]) + (bytes([len(value)]) if len(value) < 127 else b"\x7f" + varint(len(value) - 127)) + value

def varint(n):
    out = b""
    while n >= 128:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])

def request(query, stream):
    head = b"\x82\x87" + text(1, b"localhost") + text(4, b"/dns-query?dns=" + query)
    return frame(1, 5, stream, head)

QUERY = b"AAABAAABAAAAAAAAA3d3dwdleGFtcGxlAAABAAE"
LARGE = b"AAABAAABAAAAAAAABWxhcmdlB2V4YW1wbGUAABAAAQ"
case = sys.argv[1]
if case == "garbage":  # inside TLS
    for port, alpn in ((5853, "dot"), (5443, "h2")):
        s = connect(port, alpn)
        s.sendall(os.urandom(3000))
        assert closed(s), port
    s = connect(5443, "h2")
    s.sendall(MAGIC + os.urandom(3000))
    assert closed(s)
elif case == "alpn":  # another protocol is refused, none is not
    try:
        connect(5853, "h2")
        sys.exit("taken")
    except ssl.SSLError:
        pass
elif case == "reset":  # requests taken back at once
    s = connect(5443, "h2")
    s.sendall(MAGIC)
    try:
        for i in range(2000):
            s.sendall(request(QUERY, 2 * i + 1) + frame(3, 0, 2 * i + 1, b"\0\0\0\x08"))
    except OSError:
        pass  # what was answered before it was taken back is not read: cut off
elif case == "unread":  # large answers that are not taken: the window is zero
    s = connect(5443, "h2")
    s.sendall(MAGIC + frame(4, 0, 0, struct.pack(">HI", 4, 0)))
    for i in range(60):
        s.sendall(request(LARGE, 2 * i + 1))
    assert closed(s)
elif case == "headers":  # more headers than anybody has
    s = connect(5443, "h2")
    head = b"\x82\x87" + text(1, b"localhost") + text(4, b"/dns-query?dns=" + QUERY)
    head += b"".join(b"\0" + bytes([6]) + b"x-%04d" % i + bytes([90]) + b"y" * 90 for i in range(120))
    s.sendall(MAGIC + frame(1, 5, 1, head))
    got = b""
    while b"\0\0\x04\x03\0\0\0\0\x01" not in got:  # RST_STREAM of stream 1
        part = s.recv(65536)
        assert part, got
        got += part
elif case == "slow":  # three clients that never finish
    raw = socket.create_connection(("127.0.0.1", 5853), timeout=20)
    raw.sendall(b"\x16\x03\x01\x02\0\x01")
    dot = connect(5853, "dot")
    dot.sendall(b"\0\x20ab")
    doh = connect(5443, "h2")
    doh.sendall(MAGIC)
    assert closed(raw) and closed(dot) and closed(doh)
elif case == "crowd":  # all at once, and each is answered
    query = struct.pack(">HHHHHH", 7, 256, 1, 0, 0, 0) + b"\3www\7example\0\0\1\0\1"
    dots = [connect(5853, "dot") for _ in range(100)]
    dohs = [connect(5443, "h2") for _ in range(100)]
    for s in dots:
        s.sendall(struct.pack(">H", len(query)) + query)
    for s in dohs:
        s.sendall(MAGIC + request(QUERY, 1))
    for s in dots + dohs:
        got = b""
        while bytes([192, 0, 2, 10]) not in got:
            part = s.recv(65536)
            assert part, got
            got += part
PY
rude() {
    timeout 40 python3 "$WORK/rude.py" "$1"
}
check garbage_inside_is_cut_off rude garbage
check another_protocol_is_refused rude alpn
check requests_taken_back_hurt_nobody rude reset
check answers_left_unread_are_bounded rude unread
check too_many_headers_are_refused rude headers
check a_slow_client_is_closed rude slow
check two_hundred_at_once_are_answered rude crowd
for way in dot doh; do
    check "then_${way}_still_answers" resolves "$way" www.example 192.0.2.10
done

# Recorded.
storing=$(engine_opens)
log_has() {
    hinomi log --name bad.example | grep -qw "$1"
}
if [ "$storing" = True ]; then
    check the_log_says_dot until_true 15 log_has dot
    check the_log_says_doh until_true 15 log_has doh
elif [ "${HINOMI_ENGINE_OPTIONAL:-}" = 1 ]; then
    echo 'skip 30-encrypted.sh: no engine library, so the log is not tested; tools/setup fetches it'
else
    check telemetry_engine_is_open is "$storing" True
fi
check queries_are_counted test "$(counter queries | grep -c "'dot': 0\|'doh': 0")" -eq 0
check status_says_where has "$(hinomi status | tr '\n' ' ')" '127\.0\.0\.1:5853.*127\.0\.0\.1:5443'

# Another certificate, then a useless one.
mkdir "$WORK/given"
cp "$WORK/data/tls/cert.pem" "$WORK/data/tls/key.pem" "$WORK/given/"
cp "$WORK/node.conf" "$WORK/own.conf"
sed -i "s#^dns:#dns:\n  certificate: $WORK/given/cert.pem\n  private_key: $WORK/given/key.pem#" "$WORK/node.conf"
check given_files_are_taken hinomi reload
check and_serve until_true 5 resolves dot www.example 192.0.2.10
echo nonsense >"$WORK/given/key.pem"
refusal=$(hinomi reload 2>&1)
check a_useless_key_is_refused test $? -ne 0
check and_its_file_is_told has "$refusal" 'given/cert\.pem'
check and_the_old_one_serves resolves dot www.example 192.0.2.10
cp "$WORK/own.conf" "$WORK/node.conf"
sed -i 's#^dns:#dns:\n  listen_https: []#' "$WORK/node.conf"
check https_can_be_turned_off hinomi reload
silent() {
    ! listens_tcp 5443
}
check and_is_off until_true 5 silent
check and_tls_is_not until_true 5 resolves dot www.example 192.0.2.10
sed -i 's#^dns:#dns:\n  certificate: /nowhere#' "$WORK/node.conf"
refusal=$(hinomi reload 2>&1)
check a_certificate_without_a_key_is_refused has "$refusal" 'node\.conf:[0-9]+: certificate: /nowhere'
cp "$WORK/own.conf" "$WORK/node.conf"

# Restarted.
kill -TERM "$node"
check term_ends_the_node until_true 15 gone "$node"
wait "$node"
check and_well is "$?" 0
before=$(cksum <"$WORK/data/tls/cert.pem")
start_node >"$WORK/start.out" 2>&1
check it_starts_again is "$?" 0
node=$pid
check a_restart_keeps_the_certificate is "$(cksum <"$WORK/data/tls/cert.pem")" "$before"
check and_its_pin is "$(dot +tls-pin="$pin" +short www.example)" 192.0.2.10
kill -TERM "$node"
until_true 15 gone "$node" >/dev/null
rm "$WORK/data/tls/cert.pem"
start_node >"$WORK/start.out" 2>&1
node=$pid
check a_new_certificate_has_the_old_pin is "$(dot +tls-pin="$pin" +short www.example)" 192.0.2.10
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal [0-9]'
