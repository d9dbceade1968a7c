/* What the readers of list formats share: the run they belong to, words of a line, and a rule given or a line skipped.
 *
 * For list.c and the list_*.c beside it only. One thread; a line and its words are borrowed for the call.
 */
#ifndef HINOMI_ACT_POLICY_LIST_LINE_H
#define HINOMI_ACT_POLICY_LIST_LINE_H

#include "act/policy/data.h"
#include "act/policy/list.h"
#include "base/addr.h"

struct list_run {
    struct list_handler handler;
    struct list_stats *stats;
    uint32_t line; /* the number of the line being read */
};

/* Octets of a line, not terminated. */
struct list_word {
    const char *at;
    size_t len;
};

void list_skip(struct list_run *run, enum list_flaw flaw, const char *text, size_t len);
/* Counts the rule and hands it on; the handler's result. */
int list_give(struct list_run *run, const struct list_rule *rule) must_check;

/* The next word, up to blank, '#' or the end; false when there is none. */
bool list_next_word(const char **at, const char *end, struct list_word *ret_word);
bool list_word_is(const struct list_word *w, const char *text); /* in any letter case */
/* Cuts blanks off both ends. */
struct list_word list_trim(const char *at, const char *end);
bool list_word_addr(const struct list_word *w, struct addr *ret_addr);
/* LIST_FLAW_COUNT and the name; or why the word is none. A dot at the end is fine. */
enum list_flaw list_word_name(const struct list_word *w, struct dns_name *ret_name);
/* Loopback and "no address" stand for a block where a list gives a name an address. */
bool list_addr_means_block(const struct addr *a);

/* Gives a rule for the word's name, or skips the line. */
int list_give_name(struct list_run *run, const struct list_word *w, uint8_t action, uint8_t scope, const char *line,
                   size_t len) must_check;
/* The same for a name with an address: a block when the address means one, else local data. */
int list_give_addr(struct list_run *run, const struct list_word *w, const struct addr *a, uint8_t scope,
                   const char *line, size_t len) must_check;

/* Readers of one line: 0, or the handler's negative result. */
int list_names_line(struct list_run *run, const char *line, size_t len) must_check;
int list_hosts_line(struct list_run *run, const char *line, size_t len) must_check;
int list_adblock_line(struct list_run *run, const char *line, size_t len) must_check;
int list_dnsmasq_line(struct list_run *run, const char *line, size_t len) must_check;
int list_unbound_line(struct list_run *run, const char *line, size_t len) must_check;

/* RFC 4180, a record at a time, also over line ends inside quotes. */
struct list_csv;
/* column: a header's name, a number from 1, or "" for the first that holds a name or URL. NULL: out of memory. */
struct list_csv *list_csv_new(const char *column);
void list_csv_free(struct list_csv *c);
int list_csv_line(struct list_csv *c, struct list_run *run, const char *line, size_t len) must_check;
int list_csv_end(struct list_csv *c, struct list_run *run) must_check;

#endif
