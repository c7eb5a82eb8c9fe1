#include "edge/observe/batch.h"

#include <math.h>

#include "base/buf.h"

void refuse(struct refusals *r, struct arena *a, size_t index, err why)
{
    size_t len = strlen(why.msg);
    r->total++;
    char *copy = r->kept < REFUSALS_KEPT ? arena_try(a, len + 1) : NULL;
    if (!copy) return;
    memcpy(copy, why.msg, len);
    r->items[r->kept++] = (struct refusal){ index, { copy, len } };
}

static bool has_control(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f) return true;
    return false;
}

/* What Prometheus allows in names without quotes: 1 a letter, _ or :, 2 a digit. */
static const uint8_t name_bytes[256] = {
    ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1,
    ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1,
    ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1,
    ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
    ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1,
    ['Y'] = 1, ['Z'] = 1, ['_'] = 1, [':'] = 1, ['0'] = 2, ['1'] = 2, ['2'] = 2, ['3'] = 2, ['4'] = 2, ['5'] = 2,
    ['6'] = 2, ['7'] = 2, ['8'] = 2, ['9'] = 2,
};

static bool plain_name(str s)
{
    if (s.len == 0 || name_bytes[(unsigned char)s.ptr[0]] != 1) return false;
    for (size_t i = 1; i < s.len; i++)
        if (!name_bytes[(unsigned char)s.ptr[i]]) return false;
    return true;
}

/* ASCII without a zero byte, eight bytes at a time: what nearly every label is. */
static bool plain_text(str s)
{
    const uint64_t high = UINT64_C(0x8080808080808080), low = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t v; i + 8 <= s.len; i += 8) {
        memcpy(&v, s.ptr + i, 8);
        if ((v | (v - low)) & high) return false; /* a high bit, or a zero byte that borrowed */
    }
    for (; i < s.len; i++)
        if ((signed char)s.ptr[i] <= 0) return false;
    return true;
}

err metric_name_check(str name)
{
    if (name.len == 0) return err_make(ERR_INPUT, "the series has no name");
    if (name.len > NAME_BYTES_MAX)
        return err_make(ERR_LIMIT, "the series' name is longer than %d bytes", NAME_BYTES_MAX);
    if (plain_name(name)) return OK;
    if (has_control(name) || !str_utf8_valid(name))
        return err_make(ERR_INPUT, "the series' name is not printable UTF-8");
    return OK;
}

/* Fine at a glance: what nearly every label is. */
static bool label_plain(const struct label *l)
{
    return l->name.len <= NAME_BYTES_MAX && l->value.len <= VALUE_BYTES_MAX && plain_name(l->name) &&
           plain_text(l->value);
}

static err label_check(const struct label *l)
{
    if (l->name.len == 0) return err_make(ERR_INPUT, "a label has no name");
    if (l->name.len > NAME_BYTES_MAX)
        return err_make(ERR_LIMIT, "a label's name is longer than %d bytes", NAME_BYTES_MAX);
    if (!plain_name(l->name) && (has_control(l->name) || !str_utf8_valid(l->name)))
        return err_make(ERR_INPUT, "a label's name is not printable UTF-8");
    if (l->value.len > VALUE_BYTES_MAX)
        return err_make(ERR_LIMIT, "label " STR_FMT " is longer than %d bytes", STR_ARG(l->name), VALUE_BYTES_MAX);
    if (plain_text(l->value)) return OK;
    if (l->value.len && memchr(l->value.ptr, 0, l->value.len))
        return err_make(ERR_INPUT, "label " STR_FMT " has a zero byte", STR_ARG(l->name));
    if (!str_utf8_valid(l->value)) return err_make(ERR_INPUT, "label " STR_FMT " is not UTF-8", STR_ARG(l->name));
    return OK;
}

/* Senders sort already, so insertion costs one comparison a label; SERIES_LABELS_MAX bounds the rest. */
err labels_tidy(struct label *labels, uint32_t *count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        struct label l = labels[i];
        if (!label_plain(&l)) {
            err e = label_check(&l);
            if (e.code) return e;
        }
        if (l.value.len == 0) continue; /* the same as no label, says the data model */
        uint32_t at = kept;
        int order = 1;
        while (at > 0 && (order = str_cmp(labels[at - 1].name, l.name)) > 0) at--;
        if (at > 0 && order == 0) return err_make(ERR_INPUT, "label " STR_FMT " is given twice", STR_ARG(l.name));
        if (kept == SERIES_LABELS_MAX) return err_make(ERR_LIMIT, "more than %d labels", SERIES_LABELS_MAX);
        if (at < kept) memmove(&labels[at + 1], &labels[at], sizeof *labels * (kept - at));
        labels[at] = l;
        kept++;
    }
    *count = kept;
    return OK;
}

enum series_kind series_kind_by_name(str name)
{
    return str_ends(name, STR("_total")) || str_ends(name, STR("_bucket")) ? SERIES_COUNTER : SERIES_UNKNOWN;
}

static void add_escaped(struct buf *b, str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '\\' || c == '"') buf_char(b, '\\');
        if (c == '\n') buf_add(b, STR("\\n"));
        else buf_char(b, c);
    }
}

str series_text(str name, const struct label *labels, uint32_t count, struct arena *a)
{
    if (count == 0) return str_dup(a, name);
    struct buf b = buf_init((NAME_BYTES_MAX + 2 * VALUE_BYTES_MAX + 4) * (SERIES_LABELS_MAX + 1));
    buf_add(&b, name);
    for (uint32_t i = 0; i < count; i++) {
        buf_char(&b, i ? ',' : '{');
        buf_add(&b, labels[i].name);
        buf_add(&b, STR("=\""));
        add_escaped(&b, labels[i].value);
        buf_char(&b, '"');
    }
    buf_char(&b, '}');
    return buf_take(&b, a);
}

err str_keep(struct arena *a, str s, str *out)
{
    char *copy = arena_try(a, s.len + 1);
    if (!copy) return err_make(ERR_LIMIT, "the body is larger than allowed");
    if (s.len) memcpy(copy, s.ptr, s.len);
    *out = (str){ copy, s.len };
    return OK;
}

double stale_marker(void)
{
    uint64_t bits = UINT64_C(0x7ff0000000000002);
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

err time_from_number(double number, usec *out)
{
    double us = number < 1e11 ? number * 1e6 : number < 1e14 ? number * 1e3 : number;
    if (!(number >= 0) || us > (double)USEC_MAX) return err_make(ERR_INPUT, "the time %g is out of range", number);
    *out = (usec)round(us);
    return OK;
}
