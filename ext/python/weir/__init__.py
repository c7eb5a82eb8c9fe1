"""weir's detectors in Python. Arrays go to C and back without a copy; all results are plain Python objects.

>>> import numpy as np, weir
>>> detector = weir.Detector()
>>> alarms = detector.feed(times_us, values)     # two arrays
>>> print(alarms[0].sentence("ms"))
"""
from weir._library import WeirError, version
from weir.classify import Classifier, Verdict
from weir.detect import Adwin, Alarm, Change, Detector, Discord, changes, discords
from weir.drift import Drift, Sketch, Words, drift, drift_table
from weir.encode import Encoder
from weir.graph import Graph, Node, Visit, Visits
from weir.lineage import Flow, SqlLineage, Statement, sql_lineage
from weir.logs import DiffLine, Log, LogAlarm, LogDiff, Template, log_diff
from weir.names import NameClassifier
from weir.search import Found, Search
from weir.streams import Estimate, Estimator, Stream, StreamAlarm
from weir.vectors import Domain, Mmd, mmd, told_apart

__all__ = ["Adwin", "Alarm", "Change", "Classifier", "Detector", "DiffLine", "Discord", "Domain", "Drift", "Encoder",
           "Estimate", "Estimator", "Flow", "Found", "Graph",
           "Log", "LogAlarm", "LogDiff", "Mmd", "NameClassifier", "Node", "Search", "Sketch", "SqlLineage", "Statement",
           "Stream", "StreamAlarm", "Template", "Visit",
           "Verdict", "Visits", "WeirError", "Words", "changes", "discords", "drift", "drift_table", "log_diff", "mmd",
           "sql_lineage", "told_apart", "version"]
__version__ = version()
