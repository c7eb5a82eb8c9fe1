/* weir models register, promote, shadow, canary, stop, alias: bringing models in, judging them, moving them. Files are
 * judged here, where the command runs; the server decides by what they scored. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/table.h"
#include "edge/cli/text_cli.h"
#include "edge/files.h"
#include "edge/registry/judge.h"

static int call_model(struct client *c, const char *method, str name, const char *rest, struct buf *body,
                      struct answer *reply)
{
    str text = body ? buf_take(body, cli_arena(c->cli)) : STR_NONE;
    return client_call(c, method, client_path(c, "/api/v1/registry/", name, rest), text, reply);
}

static err option_f64(struct cli *cli, const char *option, double *out)
{
    str s = cli_str(cli, option);
    bool percent = str_ends(s, STR("%"));
    err e = str_to_f64(percent ? str_cut(s, 0, s.len - 1) : s, out);
    if (percent) *out /= 100;
    return err_wrap(e, "--%s", option);
}

static str encoder_of(struct cli *cli)
{
    str path = cli_str(cli, "encoder");
    return path.len ? path : model_file_path(cli_data_dir(cli), cli_arena(cli));
}

/* ---- register ---- */

static bool is_classifier(str bytes)
{
    struct text_model m;
    return !text_model_open(bytes, &m).code;
}

static void put_metrics(struct jw *w, const struct judged *j, const struct registry_scores *s)
{
    jw_open(w, "metrics");
    jw_f64(w, "accuracy", j->accuracy);
    jw_f64(w, "macro_f1", j->macro_f1);
    jw_f64(w, "texts", (double)s->rows);
    jw_f64(w, "microseconds", (double)(int64_t)(10 * j->us + .5) / 10);
    jw_close(w);
    jw_str(w, "held_back", s->held_back);
}

/* "accuracy=.9,loss=.2" as the member metrics. */
static err put_given(struct cli *cli, struct jw *w)
{
    str rest = cli_str(cli, "scores"), part;
    jw_open(w, "metrics");
    while (rest.len && str_next(&rest, ',', &part)) {
        str value = part, name;
        double v;
        (void)str_next(&value, '=', &name);
        if (!value.ptr || str_to_f64(str_trim(value), &v).code)
            return err_make(ERR_INPUT, "--scores: expected NAME=NUMBER, got '" STR_FMT "'",
                            STR_ARG(str_cut(part, 0, 60)));
        jw_f64(w, str_z(cli_arena(cli), str_trim(name)), v);
    }
    jw_close(w);
    return OK;
}

static err put_scores(struct cli *cli, str bytes, struct jw *w)
{
    struct text_columns columns = text_cli_columns(cli);
    struct registry_scores s;
    struct judged judged[2];
    struct text_data d;
    if (!cli_str(cli, "on").len) return put_given(cli, w);
    err e = text_data_read(cli_str(cli, "on"), &columns, NULL, 0, &d);
    if (!e.code) e = judge_texts(STR(""), bytes, &d, encoder_of(cli), STR("accuracy"), cli_arena(cli), &s, judged);
    if (!e.code) put_metrics(w, &judged[1], &s);
    text_data_done(&d);
    return e;
}

static err version_of(struct cli *cli, str bytes, bool text, str digest, struct buf *out)
{
    static const char *const texts[] = { "code", "data", "origin", "comment" };
    struct jw w = jw_init(out);
    int64_t parent = 0;
    err e = cli_str(cli, "parent").len ? cli_i64(cli, "parent", &parent) : OK;
    str rest = cli_str(cli, "sources"), part;
    jw_open(&w, NULL);
    jw_strz(&w, "kind", text ? "text" : "file");
    jw_str(&w, "digest", digest);
    jw_i64(&w, "parent", parent);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (cli_str(cli, texts[i]).len) jw_str(&w, texts[i], cli_str(cli, texts[i]));
    jw_array(&w, "sources");
    while (rest.len && str_next(&rest, ',', &part)) jw_str(&w, NULL, str_trim(part));
    jw_array_end(&w);
    if (!e.code) e = put_scores(cli, bytes, &w);
    jw_close(&w);
    return e;
}

static int run_register(struct cli *cli)
{
    struct client c;
    struct answer file, reply;
    struct arena room = arena_init((size_t)REGISTRY_FILE_MAX + (1 << 20));
    struct buf body = buf_init(1 << 20);
    str bytes = STR("");
    if (cli_arg_count(cli) != 2) return cli_fail(cli, EXIT_USAGE, "give the name of a model and its file");
    if (!model_name_ok(cli_arg(cli, 0)))
        return cli_fail(cli, EXIT_USAGE,
                        "NAME: expected 1 to %d small letters, digits, '-', '_' or '.', got '" STR_FMT "'",
                        MODEL_NAME_MAX, STR_ARG(str_cut(cli_arg(cli, 0), 0, 60)));
    err e = file_read(cli_arg(cli, 1), REGISTRY_FILE_MAX, &room, &bytes);
    if (e.code) return cli_fail_err(cli, e);
    bool text = is_classifier(bytes);
    if (!text && cli_str(cli, "on").len)
        return cli_fail(cli, EXIT_USAGE,
                        "--on judges classifiers of weir text train; " STR_FMT " is none: use --scores",
                        STR_ARG(cli_arg(cli, 1)));
    int rc = client_open(cli, &c);
    if (!rc)
        rc = client_bytes(&c, "POST", text ? STR("/api/v1/registry/files?kind=text") : STR("/api/v1/registry/files"),
                          bytes, &file);
    if (!rc) e = version_of(cli, bytes, text, json_get_str(file.root, "digest"), &body);
    arena_done(&room);
    if (!rc && e.code) rc = cli_fail_err(cli, e);
    if (!rc) rc = call_model(&c, "POST", cli_arg(cli, 0), "/versions", &body, &reply);
    buf_done(&body);
    if (rc) return rc;
    if (cli_json(cli)) client_print_json(&reply);
    else
        (void)printf("%s version %lld of " STR_FMT "\n",
                     json_get_i64(reply.root, "seq", 0) ? "registered" : "it is known:",
                     (long long)json_get_i64(reply.root, "version", 0), STR_ARG(cli_arg(cli, 0)));
    return EXIT_FINE;
}

/* ---- promote ---- */

struct candidate {
    int64_t version, champion;
    str digest, champion_digest;
};

static int find_candidate(struct client *c, str name, struct candidate *out)
{
    struct cli *cli = c->cli;
    struct answer reply;
    size_t i, n;
    json *one;
    *out = (struct candidate){ 0 };
    err e = cli_arg_count(cli) > 1 ? str_to_i64(cli_arg(cli, 1), &out->version) : OK;
    if (e.code) return cli_fail(cli, EXIT_USAGE, "VERSION: expected a number, got '" STR_FMT "'",
                                STR_ARG(str_cut(cli_arg(cli, 1), 0, 40)));
    int rc = call_model(c, "GET", name, "?limit=200", NULL, &reply);
    if (rc) return rc;
    yyjson_arr_foreach(json_get(reply.root, "aliases"), i, n, one) {
        if (STR_IS(json_get_str(one, "alias"), MODEL_CHAMPION)) out->champion = json_get_i64(one, "version", 0);
        if (!cli_arg(cli, 1).len && STR_IS(json_get_str(one, "alias"), MODEL_CHALLENGER))
            out->version = json_get_i64(one, "version", 0);
    }
    yyjson_arr_foreach(json_get(reply.root, "versions"), i, n, one) {
        int64_t v = json_get_i64(one, "version", 0);
        if (!out->version) out->version = v; /* the newest stands first */
        if (v == out->version) out->digest = json_get_str(one, "digest");
        if (v == out->champion) out->champion_digest = json_get_str(one, "digest");
    }
    return EXIT_FINE;
}

static int fetch(struct client *c, str digest, str *bytes)
{
    struct answer reply;
    *bytes = STR("");
    if (!digest.len) return EXIT_FINE;
    int rc = client_bytes(c, "GET", client_path(c, "/api/v1/registry/files/", digest, ""), STR_NONE, &reply);
    *bytes = reply.text;
    return rc;
}

static int judge_both(struct client *c, const struct candidate *k, double margin, struct buf *body)
{
    struct cli *cli = c->cli;
    struct text_columns columns = text_cli_columns(cli);
    struct registry_scores s;
    struct judged judged[2];
    struct text_data d;
    str old, new;
    struct jw w = jw_init(body);
    int rc = fetch(c, k->digest, &new);
    if (!rc) rc = fetch(c, k->champion_digest, &old);
    if (rc) return rc;
    if (!is_classifier(new) || (old.len && !is_classifier(old)))
        return cli_fail(cli, EXIT_USAGE,
                        "--on judges classifiers of weir text train, and these are none; models of other "
                        "kinds are compared by scores recorded on the same --held-back data");
    err e = text_data_read(cli_str(cli, "on"), &columns, NULL, 0, &d);
    if (!e.code)
        e = judge_texts(old, new, &d, encoder_of(cli), cli_str(cli, "metric"), cli_arena(cli), &s, judged);
    text_data_done(&d);
    if (e.code) return cli_fail_err(cli, e);
    s.champion = k->champion;
    registry_scores_body(&w, k->version, margin, &s);
    return EXIT_FINE;
}

static void plain_body(struct cli *cli, int64_t version, double margin, struct buf *body)
{
    struct jw w = jw_init(body);
    jw_open(&w, NULL);
    jw_i64(&w, "version", version);
    jw_f64(&w, "margin", margin);
    jw_str(&w, "metric", cli_str(cli, "metric"));
    jw_bool(&w, "lower", cli_has(cli, "lower"));
    jw_bool(&w, "force", cli_has(cli, "force"));
    if (cli_str(cli, "comment").len) jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
}

static int tell_verdict(struct cli *cli, const struct candidate *k, const struct answer *reply)
{
    bool yes = json_bool(json_get(reply->root, "promoted"), false);
    if (cli_json(cli)) client_print_json(reply);
    else {
        (void)printf("version %lld of " STR_FMT " %s\n", (long long)(yes ? k->version : k->champion),
                     STR_ARG(cli_arg(cli, 0)), yes ? "is in use" : "stays in use");
        card_item(stdout, cli_arena(cli), 2, json_get_str(reply->root, "why"));
    }
    return yes ? EXIT_FINE : EXIT_FOUND;
}

static int run_promote(struct cli *cli)
{
    struct client c;
    struct answer reply;
    struct candidate k = { 0 };
    struct buf body = buf_init(1 << 16);
    double margin = 0;
    if (!cli_arg_count(cli) || cli_arg_count(cli) > 2)
        return cli_fail(cli, EXIT_USAGE, "give the name of a model, and a version when it is not the newest");
    if (cli_has(cli, "force") && !cli_str(cli, "comment").len)
        return cli_fail(cli, EXIT_USAGE, "--force wants --comment: who promotes without proof says why");
    err e = option_f64(cli, "margin", &margin);
    if (e.code) return cli_fail_err(cli, e);
    int rc = client_open(cli, &c);
    if (!rc) rc = find_candidate(&c, cli_arg(cli, 0), &k);
    if (!rc && cli_str(cli, "on").len && !cli_has(cli, "force")) rc = judge_both(&c, &k, margin, &body);
    else if (!rc) plain_body(cli, k.version, margin, &body);
    if (!rc) rc = call_model(&c, "POST", cli_arg(cli, 0), "/promote", &body, &reply);
    buf_done(&body);
    return rc ? rc : tell_verdict(cli, &k, &reply);
}

/* ---- trials and names ---- */

static int post_small(struct cli *cli, const char *rest, int64_t version, double share, str alias, const char *done)
{
    struct client c;
    struct answer reply;
    struct buf body = buf_init(1 << 16);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_i64(&w, "version", version);
    if (alias.len) jw_str(&w, "alias", alias);
    else if (version) jw_f64(&w, "share", share);
    if (cli_str(cli, "comment").len) jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = call_model(&c, "POST", cli_arg(cli, 0), rest, &body, &reply);
    buf_done(&body);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf(STR_FMT ": %s\n", STR_ARG(cli_arg(cli, 0)), done);
    return rc;
}

static int version_arg(struct cli *cli, size_t at, int64_t *out)
{
    if (cli_arg_count(cli) != at + 1) return cli_fail(cli, EXIT_USAGE, "expected%s and a version",
                                                     at > 1 ? " a model, an alias" : " a model");
    err e = str_to_i64(cli_arg(cli, at), out);
    return e.code ? cli_fail(cli, EXIT_USAGE, "VERSION: expected a number, got '" STR_FMT "'",
                             STR_ARG(str_cut(cli_arg(cli, at), 0, 40)))
                  : EXIT_FINE;
}

static int run_shadow(struct cli *cli)
{
    int64_t version = 0;
    int rc = version_arg(cli, 1, &version);
    return rc ? rc
              : post_small(cli, "/trial", version, 0, STR(""),
                           "judges in the shadow; weir models show tells how often "
                           "both agree");
}

static int run_canary(struct cli *cli)
{
    int64_t version = 0;
    double share = 0;
    int rc = version_arg(cli, 1, &version);
    err e = rc ? OK : option_f64(cli, "share", &share);
    if (!rc && !e.code && !(share > 0 && share <= 1)) e = err_make(ERR_INPUT, "--share: expected 1%% to 100%%");
    if (rc || e.code) return rc ? rc : cli_fail_err(cli, e);
    return post_small(cli, "/trial", version, share, STR(""), "its word counts in that share of the cases from now on");
}

static int run_stop(struct cli *cli)
{
    if (cli_arg_count(cli) != 1) return cli_fail(cli, EXIT_USAGE, "give the name of a model");
    return post_small(cli, "/trial", 0, 0, STR(""), "the trial is over; what it showed is in the journal");
}

static int run_alias(struct cli *cli)
{
    int64_t version = 0;
    int rc = version_arg(cli, 2, &version);
    return rc ? rc
              : post_small(cli, "/alias", version, 0, cli_arg(cli, 1),
                           version ? "the name is set" : "the name is gone");
}

#define COMMENT_OPTION { "comment", 'm', "TEXT", NULL, "Why." }
#define ON_OPTIONS                                                                                                     \
    { "on", 0, "FILE", NULL, "Labelled texts that were held back: judge by them." }, TEXT_COLUMN_OPTIONS,              \
        { "encoder", 0, "FILE", NULL, "The encoder's model; default: models/ in the data folder." }

static const struct cli_option register_options[] = {
    ON_OPTIONS,
    { "scores", 0, "LIST", NULL, "Scores of a model judged elsewhere: accuracy=.91,loss=.3" },
    { "code", 0, "TEXT", NULL, "Version or digest of the code that made it." },
    { "data", 0, "TEXT", NULL, "Digest of what it learned from; classifiers say it themselves." },
    { "sources", 0, "LIST", NULL, "Datasets it was made from." },
    { "parent", 0, "VERSION", NULL, "The version it was made from." },
    { "origin", 0, "TEXT", NULL, "Where it was made: a run, an address." },
    COMMENT_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option promote_options[] = {
    ON_OPTIONS,
    { "metric", 0, "NAME", "accuracy", "accuracy, macro_f1, or a recorded score." },
    { "margin", 0, "NUMBER", "0.01", "Least gain." },
    { "lower", 0, NULL, NULL, "Of recorded scores: less is better." },
    { "force", 0, NULL, NULL, "Without proof; wants a comment." },
    COMMENT_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option canary_options[] = {
    { "share", 0, "PERCENT", "10%", "Of the cases, by a hash of each." },
    COMMENT_OPTION,
    { NULL, 0, NULL, NULL, NULL },
};
static const struct cli_option comment_options[] = { COMMENT_OPTION, { NULL, 0, NULL, NULL, NULL } };

const struct command command_models_register = {
    "models register",
    "NAME FILE",
    "Bring a model in as the next version; nothing else changes.",
    "Any file; classifiers of weir text train are checked, and judged with --on. The registry keeps the file by "
    "digest. "
    "The models that judge inquiries are named inquiry-category, inquiry-sentiment and inquiry-urgency.",
    register_options,
    run_register,
};
const struct command command_models_promote = {
    "models promote",
    "NAME [VERSION]",
    "Put a version in use when it is better than the one that is.",
    "VERSION: default the one on trial, else the newest. Better is: by at least --margin, and by more than luck, case "
    "by "
    "case on texts that were held back (--on); else by the labels people gave in its trial; else by scores that both "
    "versions recorded on the same data. Exit code 1: the one in use stays.",
    promote_options,
    run_promote,
};
const struct command command_models_shadow = {
    "models shadow",
    "NAME VERSION",
    "Let a version judge beside the one in use; its word counts nowhere.",
    NULL,
    comment_options,
    run_shadow,
};
const struct command command_models_canary = {
    "models canary",
    "NAME VERSION",
    "Let a version's word count in a share of the cases.",
    "Labels that people give compare both, where whose word they saw had even chance. A version that is worse beyond "
    "chance ends its trial by itself; one that is better waits for weir models promote.",
    canary_options,
    run_canary,
};
const struct command command_models_stop = {
    "models stop", "NAME", "End the trial of a model.", NULL, comment_options, run_stop,
};
const struct command command_models_alias = {
    "models alias", "NAME ALIAS VERSION", "Give a version a name of your own; version 0 takes it away.", NULL,
    comment_options, run_alias,
};
