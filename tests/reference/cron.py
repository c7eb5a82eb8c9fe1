#!/usr/bin/env python3
"""When schedules run: writes tests/reference/cron.h, which src/core/flow/cron_test.c compares with. What comes in UTC is
said by croniter; in zones, by looking at every minute of the zone's clock around its changes.

  python -m venv V && V/bin/pip install croniter==6.0.0 && V/bin/python tests/reference/cron.py
"""
import datetime as dt
import pathlib
import random
from zoneinfo import ZoneInfo

from croniter import croniter

UTC = dt.timezone.utc
FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]


def field(rng, low, high, star):
    """A field as people write them: a star, a value, a range, a step, a list."""
    a, b = sorted((rng.randint(low, high), rng.randint(low, high)))
    b += a == b and b < high
    kinds = ["*"] * star + [f"{a}", f"{a}-{b}", f"{a}-{b}/{rng.randint(1, 9)}", f"{a},{b}"] if a < b else ["*", f"{a}"]
    return rng.choice(kinds)


def utc_cases(rng, count):
    cases = []
    while len(cases) < count:
        text = " ".join(field(rng, low, high, 4) for low, high in FIELDS)
        after = dt.datetime(2023, 1, 1, tzinfo=UTC) + dt.timedelta(minutes=rng.randrange(3 * 366 * 1440))
        try:
            nexts = croniter(text, after, max_years_between_matches=9)
            cases.append((text, after, [nexts.get_next(dt.datetime) for _ in range(3)]))
        except Exception:  # a day that never comes
            continue
    return cases


# Expression, minute, hour (None: every one), in zones whose clocks move by an hour, by half of one, at midnight.
ZONES = [("Europe/Berlin", 2026), ("America/New_York", 2025), ("Australia/Lord_Howe", 2026), ("Africa/Cairo", 2025),
         ("Asia/Kolkata", 2026)]
TIMES = [("30 2 * * *", 30, 2), ("0 3 * * *", 0, 3), ("15 * * * *", 15, None), ("0 0 * * *", 0, 0),
         ("59 1 * * *", 59, 1), ("45 23 * * *", 45, 23)]


def zone_case(zone, year, minute, hour):
    """All instants of a year: a named minute that is skipped comes after the gap, one that is repeated the first time;
    of every hour, all that the clock shows."""
    tz, at = ZoneInfo(zone), dt.datetime(year, 1, 1, tzinfo=UTC)
    shown, order = {}, []
    for _ in range(366 * 1440):
        local = at.astimezone(tz)
        key = (local.date(), local.hour, local.minute)
        order.append((at, key))
        shown.setdefault(key, at)
        at += dt.timedelta(minutes=1)
    if hour is None:
        return [at for at, key in order if key[2] == minute]
    first, days = order[0][1][0], sorted({key[0] for _, key in order})
    out = []
    for day in days:
        want = (day, hour, minute)
        if want in shown:
            out.append(shown[want])
        elif day != first and day != days[-1]:
            out.append(next(at for at, key in order if key > want and key[0] >= day))
    return out


def around_changes(zone, instants):
    """Pairs (instant, next) within two days of each change of the zone's clock."""
    tz = ZoneInfo(zone)
    offset = lambda t: t.astimezone(tz).utcoffset()
    near = [(a, b) for a, b in zip(instants, instants[1:])
            if offset(a - dt.timedelta(hours=30)) != offset(b + dt.timedelta(hours=6))]
    return near or list(zip(instants[:2], instants[1:3]))


def seconds(t):
    return int(t.timestamp())


def main():
    rng = random.Random(5)
    lines = ["/* Written by tests/reference/cron.py: croniter, and every minute of the zones' clocks. */",
             "/* expression, seconds after which, the next three */", "#ifdef CRON_UTC_CASES"]
    for text, after, nexts in utc_cases(rng, 120):
        lines.append(f'    {{ "{text}", {seconds(after)}, {{ {", ".join(str(seconds(t)) for t in nexts)} }} }},')
    lines += ["#endif", "/* zone, expression, an instant of it, the next */", "#ifdef CRON_ZONE_CASES"]
    for zone, year in ZONES:
        for text, minute, hour in TIMES:
            near = around_changes(zone, zone_case(zone, year, minute, hour))
            for a, b in near[:: max(1, len(near) // 12)]:
                lines.append(f'    {{ "{zone}", "{text}", {seconds(a)}, {seconds(b)} }},')
    lines.append("#endif")
    pathlib.Path(__file__).with_name("cron.h").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
