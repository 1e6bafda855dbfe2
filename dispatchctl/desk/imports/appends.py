"""Appending thousands of rows from outside, some thousand at a time, each under the lock. Desk.

Between two appends the lock is free. What this process has appended it knows without the index; what others write
meanwhile is seen by the size of the files, and makes the books catch up first.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from dispatchctl import sizes
from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant, try_drafts
from dispatchctl.desk.imports.tally import RowChange
from dispatchctl.desk.recording import find_own_end, hold, mend_modes, read_moment
from dispatchctl.desk.times import local_time
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.store import contacts as private
from dispatchctl.store.bulk import Strip, append_strips
from dispatchctl.store.contact_places import stat_contacts
from dispatchctl.store.contacts import Contact, fold_address, fold_phone
from dispatchctl.store.files import list_files
from dispatchctl.store.journal import Draft, End
from dispatchctl.store.keys import make_id
from dispatchctl.typed import fold_reference


class Planned(NamedTuple):
    """What of a chunk is to be written. rows: of the chunk. strips: their events, the opening one first.

    cases: of each row the case it belongs to: an id, "" for a new one, or the place among `rows` of the row that opens
    it. skipped: how many rows of the chunk say nothing new. changes: what known ones say otherwise; updated: how many
    of `rows` record such changes, apart: and nothing else. callers: by place among `rows` the contacts, without an id,
    that their `amended` is to name.
    """

    rows: list[int]
    cases: Sequence[str | int]
    strips: list[Strip]
    skipped: int
    changes: Sequence[RowChange] = ()
    updated: int = 0
    apart: int = 0
    callers: Mapping[int, Contact] = MappingProxyType({})


class Known:
    """Which references are recorded already, folded: older releases recorded them with the blanks of the file."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._blank: dict[str, list[str]] | None = None  # folded -> as recorded, of those with blanks

    def find(self, refs: Sequence[str]) -> dict[tuple[str, str], tuple[str, str]]:
        """(reference, event) -> (case, register) of those of these folded references that are recorded."""
        db = self.books.index.db
        if db.execute("SELECT 1 FROM sources LIMIT 1").fetchone() is None:
            return {}
        blank = self._list_blank()
        wanted = [*refs, *(each for ref in refs for each in blank.get(ref, ()))] if blank else refs
        places = ", ".join("?" * len(wanted))
        found = db.execute(f"SELECT ref, event, id, register FROM sources WHERE ref IN ({places})", wanted)
        if not blank:
            return {(ref, event): (case, register) for ref, event, case, register in found}
        return {(fold_reference(ref), event): (case, register) for ref, event, case, register in found}

    def _list_blank(self) -> dict[str, list[str]]:
        if self._blank is None:
            self._blank = {}
            blanks = "' ' || char(9, 10, 11, 12, 13, 28, 29, 30, 31, 133, 160, 12288)"
            query = f"SELECT DISTINCT ref FROM sources WHERE trim(ref, {blanks}) != ref OR instr(ref, char(12288))"
            for (ref,) in self.books.index.db.execute(query):
                self._blank.setdefault(fold_reference(ref), []).append(ref)
        return self._blank


def try_addition(books: Books, register: str, drafts: Sequence[Draft], moment: Instant) -> str:
    """Why these rows may not be added to a case that there is; "" where they may."""
    try:
        try_drafts(books, register, drafts, moment)
    except (Refused, UsageFault, NotFound) as error:
        return str(error)
    return ""


class Recorder:
    """Appends the chunks of one import, each under the lock, and knows what it has appended without the index."""

    def __init__(self, books: Books, writer: str, actor: str, register: str) -> None:
        self.books, self.writer, self.actor, self.register = books, writer, actor, register
        self.page = books.pages.get(register)
        self.seen: Any = None  # the state of the files when all of them was known here
        self.end: End | None = None
        self.last = 0  # recorded_at of the writer's newest row, microseconds
        self.counts: dict[tuple[str, str], int] = {}  # (register or contacts, day) -> the last number given
        self.known: dict[tuple[str, ...], str] = {}  # (name, phone, address) -> contact
        self.replaced: dict[Contact, str] = {}  # what came in place of another, without its id -> its id

    def append(
        self, decide: Callable[[Instant], Planned], contacts: Sequence[Sequence[str]]
    ) -> tuple[Planned, list[str]]:
        """Append what `decide` answers under the lock, with everything known that others wrote; (it, the ids).

        contacts: name, phone and address of every row of the chunk.
        """
        ids: list[str] = []
        self._follow()  # before the lock too: there may be much to take in
        with hold(self.books, self._follow):
            moment = self._read_moment()
            planned = decide(moment)
            if planned.rows:
                ids = self._write(planned, contacts, moment)
                self.seen = self._mark()
        return planned, ids

    def _mark(self) -> Any:
        """The names, sizes and times of all record files and of the contacts."""
        folder = self.books.folder
        marks: list[Any] = [stat_contacts(folder.path)]
        for register in self.books.pages.names:
            for file in list_files(folder.path, folder.label, register):
                status = os.stat(file.path)
                marks.append((file.path, status.st_size, status.st_mtime_ns, status.st_ino))
        return marks

    def _follow(self) -> None:
        if self._mark() != self.seen:
            self._catch_up()

    def _catch_up(self) -> None:
        mark = self._mark()
        self.books.catch_up()
        index = self.books.index
        self.books.refuse_short(self.register)
        self.end = find_own_end(self.books, self.register, self.writer)
        mend_modes(self.books, self.register, self.end)
        self.last = index.last_recorded(self.writer)
        self.counts.clear()
        self.known.clear()
        self.seen = mark

    def _read_moment(self) -> Instant:
        moment = read_moment(self.books, "")
        if moment.recorded <= self.last:
            return Instant(moment.at, self.last + 1)
        return moment

    def _write(self, planned: Planned, contacts: Sequence[Sequence[str]], moment: Instant) -> list[str]:
        local = local_time(self.books, moment.recorded // 1_000_000)
        day = local.strftime("%Y%m%d")
        ids = self._number(self.register, day, planned.cases, self.page.letter)
        with self.books.ws.recorded.appending(ids, repeatable=True):  # what is known by its source_ref is passed over
            strips = self._name_contacts(planned, contacts, day, moment)
            assert self.end is not None
            self.end, _ = append_strips(
                self.books.folder,
                self.page,
                self.writer,
                local.strftime("%Y-%m"),
                self.end,
                self.actor,
                ids,
                strips,
                moment.recorded,
                self.books.timezone,
            )
        self.last = self.end.position.recorded
        return ids

    def _name_contacts(
        self, planned: Planned, contacts: Sequence[Sequence[str]], day: str, moment: Instant
    ) -> list[Strip]:
        """The strips of a chunk with the contacts that they name, which are written first where they are new."""
        strips = list(planned.strips)
        opening = [row for row, case in zip(planned.rows, planned.cases, strict=True) if case == ""]
        if opening and any(any(column) for column in contacts):
            found = dict(zip(opening, self._find_contacts(contacts, opening, day, moment), strict=True))
            column = [found.get(row, "") for row in planned.rows]
            strips[0] = strips[0]._replace(fields={**strips[0].fields, "contact_id": column})
        if planned.callers:
            named = self._add_callers(planned.callers, day, moment)
            column = [named.get(place, "") for place in range(len(planned.rows))]
            strips = [
                strip._replace(fields={**strip.fields, "contact_id": column}) if strip.event == "amended" else strip
                for strip in strips
            ]
        return strips

    def _number(self, register: str, day: str, cases: Sequence[str | int], letter: str) -> list[str]:
        """The ids of a chunk's rows: those that cases have, and new ones in order (see Planned)."""
        count = self._count(register, day)
        stem = make_id(letter, day, self.writer, 0).removesuffix("0000")
        ids: list[str] = []
        for case in cases:
            if case == "":
                count += 1
                case = f"{stem}{count:04d}"
            ids.append(ids[case] if isinstance(case, int) else case)
        self.counts[register, day] = count
        return ids

    def _count(self, register: str, day: str) -> int:
        if (register, day) not in self.counts:
            self.counts[register, day] = self.books.index.counter(register, self.writer, day)
        return self.counts[register, day]

    # --- contacts ---------------------------------------------------------------------------------------------------

    def _find_contacts(
        self, columns: Sequence[Sequence[str]], rows: Sequence[int], day: str, moment: Instant
    ) -> list[str]:
        """The contact of each row, "" where it names nobody; new ones are written first, in one append."""
        added: list[Contact] = []
        created = local_time(self.books, moment.recorded // 1_000_000).isoformat(timespec="seconds")
        if len(self.known) > sizes.CONTACTS_KEPT:
            self.books.catch_up_contacts()  # those that are forgotten here are found there
            self.known.clear()
        found = []
        for row in rows:
            who = tuple(column[row].strip() for column in columns)
            contact = self.known.get(who)
            if contact is None:
                contact = self._look_up(*who) if any(who) else ""
                if any(who) and not contact:
                    number = self._count("contacts", day) + 1
                    self.counts["contacts", day] = number
                    contact = make_id("P", day, self.writer, number)
                    name, phone, address = who
                    added.append(Contact(contact, name, phone, address, source="import", created_at=created))
                self.known[who] = contact
            found.append(contact)
        if added:
            private.append_contacts(self.books.folder, added)
        return found

    def _add_callers(self, callers: Mapping[int, Contact], day: str, moment: Instant) -> dict[int, str]:
        """Write the contacts that come in place of others, each once; their ids."""
        added: list[Contact] = []
        created = local_time(self.books, moment.recorded // 1_000_000).isoformat(timespec="seconds")
        if len(self.replaced) > sizes.CONTACTS_KEPT:
            self.replaced.clear()
        for contact in callers.values():
            if contact not in self.replaced:
                number = self._count("contacts", day) + 1
                self.counts["contacts", day] = number
                self.replaced[contact] = make_id("P", day, self.writer, number)
                added.append(contact._replace(contact_id=self.replaced[contact], created_at=created))
        if added:
            private.append_contacts(self.books.folder, added)
        return {place: self.replaced[contact] for place, contact in callers.items()}

    def _look_up(self, name: str, phone: str, address: str) -> str:
        """The recorded contact of exactly these three, phone and address folded; "" for a new one."""
        index = self.books.index
        if index.db.execute("SELECT 1 FROM contacts LIMIT 1").fetchone() is None:
            return ""
        folded = fold_phone(phone), fold_address(address)
        hashes = [private.hash_text(text, index.contact_key()) for text in folded]
        wanted = [(column, one) for column, one in zip(("phone", "address"), hashes, strict=True) if one]
        where = " AND ".join(f"{column} = ?" for column, _ in wanted)
        query = f"SELECT id, place, length FROM contacts WHERE {where} ORDER BY place DESC" if where else ""
        places = index.db.execute(query, [one for _, one in wanted]).fetchall() if query else []
        for contact_id, place, length in places:
            contact = private.read_contact_at(self.books.folder, place, length)
            if contact.name == name and (fold_phone(contact.phone), fold_address(contact.address)) == folded:
                return str(contact_id)
        return ""
