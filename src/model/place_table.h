/* The table of countries as tools/embed-places writes it: first addresses in rising order, each run going up to the next one. */
#ifndef HINOMI_MODEL_PLACE_TABLE_H
#define HINOMI_MODEL_PLACE_TABLE_H

#include <stdint.h>

extern const char place_date_text[];
extern const char place_codes[][3]; /* the first is empty */
extern const unsigned place_code_count, place_v4_count, place_v6_count; /* at least 1; both tables begin with address 0 */
extern const uint32_t place_v4_first[];
extern const uint8_t place_v4_country[]; /* into place_codes */
extern const uint64_t place_v6_first[];  /* the first 64 bits */
extern const uint8_t place_v6_country[];

#endif
