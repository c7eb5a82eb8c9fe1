/* Adding many people at once: whoever finds nobody at work becomes the leader, takes all who wait, writes them in one
 * transaction and wakes them. So a burst of strangers costs a sync, not one each. */
#include "store/persons.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/sql_text.h"
#include "store/store_internal.h"

enum { SECRET_LEN = 32, ID_BYTES = 12, ADDRESS_MAX = 1000 };

enum statement { FIND, KEY, ADD, ERASE, COUNT, STATEMENTS };
static const char *const texts[STATEMENTS] = {
    [FIND] = sql_script_person_of,     [KEY] = sql_script_person_key,     [ADD] = sql_script_person_add,
    [ERASE] = sql_script_person_erase, [COUNT] = sql_script_person_count,
};

/* Somebody who waits for a person to be made. */
struct wanted {
    struct sha256 lookup;
    struct person *out;
    err result;
    bool done;
    struct wanted *next;
};

struct persons {
    struct env *env;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    uint8_t secret[SECRET_LEN];
    pthread_mutex_t db_lock; /* of the connection */
    pthread_mutex_t lock;    /* of what follows */
    pthread_cond_t changed;
    struct wanted *waiting;
    bool led;
};

static err said(struct persons *p, int rc, const char *what)
{
    return conn_err(p->db, rc, what);
}

static err prepare_all(struct persons *p)
{
    err e = OK;
    for (int i = 0; i < STATEMENTS && !e.code; i++)
        e = said(p, sqlite3_prepare_v3(p->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &p->statements[i], NULL),
                 "prepare");
    return e;
}

/* The secret is made once; who comes second gets the first one's. */
static err read_secret(struct persons *p)
{
    uint8_t fresh[SECRET_LEN];
    sqlite3_stmt *s = NULL;
    env_random_bytes(p->env, fresh, sizeof fresh);
    err e = said(p, sqlite3_prepare_v2(p->db, sql_script_person_secret, -1, &s, NULL), "prepare");
    if (e.code) return e;
    (void)sqlite3_bind_blob(s, 1, fresh, SECRET_LEN, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == SECRET_LEN)
        memcpy(p->secret, sqlite3_column_blob(s, 0), SECRET_LEN);
    else e = rc == SQLITE_ROW ? err_make(ERR_CORRUPT, "its secret has a wrong length") : said(p, rc, "make a secret");
    rc = sqlite3_step(s);
    (void)sqlite3_finalize(s);
    return e.code ? e : said(p, rc, "make a secret");
}

/* The file is made before SQLite does, so that nobody else can read it for a moment. */
static err private_file(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return err_errno("%s", path);
    err e = fstat(fd, &st) ? err_errno("%s", path) : OK;
    if (!e.code && (st.st_mode & 077)) e = err_make(ERR_DENIED, "%s: others can read it; expected mode 0600", path);
    (void)close(fd);
    return e;
}

static err open_db(struct persons *p, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    err e = said(p, sqlite3_open_v2(path, &p->db, flags, p->env->sqlite_vfs), "open the keys");
    if (!e.code) e = said(p, sqlite3_busy_timeout(p->db, 5000), "set a time limit");
    if (!e.code) e = said(p, sqlite3_exec(p->db, sql_script_persons, NULL, NULL, NULL), "set up the keys");
    if (!e.code) e = read_secret(p);
    return e.code ? e : prepare_all(p);
}

err persons_open(str path, struct env *env, struct persons **out)
{
    struct persons *p = mem_new(sizeof *p);
    struct arena a = arena_init(1 << 16);
    const char *file = path.len ? str_z(&a, path) : ":memory:";
    p->env = env;
    (void)pthread_mutex_init(&p->db_lock, NULL);
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->changed, NULL);
    err e = path.len ? private_file(file) : OK;
    if (!e.code) e = open_db(p, file);
    e = err_wrap(e, "%s", file);
    arena_done(&a);
    if (e.code) persons_close(p);
    else *out = p;
    return e;
}

void persons_close(struct persons *p)
{
    if (!p) return;
    for (int i = 0; i < STATEMENTS; i++) (void)sqlite3_finalize(p->statements[i]);
    (void)sqlite3_close(p->db);
    (void)pthread_cond_destroy(&p->changed);
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_mutex_destroy(&p->db_lock);
    OPENSSL_cleanse(p->secret, sizeof p->secret);
    mem_free(p);
}

void person_wipe(struct person *one)
{
    OPENSSL_cleanse(one, sizeof *one);
}

static struct sha256 lookup_of(const struct persons *p, str address)
{
    char text[ADDRESS_MAX];
    str s = str_cut(str_trim(address), 0, sizeof text);
    for (size_t i = 0; i < s.len; i++)
        text[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] - 'A' + 'a' : s.ptr[i]);
    return hmac_sha256((str){ (const char *)p->secret, SECRET_LEN }, (str){ text, s.len });
}

static bool take_row(sqlite3_stmt *s, int key_at, struct person *out)
{
    if (sqlite3_column_bytes(s, key_at) != SEAL_KEY_LEN) return false;
    memcpy(out->key, sqlite3_column_blob(s, key_at), SEAL_KEY_LEN);
    if (key_at > 0) (void)snprintf(out->id, sizeof out->id, "%s", (const char *)sqlite3_column_text(s, 0));
    return true;
}

/* db_lock is held. */
static err find(struct persons *p, const struct sha256 *lookup, struct person *out)
{
    sqlite3_stmt *s = p->statements[FIND];
    (void)sqlite3_bind_blob(s, 1, lookup->b, SHA256_LEN, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    err e = said(p, rc, "look for a person");
    if (rc == SQLITE_DONE) e = err_make(ERR_NOT_FOUND, "nobody is known by this address");
    else if (rc == SQLITE_ROW && !take_row(s, 1, out)) e = err_make(ERR_CORRUPT, "a key has a wrong length");
    (void)sqlite3_reset(s);
    return e;
}

static err add(struct persons *p, const struct sha256 *lookup, struct person *out)
{
    uint8_t id[ID_BYTES];
    sqlite3_stmt *s = p->statements[ADD];
    env_random_bytes(p->env, id, sizeof id);
    env_random_bytes(p->env, out->key, SEAL_KEY_LEN);
    size_t n = (size_t)snprintf(out->id, sizeof out->id, "per-");
    for (size_t i = 0; i < ID_BYTES; i++, n += 2) (void)snprintf(out->id + n, sizeof out->id - n, "%02x", id[i]);
    (void)sqlite3_bind_blob(s, 1, lookup->b, SHA256_LEN, SQLITE_STATIC);
    (void)sqlite3_bind_text(s, 2, out->id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_blob(s, 3, out->key, SEAL_KEY_LEN, SQLITE_STATIC);
    err e = said(p, sqlite3_step(s), "add a person");
    (void)sqlite3_reset(s);
    return e;
}

/* One transaction for all; whoever asked for the same person twice gets the same one. */
static void add_all(struct persons *p, struct wanted *list)
{
    (void)pthread_mutex_lock(&p->db_lock);
    err e = said(p, sqlite3_exec(p->db, sql_texts[SQL_TX_BEGIN].text, NULL, NULL, NULL), "add people");
    for (struct wanted *w = list; w && !e.code; w = w->next) {
        e = find(p, &w->lookup, w->out);
        if (e.code == ERR_NOT_FOUND) e = add(p, &w->lookup, w->out);
    }
    if (!e.code) e = said(p, sqlite3_exec(p->db, sql_texts[SQL_TX_COMMIT].text, NULL, NULL, NULL), "add people");
    if (e.code) (void)sqlite3_exec(p->db, sql_texts[SQL_TX_ROLLBACK].text, NULL, NULL, NULL);
    (void)pthread_mutex_unlock(&p->db_lock);
    for (struct wanted *w = list; w; w = w->next) w->result = e;
}

static err add_with_others(struct persons *p, const struct sha256 *lookup, struct person *out)
{
    struct wanted mine = { .lookup = *lookup, .out = out };
    (void)pthread_mutex_lock(&p->lock);
    mine.next = p->waiting;
    p->waiting = &mine; /* cppcheck-suppress autoVariables ; it waits below until it is done */
    while (!mine.done && p->led) (void)pthread_cond_wait(&p->changed, &p->lock);
    if (!mine.done) {
        struct wanted *list = p->waiting;
        p->waiting = NULL;
        p->led = true;
        (void)pthread_mutex_unlock(&p->lock);
        add_all(p, list);
        (void)pthread_mutex_lock(&p->lock);
        for (struct wanted *w = list, *next; w; w = next) {
            next = w->next;
            w->done = true;
        }
        p->led = false;
        (void)pthread_cond_broadcast(&p->changed);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return mine.result;
}

err persons_of(struct persons *p, str address, bool add_unknown, struct person *out)
{
    struct sha256 lookup = lookup_of(p, address);
    *out = (struct person){ .id = "" };
    (void)pthread_mutex_lock(&p->db_lock);
    err e = find(p, &lookup, out);
    (void)pthread_mutex_unlock(&p->db_lock);
    return e.code == ERR_NOT_FOUND && add_unknown ? add_with_others(p, &lookup, out) : e;
}

err persons_key(struct persons *p, str id, struct person *out)
{
    if (id.len >= PERSON_ID_MAX || !id.len) return err_make(ERR_NOT_FOUND, "no person has this id");
    *out = (struct person){ .id = "" };
    memcpy(out->id, id.ptr, id.len);
    (void)pthread_mutex_lock(&p->db_lock);
    sqlite3_stmt *s = p->statements[KEY];
    (void)sqlite3_bind_text(s, 1, id.ptr, (int)id.len, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    err e = said(p, rc, "look for a key");
    if (rc == SQLITE_DONE) e = err_make(ERR_NOT_FOUND, "this person was erased");
    else if (rc == SQLITE_ROW && !take_row(s, 0, out)) e = err_make(ERR_CORRUPT, "a key has a wrong length");
    (void)sqlite3_reset(s);
    (void)pthread_mutex_unlock(&p->db_lock);
    return e;
}

err persons_erase(struct persons *p, str id)
{
    (void)pthread_mutex_lock(&p->db_lock);
    sqlite3_stmt *s = p->statements[ERASE];
    (void)sqlite3_bind_text(s, 1, id.ptr, (int)id.len, SQLITE_STATIC);
    err e = said(p, sqlite3_step(s), "erase a person");
    (void)sqlite3_reset(s);
    if (!e.code) e = said(p, sqlite3_exec(p->db, sql_script_person_forget, NULL, NULL, NULL), "erase a person");
    (void)pthread_mutex_unlock(&p->db_lock);
    return e;
}

int64_t persons_count(struct persons *p)
{
    (void)pthread_mutex_lock(&p->db_lock);
    sqlite3_stmt *s = p->statements[COUNT];
    int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    (void)sqlite3_reset(s);
    (void)pthread_mutex_unlock(&p->db_lock);
    return n;
}

str persons_digest(struct persons *p, str text, struct arena *a)
{
    struct sha256 d = hmac_sha256((str){ (const char *)p->secret, SECRET_LEN }, text);
    return hex_text((str){ (const char *)d.b, SHA256_LEN / 2 }, a);
}

err person_seal(struct persons *p, const struct person *one, str about, str text, struct arena *a, str *out)
{
    uint8_t nonce[SEAL_NONCE_LEN];
    str sealed;
    env_random_bytes(p->env, nonce, sizeof nonce);
    err e = seal_text(one->key, nonce, about, text, a, &sealed);
    if (!e.code) *out = base64_text(sealed, a);
    return e;
}

err person_open(const struct person *one, str about, str sealed, struct arena *a, str *out)
{
    str bytes;
    err e = base64_bytes(sealed, a, &bytes);
    return e.code ? e : seal_open(one->key, about, bytes, a, out);
}
