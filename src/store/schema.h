/* The SQL files of schema/, built into the program by tools/embed-text: one text each, in the order of their numbers.
 *
 * A file that has been released is never edited; a change is a new file and a new row where the texts are run.
 */
#ifndef HINOMI_STORE_SCHEMA_H
#define HINOMI_STORE_SCHEMA_H

extern const char schema_0001_ledger[];
extern const char schema_0002_lists[];
extern const char schema_0003_scopes[];
extern const char schema_0004_observe[];
extern const char schema_0005_entries[];
extern const char schema_0006_indicators[];
extern const char schema_0007_sharing[], schema_0008_feed_report[];
extern const char schema_0009_accounts[], schema_0010_weighed[];
extern const char schema_0011_members[], schema_0012_reports[];
extern const char schema_0013_lead[];
extern const char schema_0014_notices[];
extern const char schema_0015_member_groups[];
extern const char schema_0016_member_mail[], schema_0017_member_webhook[];
extern const char schema_0018_cases[];
extern const char schema_0019_case_answers[];
extern const char schema_exchange_0001[];
extern const char schema_exchange_0002[];
extern const char schema_telemetry_0001[];
extern const char schema_telemetry_0002[];
extern const char schema_telemetry_0003[];
extern const char schema_telemetry_0004[];
extern const char schema_telemetry_0005[];
extern const char schema_telemetry_0006[];

#endif
