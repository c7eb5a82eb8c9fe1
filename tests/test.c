#include "test.h"

#include <ftw.h>
#include <unistd.h>

#include "base/arena.h"

enum { TESTS_MAX = 512, DIRS_MAX = 16384 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t test_total;
static char *dirs[DIRS_MAX];
static size_t dir_total;

void test_add(const char *name, void (*run)(void **))
{
    if (test_total == TESTS_MAX) abort();
    tests[test_total++] = (struct CMUnitTest){ .name = name, .test_func = run };
}

void test_failed(const char *file, int line, const char *fmt, ...)
{
    char msg[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    (void)fprintf(stderr, "%s:%d: %s\n", file, line, msg);
    _fail(file, line);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_dirs(void)
{
    for (size_t i = 0; i < dir_total; i++) {
        (void)nftw(dirs[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
        mem_free(dirs[i]);
    }
}

str test_dir(void)
{
    if (dir_total == DIRS_MAX) {
        (void)fprintf(stderr, "a test wants more than %d folders\n", DIRS_MAX);
        abort();
    }
    if (dir_total == 0) (void)atexit(remove_dirs);
    char *dir = mem_dup_z(STR("/tmp/weir-test-XXXXXX"));
    if (!mkdtemp(dir)) abort();
    dirs[dir_total++] = dir;
    return str_of(dir);
}

int test_count(int quick, int full)
{
    return getenv("WEIR_TEST_FULL") ? full : quick;
}

str test_data(const char *rel)
{
    static char path[4096];
    const char *root = getenv("WEIR_DATA");
    (void)snprintf(path, sizeof path, "%s/%s", root ? root : WEIR_SOURCE_DIR "/../shared/data", rel);
    return access(path, R_OK) == 0 ? str_of(path) : STR_NONE;
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("tests", tests, test_total, NULL, NULL) ? 1 : 0;
}
