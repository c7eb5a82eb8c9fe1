/* Every shared statement prepares on a real PostgreSQL after its migrations. Starts a server of its own in a fresh
 * folder. */
#include "tests/test.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/sql_text.h"

enum { ARGS_MAX = 20 };

/* The folder of the newest installed server's programs, or NULL. */
static const char *pg_bin(struct arena *a)
{
    static const char *const versions[] = { "18", "17", "16", "15" };
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const char *bin = str_fmt(a, "/usr/lib/postgresql/%s/bin", versions[i]).ptr;
        if (access(str_fmt(a, "%s/initdb", bin).ptr, X_OK) == 0) return bin;
    }
    return NULL;
}

static struct passwd *pg_user(void)
{
    return geteuid() == 0 ? getpwnam("postgres") : getpwuid(geteuid()); /* the server refuses to run as root */
}

/* Run a program as the server's user, its output in `log`. */
static int run(const char *log, const char *const *words)
{
    char *argv[ARGS_MAX + 1] = { NULL };
    for (size_t i = 0; words[i] && i < ARGS_MAX; i++) argv[i] = (char *)(uintptr_t)words[i];
    struct passwd *user = pg_user();
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        (void)dup2(fd, STDOUT_FILENO);
        (void)dup2(fd, STDERR_FILENO);
        if (geteuid() == 0 && (setgid(user->pw_gid) || setuid(user->pw_uid))) _exit(126);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define RUN(log, ...) run((log), (const char *const[]){ __VA_ARGS__, NULL })

/* All migrations, then PREPARE for each statement, under its own name so that an error names the file. */
static int write_script(const char *path)
{
    int count = 0;
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    for (size_t i = 0; i < sql_migration_count; i++)
        (void)fprintf(f, "BEGIN;\n%s\nCOMMIT;\n", sql_migrations[i].postgres);
    for (int id = 0; id < SQL_COUNT; id++) {
        if (!sql_texts[id].shared) continue;
        (void)fprintf(f, "\\echo preparing sql/%s.sql\nPREPARE %s AS\n%s;\n", sql_texts[id].name, sql_texts[id].name,
                      sql_texts[id].text);
        count++;
    }
    CHECK(fclose(f) == 0);
    CHECK(chmod(path, 0644) == 0);
    return count;
}

/* The lines of the log that speak of errors, to stderr; and how many statements were prepared. */
static int print_errors(const char *log, int *prepared)
{
    char line[1024], preparing[256] = "";
    int errors = 0;
    FILE *f = fopen(log, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "preparing ", 10) == 0) (void)snprintf(preparing, sizeof preparing, "%.200s", line + 10);
        *prepared += strcmp(line, "PREPARE\n") == 0;
        if (!strstr(line, "ERROR:")) continue;
        (void)fprintf(stderr, "%.*s: %s", (int)strcspn(preparing, "\n"), preparing, line);
        errors++;
    }
    if (f) (void)fclose(f);
    return errors;
}

TEST(every_shared_statement_prepares_on_postgresql)
{
    if (!getenv("WEIR_TEST_FULL")) SKIP("a real PostgreSQL is part of make test-full");
    struct arena a = arena_init(1 << 20);
    const char *bin = pg_bin(&a);
    if (!bin || !pg_user()) SKIP("PostgreSQL 15 or newer is not installed");
    str top = test_dir();
    CHECK(chmod(top.ptr, 0755) == 0);
    if (geteuid() == 0) CHECK(chown(top.ptr, pg_user()->pw_uid, pg_user()->pw_gid) == 0);
    const char *data = str_fmt(&a, "%s/data", top.ptr).ptr, *log = str_fmt(&a, "%s/log", top.ptr).ptr;
    const char *script = str_fmt(&a, "%s/all.sql", top.ptr).ptr, *told = str_fmt(&a, "%s/psql.log", top.ptr).ptr;
    const char *ctl = str_fmt(&a, "%s/pg_ctl", bin).ptr, *server = str_fmt(&a, "%s/server.log", top.ptr).ptr;
    int count = write_script(script);
    CHECK(count > 100);
    CHECK_I64(RUN(log, str_fmt(&a, "%s/initdb", bin).ptr, "-D", data, "-A", "trust", "-U", "weir", "--no-sync", "-E",
                  "UTF8", "--locale=C.UTF-8"),
              0);
    CHECK_I64(RUN(log, ctl, "-D", data, "-w", "-l", server, "-o",
                  str_fmt(&a, "-c listen_addresses='' -c unix_socket_directories=%s -c fsync=off", top.ptr).ptr,
                  "start"),
              0);
    int rc =
        RUN(told, str_fmt(&a, "%s/psql", bin).ptr, "-X", "-h", top.ptr, "-U", "weir", "-d", "postgres", "-f", script);
    CHECK_I64(RUN(log, ctl, "-D", data, "-m", "fast", "-w", "stop"), 0);
    (void)printf("# %d statements\n", count);
    int prepared = 0;
    CHECK_I64(print_errors(told, &prepared), 0);
    CHECK_I64(prepared, count);
    CHECK_I64(rc, 0);
    arena_done(&a);
}
