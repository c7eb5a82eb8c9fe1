#include "edge/documents/id_set.h"

#include "base/arena.h"

static size_t slot_of(const struct id_set *s, uint64_t id)
{
    size_t at = (size_t)id & (s->cap - 1);
    while (s->ids[at] && s->ids[at] != id) at = (at + 1) & (s->cap - 1);
    return at;
}

void id_set_done(struct id_set *s)
{
    mem_free(s->ids);
    mem_free(s->marks);
    *s = (struct id_set){ .cap = 0 };
}

/* A copy with room for `cap`, of those with this mark, or of all. */
static void remake(struct id_set *s, size_t cap, const uint32_t *only)
{
    struct id_set old = *s;
    *s = (struct id_set){ .ids = mem_new(cap * sizeof *s->ids), .marks = mem_new(cap * sizeof *s->marks), .cap = cap };
    for (size_t i = 0; i < old.cap; i++)
        if (old.ids[i] && (!only || old.marks[i] == *only)) id_set_add(s, old.ids[i], old.marks[i]);
    id_set_done(&old);
}

void id_set_add(struct id_set *s, uint64_t id, uint32_t mark)
{
    if (2 * (s->count + 1) > s->cap) remake(s, s->cap ? 2 * s->cap : 1024, NULL);
    size_t at = slot_of(s, id);
    s->count += s->ids[at] == 0;
    s->ids[at] = id;
    s->marks[at] = mark;
}

bool id_set_mark(struct id_set *s, uint64_t id, uint32_t mark)
{
    if (!id_set_has(s, id)) return false;
    s->marks[slot_of(s, id)] = mark;
    return true;
}

bool id_set_has(const struct id_set *s, uint64_t id)
{
    return s->cap && s->ids[slot_of(s, id)];
}

void id_set_keep(struct id_set *s, uint32_t mark)
{
    if (s->cap) remake(s, s->cap, &mark);
}
