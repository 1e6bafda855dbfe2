"""Rows of an import whose reference is known and that say something else than is recorded. Desk.

What counts is what the records were told under that reference, not what people have put right here since: a case
amended by hand is no change of the file.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from dispatchctl.desk.books import Books
from dispatchctl.desk.imports.callers import CallerChange, Callers
from dispatchctl.desk.imports.conversion import spell_time
from dispatchctl.desk.imports.eventlogs import show_utc
from dispatchctl.desk.imports.sieve import Sifted, Sifter
from dispatchctl.desk.imports.tally import RowChange
from dispatchctl.registers.page import VOID, Register
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.families import drop_retracted
from dispatchctl.store.contacts import Contact
from dispatchctl.store.schema import mark_column, quote
from dispatchctl.typed import fold_reference

CLOSED, REOPENED, RETRACTED, AMENDED = "closed", "reopened", "retracted", "amended"
CORRECTING = (RETRACTED, AMENDED, REOPENED, CLOSED)  # the events that record a change, in their order


class Correction(NamedTuple):
    """What a changed row comes to: the change as it is told, and the events that record it, in their order.

    contact: of who called, where that changed, still without an id; `amended` is to name it.
    """

    change: RowChange
    events: list[tuple[str, int, dict[str, str]]]  # (event, its time, its fields)
    contact: Contact | None = None


def name_correction(ref: str, at: int) -> str:
    """The reference of a row that corrects: REF@TIME, since a reference has each event once."""
    return f"{ref}@{show_utc(at)}"


class Stranger(NamedTuple):
    """A row whose reference is another case's. ours, theirs: when each was taken, seconds."""

    case: str
    ours: int
    theirs: int


class Present(NamedTuple):
    """A case as it is now. first, closed: when it began and was last closed, seconds. fields: those of the comparer.

    contact: the id of its contact, "" for none, or where nobody asks.
    """

    case: str
    first: int
    state: str
    closed: int | None
    contact: str
    fields: Sequence[str | None]


class Said(NamedTuple):
    """What a case's rows of one reference say. began: the first of them that stands; ending: the last that closed it,
    also where that was taken back since. contacts: that of the first ("" for none), then those of its corrections.
    """

    fields: dict[str, str]
    began: Row | None
    ending: Row | None
    contacts: list[str]


class Comparer:
    """Compares rows with the cases that their references name. parts: the sifter's, the opening event first."""

    def __init__(self, books: Books, page: Register, sifter: Sifter) -> None:
        self.books, self.page, self.sifter = books, page, sifter
        self.names = [part.event.name for part in sifter.parts]
        self.fields = list(dict.fromkeys(name for part in sifter.parts for name, _, _ in part.fields))
        self.times = [name for name in self.names[1:] if name == CLOSED]
        known = books.pages.fields(page.name)
        self.zone = sifter.parser.timezone
        self.voided: set[str] = set()  # cases that people took back: their rows stay known, and are not taken anew
        self.dated = [name for name in self.fields if known[name].type == "time"]
        self.callers = Callers(books, sifter)

    def find_suspects(self, sifted: Sifted, opened: Sequence[tuple[str, str]]) -> dict[int, Present]:
        """The rows that are not as their cases are now, each with its case; opened: (case or "", register) of each row.

        By columns: of a hundred thousand known rows few have changed.
        """
        present = self._find_present([case for case, register in opened if case and register == self.page.name])
        if not present:
            return {}
        self.voided |= {found.case for found in present.values() if found.state == VOID}
        there = [(row, found) for row, (case, _) in enumerate(opened) if (found := present.get(case)) is not None]
        first = sifted.at[0]
        suspects = {row: found for row, found in there if first[row] != found.first}
        if self.times:
            ends = sifted.at[self.names.index(CLOSED)]
            suspects |= {row: found for row, found in there if ends[row] != found.closed}
        for columns in sifted.fields:
            for name, column in columns.items():
                place = self.fields.index(name)
                suspects |= {row: found for row, found in there if column[row] and column[row] != found.fields[place]}
        if self.callers.asked:
            named = [(row, found.case, found.contact) for row, found in there]
            others = set(self.callers.find_suspects(sifted, named))
            suspects |= {row: found for row, found in there if row in others}
        return suspects

    def find_one(self, case: str) -> Present | None:
        """A case as it is now; None where there is none."""
        return self._find_present([case]).get(case)

    def _find_present(self, cases: Sequence[str]) -> dict[str, Present]:
        columns = ["id", "first_at", "state", *map(mark_column, self.times or [self.names[0]])]
        columns += ["contact_id" if self.callers.asked else "id", *self.fields]
        listed = ", ".join(map(quote, columns))
        places = ", ".join("?" * len(cases))
        query = f"SELECT {listed} FROM {quote(self.page.name)} WHERE id IN ({places})"
        return {
            row[0]: Present(row[0], row[1], row[2], row[3], (row[4] or "") if self.callers.asked else "", row[5:])
            for row in self.books.index.db.execute(query, cases)
        }

    def compare(
        self,
        sifted: Sifted,
        row: int,
        present: Present,
        known: Mapping[tuple[str, str], tuple[str, str]],
        now: int,
        opening: str = "",
    ) -> Correction | Stranger | None:
        """What a row says otherwise; a Stranger where it is not about this case; None where it says nothing new.

        opening: the event that the row begins by, where its register has several.
        """
        case = present.case
        fields = dict(zip(self.fields, (text or "" for text in present.fields), strict=True))
        at = sifted.at[0][row]
        end = self._find_end(sifted, row)
        said, began, ending, named = self._read_said(case, sifted.refs[row])
        if began is None:
            return None
        if at != began.at and not self._is_midnight(sifted, 0, row, began.at):
            if began.at != began.recorded // 1_000_000:
                assert at is not None
                return Stranger(case, began.at, at)
            differing = {"at": (spell_time(began.at, self.books.timezone), spell_time(at or 0, self.books.timezone))}
            return Correction(self._tell(sifted, row, case, differing, "was taken here at another time"), [])
        differing = {
            name: each
            for name, each in self._list_differing(sifted, row, said, ending).items()
            if fields[name] != each[1]
        }
        caller = self.callers.compare(sifted, row, case, present.contact, named) if self.callers.asked else None
        events = self._amend(sifted, row, now, differing, caller)
        if caller is not None:
            differing |= caller.fields
        error = ""
        if opening and opening not in {each.event for each in self.books.case(case).rows}:
            differing = {"event": (began.event, opening), **differing}
            error = f"began as {began.event} here: retract it here (dispatchctl retract {case}), and note it anew"
        if CLOSED in self.times and (sifted.refs[row], CLOSED) in known and ending is not None:
            error = self._add_end(sifted, row, present, ending, end, now, differing, events)
        if not differing:
            return None
        contact = caller.contact if caller is not None else None
        return Correction(self._tell(sifted, row, case, differing, error), [] if error else events, contact)

    def _amend(
        self,
        sifted: Sifted,
        row: int,
        now: int,
        differing: Mapping[str, tuple[str, str]],
        caller: CallerChange | None,
    ) -> list[tuple[str, int, dict[str, str]]]:
        """The event that records fields and a caller that differ, where any do."""
        if not differing and caller is None:
            return []
        reason = f"{self.sifter.source.name}:{sifted.lines[row]}"
        return [(AMENDED, now, {**{name: new for name, (_, new) in differing.items()}, "reason": reason})]

    def _add_end(
        self,
        sifted: Sifted,
        row: int,
        present: Present,
        ending: Row,
        end: int | None,
        now: int,
        differing: dict[str, tuple[str, str]],
        events: list[tuple[str, int, dict[str, str]]],
    ) -> str:
        """Add what a closing at another time comes to; why it cannot be recorded, "" where it can.

        The closing that was wrong is taken back, as if it had never been: it was no reopening. ending: the row that
        told it, which people may have taken back already.
        """
        number, ended, state = self.names.index(CLOSED), ending.at, present.state
        if end == ended or (end is not None and self._is_midnight(sifted, number, row, ended)):
            return ""
        reason = {"reason": f"{self.sifter.source.name}:{sifted.lines[row]}"}
        zone = self.books.timezone
        over = state in self.books.pages.finals(self.page.name)
        if end is None:
            if over:
                differing[CLOSED] = (spell_time(ended, zone), "")
                events.append((REOPENED, now, reason))
            return ""
        differing[CLOSED] = (spell_time(ended, zone), spell_time(end, zone))
        if any(row.event == REOPENED and row.at > end for row in self.books.case(present.case).rows):
            return "was reopened here after that: correct it here (dispatchctl retract, close)"
        if over and present.closed != ended:
            return "was closed anew here since: correct it here (dispatchctl retract, close)"
        if over:
            events.append((RETRACTED, now, {"row": ending.ref, **reason}))
        taken = {name: column[row] for name, column in sifted.fields[number].items() if column[row]}
        events.append((CLOSED, end, taken))
        return ""

    def _find_end(self, sifted: Sifted, row: int) -> int | None:
        if CLOSED not in self.names:
            return None
        return sifted.at[self.names.index(CLOSED)][row]

    def _list_differing(
        self, sifted: Sifted, row: int, ours: Mapping[str, str], ending: Row | None
    ) -> dict[str, tuple[str, str]]:
        """Field -> (ours, theirs) where they differ; an empty cell says nothing, and nothing is asked of a closing that
        people took back.
        """
        found = {}
        gone = ending is not None and ending not in self.books.case(ending.id).rows
        for number, columns in enumerate(sifted.fields):
            if sifted.at[number][row] is None or (gone and self.names[number] == CLOSED):
                continue
            for name, column in columns.items():
                theirs = column[row]
                if theirs and theirs != ours.get(name, "") and not self._is_same_day(name, theirs, ours.get(name, "")):
                    found[name] = (ours.get(name, ""), theirs)
        return found

    def _is_same_day(self, name: str, theirs: str, ours: str) -> bool:
        """Whether a time differs only in that an older release read a bare date as the day's 00:00."""
        if name not in self.dated or ours[:10] != theirs[:10] or ours[10:19] != "T00:00:00":
            return False
        return spell_time(self.sifter.tables.close(date.fromisoformat(theirs[:10]).toordinal()), self.zone) == theirs

    def _is_midnight(self, sifted: Sifted, number: int, row: int, at: int) -> bool:
        day = sifted.bare[number].get(row)
        return day is not None and self.sifter.ends.zone.find_epoch(day, 0) == at

    def _read_said(self, case: str, ref: str) -> Said:
        """What the case's rows of this reference say."""
        said: dict[str, str] = {}
        named: list[str] = []
        began, ending = None, None
        rows = sorted((row for row in self.books.rows_of(case) if row.id == case), key=fold_key)
        standing = drop_retracted(rows, self.books.pages)
        for row in rows:
            own = fold_reference(row.source_ref)
            if own != ref and not own.startswith(f"{ref}@"):
                continue
            if row.event == CLOSED:
                ending = row
            if row not in standing or row.event == RETRACTED:
                continue
            contact = row.fields.get("contact_id", "")
            if began is None or contact:
                named.append(contact)
            began = began or row
            said.update({name: text for name, text in row.fields.items() if name != "reason"})
        return Said(said, began, ending, named)

    def _tell(
        self, sifted: Sifted, row: int, case: str, differing: Mapping[str, tuple[str, str]], error: str
    ) -> RowChange:
        fields = tuple((name, ours, theirs) for name, (ours, theirs) in differing.items())
        return RowChange(sifted.lines[row], sifted.refs[row], case, fields, error)
