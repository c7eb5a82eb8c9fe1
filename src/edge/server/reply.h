/* Writing replies: rows of the store as JSON by tables of columns, pages by cursor. */
#ifndef WEIR_EDGE_SERVER_REPLY_H
#define WEIR_EDGE_SERVER_REPLY_H

#include "edge/server/http.h"
#include "store/journal.h"

/* How a column is written. NULL is null in every type. COL_HIDE is read but not written (a cursor). */
enum col_type { COL_TEXT, COL_INT, COL_REAL, COL_BOOL, COL_SEVERITY, COL_JSON, COL_HIDE };
struct col {
    const char *name; /* NULL ends the table */
    enum col_type type;
};

/* A reply made from one read transaction. */
struct view {
    struct request *req;
    struct response *res;
    struct tx *tx;
    struct jw w;
};
/* False: res holds the problem. Else end with view_close, which turns an error of the transaction into a problem. */
bool view_open(struct view *v, struct request *req, struct response *res);
void view_close(struct view *v);
/* End the view with 404: "no incident inc-4". */
void view_missing(struct view *v, const char *what, str id);

void row_write(struct jw *w, struct rows *r, const struct col *cols); /* the members of an object */
/* A list of every row: "key":[{...}]. */
void view_list(struct view *v, const char *key, const struct col *cols, struct rows *r);
/* Open the view of one thing: its object begins with the one row of a query, and stays open for more. False: there is
 * no such row ("no `what`" and the path's first argument), or the view does not open; res holds the problem. Else end
 * with jw_close and view_close. */
bool view_object(struct view *v, struct request *req, struct response *res, const char *what, const struct col *cols,
                 enum sql id, const struct val *vals, size_t n);
/* The whole reply of a handler of one thing that the path's first argument names, where the row is all there is. */
void reply_object(struct request *req, struct response *res, const char *what, const struct col *cols, enum sql id);
/* The whole reply of a list handler, {"items":[...],"next_cursor":...}: `vals` ask for http_limit + 1 rows, and column
 * `cursor` of the last row that is shown is the cursor. */
void reply_page(struct request *req, struct response *res, enum sql id, const struct col *cols, int cursor,
                const struct val *vals, size_t n);

/* An entry as `reader` may see it (entry.c): what it may not is null, and "withheld" names the role that may. */
void entry_write(struct jw *w, const char *key, const struct entry *e, enum role reader, struct arena *a);
enum role entry_role(const struct entry *e); /* from which role on it is seen whole */
/* {"refused":[{"index","problem"}],"accepted":n,"duplicates":n} of a batch of inputs. */
void reply_batch(struct response *res, const struct input_result *results, size_t n);
/* {"seq":n}: what a mutation answers, with the id it made when prefix is given ("sil-" -> {"seq":7,"id":"sil-7"}). */
void reply_seq(struct response *res, int64_t seq, const char *prefix);
/* 503: there is no sentence encoder, and how to get one. */
void reply_no_encoder(struct response *res);
/* Apply an input whose body was built in `body`; the problem goes into res and false comes back. */
bool reply_input(struct request *req, struct response *res, str kind, str subject, const struct buf *body,
                 int64_t *seq);
/* The whole reply of a mutation that says no more than a comment of the thing that the path's first argument names.
 * prefix: as of reply_seq. */
void reply_comment(struct request *req, struct response *res, str kind, const char *prefix);

#endif
