#include "edge/tables/table_drift.h"

#include <math.h>

#include "base/hash.h"
#include "edge/tables/table_file.h"

enum { SAMPLE_ROWS = 20000, FEW_VALUES = 8, ROWS_A_VALUE = 20, RUNNING_ROWS = 50, COMPARE_ARENA = 16 << 20 };

struct column_side {
    double *value; /* whole, while memory lasts */
    size_t count, cap;
    struct drift_sketch *sketch;
    struct drift_words *words;
    uint64_t rows;
    bool present;
};

/* What the first rows look like, on one side. */
struct look {
    uint64_t values, numbers;
    bool whole, rising; /* all numbers are whole; each is greater than the one before */
    double last;
    double few[FEW_VALUES];
    size_t few_count; /* FEW_VALUES + 1: more */
};

struct column {
    str name;
    enum column_kind kind;
    struct look look[2];
    struct column_side side[2];
};

struct job {
    const struct drift_options *options;
    struct arena *a;
    struct column *column;
    size_t count, cap, held; /* held: numbers in whole columns */
    bool sketching;
    uint64_t rows[2], refused[2];
};

static void column_free(struct column *c)
{
    for (int k = 0; k < 2; k++) {
        mem_free(c->side[k].value);
        mem_free(c->side[k].sketch);
        mem_free(c->side[k].words);
    }
}

static bool named(str list, str name)
{
    str one;
    while (list.len && str_next(&list, ',', &one))
        if (str_eq(str_trim(one), name)) return true;
    return false;
}

static size_t column_of(struct job *job, str name)
{
    for (size_t i = 0; i < job->count; i++)
        if (str_eq(job->column[i].name, name)) return i;
    if (job->count == job->cap) {
        job->cap = job->cap ? 2 * job->cap : 64;
        job->column = mem_grow(job->column, job->cap * sizeof *job->column);
    }
    job->column[job->count] =
        (struct column){ .name = str_dup(job->a, name),
                         .look = { { .whole = true, .rising = true }, { .whole = true, .rising = true } } };
    return job->count++;
}

/* ---- what the columns are ---- */

static bool stands_for_missing(str s)
{
    static const char *const words[] = { "NA", "N/A", "NaN", "nan", "null", "NULL", "None" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(s, str_of(words[i]))) return true;
    return false;
}

static void look_at(struct look *l, const struct cell *cell)
{
    double v = cell->number;
    if (cell->kind == CELL_MISSING || (cell->kind == CELL_TEXT && stands_for_missing(cell->text))) return;
    l->values++;
    if (cell->kind == CELL_TEXT && !cell_number(cell->text, &v)) return;
    l->rising &= l->numbers == 0 || v > l->last;
    l->numbers++;
    l->last = v;
    l->whole &= floor(v) == v;
    if (l->few_count > FEW_VALUES) return;
    for (size_t i = 0; i < l->few_count; i++)
        if (l->few[i] == v) return;
    if (l->few_count < FEW_VALUES) l->few[l->few_count] = v;
    l->few_count++;
}

/* Serial numbers and times of rows: where they stand says when the table was made and nothing else. */
static bool running(const struct column *c)
{
    for (int k = 0; k < 2; k++)
        if (!c->look[k].rising || c->look[k].numbers < RUNNING_ROWS || c->look[k].numbers != c->look[k].values)
            return false;
    return true;
}

/* Numbers when nine in ten are, by the reference; but a handful of whole numbers that come again and again are codes,
 * so words. */
static enum column_kind kind_of(const struct job *job, const struct column *c)
{
    const struct look *l = c->look[0].values ? &c->look[0] : &c->look[1];
    if (named(job->options->numbers, c->name)) return COLUMN_NUMBERS;
    if (named(job->options->words, c->name)) return COLUMN_WORDS;
    if (!l->values) return COLUMN_UNKNOWN;
    if (running(c)) return COLUMN_RUNNING;
    if (l->numbers * 10 < l->values * 9) return COLUMN_WORDS;
    bool codes = l->whole && l->few_count <= FEW_VALUES && l->values >= l->few_count * ROWS_A_VALUE;
    return codes ? COLUMN_WORDS : COLUMN_NUMBERS;
}

/* ---- taking values ---- */

static void to_sketch(struct column_side *s)
{
    s->sketch = mem_new(sizeof *s->sketch);
    drift_sketch_init(s->sketch);
    drift_sketch_add(s->sketch, s->value, s->count);
    mem_free(s->value);
    s->value = NULL;
    s->count = s->cap = 0;
}

static void stop_holding(struct job *job)
{
    job->sketching = true;
    for (size_t i = 0; i < job->count; i++)
        for (int k = 0; k < 2; k++)
            if (job->column[i].side[k].value) to_sketch(&job->column[i].side[k]);
    job->held = 0;
}

static void hold(struct job *job, struct column_side *s, double v)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->value = mem_grow(s->value, s->cap * sizeof *s->value);
    }
    s->value[s->count++] = v;
    if (++job->held * sizeof v > job->options->memory) stop_holding(job);
}

/* NaN: missing; infinite: no number. */
static void take_number(struct job *job, struct column_side *s, double v)
{
    if (!s->sketch && job->sketching) to_sketch(s);
    if (s->sketch) drift_sketch_add(s->sketch, &v, 1);
    else hold(job, s, v);
}

static double number_of(const struct cell *cell)
{
    double v;
    if (cell->kind == CELL_NUMBER) return cell->number;
    if (cell->kind == CELL_MISSING || stands_for_missing(cell->text)) return NAN;
    return cell_number(cell->text, &v) ? v : INFINITY;
}

static void take_word(struct column_side *s, const struct cell *cell)
{
    char digits[32];
    if (!s->words) {
        s->words = mem_new(sizeof *s->words);
        drift_words_init(s->words);
    }
    if (cell->kind == CELL_MISSING) {
        drift_words_add_missing(s->words, 1);
        return;
    }
    str text = cell->text;
    if (cell->kind == CELL_NUMBER)
        text = (str){ digits, (size_t)snprintf(digits, sizeof digits, "%.15g", cell->number) };
    drift_words_add(s->words, text, 1);
}

static void take_missing(struct job *job, struct column *c, int side, uint64_t times)
{
    struct column_side *s = &c->side[side];
    if (c->kind == COLUMN_WORDS) {
        const struct cell none = { .kind = CELL_MISSING };
        for (; times > 0 && !s->words; times--) take_word(s, &none);
        if (times) drift_words_add_missing(s->words, times);
    } else {
        for (; times > 0; times--) take_number(job, s, NAN);
    }
}

static void take(struct job *job, struct column *c, int side, const struct cell *cell)
{
    if (c->kind == COLUMN_RUNNING) return;
    if (c->kind == COLUMN_UNKNOWN) { /* no value so far: the first one says what it is */
        look_at(&c->look[0], cell);
        c->kind = kind_of(job, c);
        c->look[0].values = 0;
        if (c->kind == COLUMN_UNKNOWN) return; /* the rows are counted when all is read */
    }
    struct column_side *s = &c->side[side];
    uint64_t before = job->rows[side] - s->rows; /* rows in which the column was not there, or had no value yet */
    if (before) take_missing(job, c, side, before);
    s->rows = job->rows[side] + 1;
    if (c->kind == COLUMN_WORDS) take_word(s, cell);
    else take_number(job, s, number_of(cell));
}

/* ---- reading ---- */

struct reading {
    struct table_file *file;
    size_t *at; /* where each of the file's columns is in the job */
    size_t known;
};

static void learn_columns(struct job *job, struct reading *r, int side)
{
    size_t n = table_file_columns(r->file);
    if (n == r->known) return;
    r->at = mem_grow(r->at, n * sizeof *r->at);
    for (; r->known < n; r->known++) {
        r->at[r->known] = column_of(job, table_file_column(r->file, r->known));
        job->column[r->at[r->known]].side[side].present = true;
    }
}

static err read_rows(struct job *job, struct reading *r, int side, bool sample)
{
    const struct cell *row;
    bool more = true;
    for (uint64_t n = 0; !sample || n < SAMPLE_ROWS; n++) {
        err e = table_file_next(r->file, &row, &more);
        if (e.code || !more) return e;
        learn_columns(job, r, side);
        for (size_t i = 0; i < r->known; i++) {
            struct column *c = &job->column[r->at[i]];
            if (sample) look_at(&c->look[side], &row[i]);
            else take(job, c, side, &row[i]);
        }
        if (!sample) job->rows[side]++;
    }
    return OK;
}

static err read_file(struct job *job, str path, int side, bool sample)
{
    struct reading r = { 0 };
    err e = table_file_open(path, &r.file);
    if (e.code) return e;
    learn_columns(job, &r, side);
    e = read_rows(job, &r, side, sample);
    if (!sample) job->refused[side] = table_file_refused(r.file);
    table_file_close(r.file);
    mem_free(r.at);
    return e;
}

/* ---- comparing ---- */

static err compare_numbers(struct job *job, struct column *c, struct drift_column *out, struct arena *scratch)
{
    struct column_side *r = &c->side[0], *n = &c->side[1];
    out->numbers = ARENA_NEW(job->a, struct drift_numbers);
    out->exact = !r->sketch && !n->sketch;
    if (out->exact) {
        double *room = mem_new((r->count > n->count ? r->count : n->count) * sizeof *room + sizeof *room);
        drift_compare_values(r->value, r->count, n->value, n->count, room, out->numbers);
        mem_free(room);
    } else {
        if (!r->sketch) to_sketch(r);
        if (!n->sketch) to_sketch(n);
        err e = drift_compare_sketches(r->sketch, n->sketch, scratch, out->numbers);
        if (e.code) return e;
    }
    drift_judge_numbers(out->numbers, &job->options->config, &out->verdict);
    out->sentence = drift_sentence_numbers(out->numbers, &out->verdict, job->a);
    return OK;
}

static err compare_words(struct job *job, struct column *c, struct drift_column *out, struct arena *scratch)
{
    out->counts = ARENA_NEW(job->a, struct drift_counts);
    err e = drift_compare_words(c->side[0].words, c->side[1].words, scratch, out->counts);
    if (e.code) return e;
    out->exact = out->counts->exact;
    drift_judge_words(out->counts, &job->options->config, &out->verdict);
    out->sentence = drift_sentence_words(out->counts, &out->verdict, job->a);
    return OK;
}

static err compare(struct job *job, struct column *c, struct drift_column *out)
{
    *out = (struct drift_column){
        .name = c->name, .kind = c->kind, .exact = true, .sentence = STR("no values"), .verdict = { .p = 1 }
    };
    if (!c->side[0].present || !c->side[1].present) {
        out->kind = c->side[0].present ? COLUMN_REMOVED : COLUMN_ADDED;
        out->sentence = c->side[0].present ? STR("the column is gone") : STR("the column is new");
        out->verdict = (struct drift_verdict){ .drift = true };
        return OK;
    }
    if (c->kind == COLUMN_RUNNING) out->sentence = STR("a running number: not compared");
    if (c->kind == COLUMN_UNKNOWN || c->kind == COLUMN_RUNNING) return OK;
    for (int k = 0; k < 2; k++) take_missing(job, c, k, job->rows[k] - c->side[k].rows);
    if (c->kind == COLUMN_WORDS) {
        const struct cell none = { .kind = CELL_MISSING };
        for (int k = 0; k < 2; k++)
            if (!c->side[k].words)
                take_word(&c->side[k], &none), c->side[k].words->rows = c->side[k].words->missing = 0;
    }
    struct arena scratch = arena_init(COMPARE_ARENA);
    err e = c->kind == COLUMN_NUMBERS ? compare_numbers(job, c, out, &scratch) : compare_words(job, c, out, &scratch);
    arena_done(&scratch);
    return e;
}

/* The columns of both sides are one family of tests; those of one side are no test. */
static void decide(struct job *job, struct drift_report *out)
{
    struct drift_verdict *v = mem_new((out->count + 1) * sizeof *v);
    uint32_t *order = mem_new((out->count + 1) * sizeof *order);
    size_t n = 0;
    for (size_t i = 0; i < out->count; i++)
        if (out->columns[i].numbers || out->columns[i].counts) v[n++] = out->columns[i].verdict;
    (void)drift_decide(v, n, &job->options->config, order);
    n = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (out->columns[i].numbers || out->columns[i].counts) out->columns[i].verdict = v[n++];
        out->drifted += out->columns[i].verdict.drift;
    }
    mem_free(v);
    mem_free(order);
}

static err run(struct job *job, str ref, str cur, struct drift_report *out)
{
    err e = read_file(job, ref, 0, true);
    if (!e.code) e = read_file(job, cur, 1, true);
    for (size_t i = 0; i < job->count; i++) job->column[i].kind = kind_of(job, &job->column[i]);
    if (!e.code) e = read_file(job, ref, 0, false);
    if (!e.code) e = read_file(job, cur, 1, false);
    if (e.code) return e;
    if (!job->count) return err_make(ERR_INPUT, "no columns to compare");
    out->columns = ARENA_ARRAY(job->a, struct drift_column, job->count);
    for (; out->count < job->count && !e.code; out->count++) {
        e = compare(job, &job->column[out->count], &out->columns[out->count]);
        column_free(&job->column[out->count]);
        memset(job->column[out->count].side, 0, sizeof job->column[out->count].side);
    }
    if (!e.code) decide(job, out);
    return e;
}

err table_drift(str ref, str cur, const struct drift_options *options, struct arena *a, struct drift_report *out)
{
    struct job job = { .options = options, .a = a };
    *out = (struct drift_report){ 0 };
    err e = run(&job, ref, cur, out);
    for (int k = 0; k < 2; k++) out->rows[k] = job.rows[k], out->refused[k] = job.refused[k];
    for (size_t i = 0; i < job.count; i++) column_free(&job.column[i]);
    mem_free(job.column);
    return e;
}
