"""weir's detectors in Python. Arrays go to C and back without a copy; all results are plain Python objects.

>>> import numpy as np, weir
>>> detector = weir.Detector()
>>> alarms = detector.feed(times_us, values)     # two arrays
>>> print(alarms[0].sentence("ms"))
"""
from weir._library import WeirError, version
from weir.detect import Adwin, Alarm, Detector

__all__ = ["Adwin", "Alarm", "Detector", "WeirError", "version"]
__version__ = version()
