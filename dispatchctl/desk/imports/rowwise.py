"""Importing rows of other registers than orders: each a command of its own, tried as one that somebody gives. Desk.

What they say rests on cases that are here (an assignment's order, a follow-up's complaint), and what they do moves
those, so every row is folded with its family before it is written: some thousand rows, not a million.
"""

from collections.abc import Sequence
from typing import Any

from dispatchctl.desk import contacts
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, Step
from dispatchctl.desk.imports.appends import Known
from dispatchctl.desk.imports.changes import AMENDED, Comparer, Correction, Stranger, name_correction
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.desk.imports.tally import ImportTally, RowChange, RowFault
from dispatchctl.desk.itemwise import record_each
from dispatchctl.desk.staff.posts import check_new_id
from dispatchctl.errors import Fault, Refused
from dispatchctl.exchange.maps import ImportMap
from dispatchctl.typed import Writing

STAFF = "staff"  # the register whose cases have the numbers that people give them


class RowRecorder:
    """Records the rows of a chunk one by one, and counts them."""

    def __init__(
        self,
        books: Books,
        wanted: ImportMap,
        sifter: Sifter,
        known: Known,
        comparer: Comparer,
        actor: str,
        update: bool,
    ) -> None:
        self.books, self.map, self.sifter, self.known, self.comparer = books, wanted, sifter, known, comparer
        self.actor, self.update = actor, update
        self.events = books.pages.events(wanted.register)
        self.fields = books.pages.fields(wanted.register)

    def take(self, sifted: Sifted, tally: ImportTally, *, dry: bool) -> None:
        """Record what is new in a chunk, or with `dry` only try it; rows that are refused get a fault."""
        changes: dict[int, RowChange] = {}
        fresh: set[int] = set()

        def decide(item: str, moment: Instant) -> list[Step]:
            row = int(item)
            steps, change, new = self._plan(sifted, row, moment)
            if change is not None:
                changes[row] = change
            if new:
                fresh.add(row)
            return steps

        rows = [row for row in range(len(sifted.lines)) if row not in sifted.faults]
        names = tuple(self.events)
        done, refused = record_each(
            self.books, self.map.register, self.actor, list(map(str, rows)), decide, Writing(dry_run=dry), names
        )
        for item, error in refused:
            row = int(item)
            changes.pop(row, None)
            fault = Fault(
                self.sifter.source.name, sifted.lines[row], 0, "refused", str(error), "", getattr(error, "hint", "")
            )
            sifted.faults[row] = [RowFault(fault, "", str(error))]
        self.books.unwritten.clear()  # of a row that was only tried, or refused
        recorded = {int(item) for item, _ in done}
        tally.read += len(sifted.lines)
        tally.refused += len(sifted.faults)
        tally.imported += len(recorded & fresh)
        tally.updated += len(recorded & changes.keys()) if self.update else 0
        tally.changed += len(changes)
        tally.skipped += len(set(rows) - recorded - changes.keys() - sifted.faults.keys())
        tally.note_changes([changes[row] for row in sorted(changes)])
        for row in sorted(sifted.faults):
            tally.add(sifted.faults[row])

    def _plan(self, sifted: Sifted, row: int, moment: Instant) -> tuple[list[Step], RowChange | None, bool]:
        """The steps of a row; what it says otherwise than is recorded; whether any of it is new."""
        ref = sifted.refs[row]
        known = self.known.find([ref])
        opening = self._name_opening(sifted, row)
        case = next((case for (_, event), (case, _) in known.items() if event in self.map.openings), "")
        steps: list[Step] = []
        if not case:
            steps.append(self._make_step(sifted, row, 0, opening, self._name_case(ref), moment))
        for number, part in enumerate(self.sifter.parts[1:], 1):
            if sifted.at[number][row] is not None and (ref, part.event.name) not in known:
                steps.append(self._make_step(sifted, row, number, part.event.name, case or steps[0].case, moment))
        if not case:
            return steps, None, True
        present = self.comparer.find_one(case)
        opening = opening if len(self.map.openings) > 1 or sifted.words else ""
        told = present and self.comparer.compare(sifted, row, present, known, moment.recorded // 1_000_000, opening)
        if isinstance(told, Stranger):
            raise Refused(f"{ref!r} is {told.case} here, and was begun at another time: another row of the same number")
        if told is None:
            return steps, None, bool(steps)
        if self.update:
            if told.change.error:
                raise Refused(f"{ref!r} {told.change.error}")
            new = bool(steps)
            steps += self._correct(case, ref, told, moment)
            return steps, told.change, new
        return steps, told.change, bool(steps)

    def _correct(self, case: str, ref: str, told: Correction, moment: Instant) -> list[Step]:
        """The steps that record what a row says otherwise, the contact of another caller with them."""
        steps = []
        for event, at, fields in told.events:
            if event == AMENDED and told.contact is not None:
                fields = {**fields, "contact_id": contacts.add_contact(self.books, told.contact, moment)}
            steps.append(Step(event, fields, case, name_correction(ref, at), at=at))
        return steps

    def _name_opening(self, sifted: Sifted, row: int) -> str:
        if not sifted.words:
            return self.map.openings[0]
        name = self.map.begins_values.get(sifted.words[row])
        if name is None:
            column = self.sifter.columns[self.sifter.word]
            known = ", ".join(self.map.begins_values)
            raise Refused(f"{column}: {sifted.words[row][:60]!r} is none of begins.values", hint=f"there are: {known}")
        return name

    def _name_case(self, ref: str) -> str:
        """The id of a new case where people give it, "" where the program does."""
        if self.map.register != STAFF:
            return ""
        staff = ref.partition(":")[2]
        check_new_id(self.books, staff)
        if self.books.people.entry(staff) is not None:
            raise Refused(f"{staff} {self.books.people.name(staff)} is here already")
        return staff

    def _make_step(self, sifted: Sifted, row: int, number: int, name: str, case: str, moment: Instant) -> Step:
        event = self.events[name]
        takes = (*event.required, *event.optional)
        fields: dict[str, Any] = {
            field: column[row] for field, column in sifted.fields[number].items() if field in takes and column[row]
        }
        who: Sequence[str] = [column[row] for column in sifted.contacts]
        if number == 0 and any(who) and "contact_id" in takes:
            found = contacts.find_contact(self.books, *who)
            fields["contact_id"] = (
                contacts.add_contact(self.books, found.contact, moment) if found.new else found.contact.contact_id
            )
        at = sifted.at[number][row]
        return Step(name, fields, case, sifted.refs[row], sifted.notes[number][row], at)
