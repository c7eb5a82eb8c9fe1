#include "tests/fixture_core.h"

#include "edge/server/server.h"

struct core *fixture_core_new(void)
{
    return NULL;
}

void fixture_core_free(struct core *core)
{
    (void)core;
}

static void pipeline(struct tx *tx, const struct input *in, json *b, int64_t seq)
{
    (void)tx_exec(tx, SQL_PIPELINE_ADD, V(in->subject), V(json_get_str(b, "source")), V(json_get_str(b, "destination")), V(json_get_str(b, "owner")),
                  V(json_get_i64(b, "tier", 2)), V(json_get_str(b, "environment")), V(json_get_i64(b, "every_us", 0)), V(STR("")), V(tx_time(tx)), V(seq));
}

static void key_added(struct tx *tx, const struct input *in, json *b, int64_t seq)
{
    str id = str_fmt(tx_arena(tx), "key-%lld", (long long)seq);
    if (tx_get_i64(tx, SQL_KEY_KNOWN, 0, V(in->subject))) tx_fail(tx, err_make(ERR_CONFLICT, "there is a key of that name"));
    (void)tx_exec(tx, SQL_KEY_ADD, V(id), V(in->subject), V(json_get_str(b, "hash")), V(json_get_str(b, "role")), V(tx_time(tx)), V(seq));
}

static void key_revoked(struct tx *tx, const struct input *in, json *b, int64_t seq)
{
    (void)b;
    (void)seq;
    if (!tx_exec(tx, SQL_KEY_REVOKE, V(in->subject), V(tx_time(tx)))) tx_fail(tx, err_make(ERR_NOT_FOUND, "no such key"));
}

static void silence(struct tx *tx, const struct input *in, json *b, int64_t seq)
{
    str id = str_fmt(tx_arena(tx), "sil-%lld", (long long)seq);
    (void)tx_exec(tx, SQL_SILENCE_ADD, V(id), V(seq), V(json_get_str(b, "pipeline")), V(json_get_str(b, "kind")), V(json_get_i64(b, "starts", 0)),
                  V(json_get_i64(b, "ends", 0)), V(in->actor), V(json_get_str(b, "comment")), V(json_bool(json_get(b, "maintenance"), false)));
}

static void missing(struct tx *tx, const struct input *in, json *b, int64_t seq)
{
    (void)in;
    (void)b;
    (void)seq;
    tx_fail(tx, err_make(ERR_NOT_FOUND, "no such thing"));
}

static const struct {
    const char *kind;
    void (*apply)(struct tx *tx, const struct input *in, json *b, int64_t seq);
} kinds[] = {
    { "pipeline.registered", pipeline }, { "key.added", key_added },     { "key.revoked", key_revoked }, { "silence.added", silence },
    { "silence.ended", missing },        { "approval.given", missing },  { "incident.closed", missing }, { "case.forked", missing },
};

err fixture_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    json *body = NULL;
    (void)ctx;
    err e = json_parse(in->body, tx_arena(tx), &body);
    if (e.code) return e;
    struct entry entry = { .kind = in->kind, .subject = in->subject, .actor = in->actor, .body = in->body };
    *seq = journal_add(tx, &entry);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(in->kind, str_of(kinds[i].kind))) kinds[i].apply(tx, in, body, *seq);
    return tx_err(tx);
}

err fixture_fill(struct server *s)
{
    static const char *const names[] = { "orders", "customers", "revenue" };
    int64_t seq;
    err e = OK;
    for (size_t i = 0; !e.code && i < 3; i++) {
        struct input in = { .kind = STR("pipeline.registered"), .subject = str_of(names[i]), .actor = STR("test"),
                            .body = STR("{\"source\":\"shop\",\"destination\":\"warehouse\",\"owner\":\"\",\"tier\":2,\"environment\":\"production\",\"every_us\":0}") };
        e = server_input(s, &in, &seq);
    }
    return e;
}
