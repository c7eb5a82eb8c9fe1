/* What the ways in share: the folder of mails (intake.c, intake_file.c) and the mailbox (imap.c). */
#ifndef WEIR_EDGE_INQUIRY_INTAKE_INTERNAL_H
#define WEIR_EDGE_INQUIRY_INTAKE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "edge/inquiry/intake.h"

struct intake {
    struct intake_opts opts;
    pthread_t thread;
    pthread_mutex_t lock; /* of stop */
    pthread_mutex_t turn; /* one looks at a time: the thread, or who asks for it */
    pthread_cond_t wake;
    bool runs, stop;
    usec imap_looked;
    atomic_llong files, files_failed, taken, known, refused, passed_over, imap_looks, imap_failed;
    atomic_llong looked_s[2];  /* wall time of the last look that succeeded, by enum intake_source; 0: none */
    atomic_llong files_waiting; /* that the last look found at rest and did not get through the door */
};

/* Hand one to the desk and count it. Only an error that may pass is given back. */
err intake_take(struct intake *in, const struct inquiry_mail *m, const char *actor);

#endif
