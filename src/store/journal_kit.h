/* For tests: what the journal holds by now. */
#ifndef WEIR_STORE_JOURNAL_KIT_H
#define WEIR_STORE_JOURNAL_KIT_H

#include "store/journal.h"
#include "test.h"

/* How many entries of a kind there are whose body holds `part`; "" is in all of them. */
static inline int64_t kit_entries_with(struct store *store, const char *kind, const char *part)
{
    struct tx *tx = NULL;
    int64_t n = 0, at = 0;
    struct entry_list list = { 0 };
    CHECK_OK(store_read(store, &tx));
    do {
        struct arena a = arena_init(1 << 26);
        list = journal_read(tx, at, 1000, &a);
        for (size_t i = 0; i < list.count; i++) {
            const struct entry *e = &list.items[i];
            n += str_eq(e->kind, str_of(kind)) && str_find(e->body, str_of(part), 0) >= 0;
            at = e->seq;
        }
        arena_done(&a);
    } while (list.count);
    CHECK_OK(tx_err(tx));
    store_read_end(tx);
    return n;
}

static inline int64_t kit_entries(struct store *store, const char *kind)
{
    return kit_entries_with(store, kind, "");
}

#endif
