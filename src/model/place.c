/* Finds the run of addresses that an address lies in. */
#include "model/place.h"

#include <stddef.h>

#include "model/place_table.h"

static uint64_t big_endian(const uint8_t *from, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | from[i];
    return value;
}

/* The last that is not above the address: the first of all is 0. */
static unsigned find_v4(uint32_t address)
{
    unsigned low = 0, high = place_v4_count;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (place_v4_first[middle] <= address)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static unsigned find_v6(uint64_t address)
{
    unsigned low = 0, high = place_v6_count;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (place_v6_first[middle] <= address)
            low = middle;
        else
            high = middle;
    }
    return low;
}

unsigned place_of(const struct addr *a)
{
    if (addr_is_v4(a))
        return place_v4_country[find_v4((uint32_t)big_endian(a->bytes + 12, 4))];
    return place_v6_country[find_v6(big_endian(a->bytes, 8))];
}

const char *place_code(unsigned place)
{
    return place < place_code_count ? place_codes[place] : "";
}

const char *place_table_date(void)
{
    return place_date_text;
}
