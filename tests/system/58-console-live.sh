#!/bin/bash
# The console while much happens, and while nothing does: the live log under 5,000 answers a second, and what is old.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

cc -O2 -D_GNU_SOURCE -I "$SOURCE/src" -o "$WORK/load" "$SOURCE/tests/bench/load.c"
seq -f 'bad%.0f.example' 300 >"$WORK/bad.txt"
hinomi import "$WORK/bad.txt" --name bad >/dev/null
console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
check 'what is old is said to be old' console stale
check 'the live log goes on under 5,000 answers a second' console live "$WORK/load" "$WORK/bad.txt" 10 5000
check 'the first page is measured' console paint
sed 's/^/# /' "$WORK/browser/figures.txt"
finish
