#include "edge/pipelines_file.h"

#include "base/json.h"
#include "test.h"

TEST(the_example_becomes_json_with_every_default)
{
    struct arena a = arena_init(16 << 20);
    str text = STR_NONE;
    json *root = NULL;
    CHECK_OK(pipelines_file_read(STR(WEIR_SOURCE_DIR "/examples/pipelines.yaml"), &a, &text));
    CHECK_OK(json_parse(text, &a, &root));
    json *list = json_get(root, "pipelines"), *orders = yyjson_arr_get(list, 1), *customers = yyjson_arr_get(list, 0);
    CHECK_I64(yyjson_arr_size(list), 2);
    CHECK_STR(json_get_str(orders, "name"), "orders");
    CHECK_STR(json_get_str(customers, "environment"), "production");
    CHECK_I64(json_get_i64(customers, "tier", 0), 2);
    CHECK_I64(json_get_i64(orders, "every_us", 0), 300000000);
    json *step = yyjson_arr_get_first(json_get(orders, "steps"));
    CHECK_STR(json_get_str(step, "cwd"), WEIR_SOURCE_DIR "/examples");
    CHECK_I64(json_get_i64(step, "timeout_us", 0), 600000000);
    CHECK(json_bool(json_get(step, "repeatable"), false));
    CHECK(!json_bool(json_get(yyjson_arr_get_last(json_get(orders, "steps")), "repeatable"), true));
    json *knob = yyjson_arr_get_first(json_get(orders, "knobs"));
    CHECK_STR(json_get_str(knob, "default"), "128");
    CHECK_STR(json_get_str(knob, "effect"), "memory_limit");
    CHECK_I64(json_get_i64(knob, "max", 0), 1024);
    json *command = yyjson_arr_get_first(json_get(orders, "commands"));
    CHECK_STR(json_get_str(command, "leaves"), "undoable");
    CHECK_STR(json_get_str(command, "undo"), "use_current");
    CHECK(yyjson_is_null(json_get(yyjson_arr_get_first(json_get(orders, "thresholds")), "max")));
    CHECK_STR(json_text(json_get(orders, "after"), &a), "[\"customers\"]");
    arena_done(&a);
}

TEST(the_shape_is_the_one_the_core_reads)
{
    static const char text[] =
        "version: 1\npipelines:\n  - name: p\n    steps: [{name: s, argv: [sh, x.sh], cwd: sub, env: {A: b}}]\n"
        "    knobs: [{name: c, type: bool, default: on, effect: cache}]\n"
        "    webhooks: [{name: w, url: \"http://h/\"}]\n";
    static const char want[] =
        "{\"pipelines\":[{\"name\":\"p\",\"source\":\"\",\"destination\":\"\",\"owner\":\"\",\"tier\":2,"
        "\"environment\":\"production\",\"every_us\":0,\"after\":[],"
        "\"steps\":[{\"name\":\"s\",\"argv\":[\"sh\",\"x.sh\"],\"cwd\":\"/srv/"
        "sub\",\"user\":\"\",\"env\":{\"A\":\"b\"},\"timeout_us\":3600000000,\"repeatable\":false}],"
        "\"knobs\":[{\"name\":\"c\",\"type\":\"bool\",\"default\":\"1\",\"effect\":\"cache\",\"mends\":[]}],"
        "\"commands\":[],"
        "\"webhooks\":[{\"name\":\"w\",\"url\":\"http://h/"
        "\",\"dedupes\":false,\"leaves\":\"lasting\",\"secret\":\"\",\"mends\":[],\"timeout_us\":30000000,\"rerun\":"
        "false}],"
        "\"thresholds\":[]}]}";
    struct arena a = arena_init(16 << 20);
    struct yaml_check c = yaml_check_init(STR("p.yaml"), &a);
    str out = STR_NONE;
    CHECK(pipelines_check(&c, str_of(text), STR("/srv"), &a, &out));
    CHECK_STR(out, want);
    arena_done(&a);
}

static const struct {
    const char *body, *want; /* body: below "version: 1\npipelines:\n" */
} wrong[] = {
    { "  - name: Orders\n", "3:11: expected a name of a-z" },
    { "  - name: a\n    stps: []\n", "4:5: no such key 'stps'; did you mean 'steps'?" },
    { "  - name: a\n  - name: a\n", "4:11: a pipeline named 'a' stands above already, on line 3" },
    { "  - name: a\n    steps:\n      - name: s\n        argv: sh load.sh\n", "6:15: expected a list of words" },
    { "  - name: a\n    steps:\n      - name: s\n        argv: []\n", "expected at least the program's name" },
    { "  - name: a\n    steps:\n      - name: s\n", "5:9: expected the key 'argv' here" },
    { "  - name: a\n    steps: [{name: s, argv: [x]}, {name: s, argv: [y]}]\n",
      "4:42: a step named 's' stands above" },
    { "  - name: a\n    tier: 4\n", "4:11: expected a whole number from 1 to 3" },
    { "  - name: a\n    every: often\n", "4:12: expected a duration" },
    { "  - name: a\n    after: [b]\n  - name: bb\n", "4:13: there is no pipeline 'b' here; did you mean 'bb'?" },
    { "  - name: a\n    after: [a]\n", "4:13: after: goes round in a circle" },
    { "  - name: a\n    after: [c]\n  - name: b\n    after: [a]\n  - name: c\n    after: [b]\n",
      "goes round in a circle" },
    { "  - name: a\n    knobs: [{name: k, type: int, min: 1, max: 5, default: 9}]\n",
      "expected a whole number from 1 to 5, got '9'" },
    { "  - name: a\n    knobs: [{name: k, type: int, default: 9}]\n", "expected the key 'min' here" },
    { "  - name: a\n    knobs: [{name: k, type: int, min: 5, max: 1, default: 3}]\n", "max is less than min" },
    { "  - name: a\n    knobs: [{name: k-x, type: bool, default: on}]\n", "expected letters, digits and '_' only" },
    { "  - name: a\n    knobs: [{name: k, type: bool, default: on, effect: memory_limit}]\n",
      "the effect memory_limit goes with type: int" },
    { "  - name: a\n    knobs: [{name: k, type: choice, values: [x, y], default: z}]\n",
      "expected one of values:, got 'z'" },
    { "  - name: a\n    knobs: [{name: k, type: int, min: 1, max: 5, default: 2, mends: [resource.memry]}]\n",
      "did you mean 'resource.memory'?" },
    { "  - name: a\n    commands: [{name: c, argv: [x], leaves: undoable}]\n",
      "expected undo: with the name of another command" },
    { "  - name: a\n    commands: [{name: c, argv: [x], leaves: undoable, undo: d}]\n",
      "there is no command 'd' here" },
    { "  - name: a\n    commands: [{name: c, argv: [x], leaves: undoable, undo: c}]\n",
      "a command does not undo itself" },
    { "  - name: a\n    commands: [{name: c, argv: [x], leaves: lasting, undo: c}]\n",
      "undo: goes with leaves: undoable" },
    { "  - name: a\n    commands: [{name: c, argv: [x]}]\n", "expected the key 'leaves' here" },
    { "  - name: a\n    webhooks: [{name: w, url: \"file:///etc\"}]\n", "expected an address such as https" },
    { "  - name: a\n    webhooks: [{name: w, url: \"https://x\", secret: hunter2}]\n",
      "expected a secret's place" },
    { "  - name: a\n    thresholds: [{metric: rows, step: lod}]\n    steps: [{name: load, argv: [x]}]\n",
      "there is no step 'lod' here; did you mean 'load'?" },
    { "  - name: a\n    thresholds: [{metric: rows}]\n", "expected min: or max: or both" },
    { "  - name: a\n    steps: [{name: s, argv: [x], env: {\"A B\": c}}]\n", "expected a variable's name" },
    { "  -\n", "expected a pipeline, got nothing" },
};

TEST(wrong_declarations_are_refused_with_their_place)
{
    struct arena a = arena_init(16 << 20);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct yaml_check c = yaml_check_init(STR("p.yaml"), &a);
        str text = str_fmt(&a, "version: 1\npipelines:\n%s", wrong[i].body), out = STR_NONE;
        CHECK(!pipelines_check(&c, text, STR("/srv"), &a, &out));
        err e = yaml_result(&c);
        bool named = false;
        for (size_t k = 0; k < c.count; k++)
            named =
                named ||
                strstr(str_fmt(&a, "%d:%d: " STR_FMT, c.items[k].line, c.items[k].column, STR_ARG(c.items[k].text)).ptr,
                       wrong[i].want);
        if (!named || strstr(e.msg, "hunter2"))
            test_failed(__FILE__, __LINE__, "%s gives '%s', want '%s'", wrong[i].body, e.msg, wrong[i].want);
        arena_reset(&a);
    }
    arena_done(&a);
}

/* A mutated example is refused, or gives JSON that parses. */
TEST(mutated_files_give_json_or_a_problem)
{
    static char original[1 << 16], text[1 << 16];
    FILE *f = fopen(WEIR_SOURCE_DIR "/examples/pipelines.yaml", "r");
    CHECK(f != NULL);
    size_t len = fread(original, 1, sizeof original, f);
    (void)fclose(f);
    struct arena a = arena_init(32 << 20);
    unsigned seed = 20260504;
    for (int round = 0; round < test_count(400, 20000); round++) {
        memcpy(text, original, len);
        for (int k = 0; k < 4; k++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % len, from = (seed >> 3) % len;
            text[at] = original[from];
        }
        struct yaml_check c = yaml_check_init(STR("p.yaml"), &a);
        str out = STR_NONE;
        json *root = NULL;
        if (pipelines_check(&c, (str){ text, len }, STR("/srv"), &a, &out)) CHECK_OK(json_parse(out, &a, &root));
        else CHECK_ERR(yaml_result(&c), ERR_INPUT);
        arena_reset(&a);
    }
    arena_done(&a);
}
