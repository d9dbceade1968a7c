#!/bin/bash
# The console in a browser: from the first start to the first block, review by keys, languages, walls of members, a busy live log, and
# who sees or moves otherwise than most.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 77
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.10
ZONE
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  rate_limit:
    per_second: 0
  stub:
    - zone: example
      address: 127.0.0.1:5399
judge:
  warning_lists: $WORK/warnings
groups:
  - name: wards
    member: hospital
    clients: ["127.0.0.2"]
  - name: desks
    member: city
    clients: ["127.0.0.3"]
CONF
stay_root_if_alone "$WORK/node.conf"
mkdir -p "$WORK/warnings" "$WORK/browser"
echo '{"name": "Popular names", "type": "hostname", "list": ["w1.example", "w2.example", "w3.example"]}' >"$WORK/warnings/list.json"
chmod -R a+rX "$WORK/warnings"
cc -O2 -D_GNU_SOURCE -o "$WORK/load" "$SOURCE/tests/bench/load.c"
seq -f 'bad%.0f.example' 300 >"$WORK/bad.txt"
# The browser keeps what it needs in folders of its own.
export HOME=$WORK/home XDG_RUNTIME_DIR=$WORK/home
mkdir -p "$HOME"

console() {
    timeout 100 node "$SOURCE/tests/browser/console.mjs" https://127.0.0.1:8443 "$WORK/browser" "$@"
}

belief() {
    hinomi verdicts "$1" --json | python3 -c '
import json, sys
b = json.load(sys.stdin)["belief"]
print(b["state"], b["advice"], b["claim"])'
}

blocks_soon() { until_true 5 blocked "$1"; }

authority 5399 example "$WORK/example.zone"
start_node
word=$(hinomi welcome --json | from_json '["link"].split("#")[1]')
check 'the link of the first start makes an account, which signs in' console first "$word"
check 'nothing is blocked yet' resolves evil.example
check 'a name is blocked on its page, found by the search box' console block evil.example
check 'and is blocked for who asks' blocks_soon evil.example
check 'a list is imported' console import "$WORK/bad.txt" bad.txt 300
check 'and blocks' blocks_soon bad7.example
check 'home shows what was blocked' console home evil.example

for n in 1 2 3; do hinomi judge "w$n.example" c2 --reason 'beacons' >/dev/null; done
check 'what is on a warning list waits for a person' until_true 5 has "$(belief w3.example)" 'ask c2'
check 'the review queue is worked through by keys alone' console review
decided=$(cat "$WORK/check.out")
check 'what was confirmed blocks' has "$(belief "${decided%% *}")" 'active block'
check 'what was said to be false is let through' resolves "${decided##* }"
check 'languages change without loading the page anew, dates and lengths of time with them' console language evil.example
check 'a chart is drawn anew when the colours change' console colors
check 'an account of a member sees what is its own and nothing else' console walls hospital city
check 'what is old is said to be old' console stale
check 'the live log goes on under 5,000 answers a second' console live "$WORK/load" "$WORK/bad.txt" 10 5000
check 'every page is for everybody: languages, colours' console access evil.example 1280
check 'and on a phone' console access evil.example 390
check 'the first page is measured' console paint
sed 's/^/# /' "$WORK/browser/figures.txt"
finish
