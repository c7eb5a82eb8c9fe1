/* From the store to documents, and from documents to the shelf of a role. */
#include "base/json.h"
#include "base/log.h"
#include "edge/documents/formats.h"
#include "edge/documents/library_internal.h"

void library_shelves_drop(struct library *l)
{
    for (size_t i = 0; i < l->shelf_count; i++) {
        arena_done(&l->shelves[i].a);
        mem_free((void *)(uintptr_t)l->shelves[i].role.ptr);
    }
    l->shelf_count = 0;
}

static str kept(struct library *l, struct rows *r, int col)
{
    str s = rows_str(r, col);
    char *copy = arena_try(&l->a, s.len + 1);
    if (copy && s.len) memcpy(copy, s.ptr, s.len);
    return (str){ copy, copy ? s.len : 0 };
}

/* Who may find it, and when. */
static str rules_of(const struct library_document *d, struct arena *a)
{
    return str_fmt(a, STR_FMT " %lld %lld", STR_ARG(d->roles), (long long)d->valid_from, (long long)d->valid_to);
}

static void add_passage(struct library *l, struct library_document *d, str path, str text, size_t room)
{
    if (!d->paths) {
        d->paths = arena_try(&l->a, room * sizeof *d->paths);
        d->texts = arena_try(&l->a, room * sizeof *d->texts);
        d->ids = arena_try(&l->a, room * sizeof *d->ids);
    }
    if (!d->paths || !d->texts || !d->ids) return;
    if (l->near) {
        struct arena a = arena_init(1 << 16);
        d->ids[d->count] = vector_item_id(d->id, (int64_t)d->count, d->title, text, rules_of(d, &a));
        arena_done(&a);
    }
    d->paths[d->count] = path;
    d->texts[d->count++] = text;
    l->passages++;
}

/* Both queries come in the order of the documents' ids. */
static void load_documents(struct library *l, struct tx *tx)
{
    struct rows *r = tx_query_n(tx, SQL_KNOWLEDGE_DOCUMENTS, TX_NO_VALS);
    while (rows_next(r) && !l->a.full) {
        struct library_document *d = &l->documents[l->count];
        *d = (struct library_document){ .id = kept(l, r, 0), .title = kept(l, r, 2), .roles = kept(l, r, 3),
                                        .valid_from = rows_i64(r, 4), .valid_to = rows_i64(r, 5) };
        size_t room = (size_t)rows_i64(r, 6);
        struct rows *p = tx_query(tx, SQL_KNOWLEDGE_PASSAGES, V(d->id));
        while (rows_next(p) && d->count < room) add_passage(l, d, kept(l, p, 0), kept(l, p, 1), room);
        rows_end(p);
        l->count += !l->a.full; /* one that was cut does not count */
    }
    rows_end(r);
}

static err cut_runbook(struct library *l, struct library_document *d, str body)
{
    struct arena scratch = arena_init(64 << 20);
    struct block_list blocks = { .a = &scratch };
    struct passage_list list = { 0 };
    blocks_of_markdown(body, &blocks);
    err e = passages_cut(&blocks, &l->a, &list);
    for (size_t i = 0; i < list.count && !e.code; i++)
        add_passage(l, d, list.items[i].path, list.items[i].text, list.count);
    arena_done(&scratch);
    return e;
}

static err load_runbooks(struct library *l, struct tx *tx)
{
    err e = OK;
    struct rows *r = tx_query_n(tx, SQL_KNOWLEDGE_RUNBOOKS, TX_NO_VALS);
    while (!e.code && rows_next(r) && !l->a.full) {
        struct library_document *d = &l->documents[l->count];
        *d = (struct library_document){ .title = kept(l, r, 1), .roles = STR("[]") };
        char *id = arena_try(&l->a, 9 + rows_str(r, 0).len);
        if (id)
            d->id =
                (str){ id, (size_t)snprintf(id, 9 + rows_str(r, 0).len, "runbook:" STR_FMT, STR_ARG(rows_str(r, 0))) };
        e = cut_runbook(l, d, rows_str(r, 2));
        if (e.code == ERR_LIMIT && l->a.full) e = OK;
        l->count += !l->a.full;
    }
    rows_end(r);
    return e;
}

/* ---- what was said of them ---- */

static struct library_document *document_of(struct library *l, str id)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->documents[i].id, id)) return &l->documents[i];
    return NULL;
}

static void passage_prior(struct library *l, struct library_document *d, str digest, struct said said)
{
    struct arena a = arena_init(4096);
    if (!d->priors) {
        d->priors = arena_try(&l->a, d->count * sizeof *d->priors);
        for (size_t i = 0; d->priors && i < d->count; i++) d->priors[i] = d->prior;
    }
    for (size_t i = 0; d->priors && i < d->count; i++) {
        struct sha256 of = sha256_of(d->texts[i]);
        arena_reset(&a);
        if (str_eq(hex_text((str){ (char *)of.b, SHA256_LEN }, &a), digest)) d->priors[i] = prior_of(d->said, said);
    }
    arena_done(&a);
}

/* Of each document first the row about all of it. One that is gone, or passages that read otherwise now: left out. */
static void load_priors(struct library *l, struct tx *tx)
{
    struct rows *r = tx_query_n(tx, SQL_KNOWLEDGE_PRIORS, TX_NO_VALS);
    while (rows_next(r)) {
        struct said said = { rows_i64(r, 2), rows_i64(r, 3) };
        struct library_document *d = document_of(l, rows_str(r, 0));
        if (!d) continue;
        if (rows_str(r, 1).len) {
            passage_prior(l, d, rows_str(r, 1), said);
        } else {
            d->said = said;
            d->prior = prior_of(said, (struct said){ 0 });
        }
    }
    rows_end(r);
}

static err load(struct library *l, struct tx *tx, int64_t version)
{
    library_shelves_drop(l);
    arena_reset(&l->a);
    l->count = l->passages = l->encoded_to = l->left_out = 0;
    l->version = 0;
    int64_t reindexed = tx_get_i64_n(tx, SQL_KNOWLEDGE_REINDEX_LAST, 0, TX_NO_VALS);
    size_t there = (size_t)tx_get_i64_n(tx, SQL_KNOWLEDGE_ROOM, 0, TX_NO_VALS);
    l->documents = arena_try(&l->a, (there + 1) * sizeof *l->documents);
    if (!l->documents) return err_make(ERR_LIMIT, "the documents do not fit in memory");
    load_documents(l, tx);
    err e = load_runbooks(l, tx);
    load_priors(l, tx);
    l->left_out = there > l->count ? there - l->count : 0;
    if (l->left_out)
        log_warn("documents.left_out documents=%zu: they take more than knowledge.memory_max, %zu MiB", l->left_out,
                 l->a.max >> 20);
    if (!e.code) e = tx_err(tx);
    if (!e.code) l->version = version;
    l->may_rest = !l->stats.rebuilt || reindexed != l->reindexed;
    l->reindexed = reindexed;
    l->stats.rebuilt++;
    return e;
}

err library_load(struct library *l)
{
    struct tx *tx = NULL;
    err e = store_read(l->opts.store, &tx);
    if (e.code) return e;
    int64_t version = 1 + tx_get_i64_n(tx, SQL_KNOWLEDGE_VERSION, 0, TX_NO_VALS);
    if (version != l->version) e = load(l, tx, version);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    return e;
}

/* ---- shelves ---- */

static bool may_read(const struct library_document *d, str role)
{
    if (STR_IS(d->roles, "[]") || STR_IS(role, "admin")) return true;
    struct arena a = arena_init(1 << 16);
    json *roles = NULL, *one;
    size_t i, n;
    bool may = false;
    if (!json_parse(d->roles, &a, &roles).code)
        yyjson_arr_foreach(roles, i, n, one) may = may || str_eq(json_str(one, STR("")), role);
    arena_done(&a);
    return may;
}

static bool holds(const struct library_document *d, usec now, usec *stale)
{
    if (d->valid_from > now && d->valid_from < *stale) *stale = d->valid_from;
    if (d->valid_to > now && d->valid_to < *stale) *stale = d->valid_to;
    return d->valid_from <= now && (!d->valid_to || d->valid_to > now);
}

str library_encoded(const struct library_document *d, str text, struct arena *a, struct sha256 *of)
{
    str whole = text.len ? str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(d->title), STR_ARG(text)) : d->title;
    *of = sha256_of(whole);
    return whole;
}

static struct packed vector_of(const struct library *l, const struct library_document *d, str text)
{
    struct arena a = arena_init(1 << 20);
    struct sha256 of;
    struct packed v = { 0 };
    (void)library_encoded(d, text, &a, &of);
    (void)vector_cache_get(l->cache, &of, &v);
    arena_done(&a);
    return v;
}

static err shelve(struct library *l, struct library_shelf *s, uint32_t number)
{
    const struct library_document *d = &l->documents[number];
    err e = OK;
    struct packed title = l->embed ? vector_of(l, d, STR("")) : (struct packed){ 0 };
    for (size_t i = 0; i < d->count && !e.code; i++) {
        struct shelf_passage p = { .document = number, .title = d->title, .path = d->paths[i], .text = d->texts[i],
                                   .title_vector = title, .prior = d->priors ? d->priors[i] : d->prior };
        if (l->embed) p.vector = vector_of(l, d, d->texts[i]);
        if (s->ids) s->ids[shelf_count(s->shelf)] = d->ids[i];
        e = shelf_add(s->shelf, &p);
    }
    return e;
}

/* Passages by their id in the store of vectors. */
static err index_ids(struct library_shelf *s)
{
    size_t n = shelf_count(s->shelf), cap = 64;
    while (cap < 2 * n) cap *= 2;
    s->slots = arena_try(&s->a, cap * sizeof *s->slots);
    if (!s->slots) return err_make(ERR_LIMIT, "no room for the ids of %zu passages", n);
    s->slot_cap = cap;
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)s->ids[i] & (cap - 1);
        while (s->slots[at]) at = (at + 1) & (cap - 1);
        s->slots[at] = (uint32_t)i + 1;
    }
    return OK;
}

static err make_shelf(struct library *l, struct library_shelf *s, usec now)
{
    s->stale = USEC_MAX;
    s->made = now;
    s->vectors = vector_cache_count(l->cache);
    s->slots = NULL;
    s->ids = l->near ? arena_try(&s->a, (l->passages + 1) * sizeof *s->ids) : NULL;
    err e = shelf_new(&s->a, l->terms, l->embed ? EMBED_DIM : 0, &s->shelf);
    if (!e.code) shelf_near_elsewhere(s->shelf);
    for (size_t i = 0; i < l->count && !e.code; i++)
        if (may_read(&l->documents[i], s->role) && holds(&l->documents[i], now, &s->stale))
            e = shelve(l, s, (uint32_t)i);
    if (!e.code) e = shelf_finish(s->shelf);
    return e.code || !s->ids ? e : index_ids(s);
}

/* New vectors are worth a new shelf when all are there, and now and then on the way. */
static bool outdated(const struct library *l, const struct library_shelf *s, usec now)
{
    if (!l->embed || s->vectors == vector_cache_count(l->cache)) return false;
    return l->encoded_to == l->count || now - s->made > USEC_MINUTE;
}

err library_shelf(struct library *l, str role, usec now, struct library_shelf **out)
{
    for (size_t i = 0; i < l->shelf_count; i++) {
        struct library_shelf *s = &l->shelves[i];
        if (!str_eq(s->role, role)) continue;
        *out = s;
        if (now < s->stale && !outdated(l, s, now)) return OK;
        arena_reset(&s->a);
        return make_shelf(l, s, now);
    }
    if (l->shelf_count == SHELVES_MAX) library_shelves_drop(l);
    struct library_shelf *s = &l->shelves[l->shelf_count++];
    *s = (struct library_shelf){ .a = arena_init(SHELF_TIMES * l->a.max), .role = str_of(mem_dup_z(role)) };
    *out = s;
    return make_shelf(l, s, now);
}
