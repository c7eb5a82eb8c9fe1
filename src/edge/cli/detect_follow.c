/* weir detect --follow: the same judgement row by row, told as it comes, for as long as rows come. A row is read as
 * recording_read() would read a file of it and the header; a series is some 170 KiB, whatever its length. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/detect.h"
#include "edge/cli/table.h"

enum { LINE_MAX_BYTES = 1 << 16, SCRATCH = 1 << 22, REFUSALS_SHOWN = 3, NEAR = 24 };

struct followed {
    str name;
    uint64_t rows;
    uint64_t alarmed; /* row of the newest alarm whose shift has not been told, counted from 1; 0: none */
    struct detect_series detect;
    struct change_online change;
    struct discord_watch discord;
    double numbers[DISCORD_WATCH_NUMBERS];
};

struct follow {
    struct cli *cli;
    struct arena *a; /* names and the header */
    struct detect_show show;
    struct followed *series[RECORDING_COLUMNS_MAX];
    size_t count, lines, refused, told;
    str header, file;
};

struct news { /* one line of output */
    const char *kind;
    const struct followed *of;
    bool timed;
    usec time;
    uint64_t row;
    str text;
    const struct detect_alarm *alarm; /* or NULL */
    const struct discord_stretch *stretch;
};

/* ---- telling ---- */

static void json_number(struct jw *w, const char *key, double v)
{
    if (isfinite(v)) jw_f64(w, key, v);
    else jw_null(w, key);
}

static void json_alarm(struct jw *w, const struct detect_alarm *alarm)
{
    jw_strz(w, "part", detect_part_text(alarm->part));
    json_number(w, "value", alarm->value);
    json_number(w, "low", alarm->low);
    json_number(w, "high", alarm->high);
    json_number(w, "score", alarm->score);
    json_number(w, "once_in", alarm->once_in);
}

static void tell_json(const struct news *n)
{
    struct buf b = buf_init(LINE_MAX_BYTES);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_strz(&w, "kind", n->kind);
    jw_str(&w, "series", n->of->name);
    jw_i64(&w, "row", (int64_t)n->row + 1);
    if (n->timed) jw_i64(&w, "time", n->time);
    if (n->alarm) json_alarm(&w, n->alarm);
    if (n->stretch) {
        jw_i64(&w, "from_row", (int64_t)n->stretch->at + 1);
        jw_i64(&w, "length", (int64_t)n->stretch->length);
        json_number(&w, "distance", n->stretch->distance);
        json_number(&w, "most", n->stretch->most);
    }
    jw_str(&w, "summary", n->text);
    jw_close(&w);
    (void)printf("%.*s\n", (int)b.len, b.ptr);
    buf_done(&b);
}

static void tell(struct follow *f, const struct news *n, struct arena *a)
{
    char time[TIME_TEXT_MAX];
    f->told++;
    if (cli_json(f->cli)) tell_json(n);
    else {
        str when = n->timed ? str_cut(time_text(n->time, time), 0, 19)
                            : str_fmt(a, "row %llu", (unsigned long long)n->row + 1);
        (void)printf(STR_FMT "  " STR_FMT "  %s: " STR_FMT "\n", STR_ARG(when), STR_ARG(plain_text(a, n->of->name)),
                     n->kind, STR_ARG(n->text));
    }
    (void)fflush(stdout);
}

/* ---- judging ---- */

static void judge_alarms(struct follow *f, struct followed *s, struct news n, double value, struct arena *a)
{
    struct detect_alarm out[DETECT_ALARMS_MAX];
    size_t count = detect_sample(&s->detect, n.time, value, out);
    for (size_t k = 0; k < count; k++) {
        n.alarm = &out[k];
        n.kind = out[k].over ? "over" : "alarm";
        n.text = out[k].over ? str_fmt(a, "the alarm (%s) is over", detect_part_text(out[k].part))
                             : detect_sentence(&out[k], STR(""), a);
        if (!out[k].over) s->alarmed = s->rows;
        if (f->show.alarms && (!out[k].over || out[k].part != DETECT_MISSING)) tell(f, &n, a);
    }
}

/* A rhythm of steps changes its level all the time: a change is news when an alarm began near it. */
static void judge_changes(struct follow *f, struct followed *s, struct news n, double value, struct arena *a)
{
    uint64_t at;
    if (!change_online_sample(&s->change, value, &at) || !s->alarmed || at + NEAR < s->alarmed ||
        at > s->alarmed + NEAR)
        return;
    s->alarmed = 0;
    n.kind = "change";
    n.text = str_fmt(a, "level from %.5g to %.5g since row %llu", s->change.before, s->change.after,
                     (unsigned long long)at + 1);
    tell(f, &n, a);
}

static err judge_discords(struct follow *f, struct followed *s, struct news n, double value, struct arena *a)
{
    struct discord_stretch d = { 0 };
    bool told;
    err e = discord_watch_sample(&s->discord, value, a, &told, &d);
    if (e.code || !told) return e;
    n.stretch = &d;
    n.kind = "odd stretch";
    n.text = str_fmt(a, "the last %zu rows are unlike all before by %.0f %%, at most %.0f %% so far", d.length,
                     100 * d.distance, 100 * d.most);
    tell(f, &n, a);
    return e;
}

static struct followed *series_named(struct follow *f, str name)
{
    for (size_t k = 0; k < f->count; k++)
        if (str_eq(f->series[k]->name, name)) return f->series[k];
    if (f->count == RECORDING_COLUMNS_MAX) return NULL;
    struct followed *s = f->series[f->count++] = mem_new(sizeof *s);
    struct detect_config config = detect_config_default();
    s->name = str_dup(f->a, name);
    detect_init(&s->detect, &config);
    change_online_init(&s->change);
    discord_watch_init(&s->discord, s->numbers);
    return s;
}

static err judge_row(struct follow *f, const struct recording *r, size_t i, struct arena *a)
{
    struct followed *s = series_named(f, r->name);
    if (!s) return err_make(ERR_LIMIT, "more than %d series", RECORDING_COLUMNS_MAX);
    struct news n = { .of = s, .timed = r->timed, .row = s->rows++ };
    n.time = r->timed ? r->time[i] : (usec)n.row * RECORDING_PACE;
    judge_alarms(f, s, n, r->value[i], a);
    if (f->show.changes) judge_changes(f, s, n, r->value[i], a);
    return f->show.discords ? judge_discords(f, s, n, r->value[i], a) : OK;
}

/* ---- reading ---- */

static void refuse(struct follow *f, const char *why)
{
    if (f->refused++ < REFUSALS_SHOWN) (void)fprintf(stderr, "weir detect: line %zu refused: %s\n", f->lines, why);
}

static err judge_line(struct follow *f, str line, struct arena *a)
{
    struct recordings data;
    str text = f->header.len ? str_fmt(a, STR_FMT "\n" STR_FMT "\n", STR_ARG(f->header), STR_ARG(line)) : line;
    err e = recording_read(f->file, text, a, &data);
    bool names = e.code && f->lines == 1;
    if (names) f->header = str_dup(f->a, line);
    if (names) return OK;
    if (!e.code && data.refused) e = err_make(ERR_INPUT, STR_FMT, STR_ARG(data.why));
    if (e.code) {
        refuse(f, e.msg);
        return OK;
    }
    for (size_t k = 0; !e.code && k < data.count; k++)
        for (size_t i = 0; !e.code && i < data.items[k].rows; i++) e = judge_row(f, &data.items[k], i, a);
    return e;
}

/* A line without its end; one that is too long is passed over and told. False at the end. */
static bool next_line(struct follow *f, FILE *in, char *room, str *line)
{
    bool whole = false;
    while (!whole && fgets(room, LINE_MAX_BYTES, in)) {
        size_t n = strlen(room);
        f->lines++;
        whole = n < LINE_MAX_BYTES - 1 || room[n - 1] == '\n';
        if (!whole) {
            refuse(f, "too long");
            for (int c = 0; c != '\n' && c != EOF;) c = fgetc(in);
        }
        *line = str_trim((str){ room, n });
    }
    return whole;
}

static err follow_lines(struct follow *f, FILE *in)
{
    char *room = mem_new(LINE_MAX_BYTES);
    str line;
    err e = OK;
    while (!e.code && next_line(f, in, room, &line)) {
        struct arena a = arena_init(SCRATCH);
        if (line.len) e = judge_line(f, line, &a);
        arena_done(&a);
    }
    if (!e.code && ferror(in)) e = err_errno("read");
    mem_free(room);
    return e;
}

int detect_follow(struct cli *cli, struct detect_show show, str path)
{
    bool standard = STR_IS(path, "-");
    struct follow f = { .cli = cli, .a = cli_arena(cli), .show = show };
    f.file = standard ? STR("values") : path;
    FILE *in = standard ? stdin : fopen(str_z(f.a, path), "rbe");
    if (!in) return cli_fail_err(cli, err_errno(STR_FMT, STR_ARG(path)));
    err e = follow_lines(&f, in);
    if (!standard) (void)fclose(in);
    for (size_t k = 0; k < f.count; k++) mem_free(f.series[k]);
    if (f.refused) (void)fprintf(stderr, "weir detect: %zu line%s refused\n", f.refused, f.refused == 1 ? "" : "s");
    if (!e.code && !f.count) e = err_make(ERR_INPUT, STR_FMT ": no numbers in it", STR_ARG(f.file));
    if (e.code) return cli_fail_err(cli, e);
    return f.told ? EXIT_FOUND : EXIT_FINE;
}
