#include "engine/chunk/chunk.h"

#include <assert.h>

/* How far a step may differ from the last for each code; the payload is the change plus `bias`, so it is never
 * negative. */
static const struct step_code {
    uint8_t prefix, prefix_bits, bits;
    uint64_t bias;
} step_codes[] = {
    { 0x2, 2, 14, UINT64_C(1) << 13 },
    { 0x6, 3, 20, UINT64_C(1) << 19 },
    { 0xe, 4, 32, UINT64_C(1) << 31 },
    { 0xf, 4, 64, 0 },
};

enum { LEAD_MAX = 31 };

/* A code and its payload, not written yet: a sample is measured first, so that it is written whole or not at all. */
struct piece {
    uint64_t code, payload;
    unsigned code_bits, payload_bits;
};

static uint64_t bits_of(double v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

static void put(struct chunk_writer *w, uint64_t value, unsigned bits)
{
    while (bits > 0) {
        unsigned free_bits = 8 - (unsigned)(w->bits % 8);
        unsigned take = bits < free_bits ? bits : free_bits;
        uint8_t part = (uint8_t)((value >> (bits - take)) & ((1u << take) - 1));
        if (free_bits == 8) w->bytes[w->bits / 8] = 0;
        w->bytes[w->bits / 8] |= (uint8_t)(part << (free_bits - take));
        w->bits += take;
        bits -= take;
    }
}

static void put_piece(struct chunk_writer *w, struct piece p)
{
    put(w, p.code, p.code_bits);
    put(w, p.payload, p.payload_bits);
}

static void put_count(struct chunk_writer *w)
{
    w->bytes[1] = (uint8_t)(w->count & 0xff);
    w->bytes[2] = (uint8_t)(w->count >> 8);
}

void chunk_writer_init(struct chunk_writer *w, uint8_t *bytes, size_t cap)
{
    assert(cap >= CHUNK_MIN_CAP);
    *w = (struct chunk_writer){ .bytes = bytes, .cap = cap, .bits = CHUNK_HEADER_LEN * 8 };
    bytes[0] = CHUNK_VERSION;
    put_count(w);
}

static struct piece time_piece(uint64_t change)
{
    if (change == 0) return (struct piece){ .code_bits = 1 };
    const struct step_code *c = step_codes;
    /* Unsigned arithmetic wraps, so one comparison checks both ends of the range. */
    while (c->bits < 64 && change + c->bias >= c->bias * 2) c++;
    return (struct piece){ c->prefix, change + c->bias, c->prefix_bits, c->bits };
}

/* `lead` and `length` become the window that the reader will remember. */
static struct piece value_piece(uint64_t differs, uint8_t *lead, uint8_t *length)
{
    if (differs == 0) return (struct piece){ .code_bits = 1 };
    unsigned l = (unsigned)__builtin_clzll(differs), t = (unsigned)__builtin_ctzll(differs);
    if (l > LEAD_MAX) l = LEAD_MAX;
    unsigned n = 64 - l - t;
    unsigned old_tail = 64u - *lead - *length;
    /* The old window is kept while a new one would not pay for the 11 bits that describe it. */
    if (*length > 0 && l >= *lead && t >= old_tail && *length <= n + 11)
        return (struct piece){ 0x2, differs >> old_tail, 2, *length };
    *lead = (uint8_t)l;
    *length = (uint8_t)n;
    return (struct piece){ UINT64_C(3) << 11 | (uint64_t)l << 6 | (n - 1), differs >> t, 13, n };
}

bool chunk_append(struct chunk_writer *w, usec t, double v)
{
    uint64_t time = (uint64_t)t, value = bits_of(v);
    uint64_t step = w->count ? time - w->time : 0;
    uint8_t lead = w->lead, length = w->length;
    struct piece tp = { .payload = time, .payload_bits = 64 }, vp = { .payload = value, .payload_bits = 64 };
    if (w->count) {
        tp = time_piece(step - w->step);
        vp = value_piece(value ^ w->value, &lead, &length);
    }
    size_t need = tp.code_bits + tp.payload_bits + vp.code_bits + vp.payload_bits;
    if (w->count == CHUNK_COUNT_MAX || w->cap * 8 - w->bits < need) return false;
    put_piece(w, tp);
    put_piece(w, vp);
    w->time = time;
    w->step = step;
    w->value = value;
    w->lead = lead;
    w->length = length;
    w->count++;
    put_count(w);
    return true;
}

str chunk_bytes(const struct chunk_writer *w)
{
    return (str){ (const char *)w->bytes, (w->bits + 7) / 8 };
}

err chunk_reader_init(struct chunk_reader *r, str bytes)
{
    if (bytes.len < CHUNK_HEADER_LEN) return err_make(ERR_CORRUPT, "a chunk of %zu bytes has no header", bytes.len);
    const uint8_t *b = (const uint8_t *)bytes.ptr;
    if (b[0] == 0) return err_make(ERR_CORRUPT, "not a chunk of samples");
    if (b[0] > CHUNK_VERSION)
        return err_make(ERR_TOO_NEW, "chunk layout %d, this weir reads up to %d", b[0], CHUNK_VERSION);
    *r = (struct chunk_reader){ .bytes = b, .bits_total = bytes.len * 8, .bit = CHUNK_HEADER_LEN * 8 };
    r->count = (uint32_t)b[1] | (uint32_t)b[2] << 8;
    return OK;
}

/* Past the end: zero, and the reader is corrupt from then on. */
static uint64_t get(struct chunk_reader *r, unsigned bits)
{
    if (r->bits_total - r->bit < bits) {
        r->corrupt = true;
        return 0;
    }
    uint64_t out = 0;
    while (bits > 0) {
        unsigned left = 8 - (unsigned)(r->bit % 8);
        unsigned take = bits < left ? bits : left;
        unsigned part = (unsigned)(r->bytes[r->bit / 8] >> (left - take)) & ((1u << take) - 1);
        out = out << take | part;
        r->bit += take;
        bits -= take;
    }
    return out;
}

static uint64_t get_change(struct chunk_reader *r)
{
    if (!get(r, 1)) return 0;
    const struct step_code *c = step_codes, *last = &step_codes[sizeof step_codes / sizeof *step_codes - 1];
    while (c < last && get(r, 1)) c++;
    return get(r, c->bits) - c->bias;
}

static uint64_t get_difference(struct chunk_reader *r)
{
    if (!get(r, 1)) return 0;
    if (get(r, 1)) {
        r->lead = (uint8_t)get(r, 5);
        r->length = (uint8_t)(get(r, 6) + 1);
    }
    if (r->length == 0 || r->lead + r->length > 64) { /* a window that was never given, or that does not fit */
        r->corrupt = true;
        return 0;
    }
    return get(r, r->length) << (64 - r->lead - r->length);
}

bool chunk_reader_next(struct chunk_reader *r, usec *t, double *v)
{
    if (r->corrupt || r->seen == r->count) return false;
    if (r->seen == 0) {
        r->time = get(r, 64);
        r->value = get(r, 64);
    } else {
        r->step += get_change(r);
        r->time += r->step;
        r->value ^= get_difference(r);
    }
    if (r->corrupt) return false;
    r->seen++;
    *t = (usec)r->time;
    memcpy(v, &r->value, sizeof *v);
    return true;
}
