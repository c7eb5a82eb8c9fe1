"""Servers for vectors_test.py where none can be installed: small ones that follow the published interfaces.

  qdrant     qdrant-client's own models check every request, and its local mode answers it
  pinecone   written after the reference of the REST API: https://docs.pinecone.io/reference/api
  weaviate   written after the reference of the REST API; understands the one GraphQL query that weir asks

They show that weir says what it means and reads what comes back. That a real server agrees they do not show.
usage: vectors_servers.py KIND PORT KEY"""
import http.server
import json
import math
import re
import sys
import urllib.parse


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def cosine(a, b):
    if len(a) != len(b):
        raise Refused(400, f"expected {len(b)} numbers, got {len(a)}")
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


class Qdrant:
    key = ("api-key", "{}")

    def __init__(self):
        from qdrant_client import QdrantClient, models
        self.client, self.models = QdrantClient(":memory:"), models

    def ask(self, method, path, query, body):
        name, _, rest = path.removeprefix("/collections/").partition("/")
        from pydantic import ValidationError
        try:
            result = getattr(self, {("GET", ""): "look", ("PUT", ""): "make", ("PUT", "index"): "index",
                                    ("PUT", "points"): "put", ("POST", "points/delete"): "drop",
                                    ("POST", "points/scroll"): "scroll",
                                    ("POST", "points/query"): "near"}[method, rest])(name, body)
        except ValidationError as e:
            raise Refused(400, str(e)) from e
        except ValueError as e:
            raise Refused(404 if "not found" in str(e) else 400, str(e)) from e
        return {"result": result, "status": "ok", "time": 0.001}

    def look(self, name, _):
        return json.loads(self.client.get_collection(name).model_dump_json())

    def make(self, name, body):
        asked = self.models.CreateCollection.model_validate(body)
        return self.client.create_collection(name, vectors_config=asked.vectors)

    def index(self, name, body):
        self.models.CreateFieldIndex.model_validate(body)
        return {"operation_id": 0, "status": "completed"}

    def put(self, name, body):
        size = self.client.get_collection(name).config.params.vectors.size
        points = self.models.PointsList.model_validate(body).points
        if any(len(p.vector) != size for p in points):
            raise Refused(400, "Wrong input: Vector dimension error")
        self.client.upsert(name, points)
        return {"operation_id": 1, "status": "completed"}

    def drop(self, name, body):
        self.client.delete(name, self.models.PointIdsList.model_validate(body))
        return {"operation_id": 2, "status": "completed"}

    def scroll(self, name, body):
        asked = self.models.ScrollRequest.model_validate(body)
        points, after = self.client.scroll(name, limit=asked.limit, offset=asked.offset, with_payload=False)
        return {"points": [{"id": p.id} for p in points], "next_page_offset": after}

    def near(self, name, body):
        asked = self.models.QueryRequest.model_validate(body)
        found = self.client.query_points(name, asked.query, query_filter=asked.filter, limit=asked.limit,
                                         with_payload=False)
        return {"points": [{"id": p.id, "version": 0, "score": p.score} for p in found.points]}


class Pinecone:
    key, dim = ("Api-Key", "{}"), 64

    def __init__(self):
        self.spaces = {}

    def ask(self, method, path, query, body):
        space = self.spaces.get((body or query).get("namespace", ""))
        if (method, path) == ("POST", "/describe_index_stats"):
            return {"namespaces": {n: {"vectorCount": len(v)} for n, v in self.spaces.items()}, "dimension": self.dim,
                    "metric": "cosine", "vectorType": "dense"}
        if (method, path) == ("POST", "/vectors/upsert"):
            return self.put(body)
        if (method, path) == ("POST", "/query"):
            return {"matches": self.near(space or {}, body), "namespace": body["namespace"], "usage": {"readUnits": 1}}
        if space is None:
            raise Refused(404, "Namespace not found")
        if (method, path) == ("POST", "/vectors/delete"):
            for i in body["ids"]:
                space.pop(i, None)
            return {}
        if (method, path) == ("GET", "/vectors/list"):
            ids, start = sorted(space), int(query.get("paginationToken", "0,").split(",")[0])
            end = start + int(query.get("limit", 100))
            page = {"vectors": [{"id": i} for i in ids[start:end]], "namespace": query["namespace"]}
            return page | ({"pagination": {"next": f"{end},&="}} if end < len(ids) else {})
        raise Refused(404, "no such path")

    def put(self, body):
        if len(body["vectors"]) > 1000:
            raise Refused(400, "over 1000 vectors")
        for v in body["vectors"]:
            if len(v["values"]) != self.dim:
                raise Refused(400, f"Vector dimension {len(v['values'])} does not match the dimension of the index")
            for value in v["metadata"].values():
                if not (isinstance(value, (str, int, float, bool)) or all(isinstance(s, str) for s in value)):
                    raise Refused(400, "Metadata value must be a string, number, boolean or list of strings")
            self.spaces.setdefault(body["namespace"], {})[v["id"]] = v
        return {"upsertedCount": len(body["vectors"])}

    def meets(self, facts, asked):
        if "$and" in asked:
            return all(self.meets(facts, one) for one in asked["$and"])
        (field, rule), = asked.items()
        (how, want), = rule.items()
        have = facts.get(field)
        if how == "$in":
            return any(x in want for x in (have if isinstance(have, list) else [have]))
        return {"$lte": have <= want, "$gt": have > want}[how]

    def near(self, space, body):
        fit = [v for v in space.values() if self.meets(v["metadata"], body["filter"])]
        hits = [{"id": v["id"], "score": cosine(body["vector"], v["values"])} for v in fit]
        return sorted(hits, key=lambda h: -h["score"])[:body["topK"]]


class Weaviate:
    key = ("Authorization", "Bearer {}")

    def __init__(self):
        self.classes, self.objects = {}, {}

    def ask(self, method, path, query, body):
        if method == "GET" and path.startswith("/v1/schema/"):
            found = self.classes.get(path.split("/")[-1])
            if not found:
                raise Refused(404, "")
            return found
        if (method, path) == ("POST", "/v1/schema"):
            if not re.fullmatch("[A-Z][_0-9A-Za-z]*", body["class"]):
                raise Refused(422, "not a valid class name")
            self.classes[body["class"]] = body
            return body
        if (method, path) == ("POST", "/v1/batch/objects"):
            return [self.put(o) for o in body["objects"]]
        if (method, path) == ("DELETE", "/v1/batch/objects"):
            where = body["match"]["where"]
            known = body["match"]["class"] in self.classes
            if where["path"] != ["id"] or where["operator"] != "ContainsAny" or not known:
                raise Refused(422, "invalid match")
            gone = [self.objects.pop(i) for i in where["valueTextArray"] if i in self.objects]
            return {"results": {"matches": len(gone), "successful": len(gone), "failed": 0, "limit": 10000}}
        if (method, path) == ("GET", "/v1/objects"):
            ids = sorted(i for i in self.objects if i > query.get("after", ""))[:int(query["limit"])]
            return {"objects": [{"class": query["class"], "id": i} for i in ids]}
        if (method, path) == ("POST", "/v1/graphql"):
            return self.near(body["query"])
        raise Refused(404, "")

    def put(self, o):
        sizes = {len(v["vector"]) for v in self.objects.values()}
        if sizes and len(o["vector"]) not in sizes:
            said = {"message": f"vector lengths don't match: {sizes} vs {len(o['vector'])}"}
            return {"id": o["id"], "result": {"status": "FAILED", "errors": {"error": [said]}}}
        self.objects[o["id"]] = o
        return {"id": o["id"], "class": o["class"], "result": {"status": "SUCCESS"}}

    def near(self, text):
        form = (r'\{Get\{([A-Z]\w*)\(limit:(\d+),nearVector:\{vector:(\[[^]]*\])\},where:\{operator:And,operands:\['
                r'(?:\{path:\["roles"\],operator:ContainsAny,valueText:(\["\*",.*\])\},)?'
                r'\{path:\["valid_from"\],operator:LessThanEqual,valueNumber:(-?\d+)\},'
                r'\{path:\["valid_to"\],operator:GreaterThan,valueNumber:(-?\d+)\}\]\}\)'
                r'\{_additional\{id distance\}\}\}\}')
        m = re.fullmatch(form, text)
        if not m or m[1] not in self.classes:
            return {"errors": [{"message": "Syntax Error GraphQL"}]}
        vector, roles = json.loads(m[3]), json.loads(m[4]) if m[4] else None
        hits = []
        for o in self.objects.values():
            p = o["properties"]
            may = not roles or set(roles) & set(p["roles"])
            if may and p["valid_from"] <= int(m[5]) and p["valid_to"] > int(m[6]):
                hits.append({"_additional": {"id": o["id"], "distance": 1 - cosine(vector, o["vector"])}})
        hits.sort(key=lambda h: h["_additional"]["distance"])
        return {"data": {"Get": {m[1]: hits[:int(m[2])]}}}


def serve(kind, port, key):
    store = {"qdrant": Qdrant, "pinecone": Pinecone, "weaviate": Weaviate}[kind]()
    stumbles = iter([503, 429])  # a server that is busy now and then

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, value):
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def any(self):
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            at = urllib.parse.urlsplit(self.path)
            name, form = store.key
            try:
                if self.headers.get(name) != form.format(key):
                    raise Refused(401, "no valid key")
                busy = next(stumbles, None)
                if busy:
                    raise Refused(busy, "busy")
                query = dict(urllib.parse.parse_qsl(at.query))
                self.answer(200, store.ask(self.command, at.path, query, json.loads(text) if text else None))
            except Refused as e:
                self.answer(e.status, {"status": {"error": str(e)}, "message": str(e), "error": [{"message": str(e)}]})

        do_GET = do_PUT = do_POST = do_DELETE = any

        def log_message(self, *_):
            pass

    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
