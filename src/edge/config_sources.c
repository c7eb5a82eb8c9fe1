/* knowledge.sources of weir.yaml: folders and git repositories whose documents the server follows; and
 * knowledge.store, who keeps their vectors. */
#include "edge/config_internal.h"
#include "edge/documents/git.h"
#include "edge/documents/vector_store.h"

static const char *const role_words[] = { "viewer", "operator", "approver", "admin", NULL };

static str roles_json(struct yaml_check *c, const struct yaml *node)
{
    struct str_list list = { .count = 0 };
    struct buf b = buf_init(4096);
    struct jw w = jw_init(&b);
    config_list(c, node, 4, &list);
    for (size_t i = 0; node && node->type == YAML_LIST && i < node->count; i++)
        (void)yaml_word(c, &node->items[i], role_words, 0);
    if (node && node->type == YAML_TEXT) (void)yaml_word(c, node, role_words, 0);
    jw_array(&w, NULL);
    for (size_t i = 0; i < list.count; i++) jw_str(&w, NULL, list.items[i]);
    jw_array_end(&w);
    return buf_take(&b, c->arena);
}

static void place_read(struct reading *r, const struct yaml *node, struct knowledge_source *s)
{
    struct yaml_check *c = r->check;
    const struct yaml *git = yaml_get(node, "git"), *branch = yaml_get(node, "branch");
    s->folder = config_path(r, yaml_str(c, yaml_get(node, "folder"), STR("")));
    s->git = yaml_str(c, git, STR(""));
    s->branch = yaml_str(c, branch, STR(""));
    if (!s->folder.len == !s->git.len) yaml_bad(c, node, "expected folder: or git:, one of them");
    if (git && s->git.len && !git_address_ok(s->git))
        yaml_bad(c, git, "expected https://..., ssh://..., user@host:path or an absolute path of a repository");
    if (branch && !s->git.len) yaml_bad(c, branch, "a branch is of a repository: expected git: beside it");
    else if (branch && !git_branch_ok(s->branch)) yaml_bad(c, branch, "expected the name of a branch");
}

static bool is_local(str url)
{
    str rest = str_cut(url, sizeof "http://" - 1, url.len), host;
    (void)str_next(&rest, '/', &host);
    bool six = str_starts(host, STR("[::1]"));
    ptrdiff_t colon = six ? 5 : str_find(host, STR(":"), 0);
    if (colon >= 0) host = str_cut(host, 0, (size_t)colon);
    return six || STR_IS(host, "localhost") || STR_IS(host, "127.0.0.1");
}

/* What is refused is never repeated: it may be the secret. */
static void credential_read(struct reading *r, const struct yaml *node, struct knowledge_source *s)
{
    struct yaml_check *c = r->check;
    const struct yaml *git = yaml_get(node, "git"), *user = yaml_get(node, "user"), *token = yaml_get(node, "token");
    s->user = yaml_str(c, user, STR(""));
    s->token = config_reference(c, token);
    if (git_address_has_secret(s->git)) {
        yaml_bad(c, git, "a token does not stand in an address: expected token: env:NAME or file:PATH beside it");
        return;
    }
    bool plain = str_starts(s->git, STR("http://"));
    if (user && (!token || str_find(s->user, STR(":"), 0) >= 0))
        yaml_bad(c, user, "expected a name without a colon, and token: beside it");
    if (token && !plain && !str_starts(s->git, STR("https://")))
        yaml_bad(c, token, "a token is for https://; of ssh the keys count that weir's user has");
    else if (token && plain && !is_local(s->git))
        yaml_bad(c, token, "a token is not sent without TLS beyond this machine: expected https");
}

static void source_read(struct reading *r, const struct yaml *node)
{
    static const char *const keys[] = { "name", "folder", "git", "branch", "user", "token", "roles", "every", NULL };
    struct yaml_check *c = r->check;
    struct knowledge_source *s = &r->config->knowledge.sources[r->config->knowledge.source_count++];
    *s = (struct knowledge_source){ .folder = STR(""), .git = STR(""), .branch = STR(""), .user = STR(""),
                                    .token = STR(""), .roles = STR("[]") };
    if (!yaml_is_map(c, node)) return;
    yaml_keys(c, node, keys);
    const struct yaml *name = yaml_need(c, node, "name");
    s->name = yaml_name(c, name, STR(""));
    place_read(r, node, s);
    credential_read(r, node, s);
    s->roles = roles_json(c, yaml_get(node, "roles"));
    usec usual = s->git.len ? 5 * USEC_MINUTE : 30 * USEC_SECOND;
    s->every = yaml_duration(c, yaml_get(node, "every"), USEC_SECOND, 30 * USEC_DAY, usual);
    for (size_t i = 0; i + 1 < r->config->knowledge.source_count; i++)
        if (s->name.len && str_eq(r->config->knowledge.sources[i].name, s->name))
            yaml_bad(c, name, "a source named '" STR_FMT "' stands above already", STR_ARG(s->name));
}

void config_read_sources(struct reading *r, const struct yaml *node)
{
    if (node->type == YAML_NULL || !yaml_is_list(r->check, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (r->config->knowledge.source_count == SOURCES_MAX) {
            yaml_bad(r->check, &node->items[i], "more than %d sources", SOURCES_MAX);
            return;
        }
        source_read(r, &node->items[i]);
    }
}

/* "scheme://user:password@host/...", or "?password=". */
static bool has_password(str url)
{
    ptrdiff_t start = str_find(url, STR("://"), 0), at = str_find(url, STR("@"), 0);
    ptrdiff_t colon = start < 0 ? -1 : str_find(url, STR(":"), (size_t)start + 3);
    return (at > 0 && colon > 0 && colon < at) || str_find(url, STR("password="), 0) >= 0;
}

static bool collection_ok(str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || (c != '_' && (c < '0' || c > '9')))) return false;
    }
    return s.len >= 3 && s.len <= 60;
}

static void store_problem(struct reading *r, const char *key, str value, const char *text)
{
    const struct yaml *store = yaml_get(yaml_get(r->root, "knowledge"), "store");
    config_placed_problem(r, str_fmt(r->a, "knowledge.store.%s", key), yaml_get(store, key), value, str_of(text));
}

void config_check_vectors(struct reading *r)
{
    const struct config *c = r->config;
    str url = c->knowledge.store_url, key = c->knowledge.store_key;
    bool elsewhere = c->knowledge.store != 0, plain = str_starts(url, STR("http://"));
    const struct vector_store_kind *kind = vector_store_kind_at((size_t)c->knowledge.store);
    if (elsewhere && STR_IS(str_of(kind->name), "pgvector")) {
        if (!str_starts(url, STR("postgresql://")))
            store_problem(r, "url", url, "expected the address of a database: postgresql://USER@HOST/DATABASE");
    } else if (elsewhere && (!config_is_url(url) || url.len < sizeof "http://x"))
        store_problem(r, "url", url, "expected the address of the store, such as http://localhost:6333");
    if (!elsewhere && (url.len || key.len))
        store_problem(r, "kind", STR_NONE, "expected the kind of store that is at this address");
    if (!collection_ok(c->knowledge.store_collection))
        store_problem(r, "collection", c->knowledge.store_collection,
                      "expected 3 to 60 letters, digits and _, beginning with a letter");
    if (key.len && !config_is_reference(key)) /* never repeated: it may be one */
        store_problem(r, "key", STR_NONE,
                      "expected a secret's place, env:NAME or file:PATH; it is never written out here");
    if (has_password(url)) /* never repeated */
        store_problem(r, "url", STR_NONE,
                      "a password does not stand in an address: expected key: env:NAME or file:PATH");
    if (key.len && plain && !is_local(url))
        store_problem(r, "url", url, "a key is not sent without TLS beyond this machine: expected https");
}
