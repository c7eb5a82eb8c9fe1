/* Sends remote write to a server on this machine, as fast as it takes it: the same bodies, made beforehand, to
 * whichever server.
 *
 *   bench_push PORT PATH PER_SERIES REQUESTS FIRST_MS [HEADER...]
 *
 * Two connections, each with its own half of 2,000 series in the order of time, as the shards of a Prometheus do. The
 * first request of each makes the series and is not measured. Prints {"samples", "seconds", "refused", "waits"} as
 * JSON; exit 1 when a request was refused. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "remote_body.h"

enum { CONNECTIONS = 2, SERIES = 2000, REPLY_MAX = 4096, HEAD_MAX = 2048, TRIES_MAX = 1000 };

struct sender {
    pthread_t thread;
    int socket, count;
    const char *head; /* lines of the request but its length */
    str *bodies;
    int refused, waits;
};

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_push: %s: %s\n", what, strerror(errno));
    exit(3);
}

static int connect_to(int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at)) die("connect");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void send_all(int fd, str s)
{
    while (s.len) {
        ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n <= 0) die("send");
        s = (str){ s.ptr + n, s.len - (size_t)n };
    }
}

/* The status of the reply; its body, which is short, is read past. */
static int read_reply(int fd)
{
    char text[REPLY_MAX + 1];
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(fd, text + len, REPLY_MAX - len, 0);
        if (n <= 0) die("read the reply");
        len += (size_t)n;
        text[len] = 0;
        const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");
        if (!end) continue;
        size_t body = length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0;
        if (len >= (size_t)(end + 4 - text) + body) return (int)strtol(text + 9, NULL, 10);
        if (len == REPLY_MAX) die("a long reply");
    }
}

static void post(struct sender *s, str body)
{
    char head[HEAD_MAX];
    int n = snprintf(head, sizeof head, "%sContent-Length: %zu\r\n\r\n", s->head, body.len), status = 0;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        send_all(s->socket, (str){ head, (size_t)n });
        send_all(s->socket, body);
        status = read_reply(s->socket);
        if (status / 100 == 2) return;
        if (status != 429 && status != 503) break;
        s->waits++; /* too fast for it: again, as Prometheus does */
        (void)usleep(10000);
    }
    if (s->refused++ == 0) (void)fprintf(stderr, "bench_push: status %d\n", status);
}

static void *sender_main(void *arg)
{
    struct sender *s = arg;
    for (int i = 1; i < s->count; i++) post(s, s->bodies[i]);
    return NULL;
}

static const char *make_head(int argc, char **argv)
{
    static char head[HEAD_MAX];
    int n = snprintf(
        head, sizeof head,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
        "X-Prometheus-Remote-Write-Version: 0.1.0\r\n",
        argv[2], argv[1]);
    for (int i = 6; i < argc && n < HEAD_MAX; i++) n += snprintf(head + n, sizeof head - (size_t)n, "%s\r\n", argv[i]);
    return head;
}

static int number(const char *text)
{
    int64_t v = 0;
    if (str_to_i64(str_of(text), &v).code || v < 1 || v > 1000000) exit(2);
    return (int)v;
}

int main(int argc, char **argv)
{
    if (argc < 6) return 2;
    int per_series = number(argv[3]), count = number(argv[4]), half = SERIES / CONNECTIONS;
    int64_t first_ms = strtoll(argv[5], NULL, 10);
    struct arena a = arena_init((size_t)1 << 31);
    struct sender senders[CONNECTIONS];
    for (int c = 0; c < CONNECTIONS; c++) {
        senders[c] = (struct sender){ .socket = connect_to(number(argv[1])),
                                      .count = count,
                                      .head = make_head(argc, argv),
                                      .bodies = ARENA_ARRAY(&a, str, (size_t)count) };
        for (int i = 0; i < count; i++)
            senders[c].bodies[i] =
                remote_body_make(&(struct remote_body){ .first = c * half,
                                                        .series = half,
                                                        .per_series = per_series,
                                                        .first_ms = first_ms + (int64_t)i * per_series * 15000 },
                                 &a);
        post(&senders[c], senders[c].bodies[0]);
    }
    (void)printf("ready\n");
    (void)fflush(stdout);
    if (getchar() == EOF) return 2; /* whoever measures notes the server's processor time first */
    double began = now_seconds();
    int refused = 0, waits = 0;
    for (int c = 0; c < CONNECTIONS; c++)
        if (pthread_create(&senders[c].thread, NULL, sender_main, &senders[c])) die("start a thread");
    for (int c = 0; c < CONNECTIONS; c++) {
        (void)pthread_join(senders[c].thread, NULL);
        (void)close(senders[c].socket);
        refused += senders[c].refused;
        waits += senders[c].waits;
    }
    (void)printf("{\"samples\": %lld, \"seconds\": %.6f, \"refused\": %d, \"waits\": %d}\n",
                 (long long)(count - 1) * SERIES * per_series, now_seconds() - began, refused, waits);
    arena_done(&a);
    return refused ? 1 : 0;
}
