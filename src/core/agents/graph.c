#include "core/agents/graph.h"

static const struct agent {
    const char *name;
    agent_fn *run;
} agents[] = {
    { "monitor", agent_monitor },   { "analyzer", agent_analyzer },   { "optimizer", agent_optimizer },
    { "gate", agent_gate },         { "probe", agent_probe },         { "apply", agent_apply },
    { "verify", agent_verify },     { "undo", agent_undo },           { "ask", agent_ask },
    { "next", agent_next },         { "wait_effect", agent_wait_effect }, { "wait_answer", agent_wait_answer },
    { "communicator", agent_communicator },
};

/* monitor - analyzer - optimizer - gate -+- execute --> probe .. apply .. verify -+- well ------> communicator
 *                ^                       +- escalate -> probe .. ask .. answer --'|
 *                |                       +- deny, monitor --------------------.   +- worse -> undo .. next remedy
 *                '-- (next remedy) <-----------------------------------------'                                     */
const char graph_default[] =
    "{\"name\":\"default\",\"version\":1,\"start\":\"monitor\",\"limits\":{\"steps\":200,\"usd\":10},\n"
    " \"nodes\":[{\"id\":\"monitor\"},{\"id\":\"analyzer\"},{\"id\":\"optimizer\"},{\"id\":\"gate\"},\n"
    "  {\"id\":\"probe\"},{\"id\":\"probed\",\"agent\":\"wait_effect\",\"wait_s\":300},\n"
    "  {\"id\":\"apply\"},{\"id\":\"applied\",\"agent\":\"wait_effect\",\"wait_s\":86400},\n"
    "  {\"id\":\"verify\"},{\"id\":\"verified\",\"agent\":\"wait_effect\",\"wait_s\":3600},\n"
    "  {\"id\":\"undo\"},{\"id\":\"undone\",\"agent\":\"wait_effect\",\"wait_s\":86400},\n"
    "  {\"id\":\"look\",\"agent\":\"probe\"},{\"id\":\"looked\",\"agent\":\"wait_effect\",\"wait_s\":300},\n"
    "  {\"id\":\"ask\"},{\"id\":\"answered\",\"agent\":\"wait_answer\",\"wait_s\":604800},\n"
    "  {\"id\":\"next\"},{\"id\":\"communicator\"}],\n"
    " \"edges\":[{\"from\":\"monitor\",\"to\":\"analyzer\"},\n"
    "  "
    "{\"from\":\"analyzer\",\"to\":\"optimizer\",\"result\":\"cause\"},{\"from\":\"analyzer\",\"to\":\"communicator\"},"
    "\n"
    "  "
    "{\"from\":\"optimizer\",\"to\":\"gate\",\"result\":\"proposal\"},{\"from\":\"optimizer\",\"to\":\"communicator\"},"
    "\n"
    "  "
    "{\"from\":\"gate\",\"to\":\"probe\",\"result\":\"execute\"},{\"from\":\"gate\",\"to\":\"look\",\"result\":"
    "\"escalate\"},\n"
    "  {\"from\":\"gate\",\"to\":\"next\",\"result\":\"deny\"},{\"from\":\"gate\",\"to\":\"communicator\"},\n"
    "  {\"from\":\"probe\",\"to\":\"probed\"},{\"from\":\"probed\",\"to\":\"apply\",\"result\":\"ok\"},\n"
    "  {\"from\":\"probed\",\"to\":\"ask\",\"result\":\"changed\"},\n"
    "  {\"from\":\"probed\",\"to\":\"communicator\",\"result\":\"unknown\"},{\"from\":\"probed\",\"to\":\"next\"},\n"
    "  {\"from\":\"apply\",\"to\":\"applied\"},{\"from\":\"applied\",\"to\":\"verify\",\"result\":\"ok\"},\n"
    "  {\"from\":\"applied\",\"to\":\"communicator\",\"result\":\"unknown\"},{\"from\":\"applied\",\"to\":\"undo\"},\n"
    "  {\"from\":\"verify\",\"to\":\"verified\"},{\"from\":\"verified\",\"to\":\"communicator\",\"result\":\"ok\"},\n"
    "  "
    "{\"from\":\"verified\",\"to\":\"communicator\",\"result\":\"unknown\"},{\"from\":\"verified\",\"to\":\"undo\"},\n"
    "  {\"from\":\"undo\",\"to\":\"undone\",\"result\":\"undo\"},{\"from\":\"undo\",\"to\":\"next\"},\n"
    "  {\"from\":\"undone\",\"to\":\"next\",\"result\":\"ok\"},{\"from\":\"undone\",\"to\":\"communicator\"},\n"
    "  {\"from\":\"look\",\"to\":\"looked\"},{\"from\":\"looked\",\"to\":\"ask\",\"result\":\"ok\"},\n"
    "  {\"from\":\"looked\",\"to\":\"communicator\",\"result\":\"unknown\"},{\"from\":\"looked\",\"to\":\"next\"},\n"
    "  {\"from\":\"ask\",\"to\":\"answered\"},{\"from\":\"answered\",\"to\":\"gate\",\"result\":\"approve\"},\n"
    "  {\"from\":\"answered\",\"to\":\"next\",\"result\":\"reject\"},{\"from\":\"answered\",\"to\":\"communicator\"},\n"
    "  {\"from\":\"next\",\"to\":\"gate\",\"result\":\"proposal\"},{\"from\":\"next\",\"to\":\"communicator\"}]}\n";

static agent_fn *agent_of(str name)
{
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
        if (str_eq(name, str_of(agents[i].name))) return agents[i].run;
    return NULL;
}

const struct graph_node *graph_node(const struct graph *g, str id)
{
    for (size_t i = 0; i < g->node_count; i++)
        if (str_eq(g->nodes[i].id, id)) return &g->nodes[i];
    return NULL;
}

const struct graph_node *graph_next(const struct graph *g, const struct graph_node *from, const char *result,
                                    int severity)
{
    for (size_t i = 0; i < g->edge_count; i++) {
        const struct graph_edge *e = &g->edges[i];
        if (&g->nodes[e->from] != from) continue;
        if (e->result.len && !str_eq(e->result, str_of(result))) continue;
        if (e->severities && !(e->severities & 1u << severity)) continue;
        return &g->nodes[e->to];
    }
    return NULL;
}

static err load_nodes(struct graph *g, json *nodes)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(nodes, i, n, v) {
        if (g->node_count == GRAPH_NODES_MAX) return err_make(ERR_LIMIT, "graph: over %d nodes", GRAPH_NODES_MAX);
        str id = json_get_str(v, "id"), agent = json_str(json_get(v, "agent"), id);
        agent_fn *run = agent_of(agent);
        if (!id.len) return err_make(ERR_INPUT, "graph: node %zu has no id", i);
        if (!run)
            return err_make(ERR_INPUT, "graph: node '" STR_FMT "': no agent '" STR_FMT "'", STR_ARG(id),
                            STR_ARG(agent));
        if (graph_node(g, id)) return err_make(ERR_INPUT, "graph: node '" STR_FMT "' stands twice", STR_ARG(id));
        int64_t wait = json_get_i64(v, "wait_s", 3600);
        if (wait < 1 || wait > 366 * 86400)
            return err_make(ERR_INPUT, "graph: node '" STR_FMT "': wait_s is out of range", STR_ARG(id));
        g->nodes[g->node_count++] =
            (struct graph_node){ .id = id, .agent_name = agent, .agent = run, .wait_max = wait * USEC_SECOND };
    }
    return OK;
}

static err load_edge(struct graph *g, json *v, size_t at)
{
    if (g->edge_count == GRAPH_EDGES_MAX) return err_make(ERR_LIMIT, "graph: over %d edges", GRAPH_EDGES_MAX);
    const struct graph_node *from = graph_node(g, json_get_str(v, "from")), *to = graph_node(g, json_get_str(v, "to"));
    if (!from || !to) return err_make(ERR_INPUT, "graph: edge %zu names a node that is not there", at);
    struct graph_edge e = { .from = (size_t)(from - g->nodes),
                            .to = (size_t)(to - g->nodes),
                            .result = json_get_str(v, "result") };
    size_t i, n;
    json *word;
    yyjson_arr_foreach(json_get(v, "severity"), i, n, word) {
        int severity = severity_of(json_str(word, STR_NONE), 0);
        if (!severity) return err_make(ERR_INPUT, "graph: edge %zu: no such severity", at);
        e.severities |= 1u << severity;
    }
    g->edges[g->edge_count++] = e;
    return OK;
}

/* Nodes that `seen` reaches, going with the edges or against them. */
static void spread(const struct graph *g, bool *seen, bool backwards)
{
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < g->edge_count; i++) {
            size_t from = backwards ? g->edges[i].to : g->edges[i].from,
                   to = backwards ? g->edges[i].from : g->edges[i].to;
            if (!seen[from] || seen[to]) continue;
            seen[to] = grew = true;
        }
    }
}

static err check_ways(const struct graph *g)
{
    const struct graph_node *start = graph_node(g, g->start);
    if (!start) return err_make(ERR_INPUT, "graph: the start node '" STR_FMT "' is not there", STR_ARG(g->start));
    bool reached[GRAPH_NODES_MAX] = { false }, ends[GRAPH_NODES_MAX] = { false };
    reached[start - g->nodes] = true;
    for (size_t i = 0; i < g->node_count; i++) {
        ends[i] = true;
        for (size_t j = 0; j < g->edge_count; j++)
            if (g->edges[j].from == i) ends[i] = false;
    }
    spread(g, reached, false);
    spread(g, ends, true);
    for (size_t i = 0; i < g->node_count; i++) {
        if (!reached[i])
            return err_make(ERR_INPUT, "graph: node '" STR_FMT "' cannot be reached", STR_ARG(g->nodes[i].id));
        if (!ends[i])
            return err_make(ERR_INPUT, "graph: from node '" STR_FMT "' there is no way to an end",
                            STR_ARG(g->nodes[i].id));
    }
    return OK;
}

err graph_load(str json_text_, struct graph **out)
{
    struct graph *g = mem_new(sizeof *g);
    g->arena = arena_init(1 << 20);
    json *root = NULL, *v;
    size_t i, n;
    err e = json_parse(str_dup(&g->arena, json_text_), &g->arena, &root);
    if (e.code) goto fail;
    g->name = json_get_str(root, "name");
    g->start = json_get_str(root, "start");
    g->steps_max = json_get_i64(json_get(root, "limits"), "steps", 200);
    g->usd_max = json_get_f64(json_get(root, "limits"), "usd", 10);
    e = load_nodes(g, json_get(root, "nodes"));
    if (e.code) goto fail;
    yyjson_arr_foreach(json_get(root, "edges"), i, n, v) {
        e = load_edge(g, v, i);
        if (e.code) goto fail;
    }
    e = check_ways(g);
    if (e.code) goto fail;
    *out = g;
    return OK;
fail:
    graph_free(g);
    return e;
}

void graph_free(struct graph *g)
{
    if (!g) return;
    arena_done(&g->arena);
    mem_free(g);
}
