#!/bin/bash
# Feeds by URL: https, http and file; only what has changed; held back; a server that is away; roles that are killed.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
mkdir "$WORK/www"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
ZONE
# self_signed NAME: a certificate for 127.0.0.1 and its key.
self_signed() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/$1.key" -out "$WORK/$1.pem" >"$WORK/openssl.out" 2>&1
    chmod 644 "$WORK/$1.pem"
}
self_signed cert
self_signed other
printf 'name,x\na.example,1\n' >"$WORK/www/tls.csv"
seq 200 | sed 's/.*/bad&.example/' >"$WORK/www/plain.txt"
printf '0.0.0.0 file.example\n' >"$WORK/www/hosts"
printf 'secret.example\n' >"$WORK/secret.txt"
cat >"$WORK/node.conf" <<CONF
dns:
  listen: ["127.0.0.1:5300"]
  listen_tls: []
  listen_https: []
  workers: 1
  validate: false
  stub:
    - zone: example
      address: 127.0.0.1:5399
fetch:
  ca_file: $WORK/cert.pem
feeds:
  - name: tls
    url: https://me:secret@127.0.0.1:5443/tls.csv
    format: csv:name
    every: 1d
  - name: plain
    url: http://127.0.0.1:5480/redirect/plain.txt
    order: 7
  - name: local
    url: file://$WORK/www/hosts
  - name: untrusted
    url: https://127.0.0.1:5444/plain.txt
CONF
stay_root_if_alone "$WORK/node.conf"

pid_of() {
    pgrep -P "$node" -f "^hinomi role $1\$"
}

replaced() {
    local now
    now=$(pid_of "$1") && [ -n "$now" ] && [ "$now" != "$2" ]
}

# of_feed NAME KEY: that value of the feed's state.
of_feed() {
    hinomi lists --json | python3 -c "import json, sys
print([f for f in json.load(sys.stdin)['feeds'] if f['name'] == '$1'][0].get('$2'))"
}

feed_is() {
    is "$(of_feed "$1" "$2")" "$3"
}

serve() {
    start tls_server python3 "$SOURCE/tests/system/list_server.py" 5443 "$WORK/www" "$WORK/cert.pem" "$WORK/cert.key"
    tls_server=$pid
    start plain_server python3 "$SOURCE/tests/system/list_server.py" 5480 "$WORK/www"
    plain_server=$pid
    until_true 10 listens_tcp 5443
    until_true 10 listens_tcp 5480
}

check authority_starts authority 5399 example "$WORK/example.zone"
serve
start other_server python3 "$SOURCE/tests/system/list_server.py" 5444 "$WORK/www" "$WORK/other.pem" "$WORK/other.key"
until_true 10 listens_tcp 5444
start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
node=$pid

words=$(cat "/proc/$(pid_of fetch)/status")
check fetch_has_no_capability has "$words" '^CapEff:\s+0+$'
check fetch_has_its_calls_filtered has "$words" '^Seccomp:\s+2$'

check https_comes_in until_true 20 blocked a.example
check http_comes_in until_true 20 blocked bad7.example
check a_file_comes_in until_true 20 blocked file.example
check nothing_else_is_blocked resolves other.example
check a_wrong_certificate_is_refused until_true 20 feed_is untrusted outcome failed
check and_told has "$(hinomi lists)" 'failed [0-9]+ times: .*[Cc]ertificate'
check status_counts_it has "$(hinomi status)" 'feeds +4, of which 1 fail'
lists=$(hinomi lists)
check lists_shows_the_feed has "$lists" 'feed plain: http://127.0.0.1:5480/redirect/plain.txt'
check and_its_times has "$lists" 'last success 20.*; next try 20.*; last time: taken'
check passwords_are_not_shown lacks "$lists$(cat "$WORK/node.log")" secret
check the_verdict_names_the_feed has "$(hinomi why bad7.example)" 'feed plain'
verdicts=$(hinomi status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["verdicts"])')

# Again: nothing has changed, and the server need not send it.
check fetch_by_hand has "$(hinomi fetch plain)" 'last time: unchanged'
check by_a_conditional_request has "$(cat "$WORK/plain_server.log")" 'GET /plain.txt 304'
check fetch_of_all has "$(hinomi fetch | grep -c 'last time: unchanged')" 3
check no_new_verdict is "$(hinomi status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["verdicts"])')" "$verdicts"
check no_such_feed has "$(hinomi fetch nothing 2>&1)" 'no feed of that name'
check a_feed_is_not_removed_by_hand has "$(hinomi remove plain 2>&1)" 'take it out of the configuration first'

# Changed; held back; away.
seq 150 | sed 's/.*/bad&.example/' >"$WORK/www/plain.txt"
check a_new_edition_is_taken has "$(hinomi fetch plain)" 'last time: taken'
check what_left_it_resolves until_true 5 resolves bad180.example
check the_rest_is_blocked blocked bad150.example
printf 'bad1.example\n' >"$WORK/www/plain.txt"
check one_name_is_held_back has "$(hinomi fetch plain)" 'last time: held'
check the_old_ones_stay blocked bad150.example
check held_again_is_not_news has "$(hinomi fetch plain)" 'last time: unchanged'
check lists_says_it_is_held has "$(hinomi lists)" '1 rules instead of 150'
check the_log_says_so has "$(cat "$WORK/node.log")" 'feed plain is held back: 1 rules instead of 150'
check accepted hinomi accept plain
check and_taken until_true 5 resolves bad150.example
printf 'nothing usable: !\n' >"$WORK/www/plain.txt"
check rubbish_is_refused has "$(hinomi fetch plain)" 'not one usable name'
check and_what_was_in_force_stays blocked bad1.example
stop "$tls_server" "$plain_server"
printf '0.0.0.0 file2.example\n' >"$WORK/www/hosts.new"
mv "$WORK/www/hosts.new" "$WORK/www/hosts"
check a_file_that_was_replaced_is_read has "$(hinomi fetch local)" 'last time: taken'
check a_server_that_is_away_is_told has "$(hinomi fetch tls)" 'failed 1 times: .*connect'
kill -TERM "$node"
wait "$node"
start_node >"$WORK/start.out" 2>&1
node=$pid
check offline_what_was_fetched_is_in_force until_true 5 blocked a.example
check and_replaced_ones_too blocked file2.example
check and_the_failure_is_known until_true 10 feed_is tls failures 1

# Killed.
printf 'name,x\nb.example,1\n' >"$WORK/www/tls.csv"
serve
fetch=$(pid_of fetch)
kill -KILL "$fetch"
check names_are_blocked_without_fetch blocked a.example
check fetch_comes_back until_true 5 replaced fetch "$fetch"
fetches() {
    hinomi fetch tls | grep -q "last time: $1"
}
check and_fetches until_true 10 fetches taken
check and_it_is_in_force until_true 5 blocked b.example
hub=$(pid_of hub)
kill -KILL "$hub"
check the_hub_comes_back until_true 5 replaced hub "$hub"
check and_knows_the_feeds until_true 10 feed_is tls outcome taken
check and_takes_new_editions until_true 10 fetches unchanged

# Reloaded.
sed -i 's/name: local/name: local2/' "$WORK/node.conf"
check feeds_are_reloaded hinomi reload
check a_new_one_is_fetched until_true 10 feed_is local2 outcome taken
check one_that_is_no_feed_any_more_may_be_removed until_true 5 hinomi remove local
check but_is_still_blocked_by_the_other until_true 5 blocked file2.example
sed -i 's/every: 1d/every: 1s/' "$WORK/node.conf"
check a_wrong_one_is_refused has "$(hinomi reload 2>&1)" 'node\.conf:[0-9]+: every: 1s: must be one minute to 30 days'
sed -i "s/every: 1s/every: 1d/; s#file://$WORK/www/hosts#ftp://127.0.0.1/x#" "$WORK/node.conf"
check another_protocol_is_refused has "$(hinomi reload 2>&1)" 'not a URL of https, http or file'
check fetch_may_not_read_other_files lacks "$(ls "$WORK/data/feeds")" secret
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
