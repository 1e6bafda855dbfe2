"""Columns of somebody else's rows made into the texts that ours hold: keys, choices, times, money, plain text. Desk.

A column is converted as a whole: the ordinary case costs one dictionary look-up or one call into C for each cell, and
only a column with something wrong in it is gone through cell by cell.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import sub
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.fields import read_field
from dispatchctl.desk.names import list_titled, show_text
from dispatchctl.errors import DispatchError, UsageFault
from dispatchctl.policy.reading import find_nearest, list_some
from dispatchctl.registers.kinds import KINDS, check_value
from dispatchctl.registers.page import TEXT_LIMIT, Field, Register
from dispatchctl.rules.zone import DAY, EPOCH_DAY, Zone
from dispatchctl.typed import MONEY_FORMS, parse_money, to_epoch

EPOCH = datetime(1970, 1, 1)
TIME_FORMS = "ISO 8601, such as 2026-11-21 09:00:00 or 2026-11-21T09:00:00+08:00; else time_format in the map"
LONGEST = TEXT_LIMIT // 4  # characters that never are more than TEXT_LIMIT bytes of UTF-8
SUGGESTED = 50  # different unknown keys for which the nearest one is looked up
END = 253_370_764_800  # 9999-01-01
_SLASHED = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)

Note = Callable[[int, str, str, str, str], None]  # row, code, message, allowed, hint


class Unfit(ValueError):
    """A text that cannot be recorded. args: message, allowed, hint."""


class Tables(NamedTuple):
    """What the fields of one register take: by field its table (text -> ours), or None for free text.

    refer: the id of the person or the case that a text names in such a field; DispatchError where there is none.
    doubled: field -> title -> the keys that have it, where they are several.
    """

    page: Register
    fields: dict[str, Field]
    known: dict[str, dict[str, str] | None]
    near: dict[str, str]  # unknown key -> the nearest
    refer: Callable[[Field, str], str]
    doubled: Mapping[str, Mapping[str, list[str]]]


def make_tables(books: Books, register: str) -> Tables:
    """The tables of a register's fields under the rules in force: keys and titles, words of choices."""
    policy = books.policy

    def refer(field: Field, text: str) -> str:
        return read_field(books, field, text, Instant(books.now, 0), "", employed=False)

    known: dict[str, dict[str, str] | None] = {}
    doubled: dict[str, dict[str, list[str]]] = {}
    page = books.pages.get(register)
    for field in page.fields:
        if field.type == "choice":
            known[field.name] = {word: word for word in field.choices}
        elif field.type == "key":
            section = policy.get(field.of)
            known[field.name] = None if section is None else _name_keys(section)
            doubled[field.name] = {title: keys for title, keys in list_titled(section or {}).items() if len(keys) > 1}
    return Tables(page, books.pages.fields(register), known, {}, refer, doubled)


def _name_keys(section: Mapping[str, Any]) -> dict[str, str]:
    titles = {title: keys[0] for title, keys in list_titled(section).items() if len(keys) == 1}
    return {**titles, **{key: key for key in section}}


def fit_value(tables: Tables, field: str, text: str, timezone: str) -> str:
    """One value as it is recorded; Unfit where it cannot be. timezone: for a time without offset."""
    table = tables.known.get(field)
    if table is not None:
        found = table.get(text.strip())
        if found is None:
            raise Unfit(*explain_key(tables, field, text))
        return found
    declared = tables.fields.get(field)
    kind = declared.type if declared else "text"
    if kind == "money":
        try:
            return parse_money(text)
        except UsageFault:
            raise Unfit(f"{show_text(text)} is no amount", MONEY_FORMS) from None
    if kind == "time":
        try:
            epoch = to_epoch(datetime.fromisoformat(text.strip()), timezone)
        except (ValueError, OverflowError):
            raise Unfit(f"{show_text(text)} is no time", TIME_FORMS) from None
        if not 0 <= epoch < END:
            raise Unfit(f"{show_text(text)} is no time", TIME_FORMS)
        from zoneinfo import ZoneInfo

        return datetime.fromtimestamp(epoch, ZoneInfo(timezone)).isoformat()
    if declared is not None and kind in ("staff", "case"):
        try:
            return tables.refer(declared, text.strip())
        except DispatchError as error:
            raise Unfit(str(error), "", error.hint) from None
    check_cell(text)
    allowed = check_value(declared, text) if declared else ""
    if allowed:
        raise Unfit(f"{field} cannot be {show_text(text)}", allowed)
    return text


def explain_key(tables: Tables, field: str, text: str) -> tuple[str, str, str]:
    """(message, what is allowed, a hint) for what names no key: the nearest where one is near, else some of them."""
    several = tables.doubled.get(field, {}).get(text.strip())
    if several:
        return f"{show_text(text)} is the title of several", ", ".join(several), ""
    message = f"no such {field}: {show_text(text)}"
    table = tables.known.get(field) or {}
    kept = f"{field}\0{text}"
    if kept not in tables.near and len(tables.near) < SUGGESTED:
        tables.near[kept] = find_nearest(text.strip(), list(table))
    near = tables.near.get(kept)
    return (message, "", f"nearest: {near}") if near else (message, list_some(list(dict.fromkeys(table.values()))), "")


def check_cell(text: str) -> None:
    """Unfit for a text that a record cannot hold."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        broken = "\udc80" <= text[error.start] <= "\udcff"
        message = f"character {error.start + 1} is " + ("no valid text" if broken else "half a surrogate pair")
        raise Unfit(message, "", "name the encoding in the map: encoding: gb18030" if broken else "") from None
    if size > TEXT_LIMIT:
        raise Unfit(f"the text has {size} bytes", f"at most {TEXT_LIMIT}")


class ColumnReader:
    """Converts the cells of one column into one field.

    values: theirs -> ours (already fit). default: what an empty cell stands for. required: whether it may be empty
    without a default. present: where given, only the rows where it is not None are looked at.
    """

    def __init__(
        self, tables: Tables, field: str, values: Mapping[str, str], default: str, timezone: str, *, required: bool
    ) -> None:
        self.tables, self.field, self.values, self.default = tables, field, values, default
        self.timezone, self.required = timezone, required
        table = tables.known.get(field)
        self.table = None if table is None else {**table, **values, "": default}
        declared = tables.fields.get(field)
        self.each = declared is not None and declared.type in (*KINDS, "staff", "case")

    def read(self, column: list[str], note: Note, present: Sequence[int | None] | None = None) -> list[str]:
        """The column as texts to record; what is wrong is told to `note` by row, and "" stands there."""
        if self.table is not None:
            found = list(map(self.table.get, column))
            read = self._look_again(column, found, note, present) if None in found else found
        elif self.each:
            read = [self._fit(row, text, note) for row, text in enumerate(column)]
        else:
            read = self._read_texts(column, note, present)
        texts: list[str] = read  # type: ignore[assignment]
        if self.required and any(not text or text.isspace() for text in texts):
            for row, text in enumerate(texts):
                if not text.strip() and (present is None or present[row] is not None) and not column[row].strip():
                    note(row, "missing", "is empty", "", "")
        return texts

    def _look_again(
        self, column: list[str], found: Sequence[str | None], note: Note, present: Sequence[int | None] | None
    ) -> list[str]:
        assert self.table is not None
        read = []
        for row, ours in enumerate(found):
            if ours is None:
                ours = self.table.get(column[row].strip())
            if ours is None and (present is None or present[row] is not None):
                self._refuse(row, column[row], note)
            read.append(ours or "")
        return read

    def _refuse(self, row: int, text: str, note: Note) -> None:
        note(row, f"unknown-{self.field}", *explain_key(self.tables, self.field, text))

    def _fit(self, row: int, text: str, note: Note) -> str:
        text = self.values.get(text, text)
        if not text.strip():
            return self.default
        try:
            return fit_value(self.tables, self.field, text, self.timezone)
        except Unfit as error:
            note(row, f"bad-{self.field}", *(*error.args, "", "")[:3])
            return ""

    def _read_texts(self, column: list[str], note: Note, present: Sequence[int | None] | None) -> list[str]:
        if self.values:
            known = self.values.get
            column = [known(text, text) for text in column]
        if self.default:
            default = self.default
            column = [text or default for text in column]
        if max(map(len, column), default=0) <= LONGEST and _is_text(column):
            return column
        column = list(column)
        for row, text in enumerate(column):
            try:
                check_cell(text)
            except Unfit as error:
                column[row] = ""
                if present is None or present[row] is not None:
                    note(row, "bad-text", *(*error.args, "", "")[:3])
        return column


def _is_text(column: Sequence[str]) -> bool:
    try:
        "".join(column).encode()
    except UnicodeEncodeError:
        return False
    return True


class TimeReader:
    """Converts a column of times into whole seconds since 1970 UTC.

    timezone: for times without offset. form: as for strptime; "" for ISO 8601, and for days written 2026/11/2.
    """

    def __init__(self, timezone: str, form: str) -> None:
        self.form, self._zone, self._name = form, Zone(timezone), timezone
        self._offsets: dict[int, int | None] = {}  # day since 1970 -> local minus UTC, None where it changes that day
        self._kept: dict[str, int | None] = {}

    def read(self, column: Sequence[str], note: Note, latest: int, *, required: bool) -> list[int | None]:
        """The times, None for an empty cell; a fault for what is no time or lies after `latest` (seconds)."""
        times = self._read_quickly(column)
        if times is None:
            times = [self._read_cell(row, text.strip(), note) for row, text in enumerate(column)]
            if required:
                for row, text in enumerate(column):
                    if not text.strip():
                        note(row, "missing", "is empty", "", "")
        if max((at for at in times if at is not None), default=0) > latest:
            for row, at in enumerate(times):
                if at is not None and at > latest:
                    note(row, "future", f"{show_text(column[row])} is in the future", "", "")
        return times

    def _read_quickly(self, column: Sequence[str]) -> list[int | None] | None:
        """All of them at once where all are ISO 8601 without offset; None where one is not."""
        if self.form:
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
        if not text:
            return None
        if text not in self._kept:
            if len(self._kept) > 100_000:
                self._kept.clear()
            self._kept[text] = self._parse(text)
        at = self._kept[text]
        if at is None:
            allowed = f"time_format {self.form}" if self.form else TIME_FORMS
            note(row, "bad-time", f"{show_text(text)} is no time", allowed, "")
        return at

    def _parse(self, text: str) -> int | None:
        try:
            if self.form:
                time = datetime.strptime(text, self.form)
            else:
                parts = _SLASHED.fullmatch(text)
                if parts:
                    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
                    time = datetime(year, month, day, hour, minute, second)
                else:
                    time = datetime.fromisoformat(text)
            at = to_epoch(time, self._name)
        except (ValueError, OverflowError, OSError):
            return None
        return at if 0 <= at < END else None
