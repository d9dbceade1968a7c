/* The data of the SOA record of every zone that is served: only the serial differs. */
#ifndef HINOMI_SHARE_RPZ_SOA_H
#define HINOMI_SHARE_RPZ_SOA_H

#include "base/writer.h"

enum {
    RPZ_TTL_S = 60,
    RPZ_REFRESH_S = 300,      /* a secondary asks so often when no NOTIFY reaches it */
    RPZ_RETRY_S = 60,
    RPZ_EXPIRE_S = 30 * 86400, /* it goes on protecting when this node is away for long */
    RPZ_SOA_LEN = 11 + 16 + 20,
};

/* Nobody asks these names for anything: the zone is no part of the public tree. */
static inline void rpz_soa_write(struct writer *w, int64_t serial)
{
    static const uint8_t names[] = "\011localhost\0\006nobody\007invalid"; /* the terminators are roots */
    _Static_assert(sizeof names + 20 == RPZ_SOA_LEN, "its length");
    writer_bytes(w, names, sizeof names);
    writer_u32(w, (uint32_t)serial);
    writer_u32(w, RPZ_REFRESH_S);
    writer_u32(w, RPZ_RETRY_S);
    writer_u32(w, RPZ_EXPIRE_S);
    writer_u32(w, RPZ_TTL_S);
}

#endif
