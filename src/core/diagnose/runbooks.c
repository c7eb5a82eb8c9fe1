/* The runbook that reads most like the cause. It tells people and agents what to do next; it is never evidence. */
#include "core/diagnose/diagnose_internal.h"

enum { WORDS_MAX = 24, WORD_BYTES_MAX = 40 };

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Every word in quotes, so that nothing in it is an operator of the search; one and two letters say nothing. */
static size_t add_words(struct buf *query, str text, size_t budget)
{
    for (size_t i = 0; i < text.len && budget > 0;) {
        size_t from = i;
        while (i < text.len && word_char(text.ptr[i])) i++;
        size_t len = i - from;
        if (len > 2 && len <= WORD_BYTES_MAX) {
            buf_fmt(query, " OR \"" STR_FMT "\"", (int)len, text.ptr + from);
            budget--;
        }
        if (len == 0) i++;
    }
    return budget;
}

/* The kind is searched as a phrase: "source.timeout" is found where a runbook says that it is about it. It counts as much
 * as several words, yet a runbook of one's own that names no kind can still win by its words. */
str runbook_find(struct diag *d, const struct cause *c, str words)
{
    if (!tx_get_i64_n(d->tx, SQL_RUNBOOK_ANY, 0, TX_NO_VALS)) return STR(""); /* a search is dear, also in nothing */
    struct buf query = buf_init(4096);
    const char *kind = cause_text(c->kind);
    buf_fmt(&query, "\"%s\" OR \"%s\" OR \"%s\"", kind, kind, kind);
    size_t left = add_words(&query, str_of(cause_sentence(c->kind)), WORDS_MAX / 2);
    add_words(&query, words, left + WORDS_MAX / 2);
    str found = STR("");
    struct rows *r = query.full ? NULL : tx_query(d->tx, SQL_DIAG_RUNBOOK, V(buf_view(&query)));
    if (r && rows_next(r)) {
        found = rows_dup(r, 0, d->a);
        rows_end(r);
    }
    buf_done(&query);
    return found;
}
