/* Once a second: the logs reach the disk. Now and then: is there room, and what is too old to keep. */
#include <sys/statvfs.h>

#include "base/cond.h"
#include "base/log.h"
#include "edge/observe/ingest_internal.h"

enum { ROOM_EVERY = 5, EXPIRE_EVERY = 600, EXPIRE_BATCH = 1000, EXPIRE_ROUNDS = 200 };

static void sync_logs(struct ingest *in)
{
    for (int i = 0; i < SHARDS; i++) {
        err e = sample_log_sync(in->shards[i].log);
        if (e.code && !atomic_exchange(&in->read_only, true)) log_error("samples.read_only: %s", e.msg);
    }
}

static void watch_room(struct ingest *in)
{
    struct statvfs fs;
    if (in->opts.disk_floor < 0 || statvfs(in->dir, &fs) || fs.f_blocks == 0) return;
    bool low = (double)fs.f_bavail < in->opts.disk_floor * (double)fs.f_blocks;
    if (low != atomic_exchange(&in->disk_low, low))
        log_warn("samples.disk %s", low ? "below its floor: samples are refused" : "has room again");
}

/* By age, then, while the file is too large, the oldest thousand at a time. */
static void expire(struct ingest *in)
{
    int64_t bytes = 0;
    usec oldest = 0, before = in->env->wall(in->env) - in->opts.retention;
    err e = OK;
    for (int round = 0; round < EXPIRE_ROUNDS && !e.code && !atomic_load(&in->stopping); round++) {
        int64_t gone = 0;
        e = samples_db_expire(in->db, before, EXPIRE_BATCH, &gone);
        (void)atomic_fetch_add(&in->chunks_expired, gone);
        if (!e.code) e = samples_db_size(in->db, &bytes, &oldest);
        atomic_store(&in->db_bytes, bytes);
        if (gone == EXPIRE_BATCH) continue;
        if (bytes <= in->opts.bytes_max || oldest == 0) break;
        before = oldest + USEC_HOUR;
    }
    if (e.code) log_warn("samples.expire: %s", e.msg);
}

void *keeper_main(void *ingest)
{
    struct ingest *in = ingest;
    for (unsigned second = 0; !atomic_load(&in->stopping); second++) {
        sync_logs(in);
        if (second % ROOM_EVERY == 0) watch_room(in);
        if (second % EXPIRE_EVERY == EXPIRE_EVERY - 1) expire(in);
        (void)pthread_mutex_lock(&in->keeper_lock);
        if (!atomic_load(&in->stopping)) (void)cond_wait_for(&in->keeper_wake, &in->keeper_lock, USEC_SECOND);
        (void)pthread_mutex_unlock(&in->keeper_lock);
    }
    sync_logs(in);
    return NULL;
}
