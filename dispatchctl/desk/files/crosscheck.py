"""Whether the rows of all files agree with one another: ids, people, cases, keys used twice, order. Desk.

Rows are handed over one by one while their files are read; what they refer to is looked for at the end. Of a long
history they are then read once more and folded as it goes, so that memory does not grow with the rows of all years.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from dispatchctl import sizes
from dispatchctl.desk.ledger.entries import say_conflict
from dispatchctl.errors import Fault
from dispatchctl.registers import Pages, case_of
from dispatchctl.registers.kinds import KINDS, check_value
from dispatchctl.registers.page import FIRST, Field, Register, split_items
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import AwaitsPayment, Case, find_retracted, fold_family, never
from dispatchctl.store.keys import split_id
from dispatchctl.store.tails import Day, read_adopted

SYSTEM = "system"
DEPTH = 8  # how far up a family's root is sought
STAFF, CONTACT, CASE = "staff", "contact", "case"
UNASKED = ("flag",)  # in which older releases kept any text, and read each of them as yes
BESIDE = ("notices", "audit")  # a command may append to these besides its own register

Place = tuple[str, str, int]  # register, file, seq


class _Checks(NamedTuple):
    """What is looked at in the rows of a register, taken from its page once."""

    letter: str
    parent: str
    opening: frozenset[str]  # events that open a case
    references: dict[str, Field]
    typed: dict[str, Field]


def _plan_checks(page: Register) -> _Checks:
    fields = {field.name: field for field in page.fields}
    return _Checks(
        "" if page.name == "staff" else f"{page.letter}-",
        page.parent,
        frozenset(event.name for event in page.events if FIRST in event.before),
        {name: field for name, field in fields.items() if field.type in (STAFF, CONTACT, CASE)},
        {name: field for name, field in fields.items() if field.type in KINDS and field.type not in UNASKED},
    )


class CrossCheck:
    """What the rows say of one another, by the pages of their registers.

    label: of the records folder; writer: this clone's, "" where it has none.
    """

    def __init__(self, label: str, writer: str, pages: Pages, awaits_payment: AwaitsPayment = never) -> None:
        self.label, self.writer, self.pages = label, writer, pages
        self.awaits_payment = awaits_payment
        self.faults: list[Fault] = []
        self.torn: dict[tuple[str, str], list[int]] = {}
        self._checks = {register: _plan_checks(pages.get(register)) for register in pages.names}
        self._cases: dict[str, set[str]] = {register: set() for register in pages.names}
        self._parents: dict[str, str] = {}
        self._authors: dict[str, Place] = {}  # who wrote rows, and where the first time
        self._wanted: dict[tuple[str, str], set[str]] = {}  # (type, register or "") -> ids that rows refer to
        self._sources: set[int] = set()
        self._requests: dict[str, tuple[str, int]] = {}
        self._gaps: dict[tuple[str, str], list[tuple[int, int]]] = {}  # (seq before it, numbers left out)
        self._last: dict[tuple[str, str], int] = {}
        self._values: list[tuple[tuple[str, str], Fault]] = []  # (case, reference) of a row, and what it may not hold
        self._unmet: dict[Day, tuple[int, str]] = {}  # -> (number, row)
        self._adopted: dict[Day, int] = {}  # the highest number of a day whose last ids were declared gone
        self._retractions: list[Row] = []
        self._held: list[Row] | None = []

    # --- places ---------------------------------------------------------------------------------------------------

    def line_of(self, register: str, file: str, seq: int) -> int:
        """The line on which a row stands: after the header and whatever was torn before it."""
        line = seq + 1 - sum(gap for after, gap in self._gaps.get((register, file), ()) if after < seq)
        for torn in self.torn.get((register, file), ()):
            if torn <= line:
                line += 1
        return line

    def _fault(self, place: Place, code: str, message: str, allowed: str = "", hint: str = "") -> Fault:
        register, file, _ = place
        return Fault(f"{self.label}/{register}/{file}.csv", self.line_of(*place), 0, code, message, allowed, hint)

    def note_seq(self, row: Row) -> None:
        """Remember where seq leaps: a file that lost rows and was adopted goes on above the highest it had."""
        place = row.register, row.file
        last = self._last.get(place, 0)
        if row.seq > last + 1:
            self._gaps.setdefault(place, []).append((last, row.seq - last - 1))
        self._last[place] = row.seq

    # --- row by row -----------------------------------------------------------------------------------------------

    def take(self, row: Row) -> None:
        """Look at a row by itself, and remember what it is and what it refers to."""
        checks = self._checks[row.register]
        place = (row.register, row.file, row.seq)
        if self._held is not None:
            self._held.append(row)
            if len(self._held) > sizes.ROWS_CHECKED:
                self._held = None
        self._cases[row.register].add(row.id)
        if row.event == "retracted":
            self._retractions.append(row)
        adopted = read_adopted(row)
        if adopted is not None and adopted.day is not None:
            self._adopted[adopted.day] = max(self._adopted.get(adopted.day, 0), adopted.highest)
        if not row.id or not row.id.startswith(checks.letter):
            message = f"{row.id!r} is no id of {row.register}"
            self.faults.append(self._fault(place, "bad-id", message, f"{checks.letter}YYYYMMDD-NNNN"))
        if checks.parent and row.event in checks.opening and row.fields.get(checks.parent):
            self._parents[row.id] = case_of(row.fields[checks.parent])
        if row.by != SYSTEM and row.by not in self._authors:
            self._authors[row.by] = place
        for kind, wanted in self._list_references(row):
            self._wanted.setdefault(kind, set()).add(wanted)
        for name, field in checks.typed.items():
            text = row.fields.get(name, "")
            for one in (split_items(text) if field.many else (text,)) if text else ():
                allowed = check_value(field, one)
                if allowed:
                    fault = self._fault(place, "bad-value", f"{name} cannot be {one[:40]!r}", allowed, self._mend(row))
                    self._values.append(((row.id, row.ref), fault))
        if row.source_ref or row.request_id:
            self._take_keys(row, place)

    def _list_references(self, row: Row) -> Iterator[tuple[tuple[str, str], str]]:
        """((type, register or ""), id) of everything that a row's fields refer to; `system` is always there."""
        for name, field in self._checks[row.register].references.items():
            text = row.fields.get(name, "")
            for one in (split_items(text) if field.many else (text,)) if text else ():
                if one != SYSTEM or field.type != STAFF:
                    yield (field.type, field.of), case_of(one) if field.type == CASE else one

    def _mend(self, row: Row) -> str:
        """The line that takes a faulty row back; "" where what the register decided is never taken back."""
        page = self.pages.get(row.register)
        return "" if page.decided or page.stands else f"dispatchctl retract {row.id} {row.ref} --reason T"

    def _take_keys(self, row: Row, place: Place) -> None:
        if row.source_ref:
            mark = hash((row.source_ref, row.event))
            if mark in self._sources:
                message = f"source_ref {row.source_ref[:40]!r} was recorded before with {row.event}"
                self.faults.append(self._fault(place, "duplicate-source", message))
            self._sources.add(mark)
        if row.request_id and row.register not in BESIDE:
            known = self._requests.setdefault(row.request_id, (row.id, row.recorded))
            # rows of one command share the key and the time; a row repeated with the same id counts once
            if known[1] != row.recorded and known[0] != row.id:
                message = f"request_id {row.request_id[:40]!r} was used before for {known[0]}"
                self.faults.append(self._fault(place, "duplicate-request", message))

    # --- at the end -----------------------------------------------------------------------------------------------

    def list_values(self) -> list[Fault]:
        """What stands in fields that may not hold it, but for rows that were taken back."""
        gone = find_retracted(self._retractions)
        return [fault for row, fault in self._values if row not in gone]

    def check_references(
        self, contacts: frozenset[str] | None, read_again: Callable[[], Iterable[Row]]
    ) -> Iterator[Fault]:
        """The rows that refer to nobody or nothing; contacts: the private ones' ids, None where they are not here.

        Contacts of other offices stay with them, so only those that this writer made are looked for. Of each one that
        is missing every row is told that was not taken back; of a person who is missing, the first that they wrote.
        """
        for author, place in self._authors.items():
            if author not in self._cases["staff"]:
                yield self._fault(place, "unknown-staff", f"is by {author!r}, who is not in the staff register")
        missing = {
            (kind, wanted)
            for kind, asked in self._wanted.items()
            for wanted in asked
            if self._is_missing(kind, wanted, contacts)
        }
        if not missing:
            return
        gone = find_retracted(self._retractions)
        for row in self._held if self._held is not None else read_again():
            for kind, wanted in dict.fromkeys(self._list_references(row)):
                if (kind, wanted) in missing and (row.id, row.ref) not in gone:
                    self._note_unmet(kind[0], wanted, row)
                    yield self._explain_missing(row, kind[0], wanted)

    def _note_unmet(self, kind: str, wanted: str, row: Row) -> None:
        found, register = split_id(wanted), self.pages.letters.get(wanted[:1], "")
        if kind == CASE and register and found is not None:
            key = (register, found[0], found[1])
            if key not in self._unmet or found[2] > self._unmet[key][0]:
                self._unmet[key] = found[2], row.ref

    def list_lost(self) -> dict[Day, tuple[int, int, str]]:
        """(last number there, highest that a row names, that row) of each day at whose end ids are gone, and nobody
        declared it meant. After check_references.
        """
        lost = {}
        for key, (number, ref) in self._unmet.items():
            register, writer, day = key
            if number <= self._adopted.get(key, 0):
                continue
            known = (split_id(case) for case in self._cases[register])
            last = max((each[2] for each in known if each and each[:2] == (writer, day)), default=0)
            if last < number:
                lost[key] = last, number, ref
        return lost

    def _is_missing(self, kind: tuple[str, str], wanted: str, contacts: frozenset[str] | None) -> bool:
        if kind[0] == STAFF:
            return wanted not in self._cases["staff"]
        if kind[0] == CASE:
            return not self._has_case(wanted, kind[1])
        return contacts is not None and wanted not in contacts and self._is_own(wanted)

    def _explain_missing(self, row: Row, kind: str, wanted: str) -> Fault:
        place = (row.register, row.file, row.seq)
        mend = self._mend(row)
        if kind == STAFF:
            message = f"refers to {wanted!r}, who is not in the staff register"
            return self._fault(place, "unknown-staff", message, hint=mend)
        if kind == CASE:
            gone = "its file was declared meant without it" if self._was_adopted(wanted) else "a file may be missing"
            hint = (f"{gone}: {mend}" if self._was_adopted(wanted) else f"{gone}; else: {mend}") if mend else gone
            return self._fault(place, "unknown-case", f"refers to {wanted!r}, and there is no such case", hint=hint)
        message = f"refers to {wanted!r}, which private/contacts.csv lacks"
        return self._fault(place, "unknown-contact", message, hint=mend)

    def _was_adopted(self, case: str) -> bool:
        """Whether a missing case is one of those that were declared gone."""
        found = split_id(case)
        key = (self.pages.letters.get(case[:1], ""), *(found or ("", "", 0))[:2])
        return found is not None and found[2] <= self._adopted.get(key, 0)

    def _has_case(self, case: str, register: str) -> bool:
        return any(case in self._cases[name] for name in ((register,) if register else self.pages.names))

    def _is_own(self, contact: str) -> bool:
        parts = contact.split("-")
        return (parts[2] if len(parts) == 4 else "main") == self.writer

    def explain_twice(self, rows: Sequence[Row]) -> Fault:
        """The fault of entries of the ledger that charge one fact, by the rows that proposed them."""
        names, last = [row.id for row in rows], rows[-1]
        ways = "dispatchctl ledger waive (or reverse, once it is approved)"
        hint = f"keep what was paid, if any was, and let go of the rest: {ways} {' or '.join(names)} --reason TEXT"
        place = (last.register, last.file, last.seq)
        return self._fault(place, "charged-twice", say_conflict(names), "one entry that stands", hint)

    def fold_all(self, read_again: Callable[[], Iterable[Row]]) -> list[Fault]:
        """The rows that were not allowed when they came.

        read_again gives every row once more, by month. A family is folded once a month has gone by without a row of
        it, where too many rows are held; one that goes on after that is gathered and folded again.
        """
        families: dict[str, list[Row]] = {}
        if self._held is not None:
            for row in self._held:
                families.setdefault(self._find_root(row.id), []).append(row)
            return [fault for root, rows in families.items() for fault in self._fold(root, rows)]
        found: dict[str, list[Fault]] = {}
        done: set[int] = set()
        again: set[str] = set()
        held, month = 0, ""
        for row in read_again():
            if row.file[:7] != month:
                month = row.file[:7]
                if held > sizes.ROWS_CHECKED:
                    held -= self._fold_quiet(families, month, found, done)
            root = self._find_root(row.id)
            if hash(root) in done:
                again.add(root)
            else:
                families.setdefault(root, []).append(row)
                held += 1
        self._fold_quiet(families, "", found, done)
        for row in read_again() if again else ():
            root = self._find_root(row.id)
            if root in again:
                families.setdefault(root, []).append(row)
        self._fold_quiet(families, "", found, done)
        return [fault for faults in found.values() for fault in faults]

    def _fold_quiet(
        self, families: dict[str, list[Row]], month: str, found: dict[str, list[Fault]], done: set[int]
    ) -> int:
        """Fold and let go of the families without a row in the last month before `month` (YYYY-MM; "": all of them).

        How many rows they had.
        """
        latest = max((rows[-1].file[:7] for rows in families.values()), default="") if month else "~"
        quiet = [root for root, rows in families.items() if rows[-1].file[:7] < latest]
        count = 0
        for root in quiet:
            rows = families.pop(root)
            count += len(rows)
            faults = list(self._fold(root, rows))
            if faults:
                found[root] = faults
            else:
                found.pop(root, None)
            done.add(hash(root))
        return count

    def _find_root(self, case: str) -> str:
        for _ in range(DEPTH):
            parent = self._parents.get(case)
            if not parent or parent == case:
                return case
            case = parent
        return case

    def _fold(self, root: str, rows: list[Row]) -> Iterator[Fault]:
        opened = {row.id: row for row in reversed(rows) if row.event in self._checks[row.register].opening}
        yield from self._check_retractions(rows)
        for case in fold_family(rows, self.pages, self.awaits_payment).cases.values():
            if not case.conflicts:
                continue
            first = case.conflicts[0]
            if case.id not in opened:
                message = f"{first.event} of {case.id}, of which no first row is here"
                yield self._fault((first.register, first.file, first.seq), "no-first-row", message)
            elif root in opened:  # else that of its order is missing, which is told already
                yield from self._explain_conflicts(case, opened[case.id])

    def _explain_conflicts(self, case: Case, first: Row) -> Iterator[Fault]:
        for row in case.conflicts:
            place = (row.register, row.file, row.seq)
            if row.event == first.event and row.ref != first.ref:
                message = f"{row.id} begins a second time; it began in {first.ref}"
                code = "duplicate-id"
            else:
                message = f"{row.event} was not allowed in the state that {row.id} was in, and counts for nothing"
                code = "conflict"
            before = ", ".join(self.pages.events(row.register)[row.event].before) if row.event != "retracted" else ""
            hint = f"retract one of the two: dispatchctl retract {row.id} {row.ref} --reason T"
            yield self._fault(place, code, message, f"in {before}" if before else "", hint)

    def _check_retractions(self, rows: list[Row]) -> Iterator[Fault]:
        for row in rows:
            wanted = row.fields.get("row", "") if row.event == "retracted" else ""
            if wanted and not any(each.ref == wanted and each.id == row.id for each in rows):
                message = f"takes back {wanted!r}, which is no row of {row.id}"
                yield self._fault((row.register, row.file, row.seq), "unknown-row", message)
