/* Term at a time: each term adds its impacts to the sums of its documents; then the best are picked. */
#include "engine/knowledge/bm25_internal.h"

struct parsing {
    const struct bm25 *x;
    struct bm25_query *q;
};

static void add_term(struct bm25_query *q, uint32_t term, unsigned weight, size_t at, size_t len)
{
    for (size_t i = 0; i < q->count; i++) {
        if (q->term[i] != term) continue;
        if (q->weight[i] + weight < UINT16_MAX) q->weight[i] = (uint16_t)(q->weight[i] + weight);
        return;
    }
    if (q->count == BM25_TERMS_MAX) return;
    q->term[q->count] = term;
    q->weight[q->count] = (uint16_t)weight;
    q->at[q->count] = at;
    q->len[q->count++] = len;
}

static void take_term(void *ctx, const struct index_term *term)
{
    struct parsing *p = ctx;
    uint32_t id = bm25_find(p->x, term->text);
    if (id) add_term(p->q, id, BM25_WEIGHT_ONE, term->at, term->len);
    else p->q->unknown += !term->whole;
}

void bm25_parse(const struct bm25 *x, struct terms *t, str text, struct bm25_query *q)
{
    struct parsing p = { x, q };
    q->count = 0;
    q->unknown = 0;
    terms_each(t, text, take_term, &p);
}

/* ---- the best k ---- */

/* Worse: a lower score, or the same of a later document. */
static bool worse(struct bm25_hit l, struct bm25_hit r)
{
    return l.score != r.score ? l.score < r.score : l.doc > r.doc;
}

/* A heap whose root is the worst. */
static void sink(struct bm25_hit *h, size_t n, size_t i)
{
    struct bm25_hit moving = h[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && worse(h[child + 1], h[child])) child++;
        if (!worse(h[child], moving)) break;
        h[i] = h[child];
    }
    h[i] = moving;
}

static size_t pick(const uint32_t *sums, size_t docs, size_t k, struct bm25_hit *out)
{
    size_t n = 0;
    uint32_t floor = 1;
    for (uint32_t d = 0; d < docs; d++) {
        if (sums[d] < floor) continue;
        if (n < k) {
            out[n++] = (struct bm25_hit){ d, sums[d] };
            if (n < k) continue;
            for (size_t i = n / 2; i-- > 0;) sink(out, n, i);
        } else {
            out[0] = (struct bm25_hit){ d, sums[d] };
            sink(out, n, 0);
        }
        floor = out[0].score + 1; /* of equal ones the earlier stays */
    }
    if (n < k)
        for (size_t i = n / 2; i-- > 0;) sink(out, n, i);
    for (size_t left = n; left > 1; left--) {
        struct bm25_hit last = out[0];
        out[0] = out[left - 1];
        out[left - 1] = last;
        sink(out, left - 1, 0);
    }
    return n;
}

size_t bm25_search(const struct bm25 *x, const struct bm25_query *q, uint32_t *sums, size_t k, struct bm25_hit *out)
{
    assert(x->finished);
    if (!k || !q->count) return 0;
    for (size_t i = 0; i < q->count; i++) {
        uint32_t from = x->start[q->term[i]], to = x->start[q->term[i] + 1], w = q->weight[i];
        for (uint32_t p = from; p < to; p++) sums[x->posting_doc[p]] += w * x->posting_impact[p];
    }
    size_t n = pick(sums, x->doc_count, k, out);
    memset(sums, 0, x->doc_count * sizeof *sums);
    return n;
}

uint32_t bm25_share(const struct bm25 *x, const struct bm25_query *q, size_t i, uint32_t doc)
{
    uint32_t lo = x->start[q->term[i]], end = x->start[q->term[i] + 1], hi = end;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (x->posting_doc[mid] < doc) lo = mid + 1;
        else hi = mid;
    }
    return lo < end && x->posting_doc[lo] == doc ? (uint32_t)q->weight[i] * x->posting_impact[lo] : 0;
}

double bm25_rarity(const struct bm25 *x, const struct bm25_query *q, size_t i)
{
    return x->idf[q->term[i]];
}

double bm25_rarity_most(const struct bm25 *x)
{
    return x->idf ? x->idf[0] : 0;
}
