#include "sim/demo_world.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/chance.h"
#include "sim/demo_files.h"

const char *const demo_pipelines[DEMO_PIPELINES] = { "customers", "orders", "revenue" };
const char *const demo_steps[DEMO_STEPS] = { "extract", "transform", "load" };

enum { ROWS = 1000, ROWS_SPREAD = 60, LONG_NOTE = 30000, SLOW_DISK_MS = 50 };

struct demo_world {
    struct env *env;
    struct arena arena;
    str dir;
    uint64_t chance;
    struct MHD_Daemon *source;
    int port;
    pthread_mutex_t lock; /* hangs: read by the source's threads */
    int hangs[DEMO_PIPELINES]; /* requests that will get no answer in time */
    bool long_notes[DEMO_PIPELINES], no_amount[DEMO_PIPELINES];
};

static const struct file {
    const char *name;
    str (*text)(void);
} files[] = {
    { "extract.sh", demo_extract_sh }, { "transform.sh", demo_transform_sh }, { "load.sh", demo_load_sh },
    { "use_last_good.sh", demo_use_last_good_sh }, { "slow_disk.so", demo_slow_disk_so },
};

static str path_of(struct demo_world *w, struct arena *a, const char *folder, const char *name, const char *ending)
{
    return str_fmt(a, STR_FMT "/%s/%s%s", STR_ARG(w->dir), folder, name, ending);
}

static err write_file(str path, str text)
{
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return err_errno(STR_FMT, STR_ARG(path));
    ssize_t n = write(fd, text.ptr ? text.ptr : "", text.len);
    err e = n == (ssize_t)text.len ? OK : err_errno(STR_FMT, STR_ARG(path));
    (void)close(fd);
    return e;
}

/* The same seed gives the same demo. */
static uint64_t chance(struct demo_world *w)
{
    return chance_next(&w->chance);
}

static err write_source(struct demo_world *w, int p)
{
    struct buf b = buf_init(64 << 20);
    bool amount = !w->no_amount[p];
    char note[LONG_NOTE];
    memset(note, 'n', sizeof note);
    size_t note_len = w->long_notes[p] ? sizeof note : 24;
    int rows = ROWS + (int)(chance(w) % (2 * ROWS_SPREAD)) - ROWS_SPREAD;
    buf_add(&b, amount ? STR("id,name,amount,note\n") : STR("id,name,note\n"));
    for (int i = 1; i <= rows; i++) {
        uint64_t v = chance(w);
        buf_fmt(&b, "%d,Client %d,", i, (int)(v % 211));
        if (amount) buf_fmt(&b, "%d.%02d,", (int)(v >> 20 & 1023), (int)((v >> 40) % 100));
        buf_add(&b, (str){ note, note_len });
        buf_char(&b, '\n');
    }
    struct arena a = arena_init(1 << 16);
    err e = b.full ? err_make(ERR_LIMIT, "the demo's file is too large")
                   : write_file(path_of(w, &a, "source", demo_pipelines[p], ".csv"), buf_view(&b));
    arena_done(&a);
    buf_done(&b);
    return e;
}

err demo_world_new_day(struct demo_world *w)
{
    err e = OK;
    for (int p = 0; p < DEMO_PIPELINES && !e.code; p++) e = write_source(w, p);
    return e;
}

static int pipeline_of(const char *url)
{
    for (int p = 0; p < DEMO_PIPELINES; p++) {
        size_t len = strlen(demo_pipelines[p]);
        if (url[0] == '/' && strncmp(url + 1, demo_pipelines[p], len) == 0 && strcmp(url + 1 + len, ".csv") == 0)
            return p;
    }
    return -1;
}

/* The source: a thread for each connection, so that one that hangs keeps nobody else waiting. */
static enum MHD_Result serve(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
                             const char *version, const char *body, size_t *body_len, void **state)
{
    (void)method, (void)version, (void)body, (void)body_len, (void)state;
    struct demo_world *w = ctx;
    int p = pipeline_of(url);
    if (p < 0) return MHD_NO;
    (void)pthread_mutex_lock(&w->lock);
    bool hang = w->hangs[p] > 0;
    if (hang) w->hangs[p]--;
    (void)pthread_mutex_unlock(&w->lock);
    if (hang) (void)usleep(1500000); /* longer than the pipeline waits */
    struct arena a = arena_init(1 << 16);
    int fd = open(path_of(w, &a, "source", demo_pipelines[p], ".csv").ptr, O_RDONLY | O_CLOEXEC);
    arena_done(&a);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) return MHD_NO;
    struct MHD_Response *r = MHD_create_response_from_fd((uint64_t)st.st_size, fd);
    enum MHD_Result ok = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return ok;
}

static err start_source(struct demo_world *w)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    w->source = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, serve,
                                 w, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_CONNECTION_LIMIT, 16u,
                                 MHD_OPTION_END);
    const union MHD_DaemonInfo *info = w->source ? MHD_get_daemon_info(w->source, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info) return err_make(ERR_IO, "the demo's source does not start");
    w->port = info->port;
    return OK;
}

static err make_folder(str path)
{
    return mkdir(path.ptr, 0755) && errno != EEXIST ? err_errno(STR_FMT, STR_ARG(path)) : OK;
}

static err make_tree(struct demo_world *w)
{
    static const char *const folders[] = { "", "source", "bin", "disk", "logs", "work" };
    err e = OK;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !e.code; i++)
        e = make_folder(str_fmt(&w->arena, STR_FMT "/%s", STR_ARG(w->dir), folders[i]));
    for (int p = 0; p < DEMO_PIPELINES && !e.code; p++) {
        e = make_folder(path_of(w, &w->arena, "work", demo_pipelines[p], ""));
        if (!e.code) e = write_file(path_of(w, &w->arena, "disk", demo_pipelines[p], ""), STR("0"));
    }
    for (size_t i = 0; i < sizeof files / sizeof *files && !e.code; i++)
        e = write_file(path_of(w, &w->arena, "bin", files[i].name, ""), files[i].text());
    return e;
}

err demo_world_open(str dir, uint64_t seed, struct env *env, struct demo_world **out)
{
    struct demo_world *w = mem_new(sizeof *w);
    w->env = env;
    w->arena = arena_init(1 << 20);
    w->dir = str_dup(&w->arena, dir);
    w->chance = seed;
    (void)pthread_mutex_init(&w->lock, NULL);
    err e = make_tree(w);
    if (!e.code) e = demo_world_new_day(w);
    if (!e.code) e = start_source(w);
    if (e.code) demo_world_close(w);
    else *out = w;
    return err_wrap(e, "demo");
}

void demo_world_close(struct demo_world *w)
{
    if (!w) return;
    if (w->source) MHD_stop_daemon(w->source);
    (void)pthread_mutex_destroy(&w->lock);
    arena_done(&w->arena);
    mem_free(w);
}

static const char *const env_names[] = { "NAME", "SOURCE", "WAREHOUSE", "SIM_DISK", "LD_PRELOAD", "PATH" };
enum { ENV_COUNT = sizeof env_names / sizeof *env_names };

static void pipeline_env(struct demo_world *w, struct arena *a, int p, str out[ENV_COUNT])
{
    out[0] = str_of(demo_pipelines[p]);
    out[1] = str_fmt(a, "http://127.0.0.1:%d/%s.csv", w->port, demo_pipelines[p]);
    out[2] = str_fmt(a, STR_FMT "/warehouse.db", STR_ARG(w->dir));
    out[3] = path_of(w, a, "disk", demo_pipelines[p], "");
    out[4] = path_of(w, a, "bin", "slow_disk.so", "");
    out[5] = STR("/usr/local/bin:/usr/bin:/bin");
}

err demo_world_declare(struct demo_world *w)
{
    struct arena *a = &w->arena;
    struct buf b = buf_init(1 << 20);
    buf_add(&b, STR("version: 1\npipelines:\n"));
    for (int p = 0; p < DEMO_PIPELINES; p++) {
        str env[ENV_COUNT];
        pipeline_env(w, a, p, env);
        const char *name = demo_pipelines[p];
        buf_fmt(&b, "  - name: %s\n    source: shop API\n    destination: warehouse.%s\n    tier: 1\n", name, name);
        if (p) buf_fmt(&b, "    after: [%s]\n", demo_pipelines[p - 1]);
        buf_add(&b, STR("    steps:\n"));
        for (int s = 0; s < DEMO_STEPS; s++) {
            buf_fmt(&b,
                    "      - name: %s\n        argv: [sh, " STR_FMT "/bin/%s.sh]\n        cwd: " STR_FMT "/work/%s\n",
                    demo_steps[s], STR_ARG(w->dir), demo_steps[s], STR_ARG(w->dir), name);
            buf_add(&b, STR("        repeatable: yes\n        timeout: 30s\n        env:\n"));
            for (int i = 0; i < ENV_COUNT; i++)
                buf_fmt(&b, "          %s: \"" STR_FMT "\"\n", env_names[i], STR_ARG(env[i]));
        }
        buf_add(&b, STR("    knobs:\n"
                        "      - {name: memory_mb, type: int, min: 16, max: 256, default: 24, effect: memory_limit,\n"
                        "         mends: [resource.memory]}\n"
                        "      - {name: batch_rows, type: int, min: 1, max: 1000, default: 25, effect: batch_size,\n"
                        "         mends: [resource.disk_slow]}\n"));
        buf_fmt(&b,
                "    commands:\n      - name: use_last_good\n        argv: [sh, " STR_FMT "/bin/use_last_good.sh]\n"
                "        cwd: " STR_FMT "/work/%s\n        leaves: lasting\n        mends: [schema.missing_column]\n"
                "        timeout: 10s\n        rerun: yes\n",
                STR_ARG(w->dir), STR_ARG(w->dir), name);
    }
    err e = write_file(path_of(w, a, "", "pipelines", ".yaml"), buf_view(&b));
    buf_done(&b);
    return e;
}

static void exec_step(struct demo_world *w, struct arena *a, const struct demo_server *server, int p, int s)
{
    str values[ENV_COUNT];
    pipeline_env(w, a, p, values);
    int log =
        open(path_of(w, a, "logs", demo_pipelines[p], ".log").ptr, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
    if (chdir(path_of(w, a, "work", demo_pipelines[p], "").ptr)) _exit(126);
    for (int i = 0; i < ENV_COUNT; i++) (void)setenv(env_names[i], str_z(a, values[i]), 1);
    (void)setenv("WEIR_KEY", str_z(a, server->key), 1);
    const char *script = path_of(w, a, "bin", demo_steps[s], ".sh").ptr;
    (void)execl(server->weir.ptr, "weir", "run", "--pipeline", demo_pipelines[p], "--step", demo_steps[s], "--server",
                str_z(a, server->url), "--data-dir", str_z(a, str_fmt(a, STR_FMT "/spool", STR_ARG(w->dir))), "--",
                "sh", script, (char *)NULL);
    _exit(127);
}

err demo_world_run(struct demo_world *w, const struct demo_server *server, int p, int s, int *code)
{
    struct arena a = arena_init(1 << 20);
    pid_t pid = fork();
    if (pid == 0) exec_step(w, &a, server, p, s);
    int status = 0;
    err e = pid < 0 ? err_errno("fork") : OK;
    while (!e.code && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) e = err_errno("waitpid");
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    arena_done(&a);
    return e;
}

static err put_timeout(struct demo_world *w, int p)
{
    (void)pthread_mutex_lock(&w->lock);
    w->hangs[p] = 1;
    (void)pthread_mutex_unlock(&w->lock);
    return OK;
}

static err heal_timeout(struct demo_world *w, int p)
{
    (void)pthread_mutex_lock(&w->lock);
    w->hangs[p] = 0;
    (void)pthread_mutex_unlock(&w->lock);
    return OK;
}

static err put_missing_column(struct demo_world *w, int p)
{
    w->no_amount[p] = true;
    return write_source(w, p);
}

static err heal_missing_column(struct demo_world *w, int p)
{
    w->no_amount[p] = false;
    return write_source(w, p);
}

static err put_long_notes(struct demo_world *w, int p)
{
    w->long_notes[p] = true;
    return write_source(w, p);
}

static err heal_long_notes(struct demo_world *w, int p)
{
    w->long_notes[p] = false;
    return write_source(w, p);
}

/* The broker delivers the transformed file a second time. */
static err put_redelivery(struct demo_world *w, int p)
{
    struct arena a = arena_init(1 << 16);
    str from = path_of(w, &a, "work", demo_pipelines[p], "/inbox/part-1.csv");
    str to = path_of(w, &a, "work", demo_pipelines[p], "/inbox/part-1.redelivered.csv");
    err e = link(from.ptr, to.ptr) && errno != EEXIST ? err_errno(STR_FMT, STR_ARG(to)) : OK;
    arena_done(&a);
    return e;
}

static err heal_nothing(struct demo_world *w, int p)
{
    (void)w, (void)p;
    return OK;
}

static err set_disk(struct demo_world *w, int p, int ms)
{
    struct arena a = arena_init(1 << 16);
    err e = write_file(path_of(w, &a, "disk", demo_pipelines[p], ""), str_fmt(&a, "%d", ms));
    arena_done(&a);
    return e;
}

static err put_slow_disk(struct demo_world *w, int p)
{
    return set_disk(w, p, SLOW_DISK_MS);
}

static err heal_slow_disk(struct demo_world *w, int p)
{
    return set_disk(w, p, 0);
}

const struct demo_fault demo_faults[] = {
    { "missing_column", "the source's file lost its column 'amount'", "schema.missing_column", 7, 0, true,
      put_missing_column, heal_missing_column },
    { "timeout", "the source does not answer in time", "source.timeout", 7, 0, false, put_timeout, heal_timeout },
    { "memory", "long texts: a step needs more than its memory limit", "resource.memory", 7, 0, false, put_long_notes,
      heal_long_notes },
    { "doubled", "a file is delivered twice, the load doubles every row", "data.duplicated", 7, 2, false,
      put_redelivery, heal_nothing },
    { "slow_disk", "the disk under a load is slow", "resource.disk_slow", 7, 0, false, put_slow_disk, heal_slow_disk },
};
const size_t demo_fault_count = sizeof demo_faults / sizeof *demo_faults;
