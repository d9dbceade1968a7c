/* Reads members' numbers and networks, all of them. */
#include "store/member_network.h"

#include <errno.h>
#include <string.h>

#include "store/account_impl.h"

int member_each_number(struct ledger *l, member_number_each *each, void *self)
{
    sqlite3_stmt *s;
    char name[ACCOUNT_MEMBER_MAX];
    int r = account_ask(l,
                        "SELECT number, name, EXISTS (SELECT 1 FROM member_list WHERE kind = 0 AND owner = m.name) OR"
                        " EXISTS (SELECT 1 FROM member_group AS g JOIN member_list AS o ON o.kind = 1 AND o.owner = g.name WHERE g.member = m.name)"
                        " FROM member AS m",
                        &s, "");
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = ledger_take_text(s, 1, name, sizeof name) < 0 ? ledger_fail(l, -EBADMSG)
                                                          : each(self, (uint16_t)sqlite3_column_int(s, 0), name, sqlite3_column_int(s, 2) != 0);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

/* A row, and whether it comes before another of the same network. */
struct claimed {
    struct addr_prefix network;
    uint16_t number;
    bool is_proved;
    int64_t proved_us;
    char member[ACCOUNT_MEMBER_MAX];
};

static bool comes_before(const struct claimed *a, const struct claimed *b)
{
    if (a->is_proved != b->is_proved)
        return a->is_proved;
    return a->proved_us != b->proved_us ? a->proved_us < b->proved_us : strcmp(a->member, b->member) < 0;
}

static int take_claimed(struct ledger *l, sqlite3_stmt *s, struct claimed *c)
{
    int bits = sqlite3_column_int(s, 2);
    if (sqlite3_column_bytes(s, 1) != (int)sizeof c->network.addr.bytes || bits < 0 || bits > 128 || ledger_take_text(s, 5, c->member, sizeof c->member) < 0)
        return ledger_fail(l, -EBADMSG);
    memcpy(c->network.addr.bytes, sqlite3_column_blob(s, 1), sizeof c->network.addr.bytes);
    c->network.bits = (uint8_t)bits;
    c->number = (uint16_t)sqlite3_column_int(s, 0);
    c->is_proved = sqlite3_column_int(s, 3) != MEMBER_NO_PROOF;
    c->proved_us = sqlite3_column_int64(s, 4);
    return 1;
}

/* In the order of the index, which costs no sorting; of those side by side the best is told. */
int member_each_network(struct ledger *l, bool only_proved, member_network_each *each, void *self)
{
    sqlite3_stmt *s;
    struct claimed best = {.number = 0}, next = {.number = 0};
    unsigned others = 0;
    int r = account_ask(l,
                        "SELECT number, start, bits, proof, proved_us, member FROM member_claim AS c INDEXED BY member_claim_network"
                        " CROSS JOIN member AS m ON m.name = c.member WHERE c.kind = 0 AND (proof > 0 OR NOT ?) ORDER BY bits, start",
                        &s, "i", (int64_t)only_proved);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1 && (r = take_claimed(l, s, &next)) == 1) {
        if (best.number && best.network.bits == next.network.bits && memcmp(&best.network.addr, &next.network.addr, sizeof next.network.addr) == 0) {
            others++;
            if (comes_before(&next, &best))
                best = next;
            continue;
        }
        r = best.number ? each(self, best.number, &best.network, best.is_proved, others) : 0;
        if (r != 0)
            break;
        best = next;
        others = 0;
    }
    sqlite3_finalize(s);
    return r == 0 && best.number ? each(self, best.number, &best.network, best.is_proved, others) : r;
}
