/* Two classifiers from texts to the registry: judged beside each other, promoted, found, taken back, told. */
#include "edge/registry/judge.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/edge_kit.h"
#include "edge/files.h"
#include "edge/text/text_train.h"
#include "test.h"

struct place {
    struct env env;
    struct store *store;
    struct core *core;
    struct registry *registry;
    struct arena a;
    int told; /* how often other models came in use */
    int64_t champion, challenger;
    double share;
};

static void in_use(void *ctx, const struct registry_use *items, size_t count)
{
    struct place *p = ctx;
    p->told++;
    p->champion = p->challenger = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].trial) p->share = items[i].share;
        *(items[i].trial ? &p->challenger : &p->champion) = items[i].version;
        CHECK(access(str_z(&p->a, items[i].path), R_OK) == 0);
    }
}

static void place_open(struct place *p)
{
    *p = (struct place){ .env = env_os(), .core = core_new(), .a = arena_init(64 << 20) };
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, &p->env, &p->store));
    struct registry_opts opts = { .store = p->store,
                                  .data_dir = str_dup(&p->a, str_of(test_dir().ptr)),
                                  .apply = kit_apply,
                                  .apply_ctx = p->core,
                                  .in_use = in_use,
                                  .ctx = p };
    CHECK_OK(registry_open(&opts, &p->registry));
}

static void place_close(struct place *p)
{
    registry_close(p->registry);
    store_close(p->store);
    core_free(p->core);
    arena_done(&p->a);
}

/* Texts of two classes told apart by one word; `wrong` of ten have the other label. */
static str texts(struct place *p, const char *name, int rows, int from, int wrong)
{
    str path = str_fmt(&p->a, STR_FMT "/%s", STR_ARG(test_dir()), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f != NULL);
    if (!f) return path;
    (void)fputs("text,label\n", f);
    for (int i = from; i < from + rows; i++) {
        bool bill = (i % 2 == 0) != (i / 2 % 10 < wrong);
        (void)fprintf(f, "number %d asks about the %s,%s\n", i * 7919 % 1000, i % 2 ? "printer" : "invoice",
                      bill ? "billing" : "support");
    }
    (void)fclose(f);
    return path;
}

static str train(struct place *p, str path)
{
    struct text_data d;
    struct text_report report;
    struct buf b = buf_init(64 << 20);
    CHECK_OK(text_data_read(path, &(struct text_columns){ 0 }, NULL, 0, &d));
    CHECK_OK(text_train(&d, &(struct text_train_opts){ .seed = 1, .refused = .005 }, &b, &report));
    text_data_done(&d);
    str out = { arena_new(&p->a, b.len), b.len };
    memcpy((char *)(uintptr_t)out.ptr, b.ptr, b.len);
    buf_done(&b);
    return out;
}

static int64_t put(struct place *p, str bytes)
{
    int64_t version = 0;
    struct registry_metric metrics[] = { { "accuracy", .5 } };
    struct registry_version v = { .name = STR("m"), .kind = STR("text"), .metrics = metrics, .metric_count = 1,
                                  .sources = &STR("warehouse.mails"), .source_count = 1, .code = STR("abc") };
    CHECK_OK(registry_register(p->registry, &v, bytes, STR("test"), &version));
    return version;
}

TEST(a_better_classifier_comes_in_use_and_goes_back)
{
    struct place p;
    struct text_data d;
    struct registry_scores s;
    struct registry_verdict verdict;
    struct judged judged[2];
    int64_t version = 0;
    str path;
    place_open(&p);
    str bad = train(&p, texts(&p, "bad.csv", 200, 0, 7)), good = train(&p, texts(&p, "good.csv", 200, 0, 0));
    CHECK_I64(put(&p, bad), 1);
    CHECK_I64(put(&p, good), 2);
    CHECK_I64(put(&p, bad), 1); /* the same file is the same version */
    CHECK_ERR(registry_find(p.registry, STR("m"), MODEL_CHAMPION, &p.a, &version, &path), ERR_NOT_FOUND);

    CHECK_OK(text_data_read(texts(&p, "held.csv", 100, 500, 0), &(struct text_columns){ 0 }, NULL, 0, &d));
    CHECK_OK(judge_texts(STR(""), bad, &d, STR(""), STR("accuracy"), &p.a, &s, judged));
    CHECK_OK(registry_promote(p.registry, STR("m"), 1, .01, &s, STR("test"), &verdict));
    CHECK(verdict.promoted); /* nothing was in use */
    CHECK_I64(p.champion, 1);

    CHECK_OK(judge_texts(bad, good, &d, STR(""), STR("accuracy"), &p.a, &s, judged));
    CHECK(s.score == 1 && s.before < .5 && judged[1].macro_f1 == 1 && judged[0].macro_f1 < .5);
    CHECK(s.wins > 50 && s.losses == 0 && s.rows == 100);
    CHECK_ERR(registry_promote(p.registry, STR("m"), 2, .01, &s, STR("test"), &verdict), ERR_CONFLICT); /* beside 0? */
    s.champion = 1;
    CHECK_OK(registry_promote(p.registry, STR("m"), 2, .01, &s, STR("test"), &verdict));
    CHECK(verdict.promoted && strstr(verdict.why, "better"));
    CHECK_I64(p.champion, 2);
    CHECK_OK(registry_find(p.registry, STR("m"), MODEL_CHAMPION, &p.a, &version, &path));
    CHECK_I64(version, 2);

    CHECK_OK(judge_texts(good, bad, &d, STR(""), STR("macro_f1"), &p.a, &s, judged));
    s.champion = 2;
    CHECK_OK(registry_promote(p.registry, STR("m"), 1, 0, &s, STR("test"), &verdict));
    CHECK(!verdict.promoted && strstr(verdict.why, "not better"));
    CHECK_I64(p.champion, 2);

    int told = p.told;
    CHECK_OK(kit_put(p.store, p.core, "model.tried", STR("m"), STR("{\"version\":1,\"share\":0.25}")));
    CHECK_OK(registry_refresh(p.registry));
    CHECK_I64(p.challenger, 1);
    CHECK(p.share == .25);
    CHECK_OK(kit_put(p.store, p.core, "model.rolled_back", STR("m"), STR("{}")));
    CHECK_OK(registry_refresh(p.registry));
    CHECK_OK(registry_refresh(p.registry));
    CHECK_I64(p.champion, 1);
    CHECK_I64(p.challenger, 0);
    CHECK_I64(p.told, told + 2); /* each news once */
    text_data_done(&d);
    place_close(&p);
}

TEST(what_is_no_classifier_is_not_kept)
{
    struct place p;
    int64_t version = 0;
    struct registry_version v = { .name = STR("m"), .kind = STR("text") };
    place_open(&p);
    str bytes = train(&p, texts(&p, "good.csv", 200, 0, 0));
    char *cut = arena_new(&p.a, bytes.len + 1);
    memcpy(cut, bytes.ptr, bytes.len);
    cut[bytes.len / 2] ^= 1;
    CHECK_ERR(registry_register(p.registry, &v, STR("nonsense"), STR("t"), &version), ERR_CORRUPT);
    CHECK_ERR(registry_register(p.registry, &v, str_cut(bytes, 0, bytes.len - 1), STR("t"), &version), ERR_CORRUPT);
    CHECK_ERR(registry_register(p.registry, &v, (str){ cut, bytes.len }, STR("t"), &version), ERR_CORRUPT);
    memcpy(cut + 1, bytes.ptr, bytes.len); /* at an odd address */
    CHECK_OK(registry_register(p.registry, &v, (str){ cut + 1, bytes.len }, STR("t"), &version));
    v.name = STR("../../etc");
    CHECK_ERR(registry_register(p.registry, &v, bytes, STR("t"), &version), ERR_INPUT);
    v = (struct registry_version){ .name = STR("any"), .kind = STR("file") };
    CHECK_OK(registry_register(p.registry, &v, STR("nonsense"), STR("t"), &version));
    place_close(&p);
}

/* Old files go; what was in use, has an alias or is new stays. */
TEST(files_nobody_comes_back_to_go)
{
    struct place p;
    int64_t version = 0, gone = 0;
    struct registry_version v = { .name = STR("m"), .kind = STR("file") };
    place_open(&p);
    for (int i = 1; i <= REGISTRY_KEEP + 3; i++) {
        CHECK_OK(registry_register(p.registry, &v, str_fmt(&p.a, "file %d", i), STR("t"), &version));
        CHECK_I64(version, i);
        if (i == 1) CHECK_OK(kit_put(p.store, p.core, "model.judged", STR("m"),
                                     STR("{\"version\":1,\"force\":true,\"comment\":\"c\"}")));
    }
    CHECK_OK(registry_find(p.registry, STR("m"), MODEL_CHAMPION, &p.a, &version, &(str){ 0 }));
    str kept[] = { STR("file 1"), STR("file 4") }, lost[] = { STR("file 2"), STR("file 3") }, digest;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(registry_keep(p.registry, kept[i], STR("file"), &p.a, &digest));
        CHECK(access(str_z(&p.a, registry_path(p.registry, digest, &p.a)), R_OK) == 0);
    }
    for (int i = 0; i < 2; i++) CHECK_OK(registry_keep(p.registry, lost[i], STR("file"), &p.a, &digest));
    CHECK_OK(registry_tidy(p.registry, &gone));
    CHECK_I64(gone, 2);
    str fresh, stray;
    CHECK_OK(registry_keep(p.registry, STR("sent just now"), STR("file"), &p.a, &fresh));
    CHECK_OK(registry_keep(p.registry, STR("sent long ago"), STR("file"), &p.a, &stray));
    CHECK(utimensat(AT_FDCWD, str_z(&p.a, registry_path(p.registry, stray, &p.a)),
                    (struct timespec[]){ { .tv_sec = 1 }, { .tv_sec = 1 } }, 0) == 0);
    CHECK_OK(registry_tidy(p.registry, &gone));
    CHECK_I64(gone, 1);
    CHECK(access(str_z(&p.a, registry_path(p.registry, fresh, &p.a)), R_OK) == 0);
    place_close(&p);
}

static void write_at(const char *path, const char *text, time_t when)
{
    FILE *f = fopen(path, "we");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
    CHECK(utimensat(AT_FDCWD, path, (struct timespec[]){ { .tv_sec = when }, { .tv_sec = when } }, 0) == 0);
}

/* kill -9 in the middle of a write leaves a part beside the file; a disk that fails leaves another content in it. */
TEST(what_a_crash_left_of_a_file_goes_and_a_damaged_one_is_mended_by_sending_it_again)
{
    struct place p;
    int64_t gone = 0;
    str digest, text;
    place_open(&p);
    CHECK_OK(registry_keep(p.registry, STR("a model"), STR("file"), &p.a, &digest));
    str path = registry_path(p.registry, digest, &p.a);
    const char *part = str_fmt(&p.a, STR_FMT ".aB3xYz", STR_ARG(path)).ptr;
    write_at(part, "a mo", 1);
    CHECK_OK(registry_tidy(p.registry, &gone));
    CHECK_I64(gone, 1);
    CHECK(access(part, F_OK) != 0);
    write_at(str_z(&p.a, path), "a mud", time(NULL));
    CHECK_OK(registry_keep(p.registry, STR("a model"), STR("file"), &p.a, &digest));
    CHECK_OK(file_read(path, 100, &p.a, &text));
    CHECK_STR(text, "a model");
    write_at(str_z(&p.a, path), "a model", 1); /* sent long ago, and sent again now: nobody takes it away meanwhile */
    CHECK_OK(registry_keep(p.registry, STR("a model"), STR("file"), &p.a, &digest));
    CHECK_OK(registry_tidy(p.registry, &gone));
    CHECK_I64(gone, 0);
    place_close(&p);
}
