"""faiss, exact, one thread: ROWS x 384 as floats and as 8-bit numbers. Milliseconds of processor time, the best of
three."""
import json
import sys
import time

import faiss
import numpy as np

faiss.omp_set_num_threads(1)
rows = int(sys.argv[1])
rng = np.random.default_rng(3)
questions = rng.standard_normal((16, 384), dtype=np.float32)


def best(index, n):
    times = []
    for _ in range(3):
        at = time.process_time()
        index.search(questions[:n], 10)
        times.append(time.process_time() - at)
    return 1e3 * min(times) / n


out = {}
kinds = {"faiss flat": faiss.IndexFlatIP(384),
         "faiss 8-bit": faiss.IndexScalarQuantizer(384, faiss.ScalarQuantizer.QT_8bit_direct_signed,
                                                   faiss.METRIC_INNER_PRODUCT)}
for name, index in kinds.items():
    if not index.is_trained:
        index.train(np.zeros((1000, 384), dtype=np.float32))
    for at in range(0, rows, 50000):
        index.add(np.rint(rng.standard_normal((min(50000, rows - at), 384), dtype=np.float32) * 30))
    out[name] = {"one_ms": best(index, 1), "batch_ms": best(index, 16)}
    index.reset()
print(json.dumps(out))
