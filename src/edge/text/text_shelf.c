#include "edge/text/text_shelf.h"

#include <pthread.h>

struct place {
    char *path; /* NULL: free */
    struct text_file file;
    size_t lent;
    uint64_t used; /* when last, counted in loans */
};

struct text_shelf {
    pthread_mutex_t lock; /* of places and loans */
    struct place places[TEXT_SHELF_PLACES];
    uint64_t loans;
    struct text_languages languages;
};

struct text_shelf *text_shelf_open(void)
{
    struct text_shelf *s = mem_new(sizeof *s);
    (void)pthread_mutex_init(&s->lock, NULL);
    text_languages_init(&s->languages);
    return s;
}

static void clear(struct place *p)
{
    text_file_close(&p->file);
    mem_free(p->path);
    *p = (struct place){ 0 };
}

void text_shelf_close(struct text_shelf *s)
{
    if (!s) return;
    for (size_t i = 0; i < TEXT_SHELF_PLACES; i++) clear(&s->places[i]);
    (void)pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static struct place *find(struct text_shelf *s, str path)
{
    for (size_t i = 0; i < TEXT_SHELF_PLACES; i++)
        if (s->places[i].path && str_eq(str_of(s->places[i].path), path)) return &s->places[i];
    return NULL;
}

/* A free place, else the one unused longest; NULL: all are lent. */
static struct place *make_room(struct text_shelf *s)
{
    struct place *oldest = NULL;
    for (size_t i = 0; i < TEXT_SHELF_PLACES; i++) {
        struct place *p = &s->places[i];
        if (!p->path) return p;
        if (!p->lent && (!oldest || p->used < oldest->used)) oldest = p;
    }
    if (oldest) clear(oldest);
    return oldest;
}

static err put(struct text_shelf *s, str path, struct place **out)
{
    struct text_file file = { 0 };
    err e = text_file_open(path, &file);
    if (e.code) return e;
    *out = make_room(s);
    if (!*out) {
        text_file_close(&file);
        return err_make(ERR_FULL, "%d classifiers are at work already", TEXT_SHELF_PLACES);
    }
    **out = (struct place){ .path = mem_dup_z(path), .file = file };
    return OK;
}

err text_shelf_borrow(struct text_shelf *s, str path, const struct text_model **model)
{
    (void)pthread_mutex_lock(&s->lock);
    struct place *p = find(s, path);
    err e = p ? OK : put(s, path, &p);
    if (!e.code) {
        p->lent++;
        p->used = ++s->loans;
        *model = &p->file.model;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return e;
}

void text_shelf_return(struct text_shelf *s, const struct text_model *model)
{
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < TEXT_SHELF_PLACES; i++)
        if (&s->places[i].file.model == model) s->places[i].lent--;
    (void)pthread_mutex_unlock(&s->lock);
}

const struct text_languages *text_shelf_languages(const struct text_shelf *s)
{
    return &s->languages;
}
