"""Logs with one event a row: which of their rows is a step of a case, and which only repeats where it is. Desk.

The row that opens a case is referred to by the case's own number, every later one by NUMBER@TIME, so that a log can be
imported again, whole or grown, and only its new rows are written.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.imports.appends import Planned, find_known, try_addition
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.errors import Fault
from dispatchctl.exchange.maps import ImportMap, opening_event
from dispatchctl.registers.page import ANY, BACK
from dispatchctl.store.bulk import Strip
from dispatchctl.store.journal import Draft


class LogStep(NamedTuple):
    """A row of a log that is to be written."""

    row: int
    case: str | int  # as in Planned.cases
    event: str
    ref: str


class Standing:
    """Where a case stands at the row that is read. id: "" until it is written; place: that of its opening in a plan."""

    __slots__ = ("back", "done", "first", "id", "pending", "place", "recorded", "state")

    def __init__(self, case: str, state: str, first: int, *, recorded: bool) -> None:
        self.id, self.state, self.back, self.first, self.recorded = case, state, state, first, recorded
        self.place = -1
        self.done: set[tuple[str, int]] | None = None  # events that lead to no state, with their times
        self.pending: list[Draft] = []  # rows of a case that was recorded before, perhaps not in the index yet


class LogReader:
    """Follows the cases of a log through its rows, which must stand in the order they happened in."""

    def __init__(self, books: Books, wanted: ImportMap, sifter: Sifter) -> None:
        self.books, self.map, self.sifter = books, wanted, sifter
        self.events = books.pages.events(wanted.register)
        self.opening = opening_event(books.pages.get(wanted.register)).name
        self.tracks: dict[str, Standing] = {}
        self.opened: list[tuple[Standing, int]] = []  # by the last plan, with their places in it

    def start_over(self) -> None:
        """Forget every case: the log is read once more from its first row."""
        self.tracks.clear()
        self.opened.clear()

    def note_ids(self, ids: Sequence[str]) -> None:
        """Take in the ids that the rows of the last plan have been given."""
        for track, place in self.opened:
            track.id, track.place = ids[place], -1
        self.opened.clear()

    def plan(self, sifted: Sifted, moment: Instant) -> Planned:
        """Which rows of a chunk are new steps; those that are refused get a fault."""
        for track, _ in self.opened:  # of a plan that was not written: a check
            track.place = -1
        self.opened.clear()
        names = [self.map.event_values.get(word, "") for word in sifted.words]
        refs = [
            number if name in ("", self.opening) or at is None else f"{number}@{show_utc(at)}"
            for number, name, at in zip(sifted.refs, names, sifted.at[0], strict=True)
        ]
        known = find_known(self.books, [*refs, *set(sifted.refs)])
        steps: list[LogStep] = []
        skipped = 0
        for row, (name, ref) in enumerate(zip(names, refs, strict=True)):
            if row in sifted.faults:
                continue
            step = self._take(sifted, row, name, ref, known, moment) if name else None
            if isinstance(step, LogStep):
                if step.case == "":
                    track = self.tracks[sifted.refs[row]]
                    track.place = len(steps)
                    self.opened.append((track, track.place))
                steps.append(step)
            elif step:
                column = self.sifter.columns[self.sifter.word]
                place = self.sifter.source.numbers.get(column, 0)
                line = sifted.lines[row]
                sifted.faults[row] = [Fault(self.sifter.source.name, line, place, "refused", f"{column}: {step}")]
            else:
                skipped += 1
        return Planned(
            [step.row for step in steps], [step.case for step in steps], self._strips(sifted, steps), skipped
        )

    def _take(
        self,
        sifted: Sifted,
        row: int,
        name: str,
        ref: str,
        known: dict[tuple[str, str], tuple[str, str]],
        moment: Instant,
    ) -> LogStep | str | None:
        """The step that a row is; why it is refused; or None where it says nothing new."""
        number, at, event = sifted.refs[row], sifted.at[0][row], self.events[name]
        assert at is not None
        track = self.tracks.get(number)
        if track is None:
            there = known.get((number, self.opening))
            if there:
                case = self.books.case(there[0])
                track = Standing(there[0], case.state, case.rows[0].at if case.rows else at, recorded=True)
            elif name != self.opening:
                return f"{number} begins with {name}; its first event would be {self.opening}"
            else:
                track = Standing("", "", at, recorded=False)
        if (ref, name) in known:
            self.tracks[number] = track
            self._move(track, name)
            return None
        again = track.done is not None and (name, at) in track.done
        if again or (event.after and event.after == track.state):
            return None
        missing = [field for field in event.required if not self._value(sifted, row, field).strip()]
        if missing:
            return f"{name} needs {', '.join(missing)}"
        error = self._refuse(sifted, row, track, name, ref, moment)
        if error:
            return error
        case_id: str | int = track.place if not track.id and track.place >= 0 else track.id
        self.tracks[number] = track
        self._move(track, name)
        if not event.after:
            track.done = {*(track.done or ()), (name, at)}
        return LogStep(row, case_id, name, ref)

    def _move(self, track: Standing, name: str) -> None:
        after = self.events[name].after
        if after == BACK:
            track.state = track.back
        elif after:
            track.back, track.state = track.state, after

    def _refuse(self, sifted: Sifted, row: int, track: Standing, name: str, ref: str, moment: Instant) -> str:
        """Why a case may not have this event now; "" where it may."""
        at = sifted.at[0][row]
        assert at is not None
        if at < track.first:
            return f"{name} lies before {self.opening}"
        if not track.recorded:
            before = self.events[name].before
            allowed = track.state in before or (track.state and ANY in before)
            return "" if allowed else f"{name} is not possible in state {track.state}"
        fields = {field: self._value(sifted, row, field) for field in self._takes(name)}
        draft = Draft(at, "", track.id, name, fields, ref)
        if track.pending:
            there = find_known(self.books, [each.source_ref for each in track.pending])
            track.pending = [each for each in track.pending if (each.source_ref, each.event) not in there]
        error = try_addition(self.books, self.map.register, [*track.pending, draft], moment)
        if not error:
            track.pending.append(draft)
        return error

    def _takes(self, name: str) -> list[str]:
        event = self.events[name]
        return [field for field in sifted_fields(self.sifter) if field in (*event.required, *event.optional)]

    def _value(self, sifted: Sifted, row: int, field: str) -> str:
        column = sifted.fields[0].get(field)
        return column[row] if column else ""

    def _strips(self, sifted: Sifted, steps: Sequence[LogStep]) -> list[Strip]:
        names = list(dict.fromkeys((self.opening, *(step.event for step in steps))))
        rows = [step.row for step in steps]
        refs = [step.ref for step in steps]
        notes = [sifted.notes[0][row] for row in rows]
        strips = []
        for name in names:
            at = [sifted.at[0][step.row] if step.event == name else None for step in steps]
            fields = {field: [sifted.fields[0][field][row] for row in rows] for field in self._takes(name)}
            strips.append(Strip(name, at, refs, notes, dict(fields)))
        return strips


def sifted_fields(sifter: Sifter) -> list[str]:
    """The register's own fields that a log's rows may fill in."""
    return [name for name, _, _ in sifter.parts[0].fields]


def show_utc(at: int) -> str:
    """`2011-07-01T05:32:33Z`: whole seconds since 1970 UTC as a part of a reference."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
