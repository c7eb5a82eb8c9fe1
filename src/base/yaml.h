/* YAML as people write it in configuration: parsed by libfyaml, turned into a tree of our own in which every node knows
 * its line and column. Scalars stay text; only a reader gives them a type, so `no`, `08` and `30s` mean what their key
 * says. Problems are collected, not thrown: a reader that is not satisfied notes where and why, gives its fallback, and
 * the next one goes on, so that one look at a file names everything that is wrong in it.
 *
 * Limits: YAML_TEXT_MAX bytes, YAML_NODES_MAX nodes after aliases are followed (no alias bombs), YAML_DEPTH_MAX levels.
 * One document per file, keys are scalars, duplicate keys are refused, merge keys are not known. */
#ifndef WEIR_BASE_YAML_H
#define WEIR_BASE_YAML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum { YAML_TEXT_MAX = 1 << 20, YAML_NODES_MAX = 20000, YAML_DEPTH_MAX = 32, YAML_PROBLEMS_MAX = 20 };
enum { YAML_ARENA_MAX = 8 << 20 }; /* enough for any text within the limits */

enum yaml_type { YAML_NULL, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_type type;
    int line, column; /* 1.. ; of the value, or of its key where the value is empty */
    str key;          /* inside a map */
    int key_line, key_column;
    bool block;       /* text written as | or >: it begins on a later line */
    str text;         /* YAML_TEXT */
    struct yaml *items; /* of a list or a map, in file order */
    size_t count;
};

struct yaml_problem {
    int line, column;
    str text; /* "expected a whole number from 1 to 3, got 'two'" */
};

struct yaml_check {
    str file; /* as it is to be named in messages */
    struct arena *arena;
    struct yaml_problem items[YAML_PROBLEMS_MAX];
    size_t count, more; /* more: problems beyond the first YAML_PROBLEMS_MAX */
};

/* arena: YAML_ARENA_MAX or more; the tree and the messages live there. */
struct yaml_check yaml_check_init(str file, struct arena *arena);
/* The tree of `text`, or NULL with the problem noted. An empty text is a node of type YAML_NULL. */
const struct yaml *yaml_parse(struct yaml_check *c, str text);
/* OK, or ERR_INPUT with the first problem as "file:line:column: text", and how many more there are. */
MUST_USE err yaml_result(const struct yaml_check *c);
/* Note a problem at a node; at the start of the file when node is NULL. */
PRINTF_LIKE(3, 4) void yaml_bad(struct yaml_check *c, const struct yaml *node, const char *fmt, ...);
/* As yaml_bad, at the node's key. */
PRINTF_LIKE(3, 4) void yaml_bad_key(struct yaml_check *c, const struct yaml *node, const char *fmt, ...);

/* The value of `key`; NULL when the map has no such key, is NULL, or is no map. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);
/* As yaml_get, but a missing key is a problem. */
const struct yaml *yaml_need(struct yaml_check *c, const struct yaml *map, const char *key);
/* Is the node of the type? NULL and an empty value are neither: no problem is noted for them. */
bool yaml_is_map(struct yaml_check *c, const struct yaml *node);
bool yaml_is_list(struct yaml_check *c, const struct yaml *node);
/* Every key of the map must be one of `names` (ended by NULL); others are problems with the nearest name. */
void yaml_keys(struct yaml_check *c, const struct yaml *map, const char *const *names);

/* Readers. A NULL node or an empty value gives the fallback without a problem; a value that does not fit notes one and
 * gives the fallback too. Bounds are inclusive. */
str yaml_str(struct yaml_check *c, const struct yaml *node, str fallback);
/* Text of [a-z0-9_.-], 1 to 64 characters, beginning with a letter or digit. */
str yaml_name(struct yaml_check *c, const struct yaml *node, str fallback);
int64_t yaml_i64(struct yaml_check *c, const struct yaml *node, int64_t min, int64_t max, int64_t fallback);
double yaml_f64(struct yaml_check *c, const struct yaml *node, double min, double max, double fallback);
bool yaml_bool(struct yaml_check *c, const struct yaml *node, bool fallback); /* true false yes no on off */
usec yaml_duration(struct yaml_check *c, const struct yaml *node, usec min, usec max, usec fallback);
/* Index in `words` (ended by NULL). */
int yaml_word(struct yaml_check *c, const struct yaml *node, const char *const *words, int fallback);

/* The word of `words` (ended by NULL) that is nearest to `word`, or NULL when none is near. */
const char *yaml_nearest(str word, const char *const *words);
/* "; did you mean X?" for the nearest word, or "". */
str yaml_hint(struct arena *a, str word, const char *const *words);
/* "a, b or c" */
str yaml_choices(struct arena *a, const char *const *words);

#endif
