/* Collections to measure with, as BEIR lays them out: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, and
 * judgements as lines "query-id, document-id, grade" between tabs with one header line. */
#ifndef WEIR_EDGE_DOCUMENTS_JSONL_H
#define WEIR_EDGE_DOCUMENTS_JSONL_H

#include "edge/documents/collection.h"
#include "engine/knowledge/measure.h"

struct query {
    str id, text;
    struct judgement *judged;
    size_t count;
};

struct query_list {
    struct query *items; /* those with judgements, in the order of the judgements' file */
    size_t count;
};

/* Documents in the order of their ids, so that equal scores are told apart as the usual scorers do.
 * Errors: ERR_NOT_FOUND, ERR_INPUT (with the line), ERR_LIMIT, ERR_IO. */
MUST_USE err jsonl_corpus(str path, struct collection *c);
/* Judgements of documents that the collection does not have count as relevant ones that cannot be found. */
MUST_USE err jsonl_queries(str queries, str judgements, const struct collection *c, struct arena *a,
                           struct query_list *out);

#endif
