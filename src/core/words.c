#include "core/words.h"

static const str severities[] = {
    STR_INIT("LOW"),
    STR_INIT("MEDIUM"),
    STR_INIT("HIGH"),
    STR_INIT("CRITICAL"),
};

#define CAUSE_TEXT(name, text, sentence) STR_INIT(text),
#define CAUSE_SENTENCE(name, text, sentence) sentence,
static const str cause_words[] = { CAUSE_LIST(CAUSE_TEXT) };
static const char *const cause_sentences[] = { CAUSE_LIST(CAUSE_SENTENCE) };
#undef CAUSE_TEXT
#undef CAUSE_SENTENCE

const char *severity_text(int severity)
{
    if (severity < SEV_LOW) severity = SEV_LOW;
    if (severity > SEV_CRITICAL) severity = SEV_CRITICAL;
    return severities[severity - 1].ptr;
}

int severity_of(str text, int fallback)
{
    for (int i = 0; i < SEV_CRITICAL; i++)
        if (str_eq_nocase(text, severities[i])) return i + 1;
    return fallback;
}

const char *cause_text(enum cause_kind kind)
{
    return (unsigned)kind < CAUSE_COUNT ? cause_words[kind].ptr : "unknown";
}

const char *cause_sentence(enum cause_kind kind)
{
    return cause_sentences[(unsigned)kind < CAUSE_COUNT ? kind : CAUSE_UNKNOWN];
}

enum cause_kind cause_of(str text)
{
    for (int i = 0; i < CAUSE_COUNT; i++)
        if (str_eq(text, cause_words[i])) return (enum cause_kind)i;
    return CAUSE_UNKNOWN;
}
