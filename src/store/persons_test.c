#include "store/persons.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct env env;

static struct persons *open_at(str path)
{
    struct persons *p = NULL;
    env = env_os();
    CHECK_OK(persons_open(path, &env, &p));
    return p;
}

static str path_of(struct arena *a, const char *name)
{
    return str_fmt(a, STR_FMT "/%s", STR_ARG(test_dir()), name);
}

/* Is `what` anywhere in the file? */
static bool file_has(const char *path, const void *what, size_t len)
{
    static char bytes[1 << 20];
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f) (void)fclose(f);
    return n >= len && memmem(bytes, n, what, len) != NULL;
}

TEST(a_person_is_the_same_however_the_address_is_written)
{
    struct persons *p = open_at(STR(""));
    struct person one, two, other;
    CHECK_ERR(persons_of(p, STR("ana@example.com"), false, &one), ERR_NOT_FOUND);
    CHECK_OK(persons_of(p, STR("ana@example.com"), true, &one));
    CHECK_OK(persons_of(p, STR(" Ana@Example.COM "), false, &two));
    CHECK_OK(persons_of(p, STR("bob@example.com"), true, &other));
    CHECK_STR(str_of(one.id), two.id);
    CHECK(memcmp(one.key, two.key, SEAL_KEY_LEN) == 0);
    CHECK(strcmp(one.id, other.id) != 0 && memcmp(one.key, other.key, SEAL_KEY_LEN) != 0);
    CHECK_I64(persons_count(p), 2);
    persons_close(p);
}

TEST(people_and_digests_outlive_the_process)
{
    struct arena a = arena_init(1 << 16);
    str path = path_of(&a, "keep.db");
    struct person before, after;
    struct persons *p = open_at(path);
    CHECK_OK(persons_of(p, STR("ana@example.com"), true, &before));
    str digest = persons_digest(p, STR("<id@host>"), &a), sealed, got;
    CHECK_OK(person_seal(p, &before, STR("x"), STR("hello"), &a, &sealed));
    persons_close(p);
    p = open_at(path);
    CHECK_OK(persons_key(p, str_of(before.id), &after));
    CHECK_OK(person_open(&after, STR("x"), sealed, &a, &got));
    CHECK_STR(got, "hello");
    CHECK(str_eq(digest, persons_digest(p, STR("<id@host>"), &a)));
    persons_close(p);
    arena_done(&a);
}

TEST(an_erased_key_is_in_no_file_any_more)
{
    struct arena a = arena_init(1 << 16);
    str path = path_of(&a, "erase.db"), wal = str_fmt(&a, STR_FMT "-wal", STR_ARG(path));
    struct person one, gone, again;
    struct persons *p = open_at(path);
    CHECK_OK(persons_of(p, STR("ana@example.com"), true, &one));
    CHECK(file_has(path.ptr, one.key, SEAL_KEY_LEN) || file_has(wal.ptr, one.key, SEAL_KEY_LEN));
    CHECK(!file_has(path.ptr, "ana@example", 11) && !file_has(wal.ptr, "ana@example", 11));
    CHECK_OK(persons_erase(p, str_of(one.id)));
    CHECK(!file_has(path.ptr, one.key, SEAL_KEY_LEN) && !file_has(wal.ptr, one.key, SEAL_KEY_LEN));
    CHECK_ERR(persons_key(p, str_of(one.id), &gone), ERR_NOT_FOUND);
    CHECK_OK(persons_erase(p, str_of(one.id)));
    CHECK_OK(persons_of(p, STR("ana@example.com"), true, &again));
    CHECK(strcmp(one.id, again.id) != 0);
    persons_close(p);
    arena_done(&a);
}

TEST(a_file_that_others_can_read_is_refused)
{
    struct arena a = arena_init(1 << 16);
    str path = path_of(&a, "open.db");
    struct persons *p = open_at(path);
    persons_close(p);
    CHECK(chmod(path.ptr, 0644) == 0);
    CHECK_ERR(persons_open(path, &env, &p), ERR_DENIED);
    arena_done(&a);
}

struct many {
    struct persons *p;
    int offset;
    char ids[50][PERSON_ID_MAX];
};

static void *add_many(void *ctx)
{
    struct many *m = ctx;
    for (int i = 0; i < 50; i++) {
        char address[40];
        struct person one;
        (void)snprintf(address, sizeof address, "user%d@example.com", (i + m->offset) % 50);
        CHECK_OK(persons_of(m->p, str_of(address), true, &one));
        memcpy(m->ids[(i + m->offset) % 50], one.id, sizeof one.id);
    }
    return NULL;
}

TEST(many_threads_that_ask_for_the_same_people_get_the_same_people)
{
    struct arena a = arena_init(1 << 16);
    struct persons *p = open_at(path_of(&a, "many.db"));
    static struct many work[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        work[i] = (struct many){ .p = p, .offset = 13 * i };
        CHECK(pthread_create(&threads[i], NULL, add_many, &work[i]) == 0);
    }
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK_I64(persons_count(p), 50);
    for (int i = 1; i < 4; i++) CHECK(memcmp(work[0].ids, work[i].ids, sizeof work[0].ids) == 0);
    persons_close(p);
    arena_done(&a);
}
