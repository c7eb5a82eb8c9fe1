/* WordPiece as BERT's uncased models want it: clean, decompose, drop accents, lower case; split at white space and
 * around punctuation; then, word by word, the longest piece first. Ids are those of the reference library for every
 * text, but for words like "[SEP]" in a text, which are words here: what somebody writes to us must not steer the
 * model. */
#include "engine/encode/format.h"

#include "engine/encode/unicode.h"

enum {
    WORD_CHARS_MAX = 100, /* a longer word is unknown, as in the reference */
    WORD_BYTES_MAX = 4 * WORD_CHARS_MAX,
    ROOT_WORD = 0,
    ROOT_REST = 1, /* pieces that go on inside a word: "##ing" */
};

struct reader {
    const struct format_state *states;
    const uint16_t *state_ids;
    uint32_t state_count;
    uint16_t *ids; /* room for ENCODE_PIECES_MAX */
    size_t count;
    size_t bytes, chars; /* of the word being read */
    uint8_t word[WORD_BYTES_MAX];
};

/* The longest piece that begins at `at`: its id, and where it ends. 0 = there is none. */
static uint16_t longest(const struct reader *r, size_t at, uint32_t state, size_t *end)
{
    uint16_t found = 0;
    for (size_t i = at; i < r->bytes; i++) {
        uint32_t next = r->states[state].base + r->word[i];
        if (next >= r->state_count || r->states[next].check != state) break;
        state = next;
        if (!r->state_ids[state]) continue;
        found = r->state_ids[state];
        *end = i + 1;
    }
    return found;
}

static void put(struct reader *r, uint16_t id)
{
    if (r->count < ENCODE_PIECES_MAX - 1) r->ids[r->count++] = id;
}

/* The word that was read, as pieces; as one unknown piece when a part of it is in no piece. */
static void end_word(struct reader *r)
{
    size_t first = r->count, at = 0;
    uint32_t root = ROOT_WORD;
    bool known = r->chars <= WORD_CHARS_MAX;
    while (known && at < r->bytes) {
        uint16_t id = longest(r, at, root, &at);
        known = id != 0;
        if (known) put(r, id);
        root = ROOT_REST;
    }
    if (!known) {
        r->count = first;
        put(r, ID_UNKNOWN);
    }
    r->bytes = r->chars = 0;
}

static inline void break_word(struct reader *r)
{
    if (r->chars) end_word(r);
}

/* One character of a word; those past the maximum are only counted. */
static void add(struct reader *r, const char *bytes, size_t n)
{
    if (r->chars < WORD_CHARS_MAX) {
        memcpy(r->word + r->bytes, bytes, n);
        r->bytes += n;
    }
    r->chars++;
}

static void alone(struct reader *r, const char *bytes, size_t n)
{
    break_word(r);
    add(r, bytes, n);
    end_word(r);
}

static void take(struct reader *r, const char *bytes, size_t n, enum unicode_kind kind)
{
    switch (kind) {
    case UNICODE_DROP: break;
    case UNICODE_SPACE: break_word(r); break;
    case UNICODE_PUNCTUATION:
    case UNICODE_CJK: alone(r, bytes, n); break;
    case UNICODE_WORD:
    case UNICODE_HANGUL:
    case UNICODE_MAPPED: add(r, bytes, n); break;
    }
}

/* What a character becomes: characters that become nothing else, each of its own kind. */
static void take_mapped(struct reader *r, str made)
{
    for (size_t i = 0, n; i < made.len; i += n) {
        uint32_t code;
        n = unicode_decode(str_cut(made, i, made.len), &code);
        take(r, made.ptr + i, n, unicode_kind_of(code));
    }
}

/* The character at the front of `rest`; gives its bytes. */
static size_t take_wide(struct reader *r, str rest)
{
    uint32_t code;
    char room[UNICODE_HANGUL_BYTES];
    size_t n = unicode_decode(rest, &code);
    if (!n) return 1; /* not UTF-8 */
    enum unicode_kind kind = unicode_kind_of(code);
    if (kind == UNICODE_MAPPED) take_mapped(r, unicode_mapped(code));
    else if (kind == UNICODE_HANGUL) take_mapped(r, unicode_hangul(code, room));
    else take(r, rest.ptr, n, kind);
    return n;
}

static void read_text(struct reader *r, str text)
{
    for (size_t i = 0; i < text.len && r->count < ENCODE_PIECES_MAX - 1;) {
        uint8_t byte = (uint8_t)text.ptr[i], made = unicode_ascii[byte];
        if (made > UNICODE_ASCII_KINDS) {
            if (r->chars < WORD_CHARS_MAX) r->word[r->bytes++] = made;
            r->chars++;
            i++;
        } else {
            i += byte < 0x80 ? 1 : 0;
            if (made == UNICODE_PUNCTUATION) alone(r, (const char *)&byte, 1);
            else if (made == UNICODE_SPACE) break_word(r);
            else if (byte >= 0x80) i += take_wide(r, str_cut(text, i, text.len));
        }
    }
    break_word(r);
}

size_t encode_tokenize(const struct encode_model *m, str text, uint16_t ids[ENCODE_PIECES_MAX])
{
    const struct encode_header *h = m->header;
    struct reader r;
    r.states = (const struct format_state *)(const void *)(m->bytes + h->states);
    r.state_ids = (const uint16_t *)(const void *)(m->bytes + h->state_ids);
    r.state_count = h->state_count;
    r.ids = ids;
    r.count = r.bytes = r.chars = 0;
    put(&r, ID_CLS);
    read_text(&r, str_cut(text, 0, ENCODE_TEXT_MAX));
    ids[r.count++] = ID_SEP;
    return r.count;
}

size_t encode_tokenize_all(const struct encode_model *m, const str *texts, size_t n, uint16_t *ids, size_t room,
                           size_t *starts)
{
    size_t used = 0, i = 0;
    for (starts[0] = 0; i < n && room - used >= ENCODE_PIECES_MAX; i++) {
        used += encode_tokenize(m, texts[i], ids + used);
        starts[i + 1] = used;
    }
    return i;
}
