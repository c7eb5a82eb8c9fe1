"""Sentiment of tweets to airlines (split by hash of the text): macro F1. The data is for measuring only; no model of it
is shipped."""
import text_kit


def measure(bench):
    kit = text_kit.texts(bench)
    if not kit.rows("airline"):
        return
    peer = text_kit.peer(bench, "airline") or {}
    sparse = kit.eval("airline", False)
    bench.add("airline sentiment", "macro F1, words and characters", sparse["macro_f1"], "", peer="scikit-learn",
              peer_value=peer.get("macro_f1"))
    if kit.encoder:
        fused = kit.eval("airline", True)
        bench.add("airline sentiment", "macro F1", fused["macro_f1"], "", 0.80, less=False,
                  peer="SVM and MiniLM head, published", peer_value=0.776)
        bench.add("airline sentiment", "accuracy", fused["accuracy"], "", peer="SVM and MiniLM head, published",
                  peer_value=0.827)
