/* weir logs: what a log consists of, and what is unusual in it. */
#include "edge/cli/logs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "edge/cli/table.h"
#include "engine/detect/log_watch.h"

enum {
    TEMPLATES = 8192,
    READ_MAX = 1 << 20, /* a longer line is cut there */
    ALARMS_KEPT = 1000, /* shown in full; the rest is counted */
    ALARMS_SHOWN = 20,
    RARE_MOST = 2, /* lines of a template that is rare */
    JSON_MAX = 1 << 30,
};

struct told {
    struct log_alarm alarm;
    str text, word; /* copies */
};

struct job {
    struct cli *cli;
    struct arena *a;
    struct log_watch *watch;
    uint64_t lines;
    usec time;  /* of the newest line that has one */
    bool timed; /* the first line has one */
    struct told *told;
    size_t told_count, alarm_count;
    bool keep_lines;
    uint32_t *ids; /* of each line, as known when it came; heap */
    size_t id_cap;
    struct log_template_info *infos; /* most lines first */
    size_t info_count;
};

/* --- Reading --- */

static void tell(struct job *j, const struct log_alarm *alarm, str line)
{
    j->alarm_count++;
    if (j->told_count == ALARMS_KEPT) return;
    struct told *t = &j->told[j->told_count++];
    *t = (struct told){ .alarm = *alarm,
                        .text = str_dup(j->a, str_utf8_prefix(line, LOG_SAMPLE_MAX)),
                        .word = str_dup(j->a, alarm->word) };
}

static void take_line(struct job *j, str line)
{
    struct log_alarm out[LOG_ALARMS_MAX];
    struct log_hit hit;
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    usec at = j->lines == 0 || j->timed ? log_line_time(line) : 0;
    if (j->lines == 0) j->timed = at > 0;
    if (at > j->time) j->time = at;
    size_t n = log_watch_add(j->watch, line, j->time, &hit, out);
    for (size_t i = 0; i < n; i++) tell(j, &out[i], line);
    if (j->keep_lines) {
        if (j->lines == j->id_cap) {
            j->id_cap = j->id_cap ? 2 * j->id_cap : 4096;
            j->ids = mem_grow(j->ids, j->id_cap * sizeof *j->ids);
        }
        j->ids[j->lines] = hit.id;
    }
    j->lines++;
}

/* Whole lines of buf[0..n); the rest is moved to the front and its length returned. A line that fills the buffer counts
 * as whole. */
static size_t take_lines(struct job *j, char *buf, size_t n, bool end)
{
    char *p = buf, *last = buf + n;
    while (p < last) {
        char *lf = memchr(p, '\n', (size_t)(last - p));
        if (!lf && !end && (p > buf || n < READ_MAX)) break;
        char *stop = lf ? lf : last;
        take_line(j, str_span(p, stop));
        p = lf ? lf + 1 : last;
    }
    size_t left = (size_t)(last - p);
    memmove(buf, p, left);
    return left;
}

static err read_log(struct job *j, str path, char *buf)
{
    bool is_stdin = STR_IS(path, "-");
    FILE *f = is_stdin ? stdin : fopen(str_z(j->a, path), "rbe");
    if (!f) return err_errno("open " STR_FMT, STR_ARG(path));
    size_t n = 0, got;
    while ((got = fread(buf + n, 1, READ_MAX - n, f)) > 0) n = take_lines(j, buf, n + got, false);
    bool failed = ferror(f) != 0;
    err e = failed ? err_errno("read " STR_FMT, STR_ARG(path)) : OK;
    (void)take_lines(j, buf, n, true);
    if (!is_stdin) (void)fclose(f);
    return e;
}

/* --- Telling --- */

static int by_count(const void *a, const void *b)
{
    const struct log_template_info *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

static void collect(struct job *j)
{
    const struct log_templates *t = log_watch_templates(j->watch);
    j->infos = ARENA_ARRAY(j->a, struct log_template_info, TEMPLATES);
    uint32_t i = 0;
    while (log_templates_next(t, &i, &j->infos[j->info_count])) j->info_count++;
    qsort(j->infos, j->info_count, sizeof *j->infos, by_count);
}

static str template_text(struct job *j, uint32_t id)
{
    return log_template_text(log_watch_templates(j->watch), log_template_root(log_watch_templates(j->watch), id), j->a);
}

static str reason(struct job *j, const struct told *t)
{
    const struct log_alarm *x = &t->alarm;
    switch (x->kind) {
    case LOG_ALARM_NEW: return str_fmt(j->a, "new after %llu lines", (unsigned long long)x->seen);
    case LOG_ALARM_RATE:
        return str_fmt(j->a, "%.0f %s, usual is %.0f", x->value, j->timed ? "in a minute" : "in 1000 lines", x->high);
    case LOG_ALARM_SEQUENCE:
        return str_fmt(j->a, "never in %llu times after \"" STR_FMT "\"", (unsigned long long)x->seen,
                       STR_ARG(str_utf8_prefix(template_text(j, x->after), 60)));
    case LOG_ALARM_PARAMETER:
        if (x->numeric)
            return str_fmt(j->a, "%.6g, of %llu before 999 in 1000 are within %.3g", x->value,
                           (unsigned long long)x->seen, x->high);
        return str_fmt(j->a, "first \"" STR_FMT "\" among %llu values", STR_ARG(str_utf8_prefix(t->word, 40)),
                       (unsigned long long)x->seen);
    case LOG_ALARM_KINDS: break;
    }
    return STR("");
}

/* A rate is the template's, not that of the line which ended the window. */
static str what(struct job *j, const struct told *t)
{
    return t->alarm.kind == LOG_ALARM_RATE ? template_text(j, t->alarm.template) : t->text;
}

static void json_alarms(struct job *j, struct jw *w)
{
    jw_array(w, "alarms");
    for (size_t i = 0; i < j->told_count; i++) {
        const struct told *t = &j->told[i];
        jw_open(w, NULL);
        jw_strz(w, "kind", log_alarm_text(t->alarm.kind));
        jw_i64(w, "line", (int64_t)t->alarm.line);
        jw_i64(w, "template", log_template_root(log_watch_templates(j->watch), t->alarm.template));
        jw_f64(w, "bits", t->alarm.bits);
        jw_str(w, "reason", reason(j, t));
        jw_str(w, "text", what(j, t));
        jw_close(w);
    }
    jw_array_end(w);
}

static void json_templates(struct job *j, struct jw *w)
{
    jw_array(w, "templates");
    for (size_t i = 0; i < j->info_count; i++) {
        const struct log_template_info *t = &j->infos[i];
        jw_open(w, NULL);
        jw_i64(w, "id", t->id);
        jw_i64(w, "count", (int64_t)t->count);
        jw_i64(w, "first", (int64_t)t->first);
        jw_i64(w, "last", (int64_t)t->last);
        jw_str(w, "template", template_text(j, t->id));
        jw_str(w, "sample", t->sample);
        jw_close(w);
    }
    jw_array_end(w);
}

static void json_lines(struct job *j, struct jw *w)
{
    jw_array(w, "lines");
    for (size_t i = 0; i < j->lines; i++) {
        jw_open(w, NULL);
        jw_i64(w, "template", log_template_root(log_watch_templates(j->watch), j->ids[i]));
        jw_i64(w, "at_once", j->ids[i]);
        jw_close(w);
    }
    jw_array_end(w);
}

static int print_json(struct job *j)
{
    struct buf b = buf_init(JSON_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "line_count", (int64_t)j->lines);
    jw_i64(&w, "template_count", (int64_t)j->info_count);
    jw_i64(&w, "alarm_count", (int64_t)j->alarm_count);
    json_alarms(j, &w);
    json_templates(j, &w);
    if (j->keep_lines) json_lines(j, &w);
    jw_close(&w);
    bool full = b.full;
    if (!full) (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
    buf_done(&b);
    return full ? cli_fail(j->cli, EXIT_FAILED, "more than %d bytes of JSON", JSON_MAX) : EXIT_FINE;
}

static void print_alarms(struct job *j)
{
    static const char *const heads[] = { ">LINE", "WHAT", "~WHY", "~TEXT", NULL };
    if (j->alarm_count == 0) return;
    struct table t = table_init(j->a, heads, cli_color(j->cli));
    size_t shown = j->told_count < ALARMS_SHOWN ? j->told_count : ALARMS_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const struct told *x = &j->told[i];
        table_row(&t, (str[]){ str_fmt(j->a, "%llu", (unsigned long long)x->alarm.line),
                               str_of(log_alarm_text(x->alarm.kind)), reason(j, x), what(j, x) });
    }
    card_head(stdout, "Unusual", cli_color(j->cli));
    table_print(&t, stdout);
    if (j->alarm_count > shown)
        (void)printf("and %zu more: --json shows up to %d\n", j->alarm_count - shown, ALARMS_KEPT);
}

/* Templates with at least `least` and at most `most` lines; what is left out is counted. */
static void print_templates(struct job *j, const char *head, uint64_t least, uint64_t most, size_t top)
{
    static const char *const heads[] = { ">LINES", ">FIRST", "~TEMPLATE", NULL };
    struct table t = table_init(j->a, heads, cli_color(j->cli));
    size_t n = 0;
    for (size_t i = 0; i < j->info_count; i++) {
        const struct log_template_info *x = &j->infos[i];
        if (x->count < least || x->count > most || ++n > top) continue;
        table_row(&t, (str[]){ str_fmt(j->a, "%llu", (unsigned long long)x->count),
                               str_fmt(j->a, "%llu", (unsigned long long)x->first), template_text(j, x->id) });
    }
    if (n == 0) return;
    card_head(stdout, head, cli_color(j->cli));
    table_print(&t, stdout);
    if (n > top) (void)printf("and %zu more: --top shows more\n", n - top);
}

static void print_text(struct job *j, size_t top)
{
    (void)printf("%llu lines, %zu templates, %zu unusual\n", (unsigned long long)j->lines, j->info_count,
                 j->alarm_count);
    print_alarms(j);
    print_templates(j, "Templates", RARE_MOST + 1, UINT64_MAX, top);
    print_templates(j, "Rare", 1, RARE_MOST, top);
}

static int run_logs(struct cli *cli)
{
    struct arena *a = cli_arena(cli);
    struct job j = { .cli = cli, .a = a, .keep_lines = cli_has(cli, "lines") };
    int64_t top = 20;
    err e = cli_i64(cli, "top", &top);
    if (!e.code && (top < 1 || top > TEMPLATES)) e = err_make(ERR_INPUT, "--top must be 1 to %d", TEMPLATES);
    if (e.code) return cli_fail(cli, EXIT_USAGE, "%s", e.msg);
    j.watch = log_watch_new(a, TEMPLATES);
    j.told = ARENA_ARRAY(a, struct told, ALARMS_KEPT);
    char *buf = arena_new(a, READ_MAX);
    for (size_t i = 0; !e.code && i < cli_arg_count(cli); i++) e = read_log(&j, cli_arg(cli, i), buf);
    if (e.code) return cli_fail(cli, EXIT_FAILED, "%s", e.msg);
    collect(&j);
    int code = EXIT_FINE;
    if (cli_json(cli))
        code = print_json(&j);
    else
        print_text(&j, (size_t)top);
    mem_free(j.ids);
    return code ? code : j.alarm_count > 0 ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option options[] = {
    { "top", 0, "N", "20", "How many templates to show." },
    { "lines", 0, NULL, NULL,
      "With --json: the template of every line, in the end and as it was known when the line came." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_logs = {
    .name = "logs",
    .args = "FILE...",
    .summary = "What a log consists of: its templates, the rare ones, and what is unusual.",
    .about = "Reads the files one after another (- is standard input) and finds the statements that wrote their lines: "
             "numbers, times, "
             "addresses, ids and other values become <*>. Told as unusual are new templates where new ones are rare, "
             "rates that "
             "change, an order of templates that never was, and values far outside of their range; each with its "
             "reason. Memory "
             "stays the same however long the log is. Exit 1 when something is unusual.",
    .options = options,
    .run = run_logs,
};
