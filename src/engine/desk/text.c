/* The text of a mail as people mean it: without markup, without what they quote, without their signature. */
#include "base/chance.h"
#include "base/hash.h"
#include "engine/desk/desk_internal.h"

/* ---- HTML remnants ---- */

static const struct {
    const char *name, *text;
} entities[] = {
    { "amp", "&" },
    { "lt", "<" },
    { "gt", ">" },
    { "quot", "\"" },
    { "apos", "'" },
    { "nbsp", " " },
    { "auml", "\xc3\xa4" },
    { "ouml", "\xc3\xb6" },
    { "uuml", "\xc3\xbc" },
    { "Auml", "\xc3\x84" },
    { "Ouml", "\xc3\x96" },
    { "Uuml", "\xc3\x9c" },
    { "szlig", "\xc3\x9f" },
    { "eacute", "\xc3\xa9" },
    { "egrave", "\xc3\xa8" },
    { "agrave", "\xc3\xa0" },
    { "ccedil", "\xc3\xa7" },
    { "ecirc", "\xc3\xaa" },
    { "aacute", "\xc3\xa1" },
    { "iacute", "\xc3\xad" },
    { "oacute", "\xc3\xb3" },
    { "uacute", "\xc3\xba" },
    { "ntilde", "\xc3\xb1" },
    { "euro", "\xe2\x82\xac" },
    { "rsquo", "'" },
    { "lsquo", "'" },
    { "ldquo", "\"" },
    { "rdquo", "\"" },
    { "ndash", "-" },
    { "mdash", "-" },
    { "hellip", "..." },
    { "iquest", "\xc2\xbf" },
    { "iexcl", "\xc2\xa1" },
    { "ocirc", "\xc3\xb4" },
    { "acirc", "\xc3\xa2" },
};

static void put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x20 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = ' ';
    if (c < 0x80) {
        buf_char(out, (char)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
    buf_char(out, (char)(lead[more] | c >> (6 * more)));
    for (int i = more - 1; i >= 0; i--) buf_char(out, (char)(0x80 | ((c >> (6 * i)) & 0x3f)));
}

/* Gives the bytes it took, 0 when it is no entity. */
static size_t take_entity(str s, struct buf *out)
{
    ptrdiff_t end = str_find(str_cut(s, 0, 12), STR(";"), 0);
    if (end < 2) return 0;
    str name = str_cut(s, 1, (size_t)end - 1);
    if (name.ptr[0] == '#') {
        uint32_t c = 0;
        bool hex = name.len > 1 && (name.ptr[1] | 32) == 'x';
        for (size_t i = hex ? 2 : 1; i < name.len; i++) {
            char d = (char)(name.ptr[i] | 32);
            if (!((d >= '0' && d <= '9') || (hex && d >= 'a' && d <= 'f')) || c > 0x110000) return 0;
            c = c * (hex ? 16 : 10) + (uint32_t)(d <= '9' ? d - '0' : d - 'a' + 10);
        }
        put_utf8(out, c);
        return (size_t)end + 1;
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (str_eq(name, str_of(entities[i].name))) return buf_add(out, str_of(entities[i].text)), (size_t)end + 1;
    return 0;
}

static bool tag_named(str tag, const char *name)
{
    str n = str_of(name);
    if (str_starts(tag, STR("/"))) tag = str_cut(tag, 1, tag.len);
    if (!str_eq_nocase(str_cut(tag, 0, n.len), n)) return false;
    char next = tag.len > n.len ? tag.ptr[n.len] : ' ';
    return next == ' ' || next == '/' || next == '\t' || next == '\n' || next == '\r';
}

static bool is_block(str tag)
{
    static const char *const names[] = { "p",  "br", "div", "li", "tr",    "ul",        "ol",
                                         "h1", "h2", "h3",  "h4", "table", "blockquote" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (tag_named(tag, names[i])) return true;
    return false;
}

/* At '<': gives how far a tag goes, with what is inside a script or style; 0 when it is only a less-than sign. */
static size_t take_tag(str s, struct buf *out)
{
    static const char *const silent[] = { "script", "style", "head", "title" };
    char first = s.len > 1 ? s.ptr[1] : ' ';
    bool starts = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '/' || first == '!';
    ptrdiff_t end = starts ? str_find(s, STR(">"), 0) : -1;
    if (str_starts(s, STR("<!--"))) {
        ptrdiff_t close = str_find(s, STR("-->"), 0);
        return close < 0 ? s.len : (size_t)close + 3;
    }
    if (end < 0 || end > 2000) return 0;
    str tag = str_cut(s, 1, (size_t)end - 1);
    if (str_find(tag, STR("@"), 0) >= 0 && str_find(tag, STR(" "), 0) < 0) return 0; /* <ana@example.com> */
    if (is_block(tag)) buf_char(out, '\n');
    else buf_char(out, ' ');
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        if (tag.ptr[0] == '/' || !tag_named(tag, silent[i])) continue;
        char close[16];
        (void)snprintf(close, sizeof close, "</%s", silent[i]);
        ptrdiff_t over = str_find(s, str_of(close), (size_t)end);
        return over < 0 ? (size_t)end + 1 : (size_t)over;
    }
    return (size_t)end + 1;
}

str desk_plain(str body, struct arena *a)
{
    struct buf out = buf_init(2 * DESK_TEXT_MAX);
    body = str_utf8_prefix(body, DESK_TEXT_MAX);
    for (size_t at = 0; at < body.len;) {
        char c = body.ptr[at];
        str rest = str_cut(body, at, body.len);
        size_t took = c == '<' ? take_tag(rest, &out) : c == '&' ? take_entity(rest, &out) : 0;
        if (!took && c != '\r') buf_char(&out, c);
        at += took ? took : 1;
    }
    return buf_take(&out, a);
}

/* ---- subjects ---- */

bool desk_subject(str subject, str *core)
{
    static const str marks[] = { STR_INIT("re:"), STR_INIT("aw:"), STR_INIT("rv:"), STR_INIT("fw:"), STR_INIT("fwd:"),
                                 STR_INIT("wg:"), STR_INIT("tr:"), STR_INIT("re :"), STR_INIT("antw:"), STR_INIT("sv:"),
                                 STR_INIT("res:"), STR_INIT("enc:"), STR_INIT("tr :") };
    bool answer = false, again = true;
    str s = str_trim(subject);
    while (again) {
        again = false;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (str_eq_nocase(str_cut(s, 0, marks[i].len), marks[i])) {
                s = str_trim(str_cut(s, marks[i].len, s.len));
                answer = again = true;
                break;
            }
    }
    *core = s;
    return answer;
}

/* ---- lines ---- */

static bool has_nocase(str s, str what)
{
    for (size_t i = 0; i + what.len <= s.len; i++)
        if (str_eq_nocase(str_cut(s, i, what.len), what)) return true;
    return false;
}

/* The line with which a mail program begins what it quotes. */
static bool begins_quote(str line)
{
    static const str whole[] = {
        STR_INIT("-----original message"), STR_INIT("----- original message"), STR_INIT("---original message"),
        STR_INIT("-----urspr"),            STR_INIT("----- urspr"),            STR_INIT("-----mensaje original"),
        STR_INIT("-----message d'origine"), STR_INIT("---------- forwarded message"), STR_INIT("----- weitergeleitete"),
        STR_INIT("begin forwarded message"), STR_INIT("________________________________"),
    };
    static const str ends[] = { STR_INIT("wrote:"),
                                STR_INIT("schrieb:"),
                                STR_INIT("escribi\xc3\xb3:"),
                                STR_INIT("a \xc3\xa9"
                                         "crit :"),
                                STR_INIT("a \xc3\xa9"
                                         "crit:"),
                                STR_INIT("geschrieben:") };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (str_eq_nocase(str_cut(line, 0, whole[i].len), whole[i])) return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_ends(line, ends[i]) && line.len > ends[i].len + 4) return true;
    bool schrieb = (str_starts(line, STR("Am ")) || str_starts(line, STR("On "))) && str_ends(line, STR(":")) &&
                   (has_nocase(line, STR(" schrieb ")) || has_nocase(line, STR(" wrote ")));
    return schrieb;
}

bool desk_line(str *rest, struct desk_lines *state, str *line, enum desk_zone *zone)
{
    if (!rest->len || !str_next(rest, '\n', line)) return false;
    str s = str_trim(*line);
    if (!state->quoting && begins_quote(s)) state->quoting = true;
    if (STR_IS(s, "--") && !state->quoting) state->signature = true;
    bool marked = str_starts(s, STR(">")) || str_starts(s, STR("|"));
    *zone = state->quoting || marked ? ZONE_QUOTED : state->signature ? ZONE_SIGNATURE : ZONE_OWN;
    return true;
}

static void add_zone(str body, bool quoted, struct buf *out)
{
    struct desk_lines state = { 0 };
    enum desk_zone zone;
    str rest = body, line;
    while (desk_line(&rest, &state, &line, &zone)) {
        if (zone == ZONE_SIGNATURE || (zone == ZONE_QUOTED && !quoted)) continue;
        buf_add(out, str_trim(line));
        buf_char(out, '\n');
    }
}

static bool has_words(str text, size_t least)
{
    size_t n = 0;
    str part;
    while (n < least && text.len && str_next(&text, ' ', &part)) n += part.len > 0;
    return n >= least;
}

str desk_said(str subject, str body, struct arena *a)
{
    enum { WORDS_LEAST = 4 };
    struct buf out = buf_init(2 * DESK_TEXT_MAX);
    str core, plain = desk_plain(body, a);
    (void)desk_subject(str_cut(subject, 0, 1000), &core);
    buf_add(&out, core);
    buf_char(&out, '\n');
    size_t head = out.len;
    add_zone(plain, false, &out);
    if (!has_words(str_cut(buf_view(&out), head, out.len), WORDS_LEAST)) {
        out.len = head;
        add_zone(plain, true, &out);
    }
    return buf_take(&out, a);
}

/* ---- sketches ---- */

void desk_sketch(str text, uint64_t key, struct arena *a, int64_t out[DESK_SKETCH_LEN])
{
    struct token *t = ARENA_ARRAY(a, struct token, TOKENS_MAX);
    uint64_t least[DESK_SKETCH_LEN];
    size_t n = 0;
    desk_tokens(desk_plain(text, a), 1, a, t, &n);
    memset(least, 0xff, sizeof least);
    for (size_t at = 0; at < n && (at + 3 <= n || at == 0); at++) {
        uint64_t h = key;
        for (size_t i = at; i < at + 3 && i < n; i++) h = hash64_more(hash64_more(h, t[i].text), STR(" "));
        for (size_t i = 0; i < DESK_SKETCH_LEN; i++) {
            uint64_t v = chance_mix(h ^ chance_mix(key + (i + 1) * UINT64_C(0x9e3779b97f4a7c15)));
            if (v < least[i]) least[i] = v;
        }
    }
    for (size_t i = 0; i < DESK_SKETCH_LEN; i++) out[i] = (int64_t)(least[i] & 0x7fffffff);
}
