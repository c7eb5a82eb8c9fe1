/* The keys of this machine: a file each, and the hash of it in the store. */
#include "edge/app_internal.h"

#include "base/file_put.h"
#include "base/hash.h"
#include "edge/files.h"

enum { KEY_BYTES = 24 };

static err add_key(struct app *app, const char *name, const char *role, str text)
{
    struct arena a = arena_init(4096);
    struct sha256 d = sha256_of(str_trim(text));
    struct field fields[] = { { "hash", hex_text((str){ (char *)d.b, SHA256_LEN }, &a) }, { "role", str_of(role) } };
    err e = app_input_texts(app, "key.added", str_of(name), fields, 2);
    arena_done(&a);
    return e;
}

/* A key of this machine, in a 0600 file: made when the file is not there, known to the store from then on. A restored
 * store knows the key of another machine by this name: it is replaced. First the store, then the file, so that a crash
 * leaves no file that opens nothing. */
err app_machine_key(struct app *app, const char *name, const char *role, str *out)
{
    struct arena a = arena_init(1 << 16);
    str path = str_fmt(&a, STR_FMT "/%s.key", STR_ARG(app->config->data_dir), name), text;
    err e = file_read(path, 4096, &a, &text);
    bool empty = !e.code && !str_trim(text).len; /* as a power cut may leave it: it opens nothing */
    if (e.code == ERR_NOT_FOUND || empty) {
        uint8_t random[KEY_BYTES];
        env_random_bytes(app->env, random, sizeof random);
        text = str_fmt(&a, "weir_" STR_FMT "\n", STR_ARG(hex_text((str){ (char *)random, sizeof random }, &a)));
        e = add_key(app, name, role, text);
        if (e.code == ERR_CONFLICT) {
            e = app_input(app, "key.revoked", str_of(name), STR("weir"), STR("{}"));
            if (!e.code) e = add_key(app, name, role, text);
        }
        if (!e.code) e = file_put(path.ptr, text, 0600, empty ? FILE_PUT_REPLACE : FILE_PUT_NEW);
    } else if (!e.code) {
        e = add_key(app, name, role, text);
        if (e.code == ERR_CONFLICT) e = OK; /* it was added at an earlier start, or revoked and made anew by hand */
    }
    if (!e.code) *out = str_dup(&app->arena, str_trim(text));
    arena_done(&a);
    return err_wrap(e, "key '%s'", name);
}
