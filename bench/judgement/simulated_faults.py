#!/usr/bin/env python3
"""Recordings of simulated services with one fault each, as structural equations: who calls whom, load that comes in at
the front and fans out, processor and memory that follow load, queues that follow the processor, latency and errors that
travel back to the caller.

  simulated_faults.py FOLDER [SEED [COUNT]]     writes FOLDER/SERVICE-FAULT/N/{normal,anomalous}.csv and graph.csv

A recording is drawn from one generator: number of services, shape of the graph, noise, resolution, sampling, gaps, how
closed the loop of the clients is, memory that is flat, that creeps, that is collected, or that follows load; and things
that happen beside the fault. Faults: cpu, mem (a leak or a block), delay, loss (errors), load (at the front). Needs the
standard library only."""
import csv
import math
import pathlib
import random
import sys

FAULTS = ["cpu", "mem", "delay", "loss", "load"]


def ar(rng, n, rho, sd):
    """First-order autoregressive noise of standard deviation sd."""
    x, out, step = rng.gauss(0, sd), [], sd * math.sqrt(1 - rho * rho)
    for _ in range(n):
        x = rho * x + rng.gauss(0, step)
        out.append(x)
    return out


def lagged(v, lag):
    return v if lag == 0 else [v[0]] * lag + v[:-lag]


class Service:
    def __init__(self, rng, name, leaf):
        self.name, self.leaf, self.calls = name, leaf, []
        self.time = 10 ** rng.uniform(-3, -1)          # seconds of its own a request
        self.use = rng.uniform(.05, .6)                # of its limit, at usual load
        self.idle = rng.uniform(0, .05)
        self.memory = 10 ** rng.uniform(7.3, 9)        # bytes
        self.remember = rng.choice(["flat", "flat", "creeps", "collected", "load"])
        self.noise = {k: 10 ** rng.uniform(low, high) for k, low, high in
                      [("cpu", -1.7, -.5), ("mem", -4, -1.8), ("lat", -1.7, -.5), ("load", -2.3, -1)]}
        self.rho = rng.choice([0, .5, .9])
        self.errors = rng.choice([0, 0, 1e-4, 1e-3, 1e-2])
        self.spikes = rng.choice([0, 0, .005, .02])
        self.share = rng.uniform(.3, 1) * rng.choice([1, 1, 1, 3])  # calls a request of the caller


class World:
    """One shop: services in an order in which callers come first."""

    def __init__(self, rng):
        self.rng, n = rng, rng.randint(6, 16)
        self.all = [Service(rng, f"s{i:02d}" if i else "front", False) for i in range(n)]
        hub = rng.randrange(1, n) if rng.random() < .4 else 0
        for i in range(1, n):
            for j in {rng.randrange(0, i) for _ in range(1 + (rng.random() < .3))} | ({rng.randrange(0, hub)}
                                                                                      if i == hub else set()):
                self.all[j].calls.append(i)
            if hub and i < hub and rng.random() < .6:
                self.all[i].calls.append(hub)
        for s in self.all:
            s.leaf = not s.calls
        self.closed = rng.choice([0, .3, .8])          # how much slow answers slow the clients down
        self.lag = rng.choice([0, 0, 1, 2])
        self.hold = rng.choice([1, 1, 2, 5])           # rows between two scrapes
        self.gaps = rng.choice([0, 0, .02])
        self.digits = rng.choice([None, None, 3])
        self.leaf_latency = rng.random() < .5          # do data bases announce their latency?
        self.tails = rng.random() < .7

    def front_load(self, n, busier):
        rng, base, phase = self.rng, 10 ** rng_uniform(self.rng, .7, 2.5), self.rng.uniform(0, 6.28)
        wave, noise = rng.choice([0, .05, .2]), ar(rng, n, .9, rng.choice([.02, .08]))
        return [base * max(.05, (1 + wave * math.sin(phase + 6.28 * t / n) + noise[t]) * busier[t]) for t in range(n)]

    def run(self, n, fault, at, place, size):
        """Columns of n rows; the fault begins at row `at`, is of kind `fault` and strikes services[place] with `size`
        in 0..1."""
        rng = self.rng
        ramp, until = self.ramp if fault == "mem" else 1, at + (n - at) * self.lasts
        on = [0.0 if t < at or t > until else min(1.0, (t - at + 1) / ramp) for t in range(n)]
        busier = [1 + (on[t] * (1 + 4 * size) if fault == "load" else 0) for t in range(n)]
        load = [None] * len(self.all)
        load[0] = self.front_load(n, busier)
        hurt = {"cpu": .3 + .7 * size, "delay": .2 * size, "mem": .1 * size}.get(fault, 0) * self.closed * .6
        load[0] = [v * (1 - hurt * on[t]) for t, v in enumerate(load[0])]
        usual = [sum(load[0][:at]) / at] + [0] * (len(self.all) - 1)
        for i, s in enumerate(self.all):
            if load[i] is None:
                load[i] = [0.0] * n
            for c in s.calls:
                callee = self.all[c]
                wobble = ar(rng, n, callee.rho, callee.noise["load"])
                part = [x * callee.share * (1 + w) for x, w in zip(lagged(load[i], self.lag), wobble)]
                load[c] = part if load[c] is None else [a + b for a, b in zip(load[c], part)]
                usual[c] = sum(load[c][:at]) / at
        latency, errors, columns = [None] * len(self.all), [None] * len(self.all), {}
        for i in reversed(range(len(self.all))):
            s, here = self.all[i], i == place
            rel = [x / max(usual[i], 1e-9) for x in load[i]]
            noise = ar(rng, n, s.rho, s.noise["cpu"])
            cpu = [s.idle + s.use * r * (1 + e) for r, e in zip(rel, noise)]
            if here and fault == "cpu":
                cpu = [c + on[t] * (1.0 - min(c, .95)) * (.4 + .6 * size) for t, c in enumerate(cpu)]
            if here and fault == "mem":
                cpu = [c + on[t] * .2 * size * self.thrash for t, c in enumerate(cpu)]
            cpu = [min(max(c, 0), 1.0) + rng.gauss(0, .002) ** 2 for c in cpu]
            memory = self.memory_of(s, rel, n)
            if here and fault == "mem":
                memory = [m * (1 + on[t] * (.15 + 2 * size)) for t, m in enumerate(memory)]
            wobble = ar(rng, n, s.rho, s.noise["lat"])
            own = [s.time * math.exp(w) / (1 - min(.93, c * .8)) for c, w in zip(cpu, wobble)]
            if here and fault == "cpu":
                own = [v * (1 + on[t] * 6 * size) for t, v in enumerate(own)]
            if here and fault == "mem":
                own = [v * (1 + on[t] * 2 * size * self.thrash) for t, v in enumerate(own)]
            if here and fault == "delay":
                own = [v + on[t] * s.time * (1 + 30 * size) for t, v in enumerate(own)]
            own = [v * (1 + (rng.random() < s.spikes) * rng.expovariate(.3)) for v in own]
            wrong = [s.errors * math.exp(rng.gauss(0, .3)) for _ in range(n)]
            if here and fault == "loss":
                wrong = [e + on[t] * (.02 + .4 * size) for t, e in enumerate(wrong)]
            for c in s.calls:
                share = self.all[c].share
                below = lagged(latency[c], self.lag)
                usually = sum(below[:at]) / at
                own = [(a + b * share) * max(1, min(b / usually, 50)) ** s.queues for a, b in zip(own, below)]
                wrong = [1 - (1 - a) * (1 - b * share * s.passes) for a, b in zip(wrong, lagged(errors[c], self.lag))]
            latency[i], errors[i] = own, wrong
            requests = [max(1.0, x) for x in load[i]]
            counted = [min(1.0, max(0.0, e + rng.gauss(0, math.sqrt(max(0, e * (1 - e)) / q)))) for e,
                       q in zip(wrong, requests)]
            columns[f"{s.name}_cpu"], columns[f"{s.name}_mem"] = cpu, memory
            if not s.leaf or self.leaf_latency:
                columns[f"{s.name}_load"] = [x * (1 + rng.gauss(0, .01)) for x in load[i]]
                columns[f"{s.name}_lat_50"] = own
                if self.tails:
                    columns[f"{s.name}_lat_99"] = [v * (1.5 + rng.expovariate(1)) for v in own]
                columns[f"{s.name}_err"] = [e * 100 for e in counted]
        return columns

    def memory_of(self, s, rel, n):
        rng, noise = self.rng, ar(self.rng, n, s.rho, s.noise["mem"])
        if s.remember == "creeps":
            extra = [s.creep * t / n for t in range(n)]
        elif s.remember == "collected":
            extra = [s.saw * ((t + s.phase) % s.period) / s.period for t in range(n)]
        elif s.remember == "load":
            extra = [.3 * (r - 1) for r in rel]
        else:
            extra = [0] * n
        return [s.memory * (1 + e + x) for e, x in zip(noise, extra)]

    def prepare(self):
        rng = self.rng
        for s in self.all:
            s.queues = rng.choice([0, 0, .3, .8])      # do its callers' requests pile up when what it calls is slow?
            s.passes = rng.choice([0, .5, 1])          # does it hand errors on?
            s.creep, s.saw = rng.uniform(.005, .08), rng.uniform(.05, .3)
            s.period, s.phase = rng.randint(20, 150), rng.randint(0, 150)
        self.ramp, self.thrash = rng.choice([1, 30, 120]), rng.choice([0, .3, 1])
        self.lasts = rng.choice([1, 1, 1, rng.uniform(.2, 1)])


def rng_uniform(rng, low, high):
    return rng.uniform(low, high)


def disturb(rng, columns, at, place):
    """Things that happen beside the fault: a burst in one series, a step of a tenth, a restart's dip."""
    names = [c for c in columns if not c.startswith(place + "_")]
    n = len(next(iter(columns.values())))
    for _ in range(rng.choice([0, 1, 2, 3])):
        v, t = columns[rng.choice(names)], rng.randrange(n)
        what = rng.choice(["burst", "step", "dip"])
        until = n if what == "step" else min(n, t + rng.randint(1, 6))
        factor = {"burst": rng.uniform(1.5, 5), "step": rng.uniform(.9, 1.1), "dip": 0}[what]
        v[t:until] = [x * factor for x in v[t:until]]


def recording(seed):
    """(service, fault, names, rows, at): rows from `at` on are anomalous."""
    rng = random.Random(seed)
    world = World(rng)
    world.prepare()
    n, fault = rng.choice([300, 600]), FAULTS[seed % len(FAULTS)]
    at = n // 2 + rng.randint(-n // 10, n // 10)
    callers = [i for i, s in enumerate(world.all) if world.leaf_latency or not s.leaf]
    place = 0 if fault == "load" else rng.choice(callers if fault in ("delay", "loss") else range(len(world.all)))
    columns = world.run(n, fault, at + rng.choice([0, 0, 3, 20]), place, rng.random())
    disturb(rng, columns, at, world.all[place].name)
    names, rows = list(columns), []
    rng.shuffle(names)
    for t in range(n):
        k = t - t % world.hold
        row = [columns[c][k] for c in names]
        if world.digits:
            row = [float(f"{v:.{world.digits}g}") for v in row]
        rows.append([1_700_000_000 + t] + ["" if rng.random() < world.gaps else v for v in row])
    return world, world.all[place].name, fault, names, rows, at


def write(folder, names, rows):
    with open(folder, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["time"] + names)
        out.writerows([[r[0]] + [v if v == "" else f"{v:.7g}" for v in r[1:]] for r in rows])


def main():
    folder = pathlib.Path(sys.argv[1])
    seed, count = (int(v) for v in (sys.argv[2:] + ["1", "100"][len(sys.argv) - 2:])[:2])
    for k in range(seed * 10000, seed * 10000 + count):
        world, service, fault, names, rows, at = recording(k)
        case = folder / f"{service}-{fault}" / str(k)
        case.mkdir(parents=True, exist_ok=True)
        write(case / "normal.csv", names, rows[:at])
        write(case / "anomalous.csv", names, rows[at:])
        with open(case / "graph.csv", "w", newline="") as f:
            out = csv.writer(f)
            out.writerow([""] + [s.name for s in world.all])
            for s in world.all:
                out.writerow([s.name] + [int(i in s.calls) for i in range(len(world.all))])


if __name__ == "__main__":
    main()
