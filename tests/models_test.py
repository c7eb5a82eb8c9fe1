"""Models replace themselves: nine incidents of a fed recording are labelled false at a real server, a calmer detector
is promoted on the ones held back, shown, taken back, and learned again only from new labels. usage: models_test.py WEIR
"""
import json
import os
import subprocess
import sys
import time

from serving import Tap
from weir_server import Weir, wait_for


def recording():
    """Two weeks of minutes around 100, from a small generator; from the fifth day on a spike at noon, each larger than
    the last."""
    lines, state, spike = ["timestamp,value"], 12345, 30.0
    for i in range(14 * 1440):
        noise = 0
        for _ in range(12):
            state = (state * 1103515245 + 12345) % 2**31
            noise += state / 2**31
        value = 100 + 5 * (noise - 6)
        if i >= 4 * 1440 and 720 <= i % 1440 < 726:
            value += spike
        if i >= 4 * 1440 and i % 1440 == 726:
            spike *= 1.3
        lines.append(f"2026-01-{i // 1440 + 1:02} {i // 60 % 24:02}:{i % 60:02}:00,{value:.3f}")
    return "\n".join(lines) + "\n"


def main():
    tap, weir = Tap(), Weir(sys.argv[1], "models:\n  train_every: 1s\n")
    try:
        subprocess.run([sys.argv[1], "feed", "--data-dir", weir.data, weir.write("rows.csv", recording())],
                       capture_output=True, env={k: v for k, v in os.environ.items() if not k.startswith("WEIR_")})
        weir.start()
        items = sorted(weir.get("/api/v1/incidents")["items"], key=lambda i: i["opened"])
        tap.check(len(items) >= 6, "the recording made incidents", len(items))
        tap.same(weir.get("/api/v1/models")["version"], 0, "nothing is learned yet")
        tap.same(weir.ask("POST", "/api/v1/models/rollback", {}, key="admin")[0], 409,
                 "so there is nothing to take back")
        for item in items[:5]:
            weir.command("incidents", "label", item["id"], "false")
        time.sleep(4)
        tap.same(weir.get("/api/v1/models")["version"], 0, "five labels are too few")
        for item in items[5:]:
            weir.command("incidents", "label", item["id"], "real")
        lost = wait_for(lambda: (m := weir.get("/api/v1/models"))["tried"] and m, 20) or {"tried": [{}], "series": None}
        tried = lost["tried"][0]
        tap.check(lost["series"] == [] and tried.get("why") and tried.get("score", 1) < tried.get("before", 0) + 0.05,
                  "a challenger that "
                  "is no better on the newer labels is not promoted, and recorded", lost)
        tap.check(tried.get("sensitivity") != tried.get("today") == 1 and len(tried.get("data", "")) == 64,
                  "with what it was and saw", tried)
        code, out, _ = weir.command("models")
        tap.check(code == 0 and "NOT PROMOTED" in out and max(map(len, out.splitlines())) <= 80, "people see that, too",
                  out)
        for item in items[5:]:
            weir.command("incidents", "label", item["id"], "false")
        learned = wait_for(lambda: (m := weir.get("/api/v1/models"))["series"] and m, 20) or {"series": [{}],
                                                                                              "version": 0}
        model = learned["series"][0]
        tap.same((learned["version"], model.get("series")), (1, "rows"), "a challenger is promoted")
        tap.check(model.get("sensitivity", 9) < 1, "it is calmer than before", model)
        tap.check(model.get("score", 0) >= model.get("before", 1) + 0.05, "and better on what it was not chosen by",
                  model)
        tap.check(model.get("held_back", 0) >= 2 and len(model.get("data", "")) == 64,
                  "which is recorded, with the samples it saw", model)
        calm = json.loads(weir.command("detect", "backtest", "--json", "--sensitivity",
                                       str(model.get("sensitivity", 1)))[1])
        loud = json.loads(weir.command("detect", "backtest", "--json")[1])
        tap.check(calm["false_alarms"] < loud["false_alarms"], "a backtest agrees",
                  (calm["false_alarms"], loud["false_alarms"]))
        code, out, _ = weir.command("models")
        tap.check(code == 0 and "rows" in out and max(map(len, out.splitlines())) <= 80, "people see it", out)
        tap.same(weir.command("models", "rollback")[0], 0, "a person takes it back")
        back = weir.get("/api/v1/models")
        tap.same((back["version"], back["series"]), (2, []), "as a new version")
        time.sleep(4)
        tap.same(weir.get("/api/v1/models")["version"], 2, "the same labels do not bring it again")
        weir.command("incidents", "label", items[0]["id"], "false")
        again = wait_for(lambda: (m := weir.get("/api/v1/models"))["version"] == 3 and m, 20)
        tap.check(again and again["series"], "a new label does", again)
        weir.stop()
        weir.start()
        tap.same(weir.get("/api/v1/models")["version"], 3, "a restart keeps it")
        weir.stop()
        tap.same(weir.command("replay", "--verify")[0], 0, "the journal replays")
    finally:
        weir.done()
    tap.done()


main()
