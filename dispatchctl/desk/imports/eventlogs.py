"""Logs with one event a row: which of their rows is a step of a case, and which only repeats where it is. Desk.

The row that opens a case is referred to by the case's own number, every later one by NUMBER@TIME, so that a log can be
imported again, whole or grown, and only its new rows are written. A row may say several things at once: that the case
began, where it stands, and what of its facts is otherwise than before.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.contacts import read_contacts
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.imports.appends import Known, Planned, try_addition
from dispatchctl.desk.imports.callers import is_unknown, list_others, read_cells
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.desk.imports.tally import RowFault
from dispatchctl.errors import Fault
from dispatchctl.exchange.maps import CONTACT, ImportMap, opening_event
from dispatchctl.registers.page import ANY, BACK
from dispatchctl.store.bulk import Strip
from dispatchctl.store.contacts import Contact
from dispatchctl.store.journal import Draft


class LogEvent(NamedTuple):
    """One event that a row of a log comes to. fields: its own."""

    name: str
    at: int
    ref: str
    fields: dict[str, str]


class LogStep(NamedTuple):
    """A row of a log that is to be written, with its events in their order."""

    row: int
    case: str | int  # as in Planned.cases
    events: list[LogEvent]


class Standing:
    """Where a case stands at the row that is read. id: "" until it is written; place: that of its opening in a plan.

    facts: what the log said of it last, by field. last: the time of its last recorded row, where it was recorded.
    callers: who called, as its first row said and as it is here now; empty where that is not known here any more.
    """

    __slots__ = ("back", "callers", "done", "facts", "first", "id", "last", "pending", "place", "recorded", "state")

    def __init__(self, case: str, state: str, first: int, *, recorded: bool) -> None:
        self.id, self.state, self.back, self.first, self.recorded = case, state, state, first, recorded
        self.place = -1
        self.last = first
        self.facts: dict[str, str] = {}
        self.callers: Sequence[Contact] | None = None
        self.done: set[tuple[str, int]] | None = None  # events that lead to no state, with their times
        self.pending: list[Draft] = []  # rows of a case that was recorded before, perhaps not in the index yet


class LogReader:
    """Follows the cases of a log through its rows, which must stand in the order they happened in."""

    def __init__(self, books: Books, wanted: ImportMap, sifter: Sifter, known: Known, *, strict: bool) -> None:
        self.books, self.map, self.sifter, self.known, self.strict = books, wanted, sifter, known, strict
        page = books.pages.get(wanted.register)
        self.events = books.pages.events(wanted.register)
        self.opening = opening_event(page).name
        self._taken: dict[str, list[str]] = {}
        self.facts = self._list_facts()
        self.midway = 0  # cases whose first row is not the one that would open them
        self.otherwise: set[str] = set()  # cases whose last row names another caller
        self.tracks: dict[str, Standing] = {}
        self.opened: list[tuple[Standing, int]] = []  # by the last plan, with their places in it

    def _list_facts(self) -> list[str]:
        """The fields whose change between two rows is an amendment: of the opening event, each in a column of its own.

        What one column says in several fields depends on the event: a text that is the content first, and then the
        answer.
        """
        columns = list(self.map.columns.values())
        taken = (*self.events[self.opening].required, *self.events[self.opening].optional)
        return [
            name
            for name, column in self.map.columns.items()
            if name in taken and columns.count(column) == 1 and name not in CONTACT
        ]

    def start_over(self) -> None:
        """Forget every case: the log is read once more from its first row."""
        self.tracks.clear()
        self.opened.clear()
        self.otherwise.clear()
        self.midway = 0

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
        said = [self.map.event_values.get(word, ()) for word in sifted.words]
        bare = sifted.bare[0]
        times = [self._read_moment(sifted, row) for row in range(len(sifted.words))] if bare else sifted.at[0]
        refs = [
            number if at is None else f"{number}@{show_utc(at)}" for number, at in zip(sifted.refs, times, strict=True)
        ]
        known = self.known.find(list(dict.fromkeys([*refs, *sifted.refs])))
        steps: list[LogStep] = []
        skipped = 0
        asked = any(place >= 0 for place in self.sifter.contact)
        for row, (names, ref) in enumerate(zip(said, refs, strict=True)):
            if row in sifted.faults:
                continue
            at = times[row]
            step = self._take(sifted, row, at, names, ref, known, moment) if names and at is not None else None
            if asked:
                self._follow_caller(sifted, row)
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
                fault = Fault(self.sifter.source.name, line, place, "refused", f"{column}: {step[0]}", "", step[1])
                sifted.faults[row] = [RowFault(fault, column, step[0])]
            else:
                skipped += 1
        strips = self._strips(sifted, steps)
        return Planned([step.row for step in steps], [step.case for step in steps], strips, skipped)

    def _follow_caller(self, sifted: Sifted, row: int) -> None:
        """Keep whether the last row of a case that says who called says another than the case has."""
        number = sifted.refs[row]
        track = self.tracks.get(number)
        theirs = read_cells(sifted, row)
        if track is None:
            return
        if track.callers is None:
            track.callers = [Contact("", *theirs)]
            if track.recorded:
                case = self.books.case(track.id)
                ids = {
                    fields.get("contact_id", "") for fields in (case.fields, *(each.fields for each in case.rows[:1]))
                }
                there = read_contacts(self.books, ids - {""}).values()
                track.callers = [each for each in there if not is_unknown(each)] if any(ids) else [Contact()]
        if not track.callers or not any(theirs):
            return
        if list_others(theirs, track.callers):
            self.otherwise.add(number)
        else:
            self.otherwise.discard(number)

    def _read_moment(self, sifted: Sifted, row: int) -> int | None:
        """The time of a row, of a bare date its 00:00: what references are made of."""
        day = sifted.bare[0].get(row)
        return sifted.at[0][row] if day is None else self.sifter.ends.zone.find_epoch(day, 0)

    def _take(
        self,
        sifted: Sifted,
        row: int,
        moment_at: int,
        names: Sequence[str],
        ref: str,
        known: dict[tuple[str, str], tuple[str, str]],
        moment: Instant,
    ) -> LogStep | tuple[str, str] | None:
        """The step that a row is; (why it is refused, a hint); or None where it says nothing new."""
        number = sifted.refs[row]
        facts = {name: text for name in self.facts if (text := self._value(sifted, row, name))}
        track = self.tracks.get(number)
        events: list[LogEvent] = []
        if track is None:
            track = self._find_standing(number, known, moment_at)
            if track is None:
                if self.strict and self.opening not in names:
                    return f"{number} begins with {names[0]}; its first event would be {self.opening}", ""
                track = Standing("", self.events[self.opening].after, moment_at, recorded=False)
                refused = self._lack(sifted, row, self.opening)
                if refused:
                    return refused, ""
                events.append(LogEvent(self.opening, moment_at, number, self._values(sifted, row, self.opening)))
                track.facts = dict(facts)
                if self.opening in names:
                    return self._settle(row, number, track, events)
                self.midway += 1
        for name in names:
            if name == self.opening and moment_at != track.first:
                continue  # it was opened by another row than this
            if (number if name == self.opening else ref, name) in known:
                self.tracks[number] = track
                self._move(track, name)
                track.facts.update(facts)
                return None
        name = self._choose(track, names)
        at = self._place_at(sifted, row, track, name or names[-1], moment_at)
        if at < track.first:
            return f"{name or names[-1]} lies before {self.opening}", ""
        changed = self._find_changed(track, facts, name, ref, known, at)
        again = name and track.done is not None and (name, at) in track.done
        if not name or again:
            if not name and not self._repeats(track, names) and not events:
                return f"{names[0]} is not possible in state {track.state}", self._suggest(
                    sifted.words[row], track, names
                )
            name = ""
        if name:
            refused = self._lack(sifted, row, name)
            if refused:
                return refused, ""
            events.append(LogEvent(name, at, ref, self._values(sifted, row, name)))
        if changed:
            reason = f"{self.sifter.source.name}:{sifted.lines[row]}"
            events.append(LogEvent("amended", at, ref, {**changed, "reason": reason}))
        if not events:
            self.tracks[number] = track
            return None
        error = self._try(track, events, moment)
        if error:
            return error, ""
        track.facts.update(facts)
        return self._settle(row, number, track, events)

    def _settle(self, row: int, number: str, track: Standing, events: list[LogEvent]) -> LogStep:
        """The step of these events, and the case where it stands after them."""
        case: str | int = track.place if not track.id and track.place >= 0 else track.id
        self.tracks[number] = track
        for event in events:
            if event.name == self.opening:
                continue
            self._move(track, event.name)
            if not self.events[event.name].after and event.name != "amended":
                track.done = {*(track.done or ()), (event.name, event.at)}
        return LogStep(row, case, events)

    def _find_standing(self, number: str, known: dict[tuple[str, str], tuple[str, str]], at: int) -> Standing | None:
        """Where a case that is recorded stands; None for one that is not."""
        there = known.get((number, self.opening))
        if there is None:
            return None
        case = self.books.case(there[0])
        track = Standing(there[0], case.state, case.rows[0].at if case.rows else at, recorded=True)
        track.last = max((each.at for each in case.rows), default=at)
        track.facts = dict(case.fields)
        return track

    def _choose(self, track: Standing, names: Sequence[str]) -> str:
        """The first of these events that is possible where the case stands; "" for none."""
        for name in names:
            event = self.events[name]
            if event.after and event.after == track.state and ANY not in event.before:
                continue
            if name != self.opening and (track.state in event.before or (track.state and ANY in event.before)):
                return name
        return ""

    def _suggest(self, word: str, track: Standing, names: Sequence[str]) -> str:
        """The line of the map by which the word is also what is possible where the case stands."""
        possible = [name for name, event in self.events.items() if track.state in event.before and event.after]
        near = next((name for name in ("reopened", *possible) if name in possible and name != "cancelled"), "")
        return f"map: event.values: {word}: [{', '.join([near, *names])}]" if near else ""

    def _repeats(self, track: Standing, names: Sequence[str]) -> bool:
        """Whether one of these events leads to where the case stands."""
        return any(self.events[name].after == track.state for name in names if self.events[name].after)

    def _place_at(self, sifted: Sifted, row: int, track: Standing, name: str, moment_at: int) -> int:
        """When an event of a row happened: by a bare date, the end of business for one that ends the case, and never
        before what came before it that day.
        """
        day = sifted.bare[0].get(row)
        if day is None:
            return moment_at
        at = sifted.at[0][row]
        assert at is not None
        final = self.events[name].after in self.books.pages.finals(self.map.register)
        return max(track.first, at if final else moment_at)

    def _find_changed(
        self,
        track: Standing,
        facts: dict[str, str],
        name: str,
        ref: str,
        known: dict[tuple[str, str], tuple[str, str]],
        at: int,
    ) -> dict[str, str]:
        """The facts that a row says otherwise than the log did before it."""
        if (ref, "amended") in known or (track.recorded and at < track.last):
            return {}
        own = (*self.events[name].required, *self.events[name].optional) if name else ()
        return {field: text for field, text in facts.items() if text != track.facts.get(field, "") and field not in own}

    def _lack(self, sifted: Sifted, row: int, name: str) -> str:
        """Which fields an event needs and the row has not; "" where none. A reason may be their own word for it."""
        missing = [
            field
            for field in self.events[name].required
            if field != "reason" and not self._value(sifted, row, field).strip()
        ]
        return f"{name} needs {', '.join(missing)}" if missing else ""

    def _values(self, sifted: Sifted, row: int, name: str) -> dict[str, str]:
        """What a row says in the fields of an event."""
        values = {field: self._value(sifted, row, field) for field in self._takes(name)}
        if "reason" in self.events[name].required and not values.get("reason", "").strip():
            values["reason"] = f"{sifted.words[row]} ({self.sifter.source.name}:{sifted.lines[row]})"
        return values

    def _move(self, track: Standing, name: str) -> None:
        after = self.events[name].after
        if after == BACK:
            track.state = track.back
        elif after:
            track.back, track.state = track.state, after

    def _try(self, track: Standing, events: Sequence[LogEvent], moment: Instant) -> str:
        """Why a case may not have these events now; "" where it may."""
        if not track.recorded:
            return ""
        drafts = [Draft(each.at, "", track.id, each.name, each.fields, each.ref) for each in events]
        if track.pending:
            there = self.known.find([each.source_ref for each in track.pending])
            track.pending = [each for each in track.pending if (each.source_ref, each.event) not in there]
        error = try_addition(self.books, self.map.register, [*track.pending, *drafts], moment)
        if not error:
            track.pending += drafts
        return error

    def _takes(self, name: str) -> list[str]:
        """The fields of a log's rows that an event takes."""
        found = self._taken.get(name)
        if found is None:
            event = self.events[name]
            own = (*event.required, *event.optional)
            found = self._taken[name] = [field for field in sifted_fields(self.sifter) if field in own]
        return found

    def _value(self, sifted: Sifted, row: int, field: str) -> str:
        column = sifted.fields[0].get(field)
        return column[row] if column else ""

    def _strips(self, sifted: Sifted, steps: Sequence[LogStep]) -> list[Strip]:
        """The steps' events by columns; whatever a row brings, its opening stands first and what it amends last."""
        order = dict.fromkeys([self.opening, *(each.name for step in steps for each in step.events), "amended"])
        names = [*(name for name in order if name != "amended"), "amended"]
        notes = [sifted.notes[0][step.row] for step in steps]
        by_name = [{each.name: each for each in step.events} for step in steps]
        strips = []
        for name in names:
            found = [found_of.get(name) for found_of in by_name]
            if not any(found) and name != self.opening:
                continue
            fields = dict.fromkeys(field for each in found if each for field in each.fields)
            if name == self.opening:
                fields = dict.fromkeys([*self._takes(name), *fields])
            refs = [each.ref if each else "" for each in found]
            columns = {field: [each.fields.get(field, "") if each else "" for each in found] for field in fields}
            strips.append(Strip(name, [each.at if each else None for each in found], refs, notes, dict(columns)))
        return strips


def sifted_fields(sifter: Sifter) -> list[str]:
    """The register's own fields that a log's rows may fill in."""
    return [name for name, _, _ in sifter.parts[0].fields]


def show_utc(at: int) -> str:
    """`2011-07-01T05:32:33Z`: whole seconds since 1970 UTC as a part of a reference."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
