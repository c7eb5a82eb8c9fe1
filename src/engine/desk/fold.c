/* Text to words: UTF-8 in, lower case ASCII out where Latin letters are concerned, all other letters as they are. */
#include "engine/desk/desk_internal.h"

/* U+00C0 to U+017F to what they are without accents; '\0' = two letters or none, see below. */
static const char latin[] = "aaaaaa\0ceeeeiiiidnooooo\0ouuuuy\0\0aaaaaa\0ceeeeiiiidnooooo\0ouuuuy\0y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii\0\0jjkkkllllllllllnnnnnnnnnoooooo\0\0"
                            "rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static str two_letters(uint32_t c)
{
    switch (c) {
    case 0xc6:
    case 0xe6: return STR("ae");
    case 0xdf: return STR("ss");
    case 0xde:
    case 0xfe: return STR("th");
    case 0x132:
    case 0x133: return STR("ij");
    case 0x152:
    case 0x153: return STR("oe");
    default: return STR("");
    }
}

/* One code point; bytes that are none count one by one as U+FFFD. */
static uint32_t take_char(str s, size_t *at)
{
    unsigned char b = (unsigned char)s.ptr[*at];
    size_t n = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    if (n == 1) return (void)++*at, b;
    uint32_t c = n ? b & (0xffu >> (n + 1)) : 0xfffd;
    for (size_t i = 1; i < n; i++) {
        if (*at + i >= s.len || ((unsigned char)s.ptr[*at + i] & 0xc0) != 0x80) return (void)++*at, 0xfffdu;
        c = c << 6 | ((unsigned char)s.ptr[*at + i] & 0x3f);
    }
    *at += n ? n : 1;
    return c;
}

/* A word that is being put together. */
struct word {
    char text[WORD_MAX];
    size_t len;
};

static void put(struct word *w, str s)
{
    for (size_t i = 0; i < s.len && w->len < WORD_MAX; i++) w->text[w->len++] = s.ptr[i];
}

/* Letters and digits go on with a word; false ends it. */
static bool put_char(struct word *w, uint32_t c, str raw)
{
    if (c < 0x80) {
        char l = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if ((l < 'a' || l > 'z') && (l < '0' || l > '9')) return false;
        put(w, (str){ &l, 1 });
        return true;
    }
    if (c >= 0xc0 && c <= 0x17f && c != 0xd7 && c != 0xf7) {
        char plain = latin[c - 0xc0];
        put(w, plain ? (str){ &plain, 1 } : two_letters(c));
        return true;
    }
    bool letter =
        c >= 0x370 && c != 0xfffd && !(c >= 0x2000 && c < 0x2c00) && !(c >= 0x3000 && c < 0x3040) && c < 0x1f000;
    if (letter) put(w, raw);
    return letter;
}

static void end_word(struct word *w, float weight, bool *begins, struct arena *a, struct token *out, size_t *count)
{
    if (w->len && *count < TOKENS_MAX) {
        out[(*count)++] =
            (struct token){ .text = str_dup(a, (str){ w->text, w->len }), .begins = *begins, .weight = weight };
        *begins = false;
    }
    w->len = 0;
}

/* Faces are words, too: they carry what a mail says beside its words. */
static str face(str s, size_t at, size_t *len)
{
    static const struct {
        str face, word;
    } faces[] = {
        { STR_INIT(":-)"), STR_INIT("smiley") }, { STR_INIT(":)"), STR_INIT("smiley") },
        { STR_INIT(";-)"), STR_INIT("smiley") }, { STR_INIT(":D"), STR_INIT("smiley") },
        { STR_INIT(":-("), STR_INIT("frowny") }, { STR_INIT(":("), STR_INIT("frowny") },
        { STR_INIT(":/"), STR_INIT("frowny") },  { STR_INIT("<3"), STR_INIT("smiley") },
    };
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++)
        if (str_starts(str_cut(s, at, 3), faces[i].face) &&
            !(faces[i].face.ptr[1] == '/' && at + 2 < s.len && s.ptr[at + 2] == '/')) {
            *len = faces[i].face.len;
            return faces[i].word;
        }
    return STR_NONE;
}

static str emoji(uint32_t c)
{
    if ((c >= 0x1f600 && c <= 0x1f60f) || c == 0x1f642 || c == 0x1f389 || c == 0x1f44d || c == 0x2764 || c == 0x1f64f)
        return STR("smiley");
    if ((c >= 0x1f612 && c <= 0x1f62d) || c == 0x1f620 || c == 0x1f621 || c == 0x1f44e || c == 0x1f926)
        return STR("frowny");
    return STR_NONE;
}

static bool ends_clause(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == ':' || c == '\n' || c == ',' || c == '(' || c == ')';
}

void desk_tokens(str text, float weight, struct arena *a, struct token *out, size_t *count)
{
    struct word w = { .len = 0 };
    bool begins = true;
    for (size_t at = 0; at < text.len && *count < TOKENS_MAX;) {
        size_t from = at, len = 0;
        str said = w.len ? STR_NONE : face(text, at, &len);
        uint32_t c = take_char(text, &at);
        if (!said.len) said = emoji(c);
        if (!said.len && put_char(&w, c, str_cut(text, from, at - from))) continue;
        end_word(&w, weight, &begins, a, out, count);
        if (ends_clause(c)) begins = true;
        if (!said.len) continue;
        put(&w, said);
        end_word(&w, weight, &begins, a, out, count);
        if (len > 1) at = from + len;
    }
    end_word(&w, weight, &begins, a, out, count);
}
