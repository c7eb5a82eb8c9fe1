"""weir's detectors in Python. Arrays go to C and back without a copy; all results are plain Python objects.

>>> import numpy as np, weir
>>> detector = weir.Detector()
>>> alarms = detector.feed(times_us, values)     # two arrays
>>> print(alarms[0].sentence("ms"))
"""
from weir._library import WeirError, version
from weir.detect import Adwin, Alarm, Change, Detector, Discord, changes, discords
from weir.drift import Drift, Sketch, drift, drift_table
from weir.lineage import Flow, SqlLineage, Statement, sql_lineage
from weir.logs import DiffLine, Log, LogAlarm, LogDiff, Template, log_diff

__all__ = ["Adwin", "Alarm", "Change", "Detector", "DiffLine", "Discord", "Drift", "Flow", "Log", "LogAlarm", "LogDiff", "Sketch",
           "SqlLineage", "Statement", "Template", "WeirError", "changes", "discords", "drift", "drift_table", "log_diff",
           "sql_lineage", "version"]
__version__ = version()
