/* The runbook that reads most like the cause. It tells people and agents what to do next; it is never evidence.
 *
 * The index is BM25 in whole numbers, so that the same runbooks and the same words give the same runbook on every
 * machine: it needs no recorded input to be replayed. It is a copy of the table, made again when the table has changed.
 */
#include "core/diagnose/diagnose_internal.h"
#include "engine/knowledge/bm25.h"

enum { WORDS_MAX = 24, KIND_TIMES = 3, QUESTION_BYTES_MAX = 4096, INDEX_BYTES_MAX = 512 << 20 };

struct runbook_index {
    struct arena a;
    struct terms *terms;
    struct bm25 *words;
    str *ids;
    uint32_t *sums;
    int64_t version; /* of the table; 0: made of nothing yet */
};

struct runbook_index *runbook_index_new(void)
{
    struct runbook_index *x = mem_new(sizeof *x);
    x->a = arena_init(INDEX_BYTES_MAX);
    return x;
}

void runbook_index_free(struct runbook_index *x)
{
    if (!x) return;
    terms_close(x->terms);
    arena_done(&x->a);
    mem_free(x);
}

static err fill(struct runbook_index *x, struct tx *tx, size_t count)
{
    x->words = bm25_new(&x->a, x->terms);
    x->ids = arena_try(&x->a, (count + 1) * sizeof *x->ids);
    x->sums = arena_try(&x->a, (count + 1) * sizeof *x->sums);
    if (!x->words || !x->ids || !x->sums) return err_make(ERR_LIMIT, "no memory for runbooks");
    err e = OK;
    struct rows *r = tx_query_n(tx, SQL_KNOWLEDGE_RUNBOOKS, TX_NO_VALS);
    for (size_t n = 0; !e.code && n < count && rows_next(r); n++) {
        x->ids[n] = rows_dup(r, 0, &x->a);
        e = bm25_add(x->words, rows_str(r, 1), rows_str(r, 2));
    }
    rows_end(r);
    return e.code ? e : bm25_finish(x->words);
}

/* False: there are no runbooks, or they do not fit in memory. */
static bool up_to_date(struct runbook_index *x, struct tx *tx)
{
    int64_t count = 0, newest = 0;
    struct rows *r = tx_query_n(tx, SQL_RUNBOOK_VERSION, TX_NO_VALS);
    if (rows_next(r)) {
        count = rows_i64(r, 0);
        newest = rows_i64(r, 1);
    }
    rows_end(r);
    int64_t version = newest * 4096 + count;
    if (count == 0 || count >= 4096) return false;
    if (version == x->version) return true;
    x->words = NULL;
    arena_reset(&x->a);
    err e = x->terms ? OK : terms_open(&x->terms);
    if (!e.code) e = fill(x, tx, (size_t)count);
    x->version = e.code ? 0 : version;
    return !e.code;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The first words of a text; one and two letters say nothing. */
static size_t add_words(struct buf *question, str text, size_t budget)
{
    for (size_t i = 0; i < text.len && budget > 0;) {
        size_t from = i;
        while (i < text.len && word_char(text.ptr[i])) i++;
        if (i - from > 2) {
            buf_fmt(question, " " STR_FMT, (int)(i - from), text.ptr + from);
            budget--;
        }
        if (i == from) i++;
    }
    return budget;
}

/* The kind is an identifier, "source.timeout": it is found where a runbook says that it is about it. It counts as much
 * as several words, yet a runbook of one's own that names no kind can still win by its words. */
str runbook_find(struct diag *d, const struct cause *c, str words)
{
    if (!d->books_checked) d->books_there = d->books && up_to_date(d->books, d->tx);
    d->books_checked = true;
    if (!d->books_there) return STR("");
    struct buf question = buf_init(QUESTION_BYTES_MAX);
    for (int i = 0; i < KIND_TIMES; i++) buf_fmt(&question, " %s", cause_text(c->kind));
    size_t left = add_words(&question, str_of(cause_sentence(c->kind)), WORDS_MAX / 2);
    add_words(&question, words, left + WORDS_MAX / 2);
    struct bm25_query q = { .count = 0 };
    struct bm25_hit best;
    bm25_parse(d->books->words, d->books->terms, buf_view(&question), &q);
    size_t n = bm25_search(d->books->words, &q, d->books->sums, 1, &best);
    buf_done(&question);
    return n ? str_dup(d->a, d->books->ids[best.doc]) : STR("");
}
