"""150 intents and texts of none: accuracy in scope, and what refusing costs and brings."""
import text_kit


def measure(bench):
    fused = text_kit.compare(bench, "clinc150", "CLINC150 in scope", "accuracy", (None, 0.968), 0.9598)
    if not fused:
        return
    refusal, said = fused["refusal"], "probability and 1-NN cosine, published"
    bench.add("CLINC150", "accuracy in scope, with refusal", refusal["right"], "", 0.955, less=False, peer=said,
              peer_value=0.951)
    bench.add("CLINC150", "texts of none: recall", refusal["recall"], "", 0.65, less=False, peer=said, peer_value=0.506)
    bench.add("CLINC150", "texts of none: precision", refusal["precision"], "", peer=said, peer_value=0.951)
    bench.add("CLINC150", "texts of none: AUROC", refusal["auroc"], "", 0.983, less=False, peer=said, peer_value=0.975)
