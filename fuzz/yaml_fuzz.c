/* Any bytes are a tree or a problem, and a configuration, declarations and a policy or their problems. */
#include <assert.h>

#include "core/policy/policy.h"
#include "edge/config.h"
#include "edge/pipelines_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_yaml(str text, struct arena *a)
{
    struct yaml_check c = yaml_check_init(STR("f.yaml"), a);
    const struct yaml *root = yaml_parse(&c, text);
    assert(!root == !!c.count);
    for (size_t i = 0; i < c.count; i++) assert(c.items[i].line > 0 && c.items[i].column > 0 && c.items[i].text.len);
}

static void check_pipelines(str text, struct arena *a)
{
    struct yaml_check c = yaml_check_init(STR("f.yaml"), a);
    str out = STR_NONE;
    json *root = NULL;
    bool fine = pipelines_check(&c, text, STR("/srv"), a, &out);
    assert(fine == !c.count);
    if (fine) assert(!json_parse(out, a, &root).code);
}

static void check_config(str text, struct arena *a)
{
    struct config *c = NULL;
    struct config_problems problems;
    struct config_opts opts = { .path = STR("f.yaml"), .text = text };
    err e = config_load(&opts, a, &problems, &c);
    assert(!e.code == !problems.count);
    config_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SIZE_MAX_HERE = 1 << 16 };
    struct arena a = arena_init(256 << 20);
    struct policy *p = NULL;
    str text = { (const char *)data, size };
    if (size == 0 || size > SIZE_MAX_HERE) return 0;
    check_yaml(text, &a);
    check_pipelines(text, &a);
    check_config(text, &a);
    if (!policy_load(text, STR("f.yaml"), &p).code) policy_free(p);
    arena_done(&a);
    return 0;
}
