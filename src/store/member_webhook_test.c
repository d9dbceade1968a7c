/* Webhooks of members, and the queue of what goes there. */
#include "store/member_webhook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_file_test.h"
#include "store/notice_delivery.h"

static struct member m = {.name = "hospital", .changed_us = 1};

TEST(one_for_each_member)
{
    struct ledger *l = open_fresh();
    struct member_webhook w = {.member = "hospital", .url = "https://hook.example/a", .secret = "s1", .made_us = 5, .made_by = "ana (analyst)"}, again;
    check_int(member_webhook_put(l, &w), ==, -ENOENT);
    check_int(member_put(l, &m), ==, 0);
    check_int(member_webhook_get(l, "hospital", &again), ==, -ENOENT);
    check_int(member_webhook_put(l, &w), ==, 0);
    snprintf(w.url, sizeof w.url, "https://hook.example/b");
    snprintf(w.secret, sizeof w.secret, "s2");
    check_int(member_webhook_put(l, &w), ==, 0);
    check_int(member_webhook_get(l, "hospital", &again), ==, 0);
    check_str(again.url, "https://hook.example/b");
    check_str(again.secret, "s2");
    check_int(again.made_us, ==, 5);
    check_str(again.made_by, "ana (analyst)");
    check_int(member_put(l, &m), ==, 0); /* a change of the member keeps it */
    check_int(member_webhook_delete(l, "hospital"), ==, 0);
    check_int(member_webhook_delete(l, "hospital"), ==, -ENOENT);
    check_int(member_webhook_put(l, &w), ==, 0);
    check_int(member_delete(l, "hospital"), ==, 0);
    check_int(member_webhook_get(l, "hospital", &again), ==, -ENOENT);
    close_and_remove(l);
}

static int64_t queue(struct ledger *l, enum delivery_channel channel, const char *to, int64_t due_us)
{
    struct notice_delivery d = {.member = "hospital", .channel = channel, .made_us = 1, .due_us = due_us};
    snprintf(d.mail, sizeof d.mail, "%s", to);
    check_int(delivery_add(l, &d), ==, 0);
    check_int(delivery_is_of_member(&d), ==, channel == DELIVERY_WEBHOOK && *to);
    return d.id;
}

TEST(their_queue_is_apart)
{
    struct ledger *l = open_fresh();
    int64_t ids[4], mail = queue(l, DELIVERY_MAIL, "a@b.example", 10), node = queue(l, DELIVERY_WEBHOOK, "", 11), own = queue(l, DELIVERY_WEBHOOK, "https://hook.example", 9),
                    second = queue(l, DELIVERY_WEBHOOK, "https://hook.example", 30);
    struct notice_delivery d;
    check_int(delivery_due(l, false, 20, 4, ids), ==, 2);
    check_int(ids[0], ==, mail);
    check_int(ids[1], ==, node);
    check_int(delivery_due(l, true, 20, 4, ids), ==, 1);
    check_int(ids[0], ==, own);
    check_int(delivery_delay_webhook(l, "hospital", 25), ==, 0);
    check_int(delivery_due(l, true, 24, 4, ids), ==, 0);
    check_int(delivery_due(l, true, 25, 4, ids), ==, 1);
    check_int(delivery_due(l, true, 30, 4, ids), ==, 1); /* one of each member */
    check_int(ids[0], ==, own);
    check_int(delivery_due(l, false, 20, 4, ids), ==, 2);
    check_int(delivery_last_webhook(l, "hospital", &d), ==, 0);
    check_int(d.id, ==, second);
    check_int(delivery_last_webhook(l, "city", &d), ==, -ENOENT);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
