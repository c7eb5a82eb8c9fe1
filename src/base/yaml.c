/* libfyaml reads the text; this file copies its nodes into the arena with positions, limits and aliases followed. */
#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>

#include <libfyaml.h>

struct yaml_check yaml_check_init(str file, struct arena *arena)
{
    return (struct yaml_check){ .file = file, .arena = arena };
}

PRINTF_LIKE(4, 0) static void note(struct yaml_check *c, int line, int column, const char *fmt, va_list ap)
{
    char msg[512];
    (void)vsnprintf(msg, sizeof msg, fmt, ap);
    if (c->count == YAML_PROBLEMS_MAX) {
        c->more++;
        return;
    }
    c->items[c->count++] = (struct yaml_problem){ line, column, str_dup(c->arena, str_of(msg)) };
}

PRINTF_LIKE(4, 5) static void note_at(struct yaml_check *c, int line, int column, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(c, line, column, fmt, ap);
    va_end(ap);
}

void yaml_bad(struct yaml_check *c, const struct yaml *node, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(c, node ? node->line : 1, node ? node->column : 1, fmt, ap);
    va_end(ap);
}

void yaml_bad_key(struct yaml_check *c, const struct yaml *node, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bool keyed = node && node->key.len;
    note(c,
         keyed  ? node->key_line
         : node ? node->line
                : 1,
         keyed  ? node->key_column
         : node ? node->column
                : 1,
         fmt, ap);
    va_end(ap);
}

err yaml_result(const struct yaml_check *c)
{
    if (!c->count) return OK;
    const struct yaml_problem *p = &c->items[0];
    size_t more = c->count - 1 + c->more;
    if (!more)
        return err_make(ERR_INPUT, STR_FMT ":%d:%d: " STR_FMT, STR_ARG(c->file), p->line, p->column, STR_ARG(p->text));
    return err_make(ERR_INPUT, STR_FMT ":%d:%d: " STR_FMT " (and %zu more)", STR_ARG(c->file), p->line, p->column,
                    STR_ARG(str_cut(p->text, 0, 180)), more);
}

/* The copy in progress. */
struct copy {
    struct yaml_check *check;
    size_t nodes, bytes; /* made so far, aliases followed */
    bool failed;
};

static void place(struct fy_node *from, struct yaml *to)
{
    struct fy_token *token = fy_node_get_scalar_token(from);
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    if (!mark) return;
    to->line = mark->line + 1;
    to->column = mark->column + 1;
}

static bool is_null_word(str s)
{
    return s.len == 0 || STR_IS(s, "~") || STR_IS(s, "null") || STR_IS(s, "Null") || STR_IS(s, "NULL");
}

static void copy_node(struct copy *cp, struct fy_node *from, struct yaml *to, int depth);
static void refuse(struct copy *cp, const struct yaml *at, const char *why);

static void copy_text(struct copy *cp, struct fy_node *from, struct yaml *to)
{
    size_t len = 0;
    const char *text = fy_node_get_scalar(from, &len);
    enum fy_node_style style = fy_node_get_style(from);
    place(from, to);
    cp->bytes += text ? len : 0;
    if (cp->bytes > 2 * (size_t)YAML_TEXT_MAX) {
        refuse(cp, to, "the file has too much text (aliases followed)");
        return;
    }
    to->block = style == FYNS_LITERAL || style == FYNS_FOLDED;
    to->text = str_dup(cp->check->arena, (str){ text, text ? len : 0 });
    to->type = style == FYNS_PLAIN && is_null_word(to->text) ? YAML_NULL : YAML_TEXT;
}

static void refuse(struct copy *cp, const struct yaml *at, const char *why)
{
    if (!cp->failed) yaml_bad(cp->check, at, "%s", why);
    cp->failed = true;
}

static struct yaml *children(struct copy *cp, struct yaml *parent, int n)
{
    parent->count = n > 0 ? (size_t)n : 0;
    cp->nodes += parent->count;
    if (cp->nodes > YAML_NODES_MAX) {
        refuse(cp, parent, "the file has too many values (aliases followed)");
        parent->count = 0;
    }
    parent->items = ARENA_ARRAY(cp->check->arena, struct yaml, parent->count + 1);
    for (size_t i = 0; i < parent->count; i++) {
        parent->items[i].line = parent->line;
        parent->items[i].column = parent->column;
    }
    return parent->items;
}

static void copy_list(struct copy *cp, struct fy_node *from, struct yaml *to, int depth)
{
    to->type = YAML_LIST;
    struct yaml *item = children(cp, to, fy_node_sequence_item_count(from));
    void *at = NULL;
    for (size_t i = 0; i < to->count && !cp->failed; i++)
        copy_node(cp, fy_node_sequence_iterate(from, &at), &item[i], depth + 1);
    if (to->count) to->line = item[0].line, to->column = item[0].column;
}

static void copy_key(struct copy *cp, struct fy_node *from, struct yaml *to)
{
    if (!from || fy_node_get_type(from) != FYNT_SCALAR || fy_node_is_alias(from)) {
        refuse(cp, to, "expected a plain word as a key");
        return;
    }
    struct yaml key = { .line = to->line, .column = to->column };
    copy_text(cp, from, &key);
    if (!key.text.len) refuse(cp, &key, "expected a key before ':'");
    to->key = key.text;
    to->key_line = to->line = key.line;
    to->key_column = to->column = key.column;
}

static int by_key(const void *a, const void *b)
{
    const struct yaml *const *x = a, *const *y = b;
    int order = str_cmp((*x)->key, (*y)->key);
    return order ? order : (*x > *y) - (*x < *y);
}

/* libfyaml would refuse them too, in time quadratic in the size of the map. */
static void refuse_duplicates(struct copy *cp, const struct yaml *map)
{
    const struct yaml **sorted = mem_new(map->count * sizeof(struct yaml *) + 1);
    for (size_t i = 0; i < map->count; i++) sorted[i] = &map->items[i];
    qsort(sorted, map->count, sizeof *sorted, by_key);
    for (size_t i = 1; i < map->count && !cp->failed; i++) {
        const struct yaml *first = sorted[i - 1], *again = sorted[i];
        if (!str_eq(first->key, again->key)) continue;
        yaml_bad_key(cp->check, again, "the key '" STR_FMT "' stands here twice, first on line %d",
                     STR_ARG(str_cut(again->key, 0, 64)), first->key_line);
        cp->failed = true;
    }
    mem_free(sorted);
}

static void copy_map(struct copy *cp, struct fy_node *from, struct yaml *to, int depth)
{
    to->type = YAML_MAP;
    struct yaml *item = children(cp, to, fy_node_mapping_item_count(from));
    void *at = NULL;
    for (size_t i = 0; i < to->count && !cp->failed; i++) {
        struct fy_node_pair *pair = fy_node_mapping_iterate(from, &at);
        copy_key(cp, fy_node_pair_key(pair), &item[i]);
        if (!cp->failed) copy_node(cp, fy_node_pair_value(pair), &item[i], depth + 1);
    }
    if (!cp->failed) refuse_duplicates(cp, to);
    if (to->count) to->line = item[0].key_line, to->column = item[0].key_column;
}

static void copy_node(struct copy *cp, struct fy_node *from, struct yaml *to, int depth)
{
    if (depth > YAML_DEPTH_MAX) {
        refuse(cp, to, "the file is nested too deeply (an alias inside itself?)");
        return;
    }
    if (!from) {
        to->type = YAML_NULL;
        return;
    }
    if (fy_node_is_alias(from)) {
        place(from, to);
        to->column--; /* libfyaml points behind the star */
        struct fy_node *target = fy_node_resolve_alias(from);
        if (!target) refuse(cp, to, "an alias (*name) without its anchor (&name)");
        else copy_node(cp, target, to, depth + 1);
        return;
    }
    switch (fy_node_get_type(from)) {
    case FYNT_SCALAR: copy_text(cp, from, to); break;
    case FYNT_SEQUENCE: copy_list(cp, from, to, depth); break;
    case FYNT_MAPPING: copy_map(cp, from, to, depth); break;
    }
}

static void note_syntax(struct yaml_check *c, struct fy_diag *diag)
{
    void *at = NULL;
    size_t before = c->count;
    for (struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &at));)
        note_at(c, e->line > 0 ? e->line : 1, e->column > 0 ? e->column : 1, "not valid YAML: %s",
                e->msg ? e->msg : "cannot be read");
    if (c->count == before) note_at(c, 1, 1, "not valid YAML");
}

static bool text_ok(struct yaml_check *c, str text)
{
    if (text.len > YAML_TEXT_MAX) note_at(c, 1, 1, "the file is larger than %d KiB", YAML_TEXT_MAX / 1024);
    else if (text.len && memchr(text.ptr, 0, text.len)) note_at(c, 1, 1, "the file holds a NUL byte: it is no text");
    else if (!str_utf8_valid(text)) note_at(c, 1, 1, "the file is not UTF-8");
    else return true;
    return false;
}

static const struct yaml *read_documents(struct yaml_check *c, struct fy_parser *parser, struct fy_diag *diag)
{
    struct yaml *root = ARENA_NEW(c->arena, struct yaml);
    root->line = root->column = 1;
    struct fy_document *doc = fy_parse_load_document(parser);
    if (!doc && !fy_parser_get_stream_error(parser) && !fy_diag_got_error(diag)) return root; /* nothing but comments */
    struct copy cp = { .check = c, .failed = !doc };
    if (!doc) note_syntax(c, diag);
    else copy_node(&cp, fy_document_root(doc), root, 0);
    if (doc) fy_parse_document_destroy(parser, doc);
    struct fy_document *second = cp.failed ? NULL : fy_parse_load_document(parser);
    if (second) refuse(&cp, root, "the file holds more than one document");
    else if (!cp.failed && fy_parser_get_stream_error(parser)) {
        note_syntax(c, diag);
        cp.failed = true;
    }
    if (second) fy_parse_document_destroy(parser, second);
    return cp.failed ? NULL : root;
}

const struct yaml *yaml_parse(struct yaml_check *c, str text)
{
    if (!text_ok(c, text)) return NULL;
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.output_fn = NULL;
    struct fy_diag *diag = fy_diag_create(&quiet);
    if (!diag) abort(); /* out of memory */
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS, .diag = diag };
    struct fy_parser *parser = fy_parser_create(&cfg);
    const struct yaml *root = NULL;
    if (parser && fy_parser_set_string(parser, text.len ? text.ptr : "", text.len) == 0)
        root = read_documents(c, parser, diag);
    else note_at(c, 1, 1, "the file cannot be read");
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return root;
}
