#include "edge/observe/series.h"

#include "base/hash.h"
#include "base/json.h"

enum { LABELS_JSON_MAX = 512 << 10, SERIES_TEXT_MAX = 1 << 20, PAGE = 1024, PAGES = 64 << 10 };

struct series_table {
    struct samples_db *db;
    uint64_t seed;
    struct series **slots; /* open addressing over the hash; a power of two, at most half full */
    size_t slot_count, live, live_max;
    struct series ***pages; /* by number, in pages that never move: the engine threads read them without the door */
    uint32_t next_ref;
    uint32_t latest; /* number of the series found last */
};

struct series_table *series_table_new(struct samples_db *db, uint64_t seed, size_t live_max)
{
    struct series_table *t = mem_new(sizeof *t);
    *t = (struct series_table){ .db = db, .seed = seed | 1, .slot_count = 1024, .live_max = live_max, .next_ref = 1 };
    t->slots = mem_new(t->slot_count * sizeof *t->slots);
    t->pages = mem_new(PAGES * sizeof *t->pages); /* costs nothing until touched */
    return t;
}

static void series_free(struct series *s)
{
    arena_done(&s->text);
    mem_free(s);
}

void series_table_free(struct series_table *t)
{
    if (!t) return;
    for (size_t i = 0; i < t->slot_count; i++)
        if (t->slots[i]) series_free(t->slots[i]);
    mem_free(t->slots);
    for (size_t i = 0; i < PAGES && t->pages[i]; i++) mem_free(t->pages[i]);
    mem_free(t->pages);
    mem_free(t);
}

void series_table_set_next_ref(struct series_table *t, uint32_t ref)
{
    if (ref > t->next_ref) t->next_ref = ref;
}

/* Multiply and fold eight bytes at a time; the seed is secret, and equality is checked afterwards anyway. */
static uint64_t mix(uint64_t h, uint64_t v)
{
    __extension__ unsigned __int128 p = (unsigned __int128)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t mix_str(uint64_t h, str s)
{
    size_t i = 0;
    uint64_t v;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&v, s.ptr + i, 8);
        h = mix(h, v);
    }
    v = 0;
    if (i < s.len) memcpy(&v, s.ptr + i, s.len - i);
    return mix(mix(h, v), s.len);
}

static uint64_t key_hash(const struct series_table *t, const struct batch_series *key)
{
    uint64_t h = mix_str(t->seed, key->name);
    for (uint32_t i = 0; i < key->label_count; i++) h = mix_str(mix_str(h, key->labels[i].name), key->labels[i].value);
    return h;
}

static bool same(const struct series *s, const struct batch_series *key)
{
    if (s->label_count != key->label_count || !str_eq(s->info.name, key->name)) return false;
    for (uint32_t i = 0; i < s->label_count; i++)
        if (!str_eq(s->labels[i].value, key->labels[i].value) || !str_eq(s->labels[i].name, key->labels[i].name))
            return false;
    return true;
}

static size_t slot_of(const struct series_table *t, uint64_t hash)
{
    return (size_t)(hash & (t->slot_count - 1));
}

static struct series *lookup(const struct series_table *t, const struct batch_series *key, uint64_t hash)
{
    for (size_t i = slot_of(t, hash); t->slots[i]; i = (i + 1) & (t->slot_count - 1))
        if (t->slots[i]->hash == hash && same(t->slots[i], key)) return t->slots[i];
    return NULL;
}

static void place(struct series_table *t, struct series *s)
{
    size_t i = slot_of(t, s->hash);
    while (t->slots[i]) i = (i + 1) & (t->slot_count - 1);
    t->slots[i] = s;
}

static void grow(struct series_table *t)
{
    if ((t->live + 1) * 2 <= t->slot_count) return;
    struct series **old = t->slots;
    size_t count = t->slot_count;
    t->slot_count *= 2;
    t->slots = mem_new(t->slot_count * sizeof *t->slots);
    for (size_t i = 0; i < count; i++)
        if (old[i]) place(t, old[i]);
    mem_free(old);
}

static void insert(struct series_table *t, struct series *s)
{
    uint32_t ref = s->info.ref;
    grow(t);
    place(t, s);
    t->live++;
    for (size_t i = 0; i <= ref / PAGE; i++) /* none left out, so that free() can stop at the first hole */
        if (!t->pages[i]) t->pages[i] = mem_new(PAGE * sizeof *t->pages[i]);
    t->pages[ref / PAGE][ref % PAGE] = s;
    if (ref >= t->next_ref) t->next_ref = ref + 1;
}

struct series *series_by_ref(struct series_table *t, uint32_t ref)
{
    if (ref / PAGE >= PAGES || !t->pages[ref / PAGE]) return NULL;
    return t->pages[ref / PAGE][ref % PAGE];
}

size_t series_live(const struct series_table *t)
{
    return t->live;
}

/* The pipeline a series belongs to: what it says itself, else the job that scraped it, else its own name. */
static str pipeline_of(const struct batch_series *key)
{
    str job = STR_NONE;
    for (uint32_t i = 0; i < key->label_count; i++) {
        if (STR_IS(key->labels[i].name, "pipeline")) return key->labels[i].value;
        if (STR_IS(key->labels[i].name, "job")) job = key->labels[i].value;
    }
    return job.len ? job : key->name;
}

static str labels_json(const struct batch_series *key, struct arena *a)
{
    struct buf b = buf_init(LABELS_JSON_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (uint32_t i = 0; i < key->label_count; i++) jw_key_str(&w, key->labels[i].name, key->labels[i].value);
    jw_close(&w);
    return buf_take(&b, a);
}

static struct series *series_new(const struct batch_series *key, uint64_t hash, str source, usec now)
{
    struct series *s = mem_new(sizeof *s);
    struct arena *a = &s->text;
    s->text = arena_init(SERIES_TEXT_MAX);
    s->hash = hash;
    s->heard = now;
    s->label_count = key->label_count;
    s->labels = ARENA_ARRAY(a, struct label, key->label_count);
    for (uint32_t i = 0; i < key->label_count; i++)
        s->labels[i] = (struct label){ str_dup(a, key->labels[i].name), str_dup(a, key->labels[i].value) };
    s->info.name = str_dup(a, key->name);
    s->info.text = series_text(key->name, key->labels, key->label_count, a);
    struct sha256 h = sha256_of(s->info.text);
    s->info.id = hex_text((str){ (const char *)h.b, SERIES_ID_LEN / 2 }, a);
    s->info.labels = labels_json(key, a);
    s->info.pipeline = str_dup(a, pipeline_of(key));
    s->info.source = str_dup(a, source);
    s->info.kind = key->kind;
    s->shard = (int)(hash64(s->info.text) % SHARDS);
    return s;
}

/* A series that spoke before has a row, hence a number, first and last times. */
static err recall(struct series_table *t, struct series *s)
{
    struct arena a = arena_init(4 << 20);
    struct series_info old;
    err e = samples_db_series(t->db, s->info.text, &a, &old);
    if (!e.code) {
        s->info.ref = old.ref;
        s->info.first_seen = old.first_seen;
        s->info.last_seen = s->last_time = old.last_seen;
        if (s->info.kind == SERIES_UNKNOWN) s->info.kind = old.kind;
        s->defined = true;
    } else if (e.code == ERR_NOT_FOUND) {
        s->info.ref = t->next_ref;
        e = t->next_ref < PAGES * PAGE ? OK : err_make(ERR_LIMIT, "no more series numbers");
    }
    arena_done(&a);
    return e;
}

/* Senders repeat their series in the same order, so the one that came next last time is tried before anything is
 * hashed. */
static struct series *guess(struct series_table *t, const struct batch_series *key)
{
    const struct series *latest = series_by_ref(t, t->latest);
    struct series *s = latest ? series_by_ref(t, latest->follower) : NULL;
    return s && same(s, key) ? s : NULL;
}

static void follow(struct series_table *t, const struct series *s)
{
    struct series *latest = series_by_ref(t, t->latest);
    if (latest) latest->follower = s->info.ref;
    t->latest = s->info.ref;
}

static err find_or_make(struct series_table *t, const struct batch_series *key, str source, usec now,
                        struct series **out)
{
    uint64_t hash = key_hash(t, key);
    *out = lookup(t, key, hash);
    if (*out) return OK;
    if (t->live == t->live_max) return err_make(ERR_LIMIT, "%zu series live already", t->live_max);
    struct series *s = series_new(key, hash, source, now);
    err e = recall(t, s);
    if (e.code) {
        series_free(s);
        return e;
    }
    insert(t, s);
    *out = s;
    return OK;
}

err series_find(struct series_table *t, const struct batch_series *key, str source, usec now, struct series **out)
{
    struct series *s = guess(t, key);
    if (!s) {
        err e = find_or_make(t, key, source, now, &s);
        if (e.code) return e;
        follow(t, s);
    }
    t->latest = s->info.ref;
    s->heard = now;
    *out = s;
    return OK;
}

/* Open addressing without marks: what follows the hole moves up as far as its own slot allows. */
static void unplace(struct series_table *t, const struct series *s)
{
    size_t mask = t->slot_count - 1, hole = slot_of(t, s->hash);
    while (t->slots[hole] != s) hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
        size_t home = slot_of(t, t->slots[i]->hash);
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        t->slots[hole] = t->slots[i];
        hole = i;
    }
    t->slots[hole] = NULL;
}

bool series_evict(struct series_table *t, uint32_t ref, usec before)
{
    struct series *s = series_by_ref(t, ref);
    if (!s || s->heard >= before) return false;
    unplace(t, s);
    t->pages[ref / PAGE][ref % PAGE] = NULL;
    t->live--;
    series_free(s);
    return true;
}

static void put_str(struct buf *out, str s)
{
    uint32_t len = (uint32_t)s.len;
    buf_add(out, (str){ (const char *)&len, sizeof len });
    buf_add(out, s);
}

static bool take(str *rest, void *out, size_t len)
{
    if (rest->len < len) return false;
    memcpy(out, rest->ptr, len);
    *rest = str_cut(*rest, len, rest->len);
    return true;
}

static bool take_str(str *rest, str *out)
{
    uint32_t len;
    if (!take(rest, &len, sizeof len) || rest->len < len) return false;
    *out = str_cut(*rest, 0, len);
    *rest = str_cut(*rest, len, rest->len);
    return true;
}

void series_encode(const struct series *s, struct buf *out)
{
    uint32_t head[3] = { s->info.ref, (uint32_t)s->info.kind, s->label_count };
    buf_add(out, (str){ (const char *)head, sizeof head });
    put_str(out, s->info.source);
    put_str(out, s->info.name);
    for (uint32_t i = 0; i < s->label_count; i++) {
        put_str(out, s->labels[i].name);
        put_str(out, s->labels[i].value);
    }
}

err series_decode(struct series_table *t, str bytes, struct series **out)
{
    uint32_t head[3];
    str source, name;
    struct label labels[SERIES_LABELS_MAX];
    bool ok = take(&bytes, head, sizeof head) && take_str(&bytes, &source) && take_str(&bytes, &name);
    ok = ok && head[0] > 0 && head[0] < PAGES * PAGE && head[1] <= SERIES_COUNTER && head[2] <= SERIES_LABELS_MAX;
    for (uint32_t i = 0; ok && i < head[2]; i++)
        ok = take_str(&bytes, &labels[i].name) && take_str(&bytes, &labels[i].value);
    if (!ok || bytes.len) return err_make(ERR_CORRUPT, "a series definition in the sample log does not decode");
    struct batch_series key = {
        .name = name, .labels = labels, .label_count = head[2], .kind = (enum series_kind)head[1]
    };
    uint64_t hash = key_hash(t, &key);
    *out = lookup(t, &key, hash);
    if (*out) return OK;
    if (series_by_ref(t, head[0])) return err_make(ERR_CORRUPT, "two series have the number %u", head[0]);
    struct series *s = series_new(&key, hash, source, 0);
    s->info.ref = head[0];
    s->defined = true;
    insert(t, s);
    *out = s;
    return OK;
}
