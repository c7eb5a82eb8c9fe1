"""Runs in a Python of its own: tokenizers, onnxruntime and OpenVINO on the same texts, one thread, seconds of processor
time. encoder_peers.py MODEL_FOLDER TEXTS_JSON; prints JSON: peer -> set -> texts per second and cosine to fp32.

TEXTS_JSON: {"timed": {set: texts}, "plain": {set: texts}}; of the plain ones only the vectors in 32 bits are made."""
import json
import os
import pathlib
import struct
import sys
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(sys.argv[1])
DIM, HEADS, LAYERS = 384, 12, 6


def weights():
    raw = (FOLDER / "model.safetensors").read_bytes()
    n = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, t in json.loads(raw[8:8 + n]).items():
        if name != "__metadata__" and t["dtype"] == "F32":
            a, b = t["data_offsets"]
            out[name] = np.frombuffer(raw[8 + n + a:8 + n + b], np.float32).reshape(t["shape"])
    return out


class Graph:
    """The model as an ONNX graph of plain operators; the optimisers of both peers fuse it."""

    def __init__(self):
        self.nodes, self.tensors, self.count = [], [], 0

    def constant(self, value, name=None):
        self.count += 1
        name = name or f"c{self.count}"
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind, *inputs, **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(kind, list(inputs), [f"t{self.count}"], **attributes))
        return f"t{self.count}"

    def linear(self, x, w, b):
        return self.op("Add", self.op("MatMul", x, self.constant(w.T)), self.constant(b))

    def norm(self, x, gain, shift):
        return self.op("LayerNormalization", x, self.constant(gain), self.constant(shift), axis=-1, epsilon=1e-12)


def export(w, path):
    g = Graph()
    ids_shape = g.op("Shape", "input_ids")
    length = g.op("Gather", ids_shape, g.constant(np.array([1])), axis=0)
    e = "embeddings."
    places = g.constant(w[e + "position_embeddings.weight"] + w[e + "token_type_embeddings.weight"][0])
    places = g.op("Slice", places, g.constant(np.array([0])), length, g.constant(np.array([0])))
    x = g.op("Add", g.op("Gather", g.constant(w[e + "word_embeddings.weight"]), "input_ids"), places)
    x = g.norm(x, w[e + "LayerNorm.weight"], w[e + "LayerNorm.bias"])
    mask = g.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    far = g.op("Mul", g.op("Sub", g.constant(np.float32(1)), mask), g.constant(np.float32(-1e4)))
    far = g.op("Unsqueeze", far, g.constant(np.array([1, 2])))
    split, joined = g.constant(np.array([0, 0, HEADS, DIM // HEADS])), g.constant(np.array([0, 0, DIM]))
    for i in range(LAYERS):
        p = f"encoder.layer.{i}."
        heads = [g.op("Reshape", g.linear(x, w[p + f"attention.self.{n}.weight"], w[p + f"attention.self.{n}.bias"]),
                      split)
                 for n in ("query", "key", "value")]
        q, v = (g.op("Transpose", heads[k], perm=[0, 2, 1, 3]) for k in (0, 2))
        k = g.op("Transpose", heads[1], perm=[0, 2, 3, 1])
        s = g.op("Add", g.op("Div", g.op("MatMul", q, k), g.constant(np.float32(np.sqrt(DIM // HEADS)))), far)
        c = g.op("MatMul", g.op("Softmax", s, axis=-1), v)
        c = g.op("Reshape", g.op("Transpose", c, perm=[0, 2, 1, 3]), joined)
        a = p + "attention.output."
        x = g.norm(g.op("Add", g.linear(c, w[a + "dense.weight"], w[a + "dense.bias"]), x), w[a + "LayerNorm.weight"],
                   w[a + "LayerNorm.bias"])
        h = g.linear(x, w[p + "intermediate.dense.weight"], w[p + "intermediate.dense.bias"])
        erf = g.op("Add", g.op("Erf", g.op("Div", h, g.constant(np.float32(np.sqrt(2))))), g.constant(np.float32(1)))
        h = g.op("Mul", g.op("Mul", h, erf), g.constant(np.float32(0.5)))
        o = p + "output."
        x = g.norm(g.op("Add", g.linear(h, w[o + "dense.weight"], w[o + "dense.bias"]), x), w[o + "LayerNorm.weight"],
                   w[o + "LayerNorm.bias"])
    g.nodes.append(helper.make_node("Identity", [x], ["last"]))
    ints = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in ("input_ids", "attention_mask")]
    graph = helper.make_graph(g.nodes, "minilm", ints,
                              [helper.make_tensor_value_info("last", TensorProto.FLOAT, ["b", "s", DIM])], g.tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


def tokenizer(most):
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    t.no_padding()
    t.enable_truncation(most)
    return t


def encode(run, tok, texts, batch):
    """Batches by length, padded to the longest, as sentence-transformers does it; mean of the pieces, length 1."""
    ids = [e.ids for e in tok.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    out = np.zeros((len(texts), DIM), np.float32)
    for at in range(0, len(order), batch):
        part = order[at:at + batch]
        x = np.zeros((len(part), max(len(ids[i]) for i in part)), np.int64)
        m = np.zeros_like(x)
        for r, i in enumerate(part):
            x[r, :len(ids[i])] = ids[i]
            m[r, :len(ids[i])] = 1
        h = run(x, m)
        v = (h * m[..., None]).sum(1) / m.sum(1, keepdims=True)
        out[part] = v / np.linalg.norm(v, axis=1, keepdims=True)
    return out


def runtimes(path):
    import onnxruntime as o
    import openvino as ov
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    def session(file):
        so = o.SessionOptions()
        so.intra_op_num_threads = so.inter_op_num_threads = 1
        s = o.InferenceSession(str(file), so, providers=["CPUExecutionProvider"])
        return lambda x, m: s.run(None, {"input_ids": x, "attention_mask": m})[0]

    def vino(precision):
        c = ov.Core().compile_model(str(path), "CPU",
                                    {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
                                                       "INFERENCE_PRECISION_HINT": precision})
        r = c.create_infer_request()
        return lambda x, m: r.infer({"input_ids": x, "attention_mask": m})[c.output(0)].copy()

    fused, small = path.with_name("fused.onnx"), path.with_name("int8.onnx")
    try:
        optimizer.optimize_model(str(path), model_type="bert", num_heads=HEADS,
                                 hidden_size=DIM).save_model_to_file(str(fused))
    except Exception:  # the fusions are an extra
        fused = path
    quantize_dynamic(str(fused), str(small), weight_type=QuantType.QInt8, per_channel=True)
    yield "onnxruntime fp32", lambda: session(path)
    yield "onnxruntime int8", lambda: session(small)
    yield "OpenVINO bf16", lambda: vino("bf16")
    yield "OpenVINO fp32", lambda: vino("f32")


def main():
    given, out = json.loads(pathlib.Path(sys.argv[2]).read_text()), {}
    path = FOLDER / "plain.onnx"
    if not path.exists():
        export(weights(), path)
    plain = {}
    for name, make in runtimes(path):
        run, told = make(), out.setdefault(name, {})
        for key, texts in given["plain"].items() if not plain else []:
            plain[key] = encode(run, tokenizer(256), texts, 32)
        for key, texts in given["timed"].items():
            tok = tokenizer(128 if key == "S128" else 256)
            for batch in (32, 1):
                part = texts if batch > 1 else texts[:100 if key == "B20" else 16]
                encode(run, tok, part[:max(batch, 8)], batch)
                best = 1e9
                for _ in range(2):
                    start = time.process_time()
                    v = encode(run, tok, part, batch)
                    best = min(best, time.process_time() - start)
                told[f"{key} {batch}"] = len(part) / best
                if batch > 1:
                    plain.setdefault(key, v)
                    cosine = (v * plain[key]).sum(1)
                    told[f"{key} cosine"] = [float(cosine.mean()), float(cosine.min())]
    np.savez(FOLDER / "fp32.npz", **plain)
    json.dump(out, sys.stdout)


os.environ["TOKENIZERS_PARALLELISM"] = "false"
main()
