#include "edge/open_files.h"

#include <dirent.h>
#include <sys/resource.h>

#include "base/log.h"
#include "edge/server/server.h"

enum {
    REST = 128,      /* for what opens files later: readers of the store, children, requests to others */
    REST_LEAST = 16, /* where there are few */
    CONNECTIONS_LEAST = 4,
};

size_t open_files_share(size_t limit, size_t open, size_t wanted)
{
    size_t left = limit > open ? limit - open : 0;
    if (left >= server_files(wanted) + REST) return wanted;
    size_t rest = left / 4 < REST ? left / 4 : REST;
    if (rest < REST_LEAST) rest = REST_LEAST;
    size_t n = left > rest && left - rest < wanted ? left - rest : wanted;
    while (n > 0 && server_files(n) + rest > left) n--;
    return n >= CONNECTIONS_LEAST ? n : 0;
}

size_t open_files_now(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir) return 64; /* no /proc: more than a weir that just started has */
    for (struct dirent *d = readdir(dir); d; d = readdir(dir)) n += d->d_name[0] != '.';
    (void)closedir(dir);
    return n - 1; /* the folder itself */
}

/* The limit in force after raising it to `need`, as far as that goes. */
static size_t raised(size_t need)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r)) return need;
    if (r.rlim_cur < need) {
        rlim_t before = r.rlim_cur;
        r.rlim_cur = r.rlim_max < need ? r.rlim_max : need;
        if (setrlimit(RLIMIT_NOFILE, &r)) r.rlim_cur = before;
    }
    return r.rlim_cur < SIZE_MAX ? (size_t)r.rlim_cur : SIZE_MAX; /* RLIM_INFINITY is above all */
}

size_t open_files_limit(void)
{
    return raised(0);
}

err open_files_fit(size_t wanted, size_t *fits)
{
    size_t open = open_files_now(), need = open + server_files(wanted) + REST, limit = raised(need);
    *fits = open_files_share(limit, open, wanted);
    if (!*fits)
        return err_make(ERR_LIMIT,
                        "%zu open files are too few (%zu are open before the first connection): raise ulimit -n, of "
                        "systemd LimitNOFILE=, to %zu", limit, open, need);
    if (*fits < wanted)
        log_warn("serve.few_descriptors limit=%zu connections_max=%zu wanted=%zu: raise ulimit -n (of systemd "
                 "LimitNOFILE=) to %zu, or set server.connections_max to what is enough",
                 limit, *fits, wanted, need);
    return OK;
}
