#!/bin/bash
# Rules about name servers against servers that do not say who they are: they refuse, they are silent, they truncate. What their
# parents say decides; for groups, while the rules change, and without the servers hearing of a name that is blocked.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/test.zone" <<'ZONE'
$ORIGIN test.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
plain A 192.0.2.7
refuse NS ns.refuse
ns.refuse A 127.0.0.53
silent NS ns.silent
ns.silent A 127.0.0.54
tcp NS ns.tcp
ns.tcp A 127.0.0.55
ns.shy A 127.0.0.53
alias CNAME www.refuse
ZONE
cat >"$WORK/node.conf" <<'CONF'
dns:
  workers: 1
  validate: false
  access: [127.0.0.0/8]
  stub:
    - zone: test
      address: 127.0.0.1:5399
lists:
  only_for_groups: [strict]
groups:
  - name: clinic
    clients: [127.0.0.3]
    lists: [strict]
CONF
stay_root_if_alone "$WORK/node.conf"
rpz() {
    printf '$ORIGIN %s.rpz.\n$TTL 60\n@ SOA localhost. hostmaster. 1 3600 600 86400 60\n@ NS localhost.\n' "$1"
    shift
    printf '%s\n' "$@"
}
rpz servers 'ns.refuse.test.rpz-nsdname CNAME .' '30.52.0.0.127.rpz-nsip CNAME *.' >"$WORK/servers.rpz"
rpz servers 'ns.shy.test.rpz-nsdname CNAME .' >"$WORK/others.rpz"
rpz strict 'ns.refuse.test.rpz-nsdname CNAME .' >"$WORK/strict.rpz"

status() {
    local address=$1
    shift
    ask @127.0.0.1 -p 5300 -b "$address" "$@" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}
# now_is CLIENT STATUS [dig option]...
now_is() {
    local client=$1 wanted=$2
    shift 2
    is "$(status "$client" "$@")" "$wanted"
}
asked() {
    grep -c "^$1 $2 " "$WORK/asked" || true
}
log_has() {
    hinomi log --name "$1" --json | grep -qE "$2"
}

observed() {
    hinomi log --action observe --json | grep -q "\"name\": *\"$1\""
}

authority 5399 test "$WORK/test.zone"
start shy python3 "$SOURCE/tests/system/shy_server.py" "$WORK/asked" 127.0.0.53=refuse 127.0.0.54=silent 127.0.0.55=cut
check the_shy_servers_start until_true 10 listens_tcp 53
check they_refuse has "$(ask @127.0.0.53 refuse.test NS)" 'status: REFUSED'
check the_node_starts node --config "$WORK/node.conf"
check without_rules_it_resolves now_is 127.0.0.1 NOERROR www.refuse.test

# The rules come while the node runs.
check import_servers hinomi import "$WORK/servers.rpz" --name servers
check by_name until_true 5 now_is 127.0.0.1 NXDOMAIN www.refuse.test
check behind_an_alias now_is 127.0.0.1 NXDOMAIN alias.test
check with_its_verdict has "$(ask @127.0.0.1 -p 5300 b.refuse.test)" 'verdict [0-9]+/5 list servers'
check of_servers_that_are_silent has "$(ask @127.0.0.1 -p 5300 www.silent.test)" 'verdict [0-9]+/6 list servers'
check over_tcp_too now_is 127.0.0.1 NOERROR www.silent.test +tcp
check which_did_not_hear_of_it is "$(asked 127.0.0.54 www.silent.test)$(asked 127.0.0.53 b.refuse.test)" 00
check the_log_says_why until_true 10 log_has b.refuse.test '"trigger": *3,'
check by_address_too until_true 10 log_has www.silent.test '"trigger": *4,'
check others_resolve now_is 127.0.0.1 NOERROR plain.test

# A referral that does not fit a datagram.
check another_edition hinomi import "$WORK/others.rpz" --name servers --accept
check what_is_no_longer_listed_resolves until_true 5 now_is 127.0.0.1 NOERROR c.refuse.test
check a_referral_by_tcp until_true 5 now_is 127.0.0.1 NXDOMAIN www.cut.tcp.test
check was_heard_by_tcp test "$(grep -c '^127.0.0.55 .*cut.tcp.test 1 tcp$' "$WORK/asked")" -ge 1
check beside_it_all_is_well now_is 127.0.0.1 NOERROR www.tcp.test

# Only observed; enforced; taken away.
check observe hinomi observe servers
check told_all_the_same until_true 5 now_is 127.0.0.1 NOERROR b.cut.tcp.test
check and_recorded until_true 10 observed b.cut.tcp.test
check enforce hinomi enforce servers
check blocked_again until_true 5 now_is 127.0.0.1 NXDOMAIN b.cut.tcp.test
check remove hinomi remove servers
check nothing_is_left until_true 5 now_is 127.0.0.1 NOERROR b.cut.tcp.test

# For one group alone.
check import_strict hinomi import "$WORK/strict.rpz" --name strict
check the_clinic_does_not_get_it until_true 5 now_is 127.0.0.3 NXDOMAIN d.refuse.test
check others_do now_is 127.0.0.1 NOERROR d.refuse.test
check nor_from_the_cache_now now_is 127.0.0.3 NXDOMAIN d.refuse.test
check the_clinic_gets_the_rest now_is 127.0.0.3 NOERROR plain.test
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'SIGSYS|signal 31|Bad system call'
exit "$((failures > 0))"
