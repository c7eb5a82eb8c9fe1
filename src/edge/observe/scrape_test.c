#include "edge/observe/scrape.h"

#include <math.h>

#include "edge/observe/samples.h"
#include "test.h"

/* A target whose page the test writes. */
struct world {
    struct env env; /* first */
    const char *page;
    int status;
    enum err_code fails;
    _Atomic usec wall;
};

static usec world_wall(struct env *env)
{
    return ((struct world *)env)->wall;
}

static err world_http(struct env *env, const struct http_request *req, struct arena *a, struct http_reply *out)
{
    struct world *w = (struct world *)env;
    CHECK(req->from_operator && req->reply_max > 0 && req->timeout > 0);
    if (w->fails) return err_make(w->fails, "no answer");
    *out = (struct http_reply){ .status = w->status, .body = str_dup(a, str_of(w->page)) };
    return OK;
}

static err no_core(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    (void)ctx;
    (void)tx;
    (void)in;
    *seq = 0;
    return OK;
}

struct rig {
    struct world w;
    struct store *store;
    struct ingest *in;
    struct arena a;
    struct scrape_target target;
};

static void rig_open(struct rig *r)
{
    *r = (struct rig){ .w = { .env = env_os(), .status = 200, .page = "", .wall = INT64_C(1777874400000000) },
                       .a = arena_init(16 << 20) };
    r->w.env.wall = world_wall;
    r->w.env.http = world_http;
    str dir = test_dir();
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR_NONE }, &r->w.env, &r->store));
    CHECK_OK(ingest_open(&(struct ingest_opts){ .dir = dir, .disk_floor = -1, .apply = no_core }, r->store, &r->w.env,
                         &r->in));
    r->target = (struct scrape_target){ .job = STR("shop"),
                                        .url = STR("http://user@10.0.0.1:9100/metrics"),
                                        .pipeline = STR("orders"),
                                        .every = 15 * USEC_SECOND,
                                        .timeout = USEC_SECOND,
                                        .labels = { STR("zone=a") },
                                        .label_count = 1 };
}

static void rig_close(struct rig *r)
{
    ingest_close(r->in);
    store_close(r->store);
    arena_done(&r->a);
}

static struct samples_view read_all(struct rig *r, const char *series)
{
    struct samples_view v;
    CHECK_OK(ingest_drain(r->in, 10 * USEC_SECOND));
    CHECK_OK(samples_read(r->in, str_of(series), 0, USEC_MAX, 100, &r->a, &v));
    return v;
}

#define OWN "instance=\"10.0.0.1:9100\",job=\"shop\",pipeline=\"orders\",zone=\"a\"}"

TEST(a_scrape_adds_the_targets_labels_and_tells_of_itself)
{
    struct rig r;
    rig_open(&r);
    struct scrape_state *st = scrape_state_new(&r.target);
    r.w.page = "rows{job=\"inner\"} 5\nlag 7\n";
    CHECK_OK(scrape_once(st, r.in, &r.w.env));
    CHECK(read_all(&r, "up{" OWN).points[0].avg == 1);
    CHECK(read_all(&r, "scrape_samples_scraped{" OWN).points[0].avg == 2);
    struct samples_view v = read_all(&r, "rows{exported_job=\"inner\"," OWN);
    CHECK(v.count == 1 && v.points[0].avg == 5 && v.points[0].time == r.w.wall);
    CHECK_STR(v.series.pipeline, "orders");
    CHECK_STR(v.series.source, "scrape/shop");
    scrape_state_free(st);
    rig_close(&r);
}

TEST(a_series_that_vanishes_ends_once_and_a_dead_target_ends_all)
{
    struct rig r;
    rig_open(&r);
    struct scrape_state *st = scrape_state_new(&r.target);
    r.w.page = "rows 5\nlag 7\n";
    CHECK_OK(scrape_once(st, r.in, &r.w.env));
    r.w.page = "rows 6\n";
    for (int i = 0; i < 2; i++) {
        r.w.wall += 15 * USEC_SECOND;
        CHECK_OK(scrape_once(st, r.in, &r.w.env));
    }
    struct samples_view v = read_all(&r, "lag{" OWN);
    CHECK_I64(v.count, 2); /* the value, then the end, and no second end */
    CHECK(isnan(v.points[1].avg));
    r.w.wall += 15 * USEC_SECOND;
    r.w.fails = ERR_TIMEOUT;
    CHECK_ERR(scrape_once(st, r.in, &r.w.env), ERR_TIMEOUT);
    v = read_all(&r, "rows{" OWN);
    CHECK_I64(v.count, 4);
    CHECK(isnan(v.points[3].avg));
    v = read_all(&r, "up{" OWN);
    CHECK(v.points[v.count - 1].avg == 0);
    scrape_state_free(st);
    rig_close(&r);
}

TEST(a_page_that_does_not_parse_or_another_status_counts_as_down)
{
    struct rig r;
    rig_open(&r);
    struct scrape_state *st = scrape_state_new(&r.target);
    r.w.page = "rows five\n";
    err e = scrape_once(st, r.in, &r.w.env);
    CHECK_STR(str_of(e.msg), "scrape shop: line 1: 'five' is not a value");
    r.w.wall += USEC_SECOND;
    r.w.status = 500;
    CHECK_ERR(scrape_once(st, r.in, &r.w.env), ERR_INPUT);
    struct samples_view v = read_all(&r, "up{" OWN);
    CHECK(v.count == 2 && v.points[0].avg == 0 && v.points[1].avg == 0);
    scrape_state_free(st);
    rig_close(&r);
}

TEST(the_threads_scrape_every_target_and_stop)
{
    struct rig r;
    rig_open(&r);
    struct config *c = mem_new(sizeof *c);
    c->scrape_count = 10;
    for (size_t i = 0; i < c->scrape_count; i++) {
        c->scrapes[i] = r.target;
        c->scrapes[i].every = 1; /* always due */
    }
    r.w.page = "rows 1\n";
    struct scraper *s = NULL;
    CHECK_OK(scraper_start(c, r.in, &r.w.env, &s));
    struct env os = env_os();
    for (usec until = os.now(&os) + 10 * USEC_SECOND; scraper_stats(s).scrapes < 50 && os.now(&os) < until;) {}
    CHECK(scraper_stats(s).scrapes >= 50);
    scraper_stop(s);
    mem_free(c);
    rig_close(&r);
}
