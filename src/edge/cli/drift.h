/* weir drift: the command and its reports for a terminal and for programs (drift.c), the page (drift_page.c), what is
 * sent to a server (drift_send.c); the same for what a model saw and said (drift_model*.c). */
#ifndef WEIR_EDGE_CLI_DRIFT_H
#define WEIR_EDGE_CLI_DRIFT_H

#include "base/json.h"
#include "edge/cli/cli.h"
#include "edge/tables/table_drift.h"

extern const struct command command_drift;

struct drift_names {
    str ref, cur; /* files, as given */
};

/* A single page without anything from elsewhere: for light and dark, from a phone's width on. */
void drift_page(const struct drift_names *names, const struct drift_report *report, const struct drift_config *config,
                struct buf *out);
/* Parts that pages share. The first writes up to and with the heading "1 of 3 columns drifted" and the files. */
void drift_page_open(struct buf *b, const struct drift_names *names, const uint64_t rows[2], size_t drifted, size_t of,
                     const char *things);
void drift_page_text(struct buf *b, str text); /* from data: made harmless; what is no UTF-8 is left out */
void drift_page_close(struct buf *b);
/* To the file of --html, if given. `page` may be full. */
MUST_USE err drift_page_write(struct cli *cli, const struct buf *page);
enum { DRIFT_PAGE_MAX = 256 << 20 };

/* What a finding says of one thing that drifted. */
struct drift_told {
    str look;              /* what of a model was looked at; empty: a column of the table */
    str name, part, what;
    double chance, effect; /* NAN: there was no test */
};
struct drift_finding {
    const struct drift_told *told; /* those that are surest first */
    size_t count, drifted, of;     /* told; that drifted; that were looked at */
    const char *things;            /* "columns" */
    bool severe;
    uint64_t rows[2];
};
/* Post the finding to the server of the command's options. Gives an exit code; anything but EXIT_FINE was told. */
int drift_send(struct cli *cli, const struct drift_names *names, const struct drift_finding *finding);
/* The drifted columns, those that are surest first; at most `max`. */
size_t drift_loudest(const struct drift_report *report, const struct drift_column **out, size_t max);

/* A chance for people: "0.012", "4e-53", "<1e-99". */
struct drift_chance {
    char text[16];
} drift_chance(double p);

/* Whether the options ask for what a model saw or said (drift_model.c), and the look at it. Gives an exit code. */
bool drift_model_asked(const struct cli *cli);
int drift_model(struct cli *cli, const struct drift_names *names);

#endif
