#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge/cli/audit.h"
#include "edge/cli/cli_kit.h"
#include "store/journal.h"

static const struct command *const table[] = { &command_backup, &command_restore, &command_resume,
                                               &command_audit_verify, NULL };

static int run(str data, const char *const *words)
{
    struct arena a = arena_init(1 << 16);
    char *argv[16] = { (char *)(uintptr_t)"weir" };
    int argc = 1;
    for (; words[argc - 1]; argc++) argv[argc] = (char *)(uintptr_t)words[argc - 1];
    (void)setenv("WEIR_DATA_DIR", str_z(&a, data), 1);
    struct env env = env_os();
    char text[256];
    int rc = cli_captured(argc, argv, table, &env, text, sizeof text);
    arena_done(&a);
    return rc;
}

#define RUN(data, ...) run((data), (const char *const[]){ __VA_ARGS__, NULL })

/* Three effects: one done, one that a child works on, one that waits. */
static err add_effects(struct tx *tx, void *ctx)
{
    static const char *const ids[] = { "eff-1", "eff-2", "eff-3" }, *const states[] = { "done", "started", "pending" };
    (void)ctx;
    for (size_t i = 0; i < 3; i++) {
        int64_t seq = journal_add(tx, &(struct entry){ .kind = STR("effect.requested"),
                                                       .subject = str_of(ids[i]),
                                                       .actor = STR("weir"),
                                                       .body = STR("{}") });
        tx_exec(tx, SQL_EFFECT_ADD, V(ids[i]), V(seq), V("case-1"), V("inc-1"), V("dec-1"), V("apply"), V("job.retry"),
                V("orders/load"), V("{}"), V("key"), V(states[i]), V(tx_time(tx)));
    }
    return OK;
}

static str store_dir(str data, struct arena *a)
{
    return str_fmt(a, STR_FMT "/" STORE_FOLDER, STR_ARG(data));
}

static void check_states(str data, const char *first, const char *second, const char *third)
{
    const char *const ids[] = { "eff-1", "eff-2", "eff-3" }, *const want[] = { first, second, third };
    struct arena a = arena_init(4096);
    struct env env = env_os();
    struct store *s = NULL;
    struct tx *tx;
    CHECK_OK(store_open_reader(store_dir(data, &a), &env, &s));
    CHECK_OK(store_read(s, &tx));
    for (size_t i = 0; i < 3; i++) {
        struct rows *r = tx_query(tx, SQL_EFFECT_GET, V(ids[i]));
        CHECK(rows_next(r));
        if (want[i]) CHECK_STR(rows_str(r, 0), want[i]);
        CHECK(want[i] || !STR_IS(rows_str(r, 0), "pending")); /* whatever it is called: not to be sent */
        rows_end(r);
    }
    store_read_end(tx);
    store_close(s);
    arena_done(&a);
}

TEST(backup_under_a_running_server_restores_elsewhere_verifies_and_sends_nothing_until_resume)
{
    struct arena a = arena_init(1 << 16);
    struct env env = env_os();
    struct store *server = NULL;
    str here = test_dir(), there = str_fmt(&a, STR_FMT "/on/a/fresh/machine", STR_ARG(test_dir()));
    const char *file = str_fmt(&a, STR_FMT "/copy", STR_ARG(here)).ptr;
    CHECK_OK(store_open(&(struct store_opts){ .dir = store_dir(here, &a) }, &env, &server));
    CHECK_OK(store_run(server, add_effects, NULL));
    CHECK_I64(RUN(here, "backup", file), EXIT_FINE);
    CHECK(RUN(here, "backup", file) != EXIT_FINE); /* never over an older one */
    CHECK(RUN(here, "resume") != EXIT_FINE);       /* the server has the store */
    CHECK_OK(store_run(server, add_effects, NULL).code == ERR_CONFLICT ? OK : err_make(ERR_IO, "the server goes on"));
    check_states(here, "done", "started", "pending");

    CHECK_I64(RUN(there, "restore", file), EXIT_FINE);
    CHECK(RUN(there, "restore", file) != EXIT_FINE);
    CHECK_I64(RUN(str_fmt(&a, STR_FMT "/not/yet", STR_ARG(there)), "restore", file), EXIT_FINE);
    CHECK_I64(RUN(there, "audit", "verify"), EXIT_FINE);
    check_states(there, "done", "unknown", NULL);
    CHECK_I64(RUN(there, "resume"), EXIT_FINE);
    CHECK(RUN(there, "resume") != EXIT_FINE); /* nothing is held any more */
    CHECK_I64(RUN(there, "audit", "verify"), EXIT_FINE);
    store_close(server);
    arena_done(&a);
}

TEST(resume_and_backup_make_no_store_where_there_is_none)
{
    struct arena a = arena_init(4096);
    str data = test_dir();
    CHECK(RUN(data, "resume") != EXIT_FINE);
    CHECK(RUN(data, "backup", str_fmt(&a, STR_FMT "/copy", STR_ARG(data)).ptr) != EXIT_FINE);
    CHECK(access(store_dir(data, &a).ptr, F_OK) != 0);
    CHECK_I64(RUN(data, "restore"), EXIT_USAGE);
    CHECK(RUN(data, "restore", "/nonexistent") != EXIT_FINE);
    CHECK(access(store_dir(data, &a).ptr, F_OK) != 0);
    arena_done(&a);
}
