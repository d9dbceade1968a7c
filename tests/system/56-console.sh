#!/bin/bash
# The console in a browser: from the first start to the first block, review by keys, languages, walls of members.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"

seq -f 'bad%.0f.example' 300 >"$WORK/bad.txt"

belief() {
    hinomi verdicts "$1" --json | python3 -c '
import json, sys
b = json.load(sys.stdin)["belief"]
print(b["state"], b["advice"], b["claim"])'
}

word=$(hinomi welcome --json | from_json '["link"].split("#")[1]')
check 'the link of the first start makes an account, which signs in' console first "$word"
check 'nothing is blocked yet' resolves evil.example
check 'a name is blocked on its page, found by the search box' console block evil.example
check 'and is blocked for who asks' until_true 5 blocked evil.example
check 'a list is imported' console import "$WORK/bad.txt" bad.txt 300
check 'and blocks' until_true 5 blocked bad7.example
check 'home shows what was blocked' console home evil.example

for n in 1 2 3; do hinomi judge "maybe$n.example" phishing --probability 80 --reason 'looks like it' >/dev/null; done
waits() { has "$(belief "$1")" 'ask phishing'; }
check 'what is not sure enough waits for a person' until_true 5 waits maybe3.example
check 'the review queue is worked through by keys alone' console review
decided=$(cat "$WORK/check.out")
check 'what was confirmed blocks' until_true 5 blocked "${decided%% *}"
check 'what was said to be false is let through' resolves "${decided##* }"
check 'languages change without loading the page anew, dates and lengths of time with them' console language evil.example
check 'a chart is drawn anew when the colours change' console colors
check 'members have a page' console members hospital city
printf 'ad.example\n' >"$WORK/ads.txt"
hinomi import "$WORK/ads.txt" --name ads --observe >/dev/null
for n in 1 1 2; do ask -b 127.0.0.2 @127.0.0.1 -p 5300 "a$n.ad.example" >/dev/null; done
check 'what a list would block is told before it does' console effect ads 3 2 hospital
hinomi judge commander.example c2 --reason 'beacons' >/dev/null
until_true 5 blocked commander.example
sleep 1
for client in 127.0.0.2 127.0.0.3; do ask -b "$client" @127.0.0.1 -p 5300 commander.example >/dev/null; done
told() { hinomi notices --member city --json | grep -q '"claim": *"c2"'; }
check 'devices that met it make notices' until_true 20 told
check 'members are told, and say what they did' console notices hospital city commander.example
check 'a campaign is begun and ended' console campaign spring
check 'an account of a member sees what is its own and nothing else' console walls hospital city
python3 - >"$WORK/members.csv" <<'ROWS'
print("name,title,sector,prefecture,networks,names,contacts,groups,note")
print("z-last,'=1+1,medical,13,,,Yamada <soc@hospital.example> en urgent,,'- pays late")
for i in range(1200):
    print(f"m{i:04},Number {i},government,{1 + i % 47},,,,,")
ROWS
hinomi members import "$WORK/members.csv" >/dev/null
check 'of many members all are shown, found, and taken out and in' console many_members 1203 "$WORK"
python3 - <<'SEND'
import http.client, json, ssl
for i in range(205):
    connection = http.client.HTTPSConnection("127.0.0.1", 8443, context=ssl._create_unverified_context(), source_address=(f"127.0.7.{1 + i // 20}", 0))
    connection.request("POST", "/api/v1/reports", json.dumps({"name": f"shop{i}.example", "text": "ours"}), {"Content-Type": "application/json"})
    if connection.getresponse().status != 201:
        raise SystemExit(f"report {i} is not taken")
SEND
check 'of many reports the older ones can be reached' console older_reports 205
finish
