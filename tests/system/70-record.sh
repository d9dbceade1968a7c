#!/bin/bash
# What the real node records, with the real engine: members and groups, clients cut or under a pseudonym, passive DNS,
# retention, metrics, and what is counted when the store stands still.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 77
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.10
games A 192.0.2.11
chained CNAME host.cdn
host.cdn A 203.0.113.5
host.cdn AAAA 2001:db8::5
text TXT "v=one" "a \"b\""
mail MX 10 host.cdn
service HTTPS 1 . alpn=h2 ipv4hint=203.0.113.5
odd TYPE65280 \# 2 abcd
ZONE
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  rate_limit: {per_second: 0}
  validate: false
  access: [127.0.0.0/8]
  stub:
    - zone: example
      address: 127.0.0.1:5399
lists:
  only_for_groups: [games]
groups:
  - name: school
    member: city-of-example
    clients: [127.0.0.2]
    lists: [games]
  - name: clinic
    clients: [127.0.0.3]
store:
  ring_mib: 1
CONF
echo 'games.example' >"$WORK/games.txt"

hinomi() {
    local command=$1
    shift
    timeout 30 "$HINOMI" "$command" --data "$WORK/data" "$@"
}

port_is_closed() {
    ! listens_tcp "$1"
}

from() {
    local address=$1
    shift
    ask @127.0.0.1 -p 5300 -b "$address" "$@" >/dev/null
}

# logged COUNT [option of log]...: so many rows fit.
logged() {
    local count=$1
    shift
    is "$(hinomi log --json --limit 1000 "$@" | wc -l)" "$count"
}

authority 5399 example "$WORK/example.zone"
check the_node_starts node --config "$WORK/node.conf"
check the_list hinomi import "$WORK/games.txt" --name games
store_is_open() {
    hinomi status --json | grep -q '"open": *true'
}
check the_engine_is_open until_true 30 store_is_open

# ---- members and groups ----
from 127.0.0.1 www.example
from 127.0.0.2 www.example
from 127.0.0.2 games.example
from 127.0.0.3 games.example
check all_four until_true 10 logged 4
check by_member logged 2 --member city-of-example
check by_group logged 1 --group clinic
check by_group_and_name logged 1 --group school --name games.example
check by_client_and_action logged 1 --client 127.0.0.2 --action blocked
check by_another_member logged 0 --member city
check a_row_says_whose_client_it_was has "$(hinomi log --group school --name www.example --json)" \
    '"member": *"city-of-example", *"group": *"school"'
check so_does_the_line has "$(hinomi log --name games.example)" 'games.example  \(school, city-of-example\)$'
check nobody_has_none has "$(hinomi log --client 127.0.0.1)" 'www.example$'
check top_members has "$(hinomi top members)" '^ +2 +1 +1  city-of-example$'
check top_groups has "$(hinomi top groups)" '^ +2 +1 +1  school, city-of-example$'
check top_names_of_a_member is "$(hinomi top names --member city-of-example --json | wc -l)" 2
check top_blocked_of_another_is_empty is "$(hinomi top blocked --member elsewhere --json | wc -l)" 0
check observed hinomi block www.example --observe --reason 'not sure'
from 127.0.0.1 www.example
observed() {
    has "$(hinomi top observed)" '^ +1 +1  www.example$'
}
check top_observed until_true 10 observed
check log_observed logged 1 --action observe
check a_wrong_table_is_told has "$(hinomi top nonsense 2>&1)" 'members or groups'

# Another configuration: what was a group's stays under its name, what comes is the new one's.
sed -i 's/name: school/name: pupils/' "$WORK/node.conf"
check reload hinomi reload
of_the_new_group() {
    from 127.0.0.2 games.example
    hinomi log --group pupils --json | grep -q games.example
}
check rows_of_the_new_name until_true 15 of_the_new_group
check rows_of_the_old_name logged 2 --group school

# ---- clients as they are stored ----
setting() {
    sed -i '/^store:/,$d' "$WORK/node.conf"
    printf 'store:\n  ring_mib: 1\n%s\n' "$1" >>"$WORK/node.conf"
    hinomi reload
}
clients_of() {
    hinomi log --json --limit 1000 --name "$1" | sed -n 's/.*"client_ip": *"\([^"]*\)".*/\1/p' | sort -u | tr '\n' ' '
}
recorded() {
    hinomi log --json --name "$1" | grep -q .
}
check clients_as_prefixes setting '  clients: prefix
  clients_ipv4_prefix: 16'
from 127.0.9.1 cut.example
check cut until_true 10 recorded cut.example
check to_the_network is "$(clients_of cut.example)" '::ffff:127.0.0.0 '
check found_by_the_address logged 1 --client 127.0.9.1 --name cut.example
check older_rows_by_theirs logged 1 --client 127.0.0.3 --name games.example
check clients_as_pseudonyms setting '  clients: pseudonym'
from 127.0.9.1 hidden.example
from 127.0.9.2 hidden2.example
check hidden until_true 10 recorded hidden2.example
first=$(clients_of hidden.example)
check not_the_address has "$first" '^fd[0-9a-f:]+ $'
check another_for_another has "$(clients_of hidden2.example)" '^fd[0-9a-f:]+ $'
check not_the_same lacks "$(clients_of hidden2.example)" "$first"
check found_by_the_address_again logged 1 --client 127.0.9.1 --name hidden.example
check found_by_the_pseudonym logged 1 --client "${first% }" --name hidden.example
check the_secret_is_kept is "$(stat -c '%a %s' "$WORK/data/clients.key")" '600 32'
hub_died() {
    kill -KILL "$(hinomi status --json | sed -n 's/.*"hub": *{"pid": *\([0-9]*\).*/\1/p')"
    until_true 10 hinomi status
}
check the_hub_dies hub_died
from 127.0.9.1 hidden3.example
check recorded_by_the_next until_true 10 recorded hidden3.example
check under_the_same_pseudonym is "$(clients_of hidden3.example)" "$first"
# Nothing of the whole address is on the disk: its text in no form, its octets in no file.
octets_are_nowhere() {
    ! grep -rqaP '\x7f\x00\x09[\x01\x02]' "$WORK/data/telemetry" && ! grep -rqa '127\.0\.9\.' "$WORK/data"
}
check the_disk_has_no_whole_address octets_are_nowhere
check a_wrong_form_is_refused has "$(setting '  clients: blurred' 2>&1)" 'node.conf:[0-9]+: clients: blurred: must be full, prefix'
check a_wrong_prefix_is_refused has "$(setting '  clients_ipv4_prefix: 33' 2>&1)" 'clients_ipv4_prefix: 33: must be 0 to 32'
check clients_whole_again setting '  clients: full'

# ---- passive DNS ----
# cof ARGUMENT...: what is known, without times; one object a line.
cof() {
    hinomi pdns --json "$@" | sed 's/, *"time_first": *[0-9]*, *"time_last": *[0-9]*//; s/: /:/g; s/, /,/g'
}
known() {
    cof "$@" | grep -q '^{"rrname"'
}
check an_address_is_blocked hinomi block 203.0.113.5 --reason 'phishing host'
from 127.0.0.1 chained.example
from 127.0.0.1 www.example TXT
check the_blocked_chain_is_kept until_true 10 known chained.example
check with_its_data is "$(cof chained.example)" \
    '{"rrname":"chained.example","rrtype":"CNAME","rdata":"host.cdn.example","count":1,"x-verdict":3}'
check by_the_address is "$(cof 203.0.113.5)" \
    '{"rrname":"host.cdn.example","rrtype":"A","rdata":"203.0.113.5","count":1,"x-verdict":3}'
check by_the_alias is "$(cof --is-data host.cdn.example)" "$(cof chained.example)"
check what_nobody_suspects_is_not_kept is "$(cof www.example)" ''
check below is "$(cof --below example | wc -l)" 2
check a_page is "$(cof --below example --limit 1 --page 2 2>/dev/null | wc -l)" 1
check times_are_seconds_of_now has "$(hinomi pdns --json chained.example)" "\"time_first\": *$(date +%s | cut -c1-6)[0-9]{4}, *\"time_last\""
check for_people has "$(hinomi pdns 203.0.113.5)" ' 1  host.cdn.example A 203.0.113.5$'
check all_answers setting '  passive_dns: all
  retention_days: {dns: 7, pdns: 0}'
for type in TXT:text MX:mail HTTPS:service TYPE65280:odd AAAA:host.cdn SOA:@ NS:@; do
    name=${type#*:}.example
    from 127.0.0.1 "${name#@.}" "${type%%:*}"
done
check all_are_kept until_true 10 known example
check a_text has "$(cof text.example)" '"rdata":"\\"v=one\\" \\"a \\\\\\"b\\\\\\"\\"","count":1\}$'
check a_mail_server has "$(cof --is-data host.cdn.example)" '"rrtype":"MX","rdata":"10 host.cdn.example"'
check a_service has "$(cof service.example)" '"rrtype":"HTTPS","rdata":"1 . alpn=\\"h2\\" ipv4hint=203.0.113.5"'
check an_unknown_type has "$(cof odd.example)" '"rrtype":"TYPE65280","rdata":"\\\\# 2 abcd"'
check an_address_of_six has "$(cof 2001:DB8:0::5)" '"rrname":"host.cdn.example","rrtype":"AAAA","rdata":"2001:db8::5"'
check a_zone has "$(cof example)" '"rrtype":"SOA","rdata":"ns.example hostmaster.example 1 3600 600 86400 60"'
check retention_by_table has "$(hinomi status --json)" '"retention_days": *\{"dns": *7, *"pdns": *0\}'
check nothing_more setting '  passive_dns: off'
from 127.0.0.1 ns.example
check an_answer until_true 10 recorded ns.example
# The store is started anew for another setting: until then it says so instead of rows.
not_kept() {
    [ -z "$(cof "$1")" ]
}
check is_not_kept until_true 30 not_kept ns.example
check a_wrong_word_is_refused has "$(setting '  passive_dns: some' 2>&1)" 'passive_dns: some: must be suspected, all or off'
check a_wrong_table_is_refused has "$(setting '  retention_days: {other: 3}' 2>&1)" 'node.conf:[0-9]+: Unexpected key: other'
check one_number_for_all setting '  retention_days: 9'
check is_of_each has "$(hinomi status --json)" '"retention_days": *\{"dns": *9, *"pdns": *9\}'

# ---- metrics ----
# The grammar of the text format: promtool where there is one; else names, values, and each sample under its own type line.
metrics_are_sound() {
    if command -v promtool >/dev/null; then
        promtool check metrics <"$1"
        return
    fi
    awk '/^# HELP hinomi_[a-z0-9_]+ ./ { helped = $3; next }
        /^# TYPE hinomi_[a-z0-9_]+ (counter|gauge)$/ {
            if ($3 != helped || $3 in typed || ($4 == "counter") != ($3 ~ /_total$/)) { print "type: " $0; bad = 1 }
            typed[$3]; now = $3; next
        }
        /^hinomi_[a-z0-9_]+({[a-z_]+="([^"\\\\]|\\\\[\\\\"n])*"})? [0-9]+$/ {
            name = $1; sub(/{.*/, "", name)
            if (name != now || $0 in seen) { print "sample: " $0; bad = 1 }
            seen[$0]; n++; next
        }
        { print "line: " $0; bad = 1 }
        END { exit bad || n < 60 }' "$1"
}
hinomi metrics >"$WORK/metrics"
check metrics_by_command metrics_are_sound "$WORK/metrics"
value_of() {
    sed -n "s/^hinomi_$1 //p" "$WORK/metrics"
}
check roles_are_up is "$(value_of 'role_up{role="store"}')" 1
check the_hub_died_once is "$(value_of 'role_deaths_total{role="hub"}')" 1
check a_list_has_its_age has "$(value_of 'list_imported_timestamp_seconds{list="games"}')" '^[0-9]{10}$'
check answers_are_counted has "$(value_of 'dns_queries_total{transport="udp"}')" '^[0-9]+$'
port_answers() {
    curl -sf --max-time 5 -o "$WORK/page" "http://127.0.0.1:$1/metrics"
}
page_code() {
    curl -s --max-time 5 -o /dev/null -w '%{http_code}' "$@"
}
check not_served_unless_asked port_is_closed 9153
metrics_on() {
    printf 'metrics: {listen: "127.0.0.1:%s"}\n' "$1" >>"$WORK/node.conf"
    hinomi reload
}
check serve_metrics metrics_on 9153
check they_are_served until_true 5 port_answers 9153
check and_sound metrics_are_sound "$WORK/page"
check another_path_is_not_found is "$(page_code http://127.0.0.1:9153/)" 404
check another_method_is_refused is "$(page_code -d x http://127.0.0.1:9153/metrics)" 405
check a_head_too_long_is_refused is "$(page_code -H "X: $(printf '%5000s' x)" http://127.0.0.1:9153/metrics)" 431
many_silent() {
    local fds=() fd
    for _ in $(seq 40); do
        exec {fd}<>/dev/tcp/127.0.0.1/9153 && fds+=("$fd")
    done
    port_answers 9153
    local result=$?
    for fd in "${fds[@]}"; do
        exec {fd}>&-
    done
    return "$result"
}
check the_silent_do_not_keep_it many_silent
sed -i 's/:9153/:9154/' "$WORK/node.conf"
check another_address hinomi reload
check there_it_is until_true 5 port_answers 9154
check here_no_longer until_true 5 port_is_closed 9153
hub_died
check the_next_hub_serves_too until_true 5 port_answers 9154

# ---- status ----
newest_is_told() {
    from 127.0.0.1 www.example
    hinomi status | grep -qE 'newest row +[0-9]+ seconds old'
}
check the_newest_row_has_an_age until_true 10 newest_is_told
rate_is_told() {
    from 127.0.0.1 www.example
    hinomi status --json | grep -q '"rows_per_second": *[1-9]'
}
for _ in $(seq 50); do
    from 127.0.0.1 www.example
done
check the_rate until_true 10 rate_is_told

# ---- a store that stands still ----
# Names resolve, what has no room is dropped and counted, and it goes on when the store does.
number() {
    hinomi status --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"
}
store=$(hinomi status --json | sed -n 's/.*"store": *{"pid": *\([0-9]*\).*/\1/p')
kill -STOP "$store"
python3 - "$WORK/flood" <<'FLOOD'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
label = b"\x3f" + b"a" * 63
name = label * 3 + b"\x05games\x07example\x00"
query = b"\0\0\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"
count = answered = 0
end = time.monotonic() + 40
while count < 200000 and time.monotonic() < end:
    for _ in range(50):
        s.sendto(query, ("127.0.0.1", 5300))
    for _ in range(50):
        try:
            s.recv(2048)
            answered += 1
        except TimeoutError:
            break
    count += 50
open(sys.argv[1], "w").write(f"{count} {answered}\n")
FLOOD
read -r asked answered <"$WORK/flood"
dropping() {
    [ "$(number dropped)" -gt 0 ]
}
check what_has_no_room_is_counted until_true 5 dropping
check nearly_all_were_answered test "$((answered * 100))" -ge "$((asked * 99))"
dropped=$(number dropped)
check a_log_without_store_says_so has "$(timeout 3 "$HINOMI" log --data "$WORK/data" 2>&1; echo over)" over
kill -CONT "$store"
went_on() {
    from 127.0.0.1 after.example
    recorded after.example
}
check it_goes_on until_true 30 went_on
check what_was_dropped_stays_counted test "$(number dropped)" -ge "$dropped"

# ---- following ----
# Many answers a microsecond's neighbours apart, in more than one page of the store: each comes once.
follow_starts() {
    grep -q 'first.example' "$WORK/follow.log"
}
start follow timeout 60 "$HINOMI" log --data "$WORK/data" -f --json --below --name example --client 127.0.0.9
follower=$pid
followed() {
    from 127.0.0.9 first.example
    follow_starts
}
check the_first_is_followed until_true 10 followed
for i in $(seq 300); do
    printf 'n%d.example A\n' "$i"
done >"$WORK/queries"
ask @127.0.0.1 -p 5300 -b 127.0.0.9 -f "$WORK/queries" >/dev/null
all_followed() {
    is "$(grep -o 'n[0-9]*\.example' "$WORK/follow.log" | sort | uniq -c | awk '$1 == 1' | wc -l)" 300
}
check each_row_comes_once until_true 15 all_followed
sleep 2.5
check and_only_once all_followed
stop "$follower"

check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'SIGSYS|signal 31|Bad system call'
exit "$((failures > 0))"
