#include "edge/witness.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "edge/notify/notify.h"
#include "store/journal.h"
#include "store/note.h"

/* ---- sending ---- */

static const struct notify_channel *channel_of(const struct config *c, str name)
{
    for (size_t i = 0; i < c->channel_count; i++)
        if (str_eq(c->channels[i].name, name)) return &c->channels[i];
    return NULL; /* config check has said so */
}

/* What this witness has: how many entries, and since when. Zeros when it has nothing. */
static void last_sent(struct tx *tx, str name, struct arena *a, int64_t *entries, usec *when)
{
    json *v = NULL;
    struct rows *r = tx_query(tx, SQL_META_GET, V(str_fmt(a, "witness/" STR_FMT, STR_ARG(name))));
    if (rows_next(r) && json_parse(rows_str(r, 0), a, &v).code) v = NULL;
    rows_end(r);
    *entries = json_get_i64(v, "entries", 0);
    *when = json_get_i64(v, "time", 0);
}

static struct notice notice_of(const struct config *c, str name, const struct note *n, str text, struct arena *a)
{
    return (struct notice){
        .incident = STR(""),
        .event = STR("checkpoint"),
        .severity = STR("LOW"),
        .title = str_fmt(a, "checkpoint over %lld entries of " STR_FMT, (long long)n->size, STR_ARG(n->origin)),
        .text = str_fmt(a,
                        "Keep this message. weir audit verify --checkpoint FILE takes it as it is: later it shows that "
                        "nobody rewrote "
                        "what it covers.\n\n" STR_FMT,
                        STR_ARG(text)),
        .url = config_server_url(c, a),
        .key = str_fmt(a, "checkpoint-%lld-" STR_FMT, (long long)n->size, STR_ARG(name)),
    };
}

static err record(const struct witness_opts *o, str name, int64_t entries)
{
    char body[64];
    int n = snprintf(body, sizeof body, "{\"entries\":%lld}", (long long)entries);
    return o->input(o->ctx, "checkpoint.sent", name, (str){ body, (size_t)n });
}

static err send_one(const struct witness_opts *o, const struct notify_channel *ch, str note, struct arena *a)
{
    struct note n;
    err e = note_parse(note, &n);
    if (e.code) return e;
    struct notice notice = notice_of(o->config, ch->name, &n, note, a);
    e = notify_send(o->env, ch, &notice, a);
    return e.code ? e : record(o, ch->name, n.size);
}

static bool is_due(const struct witness_opts *o, str name, struct tx *tx, int64_t covered, struct arena *a)
{
    int64_t entries;
    usec when;
    last_sent(tx, name, a, &entries, &when);
    return covered > entries && o->env->wall(o->env) - when >= o->config->witness_every;
}

static err look(const struct witness_opts *o, struct arena *a, str *note, bool due[])
{
    struct tx *tx = NULL;
    struct note n;
    err e = store_read(o->store, &tx);
    if (e.code) return e;
    *note = journal_last_note(tx, a);
    bool any = note->len && !note_parse(*note, &n).code;
    for (size_t i = 0; i < o->config->witnesses.count; i++)
        due[i] = any && is_due(o, o->config->witnesses.items[i], tx, n.size, a);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

void witness_send_due(const struct witness_opts *o, struct witness_tally *tally)
{
    bool due[CHANNELS_MAX] = { false };
    struct arena a = arena_init(1 << 20);
    str note = STR_NONE;
    err e = o->config->witnesses.count ? look(o, &a, &note, due) : OK;
    for (size_t i = 0; i < o->config->witnesses.count && !e.code; i++) {
        const struct notify_channel *ch = channel_of(o->config, o->config->witnesses.items[i]);
        if (!due[i] || !ch) continue;
        err sent = send_one(o, ch, note, &a);
        tally->failed += sent.code != ERR_NONE;
        tally->sent += sent.code == ERR_NONE;
        if (sent.code) log_warn("witness.not_told channel=" STR_FMT " error=%s", STR_ARG(ch->name), sent.msg);
    }
    if (e.code) log_warn("witness.not_looked error=%s", e.msg);
    arena_done(&a);
}

/* ---- finding ---- */

enum { KEPT_LINES = 4 }; /* origin, size, root, time */

static str plain_line(str line)
{
    line = str_trim(line);
    while (line.len && line.ptr[0] == '>') line = str_trim(str_cut(line, 1, line.len)); /* quoted in an answer */
    return line;
}

/* The four lines before a signature, whatever blank lines lie between them. */
static err find_lines(str text, struct arena *a, str *note)
{
    static const char dash[] = "\xe2\x80\x94 ";
    str last[KEPT_LINES] = { { 0 } }, line;
    struct note n;
    while (text.len && str_next(&text, '\n', &line)) {
        line = plain_line(line);
        if (!line.len || memchr(line.ptr, 0, line.len)) continue; /* no text that anybody sent */
        if (str_starts(line, str_of(dash)) && last[0].len) {
            *note = str_fmt(a, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n\n" STR_FMT "\n", STR_ARG(last[0]),
                            STR_ARG(last[1]), STR_ARG(last[2]), STR_ARG(last[3]), STR_ARG(line));
            if (!note_parse(*note, &n).code) return OK;
        }
        memmove(last, last + 1, (KEPT_LINES - 1) * sizeof *last);
        last[KEPT_LINES - 1] = line;
    }
    return err_make(ERR_INPUT, "there is no checkpoint in it: four lines and a signature");
}

/* The body of a mail when it is base64, which ours are; else nothing. */
static str mail_body(str text, struct arena *a)
{
    ptrdiff_t head = str_find(text, STR("\n\n"), 0), crlf = str_find(text, STR("\n\r\n"), 0);
    if (head < 0 || (crlf >= 0 && crlf < head)) head = crlf;
    ptrdiff_t coded = str_find(text, STR("base64"), 0);
    if (head < 0 || coded < 0 || coded > head) return STR_NONE;
    struct buf b = buf_init(text.len + 1);
    for (size_t i = (size_t)head; i < text.len; i++)
        if (!strchr(" \r\n\t", text.ptr[i])) buf_char(&b, text.ptr[i]);
    str bytes = STR_NONE;
    err e = base64_bytes(buf_view(&b), a, &bytes);
    buf_done(&b);
    return e.code ? STR_NONE : bytes;
}

err witness_find(str message, struct arena *a, str *note)
{
    json *v = NULL;
    if (!find_lines(message, a, note).code) return OK;
    str body = mail_body(message, a);
    if (!body.len && !json_parse(message, a, &v).code) body = json_get_str(v, "text");
    return find_lines(body, a, note);
}
