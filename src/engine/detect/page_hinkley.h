/* Page-Hinkley: has the mean of a stream moved? Sums how far values lie from the running mean, less a drift that is
 * tolerated, and speaks when the sum is far from the least (the most) it has been. Quick on small shifts, but its
 * thresholds are in the stream's own unit: see stream_drift.h for one that needs none. Method: Page, "Continuous
 * Inspection Schemes", Biometrika 41, 1954; with forgetting as in Sebastiao and Fernandes, 2017. The numbers are those
 * of River's drift.PageHinkley. Plain data; only + - * / on doubles. Thread: any, one at a time. */
#ifndef WEIR_ENGINE_DETECT_PAGE_HINKLEY_H
#define WEIR_ENGINE_DETECT_PAGE_HINKLEY_H

#include "base/str.h"

enum { PAGE_HINKLEY_VERSION = 1 };

struct page_hinkley_config {
    double delta;          /* tolerated drift a value, >= 0, in the stream's unit */
    double threshold;      /* > 0, in the stream's unit */
    double alpha;          /* share of the sums that is kept at each value, in (0, 1] */
    uint64_t least_values; /* before it may speak */
};

struct page_hinkley { /* its bytes are its snapshot */
    uint32_t version, size;
    struct page_hinkley_config config;
    double mean, up, up_least, down, down_most;
    uint64_t n; /* values since the last change */
    uint64_t odd;
    int64_t direction; /* of the last change: 1 up, -1 down, 0 none yet */
};

/* 0.005, 50, 0.9999, 30: River's. */
struct page_hinkley_config page_hinkley_default(void);
/* The config is copied; one that is out of range is a broken promise (asserted). */
void page_hinkley_init(struct page_hinkley *p, const struct page_hinkley_config *config);
/* Take one value. True: the mean has moved; the next value starts anew. NaN and |value| > 1e100 are counted as odd and
 * ignored. */
bool page_hinkley_add(struct page_hinkley *p, double value);
/* Go on from stored bytes. False: not ones this version stored, or impossible; `p` is then as it was. */
bool page_hinkley_load(struct page_hinkley *p, str bytes);

#endif
