#include "edge/program_yaml.h"

const struct yaml *yaml_list_of(struct yaml_writer *s, const struct yaml *node, size_t max, const char *what)
{
    static const struct yaml empty = { .type = YAML_LIST };
    if (!node || !yaml_is_list(s->c, node)) return &empty;
    if (node->count <= max) return node;
    yaml_bad(s->c, node, "more than %zu %s", max, what);
    return &empty;
}

/* A program is a list of words: a line of shell would split, expand and hide what runs. */
static void put_argv(struct yaml_writer *s, const struct yaml *node)
{
    const struct yaml *argv = yaml_need(s->c, node, "argv");
    jw_array(s->w, "argv");
    if (argv && argv->type == YAML_TEXT) {
        yaml_bad(
            s->c, argv,
            "expected a list of words such as [sh, load.sh], got a line of text; weir starts programs without a shell");
    } else {
        const struct yaml *list = yaml_list_of(s, argv, YAML_WORDS_MAX, "words");
        if (argv && argv->type == YAML_LIST && !list->count)
            yaml_bad(s->c, argv, "expected at least the program's name");
        for (size_t i = 0; i < list->count; i++) {
            str word = yaml_str(s->c, &list->items[i], STR(""));
            if (i == 0 && !word.len) yaml_bad(s->c, &list->items[i], "expected the program's name");
            jw_str(s->w, NULL, word);
        }
    }
    jw_array_end(s->w);
}

static void put_cwd(struct yaml_writer *s, const struct yaml *node)
{
    str cwd = yaml_str(s->c, yaml_get(node, "cwd"), STR(""));
    bool absolute = cwd.len && cwd.ptr[0] == '/';
    jw_str(s->w, "cwd",
           absolute   ? cwd
           : !cwd.len ? s->dir
                      : str_fmt(s->c->arena, STR_FMT "/" STR_FMT, STR_ARG(s->dir), STR_ARG(cwd)));
}

static bool env_name_ok(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return s.len > 0;
}

static void put_env(struct yaml_writer *s, const struct yaml *node)
{
    const struct yaml *env = yaml_get(node, "env");
    jw_open(s->w, "env");
    if (yaml_is_map(s->c, env) && env->count > YAML_WORDS_MAX)
        yaml_bad(s->c, env, "more than %d variables", YAML_WORDS_MAX);
    for (size_t i = 0; env && env->type == YAML_MAP && i < env->count; i++) {
        const struct yaml *item = &env->items[i];
        if (!env_name_ok(item->key))
            yaml_bad_key(s->c, item, "expected a variable's name, got '" STR_FMT "'",
                         STR_ARG(str_cut(item->key, 0, 64)));
        jw_key_str(s->w, item->key, yaml_str(s->c, item, STR("")));
    }
    jw_close(s->w);
}

static void put_user(struct yaml_writer *s, const struct yaml *node)
{
    const struct yaml *value = yaml_get(node, "user");
    str user = yaml_str(s->c, value, STR(""));
    if (user.len > 500) yaml_bad(s->c, value, "expected at most 500 bytes");
    jw_str(s->w, "user", user);
}

void program_put(struct yaml_writer *s, const struct yaml *node)
{
    put_argv(s, node);
    put_cwd(s, node);
    put_user(s, node);
    put_env(s, node);
}
