/* weir knowledge draft: what an incident taught, as the beginning of a runbook. A person edits it and adds it; nothing
 * is stored here. */
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/client.h"
#include "edge/cli/knowledge.h"

enum { DRAFT_MAX = 1 << 20, LINES_MAX = 12 };

struct draft {
    struct cli *cli;
    struct buf out;
};

/* Text of others on one line: it becomes no heading, no list and no code of ours. */
static str one_line(struct draft *d, str text)
{
    struct arena *a = cli_arena(d->cli);
    char *out = arena_new(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        out[i] = (unsigned char)c < ' ' || c == '`' ? ' ' : c;
    }
    return str_trim((str){ out, text.len });
}

static void line(struct draft *d, const char *before, str text)
{
    text = one_line(d, text);
    if (text.len) buf_fmt(&d->out, "%s" STR_FMT "\n", before, STR_ARG(text));
}

static void heading(struct draft *d, const char *text)
{
    buf_fmt(&d->out, "\n## %s\n\n", text);
}

static void symptoms(struct draft *d, json *incident)
{
    size_t i, n;
    json *f;
    heading(d, "Symptom");
    yyjson_arr_foreach(json_get(incident, "findings"), i, n, f)
        if (i < LINES_MAX) line(d, "- ", json_get_str(f, "summary"));
}

/* The first cause with what showed it; the others are what else it could have been. */
static void causes(struct draft *d, json *incident)
{
    size_t i, n, k, m;
    json *c, *e;
    heading(d, "Likely causes");
    yyjson_arr_foreach(json_get(incident, "causes"), i, n, c)
    {
        if (i >= 3) break;
        line(d, i ? "- else: " : "- ", json_get_str(c, "title"));
        if (!i) yyjson_arr_foreach(json_get(c, "evidence"), k, m, e) line(d, "  - ", json_get_str(e, "text"));
    }
}

static void remedies(struct draft *d, json *incident)
{
    size_t i, n;
    json *e;
    heading(d, "What was done");
    yyjson_arr_foreach(json_get(incident, "effects"), i, n, e)
    {
        str kind = json_get_str(e, "kind"), remedy = json_get_str(e, "remedy"), state = json_get_str(e, "state");
        if (i >= LINES_MAX || STR_IS(kind, "notify") || STR_IS(kind, "probe")) continue;
        line(d, "- ",
             str_fmt(cli_arena(d->cli), STR_FMT " " STR_FMT ": " STR_FMT, STR_ARG(kind), STR_ARG(remedy),
                     STR_ARG(state)));
    }
    line(d, "- it ended by: ", json_get_str(incident, "resolution"));
    json *label = json_get(incident, "label");
    line(d, "- a person says: ", json_get_str(label, "comment"));
}

static void write_draft(struct draft *d, json *incident)
{
    line(d, "# ", json_get_str(incident, "title"));
    buf_char(&d->out, '\n');
    line(d, "Causes: ", json_get_str(incident, "cause"));
    symptoms(d, incident);
    causes(d, incident);
    remedies(d, incident);
    heading(d, "Prevention");
    buf_fmt(&d->out, "(to be written by who was there; drafted from " STR_FMT ")\n",
            STR_ARG(json_get_str(incident, "id")));
}

static int run(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected an incident's id");
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/incidents/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (rc) return rc;
    if (!STR_IS(json_get_str(reply.root, "state"), "resolved") && !STR_IS(json_get_str(reply.root, "state"), "closed"))
        return cli_fail(cli, EXIT_FOUND, STR_FMT " is not over yet: what ended it is what a runbook is for",
                        STR_ARG(cli_arg(cli, 0)));
    struct draft d = { .cli = cli, .out = buf_init(DRAFT_MAX) };
    write_draft(&d, reply.root);
    if (cli_json(cli)) {
        struct buf b = buf_init(2 * DRAFT_MAX);
        struct jw w = jw_init(&b);
        jw_open(&w, NULL);
        jw_str(&w, "text", buf_view(&d.out));
        jw_close(&w);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&b)));
        buf_done(&b);
    } else {
        (void)printf(STR_FMT, STR_ARG(buf_view(&d.out)));
    }
    buf_done(&d.out);
    return EXIT_FINE;
}

const struct command command_knowledge_draft = {
    "knowledge draft",
    "INCIDENT",
    "Begin a runbook from an incident that is over.",
    "Prints Markdown: what was seen, what caused it and by which evidence, what was done and how it ended. Edit it, "
    "then add it with "
    "weir knowledge add, or put it into the folder of runbooks: nothing is stored before a person does.",
    NULL,
    run
};
