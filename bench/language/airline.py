"""Sentiment of tweets to airlines (split by hash of the text): macro F1. The data is for measuring only; no model of it
is shipped."""
import text_kit


def measure(bench):
    fused = text_kit.compare(bench, "airline", "airline sentiment", "macro_f1", (None, 0.80), 0.776)
    if fused:
        bench.add("airline sentiment", "accuracy, with sentence vectors", fused["accuracy"], "",
                  peer="SVM and MiniLM head, published", peer_value=0.827)
