#include "edge/tables/table_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "test.h"

static err open_text(str text, bool json, struct table_file **t)
{
    int fd = memfd_create("table", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len && lseek(fd, 0, SEEK_SET) == 0);
    return table_file_open_fd(fd, STR("t"), json, t);
}

/* Everything as one text: names, then rows; '~' is a missing value, '#' a number. */
static str shown(str text, bool json, struct arena *a)
{
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true;
    struct buf b = buf_init(1 << 20);
    err e = open_text(text, json, &t);
    while (!e.code && more) {
        e = table_file_next(t, &row, &more);
        for (size_t i = 0; i < table_file_columns(t) && more && !e.code; i++) {
            if (i) buf_char(&b, ',');
            if (row[i].kind == CELL_MISSING) buf_char(&b, '~');
            else if (row[i].kind == CELL_NUMBER) buf_fmt(&b, "#%g", row[i].number);
            else buf_add(&b, row[i].text);
        }
        if (more && !e.code) buf_char(&b, ';');
    }
    if (e.code) buf_fmt(&b, "%s", err_name(e.code));
    if (t && !e.code) {
        for (size_t i = 0; i < table_file_columns(t); i++)
            buf_fmt(&b, " [" STR_FMT "]", STR_ARG(table_file_column(t, i)));
        buf_fmt(&b, " %zu", table_file_refused(t));
    }
    table_file_close(t);
    return buf_take(&b, a);
}

TEST(csv_as_it_comes)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "a,b\n1,2\n", "1,2; [a] [b] 0" },
        { "a,b\r\n1,2\r\n3,4", "1,2;3,4; [a] [b] 0" },
        { "\xef\xbb\xbf" "a;b\n1,5;2\n", "1,5,2; [a] [b] 0" },
        { "a\tb\nx y\t\n", "x y,~; [a] [b] 0" },
        { "a,b\n\"x,1\",\"say \"\"hi\"\"\"\n", "x,1,say \"hi\"; [a] [b] 0" },
        { "a,b\n\"two\nlines\",3\n", "two\nlines,3; [a] [b] 0" },
        { "a,b\n5\" pipe,3\n", "5\" pipe,3; [a] [b] 0" },
        { "a,b\n1\n1,2,3\n\n4,5\n", "1,~;4,5; [a] [b] 1" },
        { "a,a,\n1,2,3\n", "1,2,3; [a] [a (2)] [column 3] 0" },
        { "a\n1\n\n2\n", "1;~;2; [a] 0" },
        { "a,b\n1,\"open", "INPUT" },
        { "a,b", " [a] [b] 0" },
        { "", "INPUT" },
        { "\n1\n", "INPUT" },
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(shown(str_of(cases[i].text), false, &a), cases[i].want);
    arena_done(&a);
}

TEST(json_lines_find_their_columns)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "{\"a\":1,\"b\":\"x\"}\n{\"b\":null,\"a\":2.5}\n", "#1,x;#2.5,~; [a] [b] 0" },
        { "{\"a\":1}\n\n[1]\nnope\n{\"c\":true,\"a\":\"\"}", "#1;~,true; [a] [c] 2" },
        { "{\"a\":{\"b\":[1,2]}}\n", "{\"b\":[1,2]}; [a] 0" },
        { "", " 0" },
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(shown(str_of(cases[i].text), true, &a), cases[i].want);
    arena_done(&a);
}

TEST(rows_longer_than_the_window_and_no_longer_than_the_limit)
{
    struct arena a = arena_init(64 << 20);
    size_t len = 3 << 20;
    char *text = arena_new(&a, len + 100);
    size_t at = (size_t)snprintf(text, 100, "a,b\n1,\"");
    memset(text + at, 'x', len);
    memcpy(text + at + len, "\"\n2,3\n", 6);
    struct table_file *t = NULL;
    const struct cell *row;
    bool more;
    CHECK_OK(open_text((str){ text, at + len + 6 }, false, &t));
    CHECK_OK(table_file_next(t, &row, &more));
    CHECK(more && row[1].text.len == len);
    CHECK_OK(table_file_next(t, &row, &more));
    CHECK_STR(row[1].text, "3");
    table_file_close(t);
    size_t huge = (size_t)TABLE_FILE_ROW_MAX + 100;
    char *open_quote = arena_new(&a, huge);
    memset(open_quote, 'x', huge);
    memcpy(open_quote, "a,b\n\"", 5);
    CHECK_OK(open_text((str){ open_quote, huge }, false, &t));
    CHECK_ERR(table_file_next(t, &row, &more), ERR_LIMIT);
    table_file_close(t);
    arena_done(&a);
}

TEST(numbers_as_they_are_written)
{
    static const struct {
        const char *text;
        double want;
    } good[] = { { "1", 1 },
                 { " -2.50 ", -2.5 },
                 { "+.5", 0.5 },
                 { "0.1", 0.1 },
                 { "123456789012345678", 123456789012345678.0 },
                 { "1e-3", 1e-3 },
                 { "0.30000000000000004", 0.30000000000000004 },
                 { "-0", 0 },
                 { "999999999999999", 999999999999999.0 },
                 { "4.35", 4.35 } };
    static const char *const bad[] = { "", "x", "1,5", "0x10", "--1", "1.2.3", "12 3", "." };
    double v;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CHECK(cell_number(str_of(good[i].text), &v) && v == good[i].want);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!cell_number(str_of(bad[i]), &v));
}

TEST(files_are_told_by_name_and_first_byte)
{
    struct arena a = arena_init(1 << 16);
    static const struct {
        const char *name, *text;
        size_t columns;
    } files[] = { { "x.csv", "a,b\n1,2\n", 2 },
                  { "x.jsonl", "{\"q\":1}\n", 1 },
                  { "x.dat", "{\"q\":1}\n", 1 },
                  { "x.txt", "a;b;c\n", 3 } };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        str path = str_fmt(&a, STR_FMT "/%s", STR_ARG(test_dir()), files[i].name);
        FILE *f = fopen(path.ptr, "w");
        CHECK(f && fputs(files[i].text, f) >= 0 && fclose(f) == 0);
        struct table_file *t = NULL;
        const struct cell *row;
        bool more;
        CHECK_OK(table_file_open(path, &t));
        CHECK_OK(table_file_next(t, &row, &more));
        CHECK_I64(table_file_columns(t), files[i].columns);
        table_file_close(t);
    }
    struct table_file *t = NULL;
    CHECK_ERR(table_file_open(STR("/nowhere/x.csv"), &t), ERR_NOT_FOUND);
    CHECK_ERR(table_file_open(test_dir(), &t), ERR_INPUT);
    arena_done(&a);
}

/* made by DuckDB: n whole, x real, s with missing ones and longer than fits a view, d a date; 40 rows */
TEST(parquet_comes_through_duckdb_when_its_library_is_there)
{
    const char *library = WEIR_SOURCE_DIR "/.deps/duckdb/libduckdb.so";
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true;
    CHECK(setenv("WEIR_DUCKDB", "/nowhere/libduckdb.so", 1) == 0);
    CHECK_ERR(table_file_open(STR(WEIR_SOURCE_DIR "/tests/files/table.parquet"), &t), ERR_NOT_FOUND);
    if (access(library, R_OK)) SKIP("DuckDB's library is not installed");
    CHECK(setenv("WEIR_DUCKDB", library, 1) == 0);
    CHECK_OK(table_file_open(STR(WEIR_SOURCE_DIR "/tests/files/table.parquet"), &t));
    CHECK_I64(table_file_columns(t), 4);
    CHECK_STR(table_file_column(t, 2), "s");
    for (int i = 0; i < 40; i++) {
        char text[40];
        CHECK_OK(table_file_next(t, &row, &more));
        CHECK(more && (row[2].kind == CELL_MISSING) == (i % 5 == 0));
        (void)snprintf(text, sizeof text, "a value longer than twelve %d", i % 3);
        if (i % 5) CHECK_STR(row[2].text, text);
        double x = -1;
        CHECK(cell_number(row[1].text, &x) && x == i / 8.0);
    }
    CHECK_STR(row[3].text, "2026-02-09");
    CHECK_OK(table_file_next(t, &row, &more));
    CHECK(!more);
    table_file_close(t);
    CHECK_ERR(table_file_open(STR(WEIR_SOURCE_DIR "/tests/files/missing.parquet"), &t), ERR_NOT_FOUND);
    (void)unsetenv("WEIR_DUCKDB");
}
