/* A trained classifier from its file, mapped, with the encoder of sentences when the model wants vectors and there is
 * one. Thread: one at a time. */
#ifndef WEIR_EDGE_TEXT_FILE_H
#define WEIR_EDGE_TEXT_FILE_H

#include "edge/model/model_file.h"
#include "edge/text/text_data.h"
#include "engine/text/text_model.h"

/* A file that is only read, mapped. */
struct text_bytes {
    void *map; /* NULL: there is none */
    size_t size;
};
/* Errors: ERR_NOT_FOUND, ERR_IO, ERR_CORRUPT (empty, no file). Set on success only. */
MUST_USE err text_bytes_open(str path, struct text_bytes *out);
void text_bytes_close(struct text_bytes *f);

struct text_file {
    struct text_model model;
    void *map;
    size_t size;
    struct text_work *work;
};

/* Errors: ERR_NOT_FOUND, ERR_IO, ERR_CORRUPT, ERR_TOO_NEW. Ends with text_file_close, also when it was not opened. */
MUST_USE err text_file_open(str path, struct text_file *out);
void text_file_close(struct text_file *f);

struct text_encoder {
    struct model_file file;
    void *scratch; /* NULL: there is none */
};

/* The encoder at `path`; `needed`: its absence is an error, else it is left out. */
MUST_USE err text_encoder_open(str path, bool needed, struct text_encoder *out);
/* Vectors of all rows, made of these layers; `told` (or NULL) hears how far it is. There must be an encoder. */
void text_encoder_rows(const struct text_encoder *e, unsigned layers, struct text_data *d,
                       void (*told)(size_t done, size_t all));
/* The vector that the model wants of a text (its head's dims numbers). False: there is no encoder, or it wants none. */
bool text_encoder_vector(const struct text_encoder *e, const struct text_model *m, str text, float *out);
void text_encoder_close(struct text_encoder *e);

#endif
