#include "edge/documents/git.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "edge/act/child.h"

enum { ARGS_MAX = 40, ENV_MAX = 20 };
#define MEMORY_MAX (UINT64_C(4) << 30) /* of address space: packs are mapped */

bool git_address_ok(str url)
{
    static const char *const begins[] = { "https://", "http://", "ssh://", "file:///", "/" };
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= ' ' || url.ptr[i] == 127) return false;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (str_starts(url, str_of(begins[i]))) return url.len > strlen(begins[i]);
    ptrdiff_t at = str_find(url, STR("@"), 0), colon = str_find(url, STR(":"), 0);
    return at > 0 && colon > at + 1 && url.ptr[0] != '-' && url.ptr[at + 1] != '-' &&
           str_find(url, STR("::"), 0) < 0; /* user@host:path; "ext::" would run a command */
}

bool git_address_has_secret(str url)
{
    str rest = url, host;
    if (!str_starts(url, STR("http"))) return false; /* of ssh it is a name, and keys are the user's own */
    ptrdiff_t start = str_find(url, STR("://"), 0);
    rest = str_cut(url, (size_t)start + 3, url.len);
    (void)str_next(&rest, '/', &host);
    return start > 0 && str_find(host, STR("@"), 0) >= 0;
}

bool git_branch_ok(str branch)
{
    for (size_t i = 0; i < branch.len; i++) {
        char c = branch.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || !strchr("._/-", c))) return false;
    }
    return branch.len <= 200 && str_find(branch, STR(".."), 0) < 0;
}

/* Before every command: nothing of the repository or the machine runs. */
static const char *const always[] = {
    "git",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.symlinks=false",
    "-c", "core.fsmonitor=false",
    "-c", "protocol.ext.allow=never",
    "-c", "submodule.recurse=false",
    "-c", "gc.auto=0",
};

/* What every git starts with, and what `more` (may be NULL; ended by NULL) adds. */
static char *const *surroundings(struct arena *a, const char *const *more)
{
    const char *home = getenv("HOME");
    const char *const usual[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0",
                                  "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_LFS_SKIP_SMUDGE=1",
                                  "GIT_SSH_COMMAND=ssh -oBatchMode=yes", "GIT_ASKPASS=true",
                                  str_fmt(a, "HOME=%s", home ? home : "/nonexistent").ptr };
    char **envp = ARENA_ARRAY(a, char *, ENV_MAX);
    size_t n = 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) envp[n++] = (char *)(uintptr_t)usual[i];
    for (; more && *more && n + 1 < ENV_MAX; more++) envp[n++] = (char *)(uintptr_t)*more;
    envp[n] = NULL;
    return envp;
}

static err run(struct env *env, struct arena *a, const char *cwd, const char *const *args, const char *const *more)
{
    char *argv[ARGS_MAX] = { NULL };
    size_t n = 0;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) argv[n++] = (char *)(uintptr_t)always[i];
    for (size_t i = 0; args[i] && n + 1 < ARGS_MAX; i++) argv[n++] = (char *)(uintptr_t)args[i];
    struct child_spec spec = {
        .mode = CHILD_CAPTURE, .argv = argv, .envp = surroundings(a, more), .cwd = cwd, .memory_max = MEMORY_MAX
    };
    struct child *c = mem_new(sizeof *c);
    struct child_result result = { 0 };
    err e = child_start(&spec, c);
    if (!e.code) child_run(c, env, GIT_SECONDS * USEC_SECOND, &result);
    str said = str_trim(tail_text(&c->tail, a));
    child_done(c);
    mem_free(c);
    if (e.code) return e;
    if (!result.started) return err_make(ERR_NOT_FOUND, "git is not there: install it to follow repositories");
    if (result.timed_out) return err_make(ERR_TIMEOUT, "git took over %d s", GIT_SECONDS);
    return result.exit_code ? err_make(ERR_IO, STR_FMT, STR_ARG(str_utf8_prefix(said, 100))) : OK;
}

/* As settings that git reads from its environment: the header for this address only, and no other address. */
static void credential(struct arena *a, const struct git_place *p, const char *out[ENV_MAX])
{
    if (!p->token.len) return;
    str user = p->user.len ? p->user : STR("git");
    str both = base64_text(str_fmt(a, STR_FMT ":" STR_FMT, STR_ARG(user), STR_ARG(p->token)), a);
    out[0] = "GIT_CONFIG_COUNT=2";
    out[1] = str_fmt(a, "GIT_CONFIG_KEY_0=http." STR_FMT ".extraHeader", STR_ARG(p->url)).ptr;
    out[2] = str_fmt(a, "GIT_CONFIG_VALUE_0=Authorization: Basic " STR_FMT, STR_ARG(both)).ptr;
    out[3] = "GIT_CONFIG_KEY_1=http.followRedirects";
    out[4] = "GIT_CONFIG_VALUE_1=false";
}

static err update(struct env *env, struct arena *a, const struct git_place *p, const char *dir)
{
    const char *what = p->branch.len ? str_fmt(a, "refs/heads/" STR_FMT, STR_ARG(p->branch)).ptr : "HEAD";
    const char *const fetch[] = {
        "fetch", "--quiet", "--depth=1", "--no-tags", "--", str_z(a, p->url), what, NULL
    };
    const char *const reset[] = { "reset", "--quiet", "--hard", "FETCH_HEAD", NULL };
    const char *secret[ENV_MAX] = { NULL };
    credential(a, p, secret);
    err e = run(env, a, dir, fetch, secret);
    return e.code ? e : run(env, a, dir, reset, NULL);
}

err git_follow(struct env *env, const struct git_place *place, str dir)
{
    struct stat st;
    if (!git_address_ok(place->url) || git_address_has_secret(place->url) || !git_branch_ok(place->branch))
        return err_make(ERR_INPUT, "not an address or branch of git");
    struct arena a = arena_init(1 << 20);
    const char *to = str_z(&a, dir);
    const char *const init[] = { "init", "--quiet", "--template=", "--", to, NULL };
    err e = stat(str_fmt(&a, "%s/.git", to).ptr, &st) == 0 ? OK : run(env, &a, NULL, init, NULL);
    if (!e.code) e = update(env, &a, place, to);
    arena_done(&a);
    return e;
}
