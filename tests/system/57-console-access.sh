#!/bin/bash
# The console for everybody: axe-core finds nothing on any page, in both languages and sets of colours, wide and on a phone.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
hinomi block evil.example --reason 'seen by hand' >/dev/null
hinomi judge w1.example c2 --reason 'beacons' >/dev/null
console members hospital city
for client in 127.0.0.1 127.0.0.2 127.0.0.3; do
    ask -b "$client" @127.0.0.1 -p 5300 evil.example >/dev/null
    ask -b "$client" @127.0.0.1 -p 5300 w1.example >/dev/null
done
check 'every page, in both languages and sets of colours' console access w1.example 1280
check 'every page on a phone' console access w1.example 390
finish
