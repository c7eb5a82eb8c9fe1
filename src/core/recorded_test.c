/* A journal that was recorded once and is kept with the source (scripts/record_journal): this logic must make it again,
 * byte for byte. It does not? Then core derives something else from the same inputs, and journals of users no longer
 * replay: CONTRIBUTING.md says what to do. */
#include "base/hash.h"
#include "core/core_kit.h"

struct recorded {
    int64_t seq;
    usec time;
    struct input in;
    str hash; /* hex */
};

static bool read_line(str line, struct arena *a, struct recorded *out)
{
    json *v = NULL;
    CHECK_OK(json_parse(line, a, &v));
    *out = (struct recorded){ .seq = json_get_i64(v, "seq", 0),
                              .time = json_get_i64(v, "time", 0),
                              .hash = json_get_str(v, "hash"),
                              .in = { json_get_str(v, "kind"), json_get_str(v, "subject"), json_get_str(v, "actor"),
                                      json_get_str(v, "body") } };
    return out->seq > 0; /* else the head or the checkpoint */
}

static size_t read_all(struct arena *a, struct recorded *out, size_t max)
{
    FILE *f = fopen(WEIR_SOURCE_DIR "/tests/files/journal.jsonl", "r");
    char *line = NULL;
    size_t n = 0, room = 0;
    CHECK(f != NULL);
    for (ssize_t len; f && n < max && (len = getline(&line, &room, f)) > 0;)
        n += read_line(str_dup(a, (str){ line, (size_t)len }), a, &out[n]);
    free(line);
    if (f) (void)fclose(f);
    return n;
}

static void check_hash(const struct entry *e, const struct recorded *want)
{
    char room[256];
    struct arena a = arena_over(room, sizeof room);
    if (str_eq(want->hash, hex_text((str){ (const char *)&e->hash, sizeof e->hash }, &a))) return;
    test_failed(__FILE__, __LINE__,
                "entry %lld (" STR_FMT ", recorded as " STR_FMT
                ") is made otherwise: see CONTRIBUTING.md on CORE_LOGIC_VERSION",
                (long long)e->seq, STR_ARG(e->kind), STR_ARG(want->in.kind));
}

TEST(recorded_journal_is_made_again_byte_for_byte)
{
    enum { ENTRIES_MAX = 2000 };
    struct arena a = arena_init(64 << 20);
    struct world w = world_new();
    struct recorded *all = ARENA_ARRAY(&a, struct recorded, ENTRIES_MAX);
    size_t n = read_all(&a, all, ENTRIES_MAX), derived = 0;
    struct tx *tx = NULL;
    json *started = NULL;
    CHECK(n > 100);
    CHECK_OK(json_parse(all[0].in.body, &a, &started));
    CHECK_I64(json_get_i64(started, "logic_version", 0), CORE_LOGIC_VERSION); /* of another logic: record one of this */
    for (size_t i = 0; i < n; i++) {
        struct call c = { .w = &w, .in = all[i].in };
        if (core_is_input(all[i].in.kind)) CHECK_OK(store_run_at(w.store, all[i].time, apply_work, &c));
        else derived++;
    }
    CHECK(derived > 50);
    CHECK_OK(store_read(w.store, &tx));
    struct entry_list made = journal_read(tx, 0, ENTRIES_MAX, &a);
    CHECK_I64((int64_t)made.count, (int64_t)n);
    for (size_t i = 0; i < made.count; i++) check_hash(&made.items[i], &all[i]);
    CHECK_OK(tx_err(tx));
    store_read_end(tx);
    world_done(&w);
    arena_done(&a);
}
