/* Telling what templates there are. */
#include "engine/detect/log_templates_internal.h"

static struct log_template_info info_of(const struct log_templates *t, uint32_t at)
{
    const struct statement *x = &t->all[at];
    return (struct log_template_info){ .id = id_of(t, at),
                                       .count = x->count,
                                       .first = x->first,
                                       .last = x->last,
                                       .born = x->born,
                                       .sample = { x->sample, x->sample_len } };
}

bool log_template_info(const struct log_templates *t, uint32_t id, struct log_template_info *out)
{
    const struct statement *x = by_id(t, log_template_root(t, id));
    if (x) *out = info_of(t, (uint32_t)(x - t->all));
    return x != NULL;
}

bool log_templates_next(const struct log_templates *t, uint32_t *i, struct log_template_info *out)
{
    for (; *i < t->max; (*i)++) {
        const struct statement *x = &t->all[*i];
        if (!x->used || x->parent != NONE || x->count == 0) continue;
        *out = info_of(t, (*i)++);
        return true;
    }
    return false;
}

struct text {
    char *ptr;
    size_t len, max;
};

static void add(struct text *o, str s)
{
    if (s.len > o->max - o->len) s.len = o->max - o->len;
    if (s.len) memcpy(o->ptr + o->len, s.ptr, s.len);
    o->len += s.len;
}

static const str star = STR_INIT("<*>");

/* A name with its runs of digits masked: "blk_<*>". */
static void add_name(struct text *o, str w)
{
    for (size_t i = 0; i < w.len; i++) {
        bool digit = w.ptr[i] >= '0' && w.ptr[i] <= '9';
        if (!digit)
            add(o, str_cut(w, i, 1));
        else if (i == 0 || w.ptr[i - 1] < '0' || w.ptr[i - 1] > '9')
            add(o, star);
    }
}

static void add_token(struct text *o, const struct statement *x, size_t i)
{
    str w = word_text(x, i);
    if (x->word[i] == any_word || x->kind[i] == LOG_VALUE)
        add(o, star);
    else if (x->kind[i] == LOG_WORD)
        add(o, w);
    else
        add_name(o, w);
    if (x->kind[i] == KEYED) add(o, STR("=<*>"));
}

/* The punctuation before a token: itself when it is short, else as it stands in the sample. */
static void add_gap(struct text *o, uint32_t gap)
{
    if (gap >> 31) {
        add(o, STR(" ... "));
        return;
    }
    for (int shift = 16; shift >= 0; shift -= 8) {
        char c = (char)(gap >> shift & 0xff);
        if (c) add(o, (str){ &c, 1 });
    }
}

str log_template_text(const struct log_templates *t, uint32_t id, struct arena *a)
{
    const struct statement *x = by_id(t, id);
    if (!x) return STR_NONE;
    struct text o = { .ptr = arena_new(a, 2 * LOG_SAMPLE_MAX), .max = 2 * LOG_SAMPLE_MAX };
    for (size_t i = 0; i < x->n; i++) {
        add_gap(&o, x->gap[i]);
        add_token(&o, x, i);
    }
    add_gap(&o, x->end_gap);
    return str_trim((str){ o.ptr, o.len });
}
