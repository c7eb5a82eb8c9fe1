#include "edge/server/schema.h"

#include "edge/server/server_internal.h"
#include "test.h"

static const char text[] =
    "{\"Step\":{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\","
    "\"minLength\":1,\"maxLength\":4},"
    "\"tries\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},\"kind\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}"
    ","
    "\"note\":{\"type\":[\"string\",\"null\"]},\"share\":{\"type\":\"number\"}},\"additionalProperties\":false},"
    "\"Steps\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,\"items\":{\"$ref\":\"#/components/schemas/Step\"}},"
    "\"Counts\":{\"type\":\"object\",\"minProperties\":1,\"maxProperties\":2,\"additionalProperties\":{\"type\":"
    "\"integer\"}},\"Time\":{\"type\":\"integer\",\"minimum\":-9007199254740993,\"maximum\":253402300799999999},"
    "\"Either\":{\"type\":\"object\",\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"properties\":{"
    "\"b\":{\"type\":[\"string\",\"array\"]}}},\"Any\":{}}";

static err check(const char *schema, const char *value)
{
    struct schemas *s = NULL;
    struct arena a = arena_init(1 << 20);
    json *v = NULL;
    CHECK_OK(schemas_open(str_of(text), &s));
    CHECK_OK(json_parse(str_of(value), &a, &v));
    err e = schema_check(s, schemas_get(s, str_of(schema)), v);
    arena_done(&a);
    schemas_close(s);
    return e;
}

TEST(values_fit_or_the_place_is_named)
{
    static const struct {
        const char *schema, *value, *problem; /* NULL = fits */
    } cases[] = {
        { "Step", "{\"name\":\"x\"}", NULL },
        { "Step", "{\"name\":\"x\",\"tries\":9,\"kind\":\"b\",\"note\":null,\"share\":0.5}", NULL },
        { "Step", "{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\"}", NULL }, /* four characters, eight bytes */
        { "Step", "{\"name\":\"x\",\"tries\":3.0}", NULL },
        { "Step", "{}", "body: \"name\" is missing" },
        { "Step", "[]", "body: must be an object" },
        { "Step", "{\"name\":\"\"}", "/name: must have at least 1 character" },
        { "Step", "{\"name\":\"abcde\"}", "/name: must have at most 4 characters" },
        { "Step", "{\"name\":7}", "/name: must be text" },
        { "Step", "{\"name\":\"x\",\"tries\":0}", "/tries: must be at least 1" },
        { "Step", "{\"name\":\"x\",\"tries\":10}", "/tries: must be at most 9" },
        { "Step", "{\"name\":\"x\",\"tries\":1.5}", "/tries: must be a whole number" },
        { "Step", "{\"name\":\"x\",\"tries\":\"1\"}", "/tries: must be a whole number" },
        { "Step", "{\"name\":\"x\",\"tries\":true}", "/tries: must be a whole number" },
        { "Step", "{\"name\":\"x\",\"kind\":\"c\"}", "/kind: must be one of a, b" },
        { "Step", "{\"name\":\"x\",\"note\":1}", "/note: must be text or null" },
        { "Step", "{\"name\":\"x\",\"naem\":1}", "body: \"naem\" is not known; did you mean \"name\"?" },
        { "Step", "{\"name\":\"x\",\"zzzzzz\":1}", "body: \"zzzzzz\" is not known" },
        { "Steps", "[{\"name\":\"x\"}]", NULL },
        { "Steps", "[]", "body: must have at least 1 items" },
        { "Steps", "[{\"name\":\"x\"},{\"name\":\"y\",\"tries\":70}]", "/1/tries: must be at most 9" },
        { "Steps", "[{\"name\":\"x\"},{\"name\":\"y\"},{\"name\":\"z\"}]", "body: must have at most 2 items" },
        { "Counts", "{\"a\":1}", NULL },
        { "Counts", "{}", "body: must not be empty" },
        { "Counts", "{\"a\":\"1\"}", "/a: must be a whole number" },
        { "Counts", "{\"a\":1,\"b\":1,\"c\":1}", "body: has too many members" },
        { "Time", "253402300799999999", NULL }, /* past 2^53 a double knows no odd numbers */
        { "Time", "253402300800000000", "body: must be at most 253402300799999999" },
        { "Time", "-9007199254740993", NULL },
        { "Time", "-9007199254740994", "body: must be at least -9007199254740993" },
        { "Time", "18446744073709551615", "body: must be at most 253402300799999999" },
        { "Either", "{\"a\":1}", NULL },
        { "Either", "{\"b\":\"x\"}", NULL },
        { "Either", "{}", "body: needs exactly one of a, b" },
        { "Either", "{\"a\":1,\"b\":1}", "body: needs exactly one of a, b" },
        { "Either", "{\"b\":1}", "/b: must be text or a list" },
        { "Any", "[1,{\"x\":null}]", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        err e = check(cases[i].schema, cases[i].value);
        if (!cases[i].problem) CHECK_OK(e);
        else CHECK_STR(str_of(e.msg), cases[i].problem);
    }
}

TEST(a_schema_that_promises_more_than_is_checked_is_refused)
{
    static const char *const bad[] = {
        "{\"A\":{\"pattern\":\"x\"}}",
        "{\"A\":{\"type\":\"array\",\"items\":{\"anyOf\":[]}}}",
        "{\"A\":{\"oneOf\":[]}}",
        "{\"A\":{\"oneOf\":{\"required\":[\"a\"]}}}",
        "{\"A\":{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[]}]}}",
        "{\"A\":{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"],\"type\":\"object\"}]}}",
        "{\"A\":{\"$ref\":\"#/components/schemas/B\"}}",
        "{\"A\":7}",
        "{\"A\":{\"properties\":{\"x\":{\"const\":1}}}}",
        "[",
        "",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct schemas *s = NULL;
        CHECK_ERR(schemas_open(str_of(bad[i]), &s), ERR_INPUT);
        CHECK(s == NULL);
    }
}

TEST(the_schemas_of_the_api_load)
{
    struct schemas *s = NULL;
    CHECK_OK(schemas_open(asset_text("schemas.json"), &s));
    CHECK(schemas_get(s, STR("Problem")) != NULL);
    CHECK(schemas_get(s, STR("#/components/schemas/Incident")) == schemas_get(s, STR("Incident")));
    CHECK(schemas_get(s, STR("Nothing")) == NULL);
    schemas_close(s);
}

/* Cut and changed values never crash, and what is cut off a fitting object is noticed. */
TEST(changed_values_are_judged_without_harm)
{
    static const char good[] =
        "[{\"name\":\"ab\",\"tries\":3,\"kind\":\"a\",\"note\":null},{\"name\":\"cd\",\"share\":1e3}]";
    struct schemas *s = NULL;
    struct env env = env_os();
    uint64_t seed = env.random(&env);
    (void)printf("# seed %llu\n", (unsigned long long)seed);
    CHECK_OK(schemas_open(str_of(text), &s));
    for (int i = 0; i < test_count(2000, 100000); i++) {
        struct arena a = arena_init(1 << 20);
        char copy[sizeof good];
        json *v = NULL;
        memcpy(copy, good, sizeof good);
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        copy[(seed >> 33) % (sizeof good - 1)] = (char)(seed >> 56);
        if (!json_parse((str){ copy, sizeof good - 1 }, &a, &v).code) {
            err e = schema_check(s, schemas_get(s, STR("Steps")), v);
            CHECK(e.code == ERR_NONE || (e.code == ERR_INPUT && e.msg[0]));
        }
        arena_done(&a);
    }
    schemas_close(s);
}
