#include "base/file_put.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

struct place {
    const char *dir;
    char file[512];
};

static void place_make(struct place *p)
{
    p->dir = test_dir().ptr;
    (void)snprintf(p->file, sizeof p->file, "%s/key", p->dir);
}

static int names_in(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) n += e->d_name[0] != '.';
    if (d) (void)closedir(d);
    return n;
}

static void place_end(struct place *p)
{
    (void)unlink(p->file);
    CHECK_I64(names_in(p->dir), 0);
}

static bool holds(const char *file, const char *want, mode_t mode)
{
    char text[64] = "";
    struct stat st;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) (void)close(fd);
    return n >= 0 && strcmp(text, want) == 0 && stat(file, &st) == 0 && (st.st_mode & 0777) == mode;
}

TEST(what_is_put_is_there_with_its_mode)
{
    struct place p;
    place_make(&p);
    CHECK_OK(file_put(p.file, STR("one"), 0600, FILE_PUT_NEW));
    CHECK(holds(p.file, "one", 0600));
    CHECK_ERR(file_put(p.file, STR("two"), 0644, FILE_PUT_NEW), ERR_CONFLICT);
    CHECK(holds(p.file, "one", 0600));
    CHECK_OK(file_put(p.file, STR("three"), 0644, FILE_PUT_REPLACE));
    CHECK(holds(p.file, "three", 0644));
    CHECK_OK(file_put(p.file, STR(""), 0644, FILE_PUT_REPLACE));
    CHECK(holds(p.file, "", 0644));
    CHECK_I64(names_in(p.dir), 1);
    place_end(&p);
}

/* The system takes eight bytes and no more. */
TEST(what_cannot_be_written_leaves_what_was_there)
{
    struct place p;
    struct rlimit was, few;
    place_make(&p);
    CHECK_OK(file_put(p.file, STR("before"), 0600, FILE_PUT_NEW));
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
    few = (struct rlimit){ 8, was.rlim_max };
    CHECK(setrlimit(RLIMIT_FSIZE, &few) == 0);
    err e = file_put(p.file, STR("much longer than eight bytes"), 0600, FILE_PUT_REPLACE);
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
    (void)signal(SIGXFSZ, handler);
    CHECK(e.code != ERR_NONE);
    CHECK(holds(p.file, "before", 0600));
    CHECK_I64(names_in(p.dir), 1);
    place_end(&p);
}

TEST(no_place_is_told)
{
    char path[8192];
    CHECK(file_put("/nowhere/at/all/key", STR("x"), 0600, FILE_PUT_NEW).code != ERR_NONE);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = 0;
    CHECK_ERR(file_put(path, STR("x"), 0600, FILE_PUT_NEW), ERR_INPUT);
    CHECK_ERR(file_put("/dev/null", STR("x"), 0600, FILE_PUT_REPLACE), ERR_INPUT);
    CHECK_ERR(file_put("/tmp", STR("x"), 0600, FILE_PUT_REPLACE), ERR_INPUT);
    CHECK_OK(file_put_sync_folder("/key"));
    CHECK_OK(file_put_sync_folder("key"));
}
