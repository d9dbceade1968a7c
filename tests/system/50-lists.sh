#!/bin/bash
# Lists: each format, editions held back until somebody accepts them, names that no list may block.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
cat >"$WORK/example.zone" <<'ZONE'
$ORIGIN example.
$TTL 1
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.11
ZONE
printf 'popular.example\nwww.shop.example\n' >"$WORK/popular.txt"
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
CONF
stay_root_if_alone "$WORK/node.conf"

# numbered COUNT PREFIX: that many names.
numbered() {
    seq "$1" | sed "s/.*/$2&.example/"
}

check authority_starts authority 5399 example "$WORK/example.zone"
start_node >"$WORK/start.out" 2>&1
check node_starts is "$?" 0
node=$pid
check name_is_resolved until_true 5 resolves www.example

# Formats, found and given.
printf '[Adblock Plus 2.0]\n||ads.example^\n@@||fine.ads.example^\n||x.example^$script\n' >"$WORK/ad.txt"
printf 'packed.example\n' | xz >"$WORK/packed.xz"
printf 'BZh91AY&SY\nreal.example\n' >"$WORK/packed.bz2"
check what_is_compressed_is_told has "$(hinomi import "$WORK/packed.xz" 2>&1)" 'the document is compressed'
check and_nothing_of_it_is_taken has "$(hinomi import "$WORK/packed.bz2" 2>&1)" 'the document is compressed'
check adblock_is_found has "$(hinomi import "$WORK/ad.txt")" 'adblock\): 2 rules, 1 lines skipped'
check adblock_blocks blocked a.ads.example
check adblock_passes resolves fine.ads.example
printf 'seen,link,where\n2026,https://phish.example/login,u.example\n' >"$WORK/phish.csv"
check csv_column_is_given has "$(hinomi import "$WORK/phish.csv" --format csv:where)" 'csv:where\): 1 rules, 0 lines'
check csv_column_blocks blocked u.example
check csv_is_found has "$(hinomi import "$WORK/phish.csv" --format csv)" '1 rules, 0 lines'
check a_url_blocks_its_host blocked phish.example
check and_nothing_below resolves x.phish.example
printf 'address=/masq.example/#\n' >"$WORK/masq.conf"
check dnsmasq_is_found has "$(hinomi import "$WORK/masq.conf")" 'dnsmasq\): 1 rules'
check dnsmasq_blocks blocked masq.example
printf 'server:\nlocal-zone: "bound.example." static\n' >"$WORK/bound.conf"
check unbound_is_found has "$(hinomi import "$WORK/bound.conf")" 'unbound\): 1 rules'
check unbound_blocks blocked bound.example
check a_wrong_format_is_told has "$(hinomi import "$WORK/masq.conf" --format xml 2>&1)" 'auto, names, hosts, rpz, adblock'
check the_same_again_is_no_new_verdict has "$(hinomi import "$WORK/bound.conf")" 'in force already, verdict'

# Held back.
numbered 200 bad >"$WORK/bad.txt"
check a_list_of_200 has "$(hinomi import "$WORK/bad.txt")" ': 200 rules'
numbered 99 bad >"$WORK/bad.txt"
check half_of_it_is_held_back has "$(hinomi import "$WORK/bad.txt")" 'held back: 99 rules, where 200 are in force'
check the_old_edition_blocks blocked bad150.example
check lists_says_so has "$(hinomi lists)" 'held back since .*: 99 rules instead of 200; "hinomi accept bad.txt"'
check status_says_so has "$(hinomi status)" 'held back +1'
check json_says_so has "$(hinomi lists --json)" '"state": *"held"'
kill -TERM "$node"
wait "$node"
start_node >"$WORK/start.out" 2>&1
check it_starts_again is "$?" 0
node=$pid
check a_restart_keeps_what_is_held has "$(hinomi lists)" 'held back since'
check and_what_is_in_force blocked bad150.example
check discard_drops_it hinomi discard bad.txt
check and_it_is_gone lacks "$(hinomi lists)" 'held back since'
check and_is_not_held_again has "$(hinomi import "$WORK/bad.txt")" 'discarded before'
numbered 98 bad >"$WORK/bad.txt"
hinomi import "$WORK/bad.txt" >/dev/null
check accept_takes_it has "$(hinomi accept bad.txt --reason 'checked by hand')" ': 98 rules'
check what_left_it_resolves until_true 5 resolves bad150.example
check what_is_in_it_is_blocked blocked bad98.example
check why_says_who_accepted has "$(hinomi why bad98.example)" 'checked by hand'
check nothing_is_held_now has "$(hinomi accept bad.txt 2>&1)" 'nothing of a list of that name is held back'
numbered 5 bad >"$WORK/bad.txt"
check under_100_rules_nothing_is_held has "$(hinomi import "$WORK/bad.txt")" ': 5 rules'
numbered 150 bad >"$WORK/bad.txt"
hinomi import "$WORK/bad.txt" >/dev/null
numbered 301 bad >"$WORK/bad.txt"
check twice_as_many_are_held has "$(hinomi import "$WORK/bad.txt")" 'held back: 301 rules'
check import_may_be_forced has "$(hinomi import "$WORK/bad.txt" --accept)" ': 301 rules'
check and_nothing_is_held lacks "$(hinomi lists)" 'held back since'
printf 'lists:\n  grow_percent: 1000\n  never_block: ["%s"]\n' "$WORK/popular.txt" >>"$WORK/node.conf"
check limits_are_configured hinomi reload
numbered 3000 bad >"$WORK/bad.txt"
check and_hold has "$(hinomi import "$WORK/bad.txt")" ': 3000 rules'

# Never blocked.
printf 'popular.example\nshop.example\nx.popular.example\nother.example\n' >"$WORK/wrong.txt"
check a_list_blocks_popular_names hinomi import "$WORK/wrong.txt"
check a_protected_name_resolves until_true 5 resolves popular.example
check and_one_whose_parent_is_listed resolves www.shop.example
check below_it_may_be_blocked blocked x.popular.example
check others_are_blocked blocked other.example
check conflicts_are_shown has "$(hinomi lists --conflicts)" 'wrong.txt, line 2: .*shop.example would block www.shop.example.*popular.txt protects \(line 2\)'
check and_counted has "$(hinomi lists)" '2 names are protected; 2 rules'
check and_in_the_status has "$(hinomi status)" 'protected names +2; 2 rules'
why=$(hinomi why popular.example)
check why_says_it_is_protected has "$why" 'protected by the never-block list .*popular.txt, line 1'
check and_what_was_left_out has "$why" 'left out: popular.example of wrong.txt, line 1'
check why_of_a_child_says_it_too has "$(hinomi why a.shop.example)" 'left out: shop.example of wrong.txt'
check a_block_by_hand_is_refused has "$(hinomi block popular.example --reason x 2>&1)" 'never-block list .* protects'
check and_of_a_parent has "$(hinomi block shop.example --reason x 2>&1)" 'would block www.shop.example'
check but_may_be_forced hinomi block popular.example --reason x --force
check and_then_it_is_blocked until_true 2 blocked popular.example
hinomi withdraw popular.example --reason x >/dev/null
printf '1,bound.example\n' >"$WORK/own.csv"
check a_list_can_protect hinomi import "$WORK/own.csv" --never-block
check and_does until_true 5 resolves bound.example
check it_is_marked has "$(hinomi lists)" 'own.csv.*never-block list'
check and_must_be_again has "$(hinomi import "$WORK/own.csv" 2>&1)" 'give --never-block too'
kill -TERM "$node"
wait "$node"
start_node >"$WORK/start.out" 2>&1
node=$pid
check a_restart_keeps_protection until_true 5 resolves popular.example
known_again() {
    hinomi lists --conflicts | grep -q 'bound.conf, line 2'
}
check and_knows_the_conflicts until_true 10 known_again
check a_list_that_protects_is_removed hinomi remove own.csv
check and_protects_no_more until_true 5 blocked bound.example
sed -i 's/popular.txt/missing.txt/' "$WORK/node.conf"
check a_file_that_is_missing_is_told has "$(hinomi reload 2>&1)" 'node\.conf:[0-9]+: never_block: .*missing.txt: No such file'
check no_role_was_stopped_by_its_sandbox lacks "$(cat "$WORK/node.log")" 'signal 31'
