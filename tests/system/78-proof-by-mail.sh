#!/bin/bash
# Proofs by mail: a registered contact is asked by a relay with TLS, its link proves by a button and not by being opened, the code does too, and guesses,
# strangers, second uses and contacts that are gone prove nothing.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
mkdir "$WORK/mails"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost' -keyout "$WORK/sink.key" -out "$WORK/sink.pem" 2>/dev/null
printf 'relay password\n' >"$WORK/password"
chmod a+r "$WORK/sink.pem" "$WORK/password"
start sink python3 "$SOURCE/tests/system/mail_sink.py" "$WORK/mails" 2526 8446 "$WORK/sink.pem" "$WORK/sink.key" unused
check the_sink_listens until_true 10 listens_tcp 2526
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
CONF
stay_root_if_alone "$WORK/node.conf"
start_node

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}
# of_mail FIELD PATTERN: the decoded subject, text or a header of the newest mail whose recipient has the pattern.
of_mail() {
    python3 - "$WORK/mails" "$@" <<'PY'
import email, email.policy, glob, sys
found = ""
for path in sorted(glob.glob(sys.argv[1] + "/*.mail")):
    m = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
    if sys.argv[3] in str(m["X-Sink-To"]):
        found = m.get_content() if sys.argv[2] == "text" else str(m[sys.argv[2]])
print(found)
PY
}
mails_to() { grep -l "^X-Sink-To: <$1" "$WORK"/mails/*.mail 2>/dev/null | wc -l; }
mails_are() { is "$(mails_to "$1")" "$2"; }
code_of() { of_mail text "$1" | sed -n 's/^ *\([A-Z2-7]\{4\}\(-[A-Z2-7]\{4\}\)\{7\}\).*/\1/p'; }
link_of() { of_mail text "$1" | tr -d '\r' | sed -n 's,^ *https://console.csirt.example/proof#\([A-Z2-7]*\)$,\1,p'; }
shown() { hinomi members show hospital; }
says() { has "$(shown)" "$1"; }

word=$("$HINOMI" welcome --data "$WORK/data" --json | from_json '["link"].split("#")[1]')
check the_first_account web first "$word"
check an_analyst web invite analyst
check an_operator_of_the_hospital web invite operator hospital
check a_reader_of_the_city web invite reader city

hinomi members put hospital --title 市立病院 --networks '127.0.1.0/25 127.0.2.0/25' --names 'hospital.example clinic.example' \
    --contacts '山田 <hana@hospital.example> ja urgent; Taro <taro@hospital.example> en' >/dev/null
hinomi members put city --networks 127.0.3.0/25 >/dev/null
check without_a_relay_nobody_is_asked has "$(hinomi members prove hospital 127.0.1.0/25 --ask 1 2>&1)" 'no mail can be sent'
cat >>"$WORK/node.conf" <<CONF
notify:
  mail:
    relay: smtp://localhost:2526
    from: csirt@csirt.example
    from_name: 見本CSIRT
    user: node
    password_file: $WORK/password
  ca_file: $WORK/sink.pem
  base_url: https://console.csirt.example
  retry_after: 10s
CONF
hinomi reload >/dev/null

# ---- the link ----
check a_contact_is_asked has "$(hinomi members prove hospital 127.0.1.0/25 --ask 1)" '^hana@hospital.example is asked'
check the_mail_comes until_true 20 mails_are hana 1
check in_japanese has "$(of_mail Subject hana)" 'ご確認のお願い: 127.0.1.0/25'
check it_names_the_organisation has "$(of_mail text hana)" '^  市立病院'
check it_has_a_link is "$(link_of hana | wc -c)" 33
check and_the_same_as_a_code is "$(code_of hana | tr -d -)" "$(link_of hana)"
word=$(link_of hana)
check opening_it_says_what_is_asked web proof_open "$word" 127.0.1.0/25 市立病院
check and_proves_nothing says '127.0.1.0/25 \(not proved\)'
check a_guess_opens_nothing web proof_guess
check the_word_stands_in_no_log lacks "$(cat "$WORK/node.log")" "$word"
check nor_in_the_ledger lacks "$(cat "$WORK/data/ledger.db" "$WORK/data/ledger.db-wal" | strings)" "$word"
check the_button_proves web proof_answer "$word" yes 200
check it_is_shown_as_by_mail says '127.0.1.0/25 \(mail: yes of hana@hospital.example\)'
group_of() { hinomi why a.example --client "$1" --json | from_json '["group"]'; }
in_group() { is "$(group_of "$1")" "$2"; }
check and_makes_a_group until_true 5 in_group 127.0.1.1 member:hospital
check once web proof_answer "$word" yes 404
check nor_may_it_be_taken_back web proof_answer "$word" no 404
check the_answer_is_in_the_audit_trail web proof_audit mail:hana@hospital.example 'POST /proofs/answer'

# ---- the code, guesses and walls ----
check a_mailbox_of_the_domain_may_be_asked has "$(hinomi members prove hospital hospital.example --ask hostmaster)" '^hostmaster@hospital.example is asked'
check its_mail_comes until_true 20 mails_are hostmaster@hospital.example 1
check not_of_a_network has "$(hinomi members prove hospital 127.0.2.0/25 --ask postmaster 2>&1)" 'only contacts can be asked'
check nor_anybody_else has "$(hinomi members prove hospital hospital.example --ask me@evil.example 2>&1)" 'number of a contact'
check not_again_at_once has "$(hinomi members prove hospital hospital.example --ask 1 2>&1)" 'under way'
code=$(code_of hostmaster)
check a_wrong_code_proves_nothing has "$(hinomi members check hospital hospital.example AAAA-AAAA 2>&1)" 'not the code'
check a_code_of_another_claim_neither has "$(hinomi members check hospital 127.0.2.0/25 "$code" 2>&1)" 'nobody was asked'
check walls_stand web proof_walls "$code"
check in_lower_case_it_proves has "$(hinomi members check hospital hospital.example "$(printf '%s' "$code" | tr 'A-Z-' 'a-z ')")" 'hospital.example: proved'
check it_says_who_answered says 'hospital.example \(mail: yes of hostmaster@hospital.example\)'
check the_second_contact_is_asked has "$(hinomi members prove hospital clinic.example --ask 2)" '^taro@'
check his_mail_comes until_true 20 mails_are taro 1
check in_english has "$(of_mail text taro)" 'Opening it alone says nothing'
for i in 1 2 3 4; do hinomi members check hospital clinic.example AAAA >/dev/null 2>&1; done
check the_fifth_guess_is_the_last has "$(hinomi members check hospital clinic.example AAAA 2>&1)" 'was the last try'
check then_not_even_the_code_is_good has "$(hinomi members check hospital clinic.example "$(code_of taro)" 2>&1)" 'guessed at too often'
check nor_the_link web proof_answer "$(link_of taro)" yes 404

# ---- no, a contact that is gone, and what is kept ----
check the_operator_asks_by_the_api web proof_ask 127.0.2.0/25 2
check that_mail_comes_too until_true 20 mails_are taro 2
check an_answer_may_be_no web proof_answer "$(link_of taro)" no 200
check it_proves_nothing says '127.0.2.0/25 \(not proved\)'
check the_centre_sees_it web proof_state 127.0.2.0/25 no
check asked_once_more has "$(hinomi members prove hospital 127.0.2.0/25 --ask 2)" '^taro@'
check a_third_mail until_true 20 mails_are taro 3
hinomi members put hospital --contacts '山田 <hana@hospital.example> ja urgent' >/dev/null
check who_is_no_contact_any_more_does_not_answer web proof_answer "$(link_of taro)" yes 404
check a_change_of_contacts_keeps_the_proofs says '127.0.1.0/25 \(mail: yes of hana'
stop "$node"
check a_restart start_node
check keeps_them_too says 'hospital.example \(mail: yes of hostmaster'
stop "$node"
finish
