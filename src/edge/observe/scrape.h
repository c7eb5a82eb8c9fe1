/* Fetches the pages of exporters, as Prometheus would: every target at its own beat, spread over the interval, with the
 * series `up`, `scrape_duration_seconds` and `scrape_samples_scraped` about the scrape itself, and an end mark for each
 * series that a target no longer shows. */
#ifndef WEIR_EDGE_OBSERVE_SCRAPE_H
#define WEIR_EDGE_OBSERVE_SCRAPE_H

#include "edge/config.h"
#include "edge/observe/ingest.h"

struct scraper;

/* Start scraping config->scrapes. All borrowed; env must have http. Without targets no thread is started.
 * Errors: ERR_IO (no thread).   Thread: main. */
MUST_USE err scraper_start(const struct config *config, struct ingest *in, struct env *env, struct scraper **out);
void scraper_stop(struct scraper *s); /* accepts NULL; waits for exchanges under way, at most their timeout */

struct scrape_stats {
    int64_t scrapes, failed;
};
struct scrape_stats scraper_stats(const struct scraper *s); /* accepts NULL; Thread: any */

/* One scrape of one target, now; what the threads do. The state remembers which series the target showed. */
struct scrape_state;
struct scrape_state *scrape_state_new(const struct scrape_target *target);
void scrape_state_free(struct scrape_state *st); /* accepts NULL */
/* Errors: why the page could not be had or read (`up` is 0 then and has been recorded), or those of ingest_samples. */
MUST_USE err scrape_once(struct scrape_state *st, struct ingest *in, struct env *env);

#endif
