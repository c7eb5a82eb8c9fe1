#include "sim/narrate.h"

#include <stdarg.h>

#include "base/json.h"

enum { WIDTH = 79, LABEL = 11 };

struct voice {
    FILE *out;
    bool color;
    usec since;
    struct arena *a;
    const struct entry *e;
    json *body;
};

#define RED "31"
#define GREEN "32"
#define YELLOW "33"
#define BLUE "34"
#define MAGENTA "35"
#define CYAN "36"
#define DIM "2"

/* "  label      text", wrapped between words and indented under the text. */
static void say(const struct voice *v, const char *style, const char *label, str text)
{
    (void)fprintf(v->out, v->color ? "  \033[%sm%-*s\033[0m" : "  %.0s%-*s", style, LABEL, label);
    size_t column = LABEL + 2;
    str rest = text, word;
    bool first = true;
    while (str_next(&rest, ' ', &word)) {
        if (!word.len) continue;
        if (!first && column + 1 + word.len > WIDTH) {
            (void)fprintf(v->out, "\n%*s", LABEL + 2, "");
            column = LABEL + 2;
        } else if (!first) {
            (void)fputc(' ', v->out);
            column++;
        }
        for (size_t i = 0; i < word.len; i++) (void)fputc((unsigned char)word.ptr[i] < ' ' ? ' ' : word.ptr[i], v->out);
        column += word.len;
        first = false;
    }
    (void)fputc('\n', v->out);
}

static void tell_finding(const struct voice *v)
{
    say(v, YELLOW, "finding", json_get_str(v->body, "summary"));
}

static void tell_opened(const struct voice *v)
{
    str text = str_fmt(v->a, STR_FMT " opened, severity " STR_FMT, STR_ARG(v->e->subject),
                       STR_ARG(json_get_str(v->body, "severity")));
    say(v, RED, "incident", text);
}

static void tell_joined(const struct voice *v)
{
    say(v, DIM, "incident", str_fmt(v->a, "joins " STR_FMT ": a symptom, not a new alert", STR_ARG(v->e->subject)));
}

static void tell_causes(const struct voice *v)
{
    json *causes = json_get(v->body, "causes"), *cause, *item;
    size_t i, n, k, m;
    if (!yyjson_arr_size(causes)) say(v, CYAN, "cause", STR("unknown: no evidence names one"));
    yyjson_arr_foreach(causes, i, n, cause) {
        if (i == 3) break;
        say(v, CYAN, i ? "" : "causes",
            str_fmt(v->a, "%zu. " STR_FMT " %.2f  " STR_FMT, i + 1, STR_ARG(json_get_str(cause, "kind")),
                    json_get_f64(cause, "score", 0), STR_ARG(json_get_str(cause, "title"))));
        if (i) continue;
        yyjson_arr_foreach(json_get(cause, "evidence"), k, m, item) {
            say(v, DIM, "",
                str_fmt(v->a, "entry %lld: " STR_FMT, (long long)json_get_i64(item, "seq", 0),
                        STR_ARG(json_get_str(item, "text"))));
        }
    }
}

static void tell_proposal(const struct voice *v)
{
    say(v, BLUE, json_get_i64(v->body, "rank", 1) == 1 ? "proposal" : "",
        str_fmt(v->a, STR_FMT " (confidence %.2f, cost %.2f USD, leaves " STR_FMT ")",
                STR_ARG(json_get_str(v->body, "summary")), json_get_f64(v->body, "confidence", 0),
                json_get_f64(v->body, "cost_usd", 0), STR_ARG(json_get_str(v->body, "leaves"))));
}

static void tell_decision(const struct voice *v)
{
    say(v, MAGENTA, "decision",
        str_fmt(v->a, STR_FMT ": " STR_FMT " (rule " STR_FMT ")", STR_ARG(json_get_str(v->body, "verdict")),
                STR_ARG(json_get_str(v->body, "because")), STR_ARG(json_get_str(v->body, "rule"))));
}

static void tell_ask(const struct voice *v)
{
    say(v, RED, "approval",
        str_fmt(v->a, STR_FMT " waits for a person: " STR_FMT, STR_ARG(v->e->subject),
                STR_ARG(json_get_str(v->body, "summary"))));
}

static void tell_answer(const struct voice *v)
{
    say(v, MAGENTA, "answer",
        str_fmt(v->a, STR_FMT " by " STR_FMT, STR_ARG(json_get_str(v->body, "verdict")), STR_ARG(v->e->actor)));
}

static void tell_effect(const struct voice *v)
{
    str kind = json_get_str(v->body, "kind");
    if (!STR_IS(kind, "apply") && !STR_IS(kind, "undo")) return;
    say(v, BLUE, STR_IS(kind, "undo") ? "undo" : "acting",
        str_fmt(v->a, STR_FMT " on " STR_FMT, STR_ARG(json_get_str(v->body, "remedy")),
                STR_ARG(json_get_str(v->body, "target"))));
}

static void tell_outcome(const struct voice *v)
{
    bool ok = json_bool(json_get(v->body, "ok"), false), dry = json_get(json_get(v->body, "detail"), "dry_run") != NULL;
    say(v, dry ? DIM : ok ? GREEN : RED, dry ? "dry run" : "outcome", json_get_str(v->body, "summary"));
}

static void tell_resolved(const struct voice *v)
{
    double seconds = (double)(v->e->time - v->since) / (double)USEC_SECOND;
    say(v, GREEN, "recovered",
        str_fmt(v->a, STR_FMT " after %.1f s: " STR_FMT, STR_ARG(v->e->subject), seconds,
                STR_ARG(json_get_str(v->body, "how"))));
}

static const struct story {
    const char *kind;
    void (*tell)(const struct voice *v);
} stories[] = {
    { "finding.judged", tell_finding },     { "finding", tell_finding },
    { "incident.opened", tell_opened },     { "incident.reopened", tell_opened },
    { "incident.joined", tell_joined },     { "incident.diagnosed", tell_causes },
    { "proposal.made", tell_proposal },     { "decision.made", tell_decision },
    { "approval.requested", tell_ask },     { "approval.given", tell_answer },
    { "effect.requested", tell_effect },    { "effect.outcome", tell_outcome },
    { "incident.resolved", tell_resolved },
};

void narrate(FILE *out, bool color, const struct entry *e, usec since, struct arena *a)
{
    struct voice v = { .out = out, .color = color, .since = since, .a = a, .e = e };
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        if (!str_eq(e->kind, str_of(stories[i].kind))) continue;
        if (!json_parse(e->body, a, &v.body).code) stories[i].tell(&v);
        (void)fflush(out);
        return;
    }
}

void narrate_note(FILE *out, bool color, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (color) (void)fputs("\033[1m", out);
    (void)vfprintf(out, fmt, ap);
    if (color) (void)fputs("\033[0m", out);
    (void)fputc('\n', out);
    (void)fflush(out);
    va_end(ap);
}
