"""A week of one-minute samples with a daily rhythm and a fault, and what the detector says of it."""
import numpy as np

import weir

rng = np.random.default_rng(1)
times = np.datetime64("2026-01-05T00:00") + np.arange(7 * 1440).astype("timedelta64[m]")
hour = np.arange(len(times)) / 60 % 24
latency = 120 + 40 * np.sin(hour / 24 * 2 * np.pi) + rng.normal(0, 3, len(times))
latency[9000:9060] += 35  # an hour that is slow for its time of day, though not slow for the day

scores = np.empty(len(times))
for alarm in weir.Detector().feed(times, latency, scores):
    at = np.datetime64(alarm.start, "us").astype("datetime64[m]")
    print(at, "over" if alarm.over else alarm.part, alarm.sentence("ms"), sep="  ")
print(f"the newest sample after the first day is number {1440 + scores[1440:].argmax()} (the fault: 9000 to 9059)")
