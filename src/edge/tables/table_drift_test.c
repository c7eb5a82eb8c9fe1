#include "edge/tables/table_drift.h"

#include <math.h>

#include "test.h"

static uint64_t now;

static double unit(void)
{
    now = now * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(now >> 11) / 9007199254740992.0;
}

enum { ROWS = 1200 };

/* id, amount, age, status, code and text; `changed`: amount shifts, ages go missing, a status is new; old or extra
 * column. */
static str write_table(struct arena *a, const char *name, bool changed, bool json, uint64_t seed)
{
    static const char *const states[] = { "paid", "open", "failed", "void" };
    str path = str_fmt(a, STR_FMT "/%s", STR_ARG(test_dir()), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f != NULL);
    now = seed;
    if (!json) (void)fprintf(f, "id,amount,age,status,code,text,%s\n", changed ? "extra" : "old");
    for (int i = 0; i < ROWS; i++) {
        double amount = unit() + unit() + (changed ? 0.3 : 0);
        int age = (int)(unit() * 60), status = (int)(unit() * 3);
        if (changed && unit() < 0.04) status = 3;
        bool missing = unit() < (changed ? 0.1 : 0.02);
        int code = (int)(unit() * 4), text = (int)(unit() * 1e6);
        if (json && missing)
            (void)fprintf(f, "{\"id\":%d,\"amount\":%.6f,\"status\":\"%s\"}\n", i, amount, states[status]);
        else if (json)
            (void)fprintf(f, "{\"id\":%d,\"amount\":%.6f,\"age\":%d,\"status\":\"%s\"}\n", i, amount, age,
                          states[status]);
        else if (missing) (void)fprintf(f, "%d,%.6f,,%s,%d,t%d,1\n", i, amount, states[status], code, text);
        else (void)fprintf(f, "%d,%.6f,%d,%s,%d,t%d,1\n", i, amount, age, states[status], code, text);
    }
    CHECK(fclose(f) == 0);
    return path;
}

static const struct drift_column *column(const struct drift_report *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(r->columns[i].name, str_of(name))) return &r->columns[i];
    test_failed(__FILE__, __LINE__, "no column %s", name);
    return NULL;
}

static void check_changed(const struct drift_report *r)
{
    CHECK(column(r, "amount")->verdict.drift);
    CHECK(column(r, "age")->verdict.drift && column(r, "age")->verdict.loudest == DRIFT_MISSING);
    CHECK(column(r, "status")->verdict.drift && column(r, "status")->verdict.loudest == DRIFT_NEW);
    CHECK(column(r, "id")->kind == COLUMN_RUNNING && !column(r, "id")->verdict.drift);
}

TEST(what_changed_in_a_table_is_found_and_the_rest_is_not)
{
    struct arena a = arena_init(1 << 24);
    struct drift_options o = { .config = drift_config_default(), .memory = 64 << 20 };
    struct drift_report r;
    str ref = write_table(&a, "ref.csv", false, false, 1), same = write_table(&a, "same.csv", false, false, 2);
    str cur = write_table(&a, "cur.csv", true, false, 3);
    CHECK_OK(table_drift(ref, same, &o, &a, &r));
    CHECK_I64(r.drifted, 0);
    CHECK_I64(r.rows[0], ROWS);
    CHECK(column(&r, "code")->kind == COLUMN_WORDS && column(&r, "text")->kind == COLUMN_WORDS &&
          column(&r, "age")->kind == COLUMN_NUMBERS);
    CHECK_OK(table_drift(ref, cur, &o, &a, &r));
    check_changed(&r);
    CHECK(column(&r, "old")->kind == COLUMN_REMOVED && column(&r, "old")->verdict.drift);
    CHECK(column(&r, "extra")->kind == COLUMN_ADDED);
    CHECK(!column(&r, "code")->verdict.drift && !column(&r, "text")->verdict.drift);
    CHECK_STR(column(&r, "status")->sentence, str_z(&a, column(&r, "status")->sentence));
    CHECK(str_starts(column(&r, "status")->sentence, STR("new value \"void\"")));
    arena_done(&a);
}

TEST(json_lines_compare_like_csv)
{
    struct arena a = arena_init(1 << 24);
    struct drift_options o = { .config = drift_config_default(), .memory = 64 << 20 };
    struct drift_report r;
    str ref = write_table(&a, "ref.jsonl", false, true, 1), cur = write_table(&a, "cur.jsonl", true, true, 3);
    CHECK_OK(table_drift(ref, cur, &o, &a, &r));
    check_changed(&r);
    CHECK(column(&r, "age")->numbers->side[0].rows == ROWS);
    arena_done(&a);
}

TEST(without_memory_columns_are_sketched_and_say_the_same)
{
    struct arena a = arena_init(1 << 24);
    struct drift_options o = { .config = drift_config_default(), .memory = 64 << 20 };
    struct drift_report exact, rough;
    str ref = write_table(&a, "ref.csv", false, false, 1), cur = write_table(&a, "cur.csv", true, false, 3);
    CHECK_OK(table_drift(ref, cur, &o, &a, &exact));
    o.memory = 20000; /* in the middle of a file */
    CHECK_OK(table_drift(ref, cur, &o, &a, &rough));
    const struct drift_column *x = column(&exact, "amount"), *y = column(&rough, "amount");
    CHECK(x->exact && !y->exact);
    CHECK(fabs(x->numbers->ks - y->numbers->ks) < 1e-9 &&
          y->numbers->side[1].rows == ROWS); /* fewer rows than a sketch's base */
    check_changed(&rough);
    arena_done(&a);
}

TEST(what_columns_are_can_be_told)
{
    struct arena a = arena_init(1 << 24);
    struct drift_options o = {
        .config = drift_config_default(), .memory = 64 << 20, .numbers = STR("code, id"), .words = STR("age")
    };
    struct drift_report r;
    str ref = write_table(&a, "ref.csv", false, false, 1), same = write_table(&a, "same.csv", false, false, 2);
    CHECK_OK(table_drift(ref, same, &o, &a, &r));
    CHECK(column(&r, "code")->kind == COLUMN_NUMBERS && column(&r, "age")->kind == COLUMN_WORDS &&
          column(&r, "id")->kind == COLUMN_NUMBERS);
    arena_done(&a);
}

static str write_text(struct arena *a, const char *name, const char *text)
{
    str path = str_fmt(a, STR_FMT "/%s", STR_ARG(test_dir()), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
    return path;
}

TEST(odd_tables)
{
    struct arena a = arena_init(1 << 22);
    struct drift_options o = { .config = drift_config_default(), .memory = 1 << 20 };
    struct drift_report r;
    str none = write_text(&a, "none.csv", "a,b\n"), few = write_text(&a, "few.csv", "a,b\n1,x\n,\n"),
        other = write_text(&a, "other.csv", "c\n1\n");
    CHECK_OK(table_drift(none, few, &o, &a, &r));
    CHECK_I64(r.drifted, 0);
    CHECK_OK(table_drift(few, few, &o, &a, &r));
    CHECK_I64(r.drifted, 0);
    CHECK_OK(table_drift(few, other, &o, &a, &r));
    CHECK_I64(r.drifted, 3);
    CHECK_ERR(table_drift(few, write_text(&a, "empty.csv", ""), &o, &a, &r), ERR_INPUT);
    CHECK_ERR(table_drift(STR("/nowhere.csv"), few, &o, &a, &r), ERR_NOT_FOUND);
    arena_done(&a);
}
