#include "edge/inquiry/intake.h"

#include <sys/stat.h>
#include <unistd.h>

#include "edge/edge_kit.h"
#include "edge/inquiry/intake_file.h"
#include "test.h"

struct list {
    struct arena a;
    struct inquiry_mail items[32];
    size_t count;
};

static err collect(void *ctx, const struct inquiry_mail *m)
{
    struct list *l = ctx;
    struct inquiry_mail *to = &l->items[l->count++];
    CHECK(l->count < 32);
    *to = (struct inquiry_mail){ .channel = m->channel,
                                 .subject = str_dup(&l->a, m->subject),
                                 .body = str_dup(&l->a, m->body),
                                 .sender_email = str_dup(&l->a, m->sender_email),
                                 .sender_name = str_dup(&l->a, m->sender_name),
                                 .message_id = str_dup(&l->a, m->message_id),
                                 .ref_count = m->ref_count };
    return OK;
}

static str write_file(const char *folder, const char *name, const char *text)
{
    static char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "we");
    CHECK(f != NULL);
    CHECK(fputs(text, f) >= 0 && fclose(f) == 0);
    return str_of(path);
}

static const char *dir(void)
{
    static char path[400];
    (void)snprintf(path, sizeof path, STR_FMT, STR_ARG(test_dir()));
    return path;
}

static struct intake_report read_all(struct list *l, const char *name, const char *text)
{
    struct intake_report r;
    *l = (struct list){ .a = arena_init(1 << 20) };
    CHECK_OK(intake_file(write_file(dir(), name, text), collect, l, &r));
    return r;
}

TEST(tables_of_all_kinds_give_the_same_inquiries)
{
    struct list l;
    static const struct {
        const char *name, *text;
    } files[] = {
        { "a.csv", "Subject,Body,Email,Name\n\"Hi, there\",\"two\nlines\",ana@example.com,Ana\n,only text,,\n" },
        { "a.jsonl", "{\"subject\":\"Hi, "
                     "there\",\"body\":\"two\\nlines\",\"sender_email\":\"ana@example.com\",\"sender_name\":\"Ana\"}\n{"
                     "\"text\":\"only text\"}\n" },
        { "a.json", "[{\"subject\":\"Hi, "
                    "there\",\"message\":\"two\\nlines\",\"from\":\"ana@example.com\",\"name\":\"Ana\"},{\"body\":"
                    "\"only text\"}]" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct intake_report r = read_all(&l, files[i].name, files[i].text);
        CHECK_I64(r.read, 2);
        CHECK_STR(l.items[0].subject, "Hi, there");
        CHECK_STR(l.items[0].body, "two\nlines");
        CHECK_STR(l.items[0].sender_email, "ana@example.com");
        CHECK_STR(l.items[0].sender_name, "Ana");
        CHECK_STR(l.items[1].body, "only text");
        CHECK(str_starts(l.items[0].message_id, STR("row-")) && !str_eq(l.items[0].message_id, l.items[1].message_id));
        arena_done(&l.a);
    }
}

TEST(mails_are_taken_and_machines_passed_over)
{
    struct list l;
    struct intake_report r = read_all(
        &l, "m.mbox",
        "From a@b Mon May  4 08:00:00 2026\nFrom: ana@example.com\nMessage-ID: <1@x>\nSubject: one\n\nFirst\n\n"
        "From a@b Mon May  4 08:00:00 2026\nAuto-Submitted: auto-replied\nSubject: away\n\nI am away\n\n"
        "From a@b Mon May  4 08:00:00 2026\nSubject:\n\n\n");
    CHECK_I64(r.read, 1);
    CHECK_I64(r.passed_over, 1);
    CHECK_I64(r.unreadable, 1);
    CHECK_STR(l.items[0].message_id, "1@x");
    CHECK_STR(l.items[0].channel, "mbox");
    arena_done(&l.a);
    r = read_all(&l, "one.eml", "Subject: single\n\nBody");
    CHECK_I64(r.read, 1);
    arena_done(&l.a);
}

/* After a crash in the middle of a file it is taken again. */
TEST(a_mail_without_an_id_is_known_by_its_content)
{
    struct list l, again;
    static const char text[] = "From a@b Mon May  4 08:00:00 2026\nSubject: one\n\nFirst\n\n"
                               "From a@b Mon May  4 08:00:00 2026\nSubject: one\n\nSecond\n";
    CHECK_I64(read_all(&l, "m.mbox", text).read, 2);
    CHECK_I64(read_all(&again, "m.mbox", text).read, 2);
    CHECK(str_starts(l.items[0].message_id, STR("mail-")) && !str_eq(l.items[0].message_id, l.items[1].message_id));
    CHECK(str_eq(l.items[0].message_id, again.items[0].message_id));
    arena_done(&l.a);
    arena_done(&again.a);
}

TEST(files_of_no_use_say_why)
{
    struct list l = { .a = arena_init(1 << 20) };
    struct intake_report r;
    static const struct {
        const char *name, *text, *why;
    } files[] = {
        { "x.bin", "\x01\x02", "expected an mbox" },
        { "x.csv", "a,b\n1,2\n", "a column 'body'" },
        { "x.json", "[1, 2", "" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        err e = intake_file(write_file(dir(), files[i].name, files[i].text), collect, &l, &r);
        CHECK(e.code == ERR_INPUT && str_find(str_of(e.msg), str_of(files[i].why), 0) >= 0);
    }
    CHECK_I64(read_all(&l, "y.json", "[1, null, {\"body\":7}, {\"body\":\"x\"}]").read, 1);
    arena_done(&l.a);
}

static bool exists(const char *folder, const char *name)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

TEST(a_folder_is_emptied_and_nothing_is_taken_twice)
{
    struct env env = env_os();
    struct store *store = NULL;
    struct core *core = core_new();
    struct inquiry_desk *desk = NULL;
    struct intake *in = NULL;
    char folder[500];
    (void)snprintf(folder, sizeof folder, "%s/watched", dir());
    CHECK(mkdir(folder, 0700) == 0);
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, &env, &store));
    struct desk_opts opts = {
        .data_dir = STR(""), .rules = STR(""), .store = store, .env = &env, .apply = kit_apply, .ctx = core
    };
    CHECK_OK(desk_open(&opts, &desk));
    CHECK_ERR(intake_start(&(struct intake_opts){ .desk = desk, .folder = STR("/no/such/folder") }, &in),
              ERR_NOT_FOUND);
    CHECK_OK(intake_start(&(struct intake_opts){ .desk = desk, .folder = STR(""), .imap_url = STR("") },
                          &in)); /* no thread: looks by hand */
    intake_stop(in);
    static const char csv[] = "body,email\nmy invoice is wrong,ana@example.com\nwhere is my refund,bob@example.com\n";
    (void)write_file(folder, "in.csv", csv);
    (void)write_file(folder, "bad.bin", "nothing to read");
    (void)write_file(folder, "torn.jsonl", "{\"body\": 3}\nno JSON\n");
    str elsewhere = write_file(dir(), "elsewhere.csv", "body,email\nnot handed in,eve@example.com\n");
    char link[600];
    (void)snprintf(link, sizeof link, "%s/link.csv", folder);
    CHECK(symlink(elsewhere.ptr, link) == 0); /* what it points at was not handed in */
    CHECK_OK(intake_start(&(struct intake_opts){ .desk = desk, .folder = str_of(folder), .imap_url = STR("") }, &in));
    intake_folder_look(in, 0);
    struct intake_stats s = intake_stats(in);
    CHECK_I64(s.taken, 2);
    CHECK_I64(s.files_failed, 2);
    CHECK(exists(folder, "link.csv"));
    CHECK(!exists(folder, "in.csv") && exists(folder, "done/in.csv") && exists(folder, "failed/bad.bin"));
    CHECK(exists(folder, "failed/torn.jsonl"));
    struct buf told = buf_init(1 << 16);
    intake_metrics(in, &told);
    CHECK(str_find(buf_view(&told), STR("weir_inquiry_intake_files_total 1\n"), 0) >= 0);
    CHECK(str_find(buf_view(&told), STR("weir_inquiry_intake_files_waiting 0\n"), 0) >= 0);
    CHECK(str_find(buf_view(&told), STR("weir_inquiry_intake_timestamp_seconds{source=\"folder\"} 1"), 0) >= 0);
    CHECK(str_find(buf_view(&told), STR("{source=\"imap\"} 1"), 0) < 0); /* which is not set up */
    buf_done(&told);
    (void)write_file(folder, "in.csv", csv); /* the same file again */
    intake_folder_look(in, 0);
    s = intake_stats(in);
    CHECK_I64(s.taken, 2);
    CHECK_I64(s.known, 2);
    CHECK(exists(folder, "done/in.csv.1"));
    (void)write_file(folder, "young.csv", csv);
    intake_folder_look(in, USEC_HOUR); /* somebody may still write to it */
    CHECK(exists(folder, "young.csv"));
    intake_stop(in);
    desk_close(desk);
    store_close(store);
    core_free(core);
}
