#!/bin/bash
# Feeds of judgements: a plain list and a CSV file by URL, and a MISP folder; what changes, what is missing, and what the status says.
. "$SOURCE/tests/system/lib.sh"

chmod 711 "$WORK"
mkdir -p "$WORK/feeds/misp"
cat >"$WORK/node.conf" <<CONF
dns:
  workers: 1
  listen_tls: []
  listen_https: []
lists:
  shrink_percent: 60
feeds:
  - name: plain-feed
    url: file://$WORK/feeds/plain.txt
    judge:
      claim: malware
      format: plain
      tlp: green
      probability: 80
      whole: true
  - name: csv-feed
    url: file://$WORK/feeds/table.csv
    judge:
      claim: phishing
      map: subject=url,reason=note
      hosts_of_urls: true
  - name: misp-feed
    misp: file://$WORK/feeds/misp/
CONF
stay_root_if_alone "$WORK/node.conf"
printf 'one.example\ntwo.example\nthree.example\n' >"$WORK/feeds/plain.txt"
printf 'url,note\nhttp://shop.example/login,"a false shop"\n' >"$WORK/feeds/table.csv"
event() { # UUID VALUE TIME
    printf '{"Event":{"uuid":"%s","info":"drop","date":"2026-01-01","timestamp":"%s","published":true,"Attribute":[{"uuid":"%s","type":"domain","category":"Network activity","to_ids":true,"timestamp":"%s","value":"%s"}]}}' \
        "$1" "$3" "${1/1/9}" "$3" "$2" >"$WORK/feeds/misp/$1.json"
}
manifest() { # TIME
    printf '{"11111111-0000-4000-8000-000000000001":{"timestamp":"1700000000"},"11111111-0000-4000-8000-000000000002":{"timestamp":"%s"}}' "$1" \
        >"$WORK/feeds/misp/manifest.json"
}
event 11111111-0000-4000-8000-000000000001 misp-one.example 1700000000
event 11111111-0000-4000-8000-000000000002 misp-two.example 1700000000
manifest 1700000000
chmod -R a+rX "$WORK/feeds"
start_node

says() { hinomi verdicts "$1" | grep -qE -- "$2"; }
of_feed() { hinomi status --json | python3 -c '
import json, sys
print([f for f in json.load(sys.stdin)["feeds"] if f["name"] == sys.argv[1]][0].get(sys.argv[2]))' "$1" "$2"; }

check a_plain_list_becomes_judgements until_true 10 says one.example 'plain-feed'
check with_the_claim_that_was_configured says one.example 'malware'
check a_csv_file_by_its_map until_true 10 says shop.example 'a false shop'
check a_misp_folder until_true 10 says misp-two.example 'misp-feed'
check the_status_counts is "$(of_feed plain-feed added)" 3
check of_a_folder_too is "$(of_feed misp-feed added)" 2
check sources_have_their_last_fetch has "$(hinomi sources --json)" '"fetched_us": ?[1-9]'
check lists_show_feeds_with_their_counts has "$(hinomi lists)" '3 statements'

printf 'one.example\ntwo.example\n' >"$WORK/feeds/plain.txt"
rm "$WORK/feeds/misp/11111111-0000-4000-8000-000000000001.json" # whoever asks for it again fails
event 11111111-0000-4000-8000-000000000002 misp-new.example 1700000500
manifest 1700000500
chmod -R a+rX "$WORK/feeds"
hinomi fetch >/dev/null
check what_is_missing_in_a_whole_feed_is_withdrawn is "$(of_feed plain-feed withdrawn)" 1
check only_changed_events_are_fetched until_true 10 says misp-new.example 'misp-feed'
check and_so_it_works is "$(of_feed misp-feed failures)" 0
hinomi fetch >/dev/null
check the_same_again_changes_nothing is "$(of_feed misp-feed outcome)" unchanged

printf 'one.example\n' >"$WORK/feeds/plain.txt"
: >"$WORK/feeds/plain.txt"
hinomi fetch plain-feed >/dev/null
check a_feed_that_shrinks_too_much_withdraws_nothing is "$(of_feed plain-feed withdrawn)" 0

# An event that is not in the manifest any more, and manifests that have lost too much.
echo '{"11111111-0000-4000-8000-000000000002":{"timestamp":"1700000500"}}' >"$WORK/feeds/misp/manifest.json"
hinomi fetch misp-feed >/dev/null
check an_event_that_is_gone_is_withdrawn until_true 5 says misp-one.example 'taken the event away'
check and_counted is "$(of_feed misp-feed withdrawn)" 1
check the_others_stay lacks "$(hinomi verdicts misp-new.example)" 'taken the event away'
echo '{}' >"$WORK/feeds/misp/manifest.json"
hinomi fetch misp-feed >/dev/null
check an_empty_manifest_withdraws_nothing lacks "$(hinomi verdicts misp-new.example)" 'taken the event away'
check and_is_an_error_of_the_feed has "$(of_feed misp-feed error)" 'lost 1 events of 1'
printf '{"11111111-0000-4000-8000-0000' >"$WORK/feeds/misp/manifest.json"
hinomi fetch misp-feed >/dev/null
check so_is_half_a_manifest has "$(of_feed misp-feed error)" 'no manifest of MISP'
manifest 1700000500
event 11111111-0000-4000-8000-000000000001 misp-again.example 1700000600
sed -i 's/1700000000/1700000600/' "$WORK/feeds/misp/manifest.json"
chmod -R a+rX "$WORK/feeds"
hinomi fetch misp-feed >/dev/null
check when_it_is_well_again_the_error_goes is "$(of_feed misp-feed error)" ''
check and_what_comes_back_is_said until_true 5 says misp-again.example 'misp-feed'

refused() { # TEXT PATTERN
    printf 'feeds:\n  - name: x\n%s\n' "$1" >"$WORK/bad.conf"
    has "$(timeout 10 "$HINOMI" up --data "$WORK/none" --config "$WORK/bad.conf" 2>&1)" "$2"
}
check a_feed_needs_one_source refused '    every: 1h' 'one of url, zone, misp and taxii'
check a_list_is_no_judgement refused '    url: https://a.example/x
    format: rpz
    judge:
      claim: c2' 'not both'
check taxii_wants_a_collection refused '    taxii: https://a.example/' 'URL of a collection'
check taxii_wants_https refused '    taxii: http://a.example/api/collections/1/' 'https'
check a_pin_is_a_hash refused '    taxii: https://a.example/api/collections/1/
    pin_sha256: abc' '44 characters'
check its_keys_belong_to_it refused '    url: https://a.example/x
    report: true' 'belongs to a feed with taxii'
