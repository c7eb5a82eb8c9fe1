#include "edge/inquiry/reference.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json.h"
#include "engine/detect/domain_classifier.h"

#define NAME "weir inquiries"
#define MARK "\xc2\xa7" /* a section sign: nobody writes one before three digits of base 16 and no blank */
enum { VERSION = 1, NUMBER_LEN = 5 };

double reference_length(str text)
{
    return log2(1 + (double)text.len);
}

/* ---- words ---- */

static str small(str word, struct arena *a)
{
    str copy = str_dup(a, word);
    char *p = (char *)(uintptr_t)copy.ptr; /* ours */
    for (size_t i = 0; i < copy.len; i++)
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] + 'a' - 'A');
    return copy;
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static size_t sort_once(str *word, size_t n)
{
    size_t kept = 0;
    if (n) qsort(word, n, sizeof *word, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (!kept || !str_eq(word[kept - 1], word[i])) word[kept++] = word[i];
    return kept;
}

/* The words of a text in small letters, each once, in order. As many as the classifier looks at. */
static size_t words_of(str text, struct arena *a, str out[DOMAIN_WORDS_MAX])
{
    size_t n = 0;
    for (str word = domain_word(&text); word.len && n < DOMAIN_WORDS_MAX; word = domain_word(&text))
        out[n++] = small(word, a);
    return sort_once(out, n);
}

/* Of the word in small letters. */
static void number_of(str word, char out[NUMBER_LEN + 1])
{
    uint64_t h = hash64(STR(""));
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? (char)(word.ptr[i] + 'a' - 'A') : word.ptr[i];
        h = hash64_more(h, (str){ &c, 1 });
    }
    (void)snprintf(out, NUMBER_LEN + 1, MARK "%03x", (unsigned)((h ^ h >> 32) % REFERENCE_NUMBERS));
}

bool reference_number(str word)
{
    return word.len == NUMBER_LEN && str_starts(word, STR(MARK));
}

bool reference_means(str number, str word)
{
    char made[NUMBER_LEN + 1];
    number_of(word, made);
    return reference_number(number) && str_eq(number, str_of(made));
}

static bool is_known(const struct inquiry_reference *r, str word)
{
    return r->known_count && bsearch(&word, r->known, r->known_count, sizeof word, by_bytes);
}

str reference_words(const struct inquiry_reference *r, str text, struct arena *a)
{
    str word[DOMAIN_WORDS_MAX];
    size_t n = words_of(text, a, word);
    for (size_t i = 0; i < n; i++) {
        char number[NUMBER_LEN + 1];
        if (is_known(r, word[i]) || reference_number(word[i])) continue;
        number_of(word[i], number);
        word[i] = str_dup(a, str_of(number));
    }
    n = sort_once(word, n);
    struct buf b = buf_init((size_t)4 << 20);
    for (size_t i = 0; i < n; i++) buf_fmt(&b, "%s" STR_FMT, i ? " " : "", STR_ARG(word[i]));
    return buf_take(&b, a);
}

/* ---- writing ---- */

static size_t picked(size_t i, size_t rows, size_t of)
{
    return i * of / rows; /* spread over all */
}

/* The words that REFERENCE_USERS or more of the rows have. */
static err find_known(const struct reference_row *row, size_t rows, size_t of, struct arena *a,
                      struct inquiry_reference *out)
{
    size_t all = 0, run = 0;
    str *word = arena_try(a, (rows * DOMAIN_WORDS_MAX + 1) * sizeof *word);
    if (!word) return err_make(ERR_LIMIT, "no room for words");
    for (size_t i = 0; i < rows; i++) all += words_of(row[picked(i, rows, of)].text, a, word + all);
    if (all) qsort(word, all, sizeof *word, by_bytes);
    *out = (struct inquiry_reference){ .known = word };
    for (size_t i = 0; i < all; i++) {
        run = i && str_eq(word[i], word[i - 1]) ? run + 1 : 1;
        if (run == REFERENCE_USERS) word[out->known_count++] = word[i]; /* never ahead of what is read */
    }
    return OK;
}

err reference_write(const struct reference_row *row, size_t rows, struct arena *a, struct buf *out)
{
    struct inquiry_reference known;
    size_t n = rows < REFERENCE_ROWS ? rows : REFERENCE_ROWS;
    struct jw w = jw_init(out);
    err e = find_known(row, n, rows, a, &known);
    if (e.code) return e;
    jw_open(&w, NULL);
    jw_strz(&w, "reference", NAME);
    jw_i64(&w, "version", VERSION);
    jw_array(&w, "rows");
    for (size_t i = 0; i < n; i++) {
        const struct reference_row *r = &row[picked(i, n, rows)];
        jw_open(&w, NULL);
        jw_str(&w, "category", r->category);
        jw_str(&w, "language", r->language);
        jw_f64(&w, "length", r->length);
        jw_str(&w, "words", reference_words(&known, r->text, a));
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
    buf_add(out, STR("\n"));
    return out->full ? err_make(ERR_LIMIT, "the reference is too large") : OK;
}

err reference_of(const struct inquiry_examples *x, struct buf *out)
{
    struct arena a = arena_init(1 << 30);
    struct reference_row *row = ARENA_ARRAY(&a, struct reference_row, REFERENCE_ROWS);
    size_t n = x->rows < REFERENCE_ROWS ? x->rows : REFERENCE_ROWS;
    for (size_t i = 0; i < n; i++) {
        size_t at = picked(i, n, x->rows);
        str text = desk_redact(x->text[at], STR(""), &a), language = x->said[at].language;
        row[i] = (struct reference_row){ x->label[at][0], language.len ? language : STR("und"), text,
                                         reference_length(text) };
    }
    err e = reference_write(row, n, &a, out);
    arena_done(&a);
    return e;
}

/* ---- reading ---- */

static err read_row(json *v, struct reference_row *out)
{
    json *words = json_get(v, "words"), *length = json_get(v, "length");
    *out = (struct reference_row){ json_get_str(v, "category"), json_get_str(v, "language"), json_str(words, STR("")),
                                   json_f64(length, -1) };
    bool fine = yyjson_is_str(words) && out->category.len && out->language.len && out->length >= 0 && out->length < 64;
    return fine ? OK : err_make(ERR_CORRUPT, "a row without category, language, length or words");
}

static err collect_known(struct inquiry_reference *r, struct arena *a)
{
    size_t n = 0, room = 0;
    for (size_t i = 0; i < r->rows; i++) room += r->row[i].text.len / 2 + 1;
    r->known = arena_try(a, (room + 1) * sizeof *r->known);
    if (!r->known) return err_make(ERR_LIMIT, "no room for words");
    for (size_t i = 0; i < r->rows; i++) {
        str rest = r->row[i].text;
        for (str word = domain_word(&rest); word.len; word = domain_word(&rest))
            if (!reference_number(word)) r->known[n++] = word;
    }
    r->known_count = sort_once(r->known, n);
    return OK;
}

err reference_parse(str text, struct arena *a, struct inquiry_reference *out)
{
    json *root = NULL, *rows, *v;
    size_t i, n;
    *out = (struct inquiry_reference){ 0 };
    err e = json_parse(text, a, &root);
    if (e.code) return e;
    if (!STR_IS(json_get_str(root, "reference"), NAME)) return err_make(ERR_CORRUPT, "not a reference of inquiries");
    if (json_get_i64(root, "version", 0) > VERSION) return err_make(ERR_TOO_NEW, "written by a later weir");
    rows = json_get(root, "rows");
    out->row = arena_try(a, REFERENCE_ROWS * sizeof *out->row);
    if (!out->row) return err_make(ERR_LIMIT, "no room for rows");
    if (yyjson_arr_size(rows) > REFERENCE_ROWS) return err_make(ERR_CORRUPT, "more than %d rows", REFERENCE_ROWS);
    yyjson_arr_foreach(rows, i, n, v) if (!e.code) e = read_row(v, &out->row[out->rows++]);
    return e.code ? e : collect_known(out, a);
}
