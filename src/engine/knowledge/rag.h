/* An answer made from passages, measured by its words, without asking a model (the four questions of Es et al., RAGAS,
 * 2023):
 *
 *   context precision   are the passages that bear on the reference answer first?  mean precision at their ranks
 *   context recall      what share of the reference's sentences do the passages support?
 *   faithfulness        what share of the answer's sentences do the passages support?
 *   answer relevance    what share of the question's terms does the answer take up?
 *
 * A sentence is supported when RAG_SUPPORTED of its terms, and every number in it, stand in the passages. That is
 * stricter on numbers and names than on meaning, and blind to a "not": a screen for answers to look at, not a verdict.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_RAG_H
#define WEIR_ENGINE_KNOWLEDGE_RAG_H

#include "base/arena.h"
#include "engine/knowledge/terms.h"

#define RAG_SUPPORTED 0.6
enum { RAG_CONTEXTS_MAX = 64, RAG_SENTENCES_MAX = 256 };

struct rag_case {
    str question, answer, reference; /* reference: "" = not known */
    const str *contexts;             /* best first */
    size_t count;
};

struct rag_measures {
    double context_precision, context_recall, faithfulness, relevance; /* 0..1; NAN: nothing to measure it by */
};

/* Errors: ERR_LIMIT (arena, too many contexts). Thread: any, with a stemmer of its own. */
MUST_USE err rag_measure(struct terms *t, const struct rag_case *c, struct arena *a, struct rag_measures *out);

#endif
