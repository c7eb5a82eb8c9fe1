/* What operators do: silences, keys, runbooks, restore and resume; and inputs that are only notes. */
#include "core/core_internal.h"

err input_note(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    return OK;
}

err input_silence_added(struct cx *cx)
{
    const usec longest = 90 * USEC_DAY;
    json *b = cx->body;
    usec starts = json_get_i64(b, "starts", 0), ends = json_get_i64(b, "ends", 0);
    if (ends <= starts || ends <= cx->now) return err_make(ERR_INPUT, "a silence must end after it starts, and in the future");
    if (ends - starts > longest) return err_make(ERR_INPUT, "a silence lasts 90 days at most");
    str id = cx_next_id(cx, "sil");
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_SILENCE_ADD, V(id), V(cx->seq), V(json_str(json_get(b, "pipeline"), STR(""))),
            V(json_str(json_get(b, "kind"), STR(""))), V(starts), V(ends), V(cx->in->actor), V(json_get_str(b, "comment")),
            V((int64_t)json_bool(json_get(b, "maintenance"), false)));
    return OK;
}

err input_silence_ended(struct cx *cx)
{
    if (tx_exec(cx->tx, SQL_SILENCE_END, V(cx->in->subject), V(cx->now)) != 1)
        return err_make(ERR_NOT_FOUND, "no silence '" STR_FMT "' is in force", STR_ARG(cx->in->subject));
    cx_enter(cx, STR(""), 0);
    return OK;
}

err input_key_added(struct cx *cx)
{
    static const char *const roles[] = { "ingest", "viewer", "operator", "approver", "admin" };
    str name = cx->in->subject, role = json_get_str(cx->body, "role");
    bool known = false;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) known |= str_eq(role, str_of(roles[i]));
    if (!known) return err_make(ERR_INPUT, "role is none of ingest, viewer, operator, approver, admin");
    if (name.len == 0 || name.len > 64) return err_make(ERR_INPUT, "a key's name has 1 to 64 characters");
    if (tx_get_i64(cx->tx, SQL_KEY_KNOWN, 0, V(name))) return err_make(ERR_CONFLICT, "a key '" STR_FMT "' is there already", STR_ARG(name));
    str id = cx_next_id(cx, "key");
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_KEY_ADD, V(id), V(name), V(json_get_str(cx->body, "hash")), V(role), V(cx->now), V(cx->seq));
    return OK;
}

err input_key_revoked(struct cx *cx)
{
    if (tx_exec(cx->tx, SQL_KEY_REVOKE, V(cx->in->subject), V(cx->now)) != 1)
        return err_make(ERR_NOT_FOUND, "no key '" STR_FMT "'", STR_ARG(cx->in->subject));
    cx_enter(cx, STR(""), 0);
    return OK;
}

err input_runbook_loaded(struct cx *cx)
{
    str id = cx->in->subject, title = json_get_str(cx->body, "title"), body = json_get_str(cx->body, "body");
    str hash = body.len ? sha256_hex(body, cx->a) : STR(""), before = STR("");
    struct rows *r = tx_query(cx->tx, SQL_RUNBOOK_HASH, V(id));
    if (rows_next(r)) before = rows_dup(r, 0, cx->a);
    rows_end(r);
    if (str_eq(hash, before)) return OK;
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_RUNBOOK_DROP, V(id));
    tx_exec(cx->tx, SQL_RUNBOOK_TEXT_DROP, V(id));
    if (!body.len) return OK;
    tx_exec(cx->tx, SQL_RUNBOOK_ADD, V(id), V(title), V(body), V(hash), V(cx->seq));
    tx_exec(cx->tx, SQL_RUNBOOK_TEXT_ADD, V(id), V(title), V(body));
    return OK;
}

bool core_restored(struct cx *cx)
{
    struct rows *r = tx_query(cx->tx, SQL_META_GET, V("mode"));
    bool restored = rows_next(r) && STR_IS(rows_str(r, 0), "restored");
    rows_end(r);
    return restored;
}

/* After a restore nobody knows what was done since the backup: effects that were under way are unknown, waiting ones are
 * held, and nothing is sent until a person says so. */
err input_store_restored(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_META_SET, V("mode"), V("restored"));
    tx_exec(cx->tx, SQL_EFFECT_HOLD_OPEN, V("{\"ok\":false,\"unknown\":true,\"summary\":\"the store was restored\"}"), V(cx->now));
    tx_exec_n(cx->tx, SQL_EFFECT_HOLD_PENDING, TX_NO_VALS);
    return OK;
}

err input_store_resumed(struct cx *cx)
{
    if (!core_restored(cx)) return err_make(ERR_CONFLICT, "nothing is held: the store is not in restored mode");
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_META_SET, V("mode"), V("normal"));
    tx_exec_n(cx->tx, SQL_EFFECT_RELEASE, TX_NO_VALS);
    return OK;
}
