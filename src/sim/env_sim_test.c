#include "sim/env_sim.h"

#include <fcntl.h>
#include <unistd.h>

#include "test.h"

TEST(the_same_seed_gives_the_same_chance)
{
    struct env_sim a, b, c;
    env_sim_init(&a, 7);
    env_sim_init(&b, 7);
    env_sim_init(&c, 8);
    int same = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t v = a.env.random(&a.env);
        CHECK(v == b.env.random(&b.env));
        same += v == c.env.random(&c.env);
    }
    CHECK_I64(same, 0);
    env_sim_done(&a);
    env_sim_done(&b);
    env_sim_done(&c);
}

TEST(time_moves_only_when_told)
{
    struct env_sim sim;
    env_sim_init(&sim, 1);
    usec now = sim.env.now(&sim.env), wall = sim.env.wall(&sim.env);
    CHECK_I64(sim.env.now(&sim.env), now);
    env_sim_advance(&sim, USEC_DAY);
    CHECK_I64(sim.env.now(&sim.env) - now, USEC_DAY);
    CHECK_I64(sim.env.wall(&sim.env) - wall, USEC_DAY);
    env_sim_set_wall(&sim, wall - USEC_HOUR);
    CHECK_I64(sim.env.wall(&sim.env), wall - USEC_HOUR);
    CHECK_I64(sim.env.now(&sim.env) - now, USEC_DAY);
    char text[TIME_TEXT_MAX];
    CHECK_STR(time_text(wall, text), "2026-01-05T00:00:00.000000Z");
    env_sim_done(&sim);
}

TEST(replies_follow_the_script_and_requests_are_kept)
{
    struct env_sim sim;
    struct arena a = arena_init(4096);
    struct http_reply reply;
    struct http_request to = {
        .method = STR("POST"), .url = STR("https://hooks.example/x"), .body = STR("{}"), .reply_max = 100
    };
    env_sim_init(&sim, 1);
    CHECK_ERR(sim.env.http(&sim.env, &to, &a, &reply), ERR_IO);
    env_sim_reply(&sim, "https://hooks.example/", (struct sim_reply){ .status = 200, .body = STR("fine") });
    env_sim_reply(&sim, "https://hooks.example/",
                  (struct sim_reply){ .status = 503, .body = STR("later"), .times = 1 });
    env_sim_reply(&sim, "https://hooks.example/x", (struct sim_reply){ .fails = ERR_TIMEOUT, .times = 1 });
    CHECK_ERR(sim.env.http(&sim.env, &to, &a, &reply), ERR_TIMEOUT);
    CHECK_OK(sim.env.http(&sim.env, &to, &a, &reply));
    CHECK_I64(reply.status, 503);
    CHECK_OK(sim.env.http(&sim.env, &to, &a, &reply));
    CHECK_I64(reply.status, 200);
    CHECK_STR(reply.body, "fine");
    to.reply_max = 3;
    CHECK_ERR(sim.env.http(&sim.env, &to, &a, &reply), ERR_LIMIT);
    CHECK_I64(env_sim_requests(&sim), 5);
    CHECK_STR(env_sim_request(&sim, 0).url, "https://hooks.example/x");
    CHECK_STR(env_sim_request(&sim, 4).body, "{}");
    arena_done(&a);
    env_sim_done(&sim);
}

TEST(the_nth_append_fails_in_the_middle)
{
    struct env_sim sim;
    struct arena a = arena_init(4096);
    env_sim_init(&sim, 1);
    sim.fail_append_at = 2;
    sim.fail_sync_at = 1;
    sim.fail_with = ERR_NO_SPACE;
    const char *path = str_fmt(&a, STR_FMT "/log", STR_ARG(test_dir())).ptr;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_OK(sim.env.append(&sim.env, fd, STR("abcd")));
    CHECK_ERR(sim.env.append(&sim.env, fd, STR("efgh")), ERR_NO_SPACE);
    CHECK_OK(sim.env.append(&sim.env, fd, STR("ij")));
    CHECK_ERR(sim.env.sync(&sim.env, fd), ERR_NO_SPACE);
    CHECK_OK(sim.env.sync(&sim.env, fd));
    char text[32];
    ssize_t n = pread(fd, text, sizeof text, 0);
    CHECK_STR(((str){ text, n > 0 ? (size_t)n : 0 }), "abcdefij");
    (void)close(fd);
    arena_done(&a);
    env_sim_done(&sim);
}
