#include "edge/cli/table.h"

#include <assert.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"

enum {
    WIDTH = 80,
    NARROWEST = 40,
    GAP = 2,
    NAME_WIDTH = 13,
    LINES_MAX = 3,
    SENTENCE_LEAST = 12,
    SENTENCE_MIN = 16,
    SENTENCE_WELL = 28
};

const char *tone_on(enum tone tone, bool color)
{
    static const char *const codes[] = { "", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[2m", "\x1b[1m" };
    return color ? codes[tone] : "";
}

const char *tone_off(bool color)
{
    return color ? "\x1b[0m" : "";
}

/* U+202A..202E and U+2066..2069 turn the order of what follows: a name could show as another. */
static bool turns(const unsigned char *p, size_t left)
{
    if (left < 3 || p[0] != 0xe2) return false;
    return (p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

str plain_text(struct arena *a, str s)
{
    str copy = str_dup(a, s);
    char *p = (char *)(uintptr_t)copy.ptr; /* ours */
    for (size_t i = 0; i < copy.len; i++) {
        unsigned char c = (unsigned char)p[i];
        bool c1 =
            c == 0xc2 && i + 1 < copy.len && (unsigned char)p[i + 1] < 0xa0; /* U+0080..U+009F steer terminals too */
        if (c1) p[i + 1] = '?';
        if (turns((const unsigned char *)p + i, copy.len - i)) p[i] = p[i + 1] = p[i + 2] = '?';
        if (c < 0x20 || c == 0x7f || c1) p[i] = c == '\n' || c == '\t' ? ' ' : '?';
    }
    return copy;
}

size_t text_columns(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

/* The first `columns` characters. */
static str cut_columns(str s, size_t columns)
{
    size_t i = 0;
    for (; i < s.len; i++)
        if (((unsigned char)s.ptr[i] & 0xc0) != 0x80 && columns-- == 0) break;
    return str_cut(s, 0, i);
}

static int output_width(FILE *out)
{
    struct winsize w;
    int fd = fileno(out);
    if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &w) != 0 || w.ws_col == 0) return WIDTH;
    return w.ws_col < NARROWEST ? NARROWEST : w.ws_col < 200 ? w.ws_col : 200;
}

struct table table_init(struct arena *a, const char *const *heads, bool color)
{
    struct table t = { .arena = a, .width = WIDTH, .color = color };
    for (; heads[t.columns]; t.columns++) {
        assert(t.columns < TABLE_COLUMNS_MAX);
        const char *head = heads[t.columns];
        size_t signs = strspn(head, ">~!?");
        t.right[t.columns] = memchr(head, '>', signs) != NULL;
        t.wraps[t.columns] = memchr(head, '~', signs) != NULL;
        t.whole[t.columns] = memchr(head, '!', signs) != NULL;
        t.spare[t.columns] = memchr(head, '?', signs) != NULL;
        t.heads[t.columns] = head + signs;
    }
    return t;
}

void table_row(struct table *t, const str *cells)
{
    if (t->rows == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 32;
        str *more = ARENA_ARRAY(t->arena, str, cap * t->columns);
        if (t->rows) memcpy(more, t->cells, t->rows * t->columns * sizeof *more);
        t->cells = more;
        t->cap = cap;
    }
    for (size_t i = 0; i < t->columns; i++) t->cells[t->rows * t->columns + i] = plain_text(t->arena, cells[i]);
    t->rows++;
}

/* How readily a column gives way: a sentence goes on in the next line, anything else is cut. */
static size_t room(const struct table *t, const size_t *widths, size_t c)
{
    if (t->whole[c]) return 0;
    if (!t->wraps[c] || widths[c] <= SENTENCE_LEAST) return widths[c];
    return widths[c] + (widths[c] > SENTENCE_MIN ? 2 * WIDTH : WIDTH);
}

static size_t natural_width(const struct table *t, size_t c)
{
    size_t width = strlen(t->heads[c]);
    for (size_t r = 0; r < t->rows; r++) {
        size_t n = text_columns(t->cells[r * t->columns + c]);
        if (n > width) width = n;
    }
    return width;
}

/* Width 0: the column is left out. */
static void leave_out(const struct table *t, int width, size_t *widths)
{
    size_t need = 0;
    for (size_t c = 0; c < t->columns; c++)
        need += GAP + (t->wraps[c] && widths[c] > SENTENCE_WELL ? SENTENCE_WELL : widths[c]);
    for (size_t c = t->columns; c-- > 0;)
        if (t->spare[c] && need > (size_t)width + GAP) {
            need -= GAP + widths[c];
            widths[c] = 0;
        }
}

static void fit(const struct table *t, int width, size_t *widths)
{
    size_t sum = 0;
    for (size_t c = 0; c < t->columns; c++) widths[c] = natural_width(t, c);
    leave_out(t, width, widths);
    for (size_t c = 0; c < t->columns; c++) sum += widths[c] ? widths[c] + (sum ? GAP : 0) : 0;
    for (; sum > (size_t)width; sum--) {
        size_t widest = 0;
        for (size_t c = 1; c < t->columns; c++)
            if (room(t, widths, c) >= room(t, widths, widest)) widest = c;
        if (t->whole[widest] || widths[widest] <= 4) return;
        widths[widest]--;
    }
}

static void put_cell(struct buf *out, str s, size_t width, bool right, bool last)
{
    size_t n = text_columns(s);
    bool cut = n > width;
    if (cut) s = cut_columns(s, width - 3), n = width;
    int pad = (int)(width - n);
    buf_fmt(out, "%*s" STR_FMT "%s%*s", right ? pad : 0, "", STR_ARG(s), cut ? "..." : "", right || last ? 0 : pad, "");
}

/* Take the words of *s that fit into `width` columns; a word that is wider than that is broken. */
static str take_line(str *s, size_t width)
{
    str whole = *s, line = cut_columns(whole, width);
    size_t end = line.len;
    if (end < whole.len && whole.ptr[end] != ' ') {
        while (end > 0 && whole.ptr[end - 1] != ' ') end--;
        if (end == 0) end = line.len;
    }
    *s = str_trim(str_cut(whole, end, whole.len));
    return str_trim(str_cut(whole, 0, end));
}

static void put_row(const struct table *t, FILE *out, const str *cells, const size_t *widths)
{
    struct buf b = buf_init(64 * 1024);
    str rest[TABLE_COLUMNS_MAX];
    bool more = true;
    memcpy(rest, cells, t->columns * sizeof *cells);
    for (int line = 1; more; line++) {
        more = false;
        for (size_t c = 0; c < t->columns; c++) {
            if (!widths[c]) continue;
            bool wraps = t->wraps[c] && line < LINES_MAX && text_columns(rest[c]) > widths[c];
            str cell = wraps ? take_line(&rest[c], widths[c]) : rest[c];
            if (!wraps) rest[c] = STR("");
            more = more || rest[c].len;
            if (c) buf_add(&b, STR("  ")); /* the first column is never left out */
            put_cell(&b, cell, widths[c], t->right[c], c + 1 == t->columns);
        }
        while (b.len && b.ptr[b.len - 1] == ' ') b.len--;
        (void)fprintf(out, STR_FMT "\n", STR_ARG(buf_view(&b)));
        buf_clear(&b);
    }
    buf_done(&b);
}

void table_print(const struct table *t, FILE *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = { 0 };
    str heads[TABLE_COLUMNS_MAX];
    fit(t, output_width(out), widths);
    for (size_t c = 0; c < t->columns; c++) heads[c] = str_of(t->heads[c]);
    (void)fputs(tone_on(TONE_BOLD, t->color), out);
    put_row(t, out, heads, widths);
    (void)fputs(tone_off(t->color), out);
    for (size_t r = 0; r < t->rows; r++) put_row(t, out, &t->cells[r * t->columns], widths);
}

/* Words of `text` from column `at` on, later lines at `indent`. */
static void wrap(FILE *out, str text, int at, int indent)
{
    int width = output_width(out);
    bool fresh = true;
    str word;
    while (str_next(&text, ' ', &word)) {
        int n = (int)text_columns(word);
        if (!fresh && at + 1 + n > width) {
            (void)fprintf(out, "\n%*s", indent, "");
            at = indent;
            fresh = true;
        }
        (void)fprintf(out, "%s" STR_FMT, fresh ? "" : " ", STR_ARG(word));
        at += n + !fresh;
        fresh = false;
    }
    (void)fputc('\n', out);
}

void card_line(FILE *out, struct arena *a, const char *name, str text)
{
    if (!text.len) return;
    (void)fprintf(out, "%-*s ", NAME_WIDTH - 1, name);
    wrap(out, plain_text(a, text), NAME_WIDTH, NAME_WIDTH);
}

void card_head(FILE *out, const char *text, bool color)
{
    (void)fprintf(out, "\n%s%s%s\n", tone_on(TONE_BOLD, color), text, tone_off(color));
}

void card_item(FILE *out, struct arena *a, int indent, str text)
{
    (void)fprintf(out, "%*s- ", indent, "");
    wrap(out, plain_text(a, text), indent + 2, indent + 2);
}

str sure_text(struct arena *a, double p)
{
    return p < 1 && p >= 0.995 ? STR("over 99 %") : str_fmt(a, "%.0f %%", 100 * p);
}

str size_text(struct arena *a, size_t bytes)
{
    bool small = bytes < 1000000;
    return str_fmt(a, "%.1f %s", (double)bytes / (small ? 1e3 : 1e6), small ? "kB" : "MB");
}
