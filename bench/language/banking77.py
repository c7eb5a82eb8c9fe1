"""77 intents of bank customers, the official split: accuracy with and without sentence vectors."""
import text_kit


def measure(bench):
    kit = text_kit.texts(bench)
    if not kit.rows("banking77"):
        return
    peer = text_kit.peer(bench, "banking77") or {}
    sparse = kit.eval("banking77", False)
    bench.add("banking77", "accuracy, words and characters", sparse["accuracy"], "", 0.920, less=False,
              peer="scikit-learn", peer_value=peer.get("accuracy"))
    bench.add("banking77", "macro F1, words and characters", sparse["macro_f1"], "", peer="scikit-learn",
              peer_value=peer.get("macro_f1"))
    if kit.encoder:
        fused = kit.eval("banking77", True)
        bench.add("banking77", "accuracy, with sentence vectors", fused["accuracy"], "", 0.943, less=False,
                  peer="SVM and MiniLM head, published", peer_value=0.9403)
