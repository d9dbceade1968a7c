#!/bin/bash
# A policy zone from its primary (Knot DNS): AXFR, NOTIFY, IXFR, all signed with TSIG; wrong keys; a primary that is away.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
ZONE
secret=$(head -c 32 /dev/urandom | base64)
printf '%s\n' "$secret" >"$WORK/secret"
chmod 600 "$WORK/secret"
head -c 32 /dev/urandom | base64 >"$WORK/wrong-secret"

# zone_file SERIAL: the policy zone.
zone_file() {
    cat <<ZONE
\$ORIGIN rpz.test.
\$TTL 60
@ SOA ns.rpz.test. root.rpz.test. $1 3600 600 86400 60
@ NS ns.rpz.test.
ns A 127.0.0.1
first.example CNAME .
*.first.example CNAME .
sink.example A 192.0.2.99
long.example TXT "a \"quoted\" text" "and; more"
odd\\.dot.example CNAME *.
32.1.2.0.192.rpz-ip CNAME .
ZONE
    seq 200 | sed 's/.*/bulk&.example CNAME ./'
}

primary() {
    start primary knotd -c "$WORK/primary/knot.conf"
    primary=$pid
    until_true 10 listens_udp 5398
}

mkdir "$WORK/primary"
cat >"$WORK/primary/knot.conf" <<CONF
server:
  rundir: $WORK/primary
  listen: 127.0.0.1@5398
database:
  storage: $WORK/primary
key:
  - id: feed.key.test
    algorithm: hmac-sha256
    secret: $secret
remote:
  - id: node
    address: 127.0.0.1@5300
    key: feed.key.test
acl:
  - id: transfer
    address: 127.0.0.1
    key: feed.key.test
    action: transfer
zone:
  - domain: rpz.test
    storage: $WORK/primary
    file: rpz.zone
    zonefile-load: difference
    zonefile-sync: -1
    journal-content: all
    semantic-checks: off
    notify: node
    acl: transfer
CONF
zone_file 1 >"$WORK/primary/rpz.zone"
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5399
feeds:
  - name: policy
    zone: rpz.test
    primary: 127.0.0.1:5398
    key:
      name: feed.key.test
      algorithm: hmac-sha256
      secret_file: $WORK/secret
CONF
stay_root_if_alone "$WORK/node.conf"

log_says() {
    grep -qE "$1" "$WORK/node.log"
}

# change SED-SCRIPT: edits the zone, and has the primary take it.
change() {
    sed -i "$1" "$WORK/primary/rpz.zone"
    knotc -c "$WORK/primary/knot.conf" zone-reload rpz.test >"$WORK/knotc.out" 2>&1
}

# The copy that is kept has the same records as the primary's zone.
same_zone() {
    dig @127.0.0.1 -p 5398 -y "hmac-sha256:feed.key.test:$secret" AXFR rpz.test +onesoa +noall +answer |
        grep -v TSIG | sed 's/[\t ]\{1,\}/ /g' | grep . | sort >"$WORK/theirs"
    sort "$WORK/data/feeds/policy.zone" | diff "$WORK/theirs" - && [ -s "$WORK/theirs" ]
}

check authority_starts authority 5399 example "$WORK/example.zone"
check primary_starts primary
start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
node=$pid

check the_zone_comes_in until_true 20 blocked first.example
check and_below_it blocked a.first.example
check local_data_too is "$(ask @127.0.0.1 -p 5300 +short sink.example)" 192.0.2.99
check others_resolve resolves other.example
check it_came_whole log_says 'feed policy: serial 1 by AXFR, 210 records'
check the_copy_is_the_zone same_zone
check lists_shows_the_zone has "$(hinomi lists)" 'feed policy: zone rpz.test of 127.0.0.1:5398'
check and_its_serial has "$(hinomi lists)" 'serial 1$'
line=$(grep -n '^bulk7.example' "$WORK/data/feeds/policy.zone" | cut -d : -f 1)
check why_names_the_line_of_the_copy has "$(hinomi why bulk7.example)" "policy, line $line"

# Changed there; NOTIFY; IXFR.
change 's/SOA ns.rpz.test. root.rpz.test. 1/SOA ns.rpz.test. root.rpz.test. 2/; s/^bulk7.example.*/new.example CNAME ./; s/192.0.2.99/192.0.2.98/'
check notify_brings_the_change until_true 10 blocked new.example
check what_went_resolves resolves bulk7.example
check what_changed_has_changed is "$(ask @127.0.0.1 -p 5300 +short sink.example)" 192.0.2.98
check by_differences log_says 'feed policy: serial 2 by IXFR'
check the_notify_is_counted has "$(hinomi status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["dns"]["notify_taken"])')" '^[1-9]'
check the_copy_is_still_the_zone same_zone
# Several steps at once, while the node is away.
kill -TERM "$node"
wait "$node"
change 's/root.rpz.test. 2/root.rpz.test. 3/; s/^bulk8.example.*/newer.example CNAME ./'
change 's/root.rpz.test. 3/root.rpz.test. 4/; s/^newer.example.*/bulk8.example CNAME ./; s/^bulk9.example.*/newest.example CNAME ./'
start_node >"$WORK/start.out" 2>&1
node=$pid
check a_restart_keeps_the_zone until_true 5 blocked new.example
check fetched_by_hand has "$(hinomi fetch policy)" 'last time: taken'
check by_the_steps_between log_says 'feed policy: serial 4 by IXFR'
check the_newest_is_blocked until_true 5 blocked newest.example
check what_came_and_went_is_as_before blocked bulk8.example
check the_copy_is_the_zone_again same_zone
check nothing_newer has "$(hinomi fetch policy)" 'last time: unchanged'

# A copy that is not what the primary thinks: fetched whole.
sed -i '/^bulk20.example/d' "$WORK/data/feeds/policy.zone"
change 's/root.rpz.test. 4/root.rpz.test. 5/; s/^bulk20.example.*/fifth.example CNAME ./'
check a_wrong_copy_is_noticed until_true 10 blocked fifth.example
check and_fetched_whole log_says 'feed policy: serial 5 by AXFR'
check and_then_it_is_the_zone same_zone

# Who else may notify, and with which key.
check notify_of_others_is_refused has "$(ask @127.0.0.1 -p 5300 -b 127.0.0.2 +opcode=notify rpz.test SOA)" 'status: (NOTIMP|REFUSED)'
check notify_of_another_zone_too has "$(ask @127.0.0.1 -p 5300 +opcode=notify other.test SOA)" 'status: (NOTIMP|REFUSED)'
check notify_of_the_primary_is_answered has "$(ask @127.0.0.1 -p 5300 +opcode=notify rpz.test SOA)" 'opcode: NOTIFY, status: NOERROR'
check also_over_tcp has "$(ask @127.0.0.1 -p 5300 +tcp +opcode=notify rpz.test SOA)" 'opcode: NOTIFY, status: NOERROR'
cp "$WORK/wrong-secret" "$WORK/secret"
check another_secret_is_taken hinomi reload
wrong_key() {
    hinomi fetch policy | grep -qE 'failed [0-9]+ times: the (primary does not know the key|signature|primary refuses)'
}
check a_wrong_key_is_told until_true 5 wrong_key
check and_what_was_in_force_stays blocked fifth.example
printf '%s\n' "$secret" >"$WORK/secret"
hinomi reload >"$WORK/reload.out"
right_key() {
    hinomi fetch policy | grep -q 'last time: unchanged'
}
check the_right_one_works_again until_true 5 right_key
check secrets_are_not_told lacks "$(hinomi lists --json)$(cat "$WORK/node.log")" "${secret:0:20}"

# Shrunk; and away.
change 's/root.rpz.test. 5/root.rpz.test. 6/; /^bulk1[0-9]*.example/d'
held() {
    hinomi lists | grep -q 'held back since'
}
check a_zone_that_shrinks_by_half_is_held_back until_true 10 held
check and_the_old_one_stays blocked bulk199.example
check accepted hinomi accept policy
check and_then_it_is_in_force until_true 5 resolves bulk199.example
stop "$primary"
check a_primary_that_is_away_is_told has "$(hinomi fetch policy)" 'failed 1 times: Connection refused'
check and_the_zone_stays blocked fifth.example
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
