"""From an alert's words to its runbook: nDCG@10 and MRR, with the same configuration as everywhere. The set is small: a
difference under two points is noise."""
import sys

import retrieval

TASK = retrieval.Task("alert to runbook", "runbooks", "qrels.tsv", least=0.93, least_both=0.95)


def measure(bench):
    words, both = TASK.rankings(bench)
    if words:
        bench.add(TASK.name, "nDCG@10, words", retrieval.mean(words.ndcg), "", None, less=False,
                  peer="bm25s, stemmer, split names", peer_value=0.940)
    if both:
        bench.add(TASK.name, "nDCG@10, words and vectors", retrieval.mean(both.ndcg), "", 0.965, less=False,
                  peer="score fusion, weight seen on test", peer_value=0.956)
        bench.add(TASK.name, "MRR@10, words and vectors", retrieval.mean(both.rr), "", 0.955, less=False,
                  peer="the same", peer_value=0.942)


if __name__ == "__main__":
    sys.exit(TASK.check(*sys.argv[1:]))
