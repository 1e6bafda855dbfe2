"""Layer policy: time limits as the rules spell them (`30m`, `8bh`, `3wd`), read and written back.

A limit keeps its own unit: an hour of business time is no hour, a working day no day, and nothing here turns
one into another. What a limit means on a calendar is told by `rules.limits`.
"""

from typing import NamedTuple

UNITS = ("m", "h", "bm", "bh", "d", "wd", "w")
SECONDS_OF_UNIT = {"m": 60, "h": 3600, "bm": 60, "bh": 3600}
LARGEST = 99_999


class Limit(NamedTuple):
    """A time limit: `number` (1 to LARGEST) of `unit` (one of UNITS); str() spells it as `parse_span` reads it."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    @property
    def by_clock(self) -> bool:
        """True for m, h, bm and bh, which are counted in seconds; False for d, wd and w, which are counted in days."""
        return self.unit in SECONDS_OF_UNIT

    @property
    def in_business(self) -> bool:
        """True for bm and bh, which run inside the hours of the calendar only."""
        return self.unit in ("bm", "bh")

    @property
    def seconds(self) -> int:
        """Its length in seconds, elapsed or of business; KeyError for d, wd and w, which have no such length."""
        return self.number * SECONDS_OF_UNIT[self.unit]


def parse_span(text: str) -> Limit:
    """Return the limit that `text` spells: ASCII digits without a leading zero, then the unit, and nothing else.

    ValueError, with what is allowed, for anything else: signs, fractions, zero, unknown units, numbers above LARGEST.
    """
    digits = text.rstrip("mhbdw")
    unit = text[len(digits) :]
    plain = digits.isascii() and digits.isdigit() and not digits.startswith("0")
    if plain and unit in UNITS and len(digits) <= len(str(LARGEST)):
        return Limit(int(digits), unit)
    allowed = f"a whole number from 1 to {LARGEST}, then one of {' '.join(UNITS)}"
    raise ValueError(f"{text[:40]!r} is not a length of time ({allowed})")
