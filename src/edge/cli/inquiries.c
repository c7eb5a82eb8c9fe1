/* weir inquiries: what waits, one of them, and what people do with it. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"

static str percent(struct cli *cli, json *v)
{
    return str_fmt(cli_arena(cli), "%.0f %%", 100 * json_f64(v, 0));
}


static str who_has(struct cli *cli, json *x)
{
    str consultant = json_get_str(x, "consultant"), department = json_get_str(x, "department"),
        state = json_get_str(x, "state");
    if (STR_IS(state, "duplicate"))
        return str_fmt(cli_arena(cli), "as inq-%lld", (long long)json_get_i64(x, "duplicate_of", 0));
    return consultant.len ? str_fmt(cli_arena(cli), STR_FMT "/" STR_FMT, STR_ARG(department), STR_ARG(consultant))
                          : department;
}

/* For a table: a department that is only suggested has a question mark. */
static str where_cell(struct cli *cli, json *x)
{
    str where = who_has(cli, x);
    return STR_IS(json_get_str(x, "state"), "review") ? str_fmt(cli_arena(cli), STR_FMT "?", STR_ARG(where)) : where;
}

static str subject_cell(json *x)
{
    if (json_bool(json_get(x, "erased"), false)) return STR("(erased)");
    return str_trim(json_get_str(x, "subject")).len ? json_get_str(x, "subject") : STR("(no subject)");
}

/* Whoever filters may look in the wrong place. */
static void print_none(struct cli *cli)
{
    str state = cli_str(cli, "state");
    if (STR_IS(state, "all")) (void)puts("no inquiries");
    else if (STR_IS(state, "active")) (void)puts("no inquiries that wait (--state all looks at the others, too)");
    else (void)printf("no inquiries in state " STR_FMT " (--state all looks at the others, too)\n", STR_ARG(state));
}

static void print_list(struct cli *cli, json *root)
{
    static const char *const heads[] = { "!ID",    "STATE",   ">PRIO",    "URGENCY", "?CATEGORY",
                                         "~WHERE", "~SUBJECT", NULL };
    struct table t = table_init(cli_arena(cli), heads, cli_color(cli));
    size_t i, n;
    json *x;
    yyjson_arr_foreach(json_get(root, "items"), i, n, x)
    {
        table_row(&t, (const str[]){ json_get_str(x, "id"), json_get_str(x, "state"), client_text(cli, x, "priority"),
                                     json_get_str(x, "urgency"), json_get_str(x, "category"), where_cell(cli, x),
                                     subject_cell(x) });
    }
    if (t.rows) table_print(&t, stdout);
    else print_none(cli);
    str cursor = json_get_str(root, "next_cursor");
    if (cursor.len) (void)printf("more: --cursor " STR_FMT "\n", STR_ARG(cursor));
}

/* A search stops after a while and says where to go on: that is the user's to ask only where something was found. */
static str further(struct client *c, str path, json *root)
{
    str cursor = json_get_str(root, "next_cursor");
    if (!cursor.len || yyjson_arr_size(json_get(root, "items"))) return STR("");
    ptrdiff_t at = str_find(path, STR("&cursor="), 0);
    return client_query(c, at < 0 ? path : str_cut(path, 0, (size_t)at), "cursor", cursor);
}

static int run_list(struct cli *cli)
{
    static const char *const filters[] = { "department", "category", "urgency", "sentiment",
                                           "consultant", "sender",   NULL };
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (rc) return rc;
    str path = client_query(&c, STR("/api/v1/inquiries"), "limit", cli_str(cli, "limit"));
    str state = cli_str(cli, "state");
    if (!STR_IS(state, "all")) path = client_query(&c, path, "state", state);
    for (int i = 0; filters[i]; i++) path = client_query(&c, path, filters[i], cli_str(cli, filters[i]));
    path = client_query(&c, path, "q", cli_arg_count(cli) ? cli_arg(cli, 0) : STR(""));
    path = client_query(&c, path, "cursor", cli_str(cli, "cursor")); /* the last one: see further() */
    do {
        rc = client_call(&c, "GET", path, STR_NONE, &reply);
        if (rc) return rc;
        path = further(&c, path, reply.root);
    } while (path.len);
    if (cli_json(cli)) client_print_json(&reply);
    else print_list(cli, reply.root);
    return EXIT_FINE;
}

/* ", one of these two, 95 %: billing, sales", where one alone is not sure enough and a person has not said. */
static str one_of(struct cli *cli, json *x, const char *axis)
{
    json *labels = json_get(json_get(x, "likely"), axis), *v;
    size_t i, n, count = yyjson_arr_size(labels), all = yyjson_obj_size(json_get(json_get(x, "scores"), axis));
    if (count < 2 || json_get_str(x, "labelled_by").len) return STR("");
    if (count >= all) return STR(", it could be any");
    str text = str_fmt(cli_arena(cli), ", one of these %zu, 95 %%:", count);
    yyjson_arr_foreach(labels, i, n, v) text =
        str_fmt(cli_arena(cli), STR_FMT "%s " STR_FMT, STR_ARG(text), i ? "," : "", STR_ARG(json_str(v, STR(""))));
    return text;
}

static void print_one(struct cli *cli, json *x)
{
    struct arena *a = cli_arena(cli);
    size_t i, n;
    json *v;
    static const char *const labels[][2] = { { "category", "category_score" },
                                             { "sentiment", "sentiment_score" },
                                             { "urgency", "urgency_score" } };
    (void)printf(STR_FMT "  " STR_FMT "\n", STR_ARG(json_get_str(x, "id")),
                 STR_ARG(plain_text(a, json_get_str(x, "subject"))));
    str name = json_get_str(x, "sender_name"), mail = json_get_str(x, "sender_email");
    card_line(stdout, a, "from",
              str_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(name), name.len && mail.len ? ", " : "", STR_ARG(mail)));
    card_line(stdout, a, "received",
              str_fmt(a, STR_FMT " by " STR_FMT, STR_ARG(client_when(cli, json_get(x, "received"))),
                      STR_ARG(json_get_str(x, "channel"))));
    card_line(stdout, a, "state", json_get_str(x, "state"));
    for (int k = 0; k < 3; k++)
        card_line(stdout, a, labels[k][0],
                  str_fmt(a, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(json_get_str(x, labels[k][0])),
                          STR_ARG(sure_text(a, json_get_f64(x, labels[k][1], 0))),
                          STR_ARG(one_of(cli, x, labels[k][0]))));
    card_line(stdout, a, "where", who_has(cli, x));
    card_line(stdout, a, "priority", client_text(cli, x, "priority"));
    if (json_get_i64(x, "due", 0)) card_line(stdout, a, "due", client_when(cli, json_get(x, "due")));
    yyjson_arr_foreach(json_get(x, "phrases"), i, n, v)
        card_line(stdout, a, "phrase", plain_text(a, json_str(v, STR(""))));
    yyjson_arr_foreach(json_get(x, "summary"), i, n, v)
        card_line(stdout, a, "summary", plain_text(a, json_str(v, STR(""))));
    card_head(stdout, "why", cli_color(cli));
    yyjson_arr_foreach(json_get(x, "reason"), i, n, v) card_item(stdout, a, 2, json_str(v, STR("")));
    yyjson_arr_foreach(json_get(x, "words"), i, n, v) card_item(stdout, a, 2, json_str(v, STR("")));
    card_head(stdout, "text", cli_color(cli));
    if (json_bool(json_get(x, "erased"), false)) (void)puts("  (erased)");
    else (void)printf(STR_FMT "\n", STR_ARG(plain_text(a, json_get_str(x, "body"))));
}

static int run_show(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", client_path(&c, "/api/v1/inquiries/", cli_arg(cli, 0), ""), STR_NONE, &reply);
    if (rc) return rc;
    if (cli_json(cli)) client_print_json(&reply);
    else print_one(cli, reply.root);
    return EXIT_FINE;
}

/* ---- what people do ---- */

/* POST the options that are given as texts; then say where the inquiry is. */
static int post(struct cli *cli, const char *rest, const char *const *options)
{
    struct client c;
    struct answer reply;
    struct buf b = buf_init(64 * 1024);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (int i = 0; options[i]; i++)
        if (cli_str(cli, options[i]).len) jw_str(&w, options[i], cli_str(cli, options[i]));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc)
        rc =
            client_call(&c, "POST", client_path(&c, "/api/v1/inquiries/", cli_arg(cli, 0), rest), buf_view(&b), &reply);
    buf_done(&b);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc)
        (void)printf(STR_FMT " is " STR_FMT ", with " STR_FMT "\n", STR_ARG(json_get_str(reply.root, "id")),
                     STR_ARG(json_get_str(reply.root, "state")), STR_ARG(who_has(cli, reply.root)));
    return rc;
}

static int run_assign(struct cli *cli)
{
    if (!cli_str(cli, "department").len)
        return cli_fail(cli, EXIT_USAGE, "expected --department NAME, the one that has it or another");
    return post(cli, "/assign", (const char *const[]){ "department", "consultant", "comment", NULL });
}

static int run_label(struct cli *cli)
{
    if (!cli_str(cli, "category").len && !cli_str(cli, "sentiment").len && !cli_str(cli, "urgency").len)
        return cli_fail(cli, EXIT_USAGE, "expected --category, --sentiment or --urgency");
    return post(cli, "/label", (const char *const[]){ "category", "sentiment", "urgency", "comment", NULL });
}

static int run_answer(struct cli *cli)
{
    return post(cli, "/answer", (const char *const[]){ "comment", NULL });
}

static int run_close(struct cli *cli)
{
    return post(cli, "/close", (const char *const[]){ "comment", NULL });
}

static int run_erase(struct cli *cli)
{
    struct client c;
    struct answer reply;
    if (!cli_has(cli, "yes"))
        return cli_fail(cli, EXIT_USAGE, "this deletes the key of all that " STR_FMT " wrote, for good; say --yes",
                        STR_ARG(cli_arg(cli, 0)));
    struct buf b = buf_init(8192);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "sender_email", cli_arg(cli, 0));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/inquiries/erase"), buf_view(&b), &reply);
    buf_done(&b);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)puts("erased: what was written cannot be read any more, the record stays provable");
    return rc;
}

/* ---- numbers ---- */

static int run_stats(struct cli *cli)
{
    struct client c;
    struct answer reply;
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "GET", STR("/api/v1/stats"), STR_NONE, &reply);
    if (rc) return rc;
    struct arena *a = cli_arena(cli);
    json *all = json_get(reply.root, "inquiries"), *key, *v, *word, *n_of;
    size_t i, n, k, m;
    if (cli_json(cli)) {
        (void)printf(STR_FMT "\n", STR_ARG(json_text(all, a)));
        return EXIT_FINE;
    }
    (void)printf("%lld inquiries, mean confidence " STR_FMT ", " STR_FMT " escalated, " STR_FMT " held for a person\n",
                 (long long)json_get_i64(all, "total", 0), STR_ARG(percent(cli, json_get(all, "confidence_mean"))),
                 STR_ARG(percent(cli, json_get(all, "escalation_rate"))),
                 STR_ARG(percent(cli, json_get(all, "held_rate"))));
    json_obj_foreach(all, i, n, key, v)
    {
        struct buf b = buf_init(1 << 16);
        if (!yyjson_is_obj(v) || STR_IS(json_str(key, STR("")), "confidence_sum")) continue;
        json_obj_foreach(v, k, m, word, n_of) buf_fmt(&b, "%s" STR_FMT " %lld", b.len ? ", " : "",
                                                      STR_ARG(json_str(word, STR(""))), (long long)json_i64(n_of, 0));
        card_line(stdout, a, str_z(a, json_str(key, STR(""))), buf_take(&b, a));
    }
    return EXIT_FINE;
}

static const struct cli_option list_options[] = {
    { "state", 0, "STATE", "active",
      "review, open, answered, closed, duplicate, labelled, active (review and open) or all." },
    { "department", 0, "NAME", NULL, "Only this department." },
    { "consultant", 0, "NAME", NULL, "Only this consultant." },
    { "category", 0, "NAME", NULL, "Only this category." },
    { "urgency", 'u', "WORD", NULL, "low, medium, high or critical." },
    { "sentiment", 0, "WORD", NULL, "negative, neutral or positive." },
    { "sender", 0, "MAIL", NULL, "Only what this address wrote." },
    LIST_OPTIONS,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option assign_options[] = {
    { "department", 0, "NAME", NULL, "Where it goes." },
    { "consultant", 0, "NAME", NULL, "Who takes it; else whoever has room." },
    { "comment", 'm', "TEXT", NULL, "Why." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option label_options[] = {
    { "category", 0, "NAME", NULL, "What it asks for." },
    { "sentiment", 0, "WORD", NULL, "negative, neutral or positive." },
    { "urgency", 'u', "WORD", NULL, "low, medium, high or critical." },
    { "comment", 'm', "TEXT", NULL, "Why." },
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option comment_options[] = { { "comment", 'm', "TEXT", NULL, "Why." },
                                                     { NULL, 0, NULL, NULL, NULL } };
static const struct cli_option erase_options[] = { { "yes", 'y', NULL, NULL, "Really: there is no way back." },
                                                   { NULL, 0, NULL, NULL, NULL } };

const struct command command_inquiries = {
    "inquiries",  "[WORDS]", "Inquiries, newest first.", "WORDS are looked for in subject, text and sender.",
    list_options, run_list,
};
const struct command command_inquiries_list = {
    "inquiries list", "[WORDS]", "The same as weir inquiries.", NULL, list_options, run_list,
};
const struct command command_inquiries_show = {
    "inquiries show", "ID", "One inquiry: its text, its labels, and why it went where it is.", NULL, NULL, run_show,
};
const struct command command_inquiries_assign = {
    "inquiries assign", "ID", "Send an inquiry to a department or a consultant.", NULL, assign_options, run_assign,
};
const struct command command_inquiries_label = {
    "inquiries label",
    "ID",
    "Correct or confirm labels.",
    "What is open is routed again by them, and models learn from them.",
    label_options,
    run_label,
};
const struct command command_inquiries_answer = {
    "inquiries answer", "ID", "An inquiry was answered: its clock stops.", NULL, comment_options, run_answer,
};
const struct command command_inquiries_close = {
    "inquiries close", "ID", "Close an inquiry.", NULL, comment_options, run_close,
};
const struct command command_inquiries_stats = {
    "inquiries stats", "", "Counts since the beginning: labels, departments, escalations.", NULL, NULL, run_stats,
};
const struct command command_inquiries_erase = {
    "inquiries erase",
    "SENDER",
    "Erase all that an address wrote.",
    "The key that it is sealed with is deleted, open inquiries are closed. The journal keeps its entries and its "
    "proofs; nobody can\n"
    "read what was written any more. Copies of the database of keys must be deleted by whoever made them.",
    erase_options,
    run_erase,
};
