"""Run the unittest files of a folder and say the outcome of each test as TAP."""
import sys
import unittest


class Tap(unittest.TestResult):
    def _say(self, word, test, note=""):
        print(f"{word} {self.testsRun} - {test.id()}{note}", flush=True)

    def addSuccess(self, test):
        self._say("ok", test)

    def addSkip(self, test, reason):
        self._say("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say("not ok", test)
        print("# " + self._exc_info_to_string(err, test).replace("\n", "\n# "))

    addError = addFailure


suite = unittest.defaultTestLoader.discover(sys.argv[1])
print(f"1..{suite.countTestCases()}", flush=True)
sys.exit(0 if suite.run(Tap()).wasSuccessful() else 1)
