/* What weir can do, on one screen: commands under headings, what begins with the same word in one place. */
#include <stdio.h>

#include "edge/cli/cli_internal.h"

enum { NOUN_AT = 2, ABOUT_AT = 14 };

/* A heading has no `about`. Of a word that is a command itself, the summary is the command's. */
static const struct row {
    const char *noun, *about;
} rows_of_help[] = {
    { "Watch and mend", NULL },
    { "demo", "" },
    { "serve", "" },
    { "run", "" },
    { "pipelines", "" },
    { "runs", "" },
    { "incidents", "" },
    { "cases", "" },
    { "approvals", "" },
    { "approve", "" },
    { "reject", "" },
    { "silence", "Silences and maintenance windows" },
    { "schedules", "" },
    { "Look at data and logs", NULL },
    { "feed", "" },
    { "diagnose", "" },
    { "detect", "" },
    { "drift", "" },
    { "logs", "" },
    { "lineage", "What feeds what, and what breaks if it changes" },
    { "Read", NULL },
    { "inquiries", "" },
    { "knowledge", "Documents that are found, and why" },
    { "classify", "" },
    { "text", "Classes of texts, learned from examples" },
    { "models", "" },
    { "embed", "" },
    { "model", "The sentence encoder's file" },
    { "Run weir itself", NULL },
    { "config", "Its configuration" },
    { "policy", "What it may do" },
    { "keys", "Who may call it" },
    { "audit", "The journal, and the proof that nobody changed it" },
    { "replay", "" },
    { "backup", "" },
    { "restore", "" },
    { "resume", "" },
    { "Help", NULL },
    { "help", "" },
    { "version", "" },
    { "man", "" },
    { "completion", "" },
};
enum { ROWS = sizeof rows_of_help / sizeof *rows_of_help };

/* "knowledge" of "knowledge add"; *verb is then "add", else empty. */
static str noun_of(const struct command *c, str *verb)
{
    str noun;
    *verb = str_of(c->name);
    (void)str_next(verb, ' ', &noun);
    return noun;
}

static bool has_noun(const struct command *const *commands, str noun)
{
    str verb;
    for (; *commands && (*commands)->name; commands++)
        if (str_eq(noun_of(*commands, &verb), noun)) return true;
    return false;
}

static void show(const struct command *const *commands, str noun, const char *about, FILE *out, struct arena *a)
{
    const struct command *self = cli_find(commands, noun);
    str text = str_of(self ? self->summary : about), verb;
    bool first = true;
    for (; *commands && (*commands)->name; commands++) {
        if (!str_eq(noun_of(*commands, &verb), noun) || !verb.len) continue;
        text = str_fmt(a, STR_FMT "%s " STR_FMT, STR_ARG(text), !first ? "," : self ? " Also:" : ":", STR_ARG(verb));
        first = false;
    }
    (void)fprintf(out, "%*s%-*.*s", NOUN_AT, "", ABOUT_AT - NOUN_AT, (int)noun.len, noun.ptr);
    help_wrap(out, text, ABOUT_AT, ABOUT_AT);
}

static bool is_shown(str noun)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows_of_help[i].about && str_eq(str_of(rows_of_help[i].noun), noun)) return true;
    return false;
}

/* What no heading has, each noun once. */
static void show_rest(const struct command *const *commands, FILE *out, struct arena *a)
{
    str verb, before = STR_NONE;
    bool any = false;
    for (const struct command *const *c = commands; *c && (*c)->name; c++) {
        str noun = noun_of(*c, &verb);
        if (is_shown(noun) || str_eq(noun, before)) continue;
        if (!any) (void)fprintf(out, "\nOther\n");
        show(commands, noun, "", out, a);
        before = noun;
        any = true;
    }
}

void help_overview(const struct command *const *commands, FILE *out)
{
    struct arena a = arena_init(1 << 16);
    const char *heading = NULL;
    (void)fprintf(out, "weir watches data, ML and LLM pipelines, works out why they break, and fixes\n"
                       "what your policy allows.\n\nUsage: weir COMMAND [OPTIONS] [ARGUMENTS]\n");
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *r = &rows_of_help[i];
        if (!r->about) heading = r->noun;
        if (!r->about || !has_noun(commands, str_of(r->noun))) continue;
        if (heading) (void)fprintf(out, "\n%s\n", heading);
        heading = NULL;
        show(commands, str_of(r->noun), r->about, out, &a);
    }
    show_rest(commands, out, &a);
    (void)fprintf(out, "\nweir help COMMAND tells more, weir man all of it. Start with: weir demo\n"
                       "Exit codes: 0 fine, 1 something was found or refused, 2 usage, 3 failed to run.\n");
    arena_done(&a);
}
