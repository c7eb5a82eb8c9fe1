/* A protobuf message is a run of fields: a varint key (number << 3 | wire type), then a varint (type 0), 8 bytes (1), a
 * length and that many bytes (2) or 4 bytes (5). Nothing is allocated for a field: the first pass checks the structure
 * and counts, the second fills arrays of exactly that size with views into the message. */
#include "edge/observe/remote_write.h"

#include <snappy-c.h>

enum wire { WIRE_VARINT = 0, WIRE_I64 = 1, WIRE_BYTES = 2, WIRE_I32 = 5 };
enum {
    REQUEST_SERIES = 1,
    SERIES_LABEL = 1,
    SERIES_SAMPLE = 2,
    LABEL_NAME = 1,
    LABEL_VALUE = 2,
    SAMPLE_VALUE = 1,
    SAMPLE_TIME = 2
};

struct reader {
    const char *at, *end;
    const char *start; /* of the whole message, for error positions */
};

struct field {
    uint32_t number;
    enum wire wire;
    uint64_t value; /* of a varint, or the bits of fixed ones */
    struct reader bytes;
};

static err broken(const struct reader *r, const char *what)
{
    return err_make(ERR_INPUT, "not a remote write request at byte %zu: %s", (size_t)(r->at - r->start), what);
}

static bool read_varint(struct reader *r, uint64_t *out)
{
    uint64_t v = 0;
    if (r->at < r->end && (unsigned char)*r->at < 0x80) { /* one byte, as nearly all are */
        *out = (unsigned char)*r->at++;
        return true;
    }
    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        unsigned char c = (unsigned char)*r->at++;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            *out = v;
            return shift < 63 || c <= 1;
        }
    }
    return false;
}

static bool read_fixed(struct reader *r, size_t len, uint64_t *out)
{
    if ((size_t)(r->end - r->at) < len) return false;
    *out = 0;
    memcpy(out, r->at, len); /* protobuf is little endian, as are the machines weir runs on */
    r->at += len;
    return true;
}

static bool read_field(struct reader *r, struct field *f)
{
    uint64_t key, len;
    if (!read_varint(r, &key) || key >> 3 == 0 || key >> 3 > 536870911) return false;
    f->number = (uint32_t)(key >> 3);
    f->wire = (enum wire)(key & 7);
    switch (f->wire) {
    case WIRE_VARINT: return read_varint(r, &f->value);
    case WIRE_I64: return read_fixed(r, 8, &f->value);
    case WIRE_I32: return read_fixed(r, 4, &f->value);
    case WIRE_BYTES:
        if (!read_varint(r, &len) || len > (uint64_t)(r->end - r->at)) return false;
        f->bytes = (struct reader){ r->at, r->at + len, r->start };
        r->at += len;
        return true;
    }
    return false; /* groups and the unused types */
}

static bool is_message(const struct field *f, uint32_t number)
{
    return f->number == number && f->wire == WIRE_BYTES;
}

struct counts {
    size_t series, labels, samples;
};

static err count_series(struct reader r, struct counts *n)
{
    struct field f;
    while (r.at < r.end) {
        if (!read_field(&r, &f)) return broken(&r, "a field of a time series is cut or malformed");
        n->labels += is_message(&f, SERIES_LABEL);
        n->samples += is_message(&f, SERIES_SAMPLE);
    }
    return OK;
}

static err count_all(struct reader r, struct counts *n)
{
    struct field f;
    while (r.at < r.end) {
        if (!read_field(&r, &f)) return broken(&r, "a field is cut or malformed");
        if (!is_message(&f, REQUEST_SERIES)) continue;
        n->series++;
        err e = count_series(f.bytes, n);
        if (e.code) return e;
    }
    return OK;
}

/* A label as everybody sends it: name, then value, each of less than 128 bytes, and nothing else. */
static bool read_plain_label(const struct reader *r, struct label *l)
{
    enum { NAME_KEY = LABEL_NAME << 3 | WIRE_BYTES, VALUE_KEY = LABEL_VALUE << 3 | WIRE_BYTES };
    const unsigned char *p = (const unsigned char *)r->at;
    size_t len = (size_t)(r->end - r->at);
    if (len < 4 || p[0] != NAME_KEY || p[1] >= 0x80 || len < (size_t)p[1] + 4) return false;
    const unsigned char *value = p + 2 + p[1];
    if (value[0] != VALUE_KEY || value[1] >= 0x80 || len != (size_t)p[1] + value[1] + 4) return false;
    l->name = (str){ r->at + 2, p[1] };
    l->value = (str){ r->at + 4 + p[1], value[1] };
    return true;
}

static err read_label(struct reader r, struct label *l)
{
    struct field f;
    *l = (struct label){ 0 };
    while (r.at < r.end) {
        if (!read_field(&r, &f)) return broken(&r, "a field of a label is cut or malformed");
        if (is_message(&f, LABEL_NAME)) l->name = str_span(f.bytes.at, f.bytes.end);
        else if (is_message(&f, LABEL_VALUE)) l->value = str_span(f.bytes.at, f.bytes.end);
    }
    return OK;
}

static err read_sample(struct reader r, struct point *p, bool *in_range)
{
    struct field f;
    int64_t ms = 0;
    *p = (struct point){ 0 };
    while (r.at < r.end) {
        if (!read_field(&r, &f)) return broken(&r, "a field of a sample is cut or malformed");
        if (f.number == SAMPLE_VALUE && f.wire == WIRE_I64) memcpy(&p->value, &f.value, sizeof p->value);
        else if (f.number == SAMPLE_TIME && f.wire == WIRE_VARINT) ms = (int64_t)f.value;
    }
    *in_range = ms >= 0 && ms <= USEC_MAX / 1000;
    p->time = *in_range ? ms * 1000 : 0;
    return OK;
}

struct filling {
    struct batch *out;
    struct arena *a;
    struct label *labels; /* the next free one */
};

/* The name is a label like the others on the wire; inside weir it stands apart. */
static err finish_series(struct filling *w, struct batch_series *s, uint32_t label_count)
{
    struct label *labels = w->labels;
    uint32_t kept = 0, names = 0;
    for (uint32_t i = 0; i < label_count; i++) {
        if (!STR_IS(labels[i].name, "__name__")) labels[kept++] = labels[i];
        else if (names++ == 0) s->name = labels[i].value;
    }
    err e = names > 1 ? err_make(ERR_INPUT, "label __name__ is given twice") : metric_name_check(s->name);
    if (!e.code) e = labels_tidy(labels, &kept);
    s->labels = labels;
    s->label_count = kept;
    s->kind = series_kind_by_name(s->name);
    w->labels += label_count;
    return e;
}

static err read_series(struct filling *w, struct reader r, size_t index)
{
    struct batch *b = w->out;
    struct batch_series s = { .first = (uint32_t)b->point_count };
    struct field f;
    uint32_t label_count = 0;
    bool times_ok = true;
    err e = OK;
    while (r.at < r.end && !e.code) {
        (void)read_field(&r, &f); /* the first pass has checked it */
        if (is_message(&f, SERIES_LABEL)) {
            struct label *l = &w->labels[label_count++];
            if (!read_plain_label(&f.bytes, l)) e = read_label(f.bytes, l);
        } else if (is_message(&f, SERIES_SAMPLE)) {
            bool ok = false;
            e = read_sample(f.bytes, &b->points[s.first + s.count], &ok);
            s.count += ok;
            times_ok = times_ok && ok;
        }
    }
    if (e.code) return e;
    err bad = finish_series(w, &s, label_count);
    if (!bad.code && !times_ok) refuse(b->refused, w->a, index, err_make(ERR_INPUT, "a sample's time is out of range"));
    if (bad.code) {
        refuse(b->refused, w->a, index, bad);
    } else if (s.count) {
        b->point_count += s.count;
        b->series[b->series_count++] = s;
    }
    return OK;
}

static err make_room(const struct counts *n, struct arena *a, struct batch *out, struct label **labels)
{
    *out = (struct batch){ 0 };
    out->series = arena_try(a, n->series * sizeof *out->series);
    out->points = arena_try(a, n->samples * sizeof *out->points);
    out->refused = arena_try(a, sizeof *out->refused);
    *labels = arena_try(a, n->labels * sizeof **labels);
    return a->full ? err_make(ERR_LIMIT, "the request is larger than allowed") : OK;
}

err remote_write_decode_raw(str raw, struct arena *a, struct batch *out)
{
    struct reader r = { raw.ptr, raw.ptr + raw.len, raw.ptr };
    struct counts n = { 0 };
    struct filling w = { .out = out, .a = a };
    if (raw.len > REMOTE_WRITE_RAW_MAX)
        return err_make(ERR_LIMIT, "the request is larger than %d bytes", REMOTE_WRITE_RAW_MAX);
    err e = count_all(r, &n);
    if (!e.code) e = make_room(&n, a, out, &w.labels);
    struct field f;
    for (size_t index = 0; r.at < r.end && !e.code;) {
        (void)read_field(&r, &f);
        if (is_message(&f, REQUEST_SERIES)) e = read_series(&w, f.bytes, index++);
    }
    return e;
}

err remote_write_decode(str body, struct arena *a, struct batch *out)
{
    size_t len = 0;
    if (snappy_uncompressed_length(body.ptr, body.len, &len) != SNAPPY_OK)
        return err_make(ERR_INPUT, "the body is not a snappy block (its length does not decode)");
    if (len > REMOTE_WRITE_RAW_MAX)
        return err_make(ERR_LIMIT, "the body would unpack to %zu bytes, %d are allowed", len, REMOTE_WRITE_RAW_MAX);
    char *raw = arena_try(a, len + 1);
    if (!raw) return err_make(ERR_LIMIT, "the request is larger than allowed");
    if (snappy_uncompress(body.ptr, body.len, raw, &len) != SNAPPY_OK)
        return err_make(ERR_INPUT, "the body is not a valid snappy block");
    return remote_write_decode_raw((str){ raw, len }, a, out);
}
