#include "edge/documents/submit.h"

#include "base/hash.h"
#include "base/json.h"

/* Of what is stored: the same passages again are the same document, whatever the file looked like. */
static str digest(const struct passage_list *p, struct arena *a)
{
    str *parts = ARENA_ARRAY(a, str, 4 * p->count + 1);
    for (size_t i = 0; i < p->count; i++) {
        parts[4 * i] = p->items[i].path;
        parts[4 * i + 1] = (str){ "\0", 1 };
        parts[4 * i + 2] = p->items[i].text;
        parts[4 * i + 3] = (str){ "\0", 1 };
    }
    struct sha256 d = sha256_parts(parts, 4 * p->count);
    return hex_text((str){ (char *)d.b, SHA256_LEN }, a);
}

err submit_hash(const struct block_list *blocks, struct arena *a, str *out)
{
    struct passage_list p = { 0 };
    err e = passages_cut(blocks, a, &p);
    if (!e.code) *out = digest(&p, a);
    return e;
}

static void write_passages(struct jw *w, const struct passage_list *p)
{
    jw_array(w, "passages");
    for (size_t i = 0; i < p->count; i++) {
        jw_open(w, NULL);
        jw_str(w, "path", p->items[i].path);
        jw_str(w, "text", p->items[i].text);
        jw_close(w);
    }
    jw_array_end(w);
}

err submit_body(const struct submission *s, enum document_format f, const struct block_list *blocks, struct arena *a,
                struct buf *out)
{
    struct passage_list p = { 0 };
    err e = passages_cut(blocks, a, &p);
    if (e.code) return e;
    if (!p.count) return err_make(ERR_INPUT, STR_FMT ": there is nothing to read in it", STR_ARG(s->id));
    str title = s->title.len ? s->title : blocks_title(blocks);
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    jw_str(&w, "title", title.len ? title : s->id);
    jw_str(&w, "source", s->source);
    jw_str(&w, "version", s->version);
    jw_strz(&w, "format", format_name(f));
    jw_str(&w, "hash", digest(&p, a));
    jw_raw(&w, "roles", s->roles.len ? s->roles : STR("[]"));
    jw_i64(&w, "valid_from", s->valid_from);
    jw_i64(&w, "valid_to", s->valid_to);
    if (s->comment.len) jw_str(&w, "comment", s->comment);
    write_passages(&w, &p);
    jw_close(&w);
    if (out->full || out->len > SUBMIT_TEXT_MAX)
        return err_make(ERR_LIMIT, STR_FMT ": has over %d KiB of text; give it in parts", STR_ARG(s->id),
                        SUBMIT_TEXT_MAX >> 10);
    return OK;
}
