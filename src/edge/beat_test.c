/* A beat looks as often as it is asked to, and a stop ends it in the middle of a rest as well as in the middle of a
 * look. */
#include "test.h"

#include <semaphore.h>

#include "edge/beat.h"

struct watcher {
    struct beat beat;
    sem_t looked;
    int wanted, looks; /* of the thread until it has stopped */
    bool saw_stop;
};

static void look(void *ctx)
{
    struct watcher *w = ctx;
    if (++w->looks == w->wanted) (void)sem_post(&w->looked);
}

static void look_until_stopped(void *ctx)
{
    struct watcher *w = ctx;
    w->looks++;
    (void)sem_post(&w->looked);
    while (!beat_stopping(&w->beat)) (void)sched_yield();
    w->saw_stop = true;
}

static void begin(struct watcher *w, usec first, usec every, int wanted)
{
    w->beat.ctx = w;
    w->beat.first = first;
    w->beat.every = every;
    w->wanted = wanted;
    CHECK(sem_init(&w->looked, 0, 0) == 0);
    CHECK_OK(beat_start(&w->beat));
}

TEST(a_beat_looks_again_and_again)
{
    struct watcher w = { .beat.look = look };
    begin(&w, 0, USEC_MS, 5);
    CHECK(sem_wait(&w.looked) == 0);
    beat_stop(&w.beat);
    CHECK(w.looks >= 5);
    int looks = w.looks;
    w.wanted = looks + 1;
    CHECK_OK(beat_start(&w.beat)); /* once more */
    CHECK(sem_wait(&w.looked) == 0);
    beat_stop(&w.beat);
    CHECK(w.looks > looks);
    CHECK(sem_destroy(&w.looked) == 0);
}

TEST(a_stop_ends_a_rest_at_once)
{
    struct watcher w = { .beat.look = look };
    begin(&w, USEC_HOUR, USEC_HOUR, 1);
    beat_stop(&w.beat);
    CHECK_I64(w.looks, 0);
    begin(&w, 0, USEC_HOUR, 1);
    CHECK(sem_wait(&w.looked) == 0);
    beat_stop(&w.beat);
    CHECK_I64(w.looks, 1);
    CHECK(sem_destroy(&w.looked) == 0);
}

TEST(a_look_under_way_learns_of_the_stop_and_is_waited_for)
{
    struct watcher w = { .beat.look = look_until_stopped };
    begin(&w, 0, 0, 1);
    CHECK(sem_wait(&w.looked) == 0);
    beat_stop(&w.beat);
    CHECK(w.saw_stop);
    CHECK_I64(w.looks, 1);
    CHECK(sem_destroy(&w.looked) == 0);
}

TEST(what_never_ran_is_stopped_already)
{
    struct beat b = { .look = look };
    CHECK(!beat_stopping(&b));
    beat_stop(&b);
    beat_stop(&b);
}
