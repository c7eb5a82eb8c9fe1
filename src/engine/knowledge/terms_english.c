/* The stemmer of documents and questions: Snowball's English one, by libstemmer. */
#include <libstemmer.h>
#include <stdlib.h>

#include "engine/knowledge/terms.h"

static str stem(void *ctx, str word)
{
    struct sb_stemmer *s = ctx;
    const sb_symbol *to = sb_stemmer_stem(s, (const sb_symbol *)word.ptr, (int)word.len);
    return to ? (str){ (const char *)to, (size_t)sb_stemmer_length(s) } : STR_NONE;
}

err terms_open(struct terms **out)
{
    struct terms *t = calloc(1, sizeof *t);
    struct sb_stemmer *s = t ? sb_stemmer_new("english", "UTF_8") : NULL;
    if (!s) {
        free(t);
        return err_make(ERR_LIMIT, "no memory for a stemmer");
    }
    *t = (struct terms){ stem, s };
    *out = t;
    return OK;
}

void terms_close(struct terms *t)
{
    if (!t) return;
    sb_stemmer_delete(t->ctx);
    free(t);
}
