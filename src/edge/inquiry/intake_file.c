#include "edge/inquiry/intake_file.h"

#include "base/hash.h"
#include "edge/files.h"
#include "edge/mail/mail.h"
#include "edge/tables/table_file.h"

enum { MAIL_ARENA_MAX = 256 << 20, FIELDS = 5 };

enum field { SUBJECT, BODY, ADDRESS, NAME, ID };
static const struct {
    const char *name;
    enum field field;
} names[] = {
    { "subject", SUBJECT }, { "title", SUBJECT }, { "body", BODY },
    { "text", BODY },       { "message", BODY },  { "sender_email", ADDRESS },
    { "email", ADDRESS },   { "from", ADDRESS },  { "sender_name", NAME },
    { "name", NAME },       { "message_id", ID }, { "id", ID },
};

static int field_of(str name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(str_trim(name), str_of(names[i].name))) return (int)names[i].field;
    return -1;
}

/* A name for what has none: its content's, so that what is read again after a crash is known. */
static str content_id(const char *kind, const str *parts, size_t n, struct arena *a)
{
    struct sha256 d = sha256_parts(parts, n);
    return str_fmt(a, "%s-" STR_FMT, kind, STR_ARG(hex_text((str){ (const char *)d.b, 16 }, a)));
}

bool intake_mail(str bytes, str channel, struct arena *a, struct inquiry_mail *out)
{
    struct mail m;
    mail_read(bytes, a, &m);
    *out = (struct inquiry_mail){ .channel = channel,
                                  .subject = m.subject,
                                  .body = m.text,
                                  .sender_email = m.from_address,
                                  .sender_name = m.from_name,
                                  .message_id = m.message_id.len ? m.message_id : content_id("mail", &bytes, 1, a),
                                  .sent = m.sent };
    for (size_t i = 0; i < m.ref_count; i++) out->refs[out->ref_count++] = m.refs[i];
    return !m.automatic;
}

static bool says_nothing(const struct inquiry_mail *m)
{
    return !str_trim(m->subject).len && !str_trim(m->body).len;
}

static err take_mail(str bytes, err (*take)(void *, const struct inquiry_mail *), void *ctx, struct arena *a,
                     struct intake_report *out)
{
    struct inquiry_mail m;
    if (!intake_mail(bytes, STR("mbox"), a, &m)) {
        out->passed_over++;
        return OK;
    }
    if (says_nothing(&m)) {
        out->unreadable++;
        return OK;
    }
    out->read++;
    return take(ctx, &m);
}

static err take_mails(str bytes, bool many, err (*take)(void *, const struct inquiry_mail *), void *ctx,
                      struct intake_report *out)
{
    str rest = bytes, one = bytes;
    err e = OK;
    bool more = true;
    while (more && !e.code) {
        struct arena a = arena_init(MAIL_ARENA_MAX);
        more = !many || mbox_next(&rest, &a, &one);
        if (more) e = take_mail(one, take, ctx, &a, out);
        arena_done(&a);
        more = more && many;
    }
    return e;
}

static str row_id(const str *fields, struct arena *a)
{
    const str parts[] = { fields[ADDRESS], STR("\n"), fields[SUBJECT], STR("\n"), fields[BODY] };
    return content_id("row", parts, sizeof parts / sizeof *parts, a);
}

static err take_row(const str *fields, err (*take)(void *, const struct inquiry_mail *), void *ctx,
                    struct intake_report *out)
{
    struct arena a = arena_init(1 << 16);
    struct inquiry_mail m = { .channel = STR("file"),
                              .subject = fields[SUBJECT],
                              .body = fields[BODY],
                              .sender_email = fields[ADDRESS],
                              .sender_name = fields[NAME],
                              .message_id = fields[ID] };
    if (!m.message_id.len) m.message_id = row_id(fields, &a);
    err e = OK;
    if (says_nothing(&m)) out->unreadable++;
    else {
        out->read++;
        e = take(ctx, &m);
    }
    arena_done(&a);
    return e;
}

static err take_table(str path, err (*take)(void *, const struct inquiry_mail *), void *ctx, struct intake_report *out)
{
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true, texts = false;
    err e = table_file_open(path, &t);
    while (!e.code && more) {
        str fields[FIELDS] = { STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT("") };
        e = table_file_next(t, &row, &more);
        for (size_t i = 0; !e.code && more && i < table_file_columns(t); i++) {
            int at = field_of(table_file_column(t, i));
            texts = texts || at == BODY;
            if (at >= 0 && row[i].kind == CELL_TEXT && !fields[at].len) fields[at] = row[i].text;
        }
        if (!e.code && more && !texts)
            e = err_make(ERR_INPUT, STR_FMT ": expected a column 'body', 'text' or 'message'", STR_ARG(path));
        if (!e.code && more) e = take_row(fields, take, ctx, out);
    }
    if (t) out->unreadable += (int64_t)table_file_refused(t);
    table_file_close(t);
    return e;
}

static err take_array(str bytes, struct arena *a, err (*take)(void *, const struct inquiry_mail *), void *ctx,
                      struct intake_report *out)
{
    json *list = NULL, *one, *key, *v;
    size_t i, n, k, fields_n;
    err e = json_parse(bytes, a, &list);
    if (!e.code && !yyjson_is_arr(list)) e = err_make(ERR_INPUT, "expected an array of objects");
    if (e.code) return e;
    yyjson_arr_foreach(list, i, n, one) {
        str fields[FIELDS] = { STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT("") };
        json_obj_foreach(yyjson_is_obj(one) ? one : NULL, k, fields_n, key, v)
        {
            int at = field_of(json_str(key, STR("")));
            if (at >= 0 && yyjson_is_str(v) && !fields[at].len) fields[at] = json_str(v, STR(""));
        }
        e = take_row(fields, take, ctx, out);
        if (e.code) return e;
    }
    return e;
}

static bool ends_in(str path, const char *const *ends)
{
    for (int i = 0; ends[i]; i++)
        if (path.len > strlen(ends[i]) && str_eq_nocase(str_cut(path, path.len - strlen(ends[i]), 20), str_of(ends[i])))
            return true;
    return false;
}

err intake_file(str path, err (*take)(void *ctx, const struct inquiry_mail *m), void *ctx, struct intake_report *out)
{
    static const char *const tables[] = { ".csv", ".tsv", ".jsonl", ".ndjson", NULL },
                             *const arrays[] = { ".json", NULL }, *const mails[] = { ".eml", ".mbox", ".mbx", NULL };
    struct arena a = arena_init((size_t)3 * INTAKE_FILE_MAX);
    str bytes;
    err e = OK;
    *out = (struct intake_report){ 0 };
    if (ends_in(path, tables)) return take_table(path, take, ctx, out);
    e = file_read(path, INTAKE_FILE_MAX, &a, &bytes);
    if (!e.code) {
        bool mbox = str_starts(bytes, STR("From "));
        if (ends_in(path, arrays))
            e = str_starts(str_trim(bytes), STR("[")) ? take_array(bytes, &a, take, ctx, out)
                                                      : take_table(path, take, ctx, out);
        else if (mbox || ends_in(path, mails)) e = take_mails(bytes, mbox, take, ctx, out);
        else e = err_make(ERR_INPUT, STR_FMT ": expected an mbox, .eml, .csv, .jsonl or .json file", STR_ARG(path));
    }
    arena_done(&a);
    return e;
}
