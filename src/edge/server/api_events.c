/* The journal as it commits. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

/* Where to go on: ?after, else Last-Event-ID, else from now. */
static int64_t resume_after(const struct request *req)
{
    int64_t seq, newest = store_stats(server_store(req->ctx)).last_seq;
    str last = req->header(req, "Last-Event-ID");
    if (http_query(req, "after").ptr) return http_query_i64(req, "after", newest);
    return last.len && !str_to_i64(last, &seq).code && seq >= 0 ? seq : newest;
}

static void websocket(struct request *req, struct response *res)
{
    res->stream_after = resume_after(req);
    events_websocket(server_of(req)->events, req, res);
}

static void stream(struct request *req, struct response *res)
{
    res->stream_after = resume_after(req);
    (void)events_sse(server_of(req)->events, req, res);
}

const struct route api_event_routes[] = {
    { "GET", "/api/v1/events", ROLE_VIEWER, "events", "WebSocket: journal entries as they commit, after a seq",
      "after:integer(0..)", NULL, NULL, 101, 0, websocket },
    { "GET", "/api/v1/events/stream", ROLE_VIEWER, "events", "The same as server-sent events; resumes by Last-Event-ID",
      "after:integer(0..)", NULL, NULL, 200, 0, stream },
    ROUTES_END,
};
