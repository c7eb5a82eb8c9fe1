/* Any bytes are a state that is taken in, or refused; what was taken in is written again, and read back it is the same
 * state. */
#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "store/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Blocks of uneven sizes: what is read may begin anywhere in one. */
struct blocks {
    str rest;
    size_t size;
};

static err give(void *ctx, str *bytes)
{
    struct blocks *b = ctx;
    *bytes = str_cut(b->rest, 0, b->size);
    b->rest = str_cut(b->rest, bytes->len, b->rest.len);
    return OK;
}

static err read_work(struct tx *tx, void *ctx)
{
    return state_read(tx, &(struct state_place){ .seq = 1, .time = 1 }, give, ctx);
}

struct copy {
    struct buf text;
};

static err take(void *ctx, str bytes)
{
    struct copy *c = ctx;
    buf_add(&c->text, bytes);
    return OK;
}

static struct state_facts write_state(struct store *s, struct copy *c)
{
    struct state_facts facts = { 0 };
    struct tx *tx = NULL;
    buf_clear(&c->text);
    if (store_read(s, &tx).code) abort();
    if (state_write(tx, take, c, &facts).code) abort();
    store_read_end(tx);
    return facts;
}

static err fill(struct tx *tx, void *ctx)
{
    (void)ctx;
    tx_exec(tx, SQL_META_SET, V("key"), V("value"));
    tx_exec(tx, SQL_REMEDY_RECORD_ADD, V("cause"), V("remedy"), V("pipeline"), V(1), V(2));
    tx_exec(tx, SQL_RUNBOOK_ADD, V("id"), V("title"), V("body"), V(""), V(1));
    return OK;
}

static struct store *world(struct copy *valid)
{
    static struct env env;
    struct store *s = NULL;
    env = env_os();
    if (store_open(&(struct store_opts){ .dir = STR("") }, &env, &s).code || store_run(s, fill, NULL).code) abort();
    valid->text = buf_init(1 << 20);
    (void)write_state(s, valid);
    return s;
}

/* The input itself, or (an odd first byte) a valid state with the bytes changed that it names: where as two bytes, how
 * as one. */
static str state_of(const struct copy *valid, const uint8_t *data, size_t size)
{
    static char changed[1 << 20];
    if (!size || !(data[0] & 1)) return (str){ (const char *)data, size };
    memcpy(changed, valid->text.ptr, valid->text.len);
    for (size_t i = 1; i + 2 < size; i += 3)
        changed[(data[i] | (size_t)data[i + 1] << 8) % valid->text.len] ^= (char)data[i + 2];
    return (str){ changed, valid->text.len };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct copy valid;
    static struct store *s;
    if (!s) s = world(&valid);
    struct blocks b = { .rest = state_of(&valid, data, size), .size = 1 + size % 61 };
    if (store_run(s, read_work, &b).code) return 0;
    struct copy c = { .text = buf_init(64 << 20) };
    struct state_facts one = write_state(s, &c);
    b = (struct blocks){ .rest = buf_view(&c.text), .size = 4096 };
    if (store_run(s, read_work, &b).code) abort();
    struct copy again = { .text = buf_init(64 << 20) };
    struct state_facts two = write_state(s, &again);
    assert(memcmp(&one, &two, sizeof one) == 0);
    buf_done(&c.text);
    buf_done(&again.text);
    return 0;
}
