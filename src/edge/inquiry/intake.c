#include "edge/inquiry/intake.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cond.h"
#include "base/log.h"
#include "edge/inquiry/intake_file.h"
#include "edge/inquiry/intake_internal.h"
#include "edge/metric_text.h"

enum { LOOK_EVERY_S = 2, NAMES_MAX = 1000 };

err intake_take(struct intake *in, const struct inquiry_mail *m, const char *actor)
{
    int64_t seq = 0;
    err e = desk_take(in->opts.desk, m, str_of(actor), &seq);
    if (!e.code) atomic_fetch_add(seq ? &in->taken : &in->known, 1);
    else if (err_lasting(e)) {
        atomic_fetch_add(&in->refused, 1);
        log_warn("inquiry.refused by=%s: %s", actor, e.msg);
        e = OK;
    }
    return e;
}

/* ---- the folder ---- */

static err take_from_file(void *ctx, const struct inquiry_mail *m)
{
    struct inquiry_mail copy = *m;
    if (STR_IS(copy.channel, "file")) copy.channel = STR("folder");
    return intake_take(ctx, &copy, "folder");
}

static void move_to(struct intake *in, const char *place, const char *name, struct arena *a)
{
    str dir = str_fmt(a, STR_FMT "/%s", STR_ARG(in->opts.folder), place);
    str from = str_fmt(a, STR_FMT "/%s", STR_ARG(in->opts.folder), name),
        to = str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name);
    struct stat st;
    for (int i = 1; stat(to.ptr, &st) == 0 && i < 10000; i++) to = str_fmt(a, STR_FMT "/%s.%d", STR_ARG(dir), name, i);
    if ((mkdir(dir.ptr, 0700) && errno != EEXIST) || rename(from.ptr, to.ptr))
        log_warn("inquiry.folder %s could not be moved to %s/: %s", name, place, strerror(errno));
}

/* False: it waits for a store that takes inquiries again. */
static bool take_file(struct intake *in, const char *name)
{
    struct arena a = arena_init(1 << 20);
    struct intake_report report;
    str path = str_fmt(&a, STR_FMT "/%s", STR_ARG(in->opts.folder), name);
    err e = intake_file(path, take_from_file, in, &report);
    atomic_fetch_add(&in->passed_over, report.passed_over);
    atomic_fetch_add(&in->refused, report.unreadable);
    if (!e.code && report.unreadable && !report.read && !report.passed_over)
        e = err_make(ERR_INPUT, "nothing in it can be read");
    bool waits = e.code && !err_lasting(e) && e.code != ERR_INPUT && e.code != ERR_LIMIT;
    if (waits) {
        log_warn("inquiry.folder %s waits: %s", name, e.msg); /* the store is full or stopping: later again */
    } else {
        atomic_fetch_add(e.code ? &in->files_failed : &in->files, 1);
        if (e.code) log_warn("inquiry.folder %s failed: %s", name, e.msg);
        else log_info("inquiry.folder %s: %lld read, %lld by machines, %lld unreadable", name, (long long)report.read,
                      (long long)report.passed_over, (long long)report.unreadable);
        move_to(in, e.code ? "failed" : "done", name, &a);
    }
    arena_done(&a);
    return !waits;
}

/* A file somebody still writes to is left alone. */
static bool rests(const struct intake *in, const char *name, usec rest)
{
    struct arena a = arena_init(1 << 16);
    struct stat st;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    bool is_file =
        lstat(str_fmt(&a, STR_FMT "/%s", STR_ARG(in->opts.folder), name).ptr, &st) == 0 && S_ISREG(st.st_mode);
    usec age =
        is_file ? ((usec)now.tv_sec - (usec)st.st_mtim.tv_sec) * USEC_SECOND + (now.tv_nsec - st.st_mtim.tv_nsec) / 1000
                : 0;
    arena_done(&a);
    return is_file && age >= rest;
}

static void looked(struct intake *in, enum intake_source from)
{
    atomic_store(&in->looked_s[from], (long long)time(NULL));
}

void intake_folder_look(struct intake *in, usec rest)
{
    struct arena a = arena_init(1 << 22);
    DIR *dir = opendir(str_z(&a, in->opts.folder));
    str names[NAMES_MAX];
    size_t n = 0;
    for (struct dirent *d = dir ? readdir(dir) : NULL; d && n < NAMES_MAX; d = readdir(dir))
        if (d->d_name[0] != '.' && rests(in, d->d_name, rest)) names[n++] = str_dup(&a, str_of(d->d_name));
    if (dir) (void)closedir(dir);
    else log_warn("inquiry.folder " STR_FMT ": %s", STR_ARG(in->opts.folder), strerror(errno));
    size_t waiting = n;
    for (size_t i = 0; i < n; i++) waiting -= take_file(in, names[i].ptr);
    atomic_store(&in->files_waiting, (long long)waiting);
    if (dir && !waiting) looked(in, INTAKE_FOLDER);
    arena_done(&a);
}

/* ---- the thread ---- */

static void look_around(struct intake *in)
{
    if (in->opts.folder.len) intake_folder_look(in, LOOK_EVERY_S * USEC_SECOND);
    if (!in->opts.imap_url.len || (in->imap_looked && cond_clock() - in->imap_looked < in->opts.imap_every)) return;
    in->imap_looked = cond_clock();
    err e = intake_imap_look(in);
    atomic_fetch_add(&in->imap_looks, 1);
    if (!e.code) looked(in, INTAKE_IMAP);
    if (!e.code) return;
    atomic_fetch_add(&in->imap_failed, 1);
    log_warn("inquiry.imap %s", e.msg);
}

static void look(struct intake *in)
{
    (void)pthread_mutex_lock(&in->turn);
    look_around(in);
    (void)pthread_mutex_unlock(&in->turn);
}

static struct intake_stats since(struct intake_stats now, const struct intake_stats *before)
{
    now.files -= before->files;
    now.files_failed -= before->files_failed;
    now.taken -= before->taken;
    now.known -= before->known;
    now.refused -= before->refused;
    now.passed_over -= before->passed_over;
    return now;
}

bool intake_has(const struct intake *in, enum intake_source from)
{
    return (from == INTAKE_FOLDER ? in->opts.folder : in->opts.imap_url).len > 0;
}

/* A look takes so many at most: as long as one finds work, there may be more. */
err intake_now(struct intake *in, enum intake_source from, usec until, struct intake_stats *out)
{
    err e = OK;
    bool folder = from == INTAKE_FOLDER, more = true;
    *out = (struct intake_stats){ 0 };
    if (!intake_has(in, from)) return err_make(ERR_NOT_FOUND, "it is not set up");
    (void)pthread_mutex_lock(&in->turn);
    struct intake_stats before = intake_stats(in), last = before;
    while (!e.code && more && cond_clock() < until) {
        if (folder) intake_folder_look(in, LOOK_EVERY_S * USEC_SECOND);
        else e = intake_imap_look(in);
        if (!e.code && !folder) looked(in, INTAKE_IMAP);
        struct intake_stats now = intake_stats(in), step = since(now, &last);
        more = step.files + step.files_failed + step.taken > 0;
        last = now;
    }
    *out = since(last, &before);
    (void)pthread_mutex_unlock(&in->turn);
    return e;
}

static bool sleep_on(struct intake *in)
{
    (void)pthread_mutex_lock(&in->lock);
    if (!in->stop) (void)cond_wait_for(&in->wake, &in->lock, LOOK_EVERY_S * USEC_SECOND);
    bool on = !in->stop;
    (void)pthread_mutex_unlock(&in->lock);
    return on;
}

static void *run(void *ctx)
{
    struct intake *in = ctx;
    do look(in);
    while (sleep_on(in));
    return NULL;
}

err intake_start(const struct intake_opts *opts, struct intake **out)
{
    struct stat st;
    struct intake *in = mem_new(sizeof *in);
    struct arena a = arena_init(1 << 16);
    in->opts = *opts;
    (void)pthread_mutex_init(&in->lock, NULL);
    (void)pthread_mutex_init(&in->turn, NULL);
    (void)pthread_cond_init(&in->wake, NULL);
    err e = OK;
    if (opts->folder.len && (stat(str_z(&a, opts->folder), &st) || !S_ISDIR(st.st_mode)))
        e = err_make(ERR_NOT_FOUND, "inquiries.folder: " STR_FMT " is no folder", STR_ARG(opts->folder));
    arena_done(&a);
    if (!e.code && (opts->folder.len || opts->imap_url.len)) {
        in->runs = pthread_create(&in->thread, NULL, run, in) == 0;
        if (!in->runs) e = err_make(ERR_LIMIT, "no thread for the intake of inquiries");
    }
    if (e.code) intake_stop(in);
    else *out = in;
    return e;
}

void intake_stop(struct intake *in)
{
    if (!in) return;
    (void)pthread_mutex_lock(&in->lock);
    in->stop = true;
    (void)pthread_cond_signal(&in->wake);
    (void)pthread_mutex_unlock(&in->lock);
    if (in->runs) (void)pthread_join(in->thread, NULL);
    (void)pthread_cond_destroy(&in->wake);
    (void)pthread_mutex_destroy(&in->lock);
    (void)pthread_mutex_destroy(&in->turn);
    mem_free(in);
}

struct intake_stats intake_stats(struct intake *in)
{
    return (struct intake_stats){
        .files = atomic_load(&in->files),       .files_failed = atomic_load(&in->files_failed),
        .taken = atomic_load(&in->taken),       .known = atomic_load(&in->known),
        .refused = atomic_load(&in->refused),   .passed_over = atomic_load(&in->passed_over),
        .imap_looks = atomic_load(&in->imap_looks), .imap_failed = atomic_load(&in->imap_failed),
    };
}

static void lag_metrics(struct intake *in, struct buf *out)
{
    static const char *const names[] = { [INTAKE_FOLDER] = "folder", [INTAKE_IMAP] = "imap" };
    metric_head(out, "weir_inquiry_intake_timestamp_seconds", "gauge",
                "When the folder or the mailbox was last taken in whole.");
    for (int i = 0; i < 2; i++)
        if (intake_has(in, (enum intake_source)i))
            buf_fmt(out, "weir_inquiry_intake_timestamp_seconds{source=\"%s\"} %lld\n", names[i],
                    (long long)atomic_load(&in->looked_s[i]));
    metric_one(out, "weir_inquiry_intake_files_total", "counter", "Files of the folder that were read.",
               atomic_load(&in->files));
    metric_one(out, "weir_inquiry_intake_files_waiting", "gauge",
               "Files that wait until the store takes inquiries again.", atomic_load(&in->files_waiting));
}

void intake_metrics(struct intake *in, struct buf *out)
{
    struct intake_stats s = intake_stats(in);
    const struct {
        const char *outcome;
        int64_t n;
    } rows[] = {
        { "taken", s.taken }, { "known", s.known }, { "refused", s.refused }, { "by_machine", s.passed_over }
    };
    metric_head(out, "weir_inquiry_intake_total", "counter",
                "Inquiries from the folder and the mailbox, by outcome.");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buf_fmt(out, "weir_inquiry_intake_total{outcome=\"%s\"} %lld\n", rows[i].outcome, (long long)rows[i].n);
    metric_head(out, "weir_inquiry_looks_failed_total", "counter", "Files and looks at the mailbox that failed.");
    buf_fmt(out,
            "weir_inquiry_looks_failed_total{source=\"folder\"} %lld\nweir_inquiry_looks_failed_total{source=\"imap\"} "
            "%lld\n",
            (long long)s.files_failed, (long long)s.imap_failed);
    lag_metrics(in, out);
}
