#include "edge/server/rates.h"

#include "test.h"

static struct rate_answer ask(struct rates *r, const char *client, usec now)
{
    return rates_take(r, str_of(client), now);
}

TEST(a_bucket_empties_and_fills_again_at_its_rate)
{
    struct rates *r = rates_new(&(struct rate_limit){ 10, 2 * USEC_SECOND }, 1);
    usec now = 5 * USEC_SECOND;
    for (int i = 0; i < 20; i++) {
        struct rate_answer a = ask(r, "ann", now);
        CHECK(a.allowed && a.quota == 20 && a.retry_s == 0);
        CHECK_I64(a.left, 19 - i);
    }
    struct rate_answer a = ask(r, "ann", now);
    CHECK(!a.allowed && a.left == 0);
    CHECK_I64(a.retry_s, 1); /* a tenth of a second, rounded up */
    CHECK_I64(a.full_s, 2);
    CHECK(ask(r, "bob", now).allowed); /* has a bucket of his own */
    CHECK(!ask(r, "ann", now + 99 * USEC_MS).allowed);
    CHECK(ask(r, "ann", now + 100 * USEC_MS).allowed);
    CHECK(!ask(r, "ann", now + 199 * USEC_MS).allowed); /* what was refused cost nothing, what was allowed did */
    CHECK_I64(ask(r, "ann", now + USEC_MINUTE).left, 19);
    CHECK_I64(rates_stats(r).refused, 3);
    rates_free(r);
}

/* The definition of a bucket, counted in the slow and obvious way. */
TEST(any_times_agree_with_a_counted_bucket)
{
    enum { RATE = 50, QUOTA = 150, STEP = USEC_SECOND / RATE };
    struct rates *r = rates_new(&(struct rate_limit){ RATE, 3 * USEC_SECOND }, 2);
    uint64_t seed = 42;
    usec now = USEC_DAY, last = now;
    int64_t level = QUOTA * STEP; /* a request is STEP of it */
    int refused = 0;
    for (int i = 0; i < 50000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        now += (usec)((seed >> 33) % (i / 1000 % 2 ? 12000 : 80000)); /* now and then faster than the rate */
        level += now - last;
        if (level > QUOTA * STEP) level = QUOTA * STEP;
        last = now;
        struct rate_answer a = ask(r, "ann", now);
        CHECK(a.allowed == (level >= STEP));
        if (a.allowed) level -= STEP;
        else refused++;
        CHECK_I64(a.left, level / STEP);
        CHECK((a.retry_s == 0) == a.allowed);
    }
    CHECK(refused > 1000);
    rates_free(r);
}

TEST(no_limit_allows_everything_and_says_nothing)
{
    struct rates *r = rates_new(&(struct rate_limit){ 0, USEC_SECOND }, 3);
    for (int i = 0; i < 1000; i++) {
        struct rate_answer a = ask(r, "ann", USEC_SECOND);
        CHECK(a.allowed && a.quota == 0);
    }
    CHECK(rates_take(NULL, STR("ann"), 0).allowed);
    rates_free(r);
}

TEST(a_full_table_forgets_who_asks_least)
{
    struct rates *r = rates_new(&(struct rate_limit){ 10, USEC_SECOND }, 4);
    usec now = USEC_HOUR;
    for (int i = 0; i < 10; i++) CHECK(ask(r, "loud", now).allowed);
    for (int i = 0; i < 5 * RATES_CLIENTS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "c%d", i);
        CHECK_I64(ask(r, name, now).left, 9);
    }
    CHECK(!ask(r, "loud", now).allowed); /* whoever has used up most stays */
    CHECK(rates_stats(r).forgotten > 0);
    int64_t forgotten = rates_stats(r).forgotten;
    now += USEC_MINUTE; /* everybody's bucket is full again: making room forgets nothing */
    for (int i = 0; i < 5; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "d%d", i);
        CHECK(ask(r, name, now).allowed);
    }
    CHECK_I64(rates_stats(r).forgotten, forgotten);
    rates_free(r);
}

TEST(odd_limits_stay_within_their_quota)
{
    static const struct rate_limit limits[] = { { 1, USEC_SECOND }, { 3, USEC_SECOND }, { 7, 90 * USEC_SECOND },
                                                { RATE_MAX, USEC_SECOND }, { 99991, USEC_SECOND } };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rates *r = rates_new(&limits[i], 5);
        int64_t allowed = 0, quota = limits[i].per_second * (limits[i].window / USEC_SECOND);
        while (ask(r, "ann", USEC_DAY).allowed) allowed++;
        CHECK(allowed >= quota && allowed <= quota + quota / 10000 + 1); /* steps are whole nanoseconds */
        rates_free(r);
    }
}

TEST(a_network_of_ipv6_is_one_client)
{
    static const struct {
        const char *address, *want;
    } cases[] = {
        { "10.1.2.3", "10.1.2.3" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
        { "2001:db8:1:2:ffff::1", "2001:db8:1:2::" },
        { "2001:db8:1:3::1", "2001:db8:1:3::" },
        { "::ffff:10.1.2.3", "10.1.2.3" },
        { "::1", "::" },
        { "", "" },
        { "unknown", "unknown" },
        { "a very long word that no proxy should ever have put there",
          "a very long word that no proxy should ever have" },
    };
    char out[RATE_ADDRESS_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(rate_address(str_of(cases[i].address), out), cases[i].want);
}
