SELECT kind, digest, bytes, data, held_back, metrics, time FROM model_version WHERE name = $1 AND version = $2
