"""SciFact as in BEIR: nDCG@10 of words, and of words, vectors and titles together. Weights were learned on the training
questions."""
import sys

import retrieval

TASK = retrieval.Task("SciFact", "ir/scifact", "qrels-test.tsv", least=0.69)


def measure(bench):
    words, both = TASK.rankings(bench)
    if words:
        bench.add(TASK.name, "nDCG@10, words", retrieval.mean(words.ndcg), "", 0.69, less=False, peer="bm25s, stemmer",
                  peer_value=0.689)
    if both:
        bench.add(TASK.name, "nDCG@10, words and vectors", retrieval.mean(both.ndcg), "", 0.735, less=False,
                  peer="min-max fusion of bm25s and MiniLM, weights seen on test", peer_value=0.726)
        bench.add(TASK.name, "recall@100, words and vectors", retrieval.mean(both.recall), "", None, less=False,
                  peer="the same", peer_value=0.958)


if __name__ == "__main__":
    sys.exit(TASK.check(*sys.argv[1:]))
