/* Folders and git repositories that the server follows by itself (weir.yaml, knowledge.sources): what comes, changes
 * and goes there comes, changes and goes among the documents.
 *
 *   look: repository brought up to date --> files walked --changed since the last look--> read, cut, digested
 *                                                         --other words than stored----> knowledge.loaded
 *         stored, but not there any more ----------------------------------------------> removed
 *
 * A look that fails removes nothing; neither does one that finds no file at all where there were some: an unmounted
 * disk looks like that. */
#ifndef WEIR_EDGE_DOCUMENTS_SOURCES_H
#define WEIR_EDGE_DOCUMENTS_SOURCES_H

#include "base/buf.h"
#include "base/env.h"
#include "base/json.h"
#include "base/time.h"
#include "store/store.h"

struct knowledge_source {
    str name;       /* its documents are called NAME/path */
    str folder;     /* absolute, or "" */
    str git;        /* address, or "" */
    str branch;     /* "" = where the repository points */
    str user, token; /* of the repository's server; token is a secret reference, read at each look; "" = none */
    str roles;      /* JSON array, "[]" = all may read it */
    usec every;
};

struct sources; /* a thread */

struct sources_opts {
    struct store *store;
    struct env *env;
    str data_dir; /* repositories stand in DATA/knowledge/NAME */
    const struct knowledge_source *items;
    size_t count;
    err (*input)(void *ctx, const char *kind, str subject, str body); /* Thread: the sources' */
    void *ctx;
};

/* Store and env are borrowed. Without sources nothing is started and *out is NULL. Errors: ERR_IO (no thread). */
MUST_USE err sources_start(const struct sources_opts *opts, struct sources **out);
void sources_stop(struct sources *s); /* accepts NULL; waits for a git that runs, GIT_SECONDS at most */

struct source_state {
    str name;
    int64_t files, changed, removed, refused, failed; /* files as of the last look; the others since the start */
    usec looked;      /* at the end of the last look that succeeded; 0: none */
    char problem[128]; /* of the last look; "" */
};
/* One look at one source, now. Thread: that of sources, or a test's. */
struct look;
MUST_USE err source_look(struct look *l);
struct look *look_new(const struct sources_opts *opts, size_t source);
void look_free(struct look *l);
struct source_state look_state(struct look *l);

void sources_metrics(struct sources *s, struct buf *out);       /* accepts NULL */
void sources_json(struct sources *s, struct jw *w, const char *key); /* an array; accepts NULL */

#endif
