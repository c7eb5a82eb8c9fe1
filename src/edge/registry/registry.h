/* The registry at the edge: files of models by digest in the data directory, and the two calls by which anything that
 * trains brings a model in: registry_register and registry_promote. What is in use is what core/registry decided; when
 * that changes, whoever works with models is told. */
#ifndef WEIR_EDGE_REGISTRY_REGISTRY_H
#define WEIR_EDGE_REGISTRY_REGISTRY_H

#include "base/env.h"
#include "base/json.h"
#include "core/registry/registry.h"
#include "store/store.h"

struct registry; /* opaque */

/* A model that is in use, or on trial. Strings are borrowed for the call. */
struct registry_use {
    str name, digest, kind;
    str path; /* of its file */
    int64_t version;
    bool rehearsal; /* judged beside what is in use, which it is not: the log is silent */
    bool trial;   /* beside the one before it in the list, which has the same name */
    double share; /* of a trial */
};

struct registry_opts {
    struct store *store; /* borrowed, like the rest; until registry_close */
    str data_dir;
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq); /* the core's door */
    void *apply_ctx;
    /* Other models are in use: all of them, by name, a challenger after its champion. May be NULL. */
    void (*in_use)(void *ctx, const struct registry_use *items, size_t count);
    void *ctx;
};

enum { REGISTRY_FILE_MAX = (64 << 20) - 1, REGISTRY_KEEP = 20 };
#define REGISTRY_FOLDER "models/files"

/* Reads what is in use, and tells it. Errors: of the store.   Thread: main. */
MUST_USE err registry_open(const struct registry_opts *opts, struct registry **out);
void registry_close(struct registry *r); /* accepts NULL */
/* Look whether other models are in use, and tell it if so. Cheap when not.   Thread: any but the writer. */
MUST_USE err registry_refresh(struct registry *r);

/* Keep a model's bytes; the digest is their SHA-256 as text in `a`. kind text: they must be a classifier that opens.
 * Errors: ERR_CORRUPT, ERR_TOO_NEW, ERR_LIMIT, ERR_IO, ERR_NO_SPACE.   Thread: any. */
MUST_USE err registry_keep(struct registry *r, str bytes, str kind, struct arena *a, str *digest);
str registry_path(const struct registry *r, str digest, struct arena *a);
/* What is known of a file that is kept: its size, and of a classifier the digest of what it learned from ("" = it does
 * not say). Errors: ERR_NOT_FOUND, those of registry_keep.   Thread: any. */
MUST_USE err registry_describe(struct registry *r, str digest, str kind, struct arena *a, int64_t *bytes, str *data);
/* Delete files nobody can come back to: of versions that were never in use, have no alias and are not among the newest
 * REGISTRY_KEEP of their name (the rows stay), and files that no version has after a day. Gives how many went. Thread:
 * any. */
MUST_USE err registry_tidy(struct registry *r, int64_t *gone);

struct registry_metric {
    const char *name;
    double value;
};
struct registry_version {
    str name, kind;               /* "inquiry-category"; text or file */
    str data, code, held_back;    /* digests; empty = not said. data of a text classifier is read from the file */
    str origin, comment;
    int64_t parent;               /* 0 = none */
    const struct registry_metric *metrics; /* of held_back */
    size_t metric_count;
    const str *sources;           /* datasets it was made from */
    size_t source_count;
};
/* Register a version with scores: keep the file, give it the next number; a file that is known gives the number it has.
 * Errors: of registry_keep, core/registry (ERR_INPUT, ERR_LIMIT), the store.   Thread: any but the writer. */
MUST_USE err registry_register(struct registry *r, const struct registry_version *v, str bytes, str actor,
                               int64_t *version);

/* What both versions made of one held-back set (judge.h fills it). */
struct registry_scores {
    str metric, held_back;     /* "accuracy"; digest of the set */
    int64_t champion;          /* the version it is beside, 0 = none is in use */
    double score, before;      /* before: of the champion */
    bool lower, paired;        /* less is better; wins and losses are counted */
    int64_t rows, wins, losses;
};
struct registry_verdict {
    bool promoted;
    char why[256];
};
/* Promote if better than what is in use by `margin` and by more than luck; recorded either way.
 * Errors: ERR_CONFLICT (another version is in use meanwhile, this one is), ERR_NOT_FOUND, ERR_INPUT, of the store.
 * Thread: any but the writer. */
MUST_USE err registry_promote(struct registry *r, str name, int64_t version, double margin,
                              const struct registry_scores *s, str actor, struct registry_verdict *out);
/* The version behind an alias and its file; strings live in `a`. Errors: ERR_NOT_FOUND. Thread: any. */
MUST_USE err registry_find(struct registry *r, str name, const char *alias, struct arena *a, int64_t *version,
                           str *path);
/* A version's kind and file, which may have been tidied away; strings live in `a`. Errors: ERR_NOT_FOUND. Thread: any.
 */
MUST_USE err registry_at(struct registry *r, str name, int64_t version, struct arena *a, str *kind, str *path);

/* What came of the entry `seq` of kind model.judged. Errors: of the store.   Thread: any. */
MUST_USE err registry_verdict_of(struct registry *r, str name, int64_t seq, struct registry_verdict *out);
/* The body of model.judged, for those who hand it in themselves. */
void registry_scores_body(struct jw *w, int64_t version, double margin, const struct registry_scores *s);

#endif
