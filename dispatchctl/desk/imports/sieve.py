"""Rows of an input sifted by an import map: what each says in our words, and what is wrong. Desk.

Nothing is looked up in the records here, and nothing is written: the same rows give the same answer both times that an
import reads them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.imports.conversion import ColumnReader, Tables
from dispatchctl.desk.imports.tally import RowFault
from dispatchctl.desk.imports.times import DayEnds, TimeParser, TimeReader
from dispatchctl.errors import Fault
from dispatchctl.exchange.maps import CONTACT, REGISTERS, ImportMap
from dispatchctl.exchange.sources import Chunk, Source
from dispatchctl.registers.page import ANY, BACK, FIRST, Event
from dispatchctl.typed import fold_reference

MANY_DIGITS = re.compile(r"\d(?:[ ()+-]{0,2}\d){6}")  # what any phone or identity number has


class Part(NamedTuple):
    """One event that a row may bring. at: the place of its time among the columns read; fields: of its own.

    times: reads that column.
    """

    event: Event
    at: int
    times: TimeReader
    fields: list[tuple[str, int, ColumnReader]]  # (field, place of its column, -1 for a constant, reader)
    note: int  # place of the column of its note, -1 for none


class Sifted(NamedTuple):
    """What the rows of a chunk say. at, fields and notes: for each part of the map, by columns as long as the chunk.

    refs: their references (of a log: their cases), folded. bare: for each part, the rows whose time is a bare date,
    with its ordinal. contacts: name, phone and address, each "" where not given. words: of a log, what each row calls
    its event. faults: by row.
    """

    lines: Sequence[int]
    refs: list[str]
    at: list[list[int | None]]
    bare: list[dict[int, int]]
    fields: list[dict[str, list[str]]]
    notes: list[list[str]]
    contacts: list[list[str]]
    words: list[str]
    faults: dict[int, list[RowFault]]


class Sifter:
    """Reads rows as a map says, by the rules in force.

    strict: what is otherwise only warned of is a fault. early: rows whose further events lay before the first one.
    """

    def __init__(self, books: Books, source: Source, wanted: ImportMap, tables: Tables, *, strict: bool) -> None:
        self.source, self.map, self.tables, self.latest = source, wanted, tables, books.now
        self.strict, self.early = strict, 0
        self.private = bool(books.policy["privacy"]["strict"])
        self.placeholders = frozenset(books.policy["intake"]["placeholders"])
        self.personal: dict[str, int] = {}  # column -> rows with what looks like a phone or identity number
        self.columns: list[str] = []  # of theirs, in the order they are read in
        self.parser = TimeParser(wanted.timezone or books.timezone, wanted.time_formats, wanted.none)
        # a field's times were ISO 8601 whatever the map said of `at`, and such maps go on being read
        iso = [""] if wanted.time_formats else []
        self.field_parser = TimeParser(self.parser.timezone, [*wanted.time_formats, *iso], wanted.none)
        self.ends = DayEnds(books)
        events = {event.name: event for event in tables.page.events}
        first = events[wanted.openings[0]]
        self.ref = self._place(wanted.case or wanted.columns["source_ref"])
        word = wanted.event_column or wanted.begins_column
        self.word = self._place(word) if word else -1
        # another register's rows may have the numbers of their orders: a reference has each event once
        self.prefix = "" if wanted.register == REGISTERS[0] else f"{wanted.register}:"
        self.parts = [self._make_part(first, wanted.columns["at"], wanted.columns, wanted.constants)]
        for further in wanted.events:
            self.parts.append(self._make_part(events[further.event], further.at, further.columns, further.constants))
        self.contact = [self._place(wanted.columns[name]) if name in wanted.columns else -1 for name in CONTACT]
        self.contact_readers = [self._make_reader(name, "", required=False) for name in CONTACT]
        self.illegal = self._list_illegal()

    def _place(self, column: str) -> int:
        if column not in self.columns:
            self.columns.append(column)
        return self.columns.index(column)

    def _make_reader(self, field: str, default: str, *, required: bool) -> ColumnReader:
        values = self.map.values.get(field, {})
        return ColumnReader(self.tables, field, values, default, self.field_parser, required=required)

    def _make_part(self, event: Event, at: str, columns: Mapping[str, str], constants: Mapping[str, str]) -> Part:
        own = self.tables.fields
        fields = []
        for name in dict.fromkeys((*columns, *constants)):
            if name not in own:
                continue
            place = self._place(columns[name]) if name in columns else -1
            required = name in event.required and not constants.get(name) and not self.map.is_log
            fields.append((name, place, self._make_reader(name, constants.get(name, ""), required=required)))
        note = self._place(columns["note"]) if "note" in columns else -1
        dated = any(own[name].type == "date" for name in event.required)  # what is noted of a day
        opens = FIRST in event.before and not self.map.is_log and not dated
        times = TimeReader(self.parser, None if opens or at in self.map.moments else self.ends)
        return Part(event, self._place(at), times, fields, note)

    def _list_illegal(self) -> dict[tuple[bool, ...], str]:
        """Which of the further events may not follow one another: pattern of those there -> the event refused."""
        from itertools import product

        further = [part.event for part in self.parts[1:]]
        if len(further) > 12:  # a row of so many events is left to the fold, which records a conflict
            return {}
        illegal = {}
        for pattern in product((False, True), repeat=len(further)):
            state = self.parts[0].event.after
            for event in (event for event, there in zip(further, pattern, strict=True) if there):
                if state not in event.before and ANY not in event.before:
                    illegal[pattern] = f"{event.name} is not possible in state {state}"
                    break
                state = event.after if event.after not in ("", BACK) else state
        return illegal

    def sift(self, chunk: Chunk, *, lint: bool = False) -> Sifted:
        """What the rows of a chunk say. lint: also look for phone and identity numbers in free text."""
        faults: dict[int, list[RowFault]] = {}
        for row, fault in chunk.faults:
            faults.setdefault(row, []).append(RowFault(fault))
        unread = frozenset(faults)

        def note_at(place: int) -> Any:
            column = self.columns[place] if place >= 0 else ""

            def note(row: int, code: str, message: str, allowed: str, hint: str, value: str = "") -> None:
                if row not in unread:
                    number = self.source.numbers.get(column, 0)
                    told = f"{column}: {message}" if column else message
                    fault = Fault(self.source.name, chunk.lines[row], number, code, told, allowed, hint)
                    faults.setdefault(row, []).append(RowFault(fault, column, value))

            return note

        refs = self._read_refs(chunk, note_at(self.ref))
        times: list[list[int | None]] = []
        bare: list[dict[int, int]] = []
        fields: list[dict[str, list[str]]] = []
        notes: list[list[str]] = []
        for number, part in enumerate(self.parts):
            at = part.times.read(chunk.columns[part.at], note_at(part.at), self.latest, required=number == 0)
            present = at if number else None
            if number:
                self._check_order(times[0], at, part, note_at(part.at), lint=lint)
            read: dict[str, list[str]] = {}
            for name, place, reader in part.fields:
                if place < 0:
                    read[name] = [reader.default] * chunk.height
                    continue
                read[name] = reader.read(chunk.columns[place], note_at(place), present)
                if lint and name not in self.tables.known:
                    self._lint(read[name], place, note_at(place))
            times.append(at)
            bare.append(part.times.bare)
            fields.append(read)
            notes.append(self._read_note(chunk, part, note_at, lint=lint))
        if self.illegal:
            self._check_moves(times, note_at(-1))
        contacts = [
            self._drop_placeholders(reader.read(chunk.columns[place], note_at(place)))
            if place >= 0
            else [""] * chunk.height
            for place, reader in zip(self.contact, self.contact_readers, strict=True)
        ]
        words = [word.strip() for word in chunk.columns[self.word]] if self.word >= 0 else []
        return Sifted(chunk.lines, refs, times, bare, fields, notes, contacts, words, faults)

    def _read_refs(self, chunk: Chunk, note: Any) -> list[str]:
        reader = self._make_reader("source_ref", "", required=True)
        refs = [fold_reference(ref) for ref in reader.read(chunk.columns[self.ref], note)]
        return [f"{self.prefix}{ref}" for ref in refs] if self.prefix else refs

    def _drop_placeholders(self, column: list[str]) -> list[str]:
        """A contact's texts without those that only say that there is none."""
        if self.placeholders.isdisjoint(map(str.strip, column)):
            return column
        return ["" if text.strip() in self.placeholders else text for text in column]

    def _read_note(self, chunk: Chunk, part: Part, note_at: Any, *, lint: bool) -> list[str]:
        if part.note < 0:
            return [""] * chunk.height
        texts = self._make_reader("note", "", required=False).read(chunk.columns[part.note], note_at(part.note))
        if lint:
            self._lint(texts, part.note, note_at(part.note))
        return texts

    def _check_order(
        self, first: Sequence[int | None], at: list[int | None], part: Part, note: Any, *, lint: bool
    ) -> None:
        """A further event before the first one happened with it: a bare date's day began earlier, and what lies before
        is warned of, or a fault where that is wanted.
        """
        for row, (begun, then) in enumerate(zip(first, at, strict=True)):
            if then is None or begun is None or then >= begun:
                continue
            day = part.times.bare.get(row)
            if day is None or self.ends.zone.find_epoch(day + 1, 0) <= begun:
                if self.strict:
                    note(row, "too-early", f"{part.event.name} lies before {self.parts[0].event.name}", "", "")
                    continue
                self.early += lint
            at[row] = begun

    def _check_moves(self, times: Sequence[Sequence[int | None]], note: Any) -> None:
        for row, further in enumerate(zip(*times[1:], strict=True)):
            message = self.illegal.get(tuple([at is not None for at in further]))
            if message:
                note(row, "not-possible", message, "", "")

    def _lint(self, texts: Sequence[str], place: int, note: Any) -> None:
        """Count the texts that hold what looks like a personal number; a fault each where the policy is strict."""
        if not MANY_DIGITS.search("\n".join(texts)):
            return
        from dispatchctl.rules.privacy import find_personal

        for row, text in enumerate(texts):
            if MANY_DIGITS.search(text) and (kinds := find_personal(text)):
                column = self.columns[place]
                self.personal[column] = self.personal.get(column, 0) + 1
                if self.private:
                    note(
                        row, "personal", f"holds what looks like: {' and '.join(kinds)}", "", "leave it to the contact"
                    )
