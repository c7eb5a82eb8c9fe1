"""weir detect backtest: a recording is fed, two of its incidents are labelled at a real server, and both the learned
detector and thresholds are tried on the stored samples. usage: backtest_test.py WEIR
"""
import json
import os
import subprocess
import sys

from serving import Tap
from weir_server import Weir


def recording():
    """Six days of minutes around 100, from a small generator; an hour of 160 at noon of the fourth day, one of -20 on
    the sixth."""
    lines, state = ["timestamp,value"], 12345
    for i in range(6 * 1440):
        noise = 0
        for _ in range(12):
            state = (state * 1103515245 + 12345) % 2**31
            noise += state / 2**31
        value = 100 + 5 * (noise - 6)
        if 3 * 1440 + 720 <= i < 3 * 1440 + 780:
            value += 60
        if 5 * 1440 + 720 <= i < 5 * 1440 + 780:
            value -= 120
        lines.append(f"2026-01-0{i // 1440 + 1} {i // 60 % 24:02}:{i % 60:02}:00,{value:.3f}")
    return "\n".join(lines) + "\n"


def main():
    tap, weir = Tap(), Weir(sys.argv[1])

    def backtest(*args):
        code, out, err = weir.command("detect", "backtest", "--json", *args)
        tap.same(code, 0, f"backtest {' '.join(args)} runs")
        return json.loads(out)

    try:
        fed = subprocess.run([sys.argv[1], "feed", "--data-dir", weir.data, weir.write("rows.csv", recording())],
                             env={k: v for k, v in os.environ.items() if not k.startswith("WEIR_")},
                             capture_output=True, text=True)
        tap.check(fed.returncode in (0, 1), "the recording is fed", fed.stderr)
        before = backtest()
        tap.same((before["alarms"], before["precision"], before["recall"]), (2, None, None),
                 "two alarms, and nobody said what they were")
        weir.start()
        items = sorted(weir.get("/api/v1/incidents")["items"], key=lambda i: i["opened"])
        tap.same(len(items), 2, "they were two incidents")
        for item, word in zip(items, ("real", "false")):
            code, out, err = weir.command("incidents", "label", item["id"], word)
            tap.same(code, 0, f"one is labelled {word}")
        tap.same(weir.command("incidents", "label", items[0]["id"], "true")[0], 2, "another word is refused")
        tap.check(weir.command("incidents", "label", "inc-999", "real")[0] not in (0, 2),
                  "so is an incident that is none")
        tap.same(weir.get(f"/api/v1/incidents/{items[1]['id']}")["label"]["real"], False, "the incident shows it")
        after = backtest()
        tap.same((after["hits"], after["false_alarms"], after["precision"], after["recall"]), (1, 1, 0.5, 1),
                 "one hit, one false alarm")
        high = backtest("--above", "130", "--for", "5m")
        tap.same((high["hits"], high["false_alarms"], high["precision"], high["recall"]), (1, 0, 1, 1),
                 "a threshold that catches the real one only")
        low = backtest("--below", "70")
        tap.same((low["hits"], low["false_alarms"], low["recall"]), (0, 1, 0), "one that catches the false one only")
        late = backtest("--from", "2026-01-06")
        tap.same((late["alarms"], late["false_alarms"], late["incidents_real"]), (1, 1, 0),
                 "only the last day, what came before teaches")
        tap.same(backtest("--to", "2026-01-03")["alarms"], 0, "only the first day")
        weir.command("incidents", "label", items[1]["id"], "real")
        tap.same(backtest()["precision"], 1, "the newest word counts")
        tap.same(weir.command("detect", "backtest", "--above", "1", "--sensitivity", "2")[0], 2,
                 "two ways at once are refused")
        code, out, err = weir.command("detect", "backtest")
        tap.check(code == 0 and "2 of 2 real incidents" in out and max(map(len, out.splitlines())) <= 80,
                  "people get a table", out)
        tap.same(weir.command("replay", "--verify")[0], 0, "the journal replays")
    finally:
        weir.done()
    tap.done()


main()
