#include "edge/act/announce.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct arena arena;

static struct announced parse(const char *text)
{
    struct announced out;
    arena = arena_init(1 << 24);
    announce_parse(str_of(text), &arena, &out);
    return out;
}

TEST(numbers_add_up_and_names_are_a_set)
{
    struct announced a =
        parse("{\"rows\":10,\"bytes\":5}\n\n {\"rows\":7} \r\n{\"inputs\":[\"a\",\"b\",\"a\"],\"outputs\":[\"c\"]}");
    CHECK(a.has_rows && a.has_bytes);
    CHECK_I64(a.rows, 17);
    CHECK_I64(a.bytes, 5);
    CHECK_I64(a.input_count, 2);
    CHECK_STR(a.inputs[1], "b");
    CHECK_I64(a.output_count, 1);
    CHECK_I64(a.skipped, 0);
    arena_done(&arena);
}

TEST(nothing_said_is_not_zero)
{
    struct announced a = parse("");
    CHECK(!a.has_rows && !a.has_bytes);
    a = parse("{\"rows\":0}");
    CHECK(a.has_rows && a.rows == 0);
    arena_done(&arena);
}

TEST(the_last_word_about_columns_counts)
{
    struct announced a = parse("{\"columns\":{\"t\":[\"x\"],\"u\":[]}}\n{\"columns\":{\"t\":[\"x\",\"y\"]}}");
    CHECK_I64(a.column_count, 2);
    CHECK_STR(a.columns[0].dataset, "t");
    CHECK_I64(yyjson_arr_size(a.columns[0].names), 2);
    arena_done(&arena);
}

TEST(what_is_not_understood_is_counted_and_the_rest_kept)
{
    struct announced a =
        parse("rows: 5\n[1]\n{\"rows\":-1}\n{\"rows\":\"many\"}\n{\"rows\":1.5}\n{\"inputs\":\"a\"}\n"
              "{\"inputs\":[1,\"\",\"ok\"]}\n{\"columns\":{\"t\":[1]}}\n{\"rows\":3}\n{\"rows\":9223372036854775807}");
    CHECK_I64(a.rows, 3);
    CHECK_I64(a.input_count, 1);
    CHECK_I64(a.column_count, 0);
    CHECK_I64(a.skipped, 10);
    arena_done(&arena);
}

TEST(a_report_has_limits)
{
    static char text[ANNOUNCE_BYTES_MAX + 4096];
    size_t n = 0;
    for (int i = 0; n < sizeof text - 64; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"inputs\":[\"n%d\"]}\n", i);
    struct announced a = parse(text);
    CHECK_I64(a.input_count, ANNOUNCE_NAMES_MAX);
    CHECK(a.skipped > 1000);
    arena_done(&arena);
}

TEST(the_file_is_private_and_goes_away)
{
    struct stat st;
    struct announced out;
    str path = STR_NONE;
    arena = arena_init(1 << 24);
    CHECK_OK(announce_file(&arena, (unsigned)-1, &path));
    CHECK(stat(path.ptr, &st) == 0 && (st.st_mode & 0777) == 0600);
    FILE *f = fopen(path.ptr, "we");
    CHECK(f && fputs("{\"rows\":4}\n", f) >= 0 && fclose(f) == 0);
    announce_take(path, &arena, &out);
    CHECK_I64(out.rows, 4);
    CHECK(stat(path.ptr, &st) != 0);
    CHECK_OK(announce_file(&arena, (unsigned)-1, &path));
    CHECK(unlink(path.ptr) == 0 && mkfifo(path.ptr, 0600) == 0); /* must not make us wait */
    announce_take(path, &arena, &out);
    CHECK(!out.has_rows);
    arena_done(&arena);
}

TEST(any_bytes_are_survived)
{
    unsigned seed = 77;
    static const char words[] = "{}[]\":,\n\\ rowsbytesinputscolumns0123456789.-e\xff";
    (void)printf("# seed %u\n", seed);
    for (int i = 0; i < 3000; i++) {
        char text[256];
        struct announced out;
        size_t len = (size_t)rand_r(&seed) % sizeof text;
        for (size_t k = 0; k < len; k++) text[k] = words[(size_t)rand_r(&seed) % (sizeof words - 1)];
        arena = arena_init(1 << 24);
        announce_parse((str){ text, len }, &arena, &out);
        CHECK(out.input_count <= ANNOUNCE_NAMES_MAX && out.rows >= 0);
        arena_done(&arena);
    }
}
