/* weir detect: one recording, judged as it would have been live, and as it looks from its end. */
#include "edge/cli/detect.h"

#include <math.h>
#include <stdio.h>

#include "edge/cli/commands.h"

enum { WORK_GIB = 4 };

struct job {
    struct cli *cli;
    struct arena *a;
    struct detect_show show;
    struct recordings data;
    struct told **told;
    int64_t from, period, top;
    double rare; /* a discord is told when it is expected once in so many series */
    bool together, scores;
};

/* ---- alarms ---- */

static void note_end(struct told *t, const struct detect_alarm *alarm)
{
    for (size_t k = t->alarm_count; k-- > 0;)
        if (t->alarms[k].alarm.start == alarm->start) {
            t->alarms[k].end = alarm->end;
            return;
        }
}

static void note_alarm(struct told *t, const struct detect_alarm *alarm, size_t row)
{
    if (alarm->over) {
        note_end(t, alarm);
    } else if (t->alarm_count == DETECT_TOLD_MAX) {
        t->alarms_more++;
    } else {
        while (row > 0 && t->series->time[row] > alarm->start) row--;
        t->alarms[t->alarm_count++] = (struct told_alarm){ .alarm = *alarm, .end = alarm->end, .row = row };
    }
}

/* A change for good belongs to the newest alarm that began near it. */
static void note_shift(struct told *t, const struct change_online *c, size_t row)
{
    enum { NEAR = 24 };
    for (size_t k = t->alarm_count; k-- > 0;) {
        struct told_alarm *alarm = &t->alarms[k];
        size_t gap = alarm->row > row ? alarm->row - row : row - alarm->row;
        if (gap > NEAR || alarm->shifted) continue;
        alarm->shifted = true;
        alarm->shift_row = row;
        alarm->before = c->before;
        alarm->after = c->after;
        return;
    }
}

static void find_alarms(struct told *t)
{
    struct detect_series *s = mem_new(sizeof *s);
    struct change_online *c = mem_new(sizeof *c);
    struct detect_config config = detect_config_default();
    detect_init(s, &config);
    change_online_init(c);
    for (size_t i = 0; i < t->series->rows; i++) {
        struct detect_alarm out[DETECT_ALARMS_MAX];
        uint64_t at = 0;
        size_t n = detect_sample(s, t->series->time[i], t->series->value[i], out);
        for (size_t k = 0; k < n; k++) note_alarm(t, &out[k], i);
        if (t->alarm_score) t->alarm_score[i] = detect_score(s);
        if (change_online_sample(c, t->series->value[i], &at)) note_shift(t, c, (size_t)at);
    }
    mem_free(c);
    mem_free(s);
}

/* ---- discords and changes ---- */

static err find_discords(struct job *job, struct told *t, struct arena *work)
{
    const struct recording *r = t->series;
    struct discord found[DETECT_DISCORDS_MAX] = { 0 };
    size_t n = 0;
    t->period = (size_t)job->period;
    err e = job->period ? OK : discord_period(r->value, r->rows, work, &t->period);
    struct discord_opts opts = { .from = (size_t)job->from, .period = t->period, .score = t->discord_score };
    if (!e.code) e = discord_find(r->value, r->rows, &opts, work, found, (size_t)job->top, &n);
    for (size_t k = 0; k < n; k++)
        if (found[k].once_in >= job->rare) t->discords[t->discord_count++] = found[k];
    return e;
}

static err find_changes(const struct told *first, size_t count, struct told *const *all, struct arena *work,
                        struct change *out, size_t *n)
{
    size_t rows = first->series->rows;
    double *values = arena_try(work, rows * count * sizeof *values);
    if (!values) return err_make(ERR_LIMIT, "too many rows");
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < rows; i++) values[i * count + k] = all[k]->series->value[i];
    return change_find(values, rows, count, work, out, n);
}

static err judge(struct job *job, struct told *t)
{
    struct arena work = arena_init((size_t)WORK_GIB << 30);
    err e = OK;
    if (job->show.alarms) find_alarms(t);
    if (job->show.discords) e = find_discords(job, t, &work);
    if (!e.code && job->show.changes && !job->together) e = find_changes(t, 1, &t, &work, t->changes, &t->change_count);
    arena_done(&work);
    return e.code ? err_wrap(e, STR_FMT, STR_ARG(t->series->name)) : e;
}

/* All columns at once: told with the first, each change with the column that moved most. */
static err judge_together(struct job *job)
{
    struct arena work = arena_init((size_t)WORK_GIB << 30);
    struct told *first = job->told[0];
    err e = OK;
    for (size_t k = 1; k < job->data.count; k++)
        if (job->data.items[k].rows != first->series->rows)
            e = err_make(ERR_INPUT, "--together needs series of the same length");
    if (!e.code) e = find_changes(first, job->data.count, job->told, &work, first->changes, &first->change_count);
    arena_done(&work);
    return e;
}

/* ---- the command ---- */

static err read_options(struct job *job)
{
    struct cli *cli = job->cli;
    bool alarms = cli_has(cli, "alarms"), discords = cli_has(cli, "discord"), changes = cli_has(cli, "changes"),
         any = alarms || discords || changes;
    job->show = (struct detect_show){ !any || alarms, !any || discords, !any || changes };
    job->scores = cli_has(cli, "scores");
    job->together = cli_has(cli, "together");
    job->rare = cli_has(cli, "all") ? 0 : 100;
    err e = cli_i64(cli, "from", &job->from);
    if (!e.code) e = cli_i64(cli, "period", &job->period);
    if (!e.code) e = cli_i64(cli, "top", &job->top);
    if (e.code) return e;
    if (cli_has(cli, "follow") && (job->scores || job->together || cli_has(cli, "all") || job->from || job->period))
        return err_make(ERR_INPUT, "--follow takes none of --scores, --together, --all, --from and --period");
    if (job->from < 0) return err_make(ERR_INPUT, "--from must be 0 or more");
    if (job->period && (job->period < DISCORD_PERIOD_LEAST || job->period > DISCORD_ROWS_MAX))
        return err_make(ERR_INPUT, "--period must be %d to %d, or 0 to find it", DISCORD_PERIOD_LEAST,
                        DISCORD_ROWS_MAX);
    if (job->top < 1 || job->top > DETECT_DISCORDS_MAX)
        return err_make(ERR_INPUT, "--top must be 1 to %d", DETECT_DISCORDS_MAX);
    return OK;
}

static str last_part(str path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/') return str_cut(path, i + 1, path.len);
    return path;
}

static err prepare(struct job *job, str path)
{
    str text;
    err e = recording_load(path, job->a, &text);
    if (!e.code) e = recording_read(STR_IS(path, "-") ? STR("values") : last_part(path), text, job->a, &job->data);
    if (e.code) return e;
    if (job->together && job->data.count > CHANGE_COLUMNS_MAX)
        return err_make(ERR_LIMIT, "--together takes up to %d series", CHANGE_COLUMNS_MAX);
    job->told = ARENA_ARRAY(job->a, struct told *, job->data.count);
    for (size_t k = 0; k < job->data.count; k++) {
        struct told *t = job->told[k] = ARENA_NEW(job->a, struct told);
        t->series = &job->data.items[k];
        if (!job->scores || t->series->rows == 0) continue;
        t->alarm_score = arena_try(job->a, t->series->rows * sizeof *t->alarm_score);
        t->discord_score = arena_try(job->a, t->series->rows * sizeof *t->discord_score);
        if (!t->alarm_score || !t->discord_score) return err_make(ERR_LIMIT, "too many rows");
    }
    return OK;
}

static size_t found_in(const struct job *job)
{
    size_t n = 0;
    for (size_t k = 0; k < job->data.count; k++)
        n += job->told[k]->alarm_count + job->told[k]->discord_count + job->told[k]->change_count;
    return n;
}

static int run_job(struct job *job)
{
    err e = read_options(job);
    if (e.code) return cli_fail(job->cli, EXIT_USAGE, "%s", e.msg);
    if (cli_has(job->cli, "follow")) return detect_follow(job->cli, job->show, cli_arg(job->cli, 0));
    e = prepare(job, cli_arg(job->cli, 0));
    for (size_t k = 0; !e.code && k < job->data.count; k++) e = judge(job, job->told[k]);
    if (!e.code && job->show.changes && job->together) e = judge_together(job);
    if (e.code) return cli_fail_err(job->cli, e);
    if (job->data.refused)
        (void)fprintf(stderr, "weir detect: %zu rows refused; " STR_FMT "\n", job->data.refused,
                      STR_ARG(job->data.why));
    if (job->scores) detect_print_scores(job->told, job->data.count);
    else if (cli_json(job->cli)) detect_print_json(job->told, job->data.count, job->show, job->a);
    else detect_print(job->told, job->data.count, job->show, job->a, cli_color(job->cli));
    return found_in(job) ? EXIT_FOUND : EXIT_FINE;
}

static int detect_command(struct cli *cli)
{
    struct arena a = arena_init((size_t)WORK_GIB << 30);
    struct job job = { .cli = cli, .a = &a };
    int code = run_job(&job);
    arena_done(&a);
    return code;
}

static const struct cli_option options[] = {
    { "alarms", 0, NULL, NULL, "What the live detector would have told, and when." },
    { "discord", 0, NULL, NULL, "Stretches unlike all others, looking back from the end." },
    { "changes", 0, NULL, NULL, "Where level, trend or spread changed for good." },
    { "all", 0, NULL, NULL, "The oddest stretches even when every series has such ones." },
    { "from", 0, "ROW", "0", "Rows before it are healthy: no discord is told there." },
    { "period", 0, "ROWS", "0", "Rows of one cycle; 0 finds it." },
    { "top", 0, "N", "3", "At most so many discords a series." },
    { "together", 0, NULL, NULL, "Columns change together: one list of changes for all." },
    { "scores", 0, NULL, NULL, "Print a score for every row as CSV instead." },
    { "follow", 0, NULL, NULL, "Judge row by row as they come, and tell at once." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_detect = {
    .name = "detect",
    .args = "FILE",
    .summary = "Find anomalies, odd stretches and changes in a recording.",
    .about = "Reads CSV (a time column and numbers), columns of numbers without times, one value a line, or JSON "
             "Lines; - is standard input. "
             "Without one of --alarms, --discord and --changes all three are looked for. Nothing is stored, and "
             "nothing needs to be set. With --follow rows are judged as they come, in bounded memory: "
             "tail -f metrics.csv | weir detect --follow -\n"
             "Rows count from 1. A discord is told when a healthy series would show one like it less than once in a "
             "hundred. Exit 1 when "
             "something was found.",
    .options = options,
    .run = detect_command,
};
