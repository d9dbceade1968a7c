#!/bin/bash
# Cases in a browser: opened on the page of a subject, worked on, shared with a member, who sees what is for it and answers, and closed.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
hinomi judge commander.example c2 --reason 'beacons' >/dev/null
check 'a case is worked on, shared, answered and closed' console cases commander.example hospital
finish
