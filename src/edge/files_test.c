#include "edge/files.h"

#include <unistd.h>

#include "edge/policy_file.h"
#include "test.h"

static str write_file(struct arena *a, str dir, const char *name, str text)
{
    str path = str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f && fwrite(text.ptr, 1, text.len, f) == text.len && fclose(f) == 0);
    return path;
}

TEST(a_file_is_read_whole_or_refused)
{
    struct arena a = arena_init(8 << 20);
    str dir = test_dir(), out;
    char *big = mem_new(300000);
    memset(big, 'x', 300000);
    str path = write_file(&a, dir, "big", (str){ big, 300000 });
    CHECK_OK(file_read(path, 300000, &a, &out));
    CHECK(str_eq(out, (str){ big, 300000 }));
    CHECK_ERR(file_read(path, 299999, &a, &out), ERR_LIMIT);
    CHECK_ERR(file_read(dir, 100, &a, &out), ERR_INPUT);
    CHECK_ERR(file_read(STR("/nowhere/at/all"), 100, &a, &out), ERR_NOT_FOUND);
    mem_free(big);
    arena_done(&a);
}

TEST(a_zone_name_never_leaves_its_folder)
{
    static const char *const names[] = {
        "../../../etc/passwd", "/etc/passwd", "Europe/../../etc/passwd", "", ".", "Europe/", "Europe//Berlin",
        "Mars/Olympus",        "Europe"
    };
    struct arena a = arena_init(1 << 20);
    str out;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK_ERR(zone_read(str_of(names[i]), &a, &out), ERR_INPUT);
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0) CHECK_OK(zone_read(STR("Europe/Berlin"), &a, &out));
    arena_done(&a);
}

TEST(secrets_are_named_not_written)
{
    struct arena a = arena_init(1 << 20);
    str out, path = write_file(&a, test_dir(), "key", STR("s3cret\nmore\n"));
    CHECK_OK(secret_read(str_fmt(&a, "file:" STR_FMT, STR_ARG(path)), &a, &out));
    CHECK_STR(out, "s3cret");
    (void)setenv("WEIR_TEST_SECRET", "abc", 1);
    CHECK_OK(secret_read(STR("env:WEIR_TEST_SECRET"), &a, &out));
    CHECK_STR(out, "abc");
    CHECK_ERR(secret_read(STR("env:WEIR_NO_SUCH"), &a, &out), ERR_NOT_FOUND);
    CHECK_ERR(secret_read(STR("s3cret"), &a, &out), ERR_INPUT);
    CHECK_ERR(secret_read(STR("file:/nowhere"), &a, &out), ERR_NOT_FOUND);
    arena_done(&a);
}
