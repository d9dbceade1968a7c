/* The table of answers. */
#include "api/web/answer.h"

#include <stddef.h>

const struct named_shape named_shapes[] = {
    {"Verdict", "{number:n id:t claim:t kind:t subject:t author_kind:t source:t reason:t group:t probability:n severity?:t tlp:t pap:t made_us:n "
                "from_us:n until_us:n supersedes:n superseded_by?:n evidence?:[{kind:t reference:t sha256?:t}] ...}"},
    {"Override", "{number:n id:t claim:t kind:t subject:t source:t reason:t made_us:n from_us:n until_us:n by_member:b set_aside?:t ...}"},
    {"Indicator", "{id:n kind:t subject:t claim:t state:t advice:t probability:n conflict:b guards:[t] tlp:t pap:t verdict:n verdicts:n sources:n "
                  "sightings:n members:n false_blocks:n first_us:n last_us:n changed_us:n next_us:n}"},
    {"Sighting", "{hour_us:n member:t count:n first_us:n last_us:n}"},
    {"Belief", "{probability:n claim:t state:t advice:t conflict:b next_us:n lines:[{log_odds:n text:t}] ...}"},
    {"Session", "{id:n name:t role:t member:t codes:b permissions:{*:t} csrf:t}"},
    {"Account", "{id:n name:t role:t member:t codes:b disabled:b failures:n locked_us:n made_us:n seen_us:n}"},
    {"Key", "{id:n label:t scope:[t] made_us:n used_us:n until_us:n}"},
    {"Claimed", "{value:t proof:t reference:t proved_us:n}"},
    {"Contact", "{name:t mail:t language:t urgent:b}"},
    {"Member", "{name:t title:t sector:t prefecture:n note:t changed_us:n networks:[Claimed] names:[Claimed] contacts:[Contact] groups:[t]}"},
    {"ListOf", "{list:t without:b}"},
    {"Look", "{value:t owner:t outcome:t wording:t made_us:n until_us:n checked_us:n secure:b answer_sha256:t failing_us:n others:t}"},
    {"Asked", "{value:t to:t name:t asked_by:t answer:t made_us:n until_us:n answered_us:n sent:b guesses:n}"},
    {"Webhook", "{url:t made_us:n made_by:t secret?:t last:{state:t tries:n made_us:n due_us:n done_us:n error:t}~}"},
    {"List", "{id:n name:t format:t order:n enabled:b never_block:b observes:b verdict:n names:n skipped:n imported_us:n sha256:t state?:t held?:Held conflicts?:n}"},
    {"Held", "{name:t format:t names:n old_names:n skipped:n since_us:n source:t reason:t sha256:t discarded:b}"},
    {"Taken", "{result:t samples:[{line:n reason:t text:t}] in_force:b list?:List held?:Held warning?:t}"},
    {"Tally", "{names:n answers:n}"},
    {"Effect", "{list:t held:b state:t days:n made_us:n error:t rules:n left_out:n looked_at:n blocked:Tally already:Tally released:Tally "
               "members:[{member:t names:n answers:n}] other_members:Tally top:[{name:t answers:n members:n member:t}]}"},
    {"Feed", "{name:t kind:t source:t tried_us:n ok_us:n next_us:n failures:n error?:t outcome?:t ...}"},
    {"Report", "{number:n name:t given:t text:t contact:t language:t member:t client_ip:t cause:t verdict:t made_us:n state:t reason:t decided_by:t decided_us:n}"},
    {"Answer", "{time_us:n client_ip:t transport:t name:t qtype:n rcode:n action:t verdict:n line:n list:n latency_us:n cached:n member:t group:t trigger:t seq:n}"},
    {"Changed", "{verdict:Verdict in_force:b warning?:t}"},
    {"Notice", "{id:n member:t kind:t claim:t state:t urgent:b made_us:n raised_us:n seen_us:n told_us:n opened_us:n acted_us:n fixed_us:n withdrawn_us:n "
               "reopened:n uncovered:b coverage:n subjects:n left_out:n hits:n acted_by:t acted_text:t campaign?:t control?:b rows?:[NoticeSubject] deliveries?:[Delivery]}"},
    {"NoticeSubject", "{kind:t subject:t~ state:t advice:t hits:n first_us:n last_us:n wrong:b}"},
    {"Delivery", "{id:n channel:t to:t urgent:b state:t made_us:n due_us:n tries:n done_us:n opened_us:n error:t}"},
    {"Arm", "{findings:n known:n fixed:n uncovered:n}"},
    {"Campaign", "{name:t state:t claims:[t] sectors:[t] text_ja:t text_en:t percent:n seed:t from_us:n until_us:n window_us:n made_by:t told:Arm held_back:Arm "
                 "effect:{told:f held_back:f difference:f low:f high:f}~}"},
    {"Layer", "{names:n generation:n in_force:b}"},
    {"Role", "{pid:n up:b deaths:n started_us:n last_death:t}"},
    {"Counts", "{*:n}"},
    {"Status", "{version:t data:t verdicts:n roles:{*:Role} feeds:[Feed] "
               "belief:{entries_behind:n reckoned:n failed:n set_aside:n again_at:n again_of:n sightings:Counts gate:Counts members:Counts told_back:Counts look_back:Counts ...} "
               "notices:{states:Counts deliveries:Counts uncovered:n mail:b webhook:b member_webhooks:b met:n own:n withdrawn:n no_room:n lost:n sent:n failed:n given_up:n folded:n "
               "bad_addresses:n sending:n last_error:t last_error_us:n digest_us:n looks:n questions:n unanswered:n} "
               "dns:{workers:n queries:Counts actions:Counts flaws:Counts listen:[t] listen_tls:[t] listen_https:[t] cache_entries:n cache_bytes:n pending:n tcp_clients:n ...} "
               "policy:{resolver_connected:b building:b last_build_ms:n by_hand:Layer lists:Layer indicators:Layer "
               "members:{members:n networks:n taken:n too_wide:n unlisted:n octets:n last_build_ms:n generation:n in_force:b}} "
               "lists:{held:n protected_names:n conflicts:n} "
               "recording:{observed:n dropped:n lost:n corrupt:n invalid:n ring_fill_percent:n rows_per_second:n rows_waiting:n batches_waiting:n rows_stored:n rows_failed:n "
               "last_stored_s_ago:n~ newest_row_s_ago:n~} "
               "store:{connected:b open:b rows:n bytes_on_disk:n engine:t last_error:t retention_days:Counts} share:{usable:b recipients:n ...} web?:Counts ...}"},
    {"Exported", "{id:n kind:t subject:t claim:t state:t advice:t probability:n conflict:b guards:[t] tlp:t pap:t verdict:n verdicts:n sources:n sightings:n members:n "
                 "false_blocks:n first_us:n last_us:n changed_us:n next_us:n reason?:t from_us?:n until_us?:n severity?:t}"},
    {"Case", "{number:n title:t state:t outcome:t severity:t tlp:t owner:t made_by:t restricted:b shared:b made_us:n changed_us:n closed_us:n version:n access:t answered:b "
             "subjects?:[{kind:t subject:t~ note:t made_by:t made_us:n}] members?:[t] people?:[{account:t write:b}] links?:[{kind:t reference:n made_by:t made_us:n}]}"},
    {"CaseNote", "{id:n field:t internal:b made_by:t member:t made_us:n old:t text:t}"},
    {NULL, NULL},
};

const struct answer answers[] = {
    {WEB_POST, "/session", "Session"},
    {WEB_GET, "/session", "Session"},
    {WEB_DELETE, "/session", "{}"},
    {WEB_POST, "/invitations", "{word:t role:t member:t until_us:n}"},
    {WEB_POST, "/invitations/lookup", "{role:t member:t until_us:n}"},
    {WEB_POST, "/invitations/accept", "Session"},
    {WEB_POST, "/password", "{}"},
    {WEB_POST, "/codes", "{key?:t uri?:t codes?:b}"},
    {WEB_GET, "/tokens", "{rows:[Key]}"},
    {WEB_POST, "/tokens", "{id:n token?:t label:t until_us:n}"},
    {WEB_DELETE, "/tokens/{id}", "{}"},
    {WEB_GET, "/accounts", "{rows:[Account] after:n}"},
    {WEB_PATCH, "/accounts/{id}", "{}"},
    {WEB_DELETE, "/accounts/{id}", "{}"},
    {WEB_GET, "/audit", "{rows:[{entry:n account:t role:t what:t about:t count:n first_us:n last_us:n}] before:n}"},

    {WEB_POST, "/reports", "{reference:t link:t name:t blocked:b}"},
    {WEB_GET, "/reports", "{rows:[Report] after:n}"},
    {WEB_GET, "/reports/{reference}", "{state:t reason:t made_us:n decided_us:n}"},
    {WEB_GET, "/reports/summary", "{open:n oldest_open_us:n released:n refused:n median_us:n p90_us:n days:n rows:[{cause:t open:n released:n refused:n}]}"},
    {WEB_POST, "/reports/{id}/release", "{name:t state:t reports:n took_us:n verdicts:[n] still_blocked:[t]}"},
    {WEB_POST, "/reports/{id}/refuse", "{name:t state:t reports:n}"},

    {WEB_POST, "/notices/open", "{member:t language:t made_us:n rows:[Notice]}"},
    {WEB_GET, "/notices/summary", "{states:{*:n} uncovered:n}"},
    {WEB_POST, "/notices/digest", "{}"},
    {WEB_GET, "/notices", "{rows:[Notice] after:n}"},
    {WEB_GET, "/notices/{id}", "Notice"},
    {WEB_POST, "/notices/{id}/acted", "Notice"},
    {WEB_POST, "/notices/{id}/send", "Notice"},
    {WEB_GET, "/campaigns", "{rows:[Campaign]}"},
    {WEB_GET, "/campaigns/{name}", "Campaign"},
    {WEB_POST, "/campaigns", "Campaign"},
    {WEB_POST, "/campaigns/{name}/end", "Campaign"},

    {WEB_GET, "/cases", "{rows:[Case] after:n}"},
    {WEB_POST, "/cases", "Case"},
    {WEB_GET, "/cases/{number}", "Case"},
    {WEB_PATCH, "/cases/{number}", "Case"},
    {WEB_GET, "/cases/{number}/subjects",
     "{rows:[{kind:t subject:t~ note:t made_by:t made_us:n state:t claim:t advice:t probability:n action:t met:[{member:t count:n last_us:n}] "
     "notices:[{id:n member:t state:t}] also:[{number:n title:t state:t}]}] after:n}"},
    {WEB_POST, "/cases/{number}/subjects", "{changed:b}"},
    {WEB_DELETE, "/cases/{number}/subjects", "{changed:b}"},
    {WEB_GET, "/cases/{number}/notes", "{rows:[CaseNote] after:n}"},
    {WEB_POST, "/cases/{number}/notes", "{id:n}"},
    {WEB_POST, "/cases/{number}/answers", "{id:n}"},
    {WEB_GET, "/cases/{number}/timeline", "{rows:[{at_us:n what:t kind?:t subject?:t id?:n field?:t internal?:b made_by?:t member?:t old?:t text?:t}] cut:b}"},
    {WEB_GET, "/cases/{number}/export", "{type:t id:t objects:[{type:t id:t ...}]}"},
    {WEB_POST, "/cases/{number}/members", "{changed:b}"},
    {WEB_DELETE, "/cases/{number}/members", "{changed:b}"},
    {WEB_POST, "/cases/{number}/people", "{changed:b}"},
    {WEB_DELETE, "/cases/{number}/people", "{changed:b}"},
    {WEB_POST, "/cases/{number}/links", "{changed:b}"},
    {WEB_POST, "/cases/{number}/judge", "{verdicts:[n]}"},

    {WEB_GET, "/members", "{rows:[Member] after:t}"},
    {WEB_POST, "/members/{name}", "{}"},
    {WEB_DELETE, "/members/{name}", "{}"},
    {WEB_GET, "/members/{name}/lists", "{own:[ListOf] effective:[ListOf]}"},
    {WEB_POST, "/members/{name}/lists", "{}"},
    {WEB_GET, "/member-groups", "{rows:[{group:t members:n lists:[ListOf]}] after:t}"},
    {WEB_POST, "/member-groups/{group}/lists", "{}"},
    {WEB_GET, "/members/{name}/overrides", "{rows:[Override] may:b}"},
    {WEB_POST, "/members/{name}/overrides", "Changed"},
    {WEB_DELETE, "/members/{name}/overrides/{id}", "Changed"},
    {WEB_POST, "/members/{name}/claims/{value}/proof", "{owner:t type:t text:t until_us:n}"},
    {WEB_GET, "/members/{name}/claims/{value}/proof", "Look"},
    {WEB_POST, "/members/{name}/claims/{value}/check", "Look"},
    {WEB_POST, "/members/{name}/claims/{value}/record", "{}"},
    {WEB_POST, "/members/{name}/claims/{value}/mail", "Asked"},
    {WEB_GET, "/members/{name}/claims/{value}/mail", "Asked"},
    {WEB_POST, "/members/{name}/claims/{value}/code", "Asked"},
    {WEB_GET, "/members/{name}/webhook", "Webhook"},
    {WEB_POST, "/members/{name}/webhook", "Webhook"},
    {WEB_DELETE, "/members/{name}/webhook", "{}"},
    {WEB_POST, "/proofs/open", "{value:t kind:t title:t language:t until_us:n}"},
    {WEB_POST, "/proofs/answer", "{value:t answer:t}"},
    {WEB_GET, "/owner", "{by:t member:Member}"},

    {WEB_GET, "/log", "{rows:[Answer]}"},
    {WEB_GET, "/top", "{rows:[{name?:t client_ip?:t member?:t group?:t hits:n clients?:n blocked?:n last_s:n last_verdict?:n last_list?:n}]}"},
    {WEB_GET, "/series", "{rows:[{at_s:n queries:n blocked:n observed:n clients:n}]}"},

    {WEB_GET, "/verdicts", "{kind:t subject:t verdicts:[Verdict] more?:b belief?:Belief sightings?:[Sighting] warning_lists?:[t] "
     "without?:[{source:t claim:t probability:n state:t advice:t}]}"},
    {WEB_POST, "/verdicts", "{verdict:Verdict ...}"},
    {WEB_GET, "/indicators", "{rows:[Indicator] count:n after:n}"},
    {WEB_GET, "/sources", "{rows:[{kind:t source:t said:n first:n followed:n lead_us:n confirmed:n wrong:n hits:n fetched_us:n last_us:n}] count:n}"},
    {WEB_GET, "/places", "{counted_us:n table:t rows:[{country:t indicators:n blocked:n met:n sightings:n seen_us:n top:[{kind:t subject:t claim:t sightings:n}]}]}"},
    {WEB_GET, "/places/{address}", "{address:t country:t table:t}"},
    {WEB_GET, "/clock", "{rows:[{week:t claim:t from:t to:t count:n median_us:n p90_us:n}] subjects:n cut:b}"},
    {WEB_GET, "/why", "{name:t action:t verdict:t group:t final:b matches:[{action:t matched:t list:t list_id:n group:t counts:b set_aside?:t verdict:t line:n since_us:n ...}] "
                      "history:[any] left_out?:[any] protected?:{by:t line:n}}"},
    {WEB_POST, "/rules/block", "Changed"},
    {WEB_POST, "/rules/allow", "Changed"},
    {WEB_POST, "/rules/withdraw", "Changed"},

    {WEB_GET, "/lists", "{lists:[List] feeds:[Feed] protected_names:n conflict_count:n conflicts?:[any]}"},
    {WEB_PUT, "/lists/{name}", "Taken"},
    {WEB_POST, "/lists/{name}/accept", "Taken"},
    {WEB_POST, "/lists/{name}/discard", "{held:Held}"},
    {WEB_POST, "/lists/{name}/observe", "{list:List in_force:b warning?:t}"},
    {WEB_POST, "/lists/{name}/enforce", "{list:List in_force:b warning?:t}"},
    {WEB_DELETE, "/lists/{name}", "{in_force:b warning?:t}"},
    {WEB_POST, "/lists/{name}/effect", "{effect:Effect}"},
    {WEB_GET, "/lists/{name}/effect", "{effect:Effect}"},
    {WEB_POST, "/feeds/{name}/fetch", "{feeds:[Feed]}"},

    {WEB_GET, "/status", "Status"},
    {WEB_GET, "/events", ">{log?:{rows:[Answer] skipped:n total:n} status?:Status notice?:Notice lost?:any}"},
    {WEB_GET, "/pdns", "{rows:[{name:t type:n data:t time_first:n time_last:n hits:n max_ttl:n last_verdict:n}]}"},
    {WEB_GET, "/share", "{kind?:t subject?:t recipient?:t shared?:n outcomes:[{recipient?:t outcome:t text:t count?:n samples?:[t]}] "
                        "given?:[{recipient:t given:b first_us:n modified_us:n}]}"},
    {WEB_GET, "/export", "{rows:[Exported] count:n after:n}"},
    {WEB_GET, "/receipts", "{rows:[{number:n recipient:t way:t what:t first:t last:t objects:n made_us:n}] count:n}"},
    {WEB_GET, "/identity", "{name:t space:t}"},
    {WEB_GET, "/ledger", "{size:n root:t key:t checkpoint:{size:n made_us:n note:t}}"},
    {WEB_POST, "/reload", "{}"},
    {WEB_GET, NULL, NULL},
};
