"""Layer rules: local time of one time zone in plain integers; its one job is wall time to epoch and back, fast.

An epoch is whole seconds since 1970 UTC, a day a proleptic ordinal (`date.toordinal`), a wall time a day and its
seconds 0..86400. The changes of the offset are looked up once per block of years, so that a conversion is a bisect.
"""

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY = 86_400
EPOCH_DAY = 719_163  # 1970-01-01
BLOCK = 4  # years looked up at a time
ANCHOR_YEAR = 2024  # every lookup reaches to this year, so that what is known is one unbroken stretch
FIRST_YEAR, END_YEAR = 1900, 2200  # outside of these the offset at the edge holds
# Two changes within one step would be missed; the closest since 1950 are an hour short of a week apart (Recife, 2000).
STEP = 6 * DAY


def new_year(year: int) -> int:
    """Return the ordinal of 1 January of `year`."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400 + 1


class Zone:
    """The time zone called `name` (IANA); a KeyError at first use (ZoneInfoNotFoundError) where there is none.

    `cuts` holds the epochs at which the offset changes, as far as they have been looked up; it is a new tuple whenever
    it grows. Those of every day from `first_day` up to `end_day`, exclusive, are among them.
    """

    __slots__ = (
        "_end", "_end_year", "_first_year", "_offsets", "_start", "_turns", "_zone",
        "cuts", "end_day", "first_day", "name",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.cuts: tuple[int, ...] = ()
        self._turns: tuple[int, ...] = ()
        self._offsets: tuple[int, ...] = (0,)
        self._start = self._end = 0
        self.first_day = self.end_day = 0
        self._first_year = self._end_year = ANCHOR_YEAR
        self._zone: ZoneInfo | None = None

    def offset_at(self, epoch: int) -> int:
        """Return local minus UTC at `epoch`, in seconds."""
        if not self._start <= epoch < self._end:
            self._cover(epoch)
        return self._offsets[bisect_right(self.cuts, epoch)]

    def read_local(self, epoch: int) -> tuple[int, int]:
        """Return the local day of `epoch` and the wall time's second of it, 0..86399."""
        day, second = divmod(epoch + self.offset_at(epoch), DAY)
        return day + EPOCH_DAY, second

    def day_of(self, epoch: int) -> int:
        """Return the local day that holds `epoch`."""
        return (epoch + self.offset_at(epoch)) // DAY + EPOCH_DAY

    def find_epoch(self, day: int, second: int) -> int:
        """Return the epoch of a wall time; `second` 86400 is the next day's midnight.

        A wall time that a change skips moves forward by what is skipped; of one that comes twice, the first is meant.
        """
        local = (day - EPOCH_DAY) * DAY + second
        if not self.first_day <= day < self.end_day:
            self.cover_day(day)
        return local - self._offsets[bisect_right(self._turns, local)]

    def cover_day(self, day: int) -> None:
        """Look up the changes of the clock up to `day`, and those of the days beside it."""
        # Local time is never more than a day from UTC.
        self._cover((day - EPOCH_DAY - 1) * DAY)
        self._cover((day - EPOCH_DAY + 2) * DAY)

    def _cover(self, epoch: int) -> None:
        """Look up the changes of every year from the anchor to that of `epoch`, by whole blocks."""
        if self._start <= epoch < self._end:
            return
        if self._zone is None:
            from zoneinfo import ZoneInfo

            self._zone = ZoneInfo(self.name)
        year = 1970 + epoch // 31_556_952
        # An average year may miss the true one by a day at its edges: one block more costs less than being exact.
        first = min(self._first_year, max(FIRST_YEAR, (year - 1) // BLOCK * BLOCK))
        end = max(self._end_year, min(END_YEAR, (year + 1) // BLOCK * BLOCK + BLOCK))
        cuts, offsets = self._find_changes((new_year(first) - EPOCH_DAY) * DAY, (new_year(end) - EPOCH_DAY) * DAY)
        if len(cuts) != len(self.cuts):
            self.cuts = tuple(cuts)
        self._offsets = tuple(offsets)
        # Until the later of its two wall times a change is not over: skipped times take the offset before it
        # (and so move forward), repeated ones too (and so are the first of the two).
        self._turns = tuple(cut + max(offsets[i], offsets[i + 1]) for i, cut in enumerate(cuts))
        self._first_year, self._end_year = first, end
        self._start = (new_year(first) - EPOCH_DAY) * DAY if first > FIRST_YEAR else -(10**15)
        self._end = (new_year(end) - EPOCH_DAY) * DAY if end < END_YEAR else 10**15
        self.first_day = self._start // DAY + EPOCH_DAY + 1
        self.end_day = self._end // DAY + EPOCH_DAY - 2

    def _find_changes(self, start: int, end: int) -> tuple[list[int], list[int]]:
        """Return the epochs of the changes from `start` to `end`, and the offsets before, between and after them."""
        offset = self._ask(start)
        cuts: list[int] = []
        offsets = [offset]
        for epoch in range(start, end, STEP):
            low, high = epoch, min(epoch + STEP, end - 1)
            after = self._ask(high)
            if after == offset:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._ask(middle) == offset else (low, middle)
            cuts.append(high)
            offsets.append(after)
            offset = after
        return cuts, offsets

    def _ask(self, epoch: int) -> int:
        from datetime import datetime

        offset = datetime.fromtimestamp(epoch, self._zone).utcoffset()
        assert offset is not None
        return offset.days * DAY + offset.seconds
