"""The Python package as a user has it: the installed wheel, NumPy arrays in and out."""
import unittest

import numpy as np

import weir

MINUTES_5 = 300_000_000


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

    def test_times_may_be_datetimes(self):
        times, values = quiet()
        values[-20:] += 40
        self.assertEqual(weir.Detector().feed(times.astype("datetime64[us]"), values), weir.Detector().feed(times, values))

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


class VersionTest(unittest.TestCase):
    def test_it_is_told(self):
        self.assertRegex(weir.__version__, r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
