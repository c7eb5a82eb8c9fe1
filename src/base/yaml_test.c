#include "base/yaml.h"

#include "test.h"

struct reading {
    struct arena a;
    struct yaml_check c;
    const struct yaml *root;
};

static struct reading read_text(str text)
{
    struct reading r = { .a = arena_init(YAML_ARENA_MAX) };
    struct arena *a = mem_new(sizeof *a);
    *a = r.a;
    r.c = yaml_check_init(STR("t.yaml"), a);
    r.root = yaml_parse(&r.c, text);
    return r;
}

static void done(struct reading *r)
{
    arena_done(r->c.arena);
    mem_free(r->c.arena);
}

TEST(nodes_know_their_place_and_stay_text)
{
    struct reading r =
        read_text(STR("# head\nserver:\n  port: 08\n  on: no\nlist:\n  - a\n  - {b: 'c d'}\nempty:\nquoted: ''\n"));
    CHECK(r.root && r.root->type == YAML_MAP);
    const struct yaml *port = yaml_get(yaml_get(r.root, "server"), "port");
    CHECK_STR(port->text, "08");
    CHECK_I64(port->line, 3);
    CHECK_I64(port->column, 9);
    CHECK_I64(port->key_column, 3);
    CHECK_I64(yaml_i64(&r.c, port, 0, 100, -1), 8);
    CHECK(!yaml_bool(&r.c, yaml_get(yaml_get(r.root, "server"), "on"), true));
    const struct yaml *list = yaml_get(r.root, "list");
    CHECK(yaml_is_list(&r.c, list) && list->count == 2);
    CHECK_STR(yaml_get(&list->items[1], "b")->text, "c d");
    CHECK(yaml_get(r.root, "empty")->type == YAML_NULL);
    CHECK(yaml_get(r.root, "quoted")->type == YAML_TEXT);
    CHECK_STR(yaml_str(&r.c, yaml_get(r.root, "absent"), STR("x")), "x");
    CHECK_OK(yaml_result(&r.c));
    done(&r);
}

TEST(an_empty_text_is_nothing)
{
    static const char *const texts[] = { "", "# only a comment\n", "---\n", "\n\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading r = read_text(str_of(texts[i]));
        CHECK_OK(yaml_result(&r.c));
        CHECK(r.root && r.root->type == YAML_NULL);
        done(&r);
    }
}

TEST(what_is_not_one_clean_document_is_refused_with_its_place)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: the key 'a' stands here twice, first on line 1" },
        { "a: \"open\nb: 1\n", "t.yaml:1:4: not valid YAML" },
        { "a:\n  - b\n c: 1\n", "t.yaml:3:2: not valid YAML" },
        { "a: 1\n---\nb: 2\n", "t.yaml:1:1: the file holds more than one document" },
        { "a: *nobody\n", "t.yaml:1:4: " },
        { "? [a, b]\n: 1\n", "t.yaml:1:1: expected a plain word as a key" },
        { "a: \xff\n", "t.yaml:1:1: the file is not UTF-8" },
        { "a: &x [1, *x]\n", "t.yaml:" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading r = read_text(str_of(cases[i].text));
        err e = yaml_result(&r.c);
        if (e.code != ERR_INPUT || !str_starts(str_of(e.msg), str_of(cases[i].want)))
            test_failed(__FILE__, __LINE__, "%s gives '%s', want '%s'", cases[i].text, e.msg, cases[i].want);
        CHECK(!r.root);
        done(&r);
    }
}

TEST(alias_bombs_and_deep_nests_are_refused)
{
    struct buf b = buf_init(YAML_TEXT_MAX);
    buf_add(&b, STR("a: &a [x,x,x,x,x,x,x,x,x,x]\n"));
    for (char c = 'b'; c < 'k'; c++)
        buf_fmt(&b, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1,
                c - 1, c - 1, c - 1);
    struct reading r = read_text(buf_view(&b));
    CHECK_ERR(yaml_result(&r.c), ERR_INPUT);
    done(&r);

    buf_clear(&b);
    for (int i = 0; i < 5000; i++) buf_char(&b, '[');
    r = read_text(buf_view(&b));
    CHECK_ERR(yaml_result(&r.c), ERR_INPUT);
    done(&r);

    buf_clear(&b);
    buf_add(&b, STR("big: &big "));
    for (int i = 0; i < 400000; i++) buf_char(&b, 'x');
    buf_add(&b, STR("\nuse: ["));
    for (int i = 0; i < 1000; i++) buf_add(&b, STR("*big,"));
    buf_add(&b, STR("x]\n"));
    r = read_text(buf_view(&b));
    CHECK_ERR(yaml_result(&r.c), ERR_INPUT);
    done(&r);
    buf_done(&b);
}

TEST(a_reader_says_what_it_expected)
{
    static const char *const names[] = { "port", "listen", "tier", "wait", "mode", "name", "ratio", NULL };
    static const char *const modes[] = { "full", "normal", NULL };
    struct reading r = read_text(STR("prot: 1\nlisten: [a]\ntier: 9\nwait: 10\nmode: norml\nname: A b\nratio: x\n"));
    yaml_keys(&r.c, r.root, names);
    (void)yaml_str(&r.c, yaml_get(r.root, "listen"), STR_NONE);
    CHECK_I64(yaml_i64(&r.c, yaml_get(r.root, "tier"), 1, 3, 2), 2);
    CHECK_I64(yaml_duration(&r.c, yaml_get(r.root, "wait"), 0, USEC_HOUR, 7), 7);
    CHECK_I64(yaml_word(&r.c, yaml_get(r.root, "mode"), modes, 0), 0);
    (void)yaml_name(&r.c, yaml_get(r.root, "name"), STR_NONE);
    CHECK(yaml_f64(&r.c, yaml_get(r.root, "ratio"), 0, 1, 0.5) == 0.5);
    (void)yaml_need(&r.c, r.root, "port");
    static const char *const want[] = {
        "1:1 no such key 'prot'; did you mean 'port'?",
        "2:10 expected a single value, got a list",
        "3:7 expected a whole number from 1 to 3, got '9'",
        "4:7 expected a duration such as 250ms, 30s, 5m, 2h or 7d, got '10'",
        "5:7 expected full or normal, got 'norml'; did you mean 'normal'?",
        "6:7 expected a name of a-z, 0-9, '_', '.' and '-' (at most 64), got 'A b'",
        "7:8 expected a number from 0 to 1, got 'x'",
        "1:1 expected the key 'port' here, it is missing",
    };
    CHECK_I64(r.c.count, sizeof want / sizeof *want);
    for (size_t i = 0; i < r.c.count; i++) {
        struct yaml_problem *p = &r.c.items[i];
        CHECK_STR(str_fmt(r.c.arena, "%d:%d " STR_FMT, p->line, p->column, STR_ARG(p->text)), want[i]);
    }
    done(&r);
}

TEST(a_file_of_many_keys_is_read_in_time)
{
    struct buf b = buf_init(YAML_TEXT_MAX);
    for (int i = 0; i < 15000; i++) buf_fmt(&b, "key%d: v\n", i);
    struct reading r = read_text(buf_view(&b));
    CHECK_OK(yaml_result(&r.c));
    CHECK_I64(r.root->count, 15000);
    done(&r);
    for (int i = 0; i < 20000; i++) buf_fmt(&b, "kex%d: v\n", i);
    r = read_text(buf_view(&b));
    CHECK_ERR(yaml_result(&r.c), ERR_INPUT);
    done(&r);
    buf_done(&b);
}

/* Whatever the bytes are: an answer, a tree or a problem, and never both or neither. */
TEST(mutated_texts_give_a_tree_or_a_problem)
{
    static const char seed_text[] =
        "a: &x {b: [1, 2], 'c': \"d\\n\"}\ne: *x\nf: |\n  two\n  lines\ng: >-\n  folded\n? h\n: i\n";
    static const char bytes[] = "{}[]:,&*!|>'\"%@`#-? \n\t\\ab1\x80\xc3~";
    unsigned seed = 20260504;
    for (int round = 0; round < test_count(4000, 200000); round++) {
        char text[sizeof seed_text];
        memcpy(text, seed_text, sizeof text);
        for (int k = 0; k < 1 + round % 5; k++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % (sizeof text - 1)] = bytes[(seed >> 20) % (sizeof bytes - 1)];
        }
        struct reading r = read_text((str){ text, sizeof text - 1 });
        err e = yaml_result(&r.c);
        if (!e.code != !!r.root) test_failed(__FILE__, __LINE__, "round %d: %s: '%s'", round, text, e.msg);
        done(&r);
    }
}
