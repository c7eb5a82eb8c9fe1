"""The table that every benchmark prints for people and writes for machines."""
import json
import sys


def _show(v):
    return "" if v is None else f"{v:,.0f}" if abs(v) >= 100 else f"{v:.3g}"


class Table:
    def __init__(self):
        self.rows, self.notes = [], []

    def add(self, task, metric, value, unit, goal=None, less=True, peer=None, peer_value=None, met=None):
        """One figure. `less`: smaller is better. `peer`: who did the same in the same run, or whose published figure it
        is."""
        if met is None and goal is not None and value is not None:
            met = value <= goal if less else value >= goal
        ratio = value / peer_value if peer_value and value is not None else None
        self.rows.append({"task": task, "metric": metric, "value": value, "unit": unit, "goal": goal, "met": met,
                          "peer": peer, "peer_value": peer_value, "ratio": ratio})

    def note(self, text):
        self.notes.append(text)
        print("note: " + text, file=sys.stderr, flush=True)

    def print(self):
        print(f"\n{'':68} {'value':>12} {'':6} {'goal':>10} {'peer':>12} {'ratio':>7}")
        for r in self.rows:
            missed = "  missed" if r["met"] is False else ""
            print(f"{r['task'] + ': ' + r['metric']:68} {_show(r['value']):>12} {r['unit']:6} {_show(r['goal']):>10} "
                  f"{_show(r['peer_value']):>12} {_show(r['ratio']):>7}{missed}")
        for n in self.notes:
            print("note: " + n)

    def write(self, path):
        with open(path, "w") as f:
            json.dump(self.rows, f, indent=1)
