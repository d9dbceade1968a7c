#!/bin/bash
# The TAXII server: every resource, pages and filters, who may see what, posts good and bad, a hub that is dead or does not answer.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
token_b=tokentokentokentoken-b
token_c=tokentokentokentoken-c
printf '%s\n' "$token_b" >"$WORK/b.token"
printf ' %s ' "$token_c" >"$WORK/c.token"
printf 'short\n' >"$WORK/d.token"
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
share:
  listen: ["127.0.0.1:7443", "[::1]:7443"]
  recipients:
    - name: node-b
      token_file: $WORK/b.token
      may_send: true
    - name: node-c
      token_file: $WORK/c.token
    - name: node-d
      token_file: $WORK/d.token
CONF
stay_root_if_alone "$WORK/node.conf"

url=https://127.0.0.1:7443
type='application/taxii+json;version=2.1'
uuid=00000000-0000-4000-8000-000000000001

# as TOKEN [curl argument]... PATH: status in $status, headers in $WORK/headers, body in $WORK/body.
as() {
    local token=$1
    shift
    status=$(curl -sk --max-time 30 -o "$WORK/body" -D "$WORK/headers" -w '%{http_code}' -H "Authorization: Bearer $token" \
        "${@:1:$#-1}" "$url${!#}")
}

# gets STATUS TOKEN [curl argument]... PATH
gets() {
    local wanted=$1
    shift
    as "$@"
    is "$status" "$wanted"
}

# says PATTERN: of the body of the last answer; told PATTERN: of its headers.
says() {
    has "$(cat "$WORK/body")" "$1"
}

told() {
    has "$(cat "$WORK/headers")" "$1"
}

client() {
    timeout 100 python3 "$SOURCE/tests/system/taxii_client.py" "$url" "$@"
}

start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
check it_listens_on_both until_true 10 curl -sk -o /dev/null 'https://[::1]:7443/taxii2/'
has_collections() {
    gets 200 "$token_b" /api/collections/
}
until_true 10 has_collections >/dev/null
check two_collections is "$(client "$token_b" collections | sed 's/ .* / /')" "to-node-b read-only
from-node-b writable"
to_b=$(client "$token_b" collections | awk '$1 == "to-node-b" {print $2}')
from_b=$(client "$token_b" collections | awk '$1 == "from-node-b" {print $2}')
check one_that_may_not_send_has_one is "$(client "$token_c" collections | sed 's/ .* / /')" "to-node-c read-only"
to_c=$(client "$token_c" collections | awk '{print $2}')
objects=/api/collections/$from_b/objects/

# Who asks.
check no_token_is_401 is "$(curl -sk -o /dev/null -w '%{http_code}' "$url/taxii2/")" 401
check wrong_token_is_401 gets 401 "$token_b-x" /taxii2/
check and_it_says_how_to_ask told '^WWW-Authenticate: Bearer'
check token_that_is_too_short_is_none gets 401 short /taxii2/
check and_the_log_says_so has "$(cat "$WORK/node.log")" 'recipient node-d is kept out'
basic() {
    is "$(curl -sk -o /dev/null -w '%{http_code}' -u "$1" "$url/taxii2/")" "$2"
}
check token_as_password basic "node-b:$token_b" 200
check not_with_another_name basic "node-c:$token_b" 401
check errors_are_json says '"http_status":"401"'

# Resources.
check discovery gets 200 "$token_b" /taxii2/
check discovery_names_the_root says '"api_roots":\["/api/"\]'
check media_type told "^Content-Type: application/taxii\+json;version=2.1"
check api_root gets 200 "$token_b" /api/
check api_root_has_limits says '"max_content_length":16777216'
check collection gets 200 "$token_b" "/api/collections/$to_b/"
check collection_of_another gets 404 "$token_b" "/api/collections/$to_c/"
cp "$WORK/body" "$WORK/other"
check one_that_is_not gets 404 "$token_b" "/api/collections/$uuid/"
check and_both_look_the_same cmp "$WORK/other" "$WORK/body"
check its_objects gets 404 "$token_b" "/api/collections/$to_c/objects/"
check its_manifest gets 404 "$token_b" "/api/collections/$to_c/manifest/"
check own_collection_that_is_not gets 404 "$token_c" "/api/collections/$from_b/"
check empty_collection gets 200 "$token_b" "/api/collections/$to_b/objects/"
check is_empty is "$(cat "$WORK/body")" '{"more":false}'
check no_such_path gets 404 "$token_b" /other/
check no_such_method gets 405 "$token_b" -X PUT "$objects"
check allowed_ones_are_told told '^Allow: GET, POST'
check head_is_none gets 405 "$token_b" -I /taxii2/

# Accept and Content-Type.
for accept in "$type" 'application/taxii+json' '*/*' 'application/*;q=0.5' 'text/html, */*;q=0.1'; do
    check "accept_$accept" gets 200 "$token_b" -H "Accept: $accept" /taxii2/
done
for accept in 'application/json' 'application/taxii+json;version=2.0' 'text/html' '*/*;q=0'; do
    check "not_acceptable_$accept" gets 406 "$token_b" -H "Accept: $accept" /taxii2/
done
check body_of_another_type gets 415 "$token_b" -H 'Content-Type: application/json' -d '{}' "$objects"

# Posts.
check thousand_are_posted is "$(client "$token_b" post "$from_b" 1 1000)" '1000 1000 0 0'
check the_same_again_changes_nothing is "$(client "$token_b" post "$from_b" 1 1000)" '1000 1000 0 0'
check pages_of_seven is "$(client "$token_b" pages "$from_b" 7)" '1000 1000'
check by_added_after is "$(client "$token_b" since "$from_b" 7)" '1000 1000'
check while_new_ones_come is "$(client "$token_b" grow "$from_b" 7 2001 50)" '1050 1050'
cat >"$WORK/mixed.json" <<JSON
{"objects": [
 {"type": "indicator", "spec_version": "2.1", "id": "indicator--$uuid", "created": "2026-01-01T00:00:00.000Z",
  "modified": "2026-02-01T00:00:00.000Z", "pattern": "[domain-name:value = 'x.example']", "pattern_type": "stix",
  "valid_from": "2026-01-01T00:00:00Z", "name": "日本"},
 {"type": "malware", "spec_version": "2.1", "id": "malware--$uuid", "created": "2026-01-01T00:00:00.000Z",
  "modified": "2026-01-01T00:00:00.000Z", "name": "m", "is_family": false},
 {"type": "ipv4-addr", "id": "ipv4-addr--$uuid", "value": "192.0.2.1"},
 {"type": "indicator", "id": "no"}, {"x": 1, "x": 2}, 7
]}
JSON
post() {
    gets "$1" "$token_b" -H "Content-Type: $type" --data-binary "@$2" "$objects"
}
check bad_objects_are_failures post 202 "$WORK/mixed.json"
check and_counted says '"total_count":6,"success_count":3,.*"failure_count":3,.*"pending_count":0'
check each_with_a_reason says '"message":"object 6: '
status_id=$(sed 's/.*"request_timestamp".*//; s/{"id":"\([^"]*\)".*/\1/' "$WORK/body" | head -n 1)
status_id=${status_id:-$(sed 's/{"id":"\([^"]*\)".*/\1/' "$WORK/body")}
check status gets 200 "$token_b" "/api/status/$status_id/"
check status_of_another gets 404 "$token_c" "/api/status/$status_id/"
printf '{"objects": [{' >"$WORK/cut.json"
check body_that_is_cut post 400 "$WORK/cut.json"
printf '[]' >"$WORK/list.json"
check no_envelope post 400 "$WORK/list.json"
check not_to_a_collection_to_read gets 403 "$token_b" -H "Content-Type: $type" -d '{"objects":[]}' "/api/collections/$to_b/objects/"
head -c 17000000 /dev/zero | tr '\0' ' ' >"$WORK/big.json"
check too_large post 413 "$WORK/big.json"
check too_large_in_pieces gets 413 "$token_b" -H "Content-Type: $type" -H 'Transfer-Encoding: chunked' --data-binary "@$WORK/big.json" "$objects"

# Objects, versions, manifest, filters.
count() {
    is "$(client "$token_b" pages "$from_b" 5000 "$1")" "$2 $2"
}
check last_version_is_the_default count '' 1052
check all_versions count 'match[version]=all' 1053
check first_versions count "match[version]=first&match[id]=indicator--$uuid" 1
check one_version count 'match[version]=2026-02-01T00:00:00.000Z' 1
check by_type count 'match[type]=malware,ipv4-addr' 2
check by_spec count 'match[spec_version]=2.0' 0
check by_identifiers count "match[id]=malware--$uuid,indicator--$uuid,malware--00000000-0000-4000-8000-000000000009" 2
check object gets 200 "$token_b" "${objects}indicator--$uuid/"
check object_is_whole says '"name": "日本"'
check no_such_object gets 404 "$token_b" "${objects}malware--00000000-0000-4000-8000-000000000009/"
check versions gets 200 "$token_b" "${objects}indicator--$uuid/versions/"
check versions_are_both says '"versions":\["2026-01-01T00:00:00.000Z","2026-02-01T00:00:00.000Z"\]'
check manifest gets 200 "$token_b" "/api/collections/$from_b/manifest/?match%5Btype%5D=malware"
check manifest_record says '"id":"malware--.*"date_added":"20..-..-..T..:..:..\.......Z","version":"2026-01-01T00:00:00.000Z"'
for query in 'limit=0' 'limit=x' 'limit=1&limit=2' 'added_after=yesterday' 'match[type]=' 'match[id]=x' 'match[version]=newest' \
    'match[spec_version]=x' 'match[name]=x' 'limit=%zz' 'next=x' "next=$(printf '%032d' 0)"; do
    check "bad_request_$query" gets 400 "$token_b" -g "$objects?$query"
done
as "$token_b" -g "$objects?limit=2"
next=$(sed 's/.*"next":"\([0-9a-f]*\)".*/\1/' "$WORK/body")
check cursor_leads_on gets 200 "$token_b" -g "$objects?limit=3&next=$next"
check not_in_another_query gets 400 "$token_b" -g "$objects?limit=2&match[type]=malware&next=$next"
check not_in_another_resource gets 400 "$token_b" -g "/api/collections/$from_b/manifest/?next=$next"
check not_when_it_was_changed gets 400 "$token_b" -g "$objects?next=0${next#?}1"

# Removal.
check not_from_a_collection_to_read gets 403 "$token_b" -X DELETE "/api/collections/$to_b/objects/malware--$uuid/"
check one_version_is_removed gets 200 "$token_b" -g -X DELETE "${objects}indicator--$uuid/?match[version]=last"
check the_other_is_the_last_now count "match[id]=indicator--$uuid" 1
check removed gets 200 "$token_b" -X DELETE "${objects}malware--$uuid/"
check is_gone gets 404 "$token_b" -X DELETE "${objects}malware--$uuid/"

# What was given is noted, for node-b alone.
deliveries() {
    python3 - "$WORK/data/exchange/exchange.db" <<'PY'
import sqlite3, sys
rows = sqlite3.connect('file:%s?mode=ro' % sys.argv[1], uri=True).execute('SELECT recipient, sum(objects) FROM delivery GROUP BY 1').fetchall()
print(rows)
sys.exit(not (len(rows) == 1 and rows[0][0] == 'node-b' and rows[0][1] >= 3050))
PY
}
check deliveries_are_noted until_true 10 deliveries
counted() {
    has "$(hinomi status --json)" '"objects_taken": *2053'
}
check status_counts until_true 15 counted

# Other tokens, by a reload; the addresses and collections stay.
token_new=tokentokentokentoken-new
printf '%s\n' "$token_new" >"$WORK/b.token"
check reload hinomi reload
check new_token until_true 10 gets 200 "$token_new" /taxii2/
check old_token_is_none gets 401 "$token_b" /taxii2/
token_b=$token_new
sed -i 's/name: node-c/name: node-e/' "$WORK/node.conf"
check reload_with_another_recipient hinomi reload
renamed() {
    is "$(client "$token_c" collections | sed 's/ .* / /')" 'to-node-e read-only'
}
check new_recipient until_true 15 renamed
check the_same_collections is "$(client "$token_b" collections | awk '$1 == "from-node-b" {print $2}')" "$from_b"

# Another address beside the old one, and a certificate of one's own.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/cert.key" -out "$WORK/cert.pem" >"$WORK/openssl.out" 2>&1
sed -i -e 's/  listen: \["127.0.0.1:7443", .*/  listen: ["127.0.0.1:7444", "127.0.0.1:7443"]/' \
    -e "s|^share:|share:\n  certificate: $WORK/cert.pem\n  private_key: $WORK/cert.key|" "$WORK/node.conf"
check reload_with_address_and_certificate hinomi reload
trusted() {
    is "$(curl -s --cacert "$WORK/cert.pem" -o /dev/null -w '%{http_code}' "https://127.0.0.1:$1/taxii2/")" 401
}
check new_address_has_the_certificate until_true 15 trusted 7444
check old_address_too trusted 7443
check the_other_is_closed lacks "$(ss -Hlnt 'sport = :7443')" '::1'

# What is wrong is refused with its line, and what runs goes on.
cp "$WORK/node.conf" "$WORK/good.conf"
refuses() {
    sed "$2" "$WORK/good.conf" >"$WORK/node.conf"
    ! hinomi reload >"$WORK/refused" 2>&1
    has "$(cat "$WORK/refused")" "$1"
}
check name_with_capitals refuses 'node.conf:[0-9]+: name: Node-e: ' 's/name: node-e/name: Node-e/'
check two_of_a_name refuses 'two recipients of that name' 's/name: node-e/name: node-b/'
check token_that_is_not_there refuses 'token_file: /nowhere: No such file' 's|token_file: .*d.token|token_file: /nowhere|'
check key_without_certificate refuses 'certificate and private_key need each other' '/^  certificate/d'
cp "$WORK/good.conf" "$WORK/node.conf"
check it_still_answers gets 200 "$token_b" /taxii2/

# What was posted is weighed behind: whoever asks the hub meanwhile is answered in between, not at the end of it.
taken() { hinomi status --json | from_json '["belief"]["members"]["objects"]'; }
before=$(taken)
client "$token_b" post "$from_b" 700000 20000 >/dev/null
check the_hub_answers_while_it_weighs_what_was_posted [ "$(taken)" -lt $((before + 20000)) ]
all_taken() { [ "$(taken)" -ge $((before + 20000)) ]; }
check and_comes_to_the_end_of_it until_true 60 all_taken

# A hub that stands still, then one that dies.
hub() {
    pgrep -P "$node" -f '^hinomi role hub$'
}
kill -STOP "$(hub)"
check frozen_hub_objects_are_read gets 200 "$token_b" "$objects?limit=5"
check frozen_hub_posts_are_refused post 503 "$WORK/mixed.json"
check and_when_to_come_again told '^Retry-After: [0-9]'
kill -CONT "$(hub)"
posts_again() {
    post 202 "$WORK/mixed.json"
}
check and_goes_on until_true 20 posts_again
no_post=no
for _ in 1 2 3 4 5 6 7 8; do
    until_true 40 hub >/dev/null
    kill -KILL "$(hub)"
    as "$token_b" "$objects?limit=5"
    read_status=$status
    as "$token_b" -H "Content-Type: $type" --data-binary "@$WORK/mixed.json" "$objects"
    [ "$status" != 503 ] || { no_post=yes; break; }
done
check dead_hub_objects_are_read is "$read_status" 200
check dead_hub_posts_are_refused is "$no_post" yes
check and_taken_by_the_next until_true 60 posts_again
share() {
    pgrep -P "$node" -f '^hinomi role share$'
}
kill -KILL "$(share)"
check dead_share_role_is_started_again until_true 20 gets 200 "$token_b" "$objects?limit=5"
stop "$node"
check no_secret_in_the_log lacks "$(cat "$WORK/node.log")" "tokentoken"
finish
