#!/bin/bash
# What a member does for itself in a browser: the link of a proof's mail is opened and answered, and its webhook is set, called and removed.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

mkdir "$WORK/mails"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost' -keyout "$WORK/sink.key" -out "$WORK/sink.pem" 2>/dev/null
chmod a+r "$WORK/sink.pem"
start sink python3 "$SOURCE/tests/system/mail_sink.py" "$WORK/mails" 2528 8448 "$WORK/sink.pem" "$WORK/sink.key" unused
check 'the sink listens' until_true 10 listens_tcp 2528
cat >>"$WORK/node.conf" <<CONF
notify:
  mail: {relay: "smtp://localhost:2528", from: csirt@csirt.example}
  ca_file: $WORK/sink.pem
  base_url: https://127.0.0.1:8443
  retry_after: 10s
  member_webhooks: {allow: true, networks: [127.0.0.0/8, '::1/128']}
CONF
hinomi reload >/dev/null
console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
hinomi members put hospital --title 市立病院 --networks '127.0.1.0/25 127.0.2.0/25' --contacts '山田 <hana@hospital.example> ja; Taro <taro@hospital.example> en' >/dev/null

# ---- the link of a mail ----
check 'a contact is asked from the page of the member' console ask_proof hospital 127.0.1.0/25 hana@hospital.example
link() {
    python3 - "$WORK/mails" <<'PY'
import email, email.policy, glob, re, sys
mails = [email.message_from_binary_file(open(path, "rb"), policy=email.policy.default) for path in glob.glob(sys.argv[1] + "/*.mail")]
print(*(re.search(r"https://\S+/proof#\S+", m.get_content())[0] for m in mails if "hana@" in m["X-Sink-To"]))
PY
}
mailed() { [ -n "$(link)" ]; }
check 'the mail comes, with a link' until_true 20 mailed
check 'a link that no mail has tells so' console wrong_proof "$(printf 'A%.0s' {1..32})"
check 'the link asks, a button answers, and it is good once' console proof "$(link)" 127.0.1.0/25 市立病院
check 'it is shown as proved by mail' console proved hospital 127.0.1.0/25 hana@hospital.example 127.0.2.0/25

# ---- a webhook ----
check 'a webhook is set, and its secret shown once' console webhook hospital https://localhost:8448/own/hospital "$WORK/mails/secret-hospital"
hinomi judge commander.example c2 --reason 'beacons' >/dev/null
until_true 5 blocked commander.example
called() {
    ask -b 127.0.0.2 @127.0.0.1 -p 5300 commander.example >/dev/null
    ls "$WORK"/mails/*.json
}
check 'it is called, signed with the secret that was shown' until_true 30 called
check 'its last call is shown, and it is removed' console webhook_gone https://localhost:8448/own/hospital
check 'and is gone' has "$(hinomi members webhook hospital)" 'no webhook'
finish
