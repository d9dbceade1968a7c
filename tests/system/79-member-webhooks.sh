#!/bin/bash
# Webhooks of members' own: set by the member's operator with a secret that is given once, signed, tried again and given up, kept apart from mail; only where the
# configuration allows: not at all by default, not at private addresses, also when a name leads there, and no redirect is followed.
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
authority 5398 example "$WORK/example.zone"
mkdir "$WORK/mails"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$WORK/sink.key" -out "$WORK/sink.pem" 2>/dev/null
chmod a+r "$WORK/sink.pem"
start sink python3 "$SOURCE/tests/system/mail_sink.py" "$WORK/mails" 2527 8447 "$WORK/sink.pem" "$WORK/sink.key" unused
check the_sink_listens until_true 10 listens_tcp 8447
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5398
groups:
  - {name: wards, member: hospital, clients: ["127.0.0.2"]}
  - {name: desks, member: city, clients: ["127.0.0.3"]}
CONF
stay_root_if_alone "$WORK/node.conf"
start_node

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}
# calls STATUS: how many the sink answered so; those with 204 are .json.
calls() { find "$WORK/mails" -name "*.$1" | wc -l; }
calls_are() { is "$(calls "$1")" "$2"; }
last_is() { web webhook_last "$@"; }
client() { dig +short +timeout=2 +tries=1 -b "$1" @127.0.0.1 -p 5300 "$2"; }
judged() { hinomi judge "$1" "$2" --reason test >/dev/null && until_true 10 active "$1"; }
active() { hinomi verdicts "$1" --json | grep -q '"state": \?"active"'; }
# configure ALLOW NETWORKS: the notify section anew.
configure() {
    sed -i '/^notify:/,$d' "$WORK/node.conf"
    printf 'notify:\n  ca_file: %s\n  retry_after: 10s\n  member_webhooks: {allow: %s, networks: [%s]}\n' "$WORK/sink.pem" "$1" "$2" >>"$WORK/node.conf"
    hinomi reload >/dev/null
}

word=$("$HINOMI" welcome --data "$WORK/data" --json | from_json '["link"].split("#")[1]')
check the_first_account web first "$word"
check an_operator_of_the_hospital web invite operator hospital
check a_reader_of_the_hospital web invite reader hospital
check an_operator_of_the_city web invite_as other operator city
hinomi members put hospital --title 市立病院 >/dev/null
hinomi members put city --title City >/dev/null

# ---- where it may be ----
hook=https://localhost:8447/own/hospital
check by_default_nobody_may_have_one web webhook_set hospital "$hook" operator 422
configure true ''
check a_private_address_is_refused has "$(hinomi members webhook hospital https://127.0.0.1:8447/own/hospital 2>&1)" 'public addresses alone'
check so_is_one_of_a_cloud has "$(hinomi members webhook hospital 'https://169.254.169.254/latest/' 2>&1)" 'public addresses alone'
check and_http has "$(hinomi members webhook hospital http://hook.example/ 2>&1)" 'url is https'
check and_a_password_in_it has "$(hinomi members webhook hospital https://a:b@hook.example/ 2>&1)" 'url is https'
check its_operator_sets_one web webhook_set hospital "$hook" operator 200 "$WORK/mails/secret-hospital"
check walls_stand web webhook_walls "$hook"
check a_c2_name_is_judged judged c2.example c2
check a_client_asks client 127.0.0.2 c2.example
check a_name_that_leads_to_a_private_address_is_not_called until_true 20 last_is hospital waiting 'address that webhooks'
check nothing_came is "$(calls json)$(calls 403)" 00

# ---- signed, tried again ----
printf 500 >"$WORK/mails/status-hospital"
configure true "127.0.0.0/8, '::1/128'"
check what_fails_is_tried_again until_true 40 calls_are 500 1
check the_member_sees_why until_true 5 last_is hospital waiting 'status 500'
printf 307 >"$WORK/mails/status-hospital"
check a_name_that_malware_makes_up judged dga.example dga
client 127.0.0.2 dga.example >/dev/null
check a_redirect_is_no_success until_true 20 calls_are 307 1
check and_is_not_followed is "$(calls 403)" 0
rm "$WORK/mails/status-hospital"
check then_both_are_taken until_true 40 calls_are json 2
check with_its_own_notices grep -q '"member":"hospital"' "$WORK"/mails/*.json
check it_is_shown_as_taken until_true 5 last_is hospital taken
check the_notice_was_sent has "$(hinomi notices --member hospital --json)" '"state": ?"sent"'
check the_city_was_not_told is "$(grep -l '"member":"city"' "$WORK"/mails/*.json | wc -l)" 0
secret=$(cat "$WORK/mails/secret-hospital")
check the_secret_stands_in_no_log lacks "$(cat "$WORK/node.log")" "$secret"
check nor_in_a_command lacks "$(hinomi members webhook hospital --json; hinomi status --json)" "$secret"

# ---- another secret, refusal for good, removal ----
check another_secret web webhook_set hospital "$hook" operator 200
check the_first_one_is_no_good_any_more judged second.example c2
client 127.0.0.2 second.example >/dev/null
check a_wrong_signature_is_refused_for_good until_true 30 calls_are 403 1
check and_given_up until_true 10 last_is hospital given-up 'status 403'
check removed has "$(hinomi members webhook hospital remove)" 'no webhook'
check it_is_gone has "$(hinomi members webhook hospital)" 'no webhook'
check only_once has "$(hinomi members webhook hospital remove 2>&1)" 'no webhook of its own'
check who_changed_it_is_in_the_audit_trail has "$(web show /audit root)" 'command member-webhook-remove.*uid 0|uid 0.*command member-webhook-remove'

# ---- a hook that does not answer keeps nobody waiting ----
sed -i '/^  retry_after/a \  mail: {relay: "smtp://127.0.0.1:2527", from: csirt@csirt.example}' "$WORK/node.conf"
hinomi reload >/dev/null
start tarpit python3 -c '
import socket, time
s = socket.create_server(("127.0.0.1", 8449))
kept = []
while True:
    kept.append(s.accept())'
hinomi members webhook city https://localhost:8449/own/city >/dev/null
hinomi members put city --contacts 'Cleo <cleo@city.example> en urgent' >/dev/null
for i in 1 2 3 4 5 6; do judged "slow$i.example" c2; client 127.0.0.3 "slow$i.example" >/dev/null; sleep 0.5; done
mailed() { grep -lq '^X-Sink-To: <cleo@city' "$WORK"/mails/*.mail; }
check mail_comes_meanwhile until_true 20 mailed
check the_hook_is_tried_later until_true 30 last_is city waiting
stop "$node"
finish
