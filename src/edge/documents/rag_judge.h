/* The four measures of answers (engine/knowledge/rag.h) with a language model as the reader: it says of each statement
 * whether the passages support it, and the shares are worked out here. The model is asked over an endpoint of OpenAI's
 * shape (POST URL/chat/completions). What it says must fit a schema; it is data, and starts nothing. The texts are sent
 * as one JSON object, so that what stands in a passage is a value and no instruction; a model may be fooled all the
 * same, so this is an opinion beside the measures by words. */
#ifndef WEIR_EDGE_DOCUMENTS_RAG_JUDGE_H
#define WEIR_EDGE_DOCUMENTS_RAG_JUDGE_H

#include "base/env.h"
#include "engine/knowledge/rag.h"

struct rag_judge {
    struct env *env;
    str url;   /* "https://host/v1"; the operator's: private networks are allowed */
    str model;
    str key;   /* of the endpoint itself, not a reference; "" = none */
};

/* Errors: ERR_IO, ERR_TIMEOUT (not reached, or no 200), ERR_INPUT (a reply that does not fit), ERR_LIMIT. */
MUST_USE err rag_judge(const struct rag_judge *j, const struct rag_case *c, struct arena *a, struct rag_measures *out);
/* What a reply's text says, apart from the asking: for tests and the fuzzer. Errors: ERR_INPUT. */
MUST_USE err rag_judge_read(str reply, const struct rag_case *c, struct arena *a, struct rag_measures *out);

#endif
