/* What a model saw and said, looked at by weir drift: each option is a view with a report of its own, which is told on
 * a terminal, as JSON, on the page and as a finding. */
#ifndef WEIR_EDGE_CLI_DRIFT_MODEL_H
#define WEIR_EDGE_CLI_DRIFT_MODEL_H

#include "edge/cli/drift.h"
#include "edge/tables/table_model.h"

/* name, option, what it looks at */
#define MODEL_VIEW_LIST(X)                                                                                             \
    X(EMBEDDING, "embedding", embedding) X(TEXT, "text", text) X(ERROR, "error", errors) X(PROBA, "proba", performance)
#define MODEL_VIEW_ENUM(name, option, look) VIEW_##name,
enum model_view { MODEL_VIEW_LIST(MODEL_VIEW_ENUM) MODEL_VIEWS };
#undef MODEL_VIEW_ENUM

struct model_report {
    bool asked[MODEL_VIEWS], drift[MODEL_VIEWS];
    struct drift_told told[MODEL_VIEWS]; /* one sentence a view */
    size_t count, drifted;               /* views asked for, and with drift */
    uint64_t rows[2];                    /* of the first view; of embeddings and texts those that were kept */
    struct vectors_report embedding, text;
    struct errors_report errors;
    struct performance_report performance;
};

const char *drift_model_look(enum model_view view);
/* On a terminal, one view after the other. */
void drift_model_tell(struct cli *cli, const struct model_report *r);
void drift_model_json(const struct drift_names *names, const struct model_report *r, struct jw *w);
void drift_model_page(const struct drift_names *names, const struct model_report *r, struct buf *out);
/* The words, or columns, that speak for the second file (or the first), with commas between. */
str drift_model_terms(const struct vectors_report *r, bool current, struct arena *a);

#endif
