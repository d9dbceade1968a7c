#!/bin/bash
# Cases in a browser: opened on the page of a subject, worked on, shared with a member, who sees what is for it, closed, and saved for a recipient.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
hinomi judge commander.example c2 --reason 'beacons' >/dev/null
check 'a case is worked on, shared and closed' console cases commander.example hospital
(umask 077 && printf 'Token-Of-Partner-0123456789abcdefghijklmnop\n' >"$WORK/token")
cat >>"$WORK/node.conf" <<CONF
share:
  recipients:
    - {name: partner, token_file: $WORK/token, receives: {tlp: amber}}
CONF
hinomi reload >/dev/null
hinomi cases add 1 unknown.example >/dev/null
check 'what may be told of it is saved for a recipient' console give_case partner commander.example
check 'with a receipt' has "$(hinomi receipts partner)" 'partner file stix case 1'
finish
