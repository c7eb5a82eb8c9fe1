/* What the files of core share: the context of the one input that is being applied. */
#ifndef WEIR_CORE_CORE_INTERNAL_H
#define WEIR_CORE_CORE_INTERNAL_H

#include "core/core.h"
#include "core/policy/policy.h"
#include "core/words.h"

struct graph;
struct routing;

/* Compiled forms of documents, kept by hash; dropped and made again whenever the active hash differs. */
struct core {
    struct policy *policy;
    char policy_hash[2 * SHA256_LEN + 1];
    struct graph *graph;
    char graph_hash[2 * SHA256_LEN + 1];
    struct routing *routing; /* of inquiries */
    char routing_hash[2 * SHA256_LEN + 1];
    struct settings {
        usec settle, group, quiet, reindex_every;
        int64_t reindex_documents, reindex_feedback; /* so many begin a re-index */
        struct arena arena; /* of channels */
        str channels[8];    /* names of the channels that are told */
        size_t channel_count;
        str page_url;
        bool known;  /* read at least once */
    } settings;
    char settings_hash[2 * SHA256_LEN + 1];
    struct runbook_index *runbooks;
};

/* One input being applied. Strings of derived entries live in the transaction's arena. */
struct cx {
    struct core *core;
    struct tx *tx;
    struct arena *a;
    const struct input *in;
    json *body;
    usec now;
    int64_t seq; /* of the input's entry, 0 until cx_enter */
};

/* Write the input's own entry. A handler first checks that the input is new and fits, then calls this once, then
 * changes tables: so a refused input leaves nothing. */
void cx_enter(struct cx *cx, str correlation, int64_t cause);
/* Write an entry that follows from the input. `w` collects the body: begin with cx_body, fill, then cx_derive. */
struct body {
    struct buf buf;
    struct jw w;
};
void body_open(struct body *b);
int64_t cx_derive(struct cx *cx, struct body *b, const char *kind, str subject, const char *actor, str correlation,
                  int64_t cause);
/* An id: prefix and the seq the next entry will have. */
str cx_next_id(struct cx *cx, const char *prefix);

/* Timers: one of a kind for a subject; setting it again moves it. */
void timer_set(struct cx *cx, const char *kind, str subject, usec due);
void timer_drop(struct cx *cx, const char *kind, str subject);

/* documents.c */
const struct settings *core_settings(struct cx *cx);
struct policy *core_policy(struct cx *cx, str *hash); /* NULL after a sticky error */
const struct graph *core_graph(struct cx *cx, str *hash);
const struct routing *
core_routing(struct cx *cx); /* never NULL: the built-in rules where none are loaded, or none can be */
str core_document(struct cx *cx, const char *kind); /* the text of the document in force, "" = none */
json *core_pipeline_spec(struct cx *cx, str pipeline); /* parsed declaration, or NULL when only seen */
str sha256_hex(str s, struct arena *a);

typedef err input_fn(struct cx *cx);
/* runs.c */
err input_run_started(struct cx *cx);
err input_run_finished(struct cx *cx);
err input_pipeline_registered(struct cx *cx);
void pipeline_see(struct cx *cx, str pipeline);
void pipeline_judge_health(struct cx *cx, str pipeline); /* from the newest run of each step */
void timer_freshness(struct cx *cx, str pipeline);
/* lineage.c */
void lineage_see(struct cx *cx, str pipeline, json *v); /* inputs, outputs, columns, flows of a run or event */
err input_lineage_declared(struct cx *cx);
/* The pipelines that feed `pipeline` (up) or that it feeds, nearest first, up to 12 edges away and `max` nodes on the
 * way; names live in cx->a. Gives how many of out (room for max) are filled. */
size_t lineage_near(struct cx *cx, str pipeline, bool up, str *out, size_t max);
/* events.c */
err input_lineage_seen(struct cx *cx);
err input_change_seen(struct cx *cx);
err input_alert_received(struct cx *cx);
void change_record(struct cx *cx, str pipeline, str kind, str summary, str detail, int64_t seq);
/* admin.c */
err input_silence_added(struct cx *cx);
err input_silence_ended(struct cx *cx);
err input_key_added(struct cx *cx);
err input_key_revoked(struct cx *cx);
err input_runbook_loaded(struct cx *cx);
err input_store_restored(struct cx *cx);
err input_store_resumed(struct cx *cx);
err input_note(struct cx *cx);
err input_checkpoint_sent(struct cx *cx);
bool core_restored(struct cx *cx); /* between restore and resume nothing is sent */
/* knowledge.c */
err input_knowledge_loaded(struct cx *cx);
err input_knowledge_feedback(struct cx *cx);
err input_knowledge_missed(struct cx *cx);
/* knowledge_learn.c, knowledge_draft.c */
err input_knowledge_reindex(struct cx *cx);
void timer_reindex(struct cx *cx, str subject);
err input_knowledge_draft(struct cx *cx);
err input_knowledge_approved(struct cx *cx);
err input_knowledge_rejected(struct cx *cx);
/* measured.c */
err input_series_measured(struct cx *cx);
/* documents.c */
err input_document_loaded(struct cx *cx);

#endif
