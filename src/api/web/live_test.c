/* Channels of streams: shared by those who look at the same, and never all one's own. */
#include "api/web/live.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>

#include "base/test.h"

static void publish(void *self, uint32_t channel, const char *octets, size_t len)
{
    (void)self, (void)channel, (void)octets, (void)len;
}

static struct event_base *loop;
static struct live *live;

static void begin(void)
{
    loop = event_base_new();
    check(loop != NULL);
    check_int(live_new(loop, NULL, publish, NULL, &live), ==, 0);
}

static void end(void)
{
    live_free(live);
    event_base_free(loop);
}

/* A stream of names below that one. */
static int join(unsigned below, int64_t account, const char *member, uint32_t *ret_channel)
{
    struct live_filter f = {.log = true};
    snprintf(f.below, sizeof f.below, "n%u.example", below);
    snprintf(f.member, sizeof f.member, "%s", member);
    return live_join(live, &f, account, member, ret_channel);
}

TEST(who_looks_at_the_same_shares_a_channel)
{
    uint32_t first, second, third;
    begin();
    check_int(join(1, 7, "", &first), ==, 0);
    check_int(join(1, 8, "", &second), ==, 0);
    check_int(join(2, 8, "", &third), ==, 0);
    check_int(first, ==, second);
    check_int(first, !=, third);
    check_int(live_channel_count(live), ==, 2);
    live_leave(live, first);
    check_int(live_channel_count(live), ==, 2);
    live_leave(live, first);
    check_int(live_channel_count(live), ==, 1);
    end();
}

TEST(no_account_and_no_member_takes_all)
{
    uint32_t channel, last;
    unsigned n = 0;
    begin();
    for (unsigned i = 0; i < LIVE_CHANNELS_OF_ONE; i++)
        check_int(join(n++, 7, "", &last), ==, 0);
    check_int(join(n++, 7, "", &channel), ==, -ENOSPC);
    check_int(join(0, 7, "", &channel), ==, 0); /* which is there */
    for (unsigned i = 0; i < LIVE_CHANNELS_OF_ONE; i++)
        check_int(join(n++, 100 + i, "hospital", &channel), ==, 0);
    check_int(join(n++, 200, "hospital", &channel), ==, -ENOSPC);
    check_int(join(n++, 201, "city", &channel), ==, 0);
    live_leave(live, last);
    check_int(join(n++, 7, "", &channel), ==, 0);
    end();
}

TEST(members_leave_room_for_the_centre)
{
    uint32_t channel;
    char member[16];
    begin();
    for (unsigned i = 0; i < LIVE_CHANNELS_OF_MEMBERS; i++) {
        snprintf(member, sizeof member, "member %u", i);
        check_int(join(i, 100 + i, member, &channel), ==, 0);
    }
    check_int(join(1000, 999, "one more", &channel), ==, -ENOSPC);
    check_int(join(1000, 1, "", &channel), ==, 0);
    end();
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
