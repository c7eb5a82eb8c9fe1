/* Working hours in a zone: open or not, when next, and how long work takes when it rests at night. */
#include "core/inquiry/routing.h"

enum { SPANS_MAX = 4000 }; /* of work: over ten years of working days */

static int minute_of(const struct tz_local *l)
{
    return l->hour * 60 + l->minute;
}

bool hours_open(const struct hours *h, usec at)
{
    if (!h->tz) return true;
    struct tz_local l = tz_local(h->tz, at);
    return (h->days >> l.weekday & 1u) && minute_of(&l) >= h->from && minute_of(&l) < h->to;
}

usec hours_next(const struct hours *h, usec after)
{
    return h->tz ? tz_next(h->tz, after, h->from, h->days) : after;
}

/* The end of the hours that are open at `at`. 24:00 is midnight of the next day. */
static usec closes(const struct hours *h, usec at)
{
    return tz_next(h->tz, at, h->to % 1440, 0);
}

usec hours_after(const struct hours *h, usec from, usec work)
{
    if (!h->tz) return from + work;
    usec at = hours_open(h, from) ? from : hours_next(h, from);
    for (int i = 0; i < SPANS_MAX; i++) {
        usec end = closes(h, at);
        if (work <= end - at) return at + work;
        work -= end - at;
        at = hours_next(h, end - 1);
    }
    return at;
}
