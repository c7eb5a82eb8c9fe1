/* A mail: headers, then a body that may be a tree of parts. */
#include "edge/mail/mail.h"

#include "base/buf.h"
#include "edge/mail/mail_internal.h"

enum { DEPTH_MAX = 8, PARTS_MAX = 64, FOLDED_MAX = 64 << 10 };

struct reader {
    struct arena *a;
    struct mail *out;
    str html; /* kept until a plain part is found */
    bool plain;
    size_t parts;
};

static str next_line(str *rest)
{
    str line = STR("");
    (void)str_next(rest, '\n', &line);
    if (!rest->ptr) *rest = STR("");
    if (str_ends(line, STR("\r"))) line.len--;
    return line;
}

/* The headers, and what follows the empty line. */
static str split_head(str bytes, str *body)
{
    str rest = bytes;
    while (rest.len) {
        const char *at = rest.ptr;
        if (!next_line(&rest).len) {
            *body = rest;
            return str_span(bytes.ptr, at);
        }
    }
    *body = STR("");
    return bytes;
}

/* The first header of a name, unfolded; "" when there is none. */
static str header(str head, const char *name, struct arena *a)
{
    str rest = head, want = str_of(name);
    struct buf b = buf_init(FOLDED_MAX);
    bool found = false;
    while (rest.len) {
        str line = next_line(&rest);
        bool folded = line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
        if (found && !folded) break;
        if (found) {
            buf_char(&b, ' ');
            buf_add(&b, str_trim(line));
        } else if (!folded && line.len > want.len && line.ptr[want.len] == ':' &&
                   str_eq_nocase(str_cut(line, 0, want.len), want)) {
            buf_add(&b, str_trim(str_cut(line, want.len + 1, line.len)));
            found = true;
        }
    }
    return buf_take(&b, a);
}

static str decode_body(str head, str body, struct arena *a)
{
    str how = str_trim(header(head, "content-transfer-encoding", a)), type = header(head, "content-type", a);
    if (str_eq_nocase(how, STR("base64"))) body = mail_base64(body, a);
    else if (str_eq_nocase(how, STR("quoted-printable"))) body = mail_quoted(body, false, a);
    return str_utf8_prefix(mail_utf8(str_cut(body, 0, 4 * MAIL_TEXT_MAX), mail_param(type, "charset", a), a),
                           MAIL_TEXT_MAX);
}

static bool type_is(str type, const char *want)
{
    str w = str_of(want);
    return str_eq_nocase(str_cut(str_trim(type), 0, w.len), w);
}

static void read_part(struct reader *r, str bytes, int depth);

/* The pieces between lines "--boundary"; "--boundary--" ends them. */
static void read_parts(struct reader *r, str body, str boundary, int depth)
{
    str rest = body, mark = str_fmt(r->a, "--" STR_FMT, STR_ARG(boundary)),
        end = str_fmt(r->a, STR_FMT "--", STR_ARG(mark));
    const char *from = NULL;
    while (rest.len && r->parts < PARTS_MAX) {
        const char *at = rest.ptr;
        str line = str_trim(next_line(&rest));
        if (!str_starts(line, mark) || (!str_eq(line, mark) && !str_eq(line, end))) continue;
        if (from) read_part(r, str_span(from, at), depth + 1);
        from = rest.len ? rest.ptr : NULL; /* after a mark that is the last there is nothing, not even a place */
        if (str_eq(line, end)) return;
    }
    if (from && from < body.ptr + body.len && r->parts < PARTS_MAX)
        read_part(r, str_span(from, body.ptr + body.len), depth + 1); /* cut off */
}

static void read_part(struct reader *r, str bytes, int depth)
{
    str body, head = split_head(bytes, &body), type = header(head, "content-type", r->a),
              shown = header(head, "content-disposition", r->a);
    str boundary = type_is(type, "multipart/") ? mail_param(type, "boundary", r->a) : STR("");
    r->parts++;
    if (boundary.len && boundary.len <= 200 && depth < DEPTH_MAX) {
        read_parts(r, body, boundary, depth);
        return;
    }
    bool text = !type.len || type_is(type, "text/plain"), html = type_is(type, "text/html");
    bool wanted = !type_is(shown, "attachment") && ((text && !r->plain) || (html && !r->plain && !r->html.len));
    if (!wanted) {
        r->out->attachments += !html;
        return;
    }
    str said = decode_body(head, body, r->a);
    if (html) r->html = said;
    else if (str_trim(said).len) {
        r->out->text = said;
        r->plain = true;
    }
}

/* "<a@b> <c@d>" */
static void add_refs(str ids, struct mail *out)
{
    while (ids.len && out->ref_count < MAIL_REFS_MAX) {
        ptrdiff_t open = str_find(ids, STR("<"), 0), close = open < 0 ? -1 : str_find(ids, STR(">"), (size_t)open);
        if (close < 0) return;
        str id = str_trim(str_cut(ids, (size_t)open + 1, (size_t)(close - open) - 1));
        if (id.len && id.len < 1000) out->refs[out->ref_count++] = id;
        ids = str_cut(ids, (size_t)close + 1, ids.len);
    }
}

static str id_of(str s)
{
    struct mail one = { .ref_count = 0 };
    add_refs(s, &one);
    return one.ref_count ? one.refs[0] : str_trim(str_cut(s, 0, 900));
}

static bool by_machine(str head, struct arena *a)
{
    str submitted = header(head, "auto-submitted", a), precedence = header(head, "precedence", a);
    return (submitted.len && !type_is(submitted, "no")) || type_is(precedence, "bulk") || type_is(precedence, "junk") ||
           type_is(header(head, "content-type", a), "multipart/report");
}

void mail_read(str bytes, struct arena *a, struct mail *out)
{
    str body, head;
    struct reader r = { .a = a, .out = out, .html = STR("") };
    *out = (struct mail){ .text = STR("") };
    bytes = str_cut(bytes, 0, MAIL_MAX);
    head = split_head(bytes, &body);
    out->subject = str_trim(mail_words(header(head, "subject", a), a));
    mail_address(header(head, "from", a), a, &out->from_address, &out->from_name);
    out->message_id = id_of(header(head, "message-id", a));
    add_refs(header(head, "references", a), out);
    add_refs(header(head, "in-reply-to", a), out);
    out->sent = mail_date(header(head, "date", a));
    out->automatic = by_machine(head, a);
    read_part(&r, bytes, 0);
    if (!r.plain) out->text = r.html;
}

/* ---- mbox ---- */

static bool is_from(str line)
{
    return str_starts(line, STR("From ")) && line.len > 5;
}

/* One '>' fewer before "From ". */
static bool quoted_from(str line)
{
    size_t n = 0;
    while (n < line.len && line.ptr[n] == '>') n++;
    return n && str_starts(str_cut(line, n, line.len), STR("From "));
}

static str unquote_from(str mail, struct arena *a)
{
    struct buf b = buf_init(mail.len + 1);
    str rest = mail, line;
    while (rest.len && str_next(&rest, '\n', &line)) {
        buf_add(&b, quoted_from(line) ? str_cut(line, 1, line.len) : line);
        if (rest.ptr) buf_char(&b, '\n');
    }
    return buf_take(&b, a);
}

bool mbox_next(str *rest, struct arena *a, str *mail)
{
    str line;
    bool quoted = false, before_empty = true;
    while (rest->len && !str_trim(str_cut(*rest, 0, 1)).len) *rest = str_cut(*rest, 1, rest->len); /* empty lines */
    if (!rest->len) return false;
    if (is_from(*rest)) (void)next_line(rest);
    const char *from = rest->ptr, *to = rest->ptr + rest->len;
    for (str at = *rest; at.len;) {
        const char *here = at.ptr;
        line = next_line(&at);
        if (is_from(line) && before_empty && here > from) {
            to = here;
            break;
        }
        quoted = quoted || quoted_from(line);
        before_empty = !line.len;
    }
    str found = str_span(from, to);
    *rest = str_cut(*rest, found.len, rest->len);
    *mail = quoted ? unquote_from(found, a) : found;
    return true;
}
