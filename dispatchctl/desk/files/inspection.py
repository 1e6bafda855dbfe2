"""Inspecting records: every row of every file, its chain, and whether the files agree with one another. Desk.

It goes through the files themselves, not the index, writes nothing, and reports everything it finds. Other writers
may be at work meanwhile: what looks wrong between two files is looked at again where they have grown since.
"""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dispatchctl.cache import find_cache
from dispatchctl.desk.books import Books
from dispatchctl.desk.files.crosscheck import CrossCheck
from dispatchctl.desk.ledger.entries import list_conflicts
from dispatchctl.errors import BadData, DispatchError, Fault, IndexDamaged
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.row import Row
from dispatchctl.rules.families import AwaitsPayment, never
from dispatchctl.store import seals
from dispatchctl.store.chain import ADOPT
from dispatchctl.store.contact_places import stat_contacts
from dispatchctl.store.contacts import iterate_contacts, list_unreadable
from dispatchctl.store.files import RecordFile, list_files, list_strays
from dispatchctl.store.folder import CONTACTS, LINK, Folder, find_links, find_odd, list_register_folders, open_folder
from dispatchctl.store.index import find_generations
from dispatchctl.store.leftovers import is_temporary
from dispatchctl.store.publications import Publication, read_publications
from dispatchctl.store.reading import UNREADABLE, iterate_file
from dispatchctl.store.rules_cache import read_text
from dispatchctl.store.seals import name_seal
from dispatchctl.store.tails import SHORT, explain_cut, explain_named, say_where
from dispatchctl.store.tracking import explain_tracked, list_tracked
from dispatchctl.store.versions import FOLDER as POLICIES
from dispatchctl.store.versions import VersionFile, list_version_files
from dispatchctl.workspace import Workspace

TORN = "torn"  # the code of what a crash left: told, but no finding
LOOKS = 3  # times to look where files grow meanwhile
ZONES = 14 * 3600  # seconds; no local time is farther from UTC


class Inspection(NamedTuple):
    """What was found. faults: by file and line, torn lines among them (code TORN); files, rows: how many were read."""

    faults: list[Fault]
    files: int
    rows: int

    @property
    def findings(self) -> int:
        """How many of the faults are more than a torn line."""
        return sum(fault.code != TORN for fault in self.faults)


def inspect_records(
    path: str,
    pages: Pages = SHIPPED,
    more: Sequence[Fault] = (),
    twice: Sequence[Sequence[Row]] = (),
    awaits_payment: AwaitsPayment = never,
) -> Inspection:
    """Everything wrong in a records folder with these registers; SystemFailed where it cannot be read.

    more: what the files themselves do not show (see list_short_files). twice: see list_charged_twice. awaits_payment:
    see read_closing. Where a part of the folder is a link, nothing is read, and the links are what is found.
    """
    try:
        folder = open_folder(path)
    except BadData as error:
        if not any(fault.code == LINK for fault in error.faults):
            raise
        return Inspection(find_links(path, os.path.basename(path)), 0, 0)
    tracked = list_tracked(folder.path)
    more = [*more, explain_tracked(folder.label, tracked)] if tracked else more
    for _ in range(LOOKS - 1):
        before = _mark_files(folder)
        found = _Look(folder, pages, awaits_payment).take_all(more, twice)
        if not found.findings or _mark_files(folder) == before:
            return found
    return _Look(folder, pages, awaits_payment).take_all(more, twice)


def list_short_files(ws: Workspace) -> list[Fault]:
    """The files that have fewer rows than they had, as far as the index knows; none where there is no index."""
    try:
        if not find_generations(find_cache(open_folder(ws.records_path).path)).newest():
            return []
        books = Books(ws)
        with books.mending():
            found = [each.fault for each in books.list_short()]
    except IndexDamaged:
        raise
    except DispatchError:  # the rules, or the files: told otherwise
        return []
    books.settle()
    return found


def read_closing(ws: Workspace) -> AwaitsPayment:
    """Which orders close only when they are paid, by the rules; none where those cannot be read, which is told."""
    try:
        return Books(ws).book.awaits_payment
    except DispatchError:
        return never


def list_charged_twice(ws: Workspace) -> list[list[Row]]:
    """Of each fact that stands in the ledger several times the rows that proposed it; only the rules tell facts."""
    try:
        if "ledger" not in list_register_folders(open_folder(ws.records_path).path):
            return []
        return _ask_ledger(ws)
    except IndexDamaged:
        raise
    except DispatchError:  # the rules, or the files: told otherwise
        return []


def _ask_ledger(ws: Workspace) -> list[list[Row]]:
    books = Books(ws)
    with books.mending():
        found = [[_find_first(books, name) for name in names] for names in list_conflicts(books.index.db)]
    books.settle()
    return found


def _find_first(books: Books, entry: str) -> Row:
    return books.case(entry).rows[0]


def _mark_files(folder: Folder) -> list[tuple[str, int, int]]:
    """The size and time of every record file."""
    marks = []
    for register in list_register_folders(folder.path):
        for file in list_files(folder.path, folder.label, register):
            try:
                status = os.stat(file.path)
            except FileNotFoundError:
                continue
            marks.append((file.label, status.st_size, status.st_mtime_ns))
    return marks


def order_registers(pages: Pages) -> list[str]:
    """Registers so that what refers comes before what it refers to: read in this order, no row can be found to refer
    to one that was written since.
    """
    return [*(name for name in reversed(pages.names) if name != "staff"), "staff"]


class _Look:
    """One way through the folder."""

    def __init__(self, folder: Folder, pages: Pages, awaits_payment: AwaitsPayment) -> None:
        self.folder, self.pages = folder, pages
        self.faults: list[Fault] = []
        self.files = 0
        self.rows = 0
        self.cross = CrossCheck(folder.label, folder.writer, pages, awaits_payment)
        self.crc_before: dict[str, int] = {}  # label of a file -> the crc that it goes on from

    def take_all(self, more: Sequence[Fault], twice: Sequence[Sequence[Row]]) -> Inspection:
        for register in order_registers(self.pages):
            self._take_register(register)
            self._note_strays(register)
        self._take_unknown()
        self.faults += self.cross.faults
        self.faults += self.cross.list_values()
        self.faults += self.cross.check_references(self._list_contacts(), self._iterate_rows)
        self.faults += self.cross.fold_all(self._iterate_rows)
        self._check_versions(read_publications(self.folder.path, self.folder.label))
        self.faults += more
        self.faults += map(self.cross.explain_twice, twice)
        told = {fault.file for fault in (*more, *self.faults) if fault.code in (SHORT, UNREADABLE)}
        for fault in (*self._check_sealed(), *self._check_named()):
            if fault.file not in told:
                told.add(fault.file)
                self.faults.append(fault)
        told = {fault.file for fault in self.faults}
        of = (self.folder.path, self.folder.label)
        self.faults += [each for each in (*find_links(*of), *find_odd(*of)) if each.file not in told]
        self.faults.sort(key=lambda fault: (fault.file, fault.line, fault.column))
        return Inspection(self.faults, self.files, self.rows)

    def _report(self, file: str, line: int, code: str, message: str, allowed: str = "", hint: str = "") -> None:
        self.faults.append(Fault(file, line, 0, code, message, allowed, hint))

    # --- files ----------------------------------------------------------------------------------------------------

    def _take_register(self, name: str, known: bool = True) -> None:
        last: dict[str, RecordFile] = {}  # writer -> its file before
        crcs: dict[str, int] = {}
        recorded: dict[str, int] = {}
        for file in list_files(self.folder.path, self.folder.label, name):
            before = last.get(file.writer)
            self._check_part(file, before)
            self.crc_before[file.label] = crcs.get(file.writer, 0)
            self.files += 1
            try:
                crcs[file.writer] = self._take_file(file, before, known, recorded)
            except BadData as error:
                self._report(file.label, 0, "not-a-file", str(error).removeprefix(f"{file.label}: "))
            except FileNotFoundError:
                continue
            last[file.writer] = file

    def _check_part(self, file: RecordFile, before: RecordFile | None) -> None:
        wanted = before.part + 1 if before is not None and before.month == file.month else 1
        if file.part != wanted:
            name = f"{file.month}.{file.writer}" + (f".{wanted}" if wanted > 1 else "")
            self._report(file.label, 0, "missing-file", f"{name}.csv, which comes before it, is missing")

    def _take_file(self, file: RecordFile, before: RecordFile | None, known: bool, recorded: dict[str, int]) -> int:
        """Read a file through; the crc that the writer's next one goes on from."""
        events = self.pages.events(file.register).keys() if known else None
        crc = self.crc_before[file.label]
        torn = self.cross.torn.setdefault((file.register, file.name), [])
        bounds = _bound_month(file.month)
        for read in iterate_file(file, None, crc, events):
            crc = read.position.crc
            torn += read.torn
            chained = (_explain_chain(fault, before) for fault in read.faults)
            self.faults += [say_where(fault, self.folder.writer) for fault in chained]
            for _, _, row in read.rows:
                self.rows += 1
                self.cross.note_seq(row)
                if known:
                    self.cross.take(row)
                self._check_time(row, file, recorded, bounds)
            if read.tail:
                line = self.cross.line_of(file.register, file.name, read.position.seq + 1)
                message = "not whole at the end of the file; the next writer marks it as torn"
                self._report(file.label, line if read.position.columns else 1, TORN, message)
        for line in torn:
            self._report(file.label, line, TORN, "a line that was never a whole row; it counts for nothing")
        return crc

    def _check_time(self, row: Row, file: RecordFile, recorded: dict[str, int], bounds: tuple[int, int]) -> None:
        before = recorded.get(file.writer, 0)
        if before <= row.recorded and bounds[0] <= row.recorded < bounds[1]:
            recorded[file.writer] = row.recorded
            return
        line = self.cross.line_of(file.register, file.name, row.seq)
        if row.recorded < before:
            self._report(file.label, line, "time-went-back", "recorded_at lies before that of the row before")
        else:
            self._report(file.label, line, "wrong-month", f"recorded_at does not lie in {file.month}")

    def _note_strays(self, register: str) -> None:
        for name in list_strays(self.folder.path, self.folder.label, register):
            self._report_stray(f"{register}/{name}")

    def _report_stray(self, name: str) -> None:
        """Tell of a file that nothing reads: but of hidden ones, and of what a killed writer left beside its place."""
        own = os.path.basename(name)
        if own[0] == "." or is_temporary(own):
            return
        hint = "take it out of the records, or give it its name back"
        self._report(f"{self.folder.label}/{name}", 0, "stray", "is no record file: nothing here reads it", hint=hint)

    def _take_unknown(self) -> None:
        """Folders that no page tells of, and files beside them."""
        for name in list_register_folders(self.folder.path):
            if name in self.pages.names:
                continue
            if list_files(self.folder.path, self.folder.label, name):
                message = "a register unknown here: written by a newer dispatchctl"
                self._report(f"{self.folder.label}/{name}", 0, "unknown-register", message, hint="update dispatchctl")
                self._take_register(name, known=False)
            else:
                self._report_stray(name)
        with os.scandir(self.folder.path) as entries:
            strays = [entry.name for entry in entries if not entry.is_dir()]
        for name in sorted(strays):
            self._report_stray(name)

    # --- what the second way through needs --------------------------------------------------------------------------

    def _iterate_rows(self) -> Iterator[Row]:
        """Every row of every known register, read again, month by month."""
        files = [
            file
            for register in order_registers(self.pages)
            for file in list_files(self.folder.path, self.folder.label, register)
            if file.label in self.crc_before
        ]
        for file in sorted(files, key=lambda file: file.month):
            events = self.pages.events(file.register).keys()
            try:
                for read in iterate_file(file, None, self.crc_before[file.label], events):
                    for _, _, row in read.rows:
                        yield row
            except (BadData, FileNotFoundError):
                continue  # told before

    def _list_contacts(self) -> frozenset[str] | None:
        """The ids of the private contacts; None where there is no such file, as in another office's clone."""
        if not stat_contacts(self.folder.path):
            return None
        for line in list_unreadable(self.folder.path):
            message = "is not UTF-8: the contact of this line counts for nothing"
            hint = "a spreadsheet or an editor saved the file in another encoding: save it as UTF-8 again"
            self._report(f"{self.folder.label}/{CONTACTS}", line, "bad-contact", message, hint=hint)
        return frozenset(contact.contact_id for _, _, contact in iterate_contacts(self.folder.path))

    def _check_sealed(self) -> Iterator[Fault]:
        """The files that are shorter than their seal says; what else differs `records verify` tells."""
        for month, writer in seals.list_seals(self.folder.path):
            try:
                seal = seals.read_seal(self.folder.path, self.folder.label, month, writer)
            except BadData:
                continue
            for file in seal.files if seal is not None else ():
                path = f"{self.folder.path}/{file.file}"
                size = os.path.getsize(path) if os.path.isfile(path) else -1
                if size < file.size:
                    name = file.file.removesuffix(".csv")
                    yield explain_cut(self.folder.label, name, size, file.size, name_seal(month, writer))

    def _check_named(self) -> Iterator[Fault]:
        """The files of this writer whose last cases are gone, by what other rows name; another's may yet come."""
        for key, (last, number, ref) in sorted(self.cross.list_lost().items()):
            if key[1] == self.folder.writer:
                yield explain_named(self.folder.path, self.folder.label, self.pages, (*key, last, number), ref)

    # --- published rules --------------------------------------------------------------------------------------------

    def _check_versions(self, published: list[Publication]) -> None:
        place = f"{self.folder.label}/{POLICIES}"
        files = list_version_files(self.folder.path)
        names = {file.name for file in files}
        if os.path.isdir(os.path.join(self.folder.path, POLICIES)):
            for name in sorted(os.listdir(os.path.join(self.folder.path, POLICIES))):
                if name not in names:
                    self._report_stray(f"{POLICIES}/{name}")
        digests: dict[str, set[str]] = {}
        for each in published:
            digests.setdefault(each.file, set()).add(each.sha256)
            if each.file not in names:
                message = f"was published ({each.row.ref}) and is missing"
                self._report(f"{place}/{each.file}", 0, "missing-version", message, hint="take it back from a backup")
        for file in files:
            self._check_version(file, f"{place}/{file.name}", digests.get(file.name))

    def _check_version(self, file: VersionFile, place: str, digests: set[str] | None) -> None:
        from hashlib import sha256

        try:
            text = read_text(file.path)
        except OSError as error:
            self._report(place, 0, "unreadable", f"cannot be read: {error.strerror}")
            return
        if digests is None:
            hint = "publish the same rules again: dispatchctl policy publish"
            self._report(place, 0, "unrecorded-version", "no row of audit tells that it was published", hint=hint)
        elif sha256(text).hexdigest() not in digests:
            hint = "take it back from a backup"
            self._report(place, 0, "changed-version", "is not what was published: its sha256 differs", hint=hint)
        policy, faults = compile_policy(text, place, published=True, pages=self.pages)
        self.faults += faults
        if policy is not None and policy["effective_from"] != file.date:
            message = f"takes effect on {policy['effective_from']}, which is not the day in its name"
            self._report(place, 0, "wrong-name", message, file.date)


def _explain_chain(fault: Fault, before: RecordFile | None) -> Fault:
    """A break at a file's first row, with the name of the file it should go on from."""
    if fault.code != "bad-crc" or not fault.message.startswith("does not go on"):
        return fault
    if before is None:
        message = "is not where this writer began: an earlier file is missing, or this line or the header was changed"
    else:
        message = f"does not go on from {before.name}.csv: a file between is missing, or one of the two was changed"
    hint = f"take the files back from a backup; where none is to be had: {ADOPT} {fault.file} --reason TEXT"
    return fault._replace(code="broken-chain", message=message, hint=hint)


def _bound_month(month: str) -> tuple[int, int]:
    """Microseconds between which a time may lie in a month (YYYY-MM), whatever the timezone: [start, end)."""
    from datetime import UTC, datetime

    year, number = int(month[:4]), int(month[5:])
    first = datetime(year, number, 1, tzinfo=UTC).timestamp()
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp()
    return int(first - ZONES) * 1_000_000, int(following + ZONES) * 1_000_000
