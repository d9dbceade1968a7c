# A node for the tests of the console: names that resolve, two members, names on a warning list; sourced after tests/system/lib.sh.
# shellcheck shell=bash
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
# The browser keeps what it needs in folders of its own.
export HOME=$WORK/home XDG_RUNTIME_DIR=$WORK/home
mkdir -p "$HOME"

console() {
    timeout 100 node "$SOURCE/tests/browser/console.mjs" https://127.0.0.1:8443 "$WORK/browser" "$@"
}

authority 5399 example "$WORK/example.zone"
start_node
