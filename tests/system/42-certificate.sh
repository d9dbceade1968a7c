#!/bin/bash
# The certificate is renewed while the node runs: its own before it ends, given files when they have changed. And an address
# that is taken is refused with its name.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
user=
if [ "$(id -u)" -eq 0 ] && awk '{n += $3} END {exit n >= 65536}' /proc/self/uid_map; then
    user='user: root'
fi
printf 'dns:\n  workers: 1\n  validate: false\n  stub: [{zone: example, address: "127.0.0.1:5399"}]\n%s\n' "$user" >"$WORK/node.conf"

pin_of() {
    openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der 2>/dev/null | openssl dgst -sha256 -binary | base64
}

served_end() {
    echo | timeout 5 openssl s_client -connect 127.0.0.1:5853 -alpn dot 2>/dev/null | openssl x509 -noout -enddate
}

serves() {
    is "$(served_end)" "$1"
}

# Made at the first start, then replaced by one of the same key that ends in thirty days and a few seconds.
check node_starts node --config "$WORK/node.conf"
first=$pid
check its_certificate_is_made until_true 10 test -s "$WORK/data/tls/cert.pem"
stop "$first"
pin=$(pin_of "$WORK/data/tls/cert.pem")
key=$WORK/data/tls/key.pem
mkdir "$WORK/ca"
: >"$WORK/ca/index.txt"
cat >"$WORK/ca/ca.conf" <<CONF
[ca]
default_ca = here
[here]
database = $WORK/ca/index.txt
new_certs_dir = $WORK/ca
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = san
copy_extensions = none
[any]
commonName = supplied
[san]
subjectAltName = DNS:localhost,IP:127.0.0.1$(hostname | grep -qE '^[A-Za-z0-9.-]+$' && printf ',DNS:%s' "$(hostname)")
CONF
openssl req -new -key "$key" -subj /CN=hinomi -out "$WORK/ca/request" 2>/dev/null
openssl ca -batch -config "$WORK/ca/ca.conf" -selfsign -keyfile "$key" -in "$WORK/ca/request" -out "$WORK/ca/cert.pem" \
    -startdate "$(date -u -d '-1 day' +%y%m%d%H%M%SZ)" -enddate "$(date -u -d '+30 days +8 seconds' +%y%m%d%H%M%SZ)" -notext 2>"$WORK/ca/log"
check one_that_ends_soon_is_made test -s "$WORK/ca/cert.pem"
cat "$WORK/ca/cert.pem" >"$WORK/data/tls/cert.pem"
old=$(openssl x509 -in "$WORK/ca/cert.pem" -noout -enddate)
check node_starts_with_it node --config "$WORK/node.conf"
node=$pid
check and_serves_it until_true 5 serves "$old"
renewed() {
    [ "$(served_end)" != "$old" ] && [ -n "$(served_end)" ]
}
check it_is_made_anew_in_time until_true 20 renewed
check for_a_year_and_a_month is "$(served_end)" "$(openssl x509 -in "$WORK/data/tls/cert.pem" -noout -enddate)"
check with_its_old_pin is "$(pin_of "$WORK/data/tls/cert.pem")" "$pin"
check and_the_node_ran_on kill -0 "$node"
check and_said_so has "$(cat "$WORK/node.log")" 'certificate ends soon'
sleep 2
check once is "$(grep -c 'certificate ends soon' "$WORK/node.log")" 1

# Another node on the same address, with data of its own.
answer=$(timeout 10 "$HINOMI" up --data "$WORK/second" --config "$WORK/node.conf" 2>&1)
check a_second_node_is_refused test $? -ne 0
check and_told_the_address has "$answer" '127\.0\.0\.1:5300'
check and_the_reason has "$answer" 'in use'
start taken python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("127.0.0.1", 5311))
time.sleep(60)'
check another_program_that_would_share_starts until_true 5 listens_udp 5311
printf 'dns:\n  listen: ["127.0.0.1:5311"]\n  listen_tls: []\n  listen_https: []\n%s\n' "$user" >"$WORK/third.conf"
answer=$(timeout 10 "$HINOMI" up --data "$WORK/third" --config "$WORK/third.conf" 2>&1)
check it_is_refused_to_share_with_it has "$answer" '127\.0\.0\.1:5311.*in use'
check the_first_goes_on renewed

# Given files that somebody renews.
make_given() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" -subj /CN=dns.example \
        -addext 'subjectAltName=DNS:dns.example' -keyout "$WORK/given.key.new" -out "$WORK/given.pem.new" 2>/dev/null
    chmod 644 "$WORK/given.key.new"
    mv "$WORK/given.key.new" "$WORK/given.key"
    mv "$WORK/given.pem.new" "$WORK/given.pem"
}
make_given 10
sed -i "s#^dns:#dns:\n  certificate: $WORK/given.pem\n  private_key: $WORK/given.key#" "$WORK/node.conf"
check given_files_are_taken timeout 30 "$HINOMI" reload --data "$WORK/data"
check and_served until_true 5 serves "$(openssl x509 -in "$WORK/given.pem" -noout -enddate)"
before=$(served_end)
make_given 20
check renewed_files_are_taken_unasked until_true 45 serves "$(openssl x509 -in "$WORK/given.pem" -noout -enddate)"
check they_were_others test "$before" != "$(served_end)"
kill -TERM "$node"
check term_ends_the_node until_true 15 gone "$node"
