"""From an alert's words to its runbook: nDCG@10 and MRR, with the same configuration as everywhere. The set is small: a
difference under two points is noise."""
import sys

import retrieval


def measure(bench):
    folder = bench.dataset("runbooks")
    if not folder:
        return
    weir, qrels = str(bench.build / "weir"), folder / "qrels.tsv"
    words = retrieval.rank(weir, folder, qrels, "--words")
    bench.add("alert to runbook", "nDCG@10, words", retrieval.mean(words.ndcg), "", None, less=False,
              peer="bm25s, stemmer, split names", peer_value=0.940)
    options = retrieval.encoder(bench)
    if not options:
        return
    both = retrieval.rank(weir, folder, qrels, *options)
    low, high = retrieval.interval(both.ndcg)
    bench.add("alert to runbook", "nDCG@10, words and vectors", retrieval.mean(both.ndcg), "", 0.965, less=False,
              peer="score fusion, weight seen on test", peer_value=0.956)
    bench.add("alert to runbook", "MRR@10, words and vectors", retrieval.mean(both.rr), "", 0.955, less=False,
              peer="the same", peer_value=0.942)
    bench.note(f"alert to runbook, hybrid: 95 % of samples of the questions are within {low:.3f} to {high:.3f}")


def check(weir):
    """As a test: the figure of words must not get worse. 77: no data."""
    folder = retrieval.data_folder() / "runbooks"
    if not folder.is_dir():
        print("skipped: no data")
        return 77
    words = retrieval.rank(weir, folder, folder / "qrels.tsv", "--words")
    print(f"nDCG@10 {retrieval.mean(words.ndcg):.4f}")
    return 0 if retrieval.mean(words.ndcg) >= 0.93 else 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]))
