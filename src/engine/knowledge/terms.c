#include "engine/knowledge/terms.h"

#include "engine/knowledge/letters.h"

/* ---- common words ---- */

/* The list that Lucene has always shipped with: short, so that little is lost in texts of a trade. Sorted. */
static const char *const common[] = { "a",    "an",   "and",  "are",   "as",    "at",    "be",   "but",  "by",
                                      "for",  "if",   "in",   "into",  "is",    "it",    "no",   "not",  "of",
                                      "on",   "or",   "such", "that",  "the",   "their", "then", "there", "these",
                                      "they", "this", "to",   "was",   "will",  "with" };
enum { COMMON_LONGEST = 5 };

static bool is_common(str w)
{
    if (w.len > COMMON_LONGEST) return false;
    size_t lo = 0, hi = sizeof common / sizeof *common;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = str_cmp(w, str_of(common[mid]));
        if (c == 0) return true;
        if (c < 0) hi = mid;
        else lo = mid + 1;
    }
    return false;
}

/* ---- one run of letters, digits and joiners ---- */

struct part {
    size_t at, len;       /* in the text */
    size_t from, to;      /* in the folded bytes */
};

/* A run such as kube_pod_status or /var/lib: its parts, and itself in lower case. */
struct run {
    size_t at, end;
    char folded[TERM_MAX + 4];
    size_t used;
    struct part parts[TERM_PARTS_MAX];
    size_t count;
    bool joined; /* something other than letters and digits holds the parts together, or upper case does */
};

struct walk {
    struct terms *t;
    str text;
    term_fn *take;
    void *ctx;
};

static void give(struct walk *w, str text, size_t at, size_t len, bool whole)
{
    struct index_term term = { .text = text, .at = at, .len = len, .whole = whole };
    w->take(w->ctx, &term);
}

static void give_part(struct walk *w, const struct run *r, const struct part *p)
{
    str word = { r->folded + p->from, p->to - p->from };
    if (!word.len || is_common(word)) return;
    str stem = w->t->stem ? w->t->stem(w->t->ctx, word) : word;
    if (!stem.ptr) stem = word;
    if (stem.len) give(w, str_cut(stem, 0, TERM_MAX), p->at, p->len, false);
}

static void end_run(struct walk *w, struct run *r)
{
    for (size_t i = 0; i < r->count; i++) give_part(w, r, &r->parts[i]);
    if (r->joined && r->count > 1)
        give(w, (str){ r->folded, r->used }, r->at, r->end - r->at, true);
    *r = (struct run){ 0 };
}

static void begin_part(struct run *r, size_t at)
{
    if (r->count == TERM_PARTS_MAX) return;
    r->parts[r->count++] = (struct part){ .at = at, .from = r->used, .to = r->used };
}

static void add_letter(struct run *r, const struct letter *l, size_t at)
{
    struct part *p = &r->parts[r->count - 1];
    if (r->used + l->folded_len <= TERM_MAX) {
        memcpy(r->folded + r->used, l->folded, l->folded_len);
        r->used += l->folded_len;
        p->to = r->used;
    }
    p->len = at + l->len - p->at;
    r->end = at + l->len;
}

/* A new part begins where upper case follows lower (podCrash) and where it ends a row of capitals (HTTPServer). */
static bool hump(const struct walk *w, enum letter_kind before, const struct letter *l, size_t at)
{
    if (l->kind != LETTER_UPPER) return false;
    if (before == LETTER_LOWER || before == LETTER_DIGIT) return true;
    if (before != LETTER_UPPER) return false;
    struct letter next = letter_at(w->text, at + l->len);
    return next.kind == LETTER_LOWER;
}

/* A joiner holds a run together only between letters: the dot of a sentence's end does not. */
static bool joins(const struct walk *w, size_t at)
{
    char c = w->text.ptr[at];
    if (c != '_' && c != '.' && c != '/' && c != ':') return false;
    enum letter_kind next = letter_at(w->text, at + 1).kind;
    return next == LETTER_LOWER || next == LETTER_UPPER || next == LETTER_DIGIT;
}

static void join(struct walk *w, struct run *r, size_t at)
{
    r->joined = true;
    if (r->used < TERM_MAX) r->folded[r->used++] = w->text.ptr[at];
    begin_part(r, at + 1);
}

/* Pairs of neighbours; one that stands alone counts, too. */
static size_t give_pairs(struct walk *w, size_t at, struct letter l)
{
    struct letter next = letter_at(w->text, at + l.len);
    if (next.kind != LETTER_IDEOGRAPH) {
        struct letter before = letter_before(w->text, at);
        if (before.kind != LETTER_IDEOGRAPH) give(w, str_cut(w->text, at, l.len), at, l.len, false);
        return at + l.len;
    }
    give(w, str_cut(w->text, at, l.len + next.len), at, l.len + next.len, false);
    return at + l.len;
}

void terms_each(struct terms *t, str text, term_fn *take, void *ctx)
{
    struct walk w = { t, text, take, ctx };
    struct run r = { 0 };
    enum letter_kind before = LETTER_NONE;
    for (size_t i = 0; i < text.len;) {
        struct letter l = letter_at(text, i);
        if (l.kind == LETTER_NONE && r.count && joins(&w, i)) {
            join(&w, &r, i);
        } else if (l.kind == LETTER_NONE || l.kind == LETTER_IDEOGRAPH) {
            end_run(&w, &r);
            if (l.kind == LETTER_IDEOGRAPH) (void)give_pairs(&w, i, l);
        } else {
            if (!r.count) r.at = i;
            bool split = r.count && hump(&w, before, &l, i);
            if (split) r.joined = true;
            if (!r.count || split) begin_part(&r, i);
            add_letter(&r, &l, i);
        }
        before = l.kind;
        i += l.len;
    }
    end_run(&w, &r);
}
