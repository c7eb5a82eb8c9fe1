/* A table of any bytes, as CSV and as JSON Lines, is refused or gives rows with as many cells as there are columns,
 * whose names differ, and comparing its columns gives numbers in range. */
#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edge/tables/table_file.h"
#include "engine/detect/drift.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS_LOOKED_AT = 4, ROWS_KEPT = 512 };

struct seen {
    double value[COLUMNS_LOOKED_AT][ROWS_KEPT], scratch[ROWS_KEPT];
    size_t count;
};

static void take(struct seen *s, const struct cell *row, size_t columns)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < columns; i++) {
        double v = row[i].number;
        assert(row[i].kind <= CELL_NUMBER);
        for (size_t k = 0; row[i].kind == CELL_TEXT && k < row[i].text.len; k++)
            sum += (unsigned char)row[i].text.ptr[k];
        if (row[i].kind == CELL_TEXT && !cell_number(row[i].text, &v)) v = (double)row[i].text.len;
        if (i < COLUMNS_LOOKED_AT && s->count < ROWS_KEPT) s->value[i][s->count] = v;
    }
    (void)sum; /* each byte was read: that is what the sanitizer looks at */
    s->count += s->count < ROWS_KEPT;
}

static void compare(struct seen *s, size_t columns)
{
    size_t half = s->count / 2;
    for (size_t i = 0; i < columns && i < COLUMNS_LOOKED_AT; i++) {
        struct drift_numbers d;
        drift_compare_values(s->value[i], half, s->value[i] + half, s->count - half, s->scratch, &d);
        assert(d.ks >= 0 && d.ks <= 1 && d.ks_p >= 0 && d.ks_p <= 1 && d.smooth_p >= 0 && d.smooth_p <= 1);
        assert(d.low_p >= 0 && d.low_p <= 1 && d.high_p >= 0 && d.high_p <= 1 && d.grid_p >= 0 && d.grid_p <= 1);
    }
}

static void read_as(const uint8_t *data, size_t size, bool json)
{
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true;
    int fd = memfd_create("table", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    struct seen *s = mem_new(sizeof *s);
    err e = table_file_open_fd(fd, STR("fuzz"), json, &t);
    while (!e.code && more) {
        e = table_file_next(t, &row, &more);
        if (!e.code && more) take(s, row, table_file_columns(t));
    }
    for (size_t i = 0; t && i < table_file_columns(t) && i < 50; i++)
        for (size_t k = 0; k < i; k++) assert(!str_eq(table_file_column(t, i), table_file_column(t, k)));
    if (t) compare(s, table_file_columns(t));
    table_file_close(t);
    mem_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as(data, size, false);
    read_as(data, size, true);
    return 0;
}
