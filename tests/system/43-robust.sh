#!/bin/bash
# Nothing a client sends hurts another: random and mutated packets by every transport, slow clients up to the cap, a flood of
# unique names. Meanwhile and afterwards names resolve, memory stays in bounds, and no role has died.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  cache_mib: 8
  validate: false
  forward: ["127.0.0.1:5398"]
store:
  memory_mib: 700
CONF
stay_root_if_alone "$WORK/node.conf"

status() {
    timeout 30 "$HINOMI" status --data "$WORK/data" --json
}

counter() {
    status | python3 -c "import json, sys; print(eval('json.load(sys.stdin)[\"dns\"]$1'))"
}

dns_pid() {
    pgrep -f 'hinomi role dns'
}

rss_mib() {
    awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$(dns_pid)/status"
}

resolves() {
    is "$(ask @127.0.0.1 -p 5300 +short www.fake)" 192.0.2.1
}

start upstream python3 "$SOURCE/tests/system/fake_upstream.py" 5398 /dev/null
check upstream_starts until_true 10 listens_udp 5398
check node_starts node --config "$WORK/node.conf"
node=$pid
check control_answers until_true 20 status
check a_name_resolves resolves
role=$(dns_pid)

# The same octets on every machine: what is sent is drawn with a fixed seed.
cat >"$WORK/storm.py" <<'PY'
import random, select, socket, ssl, struct, sys
way, count = sys.argv[1], int(sys.argv[2])
rng = random.Random(20260101)
NAMES = [b"www.fake", b"a.b.c.fake", b"\0\xff.fake", b"x" * 63 + b".fake", b"localhost", b"version.bind", b"_dns.resolver.arpa"]
TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 43, 46, 48, 64, 65, 250, 251, 252, 255, 256, 65535, 0]

def name(text):
    return b"".join(bytes([len(l)]) + l for l in text.split(b".")) + b"\0"

def option():
    data = rng.randbytes(rng.choice([0, 1, 2, 7, 8, 9, 16, 24, 40, 41]))
    return struct.pack(">HH", rng.choice([3, 8, 10, 11, 12, 15, 65535]), len(data) + rng.choice([0, 0, 0, 1, -1, 300]) & 0xffff) + data

def whole():
    message = struct.pack(">6H", rng.randrange(65536), rng.choice([0x100, 0x120, 0x110, 0, rng.randrange(0x8000)]), 1, 0, 0, 1)
    message += name(rng.choice(NAMES)) + struct.pack(">2H", rng.choice(TYPES), rng.choice([1, 1, 1, 1, 3, 255, 0]))
    options = b"".join(option() for _ in range(rng.randrange(4)))
    return message + b"\0" + struct.pack(">HHIH", 41, rng.choice([0, 512, 1232, 65535]),
                                         rng.choice([0, 0x8000, 0x10000, 0xff000000]), len(options)) + options

def packet():
    kind = rng.random()
    if kind < 0.2:
        return rng.randbytes(rng.randrange(0, 600))
    message = bytearray(whole())
    for _ in range(rng.choice([0, 1, 1, 2, 5])):
        message[rng.randrange(len(message))] = rng.randrange(256)
    if kind < 0.4:
        del message[rng.randrange(len(message)):]
    elif kind < 0.5:
        message += rng.randbytes(rng.randrange(1, 50))
    return bytes(message)

def context(alpn):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.check_hostname, c.verify_mode = False, ssl.CERT_NONE
    c.set_alpn_protocols([alpn])
    return c

contexts = {"dot": context("dot"), "doh": context("h2")}

def connect():
    s = socket.create_connection(("127.0.0.1", {"tcp": 5300, "dot": 5853, "doh": 5443}[way]), timeout=20)
    return contexts[way].wrap_socket(s) if way in contexts else s

def frame(kind, flags, stream, body):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body

def literal(index, value):
    head = bytes([len(value)]) if len(value) < 127 else b"\x7f" + varint(len(value) - 127)
    return bytes([index]) + head + value

def varint(n):
    out = b""
    while n >= 128:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])

def post(message, stream):
    head = b"\x83\x87" + literal(1, b"localhost") + literal(4, b"/dns-query") + literal(0x0f, b"")[:1] + b"\x10" + \
        bytes([23]) + b"application/dns-message"
    return frame(1, 4, stream, head) + frame(0, 1, stream, message)

sent = 0
if way == "udp":
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.1", 5300))
    while sent < count:
        try:
            s.send(packet())
        except ConnectionRefusedError:
            sys.exit("nobody listens")
        sent += 1
        while select.select([s], [], [], 0.02 if sent % 500 == 0 else 0)[0]:
            s.recv(4096)
    sys.exit(0)
connections = 0
while sent < count:
    connections += 1
    assert connections < count, "every connection is refused"
    try:
        s = connect()
        stream = 1
        if way == "doh":
            s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(8, 0, 0, struct.pack(">I", 1 << 30)))
        for _ in range(rng.randrange(1, 400)):
            message = packet()
            sent += 1
            if way == "doh":
                octets = post(message, stream)
                stream += 2
                if rng.random() < 0.02:  # below DNS too
                    octets = bytearray(octets)
                    octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
            else:  # a length that no message has ends the connection
                if len(message) < 12 and rng.random() < 0.99:
                    message = bytes(12)
                octets = struct.pack(">H", len(message) if rng.random() < 0.998 else rng.randrange(65536)) + message
            s.sendall(octets)
            s.settimeout(0)
            try:
                while s.recv(65536):
                    pass
            except (BlockingIOError, ssl.SSLWantReadError):
                pass
            s.settimeout(20)
        s.close()
    except (ConnectionError, BrokenPipeError, ssl.SSLError):
        pass  # closed for what was sent
PY
storm() {
    timeout 100 python3 "$WORK/storm.py" "$1" "$2" || return 1
    test "$(counter "[\"queries\"][\"$1\"]")" -ge $(($2 / 4)) && resolves # most get as far as DNS
}
PACKETS=${HINOMI_STORM_PACKETS:-100000}
for way in udp tcp dot doh; do
    check "${PACKETS}_packets_by_${way}_hurt_nobody" storm "$way" "$PACKETS"
done
check the_role_is_the_same is "$(dns_pid)" "$role"
check and_found_to_be_wrong is "$(counter '["flaws"]' | grep -c "'option': 0")" 0

# Slow clients, more than there are places: each sends one octet and then nothing.
cat >"$WORK/slow.py" <<'PY'
import resource, socket, subprocess, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
port, octet = int(sys.argv[1]), bytes.fromhex(sys.argv[2])
held = []
for _ in range(1100):
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    s.sendall(octet)
    held.append(s)
print("ready", flush=True)
sys.stdin.read()
PY
for kind in 'tcp 5300 00' 'tls 5853 16' 'https 5443 16'; do
    read -r word port octet <<<"$kind"
    coproc SLOW { exec python3 "$WORK/slow.py" "$port" "$octet"; }
    slow=$SLOW_PID
    read -r -t 30 said <&"${SLOW[0]}"
    check "slow_clients_by_${word}_take_all_places" is "${said:-}" ready
    check "but_not_from_udp_beside_$word" resolves
    check "nor_from_tcp_beside_$word" is "$(ask @127.0.0.1 -p 5300 +tcp +short www.fake)" 192.0.2.1
    check "nor_from_tls_beside_$word" is "$(kdig @127.0.0.1 -p 5853 +tls +timeout=5 +short www.fake)" 192.0.2.1
    check "places_are_bounded_beside_$word" test "$(counter '["tcp_clients"]')" -le 1024
    kill "$slow" 2>/dev/null
    wait "$slow" 2>/dev/null
done
check some_were_sent_away_for_others test "$(counter '["tcp_evicted"]')" -ge 100

# Unique names, more than cache and table of waiting ones hold.
cat >"$WORK/flood.py" <<'PY'
import select, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("127.0.0.1", 5300))
for i in range(60000):
    label = b"n%06d" % i
    s.send(struct.pack(">6H", i & 0xffff, 0x100, 1, 0, 0, 0) + bytes([len(label)]) + label + b"\4fake\0\0\1\0\1")
    if i % 64 == 0:
        while select.select([s], [], [], 0.002)[0]:
            s.recv(4096)
PY
check a_flood_of_unique_names_is_sent timeout 60 python3 "$WORK/flood.py"
check and_names_resolve until_true 12 resolves
check the_cache_is_bounded test "$(counter '["cache_bytes"]')" -le $((8 << 20))
check nobody_waits_for_ever until_true 15 eval '[ "$(counter "[\"pending\"]")" -eq 0 ]'
echo "# resident: $(rss_mib) MiB"
check memory_is_bounded test "$(rss_mib)" -le 200
check the_role_is_still_the_same is "$(dns_pid)" "$role"
check nothing_died lacks "$(cat "$WORK/node.log")" 'signal [0-9]|death'
kill -TERM "$node"
check term_ends_the_node until_true 15 gone "$node"
