/* Finds the run of addresses that an address lies in. */
#include "model/place.h"

#include <stdbool.h>
#include <stddef.h>

#include "model/place_table.h"

static uint64_t big_endian(const uint8_t *from, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | from[i];
    return value;
}

static uint64_t first_of(bool is_v4, unsigned run)
{
    return is_v4 ? place_v4_first[run] : place_v6_first[run];
}

/* The last run whose first is not above the address: the first of all is 0. */
static unsigned find(bool is_v4, uint64_t address)
{
    unsigned low = 0, high = is_v4 ? place_v4_count : place_v6_count;
    while (high - low > 1) {
        unsigned middle = low + (high - low) / 2;
        if (first_of(is_v4, middle) <= address)
            low = middle;
        else
            high = middle;
    }
    return low;
}

unsigned place_of(const struct addr *a)
{
    if (addr_is_v4(a))
        return place_v4_country[find(true, big_endian(a->bytes + 12, 4))];
    return place_v6_country[find(false, big_endian(a->bytes, 8))];
}

const char *place_code(unsigned place)
{
    return place < place_code_count ? place_codes[place] : "";
}

const char *place_table_date(void)
{
    return place_date_text;
}
