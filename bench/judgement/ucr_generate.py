#!/usr/bin/env python3
"""Series with one anomaly each, in the format of the UCR anomaly archive, made from nothing but a seed.

  ucr_generate.py FOLDER FIRST_SEED COUNT

A seed draws, independently of one another: one of the bases (what a healthy recording looks like), how noisy and how
restless it is, how long, one of the faults, how strong and where. Bases and faults follow what the archive's authors
describe (physiology, gait, machines, power demand; faults that a person or nature made). Nothing here knows how weir
looks for them. Standard library only, so that a seed gives the same series everywhere."""
import math
import pathlib
import random
import sys

# ---- bases: each yields cycles, a list of (kind of cycle, samples) ----


def bump(x, at, width, height):
    return height * math.exp(-((x - at) / width) ** 2 / 2)


def wobble(r, share):
    """A factor around 1."""
    return math.exp(r.gauss(0, share))


class Base:
    """Makes healthy cycles, one after another; `kinds` are shapes that all belong to normal life."""
    period = (60, 220)

    def __init__(self, r):
        self.r = r
        self.length = r.randint(*self.period)
        self.jitter = r.choice([0.0, 0.01, 0.03, 0.06])
        self.sway = r.choice([0.0, 0.02, 0.05, 0.1])
        self.count = 0
        self.setup()

    def setup(self):
        pass

    def kind(self):
        return 0

    def shape(self, x, kind):
        raise NotImplementedError

    def cycle(self, kind=None, stretch=1.0):
        kind = self.kind() if kind is None else kind
        self.count += 1
        n = max(8, round(self.length * stretch * wobble(self.r, self.jitter)))
        gain = wobble(self.r, self.sway)
        return [gain * self.shape(i / n, kind) for i in range(n)]


class Ecg(Base):
    def setup(self):
        r = self.r
        self.waves = [(.18, .025, .15 * wobble(r, .3)), (.285, .009, -.12 * wobble(r, .4)), (.31, .012, wobble(r, .2)),
                      (.335, .01, -.25 * wobble(r, .4)), (.55, .05, .3 * wobble(r, .3) * r.choice([1, 1, -.6]))]
        self.ectopic = r.choice([0, 0, 0, .04])

    def kind(self):
        return int(self.r.random() < self.ectopic)

    def shape(self, x, kind):
        if kind:
            return bump(x, .25, .05, 1.1) + bump(x, .5, .08, -.45)
        return sum(bump(x, *w) for w in self.waves)


class Pressure(Base):
    def setup(self):
        self.notch, self.tau = self.r.uniform(.1, .25), self.r.uniform(.25, .5)

    def shape(self, x, kind):
        rise = math.sin(min(x / .15, 1) * math.pi / 2) ** 2
        return rise * math.exp(-max(0, x - .15) / self.tau) + bump(x, .42, .04, self.notch)


class Breath(Base):
    period = (80, 300)

    def setup(self):
        self.skew, self.second = self.r.uniform(.3, .5), self.r.uniform(0, .15)
        self.jitter = max(self.jitter, .03)

    def shape(self, x, kind):
        y = x / self.skew * .5 if x < self.skew else .5 + (x - self.skew) / (1 - self.skew) * .5
        return -.5 * math.cos(2 * math.pi * y) + self.second * math.sin(4 * math.pi * y)


class Gait(Base):
    """Left and right steps take turns and are not quite alike."""
    period = (50, 140)

    def setup(self):
        r = self.r
        self.parts = [[(h, r.uniform(0, 6.3), r.gauss(0, 1) / h) for h in range(1, 6)] for _ in range(2)]
        self.parts[1] = [(h, p + r.gauss(0, .15), a * wobble(r, .15)) for h, p, a in self.parts[0]]
        self.edge = r.uniform(.5, 2.5)

    def kind(self):
        return self.count % 2

    def shape(self, x, kind):
        window = math.sin(math.pi * x) ** .3 if 0 < x < 1 else 0
        return window * (sum(a * math.sin(2 * math.pi * h * x + p) for h, p, a in self.parts[kind]) + bump(x, .3, .02,
                                                                                                           self.edge))


class Power(Base):
    """Days; two in seven are quiet."""
    period = (24, 96)

    def setup(self):
        r = self.r
        self.peaks = [(r.uniform(.3, .45), r.uniform(.03, .08), wobble(r, .2)),
                      (r.uniform(.6, .8), r.uniform(.03, .1), wobble(r, .3))]
        self.jitter, self.sway = 0.0, max(self.sway, .03)

    def kind(self):
        return int(self.count % 7 >= 5)

    def shape(self, x, kind):
        return .3 + .1 * math.sin(2 * math.pi * (x - .3)) + (.25 if kind else 1) * sum(bump(x, *p) for p in self.peaks)


class Machine(Base):
    """Valves and heaters: steps, plateaus, ringing; parts of it are flat."""
    period = (80, 260)

    def setup(self):
        r = self.r
        cuts = sorted(r.uniform(.05, .95) for _ in range(r.randint(2, 5)))
        self.levels = [(c, r.choice([0, .3, .6, 1, 1.4])) for c in cuts]
        self.ring, self.speed = r.choice([0, .1, .3]), r.uniform(20, 60)

    def shape(self, x, kind):
        level, since = 0, x
        for at, value in self.levels:
            if x >= at:
                level, since = value, x - at
        return level + self.ring * math.exp(-since * 15) * math.sin(self.speed * since)


class Chirps(Base):
    """Bursts of an oscillation with a rest between them, such as insects feeding or whales clicking."""
    period = (120, 300)

    def setup(self):
        self.tones, self.width = [self.r.uniform(4, 12) for _ in range(2)], self.r.uniform(.08, .2)
        self.jitter = max(self.jitter, .03)

    def kind(self):
        return int(self.r.random() < .4)

    def shape(self, x, kind):
        return bump(x, .5, self.width, 1) * math.sin(2 * math.pi * self.tones[kind] * x + kind)


class Harmonic(Base):
    def setup(self):
        self.parts = [(h, self.r.uniform(0, 6.3), self.r.gauss(0, 1) / h ** .7) for h in range(1, self.r.randint(3, 8))]

    def shape(self, x, kind):
        return sum(a * math.sin(2 * math.pi * h * x + p) for h, p, a in self.parts)


BASES = [Ecg, Ecg, Pressure, Pressure, Breath, Gait, Gait, Power, Machine, Chirps, Harmonic]

# ---- faults: take the healthy series, a place, a length and a strength 0..1; give the faulty series and the faulty
# range ----


def resample(x, n):
    out = []
    for i in range(n):
        at = i * (len(x) - 1) / max(1, n - 1)
        k = min(int(at), len(x) - 2)
        out.append(x[k] + (at - k) * (x[k + 1] - x[k]))
    return out


def spread_of(x):
    mean = sum(x) / len(x)
    return math.sqrt(sum((v - mean) ** 2 for v in x) / len(x))


def bell(i, n):
    """0 at the ends of a range, 1 in most of it: no step that would give the fault away."""
    return min(1, 8 * i / n, 8 * (n - 1 - i) / n) if n > 8 else 1


def within(change):
    """A fault that keeps the length."""
    def fault(r, x, at, n, s, base):
        part = x[at:at + n]
        new = change(r, part, s, spread_of(x))
        return x[:at] + [p + bell(i, n) * (q - p) for i,
                         (p, q) in enumerate(zip(part, new))] + x[at + n:], at, at + n - 1
    return fault


def amplitude(r, part, s, sd):
    mean, f = sum(part) / len(part), 1 + (.15 + .6 * s) * r.choice([-1, 1])
    return [mean + f * (v - mean) for v in part]


def noise(r, part, s, sd):
    return [v + r.gauss(0, (.08 + .4 * s) * sd) for v in part]


def smooth(r, part, s, sd):
    k = 2 + int(s * len(part) / 12)
    return [sum(part[max(0, i - k):i + k + 1]) / len(part[max(0, i - k):i + k + 1]) for i in range(len(part))]


def shift(r, part, s, sd):
    h = r.choice([-1, 1]) * (.25 + .9 * s) * sd
    return [v + h for v in part]


def slope(r, part, s, sd):
    g = r.choice([-1, 1]) * (.4 + 1.5 * s) * sd
    return [v + g * abs(i / len(part) - .5) for i, v in enumerate(part)]


def clip(r, part, s, sd):
    low, high = min(part), max(part)
    return [min(v, high - (.15 + .35 * s) * (high - low)) for v in part]


def wave(r, part, s, sd):
    f = r.uniform(.5, 6)
    return [v + (.15 + .5 * s) * sd * math.sin(2 * math.pi * f * i / len(part)) for i, v in enumerate(part)]


def turn(r, part, s, sd):
    return part[::-1]


def upside(r, part, s, sd):
    mean = sum(part) / len(part)
    return [2 * mean - v for v in part]


def flat(r, x, at, n, s, base):
    n = max(5, int(n * (.15 + .5 * s)))
    return x[:at] + [x[at]] * n + x[at + n:], at, at + n - 1


def spike(r, x, at, n, s, base):
    n, h = r.randint(1, 4), r.choice([-1, 1]) * (.8 + 2.5 * s) * spread_of(x)
    return x[:at] + [v + h for v in x[at:at + n]] + x[at + n:], at, at + n - 1


def warp(r, x, at, n, s, base):
    f = 1 + r.choice([-.8, 1]) * (.1 + .35 * s)
    new = resample(x[at:at + n], max(6, int(n * f)))
    return x[:at] + new + x[at + n:], at, at + len(new) - 1


def lose(r, x, at, n, s, base):
    n = max(5, int(n * (.15 + .6 * s)))
    return x[:at] + x[at + n:], at - min(at, n // 2), at + n // 2


def again(r, x, at, n, s, base):
    n = max(5, int(n * (.15 + .6 * s)))
    return x[:at] + x[at - n:at] + x[at:], at, at + n - 1


def other(r, x, at, n, s, base):
    """A cycle of a kind that does not belong here, or one of a machine next door."""
    near = type(base)(random.Random(r.random()))
    near.length, near.sway, near.jitter = base.length, base.sway, base.jitter
    new, old = near.cycle(), x[at:at + n]
    new = resample(new, n)
    m0, m1, s0, s1 = sum(old) / n, sum(new) / n, spread_of(old), spread_of(new) or 1
    share = .3 + .7 * s
    new = [(1 - share) * o + share * (m0 + (v - m1) * s0 / s1) for v, o in zip(new, old)]
    return x[:at] + [p + bell(i, n) * (q - p) for i, (p, q) in enumerate(zip(old, new))] + x[at + n:], at, at + n - 1


FAULTS = [("amplitude", within(amplitude)), ("noise", within(noise)), ("smooth", within(smooth)),
          ("shift", within(shift)),
          ("slope", within(slope)), ("clip", within(clip)), ("wave", within(wave)), ("reversed", within(turn)),
          ("upside", within(upside)), ("flat", flat), ("spike", spike), ("warp", warp), ("lose", lose),
          ("again", again), ("other", other)]


def healthy(r, base, n):
    x = []
    drift = 1.0
    restless = r.choice([0, 0, .002, .01])
    while len(x) < n:
        drift = min(1.3, max(.75, drift * wobble(r, restless)))
        x += base.cycle(stretch=drift)
    return x


def disturb(r, x, sd):
    """What the sensor adds to all of it: noise, wandering, a gain that breathes."""
    level = r.choice([.005, .02, .05, .1, .2]) * sd
    walk, pace, size = 0.0, r.uniform(300, 3000), r.choice([0, 0, .1, .3, 1]) * sd
    gain = r.choice([0, 0, .05, .15])
    out = []
    for i, v in enumerate(x):
        walk = .999 * walk + r.gauss(0, .045)
        slow = size * (.7 * math.sin(2 * math.pi * i / pace) + .7 * walk)
        out.append(v * (1 + gain * math.sin(2 * math.pi * i / (pace * .7))) + slow + r.gauss(0, level))
    return out


def make(seed):
    """(base name, fault name, values, train end, begin, end), rows counted from 1."""
    r = random.Random(f"weir discord {seed}")
    base = r.choice(BASES)(r)
    x = healthy(r, base, max(4000, base.length * r.choice([25, 40, 60, 100])))
    n = len(x)
    train = int(n * r.uniform(.2, .45))
    name, fault = r.choice(FAULTS)
    length = max(6, int(base.length * r.choice([.3, .6, 1, 1, 1.5])))
    at = r.randint(train + 2 * base.length, n - 2 * base.length - length)
    x, begin, end = fault(r, x, at, length, r.random(), base)
    x = disturb(r, x, spread_of(x))
    scale = 10 ** r.uniform(-1, 3)
    return type(base).__name__, name, [scale * v for v in x], train, begin + 1, end + 1


def write(folder, first, count):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        base, fault, x, train, begin, end = make(seed)
        path = folder / f"{seed:03d}_UCR_Anomaly_{base}{fault}_{train}_{begin}_{end}.txt"
        path.write_text("".join(f"{v:.8g}\n" for v in x))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
