/* A disk that fails on demand, as a SQLite VFS around the real one: the nth change fails, the disk is full from then
 * on, the power goes. A change is a write, a sync, a truncation or a deletion; they are counted over all files and
 * threads.
 *
 * The power cut: every change not yet synced is remembered with what was there before. After FAULT_POWER_OFF has struck
 * nothing reaches the disk any more; close the store, then vfs_fault_power_on() takes back what no sync had made
 * durable. A disk may have written some of it anyway, so `seed` chooses what stays; 0 takes back all.
 *
 *     struct vfs_fault *f = vfs_fault_new("name");       env.sqlite_vfs = "name";
 *     vfs_fault_plan(f, (struct vfs_plan){ .at = 7, .fault = FAULT_IO });
 *
 * Thread: any, but new, free and power_on while no file is open on it. */
#ifndef WEIR_SIM_VFS_FAULT_H
#define WEIR_SIM_VFS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum vfs_fault_kind {
    FAULT_NONE,
    FAULT_IO,        /* that one change fails; a write may have reached the disk in half */
    FAULT_FULL,      /* from there on every write fails with "disk full" until the plan is replaced */
    FAULT_POWER_OFF, /* from there on nothing reaches the disk */
};

struct vfs_plan {
    int64_t at; /* the change that fails, counted from this plan on: 1.. */
    enum vfs_fault_kind fault;
};

struct vfs_fault;
struct vfs_fault *vfs_fault_new(const char *name); /* name: static, and free in this process */
void vfs_fault_free(struct vfs_fault *f);          /* accepts NULL */
void vfs_fault_plan(struct vfs_fault *f, struct vfs_plan plan);
bool vfs_fault_fired(struct vfs_fault *f);    /* the plan's change was reached */
int64_t vfs_fault_syncs(struct vfs_fault *f); /* since new */
void vfs_fault_power_on(struct vfs_fault *f, uint64_t seed);
/* Every sync reaches the real disk, and takes at least so long: a disk of known slowness, for benchmarks. Call before
 * files are opened. Without it syncs are counted and remembered here only, since a test can cut the power of no real
 * disk. */
void vfs_fault_pad_sync(struct vfs_fault *f, int64_t pad_us);

#endif
