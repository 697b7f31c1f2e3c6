"""How long a replica takes; the same words as the embedded pair's BUCKETPAIR_DELAY."""

import math
import re

DEFAULT = "lognormal:25ms,0.4"
LONGEST = 7 * 24 * 3600.0
HUMP = 0.1  # The standard deviation of the logarithm of each of two humps.
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse(text):
    """A function from a random generator to seconds."""
    name, colon, rest = text.partition(":")
    try:
        if not colon:
            constant = seconds(name)
            return lambda random: constant
        return DISTRIBUTIONS[name](rest)
    except (KeyError, ValueError):
        raise ValueError(
            f"no such delay: {text!r}; write 200ms, uniform:5ms..50ms, lognormal:25ms,0.5,"
            " pareto:5ms,1.5, exponential:25ms or bimodal:25ms,2s,0.1"
        ) from None


def seconds(text):
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text.strip())
    if not match:
        raise ValueError(text)
    return float(match[1]) * UNITS[match[2]]


def uniform(text):
    low, high = (seconds(part) for part in text.split(".."))
    if low > high:
        raise ValueError(text)
    return lambda random: random.uniform(low, high)


def lognormal(text):
    median, sigma = two(text)
    return lambda random: min(random.lognormvariate(math.log(median), sigma), LONGEST)


def pareto(text):
    least, shape = two(text)
    return lambda random: min(least * random.paretovariate(shape), LONGEST)


def exponential(text):
    mean = seconds(text)
    if mean <= 0:
        raise ValueError(text)
    return lambda random: min(random.expovariate(1 / mean), LONGEST)


def bimodal(text):
    """Two humps; `share` of all belong to the second."""
    first, rest = text.split(",", 1)
    second, share = two(rest)
    first = seconds(first)
    if first <= 0 or share >= 1:
        raise ValueError(text)

    def sample(random):
        median = second if random.random() < share else first
        return min(random.lognormvariate(math.log(median), HUMP), LONGEST)

    return sample


def two(text):
    first, second = text.split(",")
    duration, number = seconds(first), float(second)
    if duration <= 0 or not 0 < number < math.inf:
        raise ValueError(text)
    return duration, number


DISTRIBUTIONS = {
    "uniform": uniform,
    "lognormal": lognormal,
    "pareto": pareto,
    "exponential": exponential,
    "bimodal": bimodal,
}
