#!/bin/bash
# The API over HTTPS: the first account, every route with every role, sessions, forged requests, locks, codes, keys, walls, events.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
groups:
  - name: wards
    member: hospital
    clients: ["127.0.0.2"]
  - name: desks
    member: city
    clients: ["127.0.0.3"]
web: {client_certificates: true}
share:
  recipients:
    - name: described
      token_file: $WORK/described.token
      receives: {tlp: amber, advice: observe}
CONF
printf 'a-token-of-the-recipient-0123456789\n' >"$WORK/described.token"
chmod a+r "$WORK/described.token"
stay_root_if_alone "$WORK/node.conf"

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}

# ask CLIENT NAME
ask() {
    dig +short +timeout=2 +tries=1 -b "$1" @127.0.0.1 -p 5300 "$2"
}

start node "$HINOMI" up --data "$WORK/data" --config "$WORK/node.conf"
node=$pid
check 'the node says where the console is' until_true 20 grep -q 'console on https://127.0.0.1:8443/' "$WORK/node.log"
word=$(sed -n 's/.*welcome#\([A-Za-z0-9_-]*\).*/\1/p' "$WORK/node.log" | tail -n 1)
check 'it prints a link for the first account' is "${#word}" 43
check 'the command makes another link, and the first one ends' has "$("$HINOMI" welcome --data "$WORK/data")" '^https://127.0.0.1:8443/welcome#[A-Za-z0-9_-]{43}$'
word=$("$HINOMI" welcome --data "$WORK/data" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["link"].split("#")[1])')
check 'the first account is made by the link, which then ends' web first "$word"
check 'no link is given while there is an administrator' has "$("$HINOMI" welcome --data "$WORK/data" 2>&1)" 'there is an administrator'
for role in analyst auditor feed-client; do
    check "an invitation makes an account: $role" web invite "$role"
done
check 'an invitation makes an account of a member: operator' web invite operator hospital
check 'an invitation makes an account of a member: reader' web invite reader hospital

check 'every route answers every role as the table says' web roles
check 'a change needs the token of its session' web csrf
check 'a rule made by the API blocks' is "$("$HINOMI" why csrf.example --data "$WORK/data" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["action"])')" nxdomain
check 'a session is not taken from what a client brings' web fixation
check 'guessing locks an account for a while' web lock
check 'codes by time' web codes
check 'keys of machines' web keys
for name in machine stranger; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -days 2 -keyout "$WORK/$name.key" -out "$WORK/$name.pem" 2>/dev/null
done
print=$(openssl x509 -in "$WORK/machine.pem" -noout -fingerprint -sha256 | sed 's/.*=//')
check 'a certificate may be a key of a machine' web certificates "$print" "$WORK"
check 'answers are as they are described' web described
check 'texts come in the language of the reader' web languages
check 'a new password ends other sessions' web password

ask 127.0.0.2 name-of-hospital.example >/dev/null
ask 127.0.0.3 name-of-city.example >/dev/null
check 'a member sees its own and nobody else'"'"'s' until_true 10 web walls hospital city
printf 'listed.example\nalso.example\n' >"$WORK/list.txt"
check 'a list is imported by the API' is "$(web import "$WORK/list.txt")" 2
check 'and blocks' has "$(dig +noall +comments @127.0.0.1 -p 5300 listed.example)" NXDOMAIN
(for _ in 1 2 3 4 5 6 7 8; do sleep 0.5; ask 127.0.0.1 name-of-live.example >/dev/null; done) &
check 'answers are seen as they are given' web events 15
wait $!
check 'members: made, found, guarded, walled' web members
check 'who read and changed what is in the ledger' web audit
check 'which verifies' has "$("$HINOMI" ledger verify --data "$WORK/data" 2>&1)" 'verified|agree|entries'
check 'what did not change is not sent again' web etag
check 'disabled and removed accounts are out at once' web disable

headers=$(curl -skI "https://127.0.0.1:8443/")
check 'nothing is framed, nothing runs that is not ours' has "$headers" "Content-Security-Policy: default-src 'none'; script-src 'self'"
check 'and nothing inline' lacks "$headers" unsafe-
check 'types are not guessed' has "$headers" 'X-Content-Type-Options: nosniff'
check 'old TLS is refused' lacks "$(curl -sk --tls-max 1.1 https://127.0.0.1:8443/ 2>&1; echo "exit $?")" 'exit 0'
check 'no secret is in the log' lacks "$(cat "$WORK/node.log")" 'correct horse|long password'

hub=$("$HINOMI" status --data "$WORK/data" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["roles"]["hub"]["pid"])')
kill -KILL "$hub"
back() {
    [ "$(curl -sk -o "$WORK/body" -w '%{http_code}' https://127.0.0.1:8443/api/v1/openapi.json)" = 200 ]
}
check 'with a new hub the API is back' until_true 20 back
check 'and who was signed in still is' until_true 5 web etag
check 'strangers who ask too often wait' web rate
check 'who guesses passwords keeps nobody out' web crowd

sed -i 's/^web: .*/web: {serve: false}/' "$WORK/node.conf"
"$HINOMI" reload --data "$WORK/data" >/dev/null
closed() {
    ! curl -sk --max-time 2 -o /dev/null https://127.0.0.1:8443/
}
check 'a reload can take the console away' until_true 10 closed
stop "$node"
finish
