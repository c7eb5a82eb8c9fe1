"""150 intents and texts of none: accuracy in scope, and what refusing costs and brings."""
import text_kit


def measure(bench):
    kit = text_kit.texts(bench)
    if not kit.rows("clinc150"):
        return
    peer = text_kit.peer(bench, "clinc150") or {}
    sparse = kit.eval("clinc150", False)
    bench.add("CLINC150", "accuracy in scope, words and characters", sparse["accuracy"], "", peer="scikit-learn",
              peer_value=peer.get("accuracy"))
    if not kit.encoder:
        return
    fused = kit.eval("clinc150", True)
    refusal, said = fused["refusal"], "probability and 1-NN cosine, published"
    bench.add("CLINC150", "accuracy in scope", fused["accuracy"], "", 0.968, less=False,
              peer="SVM and MiniLM head, published", peer_value=0.9598)
    bench.add("CLINC150", "accuracy in scope, with refusal", refusal["right"], "", 0.955, less=False, peer=said,
              peer_value=0.951)
    bench.add("CLINC150", "texts of none: recall", refusal["recall"], "", 0.65, less=False, peer=said, peer_value=0.506)
    bench.add("CLINC150", "texts of none: precision", refusal["precision"], "", peer=said, peer_value=0.951)
    bench.add("CLINC150", "texts of none: AUROC", refusal["auroc"], "", 0.983, less=False, peer=said, peer_value=0.975)
