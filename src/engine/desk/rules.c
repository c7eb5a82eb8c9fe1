/* The file of words: read, folded the way texts are, and laid out for finding.
 *
 *   category:                       axis: category, sentiment, urgency, language, topics
 *     billing:                      label
 *       strong: invoice*, credit note        3 points    (commas part phrases, * = any end of the word)
 *       clear: ...                           2 points
 *       weak: ...                            1 point
 *   negation: not, never, kein*
 *   start: {medium: 1.5}            points a label has before any word is read
 *   unknown: 1.2                    points of "cannot tell" among the categories
 *   sharpness: {category: 1.0}      how fast points become certainty
 */
#include "base/hash.h"
#include "engine/desk/desk_internal.h"

enum { SLOTS = 1 << 13, PHRASES_MAX = 8000 };

static const char *const axis_words[] = { "category", "sentiment", "urgency", "language", "topics", NULL };
static const char *const strengths[] = { "strong", "clear", "weak", NULL };
static const float points[] = { 3, 2, 1 };

struct loading {
    struct yaml_check *c;
    struct desk_rules *r;
    struct arena *a;
    size_t phrases;
};

static struct phrase **slot(struct desk_rules *r, str first, bool open)
{
    return &(open ? r->open : r->whole)[hash64(first) & (SLOTS - 1)];
}

/* "refund*" -> "refund", open; False when it is no phrase. */
static bool read_words(struct loading *l, str text, struct phrase *p)
{
    str rest = str_trim(text), part;
    while (rest.len && str_next(&rest, ' ', &part)) {
        struct token tokens[WORD_MAX]; /* a byte each at least */
        size_t n = 0;
        bool open = str_ends(part, STR("*"));
        if (!part.len) continue;
        if (part.len > WORD_MAX || p->count == PHRASE_WORDS_MAX) return false;
        desk_tokens(part, 1, l->a, tokens, &n);
        for (size_t i = 0; i < n && p->count < PHRASE_WORDS_MAX; i++) {
            p->words[p->count] = tokens[i].text;
            p->open[p->count++] = open && i + 1 == n;
        }
    }
    return p->count && !rest.len && !(p->open[0] && p->words[0].len < 3);
}

static struct phrase *add_phrase(struct loading *l, const struct yaml *node, str text)
{
    if (!str_trim(text).len) return NULL;
    if (l->phrases == PHRASES_MAX) {
        yaml_bad(l->c, node, "more than %d phrases", PHRASES_MAX);
        return NULL;
    }
    struct phrase *p = ARENA_NEW(l->a, struct phrase);
    p->shown = str_dup(l->a, str_trim(text));
    if (!read_words(l, text, p)) {
        yaml_bad(l->c, node,
                 "expected a phrase of one to six words, with three letters or more before a *, got '" STR_FMT "'",
                 STR_ARG(str_cut(p->shown, 0, 60)));
        return NULL;
    }
    l->phrases++;
    return p;
}

static void read_phrases(struct loading *l, const struct yaml *node, enum axis axis, size_t label, float weight)
{
    str rest = yaml_str(l->c, node, STR("")), part;
    while (rest.len && str_next(&rest, ',', &part)) {
        struct phrase *p = add_phrase(l, node, part);
        if (!p) continue;
        p->axis = (uint8_t)axis;
        p->label = (uint8_t)label;
        p->weight = weight;
        struct phrase **at = slot(l->r, p->words[0], p->open[0]);
        p->next = *at;
        *at = p;
    }
}

static void read_axis(struct loading *l, const struct yaml *node, enum axis axis)
{
    if (!yaml_is_map(l->c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = &node->items[i];
        size_t label = l->r->label_count[axis];
        if (label == DESK_LABELS_MAX) {
            yaml_bad_key(l->c, item, "more than %d labels", DESK_LABELS_MAX);
            return;
        }
        l->r->labels[axis][label].name = str_dup(l->a, item->key);
        l->r->label_count[axis]++;
        if (!yaml_is_map(l->c, item)) continue;
        yaml_keys(l->c, item, strengths);
        for (int k = 0; strengths[k]; k++) read_phrases(l, yaml_get(item, strengths[k]), axis, label, points[k]);
    }
}

static void read_negations(struct loading *l, const struct yaml *node)
{
    str rest = yaml_str(l->c, node, STR("")), part;
    while (rest.len && str_next(&rest, ',', &part)) {
        struct phrase *p = add_phrase(l, node, part);
        if (!p) continue;
        p->next = l->r->negations;
        l->r->negations = p;
    }
}

static struct label *label_named(struct desk_rules *r, str name)
{
    for (int axis = 0; axis < AXES; axis++)
        for (size_t i = 0; i < r->label_count[axis]; i++)
            if (str_eq(r->labels[axis][i].name, name)) return &r->labels[axis][i];
    return NULL;
}

static void read_start(struct loading *l, const struct yaml *node)
{
    if (!yaml_is_map(l->c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        struct label *label = label_named(l->r, node->items[i].key);
        if (label) label->prior = yaml_f64(l->c, &node->items[i], -20, 20, 0);
        else yaml_bad_key(l->c, &node->items[i], "expected the name of a label that stands above");
    }
}

static void need_labels(struct loading *l, const struct yaml *root, enum axis axis, const char *const *words)
{
    for (int k = 0; words[k]; k++) {
        bool found = false;
        for (size_t i = 0; i < l->r->label_count[axis]; i++)
            found = found || str_eq(l->r->labels[axis][i].name, str_of(words[k]));
        if (!found) yaml_bad(l->c, root, "expected the label '%s' under %s:", words[k], axis_words[axis]);
    }
    if (words[0] && l->r->label_count[axis] > 4)
        yaml_bad(l->c, root, "%s: has labels that weir does not know", axis_words[axis]);
}

const struct desk_rules *desk_rules_read(struct yaml_check *check, str text, struct arena *a)
{
    static const char *const keys[] = { "category", "sentiment", "urgency", "language", "topics", "negation", "start",
                                        "unknown",  "sharpness", NULL };
    static const char *const sentiments[] = { "positive", "neutral", "negative", NULL };
    static const char *const urgencies[] = { "low", "medium", "high", "critical", NULL };
    struct loading l = { .c = check, .r = ARENA_NEW(a, struct desk_rules), .a = a };
    const struct yaml *root = yaml_parse(check, text);
    if (!root || !yaml_is_map(check, root)) {
        if (root && root->type == YAML_NULL) yaml_bad(check, NULL, "expected rules, the file is empty");
        return NULL;
    }
    yaml_keys(check, root, keys);
    l.r->whole = ARENA_ARRAY(a, struct phrase *, SLOTS);
    l.r->open = ARENA_ARRAY(a, struct phrase *, SLOTS);
    for (int axis = 0; axis < AXES; axis++) {
        read_axis(&l, yaml_get(root, axis_words[axis]), (enum axis)axis);
        l.r->sharpness[axis] = yaml_f64(check, yaml_get(yaml_get(root, "sharpness"), axis_words[axis]), 0.01, 10, 1);
    }
    read_negations(&l, yaml_get(root, "negation"));
    read_start(&l, yaml_get(root, "start"));
    l.r->unknown = yaml_f64(check, yaml_get(root, "unknown"), -20, 20, 1);
    need_labels(&l, root, AXIS_SENTIMENT, sentiments);
    need_labels(&l, root, AXIS_URGENCY, urgencies);
    if (!l.r->label_count[AXIS_CATEGORY]) yaml_bad(check, root, "expected labels under category:");
    return check->count ? NULL : l.r;
}
