#include "engine/detect/log_templates.h"

#include "test.h"

/* What a line looks like to the templates: its words, * for a value, # for digits in a name. */
static str shape(const char *line, struct arena *a)
{
    struct log_line l;
    log_line_read(str_of(line), &l);
    char *out = arena_new(a, 1024);
    size_t n = 0;
    for (size_t i = 0; i < l.n; i++) {
        const struct log_token *t = &l.token[i];
        if (i) out[n++] = ' ';
        if (t->kind == LOG_VALUE) out[n++] = '*';
        for (size_t k = 0; t->kind != LOG_VALUE && k < t->len; k++) {
            char c = line[t->at + k];
            bool digit = c >= '0' && c <= '9';
            if (!digit || k == 0 || line[t->at + k - 1] < '0' || line[t->at + k - 1] > '9') out[n++] = digit ? '#' : c;
        }
        if (t->keyed) out[n++] = '=';
    }
    return (str){ out, n };
}

TEST(values_are_masked_and_words_are_kept)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        { "", "" },
        { "   \t ", "" },
        { "plain words, with (punctuation)!", "plain words with punctuation" },
        { "took 12 ms, 3.5 KB, 17 seconds", "took *" },
        { "took 12ms at -40 of +3", "took * at * of *" },
        { "from 10.1.2.3:5070 to /10.1.2.4", "from * to *" },
        { "core 0x1f3a at 003a92a0 or ffffffff", "core * at * or *" },
        { "id 550e8400-e29b-41d4-a716-446655440000 done", "id * done" },
        { "at 2015-07-29 19:29:38,052 on Fri Jul 1 12:13:11 PDT 2005", "at * on *" },
        { "open /var/log/x.log ./y ../z ~/w C:\\Windows\\x", "open * C *" },
        { "see https://a.example/b?c=d&e=f#g for more", "see * for more" },
        { "mail to a.b@example.org now", "mail to * now" },
        { "fe80::1 and a4:5e:60:c1:00:01", "* and *" },
        { "uid=0 name=\"a b\" x = 5 logname= tty=ssh", "uid= name= x= logname= tty=" },
        { "a == b => c", "a b c" },
        { "flag=true other=false", "flag true other false" },
        { "bounds=Rect(0, 0 - 10, 20) end", "bounds= end" },
        { "eth0 ssh2 blk_123 blk_9", "eth# ssh# blk_#" },
        { "job_1445144423722_0020 of attempt_5_20_m_3_0 on pool-1-thread-3 S_97628519 S_1",
          "* of * on pool-#-thread-# S_#" },
        { "from node-17:9092 to mx.example.net:25 and localhost:8080.", "from * to * and *" },
        { "PendingReds:10 of eth0:5 a.top:103 node-1:80x", "PendingReds * of eth# * a.top * node-# *" },
        { "flags ['mail-3', 'search-11', 'x-2'] and n1, n2, n3", "flags mail-# and n#" },
        { "delete blk_1 blk_2 blk_3", "delete blk_#" },
        { "nodes n1 4 <ok> n2 5 <ok> n3 6 <ok>", "nodes n# * ok" },
        { "lifetime <1 sec", "lifetime *" },
        { "instruction......0", "instruction=" },
        { "\033[1;31mERROR\033[m it broke", "ERROR it broke" },
        { "null\1byte", "null byte" },
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) CHECK_STR(shape(cases[i].line, &a), cases[i].want);
    arena_done(&a);
}

struct world {
    struct arena a;
    struct log_templates *t;
};

static struct world world(uint32_t max)
{
    struct world w = { .a = arena_init(64 << 20) };
    w.t = log_templates_new(&w.a, max);
    return w;
}

static struct log_hit add(struct world *w, const char *line)
{
    struct log_line l;
    log_line_read(str_of(line), &l);
    return log_templates_add(w->t, &l, str_of(line));
}

static uint32_t group(struct world *w, uint32_t id)
{
    return log_template_root(w->t, id);
}

TEST(one_statement_is_one_template)
{
    struct world w = world(64);
    uint32_t a = add(&w, "Received block blk_1 of size 67108864 from /10.1.1.1").id;
    uint32_t b = add(&w, "Received block blk_-2 of size 3 from /10.1.1.2").id;
    CHECK_I64(a, b);
    CHECK(add(&w, "Deleting block blk_1 file /x/y").is_new);
    struct log_template_info info;
    CHECK(log_template_info(w.t, a, &info));
    CHECK_I64(info.count, 2);
    CHECK_I64(info.first, 1);
    CHECK_I64(info.last, 2);
    CHECK_STR(log_template_text(w.t, a, &w.a), "Received block blk_<*> of size <*> from <*>");
    arena_done(&w.a);
}

TEST(a_place_with_many_words_becomes_a_parameter_and_earlier_answers_follow)
{
    struct world w = world(64);
    static const char *const users[] = { "root", "admin", "guest", "oracle", "test" };
    uint32_t ids[5];
    char line[128];
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(line, sizeof line, "Failed password for %s from 10.0.0.%zu port %zu ssh2", users[i], i,
                       4000 + i);
        ids[i] = add(&w, line).id;
    }
    CHECK(ids[0] != ids[1]); /* at that time nobody could know */
    for (size_t i = 1; i < 5; i++) CHECK_I64(group(&w, ids[i]), group(&w, ids[0]));
    CHECK_STR(log_template_text(w.t, group(&w, ids[0]), &w.a), "Failed password for <*> from <*> port <*> ssh<*>");
    CHECK_I64(add(&w, "Failed password for somebody from 10.9.9.9 port 1 ssh2").id,
              group(&w, ids[0])); /* at once, from now on */
    arena_done(&w.a);
}

TEST(two_statements_that_differ_in_a_word_stay_two)
{
    struct world w = world(64);
    uint32_t on = add(&w, "link up on port").id, off = add(&w, "link down on port").id;
    uint32_t yes = add(&w, "updating overlap:true").id, no = add(&w, "updating overlap:false").id;
    for (int i = 0; i < 50; i++) {
        CHECK_I64(add(&w, "link up on port").id, on);
        CHECK_I64(add(&w, "link down on port").id, off);
    }
    CHECK(group(&w, on) != group(&w, off) && group(&w, yes) != group(&w, no));
    arena_done(&w.a);
}

TEST(two_parameters_are_found_one_after_the_other)
{
    struct world w = world(256);
    static const char *const users[] = { "root", "admin", "guest", "oracle", "nobody" }, *const things[] = {
        "mail", "web", "print", "shell", "disk"
    };
    uint32_t first = 0;
    char line[128];
    for (size_t i = 0; i < 25; i++) {
        (void)snprintf(line, sizeof line, "access granted to %s using %s today", users[i / 5], things[i % 5]);
        uint32_t id = add(&w, line).id;
        if (!first) first = id;
    }
    CHECK_STR(log_template_text(w.t, group(&w, first), &w.a), "access granted to <*> using <*> today");
    CHECK_I64(add(&w, "access granted to you using everything today").id, group(&w, first));
    uint32_t i = 0, n = 0;
    struct log_template_info info;
    while (log_templates_next(w.t, &i, &info)) n++;
    CHECK_I64(n, 1);
    arena_done(&w.a);
}

/* Words no line has in common, far more than there is room for: nothing grows, and what is seen all the time is kept.
 */
TEST(memory_is_bounded_and_the_old_is_forgotten)
{
    struct world w = world(LOG_TEMPLATES_MIN);
    size_t before = w.a.used;
    CHECK(before <= log_templates_size(LOG_TEMPLATES_MIN));
    uint32_t often = add(&w, "heartbeat from the scheduler").id, rare = add(&w, "this is said once only").id;
    char line[128];
    for (unsigned i = 0; i < 5000; i++) {
        unsigned r = i * 2654435761u;
        for (unsigned k = 0; k < 6; k++) line[k] = (char)('g' + (r >> 4 * k) % 16);
        (void)snprintf(line + 6, sizeof line - 6, " %.3s %.*s", line + 1, 1 + (int)(i % 5), line);
        (void)add(&w, line);
        CHECK_I64(add(&w, "heartbeat from the scheduler").id, often);
    }
    CHECK_I64(group(&w, rare), 0);
    CHECK_I64(group(&w, often), often);
    CHECK_I64(w.a.used, before);
    struct log_template_info info;
    CHECK(log_template_info(w.t, often, &info));
    CHECK_I64(info.count, 5001);
    arena_done(&w.a);
}

TEST(hostile_lines_are_lines)
{
    struct world w = world(64);
    static char long_line[3 * LOG_LINE_MAX];
    for (size_t i = 0; i < sizeof long_line; i++) long_line[i] = "a (1 =\"[<"[i % 9];
    long_line[sizeof long_line - 1] = 0;
    CHECK(add(&w, "").id > 0);
    CHECK(add(&w, "=").id > 0);
    CHECK(add(&w, "a=").id > 0);
    CHECK(add(&w, "\033[").id > 0);
    CHECK(add(&w, "\033").id > 0);
    CHECK(add(&w, "://").id > 0);
    CHECK(add(&w, "x://").id > 0);
    CHECK(add(&w, "\xff\xfe\x80").id > 0);
    CHECK(add(&w, long_line).id > 0);
    CHECK_I64(add(&w, long_line).id, add(&w, long_line).id);
    arena_done(&w.a);
}
