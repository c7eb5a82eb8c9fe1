"""The samples that the tests in C make alike (src/base/chance.h, tests/chance_samples.h)."""
MASK = (1 << 64) - 1


def splitmix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / 9007199254740992.0


def bell(u):
    s = 0.0
    for _ in range(12):
        s += next(u)
    return s - 6
