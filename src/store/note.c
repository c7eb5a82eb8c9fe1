#include "store/note.h"

enum { KEY_HASH_LEN = 4, ALGORITHM_ED25519 = 1 };

static const char dash[] = "\xe2\x80\x94 "; /* the em dash and the space a signature line begins with */

/* The first bytes of SHA-256(name, newline, algorithm, key): says which key to try, proves nothing. */
static struct sha256 key_hash(str name, const uint8_t key[ED25519_PUBLIC_LEN])
{
    static const char algorithm[] = { '\n', ALGORITHM_ED25519 };
    const str parts[] = { name, { algorithm, sizeof algorithm }, { (const char *)key, ED25519_PUBLIC_LEN } };
    return sha256_parts(parts, 3);
}

err note_make(const struct signer *signer, int64_t size, struct sha256 root, usec time, struct arena *a, str *out)
{
    char when[TIME_TEXT_MAX];
    uint8_t sig[KEY_HASH_LEN + ED25519_SIG_LEN];
    str root_text = base64_text((str){ (const char *)root.b, SHA256_LEN }, a);
    str text = str_fmt(a, "%s\n%lld\n" STR_FMT "\n" STR_FMT "\n", signer->name, (long long)size, STR_ARG(root_text),
                       STR_ARG(time_text(time, when)));
    struct sha256 id = key_hash(str_of(signer->name), signer->public_key);
    memcpy(sig, id.b, KEY_HASH_LEN);
    err e = ed25519_sign(signer->secret, text, sig + KEY_HASH_LEN);
    if (e.code) return e;
    str sig_text = base64_text((str){ (const char *)sig, sizeof sig }, a);
    *out = str_fmt(a, STR_FMT "\n%s%s " STR_FMT "\n", STR_ARG(text), dash, signer->name, STR_ARG(sig_text));
    return OK;
}

static err take_line(str *rest, const char *what, str *out)
{
    ptrdiff_t end = str_find(*rest, STR("\n"), 0);
    if (end < 0) return err_make(ERR_INPUT, "a checkpoint ends before its %s", what);
    *out = (str){ rest->ptr, (size_t)end };
    *rest = str_cut(*rest, (size_t)end + 1, rest->len);
    return OK;
}

static err parse_root(str line, struct sha256 *out)
{
    struct arena a = arena_init(256);
    str bytes;
    err e = base64_bytes(line, &a, &bytes);
    if (!e.code && bytes.len != SHA256_LEN) e = err_make(ERR_INPUT, "the root has %zu bytes, not 32", bytes.len);
    if (!e.code) memcpy(out->b, bytes.ptr, SHA256_LEN);
    if (!e.code && !str_eq(base64_text(bytes, &a), line))
        e = err_make(ERR_INPUT, "the root is not written the usual way");
    arena_done(&a);
    return e;
}

static err parse_numbers(str size, str root, str time, struct note *out)
{
    char text[32];
    int n = 0;
    err e = str_to_i64(size, &out->size);
    if (!e.code) n = snprintf(text, sizeof text, "%lld", (long long)out->size);
    if (!e.code && (out->size < 0 || !str_eq((str){ text, (size_t)n }, size)))
        e = err_make(ERR_INPUT, "the size is no count");
    if (!e.code) e = parse_root(root, &out->root);
    if (!e.code) e = time_parse(time, &out->time);
    char again[TIME_TEXT_MAX];
    if (!e.code && !str_eq(time_text(out->time, again), time))
        e = err_make(ERR_INPUT, "the time is not written the usual way");
    return e;
}

err note_parse(str text, struct note *out)
{
    if (text.len > NOTE_MAX) return err_make(ERR_INPUT, "a checkpoint has at most %d bytes", NOTE_MAX);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\n')
            return err_make(ERR_INPUT, "a checkpoint holds no control characters (byte %zu)", i);
    if (!str_utf8_valid(text)) return err_make(ERR_INPUT, "a checkpoint is UTF-8 text");
    str rest = text, size, root, time, empty = STR_NONE;
    struct note n = { 0 };
    err e = take_line(&rest, "origin", &n.origin);
    if (!e.code) e = take_line(&rest, "size", &size);
    if (!e.code) e = take_line(&rest, "root", &root);
    if (!e.code) e = take_line(&rest, "time", &time);
    n.text = str_span(text.ptr, rest.ptr ? rest.ptr : text.ptr + text.len);
    if (!e.code) e = take_line(&rest, "signatures", &empty);
    if (!e.code && (empty.len || !n.origin.len))
        e = err_make(ERR_INPUT, "a checkpoint has an origin, a size, a root, a time, an empty line");
    if (!e.code) e = parse_numbers(size, root, time, &n);
    if (!e.code && !str_starts(rest, str_of(dash))) e = err_make(ERR_INPUT, "a checkpoint has no signature line");
    if (e.code) return err_wrap(e, "checkpoint");
    n.signatures = rest;
    *out = n;
    return OK;
}

static bool line_signed_by(const struct note *n, str line, const uint8_t key[ED25519_PUBLIC_LEN])
{
    if (!str_starts(line, str_of(dash))) return false;
    line = str_cut(line, sizeof dash - 1, line.len);
    ptrdiff_t space = str_find(line, STR(" "), 0);
    if (space < 1) return false;
    struct arena a = arena_init(NOTE_MAX * 2);
    str name = { line.ptr, (size_t)space }, sig = STR_NONE, encoded = str_cut(line, (size_t)space + 1, line.len);
    struct sha256 id = key_hash(name, key);
    bool ok = !base64_bytes(encoded, &a, &sig).code && sig.len == KEY_HASH_LEN + ED25519_SIG_LEN &&
              str_eq(base64_text(sig, &a), encoded) && memcmp(sig.ptr, id.b, KEY_HASH_LEN) == 0 &&
              ed25519_ok(key, n->text, (const uint8_t *)sig.ptr + KEY_HASH_LEN);
    arena_done(&a);
    return ok;
}

bool note_signed_by(const struct note *n, const uint8_t key[ED25519_PUBLIC_LEN])
{
    str rest = n->signatures, line;
    while (str_next(&rest, '\n', &line))
        if (line_signed_by(n, line, key)) return true;
    return false;
}

str signer_public_text(const struct signer *signer, struct arena *a)
{
    char key[1 + ED25519_PUBLIC_LEN] = { ALGORITHM_ED25519 };
    memcpy(key + 1, signer->public_key, ED25519_PUBLIC_LEN);
    struct sha256 id = key_hash(str_of(signer->name), signer->public_key);
    str hash = hex_text((str){ (const char *)id.b, KEY_HASH_LEN }, a), text = base64_text((str){ key, sizeof key }, a);
    return str_fmt(a, "%s+" STR_FMT "+" STR_FMT, signer->name, STR_ARG(hash), STR_ARG(text));
}

static err parse_verifier(str text, struct arena *a, uint8_t out[ED25519_PUBLIC_LEN])
{
    str name, hash, key, bytes, hash_bytes;
    if (!str_next(&text, '+', &name) || !str_next(&text, '+', &hash)) return err_make(ERR_INPUT, "not NAME+HASH+KEY");
    key = text; /* base64 may hold a plus itself */
    err e = base64_bytes(key, a, &bytes);
    if (!e.code && (bytes.len != 1 + ED25519_PUBLIC_LEN || bytes.ptr[0] != ALGORITHM_ED25519))
        e = err_make(ERR_INPUT, "not an Ed25519 key");
    if (!e.code) e = hex_bytes(hash, a, &hash_bytes);
    if (e.code) return e;
    struct sha256 id = key_hash(name, (const uint8_t *)bytes.ptr + 1);
    if (hash_bytes.len != KEY_HASH_LEN || memcmp(hash_bytes.ptr, id.b, KEY_HASH_LEN))
        return err_make(ERR_INPUT, "the key's check digits do not fit: it was mistyped or changed");
    memcpy(out, bytes.ptr + 1, ED25519_PUBLIC_LEN);
    return OK;
}

err journal_key_parse(str text, uint8_t out[ED25519_PUBLIC_LEN])
{
    struct arena a = arena_init(16384);
    str bytes;
    text = str_trim(text);
    err e = text.len > NOTE_MAX ? err_make(ERR_INPUT, "too long") : OK;
    if (!e.code && text.len == 2 * ED25519_PUBLIC_LEN && !hex_bytes(text, &a, &bytes).code)
        memcpy(out, bytes.ptr, ED25519_PUBLIC_LEN);
    else if (!e.code)
        e = parse_verifier(text, &a, out);
    arena_done(&a);
    return err_wrap(e, "public key");
}
