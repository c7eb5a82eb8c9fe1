/* What operators do: silences, keys, runbooks, restore and resume; and inputs that are only notes. */
#include "core/agents/case.h"
#include "core/core_internal.h"
#include "core/incident/incident.h"
#include "core/knowledge.h"

err input_note(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    return OK;
}

/* What a witness has, by the name of its channel. */
err input_checkpoint_sent(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    str value = str_fmt(cx->a, "{\"entries\":%lld,\"time\":%lld}", (long long)json_get_i64(cx->body, "entries", 0),
                        (long long)cx->now);
    tx_exec(cx->tx, SQL_META_SET, V(str_fmt(cx->a, "witness/" STR_FMT, STR_ARG(cx->in->subject))), V(value));
    return OK;
}

err input_silence_added(struct cx *cx)
{
    const usec longest = 90 * USEC_DAY;
    json *b = cx->body;
    usec starts = json_get_i64(b, "starts", 0), ends = json_get_i64(b, "ends", 0);
    if (ends <= starts || ends <= cx->now)
        return err_make(ERR_INPUT, "a silence must end after it starts, and in the future");
    if (ends - starts > longest) return err_make(ERR_INPUT, "a silence lasts 90 days at most");
    str id = cx_next_id(cx, "sil");
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_SILENCE_ADD, V(id), V(cx->seq), V(json_str(json_get(b, "pipeline"), STR(""))),
            V(json_str(json_get(b, "kind"), STR(""))), V(starts), V(ends), V(cx->in->actor),
            V(json_get_str(b, "comment")), V((int64_t)json_bool(json_get(b, "maintenance"), false)));
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
    if (tx_get_i64(cx->tx, SQL_KEY_KNOWN, 0, V(name)))
        return err_make(ERR_CONFLICT, "a key '" STR_FMT "' is there already", STR_ARG(name));
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
    knowledge_count(cx, KNOWLEDGE_DOCUMENTS);
    if (!body.len) return OK;
    tx_exec(cx->tx, SQL_RUNBOOK_ADD, V(id), V(title), V(body), V(hash), V(cx->seq));
    return OK;
}

bool core_restored(struct cx *cx)
{
    struct rows *r = tx_query(cx->tx, SQL_META_GET, V("mode"));
    bool restored = rows_next(r) && STR_IS(rows_str(r, 0), "restored");
    rows_end(r);
    return restored;
}

static const char lost_text[] = "{\"ok\":false,\"unknown\":true,\"summary\":\"weir was restored from a backup: whether "
                                "this was done is not known\"}";

/* The outcome is unknown: an entry says so, and the case that waits for it goes on to a person. */
static void lose_effect(struct cx *cx, str id, str kind, str remedy, str target, str incident)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "kind", kind);
    jw_str(&b.w, "remedy", remedy);
    jw_str(&b.w, "target", target);
    cx_derive(cx, &b, "effect.lost", id, "weir", incident, cx->seq);
    tx_exec(cx->tx, SQL_EFFECT_FINISH, V(id), V("unknown"), V(cx->now), V(lost_text));
    struct event event = { .source = id, .result = STR("unknown") };
    err e = json_parse(str_of(lost_text), cx->a, &event.body);
    if (e.code) tx_fail(cx->tx, e);
    else case_resume(cx, &event);
}

enum { AT_ONCE = 256 }; /* as the statements say */

/* Every effect without an outcome that was asked for before this input, but those of one kind. What their cases ask for
 * now is later in the journal and not among them. */
static void lose_effects(struct cx *cx, const char *but)
{
    struct {
        str id, kind, remedy, target, incident;
    } found[AT_ONCE];
    int64_t after = 0;
    size_t n = AT_ONCE;
    while (n == AT_ONCE && !tx_err(cx->tx).code) {
        struct rows *r = tx_query(cx->tx, SQL_EFFECT_UNSETTLED, V(after), V(cx->seq), V(but));
        for (n = 0; n < AT_ONCE && rows_next(r); n++) {
            after = rows_i64(r, 0);
            found[n].id = rows_dup(r, 1, cx->a);
            found[n].kind = rows_dup(r, 2, cx->a);
            found[n].remedy = rows_dup(r, 3, cx->a);
            found[n].target = rows_dup(r, 4, cx->a);
            found[n].incident = rows_dup(r, 5, cx->a);
        }
        if (n == AT_ONCE) rows_end(r);
        for (size_t i = 0; i < n; i++)
            lose_effect(cx, found[i].id, found[i].kind, found[i].remedy, found[i].target, found[i].incident);
    }
}

/* Incidents that were about to be decided: the original may have decided and acted since, so this is done now, while
 * what they ask for is held. */
static void settle_incidents(struct cx *cx)
{
    str found[AT_ONCE];
    int64_t after = 0;
    size_t n = AT_ONCE;
    while (n == AT_ONCE && !tx_err(cx->tx).code) {
        struct rows *r = tx_query(cx->tx, SQL_INCIDENT_UNSETTLED, V(after), V(cx->seq));
        for (n = 0; n < AT_ONCE && rows_next(r); n++) {
            after = rows_i64(r, 0);
            found[n] = rows_dup(r, 1, cx->a);
        }
        if (n == AT_ONCE) rows_end(r);
        for (size_t i = 0; i < n; i++) {
            timer_drop(cx, "settle", found[i]);
            incident_settle(cx, found[i]);
        }
    }
}

/* The server that made the backup went on, and nobody here knows what it did: every effect that waited or was under way
 * may have been carried out by it, messages too. None is done again: they are unknown, their cases ask a person, and
 * nothing is sent until a person says so. */
err input_store_restored(struct cx *cx)
{
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_META_SET, V("mode"), V("restored"));
    lose_effects(cx, "");
    settle_incidents(cx);
    return OK;
}

/* From now on weir acts again. Messages written meanwhile go out; remedies asked for meanwhile do not: they were
 * decided on an old picture of the world, so a person decides about them. */
err input_store_resumed(struct cx *cx)
{
    if (!core_restored(cx)) return err_make(ERR_CONFLICT, "nothing is held: the store is not in restored mode");
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_META_SET, V("mode"), V("normal"));
    lose_effects(cx, "notify");
    tx_exec_n(cx->tx, SQL_EFFECT_RELEASE, TX_NO_VALS);
    return OK;
}
