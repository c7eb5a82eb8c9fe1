#include "edge/inquiry/desk_drift.h"

#include "edge/files.h"
#include "edge/inquiry/intake_file.h"
#include "edge/inquiry/reference.h"

enum { TEXT_MAX = 8 << 10, BODY_MAX = 4 * TEXT_MAX, FILE_MAX = 20000 };
enum { CATEGORY, LANGUAGE, LENGTH, CONFIDENCE };
static const char *const column_names[DESK_DRIFT_COLUMNS] = { "category", "language", "length", "confidence" };

struct side {
    str text[DESK_DRIFT_NEWEST], person[DESK_DRIFT_NEWEST];
    str category[DESK_DRIFT_NEWEST], language[DESK_DRIFT_NEWEST];
    double length[DESK_DRIFT_NEWEST], confidence[DESK_DRIFT_NEWEST];
    size_t count;
    int64_t first; /* least seq */
    const struct inquiry_reference *kept; /* of a model; NULL: texts are compared as they are */
};

/* ---- the two sides ---- */

/* What the sender says, not what is quoted or a signature: so were the examples that models learn from. */
static void add_text(struct side *s, str subject, str body, str name, struct arena *a)
{
    str said = str_utf8_prefix(desk_said(subject, str_utf8_prefix(body, BODY_MAX), a), TEXT_MAX);
    s->text[s->count] = desk_redact(said, name, a);
    s->length[s->count] = reference_length(s->text[s->count]);
}

static err add_row(struct side *s, struct inquiry_desk *d, struct tx *tx, struct rows *r, struct arena *a)
{
    struct inquiry_text t;
    struct arena opened = arena_init(8 << 20);
    int64_t seq = rows_i64(r, 0);
    err e = desk_open_text(d, tx, seq, &opened, &t);
    if (!e.code && !t.erased) {
        add_text(s, t.subject, t.body, t.sender_name, a);
        s->person[s->count] = rows_dup(r, 1, a);
        s->category[s->count] = rows_dup(r, 2, a);
        s->confidence[s->count] = rows_f64(r, 3);
        s->language[s->count++] = rows_dup(r, 4, a);
        if (!s->first || seq < s->first) s->first = seq;
    }
    arena_done(&opened);
    return e;
}

static err read_rows(struct side *s, struct inquiry_desk *d, struct tx *tx, struct rows *r, struct arena *a)
{
    err e = OK;
    while (!e.code && s->count < DESK_DRIFT_NEWEST && rows_next(r)) e = add_row(s, d, tx, r, a);
    rows_end(r);
    return e.code ? e : tx_err(tx);
}

static err count_example(void *ctx, const struct inquiry_mail *m)
{
    (void)m;
    size_t *n = ctx;
    return ++*n > FILE_MAX ? err_make(ERR_LIMIT, "more than %d examples", FILE_MAX) : OK;
}

/* Every step-th is taken, so that what is kept is spread over the whole file. */
struct examples {
    struct side *side;
    struct inquiry_desk *desk;
    struct arena *a;
    size_t seen, step;
};

static err take_example(void *ctx, const struct inquiry_mail *m)
{
    struct examples *x = ctx;
    struct side *s = x->side;
    struct desk_verdict v;
    struct judged_by by;
    if (s->count == DESK_DRIFT_NEWEST || x->seen++ % x->step) return OK;
    struct arena judging = arena_init(8 << 20);
    inquiry_classify(desk_classifier(x->desk), m->subject, m->body, &judging, &v, &by);
    add_text(s, m->subject, m->body, m->sender_name, x->a);
    s->person[s->count] = STR("");
    s->category[s->count] = str_dup(x->a, v.category.items[0].label);
    s->confidence[s->count] = v.category.items[0].p;
    s->language[s->count++] = str_dup(x->a, v.language.len ? v.language : STR("und"));
    arena_done(&judging);
    return OK;
}

static err read_examples(str path, struct inquiry_desk *d, struct arena *a, struct side *s)
{
    struct intake_report report;
    size_t all = 0;
    err e = intake_file(path, count_example, &all, &report);
    struct examples x = { s, d, a, 0, (all + DESK_DRIFT_NEWEST - 1) / DESK_DRIFT_NEWEST };
    return e.code ? e : intake_file(path, take_example, &x, &report);
}

/* What `weir inquiries train` left beside the model. */
static err read_reference(str path, struct arena *a, struct side *s)
{
    str text;
    struct inquiry_reference *r = ARENA_NEW(a, struct inquiry_reference);
    err e = file_read(path, REFERENCE_FILE_MAX, a, &text);
    if (!e.code) e = reference_parse(text, a, r);
    if (e.code) return err_wrap(e, STR_FMT, STR_ARG(path));
    for (size_t i = 0; i < r->rows && i < DESK_DRIFT_NEWEST; i++) {
        s->text[i] = r->row[i].text;
        s->person[i] = STR("");
        s->category[i] = r->row[i].category;
        s->language[i] = r->row[i].language;
        s->length[i] = r->row[i].length;
        s->count++;
    }
    s->kept = r;
    return OK;
}

static err read_examples_of(str path, struct inquiry_desk *d, struct arena *a, struct side *s)
{
    return str_ends(path, STR(REFERENCE_ENDS)) ? read_reference(path, a, s) : read_examples(path, d, a, s);
}

static err read_sides(struct inquiry_desk *d, struct store *store, str reference, struct arena *a, struct side *ref,
                      struct side *cur)
{
    struct tx *tx = NULL;
    err e = store_read(store, &tx);
    if (e.code) return e;
    e = read_rows(cur, d, tx, tx_query(tx, SQL_INQUIRY_NEWEST, V((int64_t)DESK_DRIFT_NEWEST)), a);
    if (!e.code && !reference.len)
        e = read_rows(ref, d, tx, tx_query(tx, SQL_INQUIRY_OLDEST, V(cur->first), V((int64_t)DESK_DRIFT_NEWEST)), a);
    store_read_end(tx);
    if (!e.code && reference.len) e = read_examples_of(reference, d, a, ref);
    if (!e.code && (ref->count < DESK_DRIFT_LEAST || cur->count < DESK_DRIFT_LEAST))
        e = err_make(ERR_INPUT, "%zu inquiries and %zu to compare with: expected %d of each", cur->count, ref->count,
                     DESK_DRIFT_LEAST);
    return e;
}

/* ---- words that changed ---- */

static bool has_word(str text, str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_eq_nocase(str_cut(text, i, word.len), word)) return true;
    return false;
}

/* People who wrote it; of examples every one counts. */
static bool is_common(const struct side *s, str word)
{
    str people[DESK_DRIFT_PEOPLE];
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool known = false;
        if (!has_word(s->text[i], word)) continue;
        for (size_t j = 0; j < n && s->person[i].len; j++) known |= str_eq(people[j], s->person[i]);
        if (known) continue;
        people[n++] = s->person[i];
        if (n == DESK_DRIFT_PEOPLE) return true;
    }
    return false;
}

/* A word of `s` that the number stands for, and that several people used; none: empty. */
static str word_of(const struct side *s, str number)
{
    for (size_t i = 0; i < s->count; i++) {
        str rest = s->text[i];
        for (str word = domain_word(&rest); word.len; word = domain_word(&rest))
            if (reference_means(number, word) && is_common(s, word)) return word;
    }
    return STR("");
}

static void name_words(const struct side *ref, const struct side *cur, const struct domain_rows *rows,
                       const struct domain_result *domain, struct arena *a, struct desk_drift_report *out)
{
    for (size_t i = 0; i < domain->term_count; i++) {
        bool now = domain->terms[i].weight > 0;
        str word = rows->names[domain->terms[i].column];
        if (reference_number(word)) word = now ? word_of(cur, word) : STR("");
        if (word.len < 2 || !is_common(now ? cur : ref, word)) continue;
        if (now && out->more_count < DOMAIN_TERMS) out->more[out->more_count++] = str_dup(a, word);
        if (!now && out->fewer_count < DOMAIN_TERMS) out->fewer[out->fewer_count++] = str_dup(a, word);
    }
}

static const str *reduced(const struct inquiry_reference *r, const struct side *s, struct arena *a)
{
    str *words = ARENA_ARRAY(a, str, s->count + 1);
    for (size_t i = 0; i < s->count; i++) words[i] = reference_words(r, s->text[i], a);
    return words;
}

static err compare_texts(const struct side *ref, const struct side *cur, struct arena *a, struct desk_drift_report *out)
{
    struct domain_rows rows;
    struct domain_result domain;
    const str *now = cur->text;
    if (ref->kept) now = reduced(ref->kept, cur, a);
    err e = domain_texts(ref->text, ref->count, now, cur->count, a, &rows);
    if (!e.code) e = domain_classify(&rows, a, &domain);
    if (e.code) return e;
    out->auc = domain.auc;
    out->p = domain.p;
    out->texts = domain.p < DESK_DRIFT_CHANCE && domain.auc >= DESK_DRIFT_AUC;
    name_words(ref, cur, &rows, &domain, a, out);
    return OK;
}

/* ---- columns ---- */

static struct drift_config config_of(void)
{
    struct drift_config c = drift_config_default();
    c.alarm = DESK_DRIFT_CHANCE * 10;
    c.distance = c.tail = c.share = c.moved = c.value = DESK_DRIFT_MOVED;
    c.spreads = 1;
    c.grid = 100; /* how often a length or a confidence repeats says nothing here */
    return c;
}

static err words_column(const str *ref, size_t m, const str *cur, size_t n, const struct drift_config *config,
                        struct arena *a, struct drift_verdict *v, double *effect, str *says)
{
    struct drift_words *x = arena_try(a, sizeof *x), *y = arena_try(a, sizeof *y);
    struct drift_counts counts;
    if (!x || !y) return err_make(ERR_LIMIT, "no room for words");
    drift_words_init(x);
    drift_words_init(y);
    for (size_t i = 0; i < m; i++) drift_words_add(x, ref[i], 1);
    for (size_t i = 0; i < n; i++) drift_words_add(y, cur[i], 1);
    err e = drift_compare_words(x, y, a, &counts);
    if (e.code) return e;
    drift_judge_words(&counts, config, v);
    *effect = counts.moved;
    *says = drift_sentence_words(&counts, v, a);
    return OK;
}

static void numbers_column(double *ref, size_t m, double *cur, size_t n, const struct drift_config *config,
                           struct arena *a, struct drift_verdict *v, double *effect, str *says)
{
    static const size_t room = DESK_DRIFT_NEWEST;
    struct drift_numbers numbers;
    double *scratch = ARENA_ARRAY(a, double, room);
    drift_compare_values(ref, m, cur, n, scratch, &numbers);
    drift_judge_numbers(&numbers, config, v);
    *effect = numbers.ks;
    *says = drift_sentence_numbers(&numbers, v, a);
}

/* How sure the desk is of examples it learned from says nothing of others: that column is for own inquiries. */
static err compare_columns(struct side *ref, struct side *cur, struct arena *a, struct desk_drift_report *out)
{
    struct drift_config config = config_of();
    struct drift_verdict v[DESK_DRIFT_COLUMNS] = { 0 };
    double effect[DESK_DRIFT_COLUMNS] = { 0 };
    str says[DESK_DRIFT_COLUMNS] = { 0 };
    uint32_t scratch[DESK_DRIFT_COLUMNS];
    size_t n = out->examples ? CONFIDENCE : CONFIDENCE + 1, m = ref->count, k = cur->count;
    err e = words_column(ref->category, m, cur->category, k, &config, a, &v[CATEGORY], &effect[CATEGORY],
                         &says[CATEGORY]);
    if (!e.code)
        e = words_column(ref->language, m, cur->language, k, &config, a, &v[LANGUAGE], &effect[LANGUAGE],
                         &says[LANGUAGE]);
    if (e.code) return e;
    numbers_column(ref->length, m, cur->length, k, &config, a, &v[LENGTH], &effect[LENGTH], &says[LENGTH]);
    if (n > CONFIDENCE)
        numbers_column(ref->confidence, m, cur->confidence, k, &config, a, &v[CONFIDENCE], &effect[CONFIDENCE],
                       &says[CONFIDENCE]);
    (void)drift_decide(v, n, &config, scratch);
    for (size_t i = 0; i < n; i++) {
        out->column[i].name = column_names[i];
        out->column[i].known = true;
        out->column[i].drift = v[i].drift;
        out->column[i].effect = effect[i];
        out->column[i].p = v[i].adjusted;
        out->column[i].says = says[i];
        out->drift |= v[i].drift;
    }
    return OK;
}

err desk_drift(struct inquiry_desk *d, struct store *store, str reference, struct arena *a,
               struct desk_drift_report *out)
{
    *out = (struct desk_drift_report){ .examples = reference.len > 0 };
    struct side *ref = arena_try(a, sizeof *ref), *cur = arena_try(a, sizeof *cur);
    if (!ref || !cur) return err_make(ERR_LIMIT, "no room for two sides");
    memset(ref, 0, sizeof *ref);
    memset(cur, 0, sizeof *cur);
    err e = read_sides(d, store, reference, a, ref, cur);
    out->reference = ref->count;
    out->current = cur->count;
    if (!e.code) e = compare_texts(ref, cur, a, out);
    if (!e.code) e = compare_columns(ref, cur, a, out);
    out->drift |= out->texts;
    return e;
}

/* ---- saying it ---- */

static void put_words(struct jw *w, const char *key, const str *words, size_t n)
{
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) jw_str(w, NULL, words[i]);
    jw_array_end(w);
}

str desk_drift_json(const struct desk_drift_report *r, struct arena *a)
{
    struct buf b = buf_init(1 << 17);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_strz(&w, "reference", r->examples ? "examples" : "oldest inquiries");
    jw_i64(&w, "reference_rows", (int64_t)r->reference);
    jw_i64(&w, "current_rows", (int64_t)r->current);
    jw_bool(&w, "drift", r->drift);
    jw_f64(&w, "texts_auc", r->auc);
    jw_f64(&w, "texts_p", r->p);
    put_words(&w, "more", r->more, r->more_count);
    put_words(&w, "fewer", r->fewer, r->fewer_count);
    jw_array(&w, "columns");
    for (size_t i = 0; i < DESK_DRIFT_COLUMNS && r->column[i].known; i++) {
        jw_open(&w, NULL);
        jw_strz(&w, "name", r->column[i].name);
        jw_bool(&w, "drift", r->column[i].drift);
        jw_f64(&w, "effect", r->column[i].effect);
        jw_f64(&w, "p", r->column[i].p);
        jw_str(&w, "says", r->column[i].says);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    return buf_take(&b, a);
}

static str add_words(str text, const char *label, const str *words, size_t n, struct arena *a)
{
    for (size_t i = 0; i < n && i < 3; i++)
        text = str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? ", " : label, STR_ARG(words[i]));
    return text;
}

/* The first of what a column says: "mean 7.3, was 8.3" of "mean 7.3, was 8.3 (-1.4 sd)". */
static str first_said(str says)
{
    size_t n = 0;
    while (n < says.len && says.ptr[n] != ';' && says.ptr[n] != '(') n++;
    return str_trim(str_cut(says, 0, n));
}

/* It becomes an incident's title, so it says the most of what moved; all of it stands in desk_drift_json. */
str desk_drift_text(const struct desk_drift_report *r, struct arena *a)
{
    str text = str_fmt(a, "the newest %zu inquiries differ from the %s", r->current,
                       r->examples ? "examples that were learned from" : "oldest ones");
    const char *before = ": ";
    if (r->texts) {
        text = str_fmt(a, STR_FMT ": texts (AUC %.2f", STR_ARG(text), r->auc);
        text = add_words(text, "; more: ", r->more, r->more_count, a);
        text = add_words(text, "; fewer: ", r->fewer, r->fewer_count, a);
        text = str_fmt(a, STR_FMT ")", STR_ARG(text));
        before = ", ";
    }
    for (size_t i = 0; i < DESK_DRIFT_COLUMNS; i++) {
        if (!r->column[i].drift) continue;
        text = str_fmt(a, STR_FMT "%s%s (" STR_FMT ")", STR_ARG(text), before, r->column[i].name,
                       STR_ARG(first_said(r->column[i].says)));
        before = ", ";
    }
    return text;
}
