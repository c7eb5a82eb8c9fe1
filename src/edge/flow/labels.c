#include "edge/flow/labels.h"

#include "base/hash.h"

const char *const label_axis[LABEL_AXES] = { "category", "sentiment", "urgency" };

struct row {
    int64_t seq;
    str person, label[LABEL_AXES]; /* "" = nobody said */
};

static err read_rows(struct tx *tx, struct arena *a, struct row *rows, size_t *n)
{
    struct rows *r = tx_query(tx, SQL_INQUIRY_LABELLED, V((int64_t)LABELS_MAX_READ));
    *n = 0;
    while (*n < LABELS_MAX_READ && rows_next(r)) {
        struct row *one = &rows[(*n)++];
        one->seq = rows_i64(r, 0);
        one->person = rows_dup(r, 1, a);
        for (int i = 0; i < LABEL_AXES; i++)
            one->label[i] = rows_f64(r, 3 + 2 * i) == 1 ? rows_dup(r, 2 + 2 * i, a) : STR("");
    }
    rows_end(r);
    return tx_err(tx);
}

static bool is_held(str person)
{
    return (hash64(person) >> 20) % LABEL_HELD_ONE_IN == 0;
}

/* Classes that are worth learning, in byte order. */
static void find_classes(const struct row *rows, size_t n, int axis, struct text_data *d)
{
    str names[LABEL_CLASSES];
    size_t counts[LABEL_CLASSES] = { 0 }, k, found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!rows[i].label[axis].len || is_held(rows[i].person)) continue;
        for (k = 0; k < found && !str_eq(names[k], rows[i].label[axis]); k++) continue;
        if (k == LABEL_CLASSES) continue;
        if (k == found) names[found++] = rows[i].label[axis];
        counts[k]++;
    }
    d->names = mem_new(LABEL_CLASSES * sizeof *d->names);
    for (k = 0; k < found; k++) {
        if (counts[k] < LABEL_CLASS_LEAST) continue;
        size_t at = d->classes++;
        for (; at && str_cmp(d->names[at - 1], names[k]) > 0; at--) d->names[at] = d->names[at - 1];
        d->names[at] = str_dup(&d->arena, names[k]);
    }
}

/* As the models are asked (edge/inquiry/axis_models.c): the subject, a line's end, the readable text. */
static void learn_one(struct text_data *d, str label, const struct inquiry_text *t)
{
    for (size_t k = 0; k < d->classes; k++) {
        if (!str_eq(d->names[k], label)) continue;
        d->label[d->rows] = (uint32_t)k;
        d->text[d->rows++] = str_fmt(&d->arena, STR_FMT "\n" STR_FMT, STR_ARG(str_cut(t->subject, 0, 1000)),
                                     STR_ARG(desk_plain(t->body, &d->arena)));
    }
}

static void take(struct labels *l, const struct row *row, const struct inquiry_text *t)
{
    for (int i = 0; i < LABEL_AXES; i++) {
        if (!row->label[i].len) continue;
        l->given[i]++;
        if (is_held(row->person))
            l->held[i][l->held_count[i]++] = (struct held_text){
                str_dup(&l->arena, t->subject), str_dup(&l->arena, t->body), str_dup(&l->arena, row->label[i])
            };
        else learn_one(&l->learn[i], row->label[i], t);
    }
}

static err open_all(struct inquiry_desk *d, struct tx *tx, const struct row *rows, size_t n,
                    bool (*goes_on)(const void *ctx), const void *ctx, struct labels *l)
{
    err e = OK;
    for (size_t i = 0; !e.code && i < n; i++) {
        struct arena a = arena_init(8 << 20);
        struct inquiry_text t;
        if (!goes_on(ctx)) e = err_make(ERR_TIMEOUT, "it took too long to read the labelled inquiries");
        if (!e.code) e = desk_open_text(d, tx, rows[i].seq, &a, &t);
        if (!e.code && t.erased) l->erased++;
        else if (!e.code) take(l, &rows[i], &t);
        arena_done(&a);
    }
    return e;
}

err labels_collect(struct inquiry_desk *d, struct store *store, bool (*goes_on)(const void *ctx), const void *ctx,
                   struct labels *out)
{
    struct tx *tx = NULL;
    size_t n = 0;
    *out = (struct labels){ .arena = arena_init((size_t)3 << 30) };
    struct row *rows = ARENA_ARRAY(&out->arena, struct row, LABELS_MAX_READ);
    for (int i = 0; i < LABEL_AXES; i++) out->learn[i].arena = arena_init((size_t)3 << 30);
    err e = store_read(store, &tx);
    if (e.code) return e;
    e = read_rows(tx, &out->arena, rows, &n);
    for (int i = 0; !e.code && i < LABEL_AXES; i++) {
        out->held[i] = ARENA_ARRAY(&out->arena, struct held_text, n + 1);
        out->learn[i].text = mem_new((n + 1) * sizeof(str));
        out->learn[i].label = mem_new((n + 1) * sizeof(uint32_t));
        out->learn[i].cap = n + 1;
        find_classes(rows, n, i, &out->learn[i]);
    }
    if (!e.code) e = open_all(d, tx, rows, n, goes_on, ctx, out);
    store_read_end(tx);
    return e;
}

void labels_done(struct labels *l)
{
    for (int i = 0; i < LABEL_AXES; i++) text_data_done(&l->learn[i]);
    arena_done(&l->arena);
}
