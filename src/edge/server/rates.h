/* How often may a client ask? A bucket of requests a client, which fills again at a constant rate, kept as GCRA (ITU-T
 * I.371, virtual scheduling): one time a client, the one at which its bucket will be full, and no timer. The table is
 * bounded: where it has no room the client goes whose bucket is fullest, which forgets least; usually nothing.
 *
 * The time is given, so this is pure but for its lock. Thread: any. */
#ifndef WEIR_EDGE_SERVER_RATES_H
#define WEIR_EDGE_SERVER_RATES_H

#include "base/str.h"
#include "base/time.h"

enum { RATE_MAX = 100000, RATES_CLIENTS = 4096, RATE_ADDRESS_MAX = 48 };

/* Who is counted. */
enum rate_door { RATE_KEY, RATE_ADDRESS, RATE_DOORS };

struct rate_limit {
    int64_t per_second; /* 0 = no limit; at most RATE_MAX */
    usec window;        /* the bucket holds per_second times this; at least a second */
};

struct rate_answer {
    bool allowed;
    int64_t quota;      /* requests of a full bucket; 0 = there is no limit */
    int64_t left;       /* requests that would be allowed now, after this one */
    int64_t full_s;     /* until the bucket is full, seconds rounded up */
    int64_t retry_s;    /* until one request is allowed, rounded up; 0 when allowed */
};

struct rates; /* opaque */

/* salt   secret and drawn at start: nobody outside can choose names that share a place. */
struct rates *rates_new(const struct rate_limit *limit, uint64_t salt);
void rates_free(struct rates *r); /* accepts NULL */

/* One request of `client` at `now`, of a clock that never goes back. What is refused costs nothing. */
struct rate_answer rates_take(struct rates *r, str client, usec now);

struct rates_stats {
    int64_t refused;
    int64_t forgotten; /* clients with a bucket that was not full who had to make room */
};
struct rates_stats rates_stats(struct rates *r);

/* The client of an address as text: an IPv6 network of 64 bits is one, for whoever has one address of it has all.
 * Anything that is no address stands for itself, cut. */
str rate_address(str address, char out[RATE_ADDRESS_MAX]);

#endif
