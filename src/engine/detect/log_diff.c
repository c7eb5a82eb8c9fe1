#include "engine/detect/log_diff.h"

#include <stdlib.h>

#include "engine/detect/log_line.h"
#include "engine/detect/log_say.h"

enum {
    SLACK_MAX = 10, /* unlabelled lines without a word of trouble, one after another, that a block may hold */
    SECTION_MAX = 200, /* the same under a heading of failures */
    LABELLED_MIN = 4,  /* labelled lines one after another, from which on one without a label is another writer's */
    GAP_MAX = 3,       /* new lines between two marked ones that belong to them whatever they say */
    PENDING_MAX = 3,
    MEMO_MAX = 1 << 16,
};

struct line {
    uint64_t hash;
    uint32_t from, len, row;
    bool fresh, empty, marked, begins;
    uint8_t weight; /* how much it says: trouble and level */
};

struct lines {
    struct line *at;
    size_t n;
};

struct set {
    uint64_t *slot;
    size_t size; /* a power of two; 0 stands for an empty slot */
};

/* --- Reading --- */

struct splitter {
    const char *p, *end;
    const char *lf; /* the next one at or after p, or end; looked for once, however many CR come before it */
    uint32_t row;
};

static struct splitter splitter_init(str text)
{
    if (!text.ptr) text = STR("");
    return (struct splitter){ .p = text.ptr, .end = text.ptr + text.len };
}

/* The next line, which ends at LF, CR LF, CR or the end; false after the last. *row: how many LF came before it,
 * plus 1. */
static bool next_line(struct splitter *s, str *line, uint32_t *row)
{
    if (s->p == s->end) return false;
    if (!s->lf || s->p > s->lf) {
        s->lf = memchr(s->p, '\n', (size_t)(s->end - s->p));
        if (!s->lf) s->lf = s->end;
        s->row++;
    }
    const char *cr = memchr(s->p, '\r', (size_t)(s->lf - s->p)), *stop = cr ? cr : s->lf;
    *line = str_span(s->p, stop);
    *row = s->row;
    bool more = cr && cr + 1 < s->lf; /* a progress bar goes on */
    s->p = more ? cr + 1 : s->lf < s->end ? s->lf + 1 : s->end;
    return true;
}

static size_t count_lines(str text)
{
    struct splitter s = splitter_init(text);
    size_t n = 0;
    uint32_t row;
    for (str line; next_line(&s, &line, &row);) n++;
    return n;
}

/* "Failures: 1" is news where it was "Failures: 0" before, so in a line with such words a zero is not any number. */
static uint64_t zero_hash(str text, const struct log_line *l)
{
    uint64_t h = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct log_token *t = &l->token[i];
        if (t->value_len == 1 && text.ptr[t->value_at] == '0') h += log_mix(i, 77);
    }
    if (h == 0) return 0;
    for (size_t i = 0; i < l->n; i++) {
        str w = { text.ptr + l->token[i].at, l->token[i].len };
        if (w.len >= 4 &&
            (str_eq_nocase(str_cut(w, 0, 4), STR("fail")) || str_eq_nocase(str_cut(w, 0, 4), STR("erro")) ||
             str_eq_nocase(str_cut(w, 0, 4), STR("exit")) || str_eq_nocase(w, STR("code")) ||
             str_eq_nocase(w, STR("status"))))
            return h;
    }
    return 0;
}

static void read_line(str text, struct line *out)
{
    struct log_line l;
    log_line_read(text, &l);
    out->empty = l.n == 0;
    out->hash = (log_line_hash(&l) + zero_hash(text, &l)) | 1;
}

/* Most lines stand in both runs letter by letter: what came out for one is remembered under a hash of its bytes. */
struct memo {
    struct {
        uint64_t raw, hash;
        bool empty;
    } * at;
    size_t size; /* a power of two */
};

static uint64_t raw_hash(str s)
{
    uint64_t h = s.len + 1, eight;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&eight, s.ptr + i, 8);
        h = (h ^ eight) * 0x9fb21c651e98df25u;
        h ^= h >> 32;
    }
    eight = 0;
    if (s.len > i) memcpy(&eight, s.ptr + i, s.len - i);
    return log_mix(h ^ eight, s.len) | 1;
}

static void read_line_once(struct memo *m, str text, struct line *out)
{
    uint64_t raw = raw_hash(text);
    size_t i = (size_t)(raw >> 13) & (m->size - 1);
    if (m->at[i].raw != raw) {
        read_line(text, out);
        m->at[i].raw = raw;
        m->at[i].hash = out->hash;
        m->at[i].empty = out->empty;
    }
    out->hash = m->at[i].hash;
    out->empty = m->at[i].empty;
}

static err memo_new(size_t lines, struct arena *a, struct memo *out)
{
    out->size = 64;
    while (out->size < lines && out->size < MEMO_MAX) out->size *= 2;
    out->at = arena_try(a, out->size * sizeof *out->at);
    return out->at ? OK : err_make(ERR_LIMIT, "no room for %zu lines", lines);
}

static err read_lines(str text, struct memo *memo, struct arena *a, struct lines *out)
{
    size_t n = count_lines(text);
    if (n > LOG_DIFF_LINES_MAX || text.len > UINT32_MAX)
        return err_make(ERR_LIMIT, "more than %d lines", LOG_DIFF_LINES_MAX);
    out->at = arena_try(a, (n + 1) * sizeof *out->at);
    if (!out->at) return err_make(ERR_LIMIT, "no room for %zu lines", n);
    struct splitter s = splitter_init(text);
    uint32_t row;
    for (str line; next_line(&s, &line, &row);) {
        struct line *l = &out->at[out->n++];
        *l = (struct line){ .from = (uint32_t)(line.ptr - text.ptr), .len = (uint32_t)line.len, .row = row };
        read_line_once(memo, line, l);
    }
    return OK;
}

static err set_of(const struct lines *lines, struct arena *a, struct set *out)
{
    out->size = 16;
    while (out->size < 2 * lines->n) out->size *= 2;
    out->slot = arena_try(a, out->size * sizeof *out->slot);
    if (!out->slot) return err_make(ERR_LIMIT, "no room for %zu lines", lines->n);
    for (size_t i = 0; i < lines->n; i++) {
        size_t k = (size_t)(lines->at[i].hash >> 17) & (out->size - 1);
        while (out->slot[k] && out->slot[k] != lines->at[i].hash) k = (k + 1) & (out->size - 1);
        out->slot[k] = lines->at[i].hash;
    }
    return OK;
}

static bool set_has(const struct set *s, uint64_t hash)
{
    size_t k = (size_t)(hash >> 17) & (s->size - 1);
    while (s->slot[k] && s->slot[k] != hash) k = (k + 1) & (s->size - 1);
    return s->slot[k] == hash;
}

/* --- Blocks --- */

struct block {
    bool open;
    enum log_level level; /* of the line before */
    size_t slack;         /* unlabelled lines since the last one that spoke */
    size_t pending;       /* blank lines and rulers since the last marked one */
    bool blank;           /* one of them is blank: what hangs together no longer follows by itself */
    bool within; /* the last one was indented, or of a stack: what stands at the margin again is something else */
    size_t labelled;      /* lines of level error one after another up to the last one */
    char section;         /* under a heading of failures, by what marks it; 0: not */
};

static bool speaks(const struct log_say *s)
{
    if (s->outcome || s->step || s->blank) return false;
    if (s->level == LOG_LEVEL_ERROR) return true;
    if (s->level == LOG_LEVEL_NONE) return s->trouble > 0;
    return s->trouble >= 3;
}

/* Does a line that does not speak itself go on with the block? */
static bool goes_on(struct block *b, const struct log_say *s, bool fresh)
{
    if (s->pointer) return b->pending == 0;
    if (s->level == LOG_LEVEL_ERROR) return b->level == LOG_LEVEL_ERROR && b->pending == 0;
    if (s->level != LOG_LEVEL_NONE) return false;
    if (s->frame || s->indented) return fresh || s->frame;
    if (!fresh || (b->blank && !b->section)) return false;
    if (s->outcome || s->step) return s->step;
    if (b->section) return s->heading != b->section && ++b->slack <= SECTION_MAX;
    if (b->labelled >= LABELLED_MIN || b->within) return false; /* a writer that labels its lines labels all of them */
    return ++b->slack <= SLACK_MAX;
}

/* A heading of failures begins a section: what is new below belongs to it, also after blank lines, until what was
 * known, a summary, or a heading of the same kind. */
static bool opens_section(struct block *b, const struct log_say *s)
{
    bool heading = s->heading && s->trouble;
    if ((!heading && !s->item) || s->level != LOG_LEVEL_NONE) return false;
    if (heading || !b->section) b->section = heading ? s->heading : ')';
    return true;
}

static void mark(struct lines *f, size_t i, struct block *b, const struct log_say *s)
{
    for (size_t k = 1; k <= b->pending; k++) f->at[i - k].marked = true;
    f->at[i].marked = true;
    f->at[i].begins = !b->open;
    f->at[i].weight = (uint8_t)(s->trouble + (s->level == LOG_LEVEL_ERROR ? 2 : 0) + (s->blank ? 0 : 1));
    b->open = !s->step;
    b->labelled = s->level == LOG_LEVEL_ERROR ? b->labelled + 1 : 0;
    b->level = s->level;
    b->within = s->indented || s->frame;
    b->pending = 0;
    b->blank = false;
}

/* What lines say, the two last asked for remembered: a line is asked about as itself and as the one below. */
struct reader {
    str fail;
    const struct lines *f;
    size_t of[2]; /* index + 1 */
    struct log_say say[2];
};

static const struct log_say *say_of(struct reader *r, size_t i)
{
    size_t slot = i % 2;
    if (r->of[slot] != i + 1) {
        r->say[slot] = log_say_read((str){ r->fail.ptr + r->f->at[i].from, r->f->at[i].len });
        r->of[slot] = i + 1;
    }
    return &r->say[slot];
}

/* What stands right above the lines of a stack is what was thrown, whatever its words; above complaints it is the file.
 */
static bool heads_stack(struct reader *r, size_t i, const struct log_say *s)
{
    const struct lines *f = r->f;
    if (s->level != LOG_LEVEL_NONE || s->outcome || s->step || s->blank || i + 1 == f->n || !f->at[i + 1].fresh)
        return false;
    const struct log_say *below = say_of(r, i + 1);
    return (below->frame && below->indented && !s->frame) || (below->under && below->level != LOG_LEVEL_WARNING);
}

static size_t mark_blocks(struct reader *r, struct lines *f)
{
    struct block b = { 0 };
    size_t marked = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct line *l = &f->at[i];
        if (!l->fresh && !b.open) continue;
        struct log_say s = *say_of(r, i);
        bool title = l->fresh && opens_section(&b, &s);
        bool spoke = title || (l->fresh && (speaks(&s) || heads_stack(r, i, &s)));
        if (spoke) b.slack = 0;
        if (spoke || (b.open && goes_on(&b, &s, l->fresh))) {
            mark(f, i, &b, &s);
            marked++;
        } else if (s.blank && s.level == LOG_LEVEL_NONE && b.pending < PENDING_MAX &&
                   (s.ruler || !b.blank || b.section)) {
            b.pending++;
            b.blank = b.blank || !s.ruler;
        } else {
            b = (struct block){ 0 };
        }
    }
    return marked;
}

static bool fills_gap(struct reader *r, size_t i)
{
    const struct line *l = &r->f->at[i];
    return l->empty || (l->fresh && say_of(r, i)->level == LOG_LEVEL_NONE);
}

/* Between two lines that carry the error, with nothing known in between, a few new lines carry it, too. */
static void close_gaps(struct reader *r, struct lines *f)
{
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < f->n; i++) {
        if (!f->at[i].marked) continue;
        size_t from = last;
        last = i;
        if (from == SIZE_MAX || i - from < 2 || i - from > GAP_MAX + 1) continue;
        size_t k = from + 1;
        while (k < i && fills_gap(r, k)) k++;
        if (k < i) continue;
        for (k = from + 1; k < i; k++) f->at[k].marked = true;
        f->at[i].begins = false;
    }
}

/* --- The answer --- */

static int by_score(const void *a, const void *b)
{
    const struct log_diff_line *x = a, *y = b;
    if (x->score > y->score || x->score < y->score) return x->score > y->score ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static double score_of(const struct lines *f, size_t i)
{
    const struct line *l = &f->at[i];
    double late = (double)(i + 1) / (double)f->n;
    return (l->weight + (l->begins ? 1.5 : 0) + late) / 9.5;
}

static err collect(str fail, const struct lines *f, struct arena *a, struct log_diff *out)
{
    for (size_t i = 0; i < f->n; i++) out->count += f->at[i].marked;
    out->lines = arena_try(a, (out->count + 1) * sizeof *out->lines);
    out->ranked = arena_try(a, (out->count + 1) * sizeof *out->ranked);
    if (!out->lines || !out->ranked) return err_make(ERR_LIMIT, "no room for %zu lines", out->count);
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct line *l = &f->at[i];
        if (!l->marked) continue;
        out->lines[n++] = (struct log_diff_line){ .number = (uint32_t)(i + 1),
                                                  .row = l->row,
                                                  .text = { fail.ptr + l->from, l->len },
                                                  .score = score_of(f, i),
                                                  .begins = l->begins };
    }
    return OK;
}

/* The best lines, each form once. */
static void rank(const struct lines *f, struct log_diff *out)
{
    memcpy(out->ranked, out->lines, out->count * sizeof *out->lines);
    qsort(out->ranked, out->count, sizeof *out->ranked, by_score);
    for (size_t i = 0; i < out->count && out->ranked_count < LOG_DIFF_RANKED_MAX; i++) {
        const struct line *l = &f->at[out->ranked[i].number - 1];
        bool seen = l->empty;
        for (size_t k = 0; k < out->ranked_count && !seen; k++) seen = f->at[out->ranked[k].number - 1].hash == l->hash;
        if (!seen) out->ranked[out->ranked_count++] = out->ranked[i];
    }
}

err log_diff(str pass, str fail, struct arena *a, struct log_diff *out)
{
    struct lines p = { 0 }, f = { 0 };
    struct set known;
    *out = (struct log_diff){ 0 };
    struct memo memo;
    err e = memo_new(count_lines(pass), a, &memo);
    if (!e.code) e = read_lines(pass, &memo, a, &p);
    if (!e.code) e = set_of(&p, a, &known);
    if (!e.code) e = read_lines(fail, &memo, a, &f);
    if (e.code) return e;
    for (size_t i = 0; i < f.n; i++) {
        f.at[i].fresh = !f.at[i].empty && !set_has(&known, f.at[i].hash);
        out->fresh += f.at[i].fresh;
    }
    out->pass_lines = p.n;
    out->fail_lines = f.n;
    struct reader r = { .fail = fail, .f = &f };
    out->guessed = mark_blocks(&r, &f) == 0;
    for (size_t i = 0; i < f.n && out->guessed; i++) f.at[i].marked = f.at[i].fresh;
    if (!out->guessed) close_gaps(&r, &f);
    e = collect(fail, &f, a, out);
    if (!e.code) rank(&f, out);
    return e;
}
