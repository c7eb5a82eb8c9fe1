/* A client of the journal over server-sent events: the hub fills its buffer, the HTTP library empties it. */
#include "edge/server/events_internal.h"

#include "edge/server/watch.h"

/* Give waiting bytes to the library, or suspend until the hub has some. Thread: HTTP. */
ssize_t events_sse_read(void *cls, uint64_t pos, char *to, size_t max)
{
    struct client *c = cls;
    struct events *e = c->owner;
    ssize_t n = 0;
    (void)pos;
    events_lock(e);
    size_t left = c->out.len - c->out_at;
    if (left) {
        n = (ssize_t)(left < max ? left : max);
        memcpy(to, c->out.ptr + c->out_at, (size_t)n);
        c->out_at += (size_t)n;
        c->progress = events_now(e);
        if (c->out_at == c->out.len) {
            buf_clear(&c->out);
            c->out_at = 0;
        }
    } else if (c->closing) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        c->suspended = true;
        MHD_suspend_connection(c->connection);
    }
    events_unlock(e);
    if (n > 0) events_wake(e);
    return n;
}

void events_sse_done(void *cls)
{
    struct client *c = cls;
    struct events *e = c->owner;
    events_lock(e);
    c->gone = true;
    c->watched = NULL;
    events_unlock(e);
    events_wake(e);
}

/* Call under the lock. */
void events_sse_resume(struct client *c)
{
    if (!c->suspended || c->gone) return;
    c->suspended = false;
    MHD_resume_connection(c->connection);
}

void events_sse_put(struct client *c, int64_t seq, str text)
{
    str line;
    buf_fmt(&c->out, "id: %lld\n", (long long)seq);
    while (str_next(&text, '\n', &line)) {
        buf_add(&c->out, STR("data: "));
        buf_add(&c->out, line);
        buf_char(&c->out, '\n');
    }
    buf_char(&c->out, '\n');
}

void events_sse_check(struct client *c, usec t)
{
    const struct events_opts *o = &c->owner->opts;
    events_lock(c->owner);
    bool waits = c->out.len > c->out_at, slow = !c->gone && !c->closing && waits && t - c->progress > o->stall;
    if (!waits) c->progress = t;
    if (!waits && !c->closing && t - c->pinged > o->ping_every) {
        buf_add(&c->out, STR(": ping\n\n"));
        c->pinged = t;
        events_sse_resume(c);
    }
    struct watched *watched = slow ? c->watched : NULL;
    if (slow) c->closing = t;
    events_unlock(c->owner);
    if (!slow) return;
    events_dropped(c);
    watch_cut(watched);
}

void events_sse_close(struct client *c, int code)
{
    events_lock(c->owner);
    if (!c->closing) {
        c->closing = events_now(c->owner);
        buf_fmt(&c->out, "event: closing\ndata: {\"code\":%d}\n\n", code);
        events_sse_resume(c);
    }
    events_unlock(c->owner);
}
