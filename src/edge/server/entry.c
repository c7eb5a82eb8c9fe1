/* An entry of the journal as its reader may see it. Everybody who reads the journal sees that something happened and
 * its hash; what other routes keep for some roles is not told to the others here either. */
#include "edge/server/reply.h"

static const struct {
    const char *kind, *subject; /* subject NULL: any */
    enum role role;             /* who sees the body, and those above */
    bool names;                 /* the subject says too much as well */
} kept_for[] = {
    { "document.loaded", "pipelines", ROLE_ADMIN, false }, /* environments of steps may hold secrets */
    { "document.loaded", "schedules", ROLE_ADMIN, false }, /* likewise */
    { "key.added", NULL, ROLE_ADMIN, false },              /* the digest of a key */
    { "knowledge.loaded", NULL, ROLE_ADMIN, true },        /* documents have readers of their own */
    { "knowledge.approved", NULL, ROLE_ADMIN, true },
    { "knowledge.drafted", NULL, ROLE_OPERATOR, false },
    { "knowledge.feedback", NULL, ROLE_OPERATOR, true },   /* what people asked, and the document that helped them */
    { "knowledge.missed", NULL, ROLE_OPERATOR, false },
};
enum { KEPT_ROWS = sizeof kept_for / sizeof *kept_for };

/* The row an entry falls under, KEPT_ROWS: none. */
static size_t row_of(const struct entry *e)
{
    size_t i = 0;
    while (i < KEPT_ROWS && (!str_eq(e->kind, str_of(kept_for[i].kind)) ||
                             (kept_for[i].subject && !str_eq(e->subject, str_of(kept_for[i].subject)))))
        i++;
    return i;
}

enum role entry_role(const struct entry *e)
{
    size_t row = row_of(e);
    return row < KEPT_ROWS ? kept_for[row].role : ROLE_VIEWER;
}

void entry_write(struct jw *w, const char *key, const struct entry *e, enum role reader, struct arena *a)
{
    size_t row = row_of(e);
    bool withheld = row < KEPT_ROWS && !role_may(reader, kept_for[row].role, true);
    jw_open(w, key);
    jw_i64(w, "seq", e->seq);
    jw_i64(w, "time", e->time);
    jw_str(w, "kind", e->kind);
    jw_str(w, "subject", withheld && kept_for[row].names ? STR("") : e->subject);
    jw_str(w, "actor", e->actor);
    jw_str(w, "correlation_id", e->correlation);
    jw_i64(w, "cause_seq", e->cause);
    jw_raw(w, "body", e->body.len && !withheld ? e->body : STR("null")); /* no body: retention has cut it */
    if (withheld) jw_strz(w, "withheld", role_text(kept_for[row].role));
    jw_str(w, "hash", hex_text((str){ (const char *)e->hash.b, SHA256_LEN }, a));
    jw_close(w);
}
