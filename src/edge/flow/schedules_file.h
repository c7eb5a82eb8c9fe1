/* `schedules:` of weir.yaml: the operator's own, and other times for the built-in ones.
 *
 *   schedules:
 *     - name: nightly_report
 *       cron: "30 2 * * *"        # or @hourly, @daily, @weekly, @monthly (core/flow/cron.h)
 *       timezone: Europe/Berlin   # without it: timezone of weir.yaml
 *       argv: [python3, report.py]
 *       cwd: /srv/reports         # user, env: as in pipelines.yaml
 *       timeout: 1h
 *       retries: 2                # and retry_after: 5m, twice as long each time
 *       missed: once              # or skip: what passed while weir was down
 *       paused: no
 *     - name: model_retraining    # a built-in one: anything but what it does
 *       cron: "0 4 * * sun"
 */
#ifndef WEIR_EDGE_FLOW_SCHEDULES_FILE_H
#define WEIR_EDGE_FLOW_SCHEDULES_FILE_H

#include "edge/config.h"

/* The document "schedules" of the core, with the data of every zone it names. Errors: ERR_INPUT (a zone is gone),
 * ERR_LIMIT. */
MUST_USE err schedules_document(const struct config *c, struct arena *a, str *out);

#endif
