#!/bin/bash
# A wrong block is repaired: a name that a list and a feed block, the page in its place, a report by its form, the release by an analyst, the
# resolver, the recipients' zone, the source's score-card, and the reporter's page; and what a hostile sender of reports meets.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
shop A 192.0.2.10
above A 192.0.2.13
deep.above A 192.0.2.12
ZONE
authority 5399 example "$WORK/example.zone"
mkdir "$WORK/feeds"
printf 'shop.example\nabove.example\n' >"$WORK/feeds/plain.txt"
chmod -R a+rX "$WORK/feeds"
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300", "[::1]:5300"]
  listen_tls: []
  listen_https: []
  workers: 2
  validate: false
  block_with: 127.0.0.80 2001:db8::80
  stub:
    - zone: example
      address: 127.0.0.1:5399
web:
  sinkhole: ["127.0.0.80:80", "127.0.0.80:8080"]
groups:
  - name: wards
    member: hospital
    clients: ["127.0.0.2"]
  - name: desks
    member: city
    clients: ["127.0.0.3"]
feeds:
  - name: plain-feed
    url: file://$WORK/feeds/plain.txt
    judge: {claim: phishing, format: plain, tlp: green, probability: 95}
judge:
  sources:
    - {name: plain-feed, trust: 95}
share:
  listen_dns: [127.0.0.1:7453]
  recipients:
    - name: hospital
      zone: rpz.csirt.example
      allow: [127.0.0.1]
      receives: {tlp: green}
CONF
stay_root_if_alone "$WORK/node.conf"
start_node

web() {
    python3 "$SOURCE/tests/system/web_client.py" https://127.0.0.1:8443 "$WORK/state.json" "$@"
}
# hole NAME [curl option]...: the page that a client gets who believes to be at NAME; the status is its last line.
hole() {
    local name=$1
    shift
    curl -s --max-time 10 --interface 127.0.0.2 -H "Host: $name" -w '\n%{http_code}\n' "$@"
}
answer_of() { ask @127.0.0.1 -p 5300 +short "$@"; }
is_answer() { is "$(answer_of "$1" A | tr '\n' ' ')" "$2 "; }
in_zone() { dig @127.0.0.1 -p 7453 +tries=1 +time=5 rpz.csirt.example AXFR +noall +answer | grep -q "^$1\.rpz\.csirt\.example\..*CNAME[[:space:]]*\.\$"; }
not_in_zone() { ! in_zone "$1"; }
card() { hinomi sources --json | python3 -c '
import json, sys
for row in (json.loads(line) for line in sys.stdin):
    if row["source"] == "plain-feed":
        print(row["confirmed"], row["wrong"])'; }

# ---- blocked, with the address of the page ----
printf 'shop.example\nlisted.example\n' >"$WORK/list.txt"
hinomi import "$WORK/list.txt" --name ads --reason test >/dev/null
check the_feed_is_believed until_true 15 is_answer above.example 127.0.0.80
check a_listed_name_leads_to_the_page until_true 5 is_answer shop.example 127.0.0.80
check in_ipv6_too is "$(answer_of shop.example AAAA)" 2001:db8::80
check the_error_still_says_blocked has "$(ask @127.0.0.1 -p 5300 shop.example)" 'EDE: 1[57] .*verdict [0-9]+(/[0-9]+)? list ads'
check it_lives_a_minute has "$(ask @127.0.0.1 -p 5300 +noall +answer shop.example)" '[[:space:]]60[[:space:]]'
check recipients_have_it until_true 15 in_zone shop.example

# ---- the page ----
page=$(hole shop.example http://127.0.0.80/some/path?x=1)
check the_page_is_403 is "$(tail -n 1 <<<"$page")" 403
check it_names_what_was_blocked has "$page" '<span class="name">shop.example</span>'
check and_the_list has "$page" '<dd>ads</dd>'
check it_has_a_form has "$page" '<form method="post" action="/hinomi-report">'
check in_japanese has "$(hole shop.example http://127.0.0.80/ -H 'Accept-Language: ja-JP,ja;q=0.9,en;q=0.8')" 'このネットワークからは開けません'
check a_feeds_claim_is_said has "$(hole above.example http://127.0.0.80/)" 'phishing'
check a_name_above_is_found has "$(hole deep.above.example http://127.0.0.80/)" 'deep.above.example</span> cannot be opened'
check another_port_of_the_host_does_not_matter has "$(hole shop.example:8080 http://127.0.0.80:8080/)" 'shop.example</span> cannot'
headers=$(curl -s --max-time 10 -D - -o /dev/null -H 'Host: shop.example' http://127.0.0.80/)
check nothing_inline_and_nothing_foreign has "$headers" "Content-Security-Policy: default-src 'none'"
check nothing_is_kept has "$headers" 'Cache-Control: no-store'
check no_lasting_promise_of_tls lacks "$headers" 'Strict-Transport-Security'
check the_style_is_a_file has "$(curl -s --max-time 10 -H 'Host: shop.example' http://127.0.0.80/hinomi-style.css)" 'font-family'
check what_is_not_blocked_says_so is "$(hole fine.example http://127.0.0.80/ | tail -n 1)" 503

# ---- hostile ----
check a_host_with_markup_stays_text lacks "$(hole 'x"><script>alert(1)</script>' http://127.0.0.80/)" '<script'
check a_path_is_not_repeated lacks "$(hole shop.example 'http://127.0.0.80/%3Cscript%3Ealert(1)')" 'script|alert'
check no_host_no_name has "$(hole 127.0.0.80 http://127.0.0.80/)" 'shows why pages are blocked'
check no_redirect lacks "$(curl -s --max-time 10 -D - -o /dev/null -H 'Host: shop.example' 'http://127.0.0.80//other.example/?url=http://other.example/')" 'Location'
check an_empty_report_is_refused is "$(hole shop.example http://127.0.0.80/hinomi-report --data-urlencode 'text= ' | tail -n 1)" 400
head -c 2001 /dev/zero | tr '\0' x >"$WORK/long"
check a_long_one_too is "$(hole shop.example http://127.0.0.80/hinomi-report --data-urlencode "text@$WORK/long" | tail -n 1)" 400
head -c 20000 /dev/zero | tr '\0' x >"$WORK/longer"
check and_a_longer_one is "$(hole shop.example http://127.0.0.80/hinomi-report --data-urlencode "text@$WORK/longer" | tail -n 1)" 413
check a_form_that_is_none is "$(hole shop.example http://127.0.0.80/hinomi-report -H 'Content-Type: text/plain' -d 'text=x' | tail -n 1)" 400
check the_api_is_not_there is "$(hole shop.example http://127.0.0.80/api/v1/openapi.json | tail -n 1)" 403

# ---- the report ----
sent=$(hole shop.example http://127.0.0.80/hinomi-report --data-urlencode 'text=<b>our</b> shop
for supplies' --data-urlencode 'contact=hana@hospital.example' --data-urlencode 'name=other.example')
check the_report_is_taken is "$(tail -n 1 <<<"$sent")" 201
reference=$(sed -n 's/.*id="reference">\([A-Z2-7-]*\)<.*/\1/p' <<<"$sent")
check it_has_a_number has "$reference" '^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$'
check its_page_says_that_it_waits has "$(hole shop.example "http://127.0.0.80/hinomi-report/$reference")" 'id="state" class="open"'
check in_lower_case_too has "$(hole shop.example "http://127.0.0.80/hinomi-report/${reference,,}")" 'id="state" class="open"'
check a_guess_finds_nothing is "$(hole shop.example http://127.0.0.80/hinomi-report/AAAA-BBBB-CCCC-DDDD | tail -n 1)" 404

word=$("$HINOMI" welcome --data "$WORK/data" --json | from_json '["link"].split("#")[1]')
check the_first_account web first "$word"
check an_analyst web invite analyst
check an_operator_of_the_member web invite operator hospital
check a_reader_of_another web invite reader city
check an_auditor web invite auditor
check the_report_is_seen_with_its_member_and_cause web report_seen shop.example hospital ads
check the_api_takes_reports_without_an_account web report_sent "http://deep.above.example:8080/path"
check reports_have_walls web report_walls hospital city
check a_reporter_may_not_release web report_may_not
check a_release_needs_a_reason web report_reason

# ---- the release ----
check the_card_is_clean is "$(card)" '0 0'
check the_release web report_release shop.example
check it_resolves_within_five_seconds until_true 5 is_answer shop.example 192.0.2.10
check at_the_other_socket until_true 5 is "$(ask @::1 -p 5300 +short shop.example A)" 192.0.2.10
check what_else_is_on_the_list_stays is_answer listed.example 127.0.0.80
wrong_once() { is "$(card)" '0 1'; }
check the_source_was_wrong_once until_true 5 wrong_once
check recipients_have_it_no_more until_true 10 not_in_zone shop.example
check the_ledger_cites_the_report has "$(hinomi verdicts shop.example --json)" '"reference": ?"report 1"'
check the_reporters_page_says_released has "$(hole shop.example "http://127.0.0.80/hinomi-report/$reference")" 'id="state" class="released"'
check with_the_reason has "$(hole shop.example "http://127.0.0.80/hinomi-report/$reference")" 'it is &lt;their&gt; supplier'
check the_page_says_not_blocked is "$(hole shop.example http://127.0.0.80/ | tail -n 1)" 503
check nothing_is_decided_twice web report_twice

# What blocks is said of the name above: the name alone, or all of it.
check all_that_the_rule_is_about web report_whole deep.above.example above.example
check the_name_above_resolves until_true 5 is_answer above.example 192.0.2.13
check its_recipients_too until_true 10 not_in_zone above.example
check a_refusal web report_refuse listed.example
check stays_blocked is_answer listed.example 127.0.0.80
hinomi block grouped.example --group wards --reason 'the wards alone' >/dev/null
check a_rule_of_a_group_that_stays_is_named web report_group grouped.example wards
check the_summary web report_summary 3 1

# ---- too many ----
check an_address_has_so_many_a_day web report_flood
few() {
    local i refused=0
    for i in $(seq 60); do
        [ "$(hole listed.example http://127.0.0.80/ -o /dev/null | tail -n 1)" = 503 ] && refused=$((refused + 1))
    done
    [ "$refused" -gt 0 ] && [ "$refused" -lt 60 ]
}
check who_asks_too_often_gets_the_short_page few
check reports_are_counted has "$(hinomi status --json)" '"reports_over_limit": ?1,'
counted() { has "$(hinomi status --json)" '"refused_sinkhole": ?[1-9]'; }
check and_it_is_counted until_true 5 counted
check the_console_is_open_all_the_while web report_summary 3 1

sed -i '/block_with/d; s/^  validate: false/&\n  explain_in: both/; s/^  sinkhole:.*/  sinkhole: ["127.0.0.80:8080"]/' "$WORK/node.conf"
hinomi reload >/dev/null
closed() { ! curl -s --max-time 2 -o /dev/null http://127.0.0.80/; }
check a_reload_moves_the_page until_true 10 closed
check and_blocks_as_before until_true 10 blocked listed.example
check the_answer_says_so_in_both_languages has "$(ask @127.0.0.1 -p 5300 listed.example)" 'EDE: 15 .*判定 .* リスト .* / verdict .* list '
sed -i 's/explain_in: both/explain_in: latin/' "$WORK/node.conf"
check in_these_alone has "$(hinomi reload 2>&1)" 'explain_in: latin: neither en nor ja nor both'
stop "$node"
finish
