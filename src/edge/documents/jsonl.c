#include "edge/documents/jsonl.h"

#include "base/json.h"
#include "edge/files.h"
#include "engine/knowledge/blocks.h"

enum { FILE_MAX = 1 << 30, LINE_ARENA = 64 << 20, QUERIES_MAX = 1 << 20, GRADES_MAX = 4096 };

struct entry {
    str id, title, text;
};

struct entries {
    struct entry *items;
    size_t count, cap;
};

static void entry_add(struct entries *l, struct arena *a, struct entry e)
{
    if (l->count == l->cap) {
        struct entry *before = l->items;
        l->cap = l->cap ? 2 * l->cap : 1024;
        l->items = ARENA_ARRAY(a, struct entry, l->cap);
        if (l->count) memcpy(l->items, before, l->count * sizeof *before);
    }
    l->items[l->count++] = e;
}

static err read_entries(str path, struct arena *a, struct entries *out)
{
    str text, line;
    err e = file_read(path, FILE_MAX, a, &text);
    struct arena scratch = arena_init(LINE_ARENA);
    for (size_t n = 1; !e.code && text.len && str_next(&text, '\n', &line); n++) {
        if (!str_trim(line).len) continue;
        json *v = NULL;
        e = json_parse(line, &scratch, &v);
        str id = json_get_str(v, "_id");
        if (!e.code && !id.len) e = err_make(ERR_INPUT, "expected an object with \"_id\"");
        if (e.code) e = err_wrap(e, STR_FMT ":%zu", STR_ARG(path), n);
        else entry_add(out, a, (struct entry){ str_dup(a, id), str_dup(a, json_get_str(v, "title")),
                                               str_dup(a, json_get_str(v, "text")) });
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    return e;
}

static int by_id(const void *a, const void *b)
{
    return str_cmp(((const struct entry *)a)->id, ((const struct entry *)b)->id);
}

err jsonl_corpus(str path, struct collection *c)
{
    struct arena a = arena_init(SIZE_MAX / 2), scratch = arena_init(LINE_ARENA);
    struct entries l = { 0 };
    err e = read_entries(path, &a, &l);
    if (!e.code && l.count) qsort(l.items, l.count, sizeof *l.items, by_id);
    for (size_t i = 0; i < l.count && !e.code; i++) {
        struct block_list blocks = { .a = &scratch };
        blocks_of_text(l.items[i].text, &blocks);
        if (!blocks.count) block_add(&blocks, BLOCK_TEXT, 0, l.items[i].title); /* found by its title alone */
        e = err_wrap(collection_add(c, l.items[i].id, l.items[i].title, &blocks), STR_FMT, STR_ARG(l.items[i].id));
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    arena_done(&a);
    return e;
}

/* Documents lie in the order of their ids. */
static uint32_t document_of(const struct collection *c, str id)
{
    size_t lo = 0, hi = c->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = str_cmp(id, c->documents[mid].id);
        if (d == 0) return (uint32_t)mid;
        if (d < 0) hi = mid;
        else lo = mid + 1;
    }
    return UINT32_MAX;
}

static struct query *query_of(struct query_list *out, str id)
{
    if (out->count && str_eq(out->items[out->count - 1].id, id)) return &out->items[out->count - 1];
    for (size_t i = 0; i < out->count; i++)
        if (str_eq(out->items[i].id, id)) return &out->items[i];
    return NULL;
}

static err add_judgement(struct query_list *out, struct arena *a, const struct entries *texts, str line,
                         const struct collection *c)
{
    str id, document, grade;
    int64_t g = 0;
    if (!str_next(&line, '\t', &id) || !str_next(&line, '\t', &document) || !str_next(&line, '\t', &grade) ||
        str_to_i64(str_trim(grade), &g).code || g < 0 || g > 100)
        return err_make(ERR_INPUT, "expected query-id, document-id and a grade of 0..100 between tabs");
    struct query *q = query_of(out, id);
    if (!q) {
        if (out->count == QUERIES_MAX) return err_make(ERR_LIMIT, "over %d questions", QUERIES_MAX);
        size_t i = 0;
        while (i < texts->count && !str_eq(texts->items[i].id, id)) i++;
        if (i == texts->count) return err_make(ERR_INPUT, "no question '" STR_FMT "'", STR_ARG(id));
        q = &out->items[out->count++];
        *q = (struct query){ texts->items[i].id, texts->items[i].text, NULL, 0 };
    }
    if (q->count == GRADES_MAX) return err_make(ERR_LIMIT, "over %d judgements of one question", GRADES_MAX);
    struct judgement *judged = ARENA_ARRAY(a, struct judgement, q->count + 1);
    if (q->count) memcpy(judged, q->judged, q->count * sizeof *judged);
    q->judged = judged;
    judged[q->count++] = (struct judgement){ document_of(c, document), (int)g };
    return OK;
}

err jsonl_queries(str queries, str judgements, const struct collection *c, struct arena *a, struct query_list *out)
{
    struct entries texts = { 0 };
    str text = STR_NONE, line;
    err e = read_entries(queries, a, &texts);
    if (!e.code) e = file_read(judgements, FILE_MAX, a, &text);
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    *out = (struct query_list){ .items = ARENA_ARRAY(a, struct query, lines) };
    if (!e.code && text.len) (void)str_next(&text, '\n', &line); /* the header */
    for (size_t n = 2; !e.code && text.len && str_next(&text, '\n', &line); n++)
        if (str_trim(line).len)
            e = err_wrap(add_judgement(out, a, &texts, line, c), STR_FMT ":%zu", STR_ARG(judgements), n);
    return e;
}
