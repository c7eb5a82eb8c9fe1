/* What must hold between the options of auth.jwt. */
#include "edge/config_internal.h"
#include "edge/server/http.h"

static const struct yaml *node_of(const struct reading *r, const char *key)
{
    return yaml_get(yaml_get(yaml_get(r->root, "auth"), "jwt"), key);
}

static void problem(struct reading *r, const char *key, str value, const char *what)
{
    config_placed_problem(r, str_fmt(r->a, "auth.jwt.%s", key), node_of(r, key), value, str_of(what));
}

/* The journal names people ISSUER#SUBJECT: without these in the issuer there is one way to read it. */
static bool issuer_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == '#' || s.ptr[i] == 0x7f) return false;
    return s.len <= 200;
}

static void check_role(struct reading *r, str pair)
{
    enum role role;
    ptrdiff_t at = -1;
    for (size_t i = 0; i < pair.len; i++)
        if (pair.ptr[i] == '=') at = (ptrdiff_t)i; /* the last: a claim's value may hold one */
    if (at > 0 && role_of(str_cut(pair, (size_t)at + 1, pair.len), &role)) return;
    const struct yaml *list = node_of(r, "roles"), *node = list;
    for (size_t i = 0; list && list->type == YAML_LIST && i < list->count; i++)
        if (str_eq(list->items[i].text, pair)) node = &list->items[i];
    config_placed_problem(r, STR("auth.jwt.roles"), node, pair,
                          str_fmt(r->a, "expected VALUE=ROLE, the role one of ingest, viewer, operator, approver and "
                                        "admin, got '" STR_FMT "'",
                                  STR_ARG(str_cut(pair, 0, 60))));
}

void config_check_jwt(struct reading *r)
{
    const struct config_jwt *j = &r->config->jwt;
    int sources = (j->keys.len > 0) + (j->keys_url.len > 0) + (j->secret.len > 0);
    if (!j->issuer.len) {
        if (sources || j->audience.len)
            problem(r, "issuer", STR_NONE, "expected the issuer of bearer tokens beside the other options of auth.jwt");
        return;
    }
    if (!issuer_ok(j->issuer)) problem(r, "issuer", j->issuer, "expected at most 200 characters without blanks and #");
    if (!j->audience.len)
        problem(r, "audience", STR_NONE,
                "expected an audience: without it a token for another service would open weir");
    if (sources != 1) problem(r, "keys", STR_NONE, "expected exactly one of keys, keys_url and secret");
    if (j->keys_url.len && (!str_starts(j->keys_url, STR("https://")) || j->keys_url.len < sizeof "https://x"))
        problem(r, "keys_url", j->keys_url, "expected an https address: whoever answers it decides who may do what");
    if (j->secret.len && !config_is_reference(j->secret)) /* never repeated: it may be one */
        problem(r, "secret", STR_NONE,
                "expected a secret's place, env:NAME or file:PATH; it is never written out here");
    if (!j->roles_claim.len) problem(r, "roles_claim", STR_NONE, "expected the name of a claim");
    for (size_t i = 0; i < j->roles.count; i++) check_role(r, j->roles.items[i]);
}
