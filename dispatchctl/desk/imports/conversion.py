"""Columns of somebody else's rows made into the texts that ours hold: keys, choices, times, money, plain text. Desk.

A column is converted as a whole: the ordinary case costs one dictionary look-up or one call into C for each cell, and
only a column with something wrong in it is gone through cell by cell.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.fields import read_field
from dispatchctl.desk.imports.times import NOTHING, DayEnds, Note, Reading, TimeParser
from dispatchctl.desk.names import list_titled, show_text
from dispatchctl.errors import DispatchError, UsageFault
from dispatchctl.policy.reading import find_nearest, list_some
from dispatchctl.registers.kinds import KINDS, check_value
from dispatchctl.registers.page import TEXT_LIMIT, Field, Register, join_items
from dispatchctl.typed import BLANKS, MONEY_FORMS, fold_reference, is_blank, parse_money

_SEPARATORS = re.compile("[;；、,，\n]")
LONGEST = TEXT_LIMIT // 4  # characters that never are more than TEXT_LIMIT bytes of UTF-8
SUGGESTED = 50  # different unknown keys for which the nearest one is looked up
BEGINS = ("repeats_at",)  # fields of times by which something began; all others are ends: due, expected, granted


class Unfit(ValueError):
    """A text that cannot be recorded. args: message, allowed, hint."""


class Tables(NamedTuple):
    """What the fields of one register take: by field its table (text -> ours), or None for free text.

    refer: the id of the person or the case that a text names in such a field; DispatchError where there is none.
    doubled: field -> title -> the keys that have it, where they are several.
    close: the end of a day's business, for bare dates; see times.DayEnds.
    """

    page: Register
    fields: dict[str, Field]
    known: dict[str, dict[str, str] | None]
    near: dict[str, str]  # unknown key -> the nearest
    refer: Callable[[Field, str], str]
    doubled: Mapping[str, Mapping[str, list[str]]]
    close: Callable[[int], int]


def make_tables(books: Books, register: str) -> Tables:
    """The tables of a register's fields under the rules in force: keys and titles, words of choices."""
    policy = books.policy

    def refer(field: Field, text: str) -> str:
        if field.type == "case":  # of the same system: its numbers come before ours
            found = books.index.db.execute(
                "SELECT DISTINCT id FROM sources WHERE ref = ? AND register = ?",
                (fold_reference(text), field.of or "orders"),
            ).fetchall()
            if len(found) == 1:
                return str(found[0][0])
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
    return Tables(page, books.pages.fields(register), known, {}, refer, doubled, DayEnds(books))


def _name_keys(section: Mapping[str, Any]) -> dict[str, str]:
    titles = {title: keys[0] for title, keys in list_titled(section).items() if len(keys) == 1}
    return {**titles, **{key: key for key in section}}


def fit_value(tables: Tables, field: str, text: str, times: TimeParser) -> str:
    """One value as it is recorded; Unfit where it cannot be. times: reads those of the map or the file."""
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
    if kind in ("time", "date"):
        said = times.read(text.strip())
        if said is None:
            raise Unfit(f"{show_text(text)} is no time", *times.explain(text.strip()))
        return _write_time(tables, field, kind, said, times.timezone)
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


def _write_time(tables: Tables, field: str, kind: str, said: Reading, timezone: str) -> str:
    """A time as a record has it; a bare date is the end of that day's business, unless something begins by it."""
    if said is NOTHING:
        return ""
    if kind == "date" and said.day:
        return date.fromordinal(said.day).isoformat()
    at = tables.close(said.day) if said.day and field not in BEGINS else said.at
    text = spell_time(at, timezone)
    return text[:10] if kind == "date" else text


def spell_time(at: int, timezone: str) -> str:
    """Seconds since 1970 UTC as ISO 8601 of a timezone."""
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at, ZoneInfo(timezone)).isoformat()


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
        self, tables: Tables, field: str, values: Mapping[str, str], default: str, times: TimeParser, *, required: bool
    ) -> None:
        self.tables, self.field, self.values, self.default = tables, field, values, default
        self.times, self.required, self.none = times, required, times.none
        table = tables.known.get(field)
        self.table = None if table is None else {**table, **values, "": default}
        declared = tables.fields.get(field)
        self.many = declared is not None and declared.many
        self.each = declared is not None and declared.type in (*KINDS, "staff", "case")

    def read(self, column: list[str], note: Note, present: Sequence[int | None] | None = None) -> list[str]:
        """The column as texts to record; what is wrong is told to `note` by row, and "" stands there."""
        if self.none and not self.none.isdisjoint(map(str.strip, column)):
            column = ["" if text.strip() in self.none else text for text in column]
        read: Sequence[str | None]
        if self.many:
            read = [self._fit_many(row, text, note) for row, text in enumerate(column)]
        elif self.table is not None:
            found = list(map(self.table.get, column))
            read = self._look_again(column, found, note, present) if None in found else found
        elif self.each:
            read = [self._fit(row, text, note) for row, text in enumerate(column)]
        else:
            read = self._read_texts(column, note, present)
        texts: list[str] = read  # type: ignore[assignment]
        if self.required and any(map(is_blank, texts)):
            for row, text in enumerate(texts):
                if is_blank(text) and (present is None or present[row] is not None) and is_blank(column[row]):
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
        note(row, f"unknown-{self.field}", *explain_key(self.tables, self.field, text), show_text(text))

    def _fit_many(self, row: int, text: str, note: Note) -> str:
        """A list: theirs may stand between any of the separators that people write."""
        items = [each.strip() for each in _SEPARATORS.split(text) if each.strip()]
        fitted = [self._fit(row, each, note) for each in items]
        return join_items([each for each in fitted if each]) if items else self.default

    def _fit(self, row: int, text: str, note: Note) -> str:
        text = self.values.get(text, text)
        if not text.strip():
            return self.default
        try:
            return fit_value(self.tables, self.field, text, self.times)
        except Unfit as error:
            note(row, f"bad-{self.field}", *(*error.args, "", "")[:3], show_text(text))
            return ""

    def _read_texts(self, column: list[str], note: Note, present: Sequence[int | None] | None) -> list[str]:
        column = ["" if text[:1] in BLANKS and is_blank(text) else text for text in column]  # few begin with a blank
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
