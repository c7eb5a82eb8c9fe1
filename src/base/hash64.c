/* Apart from hash.c, so that what needs no more of it does not need OpenSSL. */
#include "base/hash.h"

uint64_t hash64_more(uint64_t h, str s)
{
    for (size_t i = 0; i < s.len; i++) h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    return h;
}

uint64_t hash64(str s)
{
    return hash64_more(UINT64_C(0xcbf29ce484222325), s);
}
