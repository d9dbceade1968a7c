#!/bin/bash
# Members are told, and it is watched whether that helped: a client meets a C&C name, the urgent mail by a relay with TLS, the digest for others, the link,
# what the member did, seen fixed where answers were recorded, seen again, walls, what was wrong, a webhook, and a campaign with a control group.
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
authority 5399 example "$WORK/example.zone"
mkdir "$WORK/mails"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost' -keyout "$WORK/sink.key" -out "$WORK/sink.pem" 2>/dev/null
printf 'relay password\n' >"$WORK/password"
printf 'hook-secret\n' >"$WORK/secret"
chmod a+r "$WORK/sink.pem" "$WORK/password" "$WORK/secret"
start sink python3 "$SOURCE/tests/system/mail_sink.py" "$WORK/mails" 2525 8445 "$WORK/sink.pem" "$WORK/sink.key" hook-secret
check the_sink_listens until_true 10 listens_tcp 2525
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
groups:
  - {name: wards, member: hospital, clients: ["127.0.0.2"]}
  - {name: desks, member: city, clients: ["127.0.0.3"]}
CONF
for i in $(seq 1 40); do printf '  - {name: g%d, member: m%d, clients: ["127.0.1.%d"]}\n' "$i" "$i" "$i" >>"$WORK/node.conf"; done
cat >>"$WORK/node.conf" <<CONF
notify:
  mail:
    relay: smtp://localhost:2525
    from: csirt@csirt.example
    from_name: 見本CSIRT
    user: node
    password_file: $WORK/password
  webhook:
    url: https://localhost:8445/hook
    secret_file: $WORK/secret
  ca_file: $WORK/sink.pem
  base_url: https://console.csirt.example
  fixed_after: 10s
  no_effect_after: 2m
  retry_after: 10s
CONF
stay_root_if_alone "$WORK/node.conf"
touch "$WORK/mails/no-starttls"
start_node

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}
# of_mail FIELD [PATTERN]: the decoded subject, text or a header of the newest mail whose recipient has the pattern.
of_mail() {
    python3 - "$WORK/mails" "$@" <<'PY'
import email, email.policy, glob, sys
found = ""
for path in sorted(glob.glob(sys.argv[1] + "/*.mail")):
    m = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
    if len(sys.argv) < 4 or sys.argv[3] in str(m["X-Sink-To"]):
        found = m.get_content() if sys.argv[2] == "text" else str(m[sys.argv[2]])
print(found)
PY
}
mails_to() { grep -l "^X-Sink-To: <$1" "$WORK"/mails/*.mail 2>/dev/null | wc -l; }
mails_are() { is "$(mails_to "$1")" "$2"; }
client() { dig +short +timeout=2 +tries=1 -b "$1" @127.0.0.1 -p 5300 "$2"; }
notices() { hinomi notices "$@" --json; }
# state_of MEMBER CLAIM: of the newest notice.
state_of() { notices --member "$1" | python3 -c '
import json, sys
rows = [row for row in (json.loads(line) for line in sys.stdin) if row.get("claim") == sys.argv[1]]
print(rows[0]["state"] if rows else "none")' "$2"; }
number_of() { notices --member "$1" | python3 -c '
import json, sys
print([row["id"] for row in (json.loads(line) for line in sys.stdin) if row.get("claim") == sys.argv[1]][0])' "$2"; }
state_is() { is "$(state_of "$1" "$2")" "$3"; }
judged() { hinomi judge "$1" "$2" --reason test >/dev/null && until_true 10 active "$1"; }
active() { hinomi verdicts "$1" --json | grep -q '"state": \?"active"'; }

word=$("$HINOMI" welcome --data "$WORK/data" --json | from_json '["link"].split("#")[1]')
check the_first_account web first "$word"
check an_analyst web invite analyst
check an_operator_of_the_hospital web invite operator hospital
check a_reader_of_the_city web invite reader city
check members_with_contacts web notice_members

# ---- an urgent notice ----
check a_c2_name_is_judged judged c2.example c2
check a_client_asks client 127.0.0.2 c2.example
check a_notice_is_made until_true 15 state_is hospital c2 waiting
failed_tls() { has "$(hinomi status --json)" '"last_error": ?"[^"]*(SSL|TLS|STARTTLS)'; }
check nothing_goes_to_a_relay_without_tls until_true 20 failed_tls
check not_a_single_mail is "$(find "$WORK/mails" -name '*.mail' | wc -l)" 0
rm "$WORK/mails/no-starttls"
check the_urgent_mail_comes_when_the_relay_has_tls until_true 40 mails_are hana 1
check it_was_encrypted is "$(of_mail X-Sink-Tls hana)" yes
check with_the_password has "$(of_mail X-Sink-Auth hana | base64 -d | tr '\0' ' ')" 'node relay password'
check in_japanese has "$(of_mail Subject hana)" '至急.*市立病院'
check to_her_by_name has "$(of_mail To hana)" '山田 花子'
check it_names_what_was_met has "$(of_mail text hana)" 'c2\[\.\]example'
check no_vacation_notes_come_back is "$(of_mail Auto-Submitted hana)" auto-generated
check who_is_not_told_at_once_waits mails_are taro 0
check nobody_else_is_told mails_are city 0
check the_notice_was_sent until_true 5 state_is hospital c2 sent
check the_webhook_had_it until_true 20 grep -q '"claim":"c2"' "$WORK"/mails/*.json
check told_stands_in_the_clock has "$(hinomi clock --json)" '"told"'

# ---- the link ----
link=$(of_mail text hana | grep -o 'https://console.csirt.example/notice#[A-Za-z0-9_-]*')
check the_mail_has_a_link has "$link" '#[A-Za-z0-9_-]{43}$'
check its_page_says_what_the_mail_said web notice_open "${link#*#}" c2.example
check it_is_opened state_is hospital c2 opened
check a_guess_opens_nothing web notice_guess
check the_word_stands_in_no_log lacks "$(cat "$WORK/node.log")" "${link#*#}"
check nor_in_the_ledger lacks "$(strings "$WORK/data/ledger.db" "$WORK/data/ledger.db-wal" 2>/dev/null)" "${link#*#}"

# ---- walls ----
check members_see_their_own_alone web notice_walls "$(number_of hospital c2)"
check the_operator_says_what_was_done web notice_acted "$(number_of hospital c2)"
check it_is_acted_on state_is hospital c2 acted

# ---- a campaign with a control group ----
check a_campaign hinomi notices begin spring --claims scanner --hold 50 --for 10m --window 5s --text-ja '春の確認です' --text-en 'a spring check'
check not_twice lacks "$(hinomi notices begin spring 2>&1)" '^spring'
check a_scanner judged scan.example scanner
for i in $(seq 1 40); do client "127.0.1.$i" scan.example >/dev/null; done
arms() { hinomi notices campaign spring --json | python3 -c '
import json, sys
o = json.load(sys.stdin)
print(o["told"]["findings"] + o["held_back"]["findings"], min(o["told"]["findings"], o["held_back"]["findings"]) >= 8)'; }
arms_are() { is "$(arms)" "$1"; }
check forty_findings_in_two_arms until_true 20 arms_are '40 True'
check not_enough_yet has "$(hinomi notices campaign spring)" 'not enough yet'
check the_lot_can_be_drawn_again web notice_lot spring
known() { hinomi notices campaign spring --json | python3 -c '
import json, sys
o = json.load(sys.stdin)
sys.exit(not (o["effect"] and -1 <= o["effect"]["low"] <= o["effect"]["difference"] <= o["effect"]["high"] <= 1))'; }
check the_effect_is_said_when_the_window_is_over until_true 20 known
check those_held_back_are_not_shown web notice_held

# ---- seen fixed, seen again ----
work() { client 127.0.0.2 "w$RANDOM.example" >/dev/null; state_is hospital c2 fixed; }
if has "$(hinomi status --json)" '"open": ?true' >/dev/null; then
    uncovered() { notices --member hospital | grep -q '"uncovered": \?true'; }
    check nothing_recorded_is_not_fixed until_true 30 uncovered
    check recorded_and_not_seen_is_fixed until_true 60 work
    check fixed_stands_in_the_clock has "$(hinomi clock --json)" '"fixed"'
    check it_is_asked_again client 127.0.0.2 c2.example
    reopened() { notices --member hospital | grep -q '"reopened": \?1'; }
    check seen_again_it_is_reopened until_true 15 reopened
    check and_told_again until_true 20 mails_are hana 2
else
    printf '# no telemetry engine: seen fixed is not tried\n'
fi

# ---- the digest, and addresses that do not work ----
check a_phishing_name judged phish.example phishing
check the_hospital_asks client 127.0.0.2 phish.example
check the_city_asks client 127.0.0.3 phish.example
check it_waits_for_the_digest until_true 15 state_is city phishing waiting
check the_city_was_not_told_yet mails_are later 0
check a_digest_is_asked_for hinomi notices digest
check the_digest_comes until_true 20 mails_are taro 1
check in_english has "$(of_mail Subject taro)" 'What was seen in your network'
check with_both_notices has "$(of_mail text taro)" 'phish\[\.\]example'
check who_knows_the_urgent_one_is_told_the_other until_true 10 has "$(of_mail text hana)" 'phish\[\.\]example'
check what_is_refused_for_a_while_comes_later until_true 40 mails_are later 1
check what_is_refused_for_good_is_given_up has "$(hinomi notices show "$(number_of city phishing)")" 'never.*given-up.*550'
check it_was_sent_all_the_same state_is city phishing sent

# ---- one's own ----
check an_own_address_is_judged hinomi judge 203.0.113.7 malware --source cert-feed --reason 'reported by others'
check the_member_is_told until_true 20 mails_are hana "$(($(mails_to hana) + 1))"
check that_it_is_reported_and_not_confirmed has "$(of_mail text hana)" 'まだ確認していません'
check it_was_wrong hinomi judge 203.0.113.7 false-positive --reason 'our mistake'
check it_is_withdrawn until_true 15 state_is hospital malware withdrawn
before=$(mails_to hana)
hinomi notices digest >/dev/null
check who_was_told_hears_that until_true 20 mails_are hana $((before + 1))
check as_a_correction has "$(of_mail Subject hana)" '訂正'

# ---- the end of the campaign ----
check its_end hinomi notices end spring
none_held() { is "$(notices --state held-back | grep -c scanner)" 0; }
check those_held_back_are_released until_true 15 none_held

# ---- the configuration ----
sed -i 's|^  ca_file:.*|  digest_hour: 24|' "$WORK/node.conf"
check a_wrong_hour_is_refused has "$(hinomi reload 2>&1)" 'node.conf:[0-9]+: digest_hour: 24'
sed -i '/^notify:/,$d' "$WORK/node.conf"
check without_a_relay_nothing_is_sent hinomi reload
check status_says_so has "$(hinomi status --json)" '"mail": ?false'
stop "$node"
check it_knows_its_notices_after_a_start start_node
check they_are_there state_is city phishing sent
stop "$node"
finish
