/* Reading an inquiry without any model: what it asks for, how it sounds, how much it presses, in which language, and by
 * which words that was told. Words and phrases with strengths stand in a file (examples/inquiry_rules.yaml is the
 * built-in one); here is only the counting.
 *
 *   fold      lower case, accents off, so that "Über" finds "uber*"; words, and where sentences begin
 *   zones     the subject counts 1.5 (0.5 in an answer), the body 1; what is quoted from earlier mails only when
 * nothing else is said hits      the longest phrase at each place; a third time counts no more negation  a word such as
 * "not", "kein", "pas" up to three words before, in the same sentence, turns it round scores    softmax over the sums,
 * with a label "cannot tell" among the categories that has no words: so few or torn words give a low confidence
 *
 * Pure; memory from the caller's arena. Thread: any; compiled rules are only read.
 */
#ifndef WEIR_ENGINE_DESK_DESK_H
#define WEIR_ENGINE_DESK_DESK_H

#include "base/yaml.h"

enum {
    DESK_LABELS_MAX = 32,
    DESK_TOPICS_MAX = 8,
    DESK_WHY_MAX = 12,
    DESK_TEXT_MAX = 64 << 10, /* bytes of a text that are looked at */
    DESK_SKETCH_LEN = 32
};

struct desk_score {
    str label;
    double p; /* 0..1 */
};
struct desk_axis {
    struct desk_score items[DESK_LABELS_MAX]; /* most likely first */
    size_t count;
};
/* A phrase that spoke for a label. */
struct desk_reason {
    const char *axis; /* "category", "sentiment", "urgency" */
    str label, phrase; /* of the rules */
    bool turned;       /* it was denied: "not urgent" */
    double points;
};
struct desk_verdict {
    struct desk_axis category, sentiment, urgency;
    str language;     /* "en"; "" = cannot tell */
    str topics[DESK_TOPICS_MAX];
    size_t topic_count;
    str why[DESK_WHY_MAX]; /* "urgency low: not urgent (3.0)": phrases of the rules, never of the text */
    struct desk_reason spoke[DESK_WHY_MAX]; /* the same, in parts */
    size_t why_count;
};

struct desk_rules; /* opaque; lives in the arena it was read into */

str desk_rules_default(void);
/* Read and compile; problems are noted in `check`, NULL when there are any. */
const struct desk_rules *desk_rules_read(struct yaml_check *check, str text, struct arena *a);

/* Judge one inquiry. Strings of `out` live as long as the rules or in `a` (1 MiB is enough for any
 * text).
 */
void desk_judge(const struct desk_rules *r, str subject, str body, struct arena *a, struct desk_verdict *out);

/* Most likely first again; few, and equals keep their order. */
void desk_axis_sort(struct desk_axis *axis);

/* ---- the text itself ---- */

/* Readable text of a body: tags, scripts and entities of HTML remnants gone, at most DESK_TEXT_MAX bytes, in `a`. */
str desk_plain(str body, struct arena *a);
/* Is it an answer ("Re:", "AW:", "RV:", ...)? *core is the subject without such marks and white space around it. */
bool desk_subject(str subject, str *core);

enum desk_zone { ZONE_OWN, ZONE_QUOTED, ZONE_SIGNATURE };
/* Take the next line of `rest`; its zone follows from it and the lines before (state: start with zero). */
struct desk_lines {
    bool quoting, signature;
};
bool desk_line(str *rest, struct desk_lines *state, str *line, enum desk_zone *zone);

/* What the sender says in it, for a model: the subject without marks, and the readable lines that are no signature and
 * not quoted; with fewer than four words of one's own, the quoted ones too. In `a`. */
str desk_said(str subject, str body, struct arena *a);

/* 32 numbers of 31 bits from the three-word runs of a text (Broder's min-wise hashing), under a key: near-equal texts
 * agree in most places, and nobody without the key can try texts. */
void desk_sketch(str text, uint64_t key, struct arena *a, int64_t out[DESK_SKETCH_LEN]);

/* Personal data in a text: addresses of mail, telephone numbers, IBANs (ISO 13616 check digits) and payment cards
 * (Luhn). */
enum personal { PERSONAL_MAIL, PERSONAL_PHONE, PERSONAL_IBAN, PERSONAL_CARD, PERSONAL_KINDS };
struct personal_span {
    enum personal kind;
    size_t from, len; /* bytes */
};
/* The spans in order, at most `max`. */
size_t desk_personal(str text, struct personal_span *out, size_t max);
/* A copy with "[mail]", "[phone]", "[iban]", "[card]" in their places, and `name` (when it has three letters or more)
 * as
 * "[name]". */
str desk_redact(str text, str name, struct arena *a);

#endif
