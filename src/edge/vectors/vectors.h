/* Stores of vectors that live elsewhere; rows of vector_store_kinds (edge/documents/vector_store.c). */
#ifndef WEIR_EDGE_VECTORS_VECTORS_H
#define WEIR_EDGE_VECTORS_VECTORS_H

#include "edge/documents/vector_store.h"

extern const struct vector_store_kind vector_store_qdrant, vector_store_weaviate, vector_store_pinecone,
    vector_store_chroma, vector_store_pgvector;

#endif
