#include "engine/encode/encode_kit.h"

#include "engine/encode/kernel.h"
#include "test.h"

extern const struct encode_kernel encode_kernel_amx_model; /* the AMX kernel on a model of its unit */

static struct arena memory; /* one model for all tests */
static str file;
static struct weights weights;

static struct encode_model model(void)
{
    struct encode_model m;
    if (!file.ptr) {
        memory = arena_init((size_t)CONVERT_MEMORY + KIT_FILE_MAX + (32 << 20));
        str bytes = kit_weights(&memory);
        CHECK_OK(weights_open(bytes, &memory, &weights));
        CHECK_OK(encode_convert(bytes, kit_vocab(&memory), STR("kit"), STR("none"), &memory, &file));
    }
    CHECK_OK(encode_open(file, &m));
    return m;
}

static const str texts[] = {
    STR_INIT("disk full"), STR_INIT(""), STR_INIT("restarting the job failed!"), STR_INIT("a"),
    STR_INIT("the pod is restarts, error? the disk is full. re start the the the job fails"),
    STR_INIT("zzz zqz xkcd is the error the error the error the error the error the error the error"),
};
enum { TEXTS = sizeof texts / sizeof *texts };

static void *scratch(void)
{
    static char *room;
    if (!room) room = mem_new(encode_scratch_size() + 8);
    return room + 3; /* any alignment */
}

/* ---- kernels ---- */

static const struct encode_kernel *kernels[8];

static size_t usable_kernels(void)
{
    size_t n = 0;
    for (size_t i = 0; encode_kernels[i]; i++) {
        if (encode_kernels[i]->usable()) kernels[n++] = encode_kernels[i];
        else (void)printf("# not on this processor: %s\n", encode_kernels[i]->name);
    }
#if defined(__x86_64__)
    if (encode_kernel_amx_model.usable()) kernels[n++] = &encode_kernel_amx_model;
#endif
    return n;
}

static uint32_t chance = 1;

static uint8_t draw_byte(void)
{
    chance = chance * 1664525 + 1013904223;
    uint8_t b = (uint8_t)(chance >> 24);
    return chance & 0x10000 ? b : b < 128 ? 0 : 255; /* the ends often: they overflow what can */
}

/* What the kernels are for, without any of their cleverness. */
static int32_t plain_product(const uint8_t *q, const int8_t *w, size_t inputs, size_t row, size_t output)
{
    int64_t sum = 0;
    for (size_t k = 0; k < inputs; k++)
        sum += q[row * inputs + k] *
               (int64_t)w[(output / PANEL * (inputs / 4) + k / 4) * PANEL * 4 + output % PANEL * 4 + k % 4];
    return (int32_t)sum;
}

TEST(products_are_the_same_integers_on_every_kernel)
{
    enum { ROWS = 23, OUTPUTS = 128, INPUTS_MAX = INNER };
    static uint8_t q[ROWS * INPUTS_MAX];
    static int8_t w[OUTPUTS * INPUTS_MAX];
    static int32_t out[ROWS * OUTPUTS];
    size_t n = usable_kernels();
    for (size_t inputs = DIM; inputs <= INPUTS_MAX; inputs += INPUTS_MAX - DIM)
        for (size_t rows = 1; rows <= ROWS; rows += 11) {
            for (size_t i = 0; i < sizeof q; i++) q[i] = draw_byte();
            for (size_t i = 0; i < sizeof w; i++) w[i] = (int8_t)(draw_byte() - 128);
            for (size_t k = 0; k < n; k++) {
                memset(out, 0x55, sizeof out);
                kernels[k]->product(q, rows, w, inputs, OUTPUTS, out);
                for (size_t r = 0; r < rows; r++)
                    for (size_t o = 0; o < OUTPUTS; o++)
                        if (out[r * OUTPUTS + o] != plain_product(q, w, inputs, r, o))
                            test_failed(__FILE__, __LINE__, "%s: %zu inputs, row %zu, output %zu", kernels[k]->name,
                                        inputs, r, o);
            }
        }
}

TEST(every_kernel_gives_the_same_vectors_bit_for_bit)
{
    static float first[TEXTS][DIM], other[TEXTS][DIM];
    struct encode_model m = model();
    size_t n = usable_kernels();
    m.kernel = &encode_kernel_scalar;
    encode_texts(&m, scratch(), texts, TEXTS, first[0]);
    for (size_t k = 0; k < n; k++) {
        m.kernel = kernels[k];
        encode_texts(&m, scratch(), texts, TEXTS, other[0]);
        if (memcmp(first, other, sizeof first) != 0) test_failed(__FILE__, __LINE__, "%s differs", kernels[k]->name);
    }
}

TEST(eight_bits_are_near_to_what_32_say)
{
    struct encode_model m = model();
    float plain[DIM], v[DIM], dot = 0;
    uint16_t ids[ENCODE_PIECES_MAX];
    for (size_t t = 0; t < TEXTS; t++, dot = 0) {
        size_t n = encode_tokenize(&m, texts[t], ids);
        CHECK(n <= REFERENCE_PIECES);
        CHECK_OK(reference_run(&weights, ids, n, &memory, NULL, NULL, plain));
        encode_texts(&m, scratch(), &texts[t], 1, v);
        for (size_t i = 0; i < DIM; i++) dot += plain[i] * v[i];
        CHECK(dot > 0.995f);
    }
}

/* ---- texts ---- */

TEST(a_vector_does_not_hang_on_its_neighbours)
{
    enum { MANY = 300 };
    static float all[MANY][DIM], one[DIM];
    static str many[MANY];
    struct encode_model m = model();
    for (size_t i = 0; i < MANY; i++) many[i] = texts[i * 7 % TEXTS];
    encode_texts(&m, scratch(), many, MANY, all[0]);
    for (size_t i = 0; i < MANY; i += 29) {
        double square = 0;
        encode_texts(&m, scratch(), &many[i], 1, one);
        CHECK(memcmp(one, all[i], sizeof one) == 0);
        for (size_t d = 0; d < DIM; d++) square += (double)one[d] * (double)one[d];
        CHECK(fabs(square - 1) < 1e-5);
    }
    encode_texts(&m, scratch(), many, 0, all[0]);
}

TEST(layers_stand_beside_each_other)
{
    enum { MIDDLE = 1U << 3, LAST = 1U << 6 };
    static float both[TEXTS][2 * DIM], middle[TEXTS][DIM], last[TEXTS][DIM], other[TEXTS][2 * DIM];
    struct encode_model m = model();
    CHECK(encode_layers_dim(MIDDLE | LAST) == (size_t)2 * DIM);
    encode_layers(&m, scratch(), texts, TEXTS, MIDDLE, middle[0]);
    encode_texts(&m, scratch(), texts, TEXTS, last[0]);
    for (size_t k = 0; k < usable_kernels(); k++) {
        m.kernel = kernels[k];
        encode_layers(&m, scratch(), texts, TEXTS, MIDDLE | LAST, k ? other[0] : both[0]);
        CHECK(k == 0 || memcmp(both, other, sizeof both) == 0);
    }
    for (size_t t = 0; t < TEXTS; t++)
        for (size_t i = 0; i < DIM; i++) {
            CHECK(fabsf(both[t][i] * sqrtf(2) - middle[t][i]) < 1e-6F);
            CHECK(fabsf(both[t][DIM + i] * sqrtf(2) - last[t][i]) < 1e-6F);
        }
}

/* In two goes the bits are the same, wherever the first one ends: below, at or above what is kept. */
TEST(layers_may_come_in_two_goes)
{
    enum { KEPT = 1U << 0 | 1U << 3 | 1U << 5, PARTS = 3 };
    static float whole[TEXTS][PARTS * DIM], goes[PARTS * DIM];
    struct encode_model m = model();
    for (size_t k = 0; k < usable_kernels(); k++) {
        m.kernel = kernels[k];
        encode_layers(&m, scratch(), texts, TEXTS, KEPT, whole[0]);
        for (size_t t = 0; t < TEXTS; t++)
            for (size_t until = 1; until <= LAYERS; until++) {
                size_t early = (size_t)(until < 3 ? 1 : until < 5 ? 2 : 3) * DIM;
                memset(goes, 0, sizeof goes);
                encode_begin(&m, scratch(), texts[t], KEPT, until, goes);
                CHECK(memcmp(goes, whole[t], early * sizeof *goes) == 0);
                for (size_t i = early; i < (size_t)PARTS * DIM; i++) CHECK(fabsf(goes[i]) <= 0);
                encode_finish(&m, scratch(), goes);
                CHECK(memcmp(goes, whole[t], sizeof goes) == 0);
            }
    }
}

TEST(a_long_text_is_cut_and_pieces_have_vectors_of_their_own)
{
    static char text[4000];
    static float rows[ENCODE_PIECES_MAX][DIM], whole[DIM];
    uint16_t ids[ENCODE_PIECES_MAX];
    struct encode_model m = model();
    for (size_t i = 0; i + 2 <= sizeof text; i += 2) memcpy(text + i, "a ", 2);
    str s = { text, sizeof text };
    size_t n = encode_pieces(&m, scratch(), s, ids, rows[0]);
    CHECK_I64((int64_t)n, ENCODE_PIECES_MAX);
    CHECK(ids[0] == ID_CLS && ids[n - 1] == ID_SEP && ids[1] == ids[n - 2]);
    encode_texts(&m, scratch(), &s, 1, whole);
    float dot = 0, square = 0;
    for (size_t d = 0; d < DIM; d++) {
        float mean = 0;
        for (size_t i = 0; i < n; i++) mean += rows[i][d] / (float)n;
        dot += mean * whole[d];
        square += mean * mean;
    }
    CHECK(dot / sqrtf(square) > 0.99999f);
}

static void check_ids(const struct encode_model *m, str text, const uint16_t *want, size_t n)
{
    uint16_t ids[ENCODE_PIECES_MAX];
    size_t count = encode_tokenize(m, text, ids);
    bool same =
        count == n + 2 && ids[0] == ID_CLS && ids[n + 1] == ID_SEP && memcmp(ids + 1, want, n * sizeof *want) == 0;
    if (!same) test_failed(__FILE__, __LINE__, "pieces of '" STR_FMT "'", STR_ARG(text));
}

TEST(words_are_cut_into_the_longest_pieces_first)
{
    struct encode_model m = model();
    enum {
        A = 103,
        REST_A = 129,
        DISK = 155,
        FULL,
        ING,
        S,
        RE,
        START,
        RESTART,
        JOB,
        FAIL,
        ED,
        THE,
        IS,
        ERROR,
        POD,
        BANG,
        DOT
    };
    check_ids(&m, STR("restarting"), (const uint16_t[]){ RESTART, ING }, 2);
    check_ids(&m, STR("  Rest\tDISK\xc3\xa9 "), (const uint16_t[]){ RE, S, REST_A + 19, DISK, REST_A + 4 }, 5);
    check_ids(&m, STR("disk9 full"), (const uint16_t[]){ ID_UNKNOWN, FULL }, 2);
    check_ids(&m, STR("job.job"), (const uint16_t[]){ JOB, DOT, JOB }, 3);
    check_ids(&m, STR("jo\xff\x01" "b\xed\xa0\x80s"), (const uint16_t[]){ JOB, S }, 2);
    check_ids(&m, STR("[SEP]"), (const uint16_t[]){ ID_UNKNOWN, A + 18, REST_A + 4, REST_A + 15, ID_UNKNOWN }, 5);
}

TEST(tokenizing_many_stops_where_the_next_might_not_fit)
{
    struct encode_model m = model();
    uint16_t ids[ENCODE_PIECES_MAX + 10];
    size_t starts[TEXTS + 1];
    size_t n = encode_tokenize_all(&m, texts, TEXTS, ids, sizeof ids / sizeof *ids, starts);
    CHECK(n >= 1 && n < TEXTS && starts[0] == 0 && starts[1] == 4);
}

/* ---- files ---- */

TEST(what_is_no_model_is_refused)
{
    struct encode_model m = model();
    char *copy = arena_new(&memory, file.len + FORMAT_ALIGN);
    copy += FORMAT_ALIGN - (uintptr_t)copy % FORMAT_ALIGN;
    str whole = { copy, file.len };
    struct encode_header *h = (struct encode_header *)(void *)copy;
#define DAMAGED(change, code)                                                                                          \
    do {                                                                                                               \
        memcpy(copy, file.ptr, file.len);                                                                              \
        change;                                                                                                        \
        CHECK_ERR(encode_open(whole, &m), code);                                                                       \
    } while (0)
    DAMAGED(h->magic[0] = 'x', ERR_CORRUPT);
    DAMAGED(h->version = FORMAT_VERSION + 1, ERR_TOO_NEW);
    DAMAGED(h->size++, ERR_CORRUPT);
    DAMAGED(h->words = whole.len, ERR_CORRUPT);
    DAMAGED(h->positions += 1, ERR_CORRUPT);
    DAMAGED(h->vocab = 70000, ERR_CORRUPT);
    DAMAGED(h->vocab = 103, ERR_CORRUPT); /* pieces beyond it */
    DAMAGED(h->state_count = 0x7fffffff, ERR_CORRUPT);
    DAMAGED(h->layers[5].products[PRODUCT_DOWN].weights = UINT64_MAX - 63, ERR_CORRUPT);
    DAMAGED(h->layers[0].products[PRODUCT_UP].inputs = 0, ERR_CORRUPT);
    DAMAGED(h->layers[3].norms[1].shift = 0, ERR_CORRUPT);
    CHECK_ERR(encode_open(str_cut(whole, 0, 100), &m), ERR_CORRUPT);
    CHECK_ERR(encode_open(STR_NONE, &m), ERR_CORRUPT);
#undef DAMAGED
    memcpy(copy, file.ptr, file.len);
    CHECK_OK(encode_open(whole, &m));
    CHECK_OK(encode_verify(&m));
    copy[file.len - 1] ^= 1;
    CHECK_ERR(encode_verify(&m), ERR_CORRUPT);
    copy[file.len - 1] ^= 1;
    h->name[0] ^= 1;
    CHECK_ERR(encode_verify(&m), ERR_CORRUPT);
}

TEST(weights_of_another_shape_are_refused)
{
    struct arena a = arena_init((size_t)KIT_FILE_MAX + (16 << 20));
    struct weights w;
    str bytes = kit_weights(&a), out;
    char *text = (char *)(uintptr_t)bytes.ptr;
    CHECK_ERR(weights_open(str_cut(bytes, 0, bytes.len - 4), &a, &w), ERR_INPUT);
    CHECK_ERR(weights_open(str_cut(bytes, 0, 7), &a, &w), ERR_INPUT);
    CHECK_ERR(encode_convert(bytes, STR("a\nb\n"), STR("x"), STR("y"), &a, &out), ERR_INPUT);
    float *first = (float *)(void *)(text + bytes.len - sizeof(float)), kept = *first;
    *first = NAN;
    err e = weights_open(bytes, &a, &w);
    CHECK(e.code == ERR_INPUT && strstr(e.msg, "finite"));
    *first = kept;
    text[8] = '[';
    CHECK_ERR(weights_open(bytes, &a, &w), ERR_INPUT);
    text[7] = 1;
    CHECK_ERR(weights_open(bytes, &a, &w), ERR_INPUT);
    arena_done(&a);
}

TEST(kernels_are_chosen_by_name)
{
    struct encode_model m = model();
    CHECK_OK(encode_use_kernel(&m, STR("scalar")));
    CHECK_STR(str_of(encode_kernel_name(&m)), "scalar");
    CHECK_ERR(encode_use_kernel(&m, STR("abacus")), ERR_NOT_FOUND);
    CHECK_STR(str_of(encode_kernel_name(&m)), "scalar");
}
