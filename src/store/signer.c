/* The journal's signing key: a 0600 file outside the store, with the public half beside it for people to keep
 * elsewhere. */
#include "store/note.h"
#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_put.h"

enum { SECRET_TEXT_LEN = 2 * ED25519_SECRET_LEN };

static err make_key(const char *path, enum file_put_how how, struct env *env, struct arena *a)
{
    uint8_t secret[ED25519_SECRET_LEN];
    env_random_bytes(env, secret, sizeof secret);
    str hex = hex_text((str){ (const char *)secret, sizeof secret }, a);
    err e = file_put(path, str_fmt(a, STR_FMT "\n", STR_ARG(hex)), 0600, how);
    explicit_bzero(secret, sizeof secret);
    explicit_bzero((char *)(uintptr_t)hex.ptr, hex.len);
    return e;
}

static err read_key(int fd, const char *path, struct arena *a, struct signer *out)
{
    char text[SECRET_TEXT_LEN + 2];
    struct stat st;
    if (fstat(fd, &st)) return err_errno("%s", path);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077))
        return err_make(ERR_DENIED, "%s can be read by others (mode %03o): chmod 600 it", path,
                        (unsigned)st.st_mode & 0777);
    ssize_t n = read(fd, text, sizeof text);
    str hex = str_trim((str){ text, n > 0 ? (size_t)n : 0 }), bytes = STR_NONE;
    err e = n < 0 ? err_errno("%s", path) : OK;
    if (!e.code && (hex.len != SECRET_TEXT_LEN || hex_bytes(hex, a, &bytes).code))
        e = err_make(ERR_CORRUPT, "%s holds no key (64 hex digits)", path);
    if (!e.code) memcpy(out->secret, bytes.ptr, ED25519_SECRET_LEN);
    explicit_bzero(text, sizeof text);
    if (bytes.ptr) explicit_bzero((char *)(uintptr_t)bytes.ptr, bytes.len);
    return e.code ? e : ed25519_public(out->secret, out->public_key);
}

/* An empty file, as a power cut may leave one, never signed anything: it is no key yet. */
static err open_key(const char *path, struct env *env, struct arena *a, struct signer *out)
{
    struct stat st;
    bool absent = lstat(path, &st) != 0 && errno == ENOENT, empty = !absent && S_ISREG(st.st_mode) && !st.st_size;
    err e = absent || empty ? make_key(path, empty ? FILE_PUT_REPLACE : FILE_PUT_NEW, env, a) : OK;
    if (e.code) return e;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return err_errno("%s", path);
    e = read_key(fd, path, a, out);
    (void)close(fd);
    return e;
}

err signer_open(str path, struct env *env, struct signer *out)
{
    struct arena a = arena_init(65536);
    *out = (struct signer){ 0 };
    err e = open_key(str_z(&a, path), env, &a, out);
    if (!e.code) {
        str id = hex_text((str){ (const char *)out->public_key, 4 }, &a);
        (void)snprintf(out->name, sizeof out->name, "weir/" STR_FMT, STR_ARG(id));
        const char *public_path = str_fmt(&a, STR_FMT ".pub", STR_ARG(path)).ptr;
        str line = str_fmt(&a, STR_FMT "\n", STR_ARG(signer_public_text(out, &a)));
        if (access(public_path, F_OK)) e = file_put(public_path, line, 0644, FILE_PUT_NEW);
    }
    arena_done(&a);
    return err_wrap(e, "signing key");
}

err journal_checkpoint(struct tx *tx, const struct signer *signer, struct arena *a, str *note)
{
    *note = STR_NONE;
    if (tx->read_only) return err_make(ERR_READ_ONLY, "only the writer signs checkpoints");
    const struct merkle *tree = &tx->store->journal.tree;
    int64_t covered = tx_get_i64_n(tx, SQL_CHECKPOINT_LAST, 0, TX_NO_VALS);
    if (tx->e.code || covered >= tree->size) return tx->e;
    str text;
    err e = note_make(signer, tree->size, merkle_root(tree), tx->time, a, &text);
    if (e.code) return e;
    tx_exec(tx, SQL_CHECKPOINT_ADD, val_int(tree->size), val_int(tx->time), val_text(text));
    if (!tx->e.code) *note = text;
    return tx->e;
}

str journal_last_note(struct tx *tx, struct arena *a)
{
    struct rows *r = tx_query_n(tx, SQL_CHECKPOINT_LAST, TX_NO_VALS);
    str note = rows_next(r) ? rows_dup(r, 2, a) : STR_NONE;
    rows_end(r);
    return note;
}
