#include "engine/text/text_gist.h"

#include <math.h>

#include "base/hash.h"
#include "base/utf8.h"

enum { ROUNDS = 30, SENTENCE_LETTERS = 12 };
#define DAMPING 0.85 /* PageRank's */

/* Of four languages, by spaces. One that is a word of content in another is left out. */
static const char function_words[] =
    " a about after again all also am an and any are as at be because been before but by can could did do does during"
    " each for from further had has have having he her here hers him his how i if in into is it its just me more most"
    " my no not now of on once only or other our out over own please same she should so some still such than that the"
    " their them then there these they this those through to too under until up us very was we were what when where"
    " which while who whom why will with would you your yours hello hi dear thanks thank regards since der die das den"
    " dem des ein eine einen einem einer eines und oder aber ist sind war waren sein hat haben hatte wird werden wurde"
    " kann ich du er sie es wir ihr mich mir uns euch ihnen ihre ihren ihrem ihrer mein meine unser unsere nicht kein"
    " keine auch auf aus bei bis durch für gegen mit nach ohne seit um von vor zu zum zur im ins am als wie wenn dass"
    " ob noch schon nur sehr bitte hallo danke guten tag geehrte damen herren el la los las un una unos unas y o pero"
    " es son era fue ser ha han he hemos que de del al con sin por para en entre desde hasta su sus mi mis nuestro"
    " nuestra nuestros lo le les se nos me te no ni ya muy como cuando donde si porque favor hola gracias este esta"
    " estos estas le les une des et ou mais est sont était être a ont avons avez nous vous ils elles je tu il elle on"
    " ce cette ces mon ma mes notre nos votre vos leur leurs du au aux dans sur sous avec sans pour par chez ne pas"
    " plus que qui quoi dont où quand comme si très bonjour merci vom beim" " ";

static bool is_function(const char *lower, size_t len)
{
    char padded[32];
    if (len + 2 >= sizeof padded) return false;
    padded[0] = ' ';
    memcpy(padded + 1, lower, len);
    padded[len + 1] = ' ';
    return str_find((str){ function_words, sizeof function_words - 1 }, (str){ padded, len + 2 }, 0) >= 0;
}

static bool is_word(uint32_t code)
{
    enum text_kind k = text_kind_of(code);
    return k == TEXT_LETTER || k == TEXT_DIGIT || code == '\'' || code == '-' || code == '_';
}

/* ---- words and sentences ---- */

static size_t put_lower(uint32_t code, char *out)
{
    if (code < 0x80) return out[0] = (char)code, 1;
    if (code < 0x800) return out[0] = (char)(0xc0 | code >> 6), out[1] = (char)(0x80 | (code & 0x3f)), 2;
    out[0] = (char)(0xe0 | (code >> 12 & 0x0f));
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* The word that begins at `at`; gives where it ends. */
static size_t take_word(struct text_gist *g, str text, size_t at, bool breaks)
{
    char lower[64];
    size_t n = 0, end = at, len;
    while (end < text.len) {
        uint32_t code = text_code_at(text, end, &len);
        if (!is_word(code)) break;
        if (n + 4 < sizeof lower) n += put_lower(utf8_lower(code), lower + n);
        end += len;
    }
    if (g->words < TEXT_GIST_WORDS && g->sentences < TEXT_GIST_SENTENCES)
        g->word[g->words++] = (struct text_gist_word){ .hash = hash64((str){ lower, n }),
                                                       .from = (uint32_t)at,
                                                       .len = (uint32_t)(end - at),
                                                       .sentence = (uint32_t)g->sentences,
                                                       .function = n < 2 || is_function(lower, n),
                                                       .breaks = breaks };
    return end;
}

static void end_sentence(struct text_gist *g, str text, size_t from, size_t to)
{
    while (from < to && (uint8_t)text.ptr[from] <= ' ') from++;
    while (to > from && (uint8_t)text.ptr[to - 1] <= ' ') to--;
    if (to - from < SENTENCE_LETTERS || g->sentences == TEXT_GIST_SENTENCES) return;
    g->sentence[g->sentences++] = (struct text_span){ (uint32_t)from, (uint32_t)(to - from) };
}

/* A sign that ends a sentence stands before white space; an empty line ends one, too. */
static bool ends_sentence(str text, size_t at)
{
    char c = text.ptr[at], next = at + 1 < text.len ? text.ptr[at + 1] : '\n';
    if (c == '\n') return next == '\n' || next == '-' || next == '*' || next == '\r';
    return (c == '.' || c == '!' || c == '?') && (uint8_t)next <= ' ';
}

static void read_text(struct text_gist *g, str text)
{
    size_t begin = 0, at = 0, len;
    bool breaks = true;
    g->words = g->sentences = g->phrases = 0;
    while (at < text.len) {
        uint32_t code = text_code_at(text, at, &len);
        if (is_word(code)) {
            at = take_word(g, text, at, breaks);
            breaks = false;
            continue;
        }
        breaks = breaks || code == '\n' || code > ' ';
        if (ends_sentence(text, at)) {
            end_sentence(g, text, begin, at + 1);
            begin = at + 1;
        }
        at += len;
    }
    end_sentence(g, text, begin, text.len);
}

/* ---- sentences ---- */

/* Words of a sentence stand together: the first at or after `from` that is not of sentence `s`. */
static size_t words_end(const struct text_gist *g, size_t from, size_t s)
{
    while (from < g->words && g->word[from].sentence == s) from++;
    return from;
}

static bool stands_in(const struct text_gist *g, uint64_t hash, size_t from, size_t end)
{
    for (size_t k = from; k < end; k++)
        if (!g->word[k].function && g->word[k].hash == hash) return true;
    return false;
}

static double likeness(const struct text_gist *g, const size_t a[2], const size_t b[2])
{
    size_t shared = 0, na = 0, nb = 0;
    for (size_t i = a[0]; i < a[1]; i++) {
        na += !g->word[i].function;
        shared += !g->word[i].function && stands_in(g, g->word[i].hash, b[0], b[1]);
    }
    for (size_t i = b[0]; i < b[1]; i++) nb += !g->word[i].function;
    double size = log((double)na + 1) + log((double)nb + 1);
    return shared ? (double)shared / size : 0;
}

static void rank_sentences(struct text_gist *g)
{
    size_t n = g->sentences;
    size_t range[TEXT_GIST_SENTENCES][2];
    double out[TEXT_GIST_SENTENCES] = { 0 }, next[TEXT_GIST_SENTENCES] = { 0 };
    for (size_t a = 0, at = 0; a < n; a++) {
        range[a][0] = at;
        range[a][1] = at = words_end(g, at, a);
    }
    for (size_t a = 0; a < n; a++) {
        g->rank[a] = 1;
        for (size_t b = 0; b < n; b++) out[a] += g->weight[a][b] = a == b ? 0 : likeness(g, range[a], range[b]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t a = 0; a < n; a++) {
            next[a] = 1 - DAMPING;
            for (size_t b = 0; b < n; b++)
                if (out[b] > 0) next[a] += DAMPING * g->rank[b] * g->weight[b][a] / out[b];
        }
        memcpy(g->rank, next, n * sizeof *next);
    }
}

size_t text_summary(struct text_gist *g, str text, struct text_span *out, size_t most)
{
    bool taken[TEXT_GIST_SENTENCES] = { false };
    size_t n = 0;
    text = str_utf8_prefix(text, TEXT_BYTES_MAX);
    read_text(g, text);
    if (g->sentences > most) rank_sentences(g);
    for (size_t k = 0; k < most && k < g->sentences; k++) {
        size_t best = TEXT_GIST_SENTENCES;
        for (size_t i = 0; i < g->sentences; i++)
            if (!taken[i] && (best == TEXT_GIST_SENTENCES || g->rank[i] > g->rank[best])) best = i;
        if (best < TEXT_GIST_SENTENCES) taken[best] = true;
    }
    for (size_t i = 0; i < g->sentences; i++)
        if (taken[i]) out[n++] = g->sentence[i];
    return n;
}

/* ---- phrases ---- */

/* How far the run that begins at `i` goes. */
static size_t run_end(const struct text_gist *g, size_t i)
{
    size_t end = i + 1;
    while (end < g->words && !g->word[end].function && !g->word[end].breaks &&
           g->word[end].sentence == g->word[i].sentence)
        end++;
    return end;
}

static bool same_words(const struct text_gist *g, size_t a, size_t b, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (g->word[a + k].hash != g->word[b + k].hash) return false;
    return true;
}

/* Words it stands with, itself too, over how often it stands. */
static double word_score(const struct text_gist *g, uint64_t hash)
{
    double times = 0, with = 0;
    for (size_t i = 0, end; i < g->words; i = end) {
        end = g->word[i].function ? i + 1 : run_end(g, i);
        for (size_t k = i; k < end && !g->word[i].function; k++) {
            if (g->word[k].hash != hash) continue;
            times++;
            with += (double)(end - i);
        }
    }
    return times > 0 ? with / times : 0;
}

static void add_phrase(struct text_gist *g, uint16_t *first, size_t i, size_t n)
{
    const struct text_gist_word *last = &g->word[i + n - 1];
    if (g->phrases == TEXT_GIST_PHRASES || n > TEXT_PHRASE_WORDS) return;
    for (size_t p = 0; p < g->phrases; p++)
        if (same_words(g, first[p], i, n) && g->phrase[p].len == last->from + last->len - g->word[i].from) return;
    double score = 0;
    for (size_t k = 0; k < n; k++) score += word_score(g, g->word[i + k].hash);
    first[g->phrases] = (uint16_t)i;
    g->score[g->phrases] = score;
    g->phrase[g->phrases++] = (struct text_span){ g->word[i].from, last->from + last->len - g->word[i].from };
}

size_t text_phrases(struct text_gist *g, str text, struct text_span *out, size_t most)
{
    uint16_t first[TEXT_GIST_PHRASES];
    size_t n = 0;
    text = str_utf8_prefix(text, TEXT_BYTES_MAX);
    read_text(g, text);
    for (size_t i = 0, end; i < g->words; i = end) {
        end = g->word[i].function ? i + 1 : run_end(g, i);
        if (!g->word[i].function) add_phrase(g, first, i, end - i);
    }
    for (; n < most && n < g->phrases; n++) {
        size_t best = 0;
        for (size_t p = 1; p < g->phrases; p++)
            if (g->score[p] > g->score[best]) best = p;
        out[n] = g->phrase[best];
        g->score[best] = -1;
    }
    return n;
}
