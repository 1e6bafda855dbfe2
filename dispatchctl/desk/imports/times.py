"""The one reader of the times in somebody else's file: of `at`, of fields, of every event. Desk.

A text is a moment, or a bare date; what a bare date stands for, the column says: the day's 00:00 where something
begins by it, the end of that day's business where something is over or due by it.
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timezone
from operator import sub
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dispatchctl.desk.books import Books
from dispatchctl.desk.names import show_text
from dispatchctl.exchange.timeforms import EPOCH_FORM, has_clock
from dispatchctl.rules.calendar import last_second
from dispatchctl.rules.zone import DAY, EPOCH_DAY, Zone
from dispatchctl.typed import to_epoch

EPOCH = datetime(1970, 1, 1)
TIME_FORMS = "ISO 8601, such as 2026-11-21 09:00:00 or 2026-11-21T09:00:00+08:00; else time_format in the map"
END = 253_370_764_800  # 9999-01-01
KEPT = 100_000  # texts whose times are remembered
_DAY = r"(\d{4})(?:[/.-](\d{1,2})[/.-](\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日)"
_CLOCK = r"(\d{1,2})(?:[:\uff1a](\d{2})(?:[:\uff1a](\d{2}))?|\s*[时点]\s*(?:(\d{1,2})\s*分)?(?:\s*(\d{1,2})\s*秒)?)"
_LOOSE = re.compile(rf"{_DAY}(?:[ T\u3000]*{_CLOCK})?", re.ASCII)
_ZONE = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,5})\s*$|(?<=[0-9\s])([A-Za-z]{1,5})(?=\s)")
_NUMBER = re.compile(r"\d{9,}(?:\.\d+)?", re.ASCII)

Note = Callable[..., None]  # row, code, message, allowed, hint, value


class Reading(NamedTuple):
    """What one text says. at: seconds since 1970 UTC, of a bare date its 00:00. day: of a bare date its ordinal, else
    0.
    """

    at: int
    day: int = 0


NOTHING = Reading(-1)


class DayEnds:
    """The end of each day's business by the rules in force then: what a bare date stands for as an end."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.kept: dict[int, int] = {}
        self.zone = Zone(books.timezone)

    def __call__(self, day: int) -> int:
        """Seconds since 1970 UTC of the end of an ordinal day."""
        found = self.kept.get(day)
        if found is None:
            version = self.books.book.at(self.zone.find_epoch(day, 0))[0]
            calendar = self.books.judging.table.calendar(version)
            found = self.kept[day] = last_second(calendar, day)
        return found


class TimeParser:
    """Reads single texts.

    timezone: an IANA name, for times without offset. forms: as for strptime, the first that fits counts; "", and where
    there are none at all: ISO 8601, and days written 2026/11/2 or 2026年11月2日. none: texts that mean no time.
    """

    def __init__(self, timezone: str, forms: Sequence[str] = (), none: Collection[str] = ()) -> None:
        self.forms, self.timezone = tuple(forms), timezone
        self.none = frozenset(none)
        # the same day in another spelling is none as well: 1900-01-01 where the sheet shows 1900/1/1
        self.nothing = frozenset(wall[0] for wall in map(_read_wall, none) if wall is not None)
        self._kept: dict[str, Reading | None] = {}

    @property
    def allowed(self) -> str:
        """What a message names as taken."""
        forms = list(filter(None, self.forms))
        return f"time_format {' or '.join(forms)}" if forms else TIME_FORMS

    def read(self, text: str) -> Reading | None:
        """What a text without surrounding blanks says, NOTHING where it stands for none; None where it is no time."""
        if not text:
            return NOTHING
        if text in self._kept:
            return self._kept[text]
        if len(self._kept) >= KEPT:
            self._kept.clear()
        found = self._kept[text] = NOTHING if text in self.none else self._parse(text)
        return found

    def explain(self, text: str) -> tuple[str, str]:
        """(what is allowed, a hint) for a text that is no time."""
        if not any(self.forms) and _NUMBER.fullmatch(text):
            return self.allowed, f'seconds since 1970? map: time_format: "{EPOCH_FORM}"'
        if any("%Z" in form for form in self.forms):
            return (
                self.allowed,
                f"zones taken: UTC, GMT, Z, and what {self.timezone} is called then; else timezone: in the map",
            )
        return self.allowed, ""

    def _parse(self, text: str) -> Reading | None:
        for form in self.forms or ("",):
            try:
                found = self._read_form(text, form) if form else self._read_iso(text)
            except (ValueError, OverflowError, OSError):
                continue
            if found is None:
                continue
            time, clock = found
            if time.replace(tzinfo=None) in self.nothing:
                return NOTHING
            try:
                at = to_epoch(time, self.timezone)
            except (ValueError, OverflowError, OSError):
                continue
            if 0 <= at < END:
                return Reading(at, 0 if clock else time.toordinal())
        return None

    def _read_iso(self, text: str) -> tuple[datetime, bool] | None:
        wall = _read_wall(text)
        if wall is not None:
            return wall
        word = _ZONE.search(text)
        if word is None:
            return None
        wall = _read_wall(text[: word.start()].strip())
        return None if wall is None or not wall[1] else self._apply_zone(wall[0], word[0].strip())

    def _read_form(self, text: str, form: str) -> tuple[datetime, bool] | None:
        if form == EPOCH_FORM:
            return (datetime.fromtimestamp(float(text), UTC), True) if _NUMBER.fullmatch(text) else None
        if "%Z" not in form:
            return datetime.strptime(text, form), has_clock(form)
        # strptime reads a zone's name and drops it: here it is taken out, and the time is put into that zone
        for word in _ZONE.finditer(text):
            name = (word[1] or word[2]).strip()
            place = word.start(1) if word[1] else word.start(2)
            bare = f"{text[:place]}UTC{text[place + len(name) :]}"
            try:
                return self._apply_zone(datetime.strptime(bare, form.replace("%Z", "UTC")), name)
            except ValueError:
                continue
        return None

    def _apply_zone(self, wall: datetime, name: str) -> tuple[datetime, bool] | None:
        """The wall time in the zone of that name: UTC, or what the map's (else the rules') zone is called then."""
        if wall.tzinfo is not None:
            return None
        if name.upper() in ("UTC", "GMT", "Z"):
            return wall.replace(tzinfo=UTC), True
        zone = ZoneInfo(self.timezone)
        for fold in (0, 1):
            local = wall.replace(tzinfo=zone, fold=fold)
            offset = local.utcoffset()
            if local.tzname() == name and offset is not None:
                return wall.replace(tzinfo=timezone(offset)), True
        return None


class TimeReader:
    """Converts a column of times into whole seconds since 1970 UTC.

    close: what the end of a bare date is, by its ordinal; None: a bare date is its 00:00. bare: of the column read
    last, the rows of bare dates, with the ordinal of each (only where close is given).
    """

    def __init__(self, parser: TimeParser, close: Callable[[int], int] | None = None) -> None:
        self.parser, self.close = parser, close
        self.bare: dict[int, int] = {}
        self._zone, self._offsets = Zone(parser.timezone), {}  # type: ignore[var-annotated]

    def read(self, column: Sequence[str], note: Note, latest: int, *, required: bool) -> list[int | None]:
        """The times, None for an empty cell; a fault for what is no time or lies after `latest` (seconds).

        The end of a day that has begun by `latest` is not after it.
        """
        self.bare = {}
        times = self._read_quickly(column)
        if times is None:
            times = [self._read_cell(row, text.strip(), note) for row, text in enumerate(column)]
            if required:
                for row, text in enumerate(column):
                    if self.parser.read(text.strip()) is NOTHING:
                        note(row, "missing", "is empty", "", "")
        if max((at for at in times if at is not None), default=0) > latest:
            for row, at in enumerate(times):
                if at is None or at <= latest:
                    continue
                if row in self.bare and self._zone.find_epoch(self.bare[row], 0) <= latest:
                    times[row] = latest
                    continue
                note(row, "future", f"{show_text(column[row])} is in the future", "", "", show_text(column[row]))
        return times

    def _read_quickly(self, column: Sequence[str]) -> list[int | None] | None:
        """All of them at once where all are ISO 8601 without offset; None where one is not."""
        if self.parser.forms or self.parser.none:
            return None
        if self.close is not None and min(map(len, column), default=0) <= len("2026-11-02"):
            return None
        try:
            past = list(map(sub, map(datetime.fromisoformat, column), [EPOCH] * len(column)))
        except (ValueError, TypeError):
            return None
        times: list[int | None] = []
        offsets = self._offsets
        for delta in past:
            day = delta.days
            if day < 0:
                return None
            offset = offsets[day] if day in offsets else self._find_offset(day)
            if offset is None:
                times.append(self._zone.find_epoch(day + EPOCH_DAY, delta.seconds))
            else:
                times.append(day * DAY + delta.seconds - offset)
        return times

    def _find_offset(self, day: int) -> int | None:
        first, last = day + EPOCH_DAY, day + EPOCH_DAY + 1
        begins, ends = self._zone.find_epoch(first, 0), self._zone.find_epoch(last, 0)
        offset = day * DAY - begins if ends - begins == DAY else None
        self._offsets[day] = offset
        return offset

    def _read_cell(self, row: int, text: str, note: Note) -> int | None:
        found = self.parser.read(text)
        if found is NOTHING:
            return None
        if found is None:
            note(row, "bad-time", f"{show_text(text)} is no time", *self.parser.explain(text), show_text(text))
            return None
        if found.day and self.close is not None:
            self.bare[row] = found.day
            return self.close(found.day)
        return found.at


def _read_wall(text: str) -> tuple[datetime, bool] | None:
    """(time, whether it has a time of day) of a text in one of the forms that need no time_format."""
    try:
        return datetime.fromisoformat(text), len(text) > len("2026-11-02") or ("T" in text or ":" in text)
    except ValueError:
        pass
    parts = _LOOSE.fullmatch(text)
    if parts is None:
        return None
    year, month, day, other_month, other_day, hour, *rest = parts.groups()
    minute, second = (rest[0] or rest[2], rest[1] or rest[3])
    try:
        return (
            datetime(
                int(year), int(month or other_month), int(day or other_day),
                int(hour or 0), int(minute or 0), int(second or 0),
            ),
            hour is not None,
        )  # fmt: skip
    except ValueError:
        return None
