/* Telling what `weir detect` found: a small picture and lists for people, JSON, or a score for each row. */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/detect.h"
#include "edge/cli/table.h"

enum { PICTURE = 76, LEVELS = 8, JSON_MAX = 1 << 30 };

/* ---- words ---- */

static str when(const struct recording *r, size_t row, struct arena *a)
{
    if (!r->timed) return str_fmt(a, "row %zu", row + 1);
    char text[TIME_TEXT_MAX];
    str t = time_text(r->time[row], text);
    return str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(str_cut(t, 0, 10)), STR_ARG(str_cut(t, 11, 5)));
}

static str once_text(double once_in, struct arena *a)
{
    if (once_in >= 1e6) return STR("less than once in a million series like this");
    if (once_in >= 2) return str_fmt(a, "once in %.0f series like this", once_in);
    return STR("in every series like this");
}

static str alarm_text(const struct told *t, const struct told_alarm *k, struct arena *a)
{
    str s = detect_sentence(&k->alarm, STR(""), a);
    if (k->shifted) {
        str at = when(t->series, k->shift_row, a);
        s = str_fmt(a, STR_FMT "; the level changed from %.4g to %.4g at " STR_FMT, STR_ARG(s), k->before, k->after,
                    STR_ARG(at));
    }
    return s;
}

static str change_text(const struct change *c, str column, struct arena *a)
{
    const char *size = c->strength >= 5 ? "plain" : c->strength >= 2 ? "clear" : "slight";
    str of = column.len ? str_fmt(a, " of " STR_FMT, STR_ARG(column)) : STR("");
    const char *unit = c->kind == CHANGE_TREND ? " a row" : "";
    return str_fmt(a, "%s" STR_FMT " from %.5g to %.5g%s (%s)", change_kind_text(c->kind), STR_ARG(of), c->before,
                   c->after, unit, size);
}

/* ---- the picture ---- */

static size_t place_of(const struct recording *r, size_t row)
{
    return r->rows <= PICTURE ? row : (size_t)((double)row * PICTURE / (double)r->rows);
}

/* Of each stretch of rows the value furthest from the middle of all, so that short spikes are seen. NAN: none. */
static size_t stretches(const struct recording *r, double *v, double *low, double *high)
{
    size_t places = r->rows < PICTURE ? r->rows : PICTURE, n = 0;
    double sum = 0;
    for (size_t i = 0; i < r->rows; i++)
        if (isfinite(r->value[i])) sum += (r->value[i] / 2 - sum) / (double)++n; /* halves: no overflow */
    *low = INFINITY, *high = -INFINITY;
    for (size_t k = 0; k < places; k++) v[k] = NAN;
    for (size_t i = 0; i < r->rows; i++) {
        double x = r->value[i] / 2, *at = &v[place_of(r, i)];
        if (!isfinite(x)) continue;
        if (isnan(*at) || fabs(x - sum) > fabs(*at - sum)) *at = x;
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
    return places;
}

static void print_picture(const struct recording *r)
{
    static const char *const blocks[LEVELS] = { "\u2581", "\u2582", "\u2583", "\u2584",
                                                "\u2585", "\u2586", "\u2587", "\u2588" };
    double v[PICTURE], low, high;
    size_t n = stretches(r, v, &low, &high);
    (void)printf("  ");
    for (size_t k = 0; k < n; k++) {
        double part = high > low ? (v[k] / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
        (void)fputs(isnan(v[k]) ? " " : blocks[(size_t)fmin(part * LEVELS, LEVELS - 1)], stdout);
    }
    (void)printf("\n");
}

static void print_marks(const struct told *t)
{
    char marks[PICTURE + 1];
    memset(marks, ' ', PICTURE);
    size_t end = 0;
    for (size_t k = 0; k < t->change_count; k++) marks[place_of(t->series, t->changes[k].at)] = 'c';
    for (size_t k = 0; k < t->discord_count; k++) marks[place_of(t->series, t->discords[k].at)] = 'd';
    for (size_t k = 0; k < t->alarm_count; k++) marks[place_of(t->series, t->alarms[k].row)] = 'a';
    for (size_t k = 0; k < PICTURE; k++)
        if (marks[k] != ' ') end = k + 1;
    if (end) (void)printf("  %.*s\n", (int)end, marks);
}

/* ---- for people ---- */

static void head_line(const struct told *t, struct arena *a, bool color)
{
    const struct recording *r = t->series;
    (void)printf("%s" STR_FMT "%s: %zu rows", tone_on(TONE_BOLD, color), STR_ARG(plain_text(a, r->name)),
                 tone_off(color), r->rows);
    if (r->timed && r->rows)
        (void)printf(", " STR_FMT " to " STR_FMT " UTC", STR_ARG(when(r, 0, a)), STR_ARG(when(r, r->rows - 1, a)));
    (void)printf("\n");
}

static void print_alarms(const struct told *t, struct arena *a, bool color)
{
    if (t->alarm_count == 0) return;
    struct table table = table_init(a, (const char *const[]){ "alarm (a)", "~what was seen", NULL }, color);
    for (size_t k = 0; k < t->alarm_count; k++)
        table_row(&table, (const str[]){ when(t->series, t->alarms[k].row, a), alarm_text(t, &t->alarms[k], a) });
    (void)printf("\n");
    table_print(&table, stdout);
    if (t->alarms_more) (void)printf("and %zu more\n", t->alarms_more);
}

static void print_discords(const struct told *t, struct arena *a, bool color)
{
    if (t->discord_count == 0) return;
    struct table table = table_init(
        a, (const char *const[]){ "odd stretch (d)", ">score", "~a healthy series shows one like it", NULL }, color);
    for (size_t k = 0; k < t->discord_count; k++) {
        const struct discord *d = &t->discords[k];
        table_row(&table,
                  (const str[]){ when(t->series, d->at, a), str_fmt(a, "%.1f", d->score), once_text(d->once_in, a) });
    }
    (void)printf("\n");
    table_print(&table, stdout);
}

static void print_changes(const struct told *t, struct told *const *all, size_t count, struct arena *a, bool color)
{
    if (t->change_count == 0) return;
    struct table table = table_init(a, (const char *const[]){ "change (c)", "~what changed for good", NULL }, color);
    for (size_t k = 0; k < t->change_count; k++) {
        const struct change *c = &t->changes[k];
        str column = c->column < count && c->column ? all[c->column]->series->name : STR("");
        table_row(&table, (const str[]){ when(t->series, c->at, a), change_text(c, column, a) });
    }
    (void)printf("\n");
    table_print(&table, stdout);
}

void detect_print(struct told *const *all, size_t count, struct detect_show show, struct arena *a, bool color)
{
    for (size_t k = 0; k < count; k++) {
        const struct told *t = all[k];
        if (k) (void)printf("\n");
        head_line(t, a, color);
        print_picture(t->series);
        print_marks(t);
        print_alarms(t, a, color);
        print_discords(t, a, color);
        print_changes(t, all, count, a, color);
        const char *plural = t->alarm_count == 1 ? "" : "s";
        (void)printf("\n");
        if (show.alarms) (void)printf("%zu alarm%s  ", t->alarm_count + t->alarms_more, plural);
        if (show.discords)
            (void)printf("%zu odd stretch%s (a cycle is %zu rows)  ", t->discord_count,
                         t->discord_count == 1 ? "" : "es", t->period);
        if (show.changes) (void)printf("%zu change%s", t->change_count, t->change_count == 1 ? "" : "s");
        (void)printf("\n");
    }
}

/* ---- for programs ---- */

static void json_place(struct jw *w, const char *row_key, const char *time_key, const struct recording *r, size_t row)
{
    jw_i64(w, row_key, (int64_t)row + 1);
    if (r->timed) jw_i64(w, time_key, r->time[row]);
}

static void json_number(struct jw *w, const char *key, double v)
{
    if (isfinite(v)) jw_f64(w, key, v);
    else jw_null(w, key);
}

static void json_alarm(struct jw *w, const struct told *t, const struct told_alarm *k, struct arena *a)
{
    jw_open(w, NULL);
    json_place(w, "row", "start", t->series, k->row);
    if (t->series->timed) jw_i64(w, "end", k->end);
    jw_strz(w, "part", detect_part_text(k->alarm.part));
    json_number(w, "value", k->alarm.value);
    json_number(w, "low", k->alarm.low);
    json_number(w, "high", k->alarm.high);
    json_number(w, "score", k->alarm.score);
    json_number(w, "once_in", k->alarm.once_in);
    if (k->shifted) {
        json_place(w, "level_changed_row", "level_changed", t->series, k->shift_row);
        json_number(w, "level_before", k->before);
        json_number(w, "level_after", k->after);
    }
    jw_str(w, "summary", alarm_text(t, k, a));
    jw_close(w);
}

static void json_discord(struct jw *w, const struct told *t, const struct discord *d)
{
    jw_open(w, NULL);
    json_place(w, "row", "time", t->series, d->at);
    jw_i64(w, "length", (int64_t)d->length);
    json_number(w, "score", d->score);
    json_number(w, "once_in", d->once_in);
    jw_close(w);
}

static void json_change(struct jw *w, const struct told *t, const struct change *c, str column)
{
    jw_open(w, NULL);
    json_place(w, "row", "time", t->series, c->at);
    jw_strz(w, "kind", change_kind_text(c->kind));
    jw_str(w, "column", column);
    json_number(w, "before", c->before);
    json_number(w, "after", c->after);
    json_number(w, "strength", c->strength);
    jw_close(w);
}

static void json_series(struct jw *w, const struct told *t, struct told *const *all, struct detect_show show,
                        struct arena *a)
{
    jw_open(w, NULL);
    jw_str(w, "series", t->series->name);
    jw_i64(w, "rows", (int64_t)t->series->rows);
    if (show.alarms) {
        jw_i64(w, "alarm_count", (int64_t)(t->alarm_count + t->alarms_more));
        jw_array(w, "alarms");
        for (size_t k = 0; k < t->alarm_count; k++) json_alarm(w, t, &t->alarms[k], a);
        jw_array_end(w);
    }
    if (show.discords) {
        jw_i64(w, "period", (int64_t)t->period);
        jw_array(w, "discords");
        for (size_t k = 0; k < t->discord_count; k++) json_discord(w, t, &t->discords[k]);
        jw_array_end(w);
    }
    if (show.changes) {
        jw_array(w, "changes");
        for (size_t k = 0; k < t->change_count; k++) {
            size_t column = t->changes[k].column;
            json_change(w, t, &t->changes[k], column ? all[column]->series->name : t->series->name);
        }
        jw_array_end(w);
    }
    jw_close(w);
}

void detect_print_json(struct told *const *all, size_t count, struct detect_show show, struct arena *a)
{
    struct buf b = buf_init(JSON_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_array(&w, "series");
    for (size_t k = 0; k < count; k++) json_series(&w, all[k], all, show, a);
    jw_array_end(&w);
    jw_close(&w);
    (void)fwrite(b.ptr, 1, b.len, stdout);
    (void)fputc('\n', stdout);
    buf_done(&b);
}

static void csv_text(str s)
{
    (void)fputc('"', stdout);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') (void)fputc('"', stdout);
        (void)fputc(s.ptr[i], stdout);
    }
    (void)fputc('"', stdout);
}

void detect_print_scores(struct told *const *all, size_t count)
{
    (void)printf("series,row,time,value,alarm_score,discord_score\n");
    for (size_t k = 0; k < count; k++) {
        const struct recording *r = all[k]->series;
        for (size_t i = 0; i < r->rows; i++) {
            char text[TIME_TEXT_MAX];
            str time = r->timed ? time_text(r->time[i], text) : STR("");
            csv_text(r->name);
            (void)printf(",%zu," STR_FMT ",", i + 1, STR_ARG(time));
            if (isfinite(r->value[i])) (void)printf("%.10g", r->value[i]);
            (void)printf(",%.6g,%.6g\n", all[k]->alarm_score[i], all[k]->discord_score[i]);
        }
    }
}
