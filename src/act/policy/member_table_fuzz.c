/* Opens any octets as a table of members, its checksum not asked for, and searches what opens. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "act/policy/member_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct member_table *t;
    const char *reason = NULL;
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        return 0;
    memcpy(copy, octets, len);
    if (member_table_open_octets(copy, len, false, &t, &reason) < 0)
        return 0;
    for (unsigned i = 0; i < 256; i++) {
        struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff, [12] = (uint8_t)i}};
        assert(member_table_of_client(t, &a) <= member_table_last(t));
        a.bytes[0] = (uint8_t)i;
        assert(member_table_of_client(t, &a) <= member_table_last(t));
        const struct member_table_list *lists = NULL;
        assert(member_table_profile(t, i) <= member_table_profiles(t));
        for (unsigned n = member_table_lists(t, i, &lists); n-- > 0;)
            assert(strlen(lists[n].name) < MEMBER_TABLE_NAME_MAX);
        assert(member_table_of_name(t, member_table_name(t, i)) <= member_table_last(t));
    }
    member_table_close(t);
    return 0;
}
