/* What a text is about, without a model: the sentences that the others agree with, and phrases that stand out.
 *
 *   sentences   TextRank: they vote for each other by the words they share, over the logarithms of their
 *               lengths; the rank is PageRank's (Mihalcea and Tarau, EMNLP 2004)
 *   phrases     RAKE: runs of words between function words and signs; a word counts by how many words it
 *               stands with over how often it stands, a phrase by the sum of its words (Rose et al., Text
 *               Mining, 2010)
 *
 * Function words of English, German, Spanish and French. Pure, nothing allocated beside the caller's struct. Thread:
 * any, one struct text_gist each. */
#ifndef WEIR_ENGINE_TEXT_GIST_H
#define WEIR_ENGINE_TEXT_GIST_H

#include "engine/text/text_letters.h"

enum {
    TEXT_GIST_SENTENCES = 64, /* of a text that are looked at */
    TEXT_GIST_WORDS = 2000,
    TEXT_GIST_PHRASES = 600,
    TEXT_PHRASE_WORDS = 4, /* of a phrase; longer runs are no names of things */
};

struct text_span {
    uint32_t from, len; /* bytes of the text */
};

struct text_gist_word {
    uint64_t hash; /* of its letters in lower case */
    uint32_t from, len, sentence;
    bool function, breaks; /* a function word; a sign stands before it */
};

/* About 60 KB. */
struct text_gist {
    struct text_gist_word word[TEXT_GIST_WORDS];
    struct text_span sentence[TEXT_GIST_SENTENCES], phrase[TEXT_GIST_PHRASES];
    double weight[TEXT_GIST_SENTENCES][TEXT_GIST_SENTENCES], rank[TEXT_GIST_SENTENCES], score[TEXT_GIST_PHRASES];
    size_t words, sentences, phrases;
};

/* At most `most` sentences of the text, in its order. Gives how many: all of a text that has no more. */
size_t text_summary(struct text_gist *g, str text, struct text_span *out, size_t most);
/* At most `most` phrases, the most telling first, none twice. */
size_t text_phrases(struct text_gist *g, str text, struct text_span *out, size_t most);

#endif
