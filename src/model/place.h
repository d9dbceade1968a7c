/* In which country an address is used, by a table that is built into the program.
 *
 * The table is that of iptoasn.com (public domain, PDDL 1.0): for each range of addresses the country that its announcing network is registered
 * in, which is not always where the machine stands. Countries are ISO 3166-1 alpha-2. IPv6 is told apart by its first 64 bits. A look-up
 * is a binary search of some 0.1 us. Plain values, any thread.
 */
#ifndef HINOMI_MODEL_PLACE_H
#define HINOMI_MODEL_PLACE_H

#include "base/addr.h"

enum { PLACE_MAX = 256 }; /* numbers of places are below */

/* A number for counting by place; 0: no country is known. It holds for this build alone: store the code. */
unsigned place_of(const struct addr *a);
/* "JP"; "" for 0 and for what is no number of a place. Static. */
const char *place_code(unsigned place);
/* The day the table was made, "2026-06-17"; "" when the program was built without one. */
const char *place_table_date(void);

#endif
