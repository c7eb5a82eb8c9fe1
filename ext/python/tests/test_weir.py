"""The Python package as a user has it: the installed wheel, NumPy arrays in and out."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np

import weir

MINUTES_5 = 300_000_000
ENCODERS = sorted((pathlib.Path(__file__).resolve().parents[3] / ".deps/model").glob("*.weirmodel"))


def quiet(n=3000, seed=1):
    rng = np.random.default_rng(seed)
    return np.arange(n, dtype=np.int64) * MINUTES_5 + 1_700_000_000_000_000, 100 + rng.random(n)


class DetectorTest(unittest.TestCase):
    def test_a_step_raises_an_alarm_that_explains_itself(self):
        times, values = quiet()
        values[-20:] += 40
        alarms = weir.Detector().feed(times, values)
        self.assertEqual(alarms[0].start, times[-20])
        self.assertTrue(alarms[0].above and not alarms[0].over and alarms[0].score > 5)
        self.assertIn("MB", alarms[0].sentence("MB"))

    def test_in_pieces_saved_and_loaded_it_says_the_same(self):
        times, values = quiet()
        values[-20:] += 40
        whole = weir.Detector().feed(times, values)
        first = weir.Detector()
        pieces = first.feed(times[:1500], values[:1500])
        pieces += weir.Detector.load(first.save()).feed(times[1500:], values[1500:])
        self.assertEqual(whole, pieces)

    def test_scores_are_put_where_the_caller_wants_them(self):
        times, values = quiet()
        values[-20:] += 40
        scores = np.empty(len(values))
        weir.Detector().feed(times, values, scores)
        self.assertTrue(0 <= scores.min() and scores.max() <= 1 and scores.argmax() >= len(values) - 20)

    def test_times_may_be_datetimes(self):
        times, values = quiet()
        values[-20:] += 40
        self.assertEqual(weir.Detector().feed(times.astype("datetime64[us]"), values),
                         weir.Detector().feed(times, values))

    def test_limits(self):
        times, values = quiet(50)
        values[30] = 500
        alarms = weir.Detector(above=400).feed(times, values)
        self.assertEqual([(a.part, a.over) for a in alarms], [("threshold", False), ("threshold", True)])

    def test_wrong_arguments_are_named(self):
        for call in (lambda: weir.Detector(sensitivity=99), lambda: weir.Detector.load(b"nonsense"),
                     lambda: weir.Detector().feed([1, 2], [1.0]), lambda: weir.Detector().feed([1], [[1.0]]),
                     lambda: weir.Adwin(2)):
            with self.assertRaises(weir.WeirError) as raised:
                call()
            self.assertTrue(str(raised.exception))

    def test_hostile_values_do_no_harm(self):
        times, values = quiet(400)
        values[::7], values[1::7], values[2::7], values[3::7] = np.nan, np.inf, 1e308, 5e-324
        weir.Detector().feed(times[::-1], values)
        weir.Detector(counter=True).feed(times, values)
        self.assertEqual(weir.Detector().feed([], []), [])


class AdwinTest(unittest.TestCase):
    def test_a_moved_mean_is_seen_once(self):
        rng = np.random.default_rng(1)
        window = weir.Adwin()
        seen = window.feed(np.concatenate([rng.random(2000) * 0.2, rng.random(2000) * 0.2 + 0.5]))
        self.assertTrue(seen and all(2000 < at < 2200 for at in seen))
        self.assertAlmostEqual(window.mean, 0.6, delta=0.02)


class SeriesTest(unittest.TestCase):
    def test_a_level_that_changed_for_good(self):
        rng = np.random.default_rng(1)
        found = weir.changes(np.concatenate([rng.normal(0, 1, 300), rng.normal(8, 1, 300)]))
        self.assertEqual([(c.at, c.kind) for c in found], [(300, "level")])

    def test_a_beat_unlike_the_others(self):
        values = np.sin(np.arange(3000) / 50 * 2 * np.pi) + np.random.default_rng(1).normal(0, 0.05, 3000)
        values[2000:2050] = values[2000:2050] ** 3
        scores = np.empty(len(values))
        found = weir.discords(values, 1, scores=scores)
        self.assertTrue(1950 <= found[0].at <= 2100)
        self.assertTrue(1900 <= scores.argmax() <= 2150)

    def test_short_and_empty_ones(self):
        self.assertEqual(weir.changes([]), [])
        self.assertEqual(weir.discords(np.zeros(20)), [])


class StreamTest(unittest.TestCase):
    def test_a_shift_is_seen_whatever_the_unit(self):
        rng = np.random.default_rng(1)
        values = rng.lognormal(size=4000) * 1e6
        values[2000:] *= 3
        alarms = weir.Stream().feed(values)
        self.assertTrue(alarms and all(a.state == "changed" for a in alarms) and 2000 < alarms[0].at < 2200
                        and alarms[0].rank > 0.6)

    def test_in_pieces_saved_and_loaded_it_says_the_same(self):
        rng = np.random.default_rng(1)
        wrong = rng.random(4000) < np.where(np.arange(4000) < 2000, 0.1, 0.6)
        for kind in ("ranks", "page_hinkley", "ddm", "eddm"):
            whole, first = weir.Stream(kind).feed(wrong), weir.Stream(kind)
            pieces = first.feed(wrong[:1000])
            again = weir.Stream.load(first.save())
            self.assertEqual(repr([(a.at - 1000 * (i >= len(pieces)), a.state) for i, a in enumerate(whole)]),
                             repr([(a.at, a.state) for a in pieces + again.feed(wrong[1000:])]))
            self.assertTrue(any(a.state == "changed" for a in whole) or kind == "page_hinkley")

    def test_wrong_arguments_are_named(self):
        for call in (lambda: weir.Stream("x"), lambda: weir.Stream(delta=2), lambda: weir.Stream(size=2),
                     lambda: weir.Stream("page_hinkley", threshold=0), lambda: weir.Stream.load(b"nonsense")):
            with self.assertRaises(weir.WeirError) as raised:
                call()
            self.assertTrue(str(raised.exception))


class EstimatorTest(unittest.TestCase):
    def test_an_estimate_is_near_what_the_labels_say(self):
        rng = np.random.default_rng(1)

        def answers(n):
            proba = rng.random(n)
            return proba, proba >= 0.5, rng.random(n) < 0.5 + 0.5 * (proba - 0.5)
        estimator = weir.Estimator(*answers(6000))
        self.assertTrue(estimator.calibrated)
        for name, e in estimator.estimate(*answers(6000)).items():
            self.assertAlmostEqual(e.value, e.realized, delta=0.03, msg=name)
        self.assertTrue(np.isnan(estimator.estimate(*answers(100)[:2])["f1"].realized))

    def test_wrong_arguments_are_named(self):
        for args in (([0.5] * 100, [1] * 99, [1] * 100), ([0.5] * 100, [1] * 100, [2] * 100),
                     ([0.5] * 5, [1] * 5, [1] * 5)):
            with self.assertRaises(weir.WeirError):
                weir.Estimator(*args)


class VectorTest(unittest.TestCase):
    def test_embeddings_that_moved(self):
        rng = np.random.default_rng(1)
        a, b = rng.normal(size=(500, 16)), rng.normal(size=(500, 16))
        self.assertTrue(weir.mmd(a, b).p > 0.001 and weir.told_apart(a, b).p > 0.001)
        b[:, 3] += 1
        found = weir.told_apart(a, b)
        self.assertTrue(weir.mmd(a, b).p < 1e-6 and found.auc > 0.7 and found.terms[0][0] == 3)
        with self.assertRaises(weir.WeirError):
            weir.mmd(a, b[:, :3])

    def test_texts_that_moved(self):
        a = [f"order {i % 7} paid by card" for i in range(100)]
        b = [f"order {i % 7} paid by {'crypto' if i % 2 else 'card'}" for i in range(100)]
        found = weir.told_apart(a, b)
        self.assertTrue(found.p < 1e-3 and "crypto" in [word for word, _ in found.terms])


class GraphTest(unittest.TestCase):
    def test_what_breaks(self):
        g = weir.Graph()
        g.sql("load", "create table mart.sums as select customer, sum(total) s from raw.orders group by customer")
        g.job("report", reads=["mart.sums"])
        self.assertEqual([(v.node.name, v.depth) for v in g.up("report") if v.node.kind != "column"],
                         [("report", 0), ("mart.sums", 1), ("load", 2), ("raw.orders", 3)])
        self.assertEqual([(v.node.name, v.depth) for v in g.down("orders", depth=1)], [("raw.orders", 0), ("load", 1)])
        self.assertIn(("mart.sums.s", "changes"), [(v.node.name, v.what) for v in g.impact("orders.total")])
        for wrong in ("nothing", "orders.nothing"):
            with self.assertRaises(weir.WeirError):
                g.impact(wrong)

    def test_it_grows(self):
        g = weir.Graph()
        for i in range(5000):
            g.flow((f"d{i}", "a"), (f"d{i + 1}", "a"), job=f"j{i}")
        self.assertEqual(len(g), 3 * 5000 + 2)
        self.assertEqual(len(g.down("d0.a", most=100000, depth=100000)), 5001)
        self.assertTrue(g.down("d0.a", most=10).cut)


class DriftTest(unittest.TestCase):
    def test_numbers(self):
        rng = np.random.default_rng(1)
        a, b = rng.normal(size=3000), rng.normal(size=3000)
        self.assertFalse(weir.drift(a, b).drift)
        found = weir.drift(a, b + 0.5)
        self.assertTrue(found.drift and found.parts[found.loudest].big and "mean" in found.sentence)
        self.assertAlmostEqual(found.wasserstein, 0.5, delta=0.1)

    def test_the_arrays_are_left_as_they_were(self):
        a = np.array([3.0, 1.0, 2.0] * 100)
        kept = a.copy()
        weir.drift(a, a)
        np.testing.assert_array_equal(a, kept)

    def test_categories_and_missing_values(self):
        a = (["paid"] * 2 + ["open"] + [None]) * 500
        b = (["paid"] * 2 + ["void"] + [None]) * 500
        found = weir.drift(a, b)
        self.assertTrue(found.drift and found.new_values == 1 and found.vanished_values == 1)
        self.assertEqual(found.missing, (500, 500))
        self.assertFalse(weir.drift(a, a).drift)

    def test_a_table_is_corrected_across_its_columns(self):
        rng = np.random.default_rng(2)
        ref = {f"c{i}": rng.normal(size=1000) for i in range(20)}
        cur = {f"c{i}": rng.normal(size=1000) + (i == 7) for i in range(20)}
        self.assertEqual([name for name, d in weir.drift_table(ref, cur).items() if d.drift], ["c7"])

    def test_sketches(self):
        rng = np.random.default_rng(3)
        a, b = rng.normal(size=50_000), rng.normal(size=50_000) + 0.3
        whole = weir.drift(a, b)
        sketched = weir.Sketch(a).drift(weir.Sketch(b[:20_000]).merge(weir.Sketch(b[20_000:])))
        self.assertAlmostEqual(whole.ks, sketched.ks, delta=0.002)
        self.assertTrue(sketched.drift)

    def test_counted_words(self):
        a, b = (["paid"] * 2 + ["open", None]) * 500, (["paid"] * 2 + ["void", None]) * 500
        whole = weir.drift(a, b)
        counted = weir.Words(a).drift(weir.Words(b[:700]).merge(weir.Words(b[700:])))
        self.assertEqual((whole.sentence, whole.chi2, whole.missing), (counted.sentence, counted.chi2, counted.missing))


class LogTest(unittest.TestCase):
    def test_templates(self):
        log = weir.Log(64)
        ids = [log.add(f"loaded {n} rows from 10.0.0.{n}")[0] for n in range(5)] + [log.add("all done")[0]]
        self.assertEqual(len({log.root(id) for id in ids}), 2)
        first = log.templates()[0]
        self.assertEqual(first.count, 5)
        self.assertIn("<*> rows", first.text)

    def test_diff(self):
        d = weir.log_diff("step 1 took 12 ms\ndone\n", "step 1 took 14 ms\nerror: no column 'amount'\n")
        self.assertEqual([(line.number, line.text) for line in d.lines], [(2, "error: no column 'amount'")])

    def test_any_bytes(self):
        noise = bytes(np.random.default_rng(4).integers(0, 256, 20_000, dtype=np.uint8))
        weir.log_diff(noise, noise[::-1])
        log = weir.Log(16)
        for line in noise.split(b"\n"):
            log.add(line)


class LineageTest(unittest.TestCase):
    def test_columns(self):
        found = weir.sql_lineage("create table daily as select o.day, sum(o.amount) as total from orders o group by o.day")
        s = found.statements[0]
        self.assertEqual((s.reads, s.writes), (["orders"], ["daily"]))
        self.assertIn(weir.Flow("orders", "amount", "daily", "total", "aggregation"), s.flows)

    def test_wrong_dialect(self):
        with self.assertRaises(weir.WeirError):
            weir.sql_lineage("select 1", "klingon")


class EncoderTest(unittest.TestCase):
    def test_no_model(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"no model" * 100)
            f.flush()
            with self.assertRaisesRegex(weir.WeirError, "weir model fetch"):
                weir.Encoder(f.name)

    def test_near_meanings(self):
        if not ENCODERS:
            return  # the C tests make it from the published weights where those are
        e = weir.Encoder(ENCODERS[-1])
        v = e.encode(["the disk is full", "no space left on device", b"I would like a refund"] * 40)
        self.assertEqual(v.shape, (120, 384))
        self.assertTrue(np.allclose((v * v).sum(1), 1, atol=1e-5) and (v[:3] == v[117:]).all())
        self.assertGreater(v[0] @ v[1], v[0] @ v[2] + 0.2)
        self.assertEqual(e.tokenize("hello world"), [101, 7592, 2088, 102])
        both = e.encode(["the disk is full"], 1 << 4 | 1 << 6)
        self.assertEqual(both.shape, (1, 768))
        self.assertTrue(np.allclose(both[0, 384:] * np.sqrt(2), v[0], atol=1e-6))
        for wrong in (0, 1 << 7, -1, 1 << 40):
            with self.assertRaisesRegex(weir.WeirError, "layers"):
                e.encode(["x"], wrong)


@unittest.skipUnless(os.environ.get("WEIR_PROGRAM"), "WEIR_PROGRAM names no weir, which trains the models")
class ClassifierTest(unittest.TestCase):
    TEXTS = ["what now, my card was stolen", "the refund from the shop is missing", "is the weather fine",
             "\u00e4\u00f6 card", ""]

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        rng = np.random.default_rng(6)
        about = {"card": ["lost", "stolen", "blocked"], "refund": ["shop", "missing", "returned"],
                 "transfer": ["pending", "abroad", "amount"]}
        around = ["please help", "what now", "hello", "today", "it is urgent"]
        rows = [f"{rng.choice(around)} {label} {rng.choice(words)} {rng.choice(around)} {rng.integers(99)},{label}"
                for _ in range(60) for label, words in about.items()]
        rows += [f"the weather in town {i} is {rng.choice(['fine', 'bad', 'grey'])},none" for i in range(20)]
        cls.rows = pathlib.Path(cls.folder.name, "rows.csv")
        cls.rows.write_text("\n".join(["text,label", *rows]) + "\n")
        cls.words = cls.train("words.model", "--no-encoder")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def weir(cls, *args):
        return subprocess.run([os.environ["WEIR_PROGRAM"], *map(str, args)], check=True, capture_output=True).stdout

    @classmethod
    def train(cls, name, *args):
        model = pathlib.Path(cls.folder.name, name)
        cls.weir("text", "train", cls.rows, "--outside", "none", "--refuse", "0.02", "-o", model, *args)
        return model

    def check_as_the_program_says(self, model, classifier, *args):
        texts = [t for t in self.TEXTS if t]
        said = [json.loads(line) for line in
                self.weir("classify", "--model", model, "--why", "--json", *args, "--", *texts).splitlines()]
        verdicts = classifier.classify(texts, why=5)
        self.assertEqual([v.label for v in verdicts], [s["label"] for s in said])
        self.assertEqual([v.set for v in verdicts], [s["set"] for s in said])
        for v, s in zip(verdicts, said):
            self.assertAlmostEqual(v.probability, s["probability"], places=5)
            self.assertEqual([word for word, _ in v.why], [w["word"] for w in s["why"]])
            np.testing.assert_allclose([gain for _, gain in v.why], [w["gain"] for w in s["why"]], atol=1e-5)
        return verdicts

    def test_by_words_as_the_program_says(self):
        c = weir.Classifier(self.words)
        self.assertEqual((c.labels, c.dim, c.layers), (["card", "refund", "transfer"], 0, 0))
        verdicts = self.check_as_the_program_says(self.words, c, "--no-encoder")
        self.assertEqual([v.label for v in verdicts[:3]], ["card", "refund", None])
        self.assertIn("card", dict(verdicts[0].why))
        self.assertGreater(verdicts[2].outside, verdicts[0].outside)

    def test_with_sentence_vectors_as_the_program_says(self):
        if not ENCODERS:
            return
        model = self.train("vectors.model", "--encoder", ENCODERS[-1])
        encoder = weir.Encoder(ENCODERS[-1])
        c = weir.Classifier(model, encoder)
        self.assertEqual(c.dim, 384 * bin(c.layers).count("1"))
        verdicts = self.check_as_the_program_says(model, c, "--encoder", ENCODERS[-1])
        given = weir.Classifier(model).classify(self.TEXTS, encoder.encode(self.TEXTS, c.layers))
        self.assertEqual([v.probability for v in given[:4]], [v.probability for v in verdicts])
        alone = weir.Classifier(model).classify(self.TEXTS)
        self.assertNotEqual([v.probability for v in given], [v.probability for v in alone])
        with self.assertRaisesRegex(weir.WeirError, "length is 2"):
            c.classify(["x"], 2 * encoder.encode(["x"], c.layers))
        with self.assertRaisesRegex(weir.WeirError, "5 rows of"):
            c.classify(self.TEXTS, encoder.encode(self.TEXTS))

    def test_what_was_said_stays_when_more_is_asked(self):
        c = weir.Classifier(self.words)
        first = c.classify(self.TEXTS, why=3)
        kept = [(v, v.probabilities.copy()) for v in first]
        c.classify(["transfer pending abroad"] * 300, level=0.99, why=9)
        del c
        for v, (was, p) in zip(first, kept):
            self.assertEqual(v, was)
            self.assertTrue((v.probabilities == p).all())
            self.assertAlmostEqual(float(v.probabilities.sum()), 1, places=5)
            self.assertAlmostEqual(float(v.probabilities.max()), v.probability, places=6)
            self.assertTrue(set(v.set) <= {"card", "refund", "transfer"} and v.set)

    def test_sets_grow_with_their_level(self):
        c = weir.Classifier(self.words)
        small, large = ([len(v.set) for v in c.classify(["card refund", ""], level=x)] for x in (.90, .99))
        self.assertTrue(all(a <= b for a, b in zip(small, large)))
        self.assertFalse(c.classify([""])[0].known)
        self.assertEqual(c.classify([]), [])

    def test_any_bytes(self):
        noise = bytes(np.random.default_rng(8).integers(0, 256, 20_000, dtype=np.uint8))
        texts = [noise, noise[:3], b"\0", b"\xff card", "card " * 5000]
        verdicts = weir.Classifier(self.words).classify(texts, why=64)
        self.assertTrue(all(np.isfinite(v.probabilities).all() for v in verdicts))
        self.assertEqual(verdicts[4].label, "card")

    def test_what_is_refused(self):
        c = weir.Classifier(self.words)
        with self.assertRaisesRegex(weir.WeirError, "a list of texts"):
            c.classify("my card")
        with self.assertRaisesRegex(weir.WeirError, "level"):
            c.classify(["x"], level=0.5)
        with self.assertRaisesRegex(weir.WeirError, "takes none"):
            c.classify(["x"], np.ones((1, 384)))
        good = self.words.read_bytes()
        for bytes_ in (b"", b"no model at all", good[:-1], good[:-1] + bytes([good[-1] ^ 1])):
            bad = pathlib.Path(self.folder.name, "bad.model")
            bad.write_bytes(bytes_)
            with self.assertRaises(weir.WeirError):
                weir.Classifier(bad)
        with self.assertRaises(FileNotFoundError):
            weir.Classifier(bad.with_name("none.model"))


def soft_k_means(names, texts, steps=10, prior=.5, sharpness=30):
    """engine/text/text_zero.h once more, by its description, in NumPy and doubles."""
    names, texts = (np.asarray(x, float) for x in (names, texts))
    many = len(texts) >= 5 * len(names)
    name, x = ((v - many * v.mean(axis=0)) for v in (names, texts))
    name, x = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (name, x))
    centre = name
    for step in range(1 + many * steps):
        if step:
            centre = prior * len(x) / len(name) * name + (p * (p > 1e-4)).T @ x
            centre /= np.linalg.norm(centre, axis=1, keepdims=True)
        p = np.exp(sharpness * (x @ centre.T))
        p /= p.sum(axis=1, keepdims=True)
    return p


@unittest.skipUnless(ENCODERS and os.environ.get("WEIR_PROGRAM"), "no model of the encoder, or no WEIR_PROGRAM")
class NamesTest(unittest.TestCase):
    LABELS = ["billing", ("lost_card", "a card that was lost or stolen"), "not-working?"]
    LIST = "billing, lost_card=a card that was lost or stolen, not-working?"
    TEXTS = ["the invoice is wrong", "somebody took my card from my bag", "it does nothing when I press the button", "",
             "please send me a receipt"]

    @classmethod
    def setUpClass(cls):
        cls.encoder = weir.Encoder(ENCODERS[-1])
        cls.classifier = weir.NameClassifier(cls.LABELS, cls.encoder)

    def check_as_the_program_says(self, texts):
        said = subprocess.run([os.environ["WEIR_PROGRAM"], "classify", "--labels", self.LIST, "--encoder",
                               str(ENCODERS[-1]), "--json", "--", *texts], check=True, capture_output=True).stdout
        said = [json.loads(line) for line in said.splitlines()]
        verdicts = self.classifier.classify(texts)
        self.assertEqual([(v.label, v.set) for v in verdicts], [(s["label"], s["set"]) for s in said])
        np.testing.assert_allclose([v.probability for v in verdicts], [s["probability"] for s in said], rtol=1e-6)
        return verdicts

    def test_as_the_program_says(self):
        self.assertEqual(self.classifier.labels, ["billing", "lost_card", "not-working?"])
        alone = self.check_as_the_program_says(self.TEXTS)
        self.assertEqual([v.label for v in alone[:3]], self.classifier.labels)
        together = self.check_as_the_program_says([f"{t} {i}" for i in range(4) for t in self.TEXTS])
        self.assertAlmostEqual(sum(together[0].probabilities), 1, places=5)

    def test_many_are_judged_together(self):
        few = self.classifier.classify(self.TEXTS[:1])[0]
        self.assertEqual(self.classifier.classify(self.TEXTS * 2)[0].probability, few.probability)
        self.assertNotEqual(self.classifier.classify(self.TEXTS * 3)[0].probability, few.probability)

    def test_against_numpy(self):
        rng = np.random.default_rng(3)
        for rows in (2, 14, 15, 60, 400):
            texts = rng.standard_normal((rows, 384)) + 2 * np.eye(3, 384)[rng.integers(0, 3, rows)]
            texts = (texts / np.linalg.norm(texts, axis=1, keepdims=True)).astype(np.float32)
            got = np.array([v.probabilities for v in self.classifier.classify(["x"] * rows, texts)])
            np.testing.assert_allclose(got, soft_k_means(self.classifier.vectors, texts), atol=2e-4)

    def test_what_is_refused(self):
        for labels, why in ((["one"], "2 to 1000"), (["a", "b", "a"], "named twice"), (["a", ""], "neither label"),
                            ("a, b", "a list")):
            with self.assertRaisesRegex(weir.WeirError, why):
                weir.NameClassifier(labels, self.encoder)
        with self.assertRaisesRegex(weir.WeirError, "a list of texts"):
            self.classifier.classify("my card")
        with self.assertRaisesRegex(weir.WeirError, "2 rows of 384"):
            self.classifier.classify(["x", "y"], np.ones((1, 384)))
        with self.assertRaisesRegex(weir.WeirError, "texts: vector 1"):
            self.classifier.classify(["x", "y"], np.eye(384)[:2] * [[1], [0]])
        self.assertEqual(self.classifier.classify([]), [])
        long = weir.NameClassifier(["a", ("b", "\u00e4\u00f6" * 20_000)],
                                   self.encoder).classify(["x" * 100_000, b"\xff"])
        self.assertTrue(all(np.isfinite(v.probabilities).all() for v in long))


class SearchTest(unittest.TestCase):
    TEXTS = [("disk", "Disk full", "No space is left on the volumes."),
             ("pods", "Pods", "KubePodCrashLooping fires when a container dies."),
             ("pods", "Pods", "Look at the logs of the pod."),
             ("lag", "Lag", "The consumer is behind its topic.")]

    def index(self, **options):
        search = weir.Search(**options)
        for document, title, text in self.TEXTS:
            search.add(document, title, text)
        return search

    def test_words_and_why(self):
        found = self.index().ask("why does a Pod crash")
        self.assertEqual([f.document for f in found], ["pods"])
        self.assertEqual(found[0].passage, 1)
        self.assertEqual(set(found[0].why), {"Pod", "crash"})
        self.assertAlmostEqual(sum(found[0].why.values()), 1)
        self.assertIsNone(found[0].similarity)
        self.assertEqual(self.index().ask("zebra"), [])

    def test_a_stemmer_finds_other_forms(self):
        self.assertEqual(self.index().ask("volume"), [])
        search = self.index(stem=lambda word: word.rstrip("s"))
        self.assertEqual(search.ask("volume")[0].document, "disk")

    def test_vectors_against_numpy(self):
        rng = np.random.default_rng(5)
        rows = rng.standard_normal((300, 48)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        search = weir.Search(dim=48, weights=(0, 1, 0))
        for i, row in enumerate(rows):
            search.add(i, "", f"number {i}", vector=row)
        for _ in range(20):
            q = rng.standard_normal(48).astype(np.float32)
            cosines = rows @ (q / np.linalg.norm(q))
            found = search.ask("", vector=q / np.linalg.norm(q), k=5)
            self.assertLess(abs(found[0].similarity - cosines.max()), 0.02)  # bytes in place of floats
            self.assertGreater(cosines[found[0].document], np.sort(cosines)[-3])

    def test_what_is_refused(self):
        search = self.index(dim=4)
        with self.assertRaisesRegex(weir.WeirError, "4 numbers"):
            search.ask("x", vector=[1, 2])
        with self.assertRaisesRegex(weir.WeirError, "one after another"):
            search.add("disk", "again", "apart from the first")
        with self.assertRaisesRegex(weir.WeirError, "prior"):
            search.add("new", "t", "x", prior=7)
            search.finish()
        with self.assertRaises(weir.WeirError):
            weir.Search(dim=100000).finish()


class VersionTest(unittest.TestCase):
    def test_it_is_told(self):
        self.assertRegex(weir.__version__, r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
