"""SciFact as in BEIR: nDCG@10 of words, and of words, vectors and titles together. Weights were learned on the training
questions."""
import sys

import retrieval


def measure(bench):
    folder = bench.dataset("ir/scifact")
    if not folder:
        return
    weir, qrels = str(bench.build / "weir"), folder / "qrels-test.tsv"
    words = retrieval.rank(weir, folder, qrels, "--words")
    low, high = retrieval.interval(words.ndcg)
    bench.add("SciFact", "nDCG@10, words", retrieval.mean(words.ndcg), "", 0.69, less=False, peer="bm25s, stemmer",
              peer_value=0.689)
    bench.note(f"SciFact, words: 95 % of samples of the questions are within {low:.3f} to {high:.3f}")
    options = retrieval.encoder(bench)
    if not options:
        return
    both = retrieval.rank(weir, folder, qrels, *options)
    low, high = retrieval.interval(both.ndcg)
    bench.add("SciFact", "nDCG@10, words and vectors", retrieval.mean(both.ndcg), "", 0.735, less=False,
              peer="min-max fusion of bm25s and MiniLM, weights seen on test", peer_value=0.726)
    bench.add("SciFact", "recall@100, words and vectors", retrieval.mean(both.recall), "", None, less=False,
              peer="the same", peer_value=0.958)
    bench.note(f"SciFact, hybrid: 95 % of samples of the questions are within {low:.3f} to {high:.3f}")


def check(weir):
    """As a test: the figure of words must not get worse. 77: no data."""
    folder = retrieval.data_folder() / "ir" / "scifact"
    if not folder.is_dir():
        print("skipped: no data")
        return 77
    words = retrieval.rank(weir, folder, folder / "qrels-test.tsv", "--words")
    print(f"nDCG@10 {retrieval.mean(words.ndcg):.4f}")
    return 0 if retrieval.mean(words.ndcg) >= 0.69 else 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]))
