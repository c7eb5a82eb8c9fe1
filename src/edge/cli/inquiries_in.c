/* weir inquiries submit, import: from the command line and from files. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/inquiry/intake_file.h"

enum { BATCH_ITEMS = 200, BATCH_BYTES = 8 << 20 };

static int run_submit(struct cli *cli)
{
    struct client c;
    struct answer reply;
    str body = cli_arg_count(cli) ? cli_arg(cli, 0) : STR("-");
    err e = STR_IS(body, "-") ? file_read(body, INQUIRY_BODY_MAX, cli_arena(cli), &body) : OK;
    if (e.code) return cli_fail_err(cli, e);
    if (!str_trim(body).len && !str_trim(cli_str(cli, "subject")).len)
        return cli_fail(cli, EXIT_USAGE, "expected TEXT, or a text on standard input");
    struct buf b = buf_init(4 * INQUIRY_BODY_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "subject", cli_str(cli, "subject"));
    jw_str(&w, "body", body);
    jw_str(&w, "sender_email", cli_str(cli, "sender"));
    jw_str(&w, "sender_name", cli_str(cli, "name"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", STR("/api/v1/inquiries/submit"), buf_view(&b), &reply);
    buf_done(&b);
    if (rc) return rc;
    json *x = reply.root;
    if (cli_json(cli)) client_print_json(&reply);
    else
        (void)printf(STR_FMT ": " STR_FMT " (" STR_FMT "), " STR_FMT ", " STR_FMT " urgency; " STR_FMT ", " STR_FMT
                             ", priority %lld\n",
                     STR_ARG(json_get_str(x, "id")), STR_ARG(json_get_str(x, "category")),
                     STR_ARG(sure_text(cli_arena(cli), json_get_f64(x, "category_score", 0))),
                     STR_ARG(json_get_str(x, "sentiment")),
                     STR_ARG(json_get_str(x, "urgency")), STR_ARG(json_get_str(x, "state")),
                     STR_ARG(json_get_str(x, "department")), (long long)json_get_i64(x, "priority", 0));
    return EXIT_FINE;
}

/* A file on its way: items gather until a batch is full. */
struct import {
    struct client client;
    struct buf items;
    struct jw w;
    size_t count;
    int64_t accepted, known, refused;
    int rc;
};

static void begin(struct import *im, const char *channel)
{
    buf_clear(&im->items);
    im->w = jw_init(&im->items);
    im->count = 0;
    jw_open(&im->w, NULL);
    jw_strz(&im->w, "channel", channel);
    jw_array(&im->w, "items");
}

static err send_batch(struct import *im)
{
    struct answer reply;
    if (!im->count) return OK;
    jw_array_end(&im->w);
    jw_close(&im->w);
    im->rc = client_call(&im->client, "POST", STR("/api/v1/inquiries/batch"), buf_view(&im->items), &reply);
    if (im->rc) return err_make(ERR_STOPPED, "the server did not take it");
    im->accepted += json_get_i64(reply.root, "accepted", 0);
    im->known += json_get_i64(reply.root, "duplicates", 0);
    im->refused += (int64_t)yyjson_arr_size(json_get(reply.root, "refused"));
    return OK;
}

static err add_item(void *ctx, const struct inquiry_mail *m)
{
    struct import *im = ctx;
    err e = OK;
    if (im->count == BATCH_ITEMS || im->items.len > BATCH_BYTES) {
        e = send_batch(im);
        begin(im, m->channel.ptr);
    } else if (!im->count) begin(im, m->channel.ptr);
    jw_open(&im->w, NULL);
    jw_str(&im->w, "subject", str_utf8_prefix(m->subject, INQUIRY_SUBJECT_MAX));
    jw_str(&im->w, "body", str_utf8_prefix(m->body, INQUIRY_BODY_MAX / 2));
    jw_str(&im->w, "sender_email", str_utf8_prefix(m->sender_email, 320));
    jw_str(&im->w, "sender_name", str_utf8_prefix(m->sender_name, 200));
    jw_str(&im->w, "message_id", str_utf8_prefix(m->message_id, 900));
    jw_array(&im->w, "references");
    for (size_t i = 0; i < m->ref_count; i++) jw_str(&im->w, NULL, str_utf8_prefix(m->refs[i], 900));
    jw_array_end(&im->w);
    jw_i64(&im->w, "sent", m->sent);
    jw_close(&im->w);
    im->count++;
    return e;
}

static int run_import(struct cli *cli)
{
    struct import im = { .items = buf_init(4 * BATCH_BYTES) };
    struct intake_report report = { 0 };
    int rc = client_open(cli, &im.client);
    if (rc) return rc;
    err e = intake_file(cli_arg(cli, 0), add_item, &im, &report);
    if (!e.code) e = send_batch(&im);
    buf_done(&im.items);
    if (im.rc) return im.rc;
    if (e.code) return cli_fail_err(cli, e);
    if (cli_json(cli))
        (void)printf("{\"accepted\":%lld,\"known\":%lld,\"refused\":%lld,\"by_machine\":%lld,\"unreadable\":%lld}\n",
                     (long long)im.accepted, (long long)im.known, (long long)im.refused, (long long)report.passed_over,
                     (long long)report.unreadable);
    else
        (void)printf("%lld new, %lld known already, %lld refused, %lld by machines, %lld unreadable\n",
                     (long long)im.accepted, (long long)im.known, (long long)im.refused, (long long)report.passed_over,
                     (long long)report.unreadable);
    return im.refused || report.unreadable ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option submit_options[] = {
    { "subject", 0, "TEXT", NULL, "Its subject." },
    { "sender", 'f', "MAIL", NULL, "Who wrote it." },
    { "name", 0, "NAME", NULL, "Their name." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_inquiries_submit = {
    "inquiries submit",    "[TEXT]",
    "Hand in an inquiry.", "Without TEXT, or with -, the text is read from standard input.",
    submit_options,        run_submit,
};
const struct command command_inquiries_import = {
    "inquiries import",
    "FILE",
    "Take inquiries from a file.",
    "An mbox, an .eml, a .csv with a column body (and subject, sender_email, sender_name, id), or .jsonl and .json "
    "with the same names.\n"
    "What was taken before is known by its message id, or by its content where it has none.",
    NULL,
    run_import,
};
