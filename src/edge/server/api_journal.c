/* The journal, entry by entry, and its newest signed checkpoint. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { SCAN = 500, SCANS_MAX = 20 }; /* a filter looks at 10,000 entries at most, then the cursor goes on */

struct scan {
    struct view *v;
    str kind;
    int64_t after, left;
    bool more;
};

/* "incident" finds incident.opened too. */
static bool kind_fits(str want, str kind)
{
    if (!want.len) return true;
    return str_starts(kind, want) && (kind.len == want.len || kind.ptr[want.len] == '.');
}

/* One stretch of entries; false when the list is full or the journal at its end. */
static bool scan_some(struct scan *s)
{
    struct arena *a = s->v->req->arena;
    struct entry_list list = journal_read(s->v->tx, s->after, SCAN, a);
    for (size_t i = 0; i < list.count; i++) {
        if (s->left == 0) {
            s->more = true;
            return false;
        }
        s->after = list.items[i].seq;
        if (!kind_fits(s->kind, list.items[i].kind)) continue;
        entry_write(&s->v->w, NULL, &list.items[i], s->v->req->role, a);
        s->left--;
    }
    s->more = list.count == SCAN;
    return s->more;
}

static void list(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct scan s = { .v = &v, .kind = http_query(req, "kind"), .left = http_limit(req) };
    s.after = http_query_i64(req, "cursor", http_query_i64(req, "after", 0));
    jw_open(&v.w, NULL);
    jw_array(&v.w, "items");
    for (int i = 0; i < SCANS_MAX && scan_some(&s); i++) {}
    jw_array_end(&v.w);
    if (s.more) jw_str(&v.w, "next_cursor", str_fmt(req->arena, "%lld", (long long)s.after));
    else jw_null(&v.w, "next_cursor");
    jw_close(&v.w);
    view_close(&v);
}

static void get(struct request *req, struct response *res)
{
    struct view v;
    struct entry e;
    int64_t seq = 0;
    if (!view_open(&v, req, res)) return;
    if (str_to_i64(req->path_args[0], &seq).code || !journal_get(v.tx, seq, req->arena, &e)) {
        view_missing(&v, "journal entry", req->path_args[0]);
        return;
    }
    entry_write(&v.w, NULL, &e, req->role, req->arena);
    view_close(&v);
}

static const struct col checkpoint_columns[] = {
    { "size", COL_INT }, { "time", COL_INT }, { "note", COL_TEXT }, { .name = NULL }
};

static void checkpoint(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query_n(v.tx, SQL_API_CHECKPOINT, TX_NO_VALS);
    if (!rows_next(r)) {
        view_missing(&v, "checkpoint", STR("yet"));
        return;
    }
    jw_open(&v.w, NULL);
    row_write(&v.w, r, checkpoint_columns);
    jw_close(&v.w);
    rows_end(r);
    view_close(&v);
}

const struct route api_journal_routes[] = {
    { "GET", "/api/v1/journal", ROLE_VIEWER, "journal",
      "Entries after a seq, oldest first; kind=incident finds incident.opened too",
      QUERY_PAGE_SEQ " after:integer(0..) kind:string(0..64)", NULL, "Entry[]", 200, 0, list },
    { "GET", "/api/v1/journal/{seq}", ROLE_VIEWER, "journal", "One entry", NULL, NULL, "Entry", 200, 0, get },
    { "GET", "/api/v1/checkpoint", ROLE_VIEWER, "journal", "The newest signed checkpoint", NULL, NULL, "Checkpoint",
      200, 0, checkpoint },
    ROUTES_END,
};
