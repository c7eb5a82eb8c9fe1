/* Deadlines that libmicrohttpd does not have: one thread looks at every connection and cuts off who is slow on purpose.
 * It asks the kernel how many bytes came in and were taken by the other side (TCP_INFO), so a byte now and then does
 * not keep a connection alive. It sleeps while there is none.
 *
 * Whoever holds a connection and says nothing makes room for one who comes: when all are taken, or all of his address,
 * or the process has no descriptor left, the one that has waited longest is cut off. */
#ifndef WEIR_EDGE_SERVER_WATCH_H
#define WEIR_EDGE_SERVER_WATCH_H

#include <stdatomic.h>

#include "base/env.h"

/* What a connection is busy with. */
enum watch_phase {
    WATCH_WAIT,   /* for a request's headers */
    WATCH_BODY,   /* reading it */
    WATCH_WORK,   /* ours to be slow */
    WATCH_REPLY,  /* writing */
    WATCH_STREAM, /* events: they have rules of their own */
};

enum watch_cut { CUT_HEADER, CUT_IDLE, CUT_BODY, CUT_REPLY, CUT_ADDRESS, CUT_FULL, CUT_ROOM, CUT_REASONS };
const char *watch_cut_reason(enum watch_cut c);

struct watch_limits {
    usec header, idle, grace;   /* see server_opts */
    size_t connections, per_address;
};

/* So many connections, and some that are cut off and not closed yet: what they need of descriptors. */
size_t watch_slots(size_t connections);

struct watch;
struct watched; /* one connection */

struct watch *watch_open(const struct watch_limits *limits, struct env *env);
void watch_close(struct watch *w); /* after the last connection has ended; accepts NULL */

/* May one more connection from this address (16 bytes, v4 mapped) come? Makes room for it, or counts the refusal.
 * Thread: HTTP. */
bool watch_admit(struct watch *w, const uint8_t address[16]);
/* A connection began: NULL when the table is full (the caller refuses every request on it). */
struct watched *watch_begin(struct watch *w, int fd, const uint8_t address[16]);
void watch_end(struct watched *c); /* before its descriptor is closed; accepts NULL */
void watch_phase(struct watched *c, enum watch_phase phase);
void watch_cut(struct watched *c); /* shut it down now */
void watch_no_files(struct watch *w); /* a connection could not be accepted for want of a descriptor. Thread: any */

struct watch_stats {
    int64_t open, opened, cut[CUT_REASONS];
};
struct watch_stats watch_stats(struct watch *w);

#endif
