/* weir knowledge search, list, stats, gaps, feedback, export. */
#include <stdio.h>

#include "base/json.h"
#include "edge/cli/client.h"
#include "edge/cli/knowledge.h"
#include "edge/cli/table.h"

enum { SHOWN_BYTES = 400 };

/* The arguments as one text. */
static str joined(struct cli *cli)
{
    struct buf b = buf_init(1 << 16);
    for (size_t i = 0; i < cli_arg_count(cli); i++) buf_fmt(&b, "%s" STR_FMT, i ? " " : "", STR_ARG(cli_arg(cli, i)));
    return buf_take(&b, cli_arena(cli));
}

/* ---- search ---- */

static void print_why(struct cli *cli, json *hit)
{
    struct buf b = buf_init(1 << 14);
    size_t i, n;
    json *r;
    yyjson_arr_foreach(json_get(hit, "why"), i, n, r)
        buf_fmt(&b, "%s" STR_FMT " %.0f %%", i ? ", " : "", STR_ARG(json_get_str(r, "word")),
                100 * json_get_f64(r, "share", 0));
    if (yyjson_is_num(json_get(hit, "similarity")))
        buf_fmt(&b, "%ssimilar in meaning %.2f", b.len ? "; " : "", json_get_f64(hit, "similarity", 0));
    double said = json_get_f64(hit, "said", 0);
    if (said > 0.0005 || said < -0.0005)
        buf_fmt(&b, "; %+.3f as it helped %lld and did not help %lld times", said,
                (long long)json_get_i64(hit, "helped", 0), (long long)json_get_i64(hit, "did_not_help", 0));
    card_line(stdout, cli_arena(cli), "why", buf_view(&b));
    buf_done(&b);
}

/* The first passage of a document often begins with its title, which stands above already. */
static str without_title(str text, str title)
{
    str rest = str_starts(text, title) ? str_trim(str_cut(text, title.len, text.len)) : text;
    return rest.len ? rest : text;
}

/* Lines and blanks of a passage as one blank each. */
static str one_line(struct arena *a, str text)
{
    char *out = ARENA_ARRAY(a, char, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t';
        if (!blank) out[n++] = text.ptr[i];
        else if (n && out[n - 1] != ' ') out[n++] = ' ';
    }
    return (str){ out, n };
}

static void print_hit(struct cli *cli, size_t number, json *hit)
{
    struct arena *a = cli_arena(cli);
    bool color = cli_color(cli);
    str title = plain_text(a, json_get_str(hit, "title")), path = json_get_str(hit, "path");
    (void)printf("%s%zu. " STR_FMT "%s\n", tone_on(TONE_BOLD, color), number, STR_ARG(title), tone_off(color));
    card_line(stdout, a, "document",
              str_fmt(a, STR_FMT ", passage %lld", STR_ARG(json_get_str(hit, "document")),
                      (long long)json_get_i64(hit, "passage", 0)));
    card_line(stdout, a, "under", path);
    print_why(cli, hit);
    str text = without_title(json_get_str(hit, "text"), json_get_str(hit, "title"));
    str shown = str_utf8_prefix(text, SHOWN_BYTES);
    card_item(stdout, a, 2, str_fmt(a, STR_FMT "%s", STR_ARG(one_line(a, shown)), shown.len < text.len ? " ..." : ""));
    (void)puts("");
}

static int run_search(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (!cli_arg_count(cli)) return cli_fail(cli, EXIT_USAGE, "expected a question");
    int rc = client_open(cli, &c);
    if (rc) return rc;
    str path = client_query(&c, STR("/api/v1/knowledge/search"), "q", joined(cli));
    rc = client_call(&c, "GET", client_query(&c, path, "limit", cli_str(cli, "limit")), STR_NONE, &reply);
    if (rc) return rc;
    json *hits = json_get(reply.root, "hits"), *hit;
    size_t i, n;
    if (cli_json(cli)) client_print_json(&reply);
    else yyjson_arr_foreach(hits, i, n, hit) print_hit(cli, i + 1, hit);
    bool answered = json_bool(json_get(reply.root, "answered"), false);
    if (!cli_json(cli) && !yyjson_arr_size(hits)) (void)puts("nothing found");
    else if (!cli_json(cli) && !answered)
        (void)puts("None of these is likely to answer it; the question is noted as a gap.");
    return answered ? EXIT_FINE : EXIT_FOUND;
}

/* ---- lists ---- */

static void add_document(struct cli *cli, json *d, struct table *t)
{
    table_row(t, (const str[]){ json_get_str(d, "id"), json_get_str(d, "title"), json_get_str(d, "format"),
                                client_text(cli, d, "passages"), client_when(cli, json_get(d, "time")) });
}

static int run_list(struct cli *cli)
{
    static const char *const heads[] = { "ID", "~TITLE", "?FORMAT", ">?PASSAGES", "LOADED", NULL };
    static const struct client_list documents = { .heads = heads,
                                                  .row = add_document,
                                                  .none = "no documents: weir knowledge add PATH" };
    struct client c;
    int rc = client_open(cli, &c);
    return rc ? rc : client_list(&c, client_page(&c, STR("/api/v1/knowledge/documents")), &documents);
}

static void add_gap(struct cli *cli, json *g, struct table *t)
{
    table_row(t, (const str[]){ client_text(cli, g, "count"), client_when(cli, json_get(g, "newest")),
                                json_get_str(g, "question") });
}

static int run_gaps(struct cli *cli)
{
    static const char *const heads[] = { ">ASKED", "NEWEST", "~QUESTION", NULL };
    static const struct client_list gaps = {
        .heads = heads, .row = add_gap, .none = "every question found its document", .key = "gaps"
    };
    struct client c;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    return client_list(&c, client_query(&c, STR("/api/v1/knowledge/gaps"), "limit", cli_str(cli, "limit")), &gaps);
}

static void add_source(struct cli *cli, json *s, struct table *t)
{
    str looked = json_get_i64(s, "looked", 0) ? client_when(cli, json_get(s, "looked")) : STR("never");
    table_row(t, (const str[]){ json_get_str(s, "name"), client_text(cli, s, "files"), client_text(cli, s, "changed"),
                                client_text(cli, s, "removed"), client_text(cli, s, "refused"), looked,
                                json_get_str(s, "problem") });
}

static void print_sources(struct cli *cli, json *sources)
{
    static const char *const heads[] = { "SOURCE",   ">FILES", ">CHANGED", ">REMOVED",
                                         ">REFUSED", "LOOKED", "~PROBLEM", NULL };
    client_table_below(cli, sources, &(struct client_list){ .heads = heads, .row = add_source });
}

static int run_stats(struct cli *cli)
{
    static const char *const lines[][2] = {
        { "documents", "documents" },
        { "passages", "passages" },
        { "vectors", "vectors" },
        { "questions", "questions since the start" },
        { "missed", "questions without an answer" },
        { "feedback", "judgements of people" },
        { "used", "used" },
        { "worked", "helped" },
        { "did_not_work", "did not help" },
        { "proven", "judged by incidents that were mended" },
        { "drafts", "drafts that wait for a person" },
        { "undrafted", "incidents without a draft for lack of room" },
        { "documents_since", "documents changed since the last re-index" },
        { "feedback_since", "judgements since the last re-index" },
        { "reindexes", "re-indexes" },
        { "left_out", "documents that do not fit in memory" },
    };
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", STR("/api/v1/knowledge/stats"), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) client_print_json(&reply);
    for (size_t i = 0; !cli_json(cli) && i < sizeof lines / sizeof *lines; i++)
        (void)printf("%-42s %12lld\n", lines[i][1], (long long)json_get_i64(reply.root, lines[i][0], 0));
    if (!cli_json(cli)) print_sources(cli, json_get(reply.root, "sources"));
    if (!cli_json(cli) && !json_bool(json_get(reply.root, "encoder"), false))
        (void)puts("\nwords only: weir model fetch brings the sentence encoder");
    return EXIT_FINE;
}

/* ---- feedback ---- */

static int run_feedback(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "expected a document's id");
    if (cli_has(cli, "worked") && cli_has(cli, "failed"))
        return cli_fail(cli, EXIT_USAGE, "expected --worked or --failed");
    int64_t passage = 0;
    if (cli_str(cli, "passage").len && (cli_i64(cli, "passage", &passage).code || passage < 0))
        return cli_fail(cli, EXIT_USAGE, "--passage: expected the number that a search shows");
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "document", cli_arg(cli, 0));
    jw_str(&w, "question", cli_str(cli, "question"));
    jw_bool(&w, "used", !cli_has(cli, "unused"));
    if (cli_str(cli, "passage").len) jw_i64(&w, "passage", passage);
    if (cli_has(cli, "worked") || cli_has(cli, "failed")) jw_bool(&w, "worked", cli_has(cli, "worked"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/knowledge/feedback"), buf_view(&b), &reply);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)puts("noted");
    buf_done(&b);
    return rc;
}

/* ---- export ---- */

static int export_page(struct cli *cli, struct client *c, json *items)
{
    size_t i, n;
    json *d;
    yyjson_arr_foreach(items, i, n, d)
    {
        struct answer whole;
        str path = client_path(c, "/api/v1/knowledge/documents/", json_get_str(d, "id"), "");
        int rc = client_call(c, "GET", path, STR_NONE, &whole);
        if (rc) return rc;
        client_print_json(&whole);
    }
    (void)cli;
    return EXIT_FINE;
}

static int run_export(struct cli *cli)
{
    struct client c;
    struct answer page = { 0 };
    str cursor = STR("");
    int rc = client_open(cli, &c);
    do {
        str path = client_query(&c, STR("/api/v1/knowledge/documents?limit=200"), "cursor", cursor);
        if (!rc) rc = client_call(&c, "GET", path, STR_NONE, &page);
        if (!rc) rc = export_page(cli, &c, json_get(page.root, "items"));
        cursor = rc ? STR("") : client_text(cli, page.root, "next_cursor");
    } while (!rc && cursor.len);
    return rc;
}

static const struct cli_option search_options[] = { { "limit", 'n', "N", "5", "At most this many, 1 to 50." },
                                                    { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option gaps_options[] = { { "limit", 'n', "N", "50", "At most this many, 1 to 200." },
                                                  { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option list_options[] = { LIST_OPTIONS, { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option feedback_options[] = {
    { "question", 'q', "TEXT", NULL, "What was asked." },
    { "passage", 'p', "N", NULL, "That passage of it. [the whole document]" },
    { "unused", 0, NULL, NULL, "It was found, but not used." },
    { "worked", 0, NULL, NULL, "It helped." },
    { "failed", 0, NULL, NULL, "It did not help." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_knowledge_search = { "knowledge search",
                                                  "QUESTION...",
                                                  "Find documents, and why each was found.",
                                                  "Words and meaning decide together; without the encoder (weir model "
                                                  "fetch) the words alone. Exit 1: nothing that is "
                                                  "likely to answer it.",
                                                  search_options,
                                                  run_search };
const struct command command_knowledge_list = { "knowledge list", "",      "List the documents.", NULL,
                                                list_options,     run_list };
const struct command command_knowledge_stats = {
    "knowledge stats", "", "Count documents, questions and judgements.", NULL, NULL, run_stats
};
const struct command command_knowledge_gaps = { "knowledge gaps",
                                                "",
                                                "List questions that no document answers.",
                                                "Alike questions stand together, most asked first.",
                                                gaps_options,
                                                run_gaps };
const struct command command_knowledge_feedback = {
    "knowledge feedback",
    "ID",
    "Say whether a document was used, and helped.",
    "From the next re-index on it moves the document in what is found, by 0.05 of a score of 0 to 1 at most.",
    feedback_options,
    run_feedback
};
const struct command command_knowledge_export = {
    "knowledge export", "", "Print every document with its passages, a JSON object a line.", NULL, NULL, run_export
};
