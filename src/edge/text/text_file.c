#include "edge/text/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

err text_bytes_open(str path, struct text_bytes *f)
{
    char *z = mem_dup_z(path);
    int fd = open(z, O_RDONLY | O_CLOEXEC);
    err e = fd >= 0 ? OK : errno == ENOENT ? err_make(ERR_NOT_FOUND, "there is no such file") : err_errno("open");
    mem_free(z);
    struct stat st;
    if (!e.code && fstat(fd, &st) != 0) e = err_errno("stat");
    if (!e.code && (!S_ISREG(st.st_mode) || st.st_size == 0))
        e = err_make(ERR_CORRUPT, "not a text model: it is empty or no file");
    if (!e.code) {
        f->size = (size_t)st.st_size;
        f->map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (f->map == MAP_FAILED) {
            f->map = NULL;
            e = err_errno("map");
        }
    }
    if (fd >= 0) (void)close(fd);
    return e;
}

/* A vector of these layers has as many numbers as the model wants. */
static err check_layers(const struct text_head *h)
{
    if (h->layers == 0 || encode_layers_fit(h->layers, h->dims)) return OK;
    return err_make(ERR_CORRUPT, "not a text model: it wants layers that the encoder has not");
}

void text_bytes_close(struct text_bytes *f)
{
    if (f->map) (void)munmap(f->map, f->size);
    *f = (struct text_bytes){ 0 };
}

err text_file_open(str path, struct text_file *out)
{
    struct text_bytes bytes = { 0 };
    err e = text_bytes_open(path, &bytes);
    struct text_file f = { .map = bytes.map, .size = bytes.size };
    if (!e.code) e = text_model_open((str){ f.map, f.size }, &f.model);
    if (!e.code) e = check_layers(f.model.head);
    if (!e.code) f.work = mem_new(sizeof *f.work);
    *out = f;
    if (e.code) text_file_close(out);
    return err_wrap(e, STR_FMT, STR_ARG(path));
}

void text_file_close(struct text_file *f)
{
    if (f->map) (void)munmap(f->map, f->size);
    mem_free(f->work);
    *f = (struct text_file){ 0 };
}

err text_encoder_open(str path, bool needed, struct text_encoder *out)
{
    struct text_encoder n = { 0 };
    err e = model_file_open(path, &n.file);
    if (e.code == ERR_NOT_FOUND && !needed) e = OK;
    else if (!e.code) n.scratch = mem_new(encode_scratch_size());
    *out = n;
    return e;
}

void text_encoder_rows(const struct text_encoder *n, unsigned layers, struct text_data *d,
                       void (*told)(size_t done, size_t all))
{
    enum { GROUP = 256 };
    d->layers = layers;
    d->dims = encode_layers_dim(layers);
    d->near_dims = ENCODE_DIM;
    d->vector = arena_new(&d->arena, d->rows * d->dims * sizeof *d->vector);
    for (size_t i = 0; i < d->rows; i += GROUP) {
        size_t k = d->rows - i < GROUP ? d->rows - i : GROUP;
        encode_layers(&n->file.model, n->scratch, d->text + i, k, layers, d->vector + i * d->dims);
        if (told) told(i, d->rows);
    }
}

bool text_encoder_vector(const struct text_encoder *n, const struct text_model *m, str text, float *out)
{
    unsigned layers = m->head->layers;
    if (!n->scratch || !layers) return false;
    encode_layers(&n->file.model, n->scratch, &text, 1, layers, out);
    return true;
}

void text_encoder_close(struct text_encoder *n)
{
    model_file_close(&n->file);
    mem_free(n->scratch);
    *n = (struct text_encoder){ 0 };
}
