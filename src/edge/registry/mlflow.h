/* Models to and from the registry of an MLflow server (2.x and 3.x), over its REST API 2.0 and its artifact proxy
 * (`mlflow server` with --serve-artifacts, its default). Only to addresses an operator wrote.
 *
 * A version of weir becomes a run in the experiment "weir", with its metrics, and a version of the registered model,
 * with the file and what weir knows in tags weir.*. A file that is there already (weir.digest) is not copied twice. */
#ifndef WEIR_EDGE_REGISTRY_MLFLOW_H
#define WEIR_EDGE_REGISTRY_MLFLOW_H

#include "base/env.h"
#include "base/json.h"

struct mlflow {
    struct env *env;
    str url;                   /* "http://127.0.0.1:5000", also with a path */
    str user, password, token; /* secrets as they are; "" = none */
};

struct mlflow_field {
    str key, value;
};
enum { MLFLOW_FIELDS_MAX = 80, MLFLOW_FILE_MAX = 64 << 20 };
#define MLFLOW_FILE "weir.model"

struct mlflow_version {
    str name;               /* of the model, there */
    str version;            /* there: "3" */
    str alias;              /* to set there, "" = none */
    str digest;             /* SHA-256 of the file, hexadecimal; pulled: "" when nobody said it */
    str bytes;
    json *metrics;          /* pushed: object of numbers */
    struct mlflow_field tags[MLFLOW_FIELDS_MAX],
        scores[MLFLOW_FIELDS_MAX]; /* scores are pulled metrics, as numbers in text */
    size_t tag_count, score_count;
    bool known;             /* push: it was there already */
};

/* Put v there; gives v->version and v->known. Strings live in `a`. Errors: ERR_DENIED, ERR_NOT_FOUND (no such version),
 * ERR_IO with the server's own words, ERR_INPUT (it keeps artifacts elsewhere), ERR_CORRUPT (its answer is none).
 * Thread: any. */
MUST_USE err mlflow_push(const struct mlflow *m, struct mlflow_version *v, struct arena *a);
/* Fetch v->name at v->version, or behind v->alias when that is "": gives all the rest. A file that is not what its tag
 * weir.digest says is refused (ERR_CORRUPT). `file`: its name in the version's folder, "" = weir.model, or the only
 * one. */
MUST_USE err mlflow_pull(const struct mlflow *m, struct mlflow_version *v, str file, struct arena *a);

#endif
