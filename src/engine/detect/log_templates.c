#include "engine/detect/log_templates_internal.h"

#include <assert.h>

enum {
    /* How many different words make a place a parameter: names and values two, for a program does not vary them
     * otherwise; words behind a noun such as "user" three; others four: two or three may be as many statements ("link
     * ok", "link error"). On the eleven systems of Loghub any number from 3 to 6 gives the same grouping accuracy to
     * half a percent. */
    NAMES_TO_VARY = 2,
    LABELLED_TO_VARY = 3,
    WORDS_TO_VARY = 4,
    FIRST_NEEDS = 3, /* the first word names the statement: a parameter only when that many other words agree */
    PROBE_MAX = 8,
    PLACES_EACH = 16, /* places in the table for each template */
    CACHE_EACH = 4,
};

/* --- Memory --- */

static uint32_t power_of_two(uint32_t least)
{
    uint32_t n = 1;
    while (n < least) n *= 2;
    return n;
}

size_t log_templates_size(uint32_t max)
{
    size_t table = power_of_two(2 * max);
    return sizeof(struct log_templates) + max * sizeof(struct statement) + 2 * table * sizeof(uint32_t) +
           power_of_two(PLACES_EACH * max) * sizeof(struct place) +
           power_of_two(CACHE_EACH * max) * sizeof(struct cached) + 256;
}

static void clear_tables(struct log_templates *t)
{
    memset(t->index, 0xff, t->table * sizeof *t->index);
    memset(t->chain, 0xff, t->table * sizeof *t->chain);
    memset(t->places, 0, t->place_count * sizeof *t->places);
    memset(t->cache, 0, t->cache_count * sizeof *t->cache);
}

struct log_templates *log_templates_new(struct arena *a, uint32_t max)
{
    assert(max >= LOG_TEMPLATES_MIN && max <= LOG_TEMPLATES_MOST);
    struct log_templates *t = ARENA_NEW(a, struct log_templates);
    t->max = max;
    t->table = power_of_two(2 * max);
    t->place_count = power_of_two(PLACES_EACH * max);
    t->cache_count = power_of_two(CACHE_EACH * max);
    t->all = ARENA_ARRAY(a, struct statement, max);
    t->index = ARENA_ARRAY(a, uint32_t, t->table);
    t->chain = ARENA_ARRAY(a, uint32_t, t->table);
    t->places = ARENA_ARRAY(a, struct place, t->place_count);
    t->cache = ARENA_ARRAY(a, struct cached, t->cache_count);
    clear_tables(t);
    return t;
}

/* --- Names --- */

uint32_t log_template_root(const struct log_templates *t, uint32_t id)
{
    const struct statement *x = by_id(t, id);
    return x ? id_of(t, root_of(t, (uint32_t)(x - t->all))) : 0;
}

/* --- Finding --- */

static uint32_t *index_slot(struct log_templates *t, uint64_t hash)
{
    uint32_t i = (uint32_t)(hash >> 20) & (t->table - 1);
    while (t->index[i] != NONE && t->all[t->index[i]].hash != hash) i = (i + 1) & (t->table - 1);
    return &t->index[i];
}

static uint32_t *chain_head(struct log_templates *t, uint64_t skeleton)
{
    return &t->chain[(uint32_t)(skeleton >> 20) & (t->table - 1)];
}

static bool covers(const struct statement *general, const struct statement *x)
{
    if (general->skeleton != x->skeleton) return false;
    for (size_t i = 0; i < x->n; i++)
        if (general->word[i] != x->word[i] && general->word[i] != any_word) return false;
    return true;
}

/* A generalised template that x is an instance of, or NONE. */
static uint32_t find_general(struct log_templates *t, const struct statement *x)
{
    for (uint32_t at = *chain_head(t, x->skeleton); at != NONE; at = t->all[at].next)
        if (&t->all[at] != x && t->all[at].parent == NONE && covers(&t->all[at], x)) return at;
    return NONE;
}

/* --- Making --- */

/* As log_line_hash(). */
static void hash_template(struct statement *x)
{
    uint64_t gaps = x->n + ((uint64_t)x->end_gap << 32), words = 0;
    for (size_t i = 0; i < x->n; i++) {
        gaps += log_mix(x->gap[i], i + 1000);
        words += log_mix(x->word[i], i);
    }
    x->hash = gaps + words;
    x->skeleton = log_mix(gaps, 7);
}

static void fill(struct statement *x, const struct log_line *l, str text)
{
    x->n = (uint16_t)l->n;
    x->end_gap = l->end_gap;
    for (size_t i = 0; i < l->n; i++) {
        const struct log_token *k = &l->token[i];
        x->word[i] = k->hash;
        x->gap[i] = k->gap;
        x->at[i] = (uint16_t)k->at;
        x->len[i] = (uint16_t)k->len;
        x->kind[i] = k->keyed ? KEYED : k->kind;
    }
    x->sample_len = (uint16_t)(text.len < LOG_SAMPLE_MAX ? text.len : LOG_SAMPLE_MAX);
    if (x->sample_len) memcpy(x->sample, text.ptr, x->sample_len);
    hash_template(x);
}

/* A free record, or NONE. */
static uint32_t take_record(struct log_templates *t)
{
    if (t->used == t->max) return NONE;
    while (t->all[t->search].used) t->search = (t->search + 1) % t->max;
    t->used++;
    t->all[t->search].used = true;
    return t->search;
}

static void free_record(struct log_templates *t, uint32_t at)
{
    struct statement *x = &t->all[at];
    x->used = false;
    x->generation++;
    t->used--;
}

static void copy_record(struct log_templates *t, uint32_t to, const struct statement *from)
{
    uint16_t generation = t->all[to].generation;
    t->all[to] = *from;
    t->all[to].generation = generation;
    t->all[to].used = true;
    t->all[to].parent = NONE;
}

/* --- Siblings --- */

static struct place *place_find(struct log_templates *t, uint64_t key)
{
    uint32_t mask = t->place_count - 1, at = (uint32_t)(key >> 16) & mask;
    for (uint32_t i = 0; i < PROBE_MAX; i++) {
        struct place *p = &t->places[(at + i) & mask];
        if (p->key == key) return p;
        if (p->n > 0) continue;
        p->key = key;
        return p;
    }
    t->places[at] = (struct place){ .key = key }; /* full: the first makes room */
    return &t->places[at];
}

static bool after_label(const struct statement *x, size_t p)
{
    return p > 0 && x->kind[p - 1] == LOG_WORD && log_is_label(word_text(x, p - 1));
}

static bool enough_vary(const struct log_templates *t, const struct place *p)
{
    size_t words = 0, values = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint8_t kind = t->all[p->member[i]].kind[p->position];
        words += kind == LOG_WORD || kind == KEYED;
        values += kind == LOG_VALUE;
    }
    if (words == 0 || values > 0) return p->n >= NAMES_TO_VARY;
    return p->n >= (after_label(&t->all[p->member[0]], p->position) ? LABELLED_TO_VARY : WORDS_TO_VARY);
}

/* Are there words left that say what the line is about? */
static bool has_constants(const struct statement *x, size_t without)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) n += i != without && (x->kind[i] == LOG_WORD || x->kind[i] == KEYED);
    return n >= (without == 0 && x->kind[0] == LOG_WORD ? FIRST_NEEDS : 1);
}

/* Enter `at` at its place p; the place when it has become a parameter, else NULL. */
static struct place *meet(struct log_templates *t, uint32_t at, size_t p)
{
    const struct statement *x = &t->all[at];
    if (!has_constants(x, p)) return NULL;
    struct place *place = place_find(t, x->hash - log_mix(x->word[p], p) + log_mix(1, p + 2000));
    size_t kept = 0;
    for (size_t i = 0; i < place->n; i++) {
        const struct statement *other = &t->all[place->member[i]];
        if (other->n == x->n && other->word[p] != x->word[p]) place->member[kept++] = place->member[i];
    }
    if (kept == SIBLINGS_MAX) kept--;
    place->member[kept++] = at;
    place->n = (uint8_t)kept;
    place->position = (uint16_t)p;
    return kept > 1 && enough_vary(t, place) ? place : NULL;
}

static void link_to(struct log_templates *t, uint32_t from, uint32_t into)
{
    struct statement *a = &t->all[from], *b = &t->all[into];
    a->parent = into;
    b->count += a->count;
    if (a->first < b->first) b->first = a->first;
    if (a->last > b->last) b->last = a->last;
}

static void join_chain(struct log_templates *t, uint32_t at)
{
    struct statement *x = &t->all[at];
    uint32_t *head = chain_head(t, x->skeleton);
    x->generalised = true;
    x->next = *head;
    *head = at;
}

static void enter(struct log_templates *t, uint32_t at);

/* A template like `like`, with a parameter wherever `other` has another word, and at `position`; NONE when there is no
 * room. */
static uint32_t make_general(struct log_templates *t, uint32_t like, uint32_t other, size_t position)
{
    uint32_t at = take_record(t);
    if (at == NONE) return NONE;
    copy_record(t, at, &t->all[like]);
    struct statement *x = &t->all[at];
    for (size_t i = 0; i < x->n; i++) {
        if (i != position && x->word[i] == t->all[other].word[i]) continue;
        x->word[i] = any_word;
        x->kind[i] = LOG_VALUE;
    }
    x->generalised = true;
    x->count = 0;
    x->born = t->lines;
    hash_template(x);
    uint32_t known = *index_slot(t, x->hash);
    if (known == NONE) {
        enter(t, at);
        return at;
    }
    free_record(t, at);
    if (!t->all[known].generalised) join_chain(t, known);
    return known;
}

/* One group of two: under the more general one, or under one that is more general than both. */
static void unite(struct log_templates *t, uint32_t a, uint32_t b)
{
    a = root_of(t, a);
    b = root_of(t, b);
    if (a == b) return;
    if (covers(&t->all[b], &t->all[a])) {
        link_to(t, a, b);
    } else if (covers(&t->all[a], &t->all[b])) {
        link_to(t, b, a);
    } else {
        uint32_t both = make_general(t, a, b, LOG_TOKENS_MAX);
        if (both == NONE) {
            link_to(t, a, b);
            return;
        }
        unite(t, a, both);
        unite(t, b, both);
    }
}

static void meet_siblings(struct log_templates *t, uint32_t at);

/* Make the filled record known. It may be united with others at once. */
static void enter(struct log_templates *t, uint32_t at)
{
    struct statement *x = &t->all[at];
    *index_slot(t, x->hash) = at;
    if (x->generalised) {
        uint32_t general = find_general(t, x);
        join_chain(t, at);
        if (general != NONE) {
            unite(t, at, general);
            return;
        }
    }
    meet_siblings(t, at);
}

/* The members of the place become one template; false when there is no room for it. At most LOG_TOKENS_MAX deep: each
 * level has one parameter more. */
static bool generalise(struct log_templates *t, struct place p)
{
    uint32_t at = make_general(t, p.member[0], p.member[0], p.position);
    for (size_t i = 0; i < p.n && at != NONE; i++) unite(t, p.member[i], at);
    return at != NONE;
}

static void meet_siblings(struct log_templates *t, uint32_t at)
{
    for (size_t p = 0; p < t->all[at].n; p++) {
        const struct place *place = meet(t, at, p);
        if (place && generalise(t, *place)) return; /* the generalised one has met siblings of its own */
    }
}

/* --- Forgetting --- */

/* The line number such that about half of the roots were last seen at or before it. */
static uint64_t middle_of(const struct log_templates *t)
{
    uint64_t low = 0, high = t->lines;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        size_t older = 0;
        for (uint32_t i = 0; i < t->max; i++) older += t->all[i].used && t->all[i].last <= mid;
        if (older < t->used / 2)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* What was united goes first: its lines find the generalised template. When that is not enough, what was not seen for
 * longest. */
static void forget(struct log_templates *t)
{
    for (uint32_t i = 0; i < t->max; i++)
        if (t->all[i].used && t->all[i].parent != NONE) free_record(t, i);
    uint64_t limit = t->used > t->max / 2 ? middle_of(t) : 0;
    for (uint32_t i = 0; i < t->max; i++)
        if (t->all[i].used && t->all[i].last <= limit) free_record(t, i);
    clear_tables(t);
    for (uint32_t i = 0; i < t->max; i++) {
        if (!t->all[i].used) continue;
        *index_slot(t, t->all[i].hash) = i;
        if (t->all[i].generalised) join_chain(t, i);
    }
    for (uint32_t i = 0; i < t->max; i++)
        for (size_t p = 0; t->all[i].used && p < t->all[i].n; p++) (void)meet(t, i, p);
}

/* --- Lines --- */

static struct log_hit count_line(struct log_templates *t, uint32_t at, bool is_new)
{
    at = root_of(t, at);
    struct statement *x = &t->all[at];
    x->count++;
    x->last = t->lines;
    return (struct log_hit){ .id = id_of(t, at), .is_new = is_new };
}

static uint32_t add_template(struct log_templates *t, const struct statement *x)
{
    if (t->used == t->max) forget(t);
    uint32_t at = take_record(t);
    copy_record(t, at, x);
    enter(t, at);
    return at;
}

struct log_hit log_templates_add(struct log_templates *t, const struct log_line *line, str text)
{
    t->lines++;
    uint64_t hash = log_line_hash(line);
    struct cached *c = &t->cache[(uint32_t)(hash >> 16) & (t->cache_count - 1)];
    if (c->hash == hash && hash != 0) return count_line(t, c->at, false);
    struct statement x = { .first = t->lines, .last = t->lines, .born = t->lines };
    fill(&x, line, text);
    uint32_t at = *index_slot(t, hash);
    bool is_new = false;
    if (at == NONE) at = find_general(t, &x);
    if (at == NONE) {
        at = add_template(t, &x);
        is_new = t->all[at].parent == NONE;
    }
    *c = (struct cached){ .hash = hash, .at = at };
    return count_line(t, at, is_new);
}
