#include "edge/documents/sources.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "core/core_kit.h"
#include "edge/act/child.h"
#include "edge/documents/git.h"
#include "edge/documents/walk.h"
#include "edge/files.h"
#include "sim/fake_http.h"

struct place {
    struct world w;
    struct arena a;
    str dir, folder;
    struct knowledge_source source;
    struct sources_opts opts;
    struct look *look;
};

static err input(void *ctx, const char *kind, str subject, str body)
{
    struct place *p = ctx;
    return give(&p->w, kind, str_z(&p->a, subject), str_z(&p->a, body));
}

static str below(struct place *p, const char *name)
{
    return str_fmt(&p->a, STR_FMT "/%s", STR_ARG(p->folder), name);
}

static void put(struct place *p, const char *name, const char *text)
{
    FILE *f = fopen(below(p, name).ptr, "we");
    CHECK(f != NULL);
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static int shell(struct place *p, const char *line)
{
    char *const argv[] = { "sh", "-c", (char *)(uintptr_t)line, NULL };
    char *const envp[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", NULL };
    struct child *c = mem_new(sizeof *c);
    struct child_result r = { 0 };
    CHECK_OK(child_start(&(struct child_spec){ .mode = CHILD_CAPTURE, .argv = argv, .envp = envp }, c));
    child_run(c, p->w.env, USEC_MINUTE, &r);
    child_done(c);
    mem_free(c);
    return r.exit_code;
}

static void run(struct place *p, const char *what)
{
    CHECK_I64(shell(p, str_fmt(&p->a, "cd '" STR_FMT "' && %s", STR_ARG(p->folder), what).ptr), 0);
}

static struct place *begin(void)
{
    struct place *p = mem_new(sizeof *p);
    p->w = world_ready();
    p->a = arena_init(64 << 20);
    char dir[] = "/tmp/weir-sources-XXXXXX";
    CHECK(mkdtemp(dir) != NULL);
    p->dir = str_dup(&p->a, str_of(dir));
    p->folder = str_fmt(&p->a, "%s/docs", dir);
    CHECK(mkdir(p->folder.ptr, 0700) == 0);
    p->source = (struct knowledge_source){ .name = STR("docs"),
                                           .folder = p->folder,
                                           .git = STR(""),
                                           .branch = STR(""),
                                           .user = STR(""),
                                           .token = STR(""),
                                           .roles = STR("[]"),
                                           .every = USEC_SECOND };
    p->opts = (struct sources_opts){ .store = p->w.store, .env = p->w.env, .data_dir = p->dir, .items = &p->source,
                                     .count = 1, .input = input, .ctx = p };
    p->look = look_new(&p->opts, 0);
    return p;
}

static void end(struct place *p)
{
    look_free(p->look);
    CHECK_I64(shell(p, str_fmt(&p->a, "rm -rf '" STR_FMT "'", STR_ARG(p->dir)).ptr), 0);
    world_done(&p->w);
    arena_done(&p->a);
    mem_free(p);
}

static str text_of(struct place *p, const char *id)
{
    return one(&p->w, SQL_KNOWLEDGE_PASSAGES, id, 1);
}

TEST(what_comes_changes_and_goes_is_followed)
{
    struct place *p = begin();
    CHECK(mkdir(below(p, "sub").ptr, 0700) == 0);
    put(p, "a.md", "# A\n\nThe first.\n");
    put(p, "sub/b.txt", "The second.\n");
    put(p, "picture.png", "no document");
    put(p, ".hidden.md", "not this");
    put(p, "empty.md", " \n");
    CHECK(symlink("/etc/passwd", below(p, "link.txt").ptr) == 0);
    CHECK_OK(source_look(p->look));
    struct source_state s = look_state(p->look);
    CHECK(s.files == 3 && s.changed == 2 && s.refused == 1 && s.removed == 0 && s.looked > 0);
    CHECK_STR(text_of(p, "docs/sub/b.txt"), "The second.");
    CHECK_STR(text_of(p, "docs/link.txt"), "");
    CHECK_OK(source_look(p->look)); /* nothing has changed, nothing is read */
    s = look_state(p->look);
    CHECK(s.changed == 2 && s.refused == 1);
    put(p, "a.md", "# A\n\nOther words.\n");
    CHECK(unlink(below(p, "sub/b.txt").ptr) == 0);
    CHECK_OK(source_look(p->look));
    CHECK_STR(text_of(p, "docs/a.md"), "A\n\nOther words.");
    CHECK_STR(text_of(p, "docs/sub/b.txt"), "");
    s = look_state(p->look);
    CHECK(s.changed == 3 && s.removed == 1);
    look_free(p->look);
    p->look = look_new(&p->opts, 0); /* as after a start: read, found to be stored so, not given again */
    CHECK_OK(source_look(p->look));
    CHECK_I64(look_state(p->look).changed, 0);
    p->source.roles = STR("[\"approver\"]");
    look_free(p->look);
    p->look = look_new(&p->opts, 0);
    CHECK_OK(source_look(p->look));
    CHECK_I64(look_state(p->look).changed, 1);
    end(p);
}

/* Who may write into the folder learns no more of the machine than he put there. */
TEST(nothing_outside_the_folder_is_read)
{
    static const char secret[] = "5f4dcc3b5aa765d61d8327deb882cf995f4dcc3b5aa765d61d8327deb882cf99"; /* as a key is */
    struct place *p = begin();
    put(p, "a.md", "# A\n\nThe first.\n");
    run(p, "mkdir -p ../outside .git/refs/heads");
    put(p, "../secret", secret);
    put(p, "../outside/secret.txt", secret);
    put(p, ".git/HEAD", "ref: ../../secret\n");
    CHECK_STR(git_commit_of(p->folder, &p->a), "");
    put(p, ".git/HEAD", "ref: refs/heads/../../../../secret\n");
    CHECK_STR(git_commit_of(p->folder, &p->a), "");
    put(p, ".git/HEAD", "ref: refs/heads/main\n");
    put(p, ".git/refs/heads/other", "a line that is no commit\n");
    CHECK(symlink("../../../../secret", below(p, ".git/refs/heads/main").ptr) == 0);
    CHECK_STR(git_commit_of(p->folder, &p->a), "");
    put(p, ".git/HEAD", "ref: refs/heads/other\n");
    CHECK_STR(git_commit_of(p->folder, &p->a), "");
    put(p, ".git/refs/heads/other", "0123456789abcdef0123456789abcdef01234567\n");
    CHECK_STR(git_commit_of(p->folder, &p->a), "0123456789abcdef0123456789abcdef01234567");
    CHECK(symlink("../outside", below(p, "sub").ptr) == 0); /* as if it had become one after the folder was listed */
    str text = STR_NONE;
    CHECK_OK(file_read_inside(p->folder, STR("a.md"), 1000, &p->a, &text));
    CHECK(file_read_inside(p->folder, STR("sub/secret.txt"), 1000, &p->a, &text).code);
    CHECK(file_read_inside(p->folder, STR("../secret"), 1000, &p->a, &text).code);
    end(p);
}

TEST(a_look_that_fails_or_finds_nothing_removes_nothing)
{
    struct place *p = begin();
    put(p, "a.md", "One.\n");
    CHECK_OK(give(
        &p->w, "knowledge.loaded", "docs/by-hand.md",
        "{\"title\":\"T\",\"source\":\"api\",\"format\":\"text\",\"hash\":\"1\",\"passages\":[{\"text\":\"mine\"}]}"));
    CHECK_OK(source_look(p->look));
    CHECK(unlink(below(p, "a.md").ptr) == 0);
    CHECK_ERR(source_look(p->look), ERR_CONFLICT); /* as an unmounted disk looks */
    CHECK_STR(text_of(p, "docs/a.md"), "One.");
    CHECK(rmdir(p->folder.ptr) == 0);
    CHECK_ERR(source_look(p->look), ERR_IO);
    CHECK_STR(text_of(p, "docs/a.md"), "One.");
    CHECK(look_state(p->look).failed == 2 && look_state(p->look).problem[0]);
    CHECK(mkdir(p->folder.ptr, 0700) == 0);
    put(p, "b.md", "Two.\n");
    CHECK_OK(source_look(p->look));
    CHECK_STR(text_of(p, "docs/a.md"), "");
    CHECK_STR(text_of(p, "docs/by-hand.md"), "mine"); /* not of this source, whatever it is called */
    CHECK_STR(str_of(look_state(p->look).problem), "");
    end(p);
}

static const char git_quiet[] =
    "git -c user.name=t -c user.email=t@t -c init.defaultBranch=main -c commit.gpgsign=false";

TEST(a_repository_is_followed_and_nothing_in_it_runs)
{
    struct place *p = begin();
    if (shell(p, "git --version")) {
        end(p);
        SKIP("no git");
    }
    str repo = p->folder;
    put(p, "a.md", "First state.\n");
    put(p, ".gitattributes", "*.md filter=evil\n");
    run(p, str_fmt(&p->a, "%s init -q . && git add . && %s commit -qm one", git_quiet, git_quiet).ptr);
    p->source.git = repo;
    p->source.folder = STR("");
    CHECK_OK(source_look(p->look));
    CHECK_STR(text_of(p, "docs/a.md"), "First state.");
    put(p, "a.md", "Second state.\n");
    put(p, "b.md", "New.\n");
    run(p, str_fmt(&p->a, "git add . && %s commit -qm two", git_quiet).ptr);
    CHECK_OK(source_look(p->look));
    CHECK_STR(text_of(p, "docs/a.md"), "Second state.");
    CHECK_STR(text_of(p, "docs/b.md"), "New.");
    run(p, str_fmt(&p->a, "git rm -q a.md && %s commit -qm three && git tag v1", git_quiet).ptr);
    CHECK_OK(source_look(p->look));
    CHECK_STR(text_of(p, "docs/a.md"), "");
    p->source.branch = STR("no-such-branch");
    CHECK_ERR(source_look(p->look), ERR_IO);
    CHECK_STR(text_of(p, "docs/b.md"), "New.");
    end(p);
}

/* What the list of processes says of one word while git asks: of its address, and of its token in any form. */
struct seen {
    struct place *p;
    str header;
    int addresses, secrets;
};

static const char git_token[] = "hush-4711-token";

static int seen_with(struct place *p, const char *word)
{
    return shell(p, str_fmt(&p->a, "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q '[%c]%s'", word[0],
                            word + 1).ptr) == 0;
}

static struct fake_reply look_around(const struct fake_request *req, void *ctx)
{
    struct seen *s = ctx;
    str basic = base64_text(str_fmt(&s->p->a, "robot:%s", git_token), &s->p->a);
    s->header = str_dup(&s->p->a, fake_header(req, "Authorization"));
    s->addresses += seen_with(s->p, "handbook-of-git");
    s->secrets += seen_with(s->p, git_token) + seen_with(s->p, str_z(&s->p->a, basic));
    if (str_find(req->path, STR("away"), 0) >= 0) return (struct fake_reply){ 302, STR(""), "Location: /b\r\n" };
    return (struct fake_reply){ 404, STR("no"), NULL };
}

TEST(a_token_of_git_is_sent_and_seen_by_nobody_else)
{
    struct place *p = begin();
    struct seen seen = { .p = p };
    struct fake_http *server = NULL;
    if (shell(p, "git --version && git --exec-path | xargs -I{} test -x {}/git-remote-http")) {
        end(p);
        SKIP("no git");
    }
    CHECK_OK(fake_http_start(look_around, &seen, &server));
    put(p, "../token", "hush-4711-token\n");
    p->source.token = str_fmt(&p->a, "file:" STR_FMT "/token", STR_ARG(p->dir));
    p->source.user = STR("robot");
    p->source.git = fake_http_url(server, "/handbook-of-git", &p->a);
    CHECK_ERR(source_look(p->look), ERR_IO); /* it is no repository */
    CHECK(strstr(look_state(p->look).problem, "handbook-of-git") && !strstr(look_state(p->look).problem, "hush"));
    CHECK_STR(seen.header, "Basic cm9ib3Q6aHVzaC00NzExLXRva2Vu");
    CHECK(seen.addresses > 0); /* this look at the list finds what is there */
    CHECK_I64(seen.secrets, 0);
    str kept = str_fmt(&p->a, "grep -rqE 'hush-4711|cm9ib3Q6' '" STR_FMT "/knowledge'", STR_ARG(p->dir));
    CHECK_I64(shell(p, kept.ptr), 1);
    size_t asked = fake_http_count(server);
    p->source.git = fake_http_url(server, "/away", &p->a);
    CHECK_ERR(source_look(p->look), ERR_IO);
    CHECK_I64((int64_t)(fake_http_count(server) - asked), 1); /* nobody else is asked with it */
    p->source.token = STR("env:WEIR_TEST_NO_SUCH_TOKEN");
    CHECK_ERR(source_look(p->look), ERR_NOT_FOUND);
    CHECK_I64((int64_t)(fake_http_count(server) - asked), 1);
    fake_http_stop(server);
    end(p);
}

TEST(addresses_that_would_run_something_are_refused)
{
    static const char *const good[] = { "https://git.example.com/docs.git", "git@example.com:team/docs.git",
                                        "/srv/docs", "ssh://git@example.com/docs", "file:///srv/docs" };
    static const char *const bad[] = { "",           "-uhttps://x",   "ext::sh -c id",           "--upload-pack=id",
                                       "https://",   "relative/path", "git@-oProxyCommand=id:x", "https://a b",
                                       "x@ext::y:z", "https://x\n" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) CHECK(git_address_ok(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!git_address_ok(str_of(bad[i])));
    CHECK(git_branch_ok(STR("")) && git_branch_ok(STR("release/1.2-x")));
    CHECK(!git_branch_ok(STR("--force")) && !git_branch_ok(STR("a..b")) && !git_branch_ok(STR("a b")));
    struct arena a = arena_init(1 << 16);
    struct env env = env_os();
    const struct git_place runs = { STR("ext::sh -c id"), STR(""), STR(""), STR("") };
    const struct git_place tells = { STR("https://u:p@example.com/x"), STR(""), STR(""), STR("") };
    CHECK_ERR(git_follow(&env, &runs, STR("/tmp/weir-none")), ERR_INPUT);
    CHECK_ERR(git_follow(&env, &tells, STR("/tmp/weir-none")), ERR_INPUT);
    arena_done(&a);
}
