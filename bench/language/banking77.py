"""77 intents of bank customers, the official split: accuracy with and without sentence vectors."""
import text_kit


def measure(bench):
    text_kit.compare(bench, "banking77", "banking77", "accuracy", (0.920, 0.943), 0.9403)
