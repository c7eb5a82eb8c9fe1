#include "edge/documents/vector_cache.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "test.h"

enum { HEAD = 16, RECORD = 424 };

static struct sha256 name_of(int i)
{
    return sha256_of((str){ (const char *)&i, sizeof i });
}

static err put(struct vector_cache *c, int i)
{
    int8_t bytes[EMBED_DIM];
    struct sha256 of = name_of(i);
    memset(bytes, i, sizeof bytes);
    return vector_cache_put(c, &of, &(struct packed){ bytes, (float)i, i });
}

static bool has(struct vector_cache *c, int i)
{
    struct packed v;
    struct sha256 of = name_of(i);
    if (!vector_cache_get(c, &of, &v)) return false;
    CHECK(v.sum == i && v.bytes[0] == (int8_t)i && v.bytes[EMBED_DIM - 1] == (int8_t)i);
    return true;
}

static int64_t size_of(str path)
{
    struct stat st;
    CHECK(stat(path.ptr, &st) == 0);
    return st.st_size;
}

TEST(what_nobody_uses_leaves_the_file_and_the_rest_stays)
{
    struct arena a = arena_init(1 << 16);
    str path = str_fmt(&a, STR_FMT "/vectors", STR_ARG(test_dir()));
    struct vector_cache *c = NULL;
    struct packed view;
    struct sha256 of = name_of(3);
    CHECK_OK(vector_cache_open(path, &c));
    CHECK_OK(vector_cache_drop_unmarked(c)); /* of nothing */
    for (int i = 0; i < 100; i++) CHECK_OK(put(c, i));
    CHECK_I64(size_of(path), HEAD + 100 * RECORD);
    CHECK(vector_cache_get(c, &of, &view));
    for (int i = 0; i < 200; i += 50) { /* one of them was never there */
        of = name_of(i);
        vector_cache_mark(c, &of);
    }
    CHECK_OK(vector_cache_drop_unmarked(c));
    CHECK_I64(size_of(path), HEAD + 2 * RECORD);
    CHECK_I64((int64_t)vector_cache_count(c), 2);
    CHECK(has(c, 0) && has(c, 50) && !has(c, 3) && view.sum == 3); /* a view of before is still good */
    CHECK_OK(put(c, 7));
    CHECK_OK(put(c, 3));
    vector_cache_close(c);
    CHECK_OK(vector_cache_open(path, &c));
    CHECK(has(c, 0) && has(c, 50) && has(c, 7) && has(c, 3) && vector_cache_count(c) == 4);
    vector_cache_close(c);
    arena_done(&a);
}

TEST(a_record_that_did_not_fit_spoils_none_after_it)
{
    struct arena a = arena_init(1 << 16);
    str path = str_fmt(&a, STR_FMT "/vectors", STR_ARG(test_dir()));
    struct vector_cache *c = NULL;
    struct rlimit before, small;
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK_OK(vector_cache_open(path, &c));
    CHECK_OK(put(c, 1));
    small = before;
    small.rlim_cur = HEAD + RECORD + 100; /* a part of the next one */
    (void)signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    bool refused = put(c, 2).code != ERR_NONE;
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(refused && has(c, 2)); /* in memory in any case */
    for (int i = 3; i < 6; i++) CHECK_OK(put(c, i));
    vector_cache_close(c);
    CHECK_OK(vector_cache_open(path, &c));
    CHECK(has(c, 1) && !has(c, 2) && has(c, 3) && has(c, 5) && vector_cache_count(c) == 4);
    vector_cache_close(c);
    arena_done(&a);
}
