/* Services of the graph that nobody measured. Trouble passes through them unseen, so who calls one is taken to call
 * what it calls: else a gap in the recording would end every search. */
#include <stdlib.h>

#include "edge/recorded/recorded.h"

enum { BRIDGED_MAX = 4000 };

struct services { /* in order of their names */
    str *names;
    size_t count;
};
struct call { /* by index of services */
    size_t caller, callee;
};

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static size_t index_of(const struct services *s, str name)
{
    const str *at = s->count ? bsearch(&name, s->names, s->count, sizeof name, by_name) : NULL;
    return at ? (size_t)(at - s->names) : SIZE_MAX;
}

static void list_services(const struct recorded_call *calls, size_t n, struct arena *a, struct services *out)
{
    out->names = ARENA_ARRAY(a, str, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        out->names[2 * i] = calls[i].caller;
        out->names[2 * i + 1] = calls[i].callee;
    }
    qsort(out->names, 2 * n, sizeof *out->names, by_name);
    for (size_t i = 0; i < 2 * n; i++)
        if (out->count == 0 || !str_eq(out->names[out->count - 1], out->names[i]))
            out->names[out->count++] = out->names[i];
}

static bool known(const struct call *calls, size_t n, struct call c)
{
    for (size_t i = 0; i < n; i++)
        if (calls[i].caller == c.caller && calls[i].callee == c.callee) return true;
    return false;
}

/* Callers of u call what u calls. */
static size_t bridge(struct call *calls, size_t n, size_t most, size_t u)
{
    size_t before = n;
    for (size_t i = 0; i < before; i++) {
        if (calls[i].callee != u || calls[i].caller == u) continue;
        for (size_t k = 0; k < before && n < most; k++) {
            struct call c = { calls[i].caller, calls[k].callee };
            if (calls[k].caller == u && c.callee != u && c.caller != c.callee && !known(calls, n, c)) calls[n++] = c;
        }
    }
    return n;
}

static size_t without(struct call *calls, size_t n, size_t u)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (calls[i].caller != u && calls[i].callee != u) calls[kept++] = calls[i];
    return kept;
}

size_t recorded_bridge(const struct recorded_call *calls, size_t n, const str *seen, size_t seen_count, struct arena *a,
                       struct recorded_call **out)
{
    size_t most = n < BRIDGED_MAX / 8 ? 8 * n : BRIDGED_MAX;
    *out = ARENA_ARRAY(a, struct recorded_call, (n < most ? most : n) + 1);
    if (n) memcpy(*out, calls, n * sizeof *calls);
    if (n == 0 || n > BRIDGED_MAX) return n; /* a graph so large is taken as it is */
    struct services s = { 0 };
    list_services(calls, n, a, &s);
    struct call *c = ARENA_ARRAY(a, struct call, most + 1);
    for (size_t i = 0; i < n; i++) c[i] = (struct call){ index_of(&s, calls[i].caller), index_of(&s, calls[i].callee) };
    bool *measured = ARENA_ARRAY(a, bool, s.count + 1);
    for (size_t i = 0; i < seen_count; i++) {
        size_t at = index_of(&s, seen[i]);
        if (at != SIZE_MAX) measured[at] = true;
    }
    for (size_t u = 0; u < s.count; u++) {
        if (measured[u]) continue;
        n = bridge(c, n, most, u);
        n = without(c, n, u);
    }
    for (size_t i = 0; i < n; i++) (*out)[i] = (struct recorded_call){ s.names[c[i].caller], s.names[c[i].callee] };
    return n;
}
