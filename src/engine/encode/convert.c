#include "engine/encode/convert.h"

#include <math.h>

#include "base/hash.h"
#include "engine/encode/trie.h"

/* Sentences in which the largest activations are looked for: a few of each kind of text that weir reads. */
static const char *const samples[] = {
    "The nightly job failed with exit code 137 after the memory limit was reached.",
    "ERROR 2024-03-01T02:14:55Z worker-3 connection reset by peer (10.2.0.14:5432)",
    "my card was charged twice, please refund me",
    "How do I reset my password? The link in the mail does not work.",
    "Restart the deployment, then check the logs of every pod in the namespace.",
    "SELECT count(*) FROM orders WHERE day = '2024-01-01' GROUP BY customer_id;",
    "We observed that aspirin reduces the risk of colorectal cancer in adults over fifty.",
    "KubePodCrashLooping: pod is restarting more than 3 times in 15 minutes",
    "yes",
    "ok",
    "!!! ??? ...",
    "12345 67 8.90 1e-7 0x7fff 100 %",
    "Le serveur ne répond plus depuis hier soir.",
    "Die Rechnung für den Monat März fehlt noch.",
    "服务器没有响应 サーバーが応答しません",
    "@support thanks so much, great flight and the crew was lovely :)",
    "This is the worst service I have ever had; nobody called me back.",
    "hr policy on parental leave, remote work and notice periods",
    "a",
    "The quick brown fox jumps over the lazy dog while the band plays on.",
    "disk /dev/sda1 is 97% full on host db-01",
    "book a table for four people at seven on friday evening",
    "null value in column \"customer_id\" violates not-null constraint",
    "mRNA expression of TP53 was significantly upregulated in treated mice (p < 0.01).",
};
enum { SAMPLES = sizeof samples / sizeof *samples };

/* The largest activation of each input, per layer and product. */
struct ranges {
    float most[LAYERS][PRODUCTS][INNER];
};

struct writer {
    uint8_t *bytes; /* NULL: only the size is counted */
    uint64_t at;
};

static uint64_t reserve(struct writer *w, uint64_t bytes)
{
    uint64_t at = w->at;
    w->at += (bytes + FORMAT_ALIGN - 1) / FORMAT_ALIGN * FORMAT_ALIGN;
    return at;
}

static float *floats(const struct writer *w, uint64_t at)
{
    return (float *)(void *)(w->bytes + at);
}

static uint64_t put(struct writer *w, const void *from, uint64_t bytes)
{
    uint64_t at = reserve(w, bytes);
    if (w->bytes) memcpy(w->bytes + at, from, bytes);
    return at;
}

/* ---- ranges ---- */

static void see(void *ctx, size_t layer, enum product which, const struct reference_row *x, size_t n)
{
    struct ranges *r = ctx;
    for (size_t i = 0; i < (which == PRODUCT_DOWN ? INNER : DIM); i++)
        for (size_t t = 0; t < n; t++) r->most[layer][which][i] = fmaxf(r->most[layer][which][i], fabsf(x[i].v[t]));
}

static err find_ranges(const struct weights *w, const struct encode_model *m, struct arena *a, struct ranges *out)
{
    err e = OK;
    for (size_t i = 0; !e.code && i < SAMPLES; i++) {
        uint16_t ids[ENCODE_PIECES_MAX];
        float vector[DIM];
        size_t n = encode_tokenize(m, str_of(samples[i]), ids);
        e = reference_run(w, ids, n < REFERENCE_PIECES ? n : REFERENCE_PIECES, a, see, out, vector);
    }
    return e;
}

/* ---- products ---- */

/* How much an input is taken down before it is rounded: the root of its range over that of its weights, so that both
 * round about equally well; 1 in the geometric mean. */
static void find_pre(const float *most, const float *weight, size_t inputs, size_t outputs, float *down)
{
    double mean = 0;
    for (size_t i = 0; i < inputs; i++) {
        float range = 0;
        for (size_t o = 0; o < outputs; o++) range = fmaxf(range, fabsf(weight[o * inputs + i]));
        down[i] = sqrtf(fmaxf(most[i], 1e-3f) / fmaxf(range, 1e-5f));
        mean += log((double)down[i]) / (double)inputs;
    }
    for (size_t i = 0; i < inputs; i++) down[i] /= (float)exp(mean);
}

struct target {
    int8_t *weights;
    float *weight_scale, *column;
};

static void put_output(const struct target *t, const float *weight, const float *down, size_t inputs, size_t o)
{
    float most = 0;
    int32_t sum = 0;
    for (size_t i = 0; i < inputs; i++) most = fmaxf(most, fabsf(weight[i] * down[i]));
    float scale = most > 0 ? most / 127 : 1;
    for (size_t i = 0; i < inputs; i++) {
        int32_t q = (int32_t)lrintf(weight[i] * down[i] / scale);
        t->weights[(o / PANEL * (inputs / 4) + i / 4) * PANEL * 4 + o % PANEL * 4 + i % 4] = (int8_t)q;
        sum += q;
    }
    t->weight_scale[o] = scale;
    t->column[o] = scale * (float)sum;
}

static void put_product(struct writer *w, struct format_product *p, const float *weight, const float *bias,
                        const float *most, size_t outputs, size_t inputs)
{
    *p = (struct format_product){ .inputs = (uint32_t)inputs, .outputs = (uint32_t)outputs };
    p->weights = reserve(w, inputs * outputs);
    p->weight_scale = reserve(w, outputs * sizeof(float));
    p->column = reserve(w, outputs * sizeof(float));
    p->bias = put(w, bias, outputs * sizeof(float));
    p->pre = reserve(w, inputs * sizeof(float));
    if (!w->bytes) return;
    struct target t = { (int8_t *)w->bytes + p->weights, floats(w, p->weight_scale), floats(w, p->column) };
    float *down = floats(w, p->pre);
    find_pre(most, weight, inputs, outputs, down);
    for (size_t o = 0; o < outputs; o++) put_output(&t, weight + o * inputs, down, inputs, o);
    for (size_t i = 0; i < inputs; i++) down[i] = 1 / down[i];
}

/* Query, key and value as one product; 1 / sqrt(HEAD_DIM) of the attention is taken into the query. */
static void join_qkv(const struct weights_layer *l, float *weight, float *bias)
{
    const struct weights_linear *parts[] = { &l->query, &l->key, &l->value };
    for (size_t k = 0; k < 3; k++) {
        float by = k ? 1 : 1 / sqrtf(HEAD_DIM);
        for (size_t i = 0; i < DIM * DIM; i++) weight[k * DIM * DIM + i] = parts[k]->weight[i] * by;
        for (size_t i = 0; i < DIM; i++) bias[k * DIM + i] = parts[k]->bias[i] * by;
    }
}

static void put_norm(struct writer *w, struct format_norm *to, const struct weights_norm *n)
{
    to->gain = put(w, n->gain, DIM * sizeof(float));
    to->shift = put(w, n->shift, DIM * sizeof(float));
}

static void put_layer(struct writer *w, struct format_layer *to, const struct weights_layer *l,
                      float (*most)[INNER], float *joined)
{
    float *bias = joined + (size_t)3 * DIM * DIM;
    if (w->bytes) join_qkv(l, joined, bias);
    put_product(w, &to->products[PRODUCT_QKV], joined, bias, most[PRODUCT_QKV], (size_t)3 * DIM, DIM);
    put_product(w, &to->products[PRODUCT_ATTENTION], l->attention.weight, l->attention.bias, most[PRODUCT_ATTENTION],
                DIM, DIM);
    put_product(w, &to->products[PRODUCT_UP], l->up.weight, l->up.bias, most[PRODUCT_UP], INNER, DIM);
    put_product(w, &to->products[PRODUCT_DOWN], l->down.weight, l->down.bias, most[PRODUCT_DOWN], DIM, INNER);
    for (size_t k = 0; k < 2; k++) put_norm(w, &to->norms[k], &l->norms[k]);
}

/* ---- tables ---- */

static void put_words(struct writer *w, struct encode_header *h, const struct weights *from)
{
    h->words = reserve(w, (uint64_t)from->vocab * DIM);
    h->word_scale = reserve(w, from->vocab * sizeof(float));
    for (size_t v = 0; w->bytes && v < from->vocab; v++) {
        const float *row = from->words + v * DIM;
        int8_t *to = (int8_t *)w->bytes + h->words + v * DIM;
        float most = 0;
        for (size_t i = 0; i < DIM; i++) most = fmaxf(most, fabsf(row[i]));
        float scale = floats(w, h->word_scale)[v] = most > 0 ? most / 127 : 1;
        for (size_t i = 0; i < DIM; i++) to[i] = (int8_t)lrintf(row[i] / scale);
    }
}

static void put_positions(struct writer *w, struct encode_header *h, const struct weights *from)
{
    h->positions = reserve(w, (uint64_t)ENCODE_PIECES_MAX * DIM * sizeof(float));
    for (size_t i = 0; w->bytes && i < (size_t)ENCODE_PIECES_MAX * DIM; i++)
        floats(w, h->positions)[i] = from->positions[i] + from->types[i % DIM];
}

static void put_trie(struct writer *w, struct encode_header *h, const struct trie *t)
{
    h->states = put(w, t->states, t->count * sizeof *t->states);
    h->state_ids = put(w, t->ids, t->count * sizeof *t->ids);
    h->state_count = t->count;
}

static void put_all(struct writer *w, struct encode_header *h, const struct weights *from, const struct trie *t,
                    struct ranges *r, float *joined)
{
    w->at = sizeof *h;
    w->at = (w->at + FORMAT_ALIGN - 1) / FORMAT_ALIGN * FORMAT_ALIGN;
    put_words(w, h, from);
    put_positions(w, h, from);
    put_trie(w, h, t);
    put_norm(w, &h->norm, &from->norm);
    for (size_t i = 0; i < LAYERS; i++) put_layer(w, &h->layers[i], &from->layers[i], r->most[i], joined);
    h->size = w->at;
}

static err read_vocab(str text, uint32_t expected, struct arena *a, struct trie *out)
{
    str *words = arena_try(a, expected * sizeof *words), line;
    size_t n = 0;
    if (!words) return err_make(ERR_LIMIT, "no room for the vocabulary");
    while (text.len && str_next(&text, '\n', &line)) {
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        if (n < expected) words[n] = line;
        n++;
    }
    if (n != expected) return err_make(ERR_INPUT, "the vocabulary has %zu lines, the weights have %u", n, expected);
    return trie_build(words, n, a, out);
}

/* The tokenizer of a model that is not there yet: the trie alone. */
static struct encode_model tokenizer(const struct trie *t, struct arena *a)
{
    struct encode_header h = { .state_count = t->count };
    size_t states = t->count * sizeof *t->states, ids = t->count * sizeof *t->ids;
    uint8_t *bytes = arena_try(a, sizeof h + states + ids);
    if (!bytes) return (struct encode_model){ 0 };
    h.states = sizeof h;
    h.state_ids = h.states + states;
    memcpy(bytes, &h, sizeof h);
    memcpy(bytes + h.states, t->states, states);
    memcpy(bytes + h.state_ids, t->ids, ids);
    return (struct encode_model){ .bytes = bytes, .header = (const struct encode_header *)(const void *)bytes };
}

/* Of everything but the digest itself. */
static struct sha256 digest_of(const struct encode_header *h, const uint8_t *bytes)
{
    struct encode_header without = *h;
    memset(without.digest, 0, sizeof without.digest);
    str parts[] = { { (const char *)&without, sizeof without },
                    { (const char *)bytes + sizeof without, (size_t)h->size - sizeof without } };
    return sha256_parts(parts, 2);
}

static void put_name(char *to, size_t room, str name)
{
    if (name.len) memcpy(to, name.ptr, name.len < room ? name.len : room - 1);
}

static err write_file(const struct weights *from, const struct trie *t, struct ranges *r, struct encode_header *h,
                      struct arena *a, str *out)
{
    float *joined = arena_try(a, ((size_t)3 * DIM * DIM + (size_t)3 * DIM) * sizeof *joined);
    struct writer w = { 0 };
    if (!joined) return err_make(ERR_LIMIT, "no room to convert in");
    put_all(&w, h, from, t, r, joined);
    uint8_t *room = arena_try(a, h->size + FORMAT_ALIGN);
    if (!room) return err_make(ERR_LIMIT, "no room for the model");
    w.bytes = room + (FORMAT_ALIGN - (uintptr_t)room % FORMAT_ALIGN) % FORMAT_ALIGN;
    put_all(&w, h, from, t, r, joined);
    struct sha256 digest = digest_of(h, w.bytes);
    memcpy(h->digest, digest.b, sizeof h->digest);
    memcpy(w.bytes, h, sizeof *h);
    *out = (str){ (const char *)w.bytes, h->size };
    return OK;
}

err encode_convert(str safetensors, str vocab, str name, str licence, struct arena *a, str *out)
{
    struct encode_header h = { .magic = FORMAT_MAGIC, .version = FORMAT_VERSION };
    struct weights w = { 0 };
    struct trie t = { 0 };
    struct ranges *r = arena_try(a, sizeof *r);
    err e = r ? weights_open(safetensors, a, &w) : err_make(ERR_LIMIT, "no room to convert in");
    if (!e.code) e = read_vocab(vocab, w.vocab, a, &t);
    if (e.code) return e;
    struct encode_model m = tokenizer(&t, a);
    e = m.bytes ? find_ranges(&w, &m, a, r) : err_make(ERR_LIMIT, "no room to convert in");
    if (e.code) return e;
    struct sha256 source = sha256_of(safetensors);
    memcpy(h.source, source.b, sizeof h.source);
    h.vocab = w.vocab;
    put_name(h.name, sizeof h.name, name);
    put_name(h.licence, sizeof h.licence, licence);
    return write_file(&w, &t, r, &h, a, out);
}

err encode_verify(const struct encode_model *m)
{
    struct sha256 digest = digest_of(m->header, m->bytes);
    if (memcmp(digest.b, m->header->digest, sizeof digest.b) != 0)
        return err_make(ERR_CORRUPT, "the model's bytes are not those of its digest");
    return OK;
}
