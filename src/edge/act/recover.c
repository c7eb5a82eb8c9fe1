#include "edge/act/recover.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "edge/act/child.h"

enum { ENVIRON_MAX = 1 << 17 };

static bool names(const char *pid, str mark, char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "/proc/%.200s/environ", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false; /* not ours to read, hence not ours */
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len < ENVIRON_MAX) {
        n = read(fd, text + len, ENVIRON_MAX - len);
        if (n > 0) len += (size_t)n;
    }
    (void)close(fd);
    str rest = { text, len }, entry = STR_NONE;
    while (str_next(&rest, '\0', &entry))
        if (str_eq(entry, mark)) return true;
    return false;
}

str recover_mark(const struct act *x)
{
    str store = store_mark(x->door->store, x->a);
    return str_fmt(x->a, "WEIR_EFFECT_OF=" STR_FMT "@" STR_FMT, STR_ARG(x->effect->id), STR_ARG(store));
}

/* A process that carries the mark, 0 = none: steps after the first, and what they started. */
static int survivor_of(str mark)
{
    char *text = mem_new(ENVIRON_MAX);
    int found = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *e = d ? readdir(d) : NULL; e && !found; e = readdir(d)) {
        if (!isdigit((unsigned char)e->d_name[0]) || !names(e->d_name, mark, text)) continue;
        int64_t pid = 0;
        err bad = str_to_i64(str_of(e->d_name), &pid);
        if (!bad.code && process_alive((pid_t)pid, process_start((pid_t)pid))) found = (int)pid;
    }
    if (d) (void)closedir(d);
    mem_free(text);
    return found;
}

static bool dedupes(const struct act *x)
{
    if (!STR_IS(x->effect->remedy, "webhook.call")) return false;
    return json_bool(json_get(act_declared(x, "webhooks", json_get_str(x->args, "webhook")), "dedupes"), false);
}

enum recovery recover_plan(struct act *x, int64_t pid, int64_t pid_start, int *survivor)
{
    *survivor = process_alive((pid_t)pid, pid_start) ? (int)pid : survivor_of(recover_mark(x));
    if (*survivor) return RECOVER_WAIT;
    return dedupes(x) ? RECOVER_AGAIN : RECOVER_UNKNOWN;
}
