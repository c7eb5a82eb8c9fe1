/* Log templates, learned from the stream: lines of one statement of a program get one template, whatever their
 * parameters are.
 *
 *   line -> masked tokens (log_line.h) -> seen before? -> its template
 *                                         else a known generalised one with the same punctuation? -> that
 *                                         else a new one, which may turn out to be the sibling of others
 *
 * Siblings differ in one place only: each template enters, for each of its words, a table under its hash without that
 * word, and lines that meet there are siblings. The place becomes a parameter ("Invalid user *") when enough different
 * words were seen in it: two when they are names or values, more for plain words, which a program's author may well
 * have written as so many statements. The generalised template enters the tables again, so several parameters are found
 * one after another. Siblings that were apart until then are united: an answer given early may be corrected later
 * (log_template_root). As in Drain (He et al., ICWS 2017) the cost of a line does not grow with the number of
 * templates; the places are counted as in the child direction of Brain (Yu et al., TSC 2023), but on line.
 *
 * Memory is the caller's and of fixed size: past `max` templates those not seen for longest go, half of them at a time.
 * Pure. Thread: any, one at a time. */
#ifndef WEIR_ENGINE_DETECT_LOG_TEMPLATES_H
#define WEIR_ENGINE_DETECT_LOG_TEMPLATES_H

#include "base/arena.h"
#include "engine/detect/log_line.h"

enum { LOG_TEMPLATES_MIN = 16, LOG_TEMPLATES_MOST = 1 << 16, LOG_SAMPLE_MAX = 400 };

struct log_templates;

/* Takes log_templates_size(max) bytes from the arena. `max`: LOG_TEMPLATES_MIN .. LOG_TEMPLATES_MOST. */
size_t log_templates_size(uint32_t max);
struct log_templates *log_templates_new(struct arena *a, uint32_t max);

struct log_hit {
    uint32_t id; /* of the template as known now, > 0; never used again for another */
    bool is_new; /* the line begins a template of its own */
};

struct log_hit log_templates_add(struct log_templates *t, const struct log_line *line, str text);
/* The template that `id` belongs to by now; 0 when it was forgotten. */
uint32_t log_template_root(const struct log_templates *t, uint32_t id);

struct log_template_info {
    uint32_t id;
    uint64_t count, first, last; /* lines, and which lines of the stream, from 1 */
    uint64_t born;               /* the line at which the template took its present form */
    str sample;                  /* its first line, at most LOG_SAMPLE_MAX bytes; lives as long as the templates */
};

/* The templates known now, in no order: begin with *i = 0, until false. Those united with others are left out. */
bool log_templates_next(const struct log_templates *t, uint32_t *i, struct log_template_info *out);
/* False when it was forgotten; one that was united with others answers for them all. */
bool log_template_info(const struct log_templates *t, uint32_t id, struct log_template_info *out);
/* "Failed password for <*> from <*>", at most 2 * LOG_SAMPLE_MAX bytes, in `a`. */
str log_template_text(const struct log_templates *t, uint32_t id, struct arena *a);

#endif
