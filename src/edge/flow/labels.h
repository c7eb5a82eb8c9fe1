/* The labels that people gave to inquiries, as examples to learn from and, apart from them, to be judged by. Texts are
 * opened in memory only. Everything of one writer is on one side, so that no thread or repeat stands on both. */
#ifndef WEIR_EDGE_FLOW_LABELS_H
#define WEIR_EDGE_FLOW_LABELS_H

#include "edge/inquiry/desk.h"
#include "edge/text/text_data.h"

enum { LABELS_MAX_READ = 10000, LABEL_CLASSES = 64, LABEL_CLASS_LEAST = 5, LABEL_HELD_ONE_IN = 5 };
enum { LABEL_CATEGORY, LABEL_SENTIMENT, LABEL_URGENCY, LABEL_AXES };
extern const char *const label_axis[LABEL_AXES];

struct held_text {
    str subject, body, label;
};
struct labels {
    struct text_data learn[LABEL_AXES]; /* one of four in five writers; classes with fewer than five are left out */
    struct held_text *held[LABEL_AXES]; /* the others */
    size_t held_count[LABEL_AXES], given[LABEL_AXES], erased;
    struct arena arena;
};

/* The newest LABELS_MAX_READ. goes_on is asked now and then; false ends it with ERR_TIMEOUT. End with labels_done, also
 * after an error. Errors: of the store, of desk_open_text.   Thread: any. */
MUST_USE err labels_collect(struct inquiry_desk *d, struct store *store, bool (*goes_on)(const void *ctx),
                            const void *ctx, struct labels *out);
void labels_done(struct labels *l);

#endif
