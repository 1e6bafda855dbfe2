"""The open books: records, rules and what follows from them, caught up to this moment. Desk.

Every command begins here. Reading never writes a record; the index is brought up to date, in memory where its
folder cannot be used.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from dispatchctl import VERSION
from dispatchctl.cache import find_cache
from dispatchctl.desk.shelf import Shelf
from dispatchctl.errors import BadData, DispatchError, Fault, IndexDamaged, NotFound, OutcomeUnknown
from dispatchctl.policy.rulebook import Rulebook, Version, assemble_rules
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.row import Row, split_file_name
from dispatchctl.store.chain import CHANGED
from dispatchctl.store.files import count_lines
from dispatchctl.store.folder import Folder, open_folder, read_writer
from dispatchctl.store.index import FORMAT, Index
from dispatchctl.store.reading import UNREADABLE
from dispatchctl.store.syncing import FIND_OUT
from dispatchctl.store.tails import spell_path
from dispatchctl.store.versions import list_version_files, list_versions, load_form
from dispatchctl.workspace import Workspace

if TYPE_CHECKING:  # at run time a command that finds nothing new judges nothing, and needs none of the rules
    from dispatchctl.desk.judge import Judging
    from dispatchctl.policy.forms import Form
    from dispatchctl.rules.families import Case, Family
    from dispatchctl.rules.people import People
    from dispatchctl.store.contacts import Contact
    from dispatchctl.store.judgements import Judged
    from dispatchctl.store.tails import Short

T = TypeVar("T")
PEOPLE = (  # keys of lists and cases that hold staff ids
    "by", "assignee", "dispatcher", "manager", "to", "owner", "worker", "receiver", "received_by", "passed_on_by",
    "about_staff", "responsible", "confirmed_by", "with_staff", "staff",
)  # fmt: skip
Basis = tuple[tuple[Any, ...], tuple[Any, ...]]  # what is decided by: the writer and the versions; what rows there are


class LateJudge:
    """Hands the index's questions to the rules, which are loaded with the first of them."""

    def __init__(self, books: "Books") -> None:
        self._books = books

    def judge(self, root: str, rows: Sequence[Row]) -> "Judged":
        """See Judging.judge."""
        return self._books.judging.judge(root, rows)

    def meet(self, families: Iterable[Sequence[Row]]) -> "People":
        """See Judging.meet."""
        return self._books.judging.meet(families)

    def forget(self) -> None:
        """See Judging.forget."""
        self._books.forget_people()


class Then:
    """What books are made of that are not those of the present: other rules, and an index that is a part of another.

    book: the rules that judge. open_index: fills it, adopting it first (`Books.adopt`). present: the books with
    everything recorded, where these are as of the closing (microseconds) of some months. now: seconds, where it is not
    the workspace's.
    """

    def __init__(
        self,
        book: Rulebook,
        open_index: "Callable[[Books], Index]",
        present: "Books | None" = None,
        closing: int | None = None,
        now: int | None = None,
    ) -> None:
        self.book, self.open_index, self.present, self.closing, self.now = book, open_index, present, closing, now


class Books:
    """One records folder with its rules, as of `now` (seconds). pages: of the registers that it has.

    ws: the workspace as these rules see it. then: where they are not the books of the present. timezone: an IANA name,
    that of the rules in force, in which times are typed, written and shown; days and months: desk.times.local_date.
    """

    def __init__(self, ws: Workspace, then: Then | None = None) -> None:
        self.folder: Folder = open_folder(ws.records_path)
        self.cache = find_cache(self.folder.path)
        self.pages = self._list_pages()
        self._then = then
        self._judging: Judging | None = None
        self._families: dict[str, Family] = {}
        self.policy_faults: list[Fault] = []
        self.book = then.book if then is not None else self._read_rules(ws)
        self.ws = self._see(ws)
        if then is None and isinstance(self.ws.as_of, int):
            self.book = self._look_back(self.ws.as_of)
            self.ws = self._see(ws)
        self._shelf = Shelf(self.folder.path, self._find_kept(), self._open_at, LateJudge(self))
        self.warnings: list[str] = []  # what was noticed on the way; the command prints it
        self.told_draft = False
        self.strict_privacy = False  # text with what looks like a phone number is refused, whatever the rules say
        self.granted = False  # the right to all that will be recorded was asked before: an import
        self.unwritten: list[Contact] = []  # made for the command under way, written with its rows
        self.had_lock = False  # the command has had the lock once
        self.rests_on: tuple[str, ...] | None = None  # see rest_on
        self._writer = self.folder.writer  # as it was read
        self._read: Basis | None = None
        self.derived: list[Books] = []  # books as of another time that were opened from these
        self.standing: dict[str, tuple[object, Books]] = {}  # see desk.months.closed.open_standing
        self.outdated: dict[str, int] | None = None  # see desk.months.closed.list_outdated

    def _read_rules(self, ws: Workspace) -> Rulebook:
        """The rules of the folder; BadData where they are faulty and no version is published."""
        form, faults = load_form(self.folder.path, ws.policies_path, self.cache, self.assemble)
        book = Rulebook.of(form, self._read_version)
        if faults and not book.versions:
            raise BadData.of(faults)
        self.policy_faults = list(faults)
        return book

    def _see(self, ws: Workspace) -> Workspace:
        """The workspace by the rules in force; the time that it tells may have been typed without an offset."""
        newest = self.book.newest.policy
        self.ws = ws.view(newest["timezone"], newest["language"], self.list_titles, self.pages)
        policy = self.policy
        if policy is not newest:
            self.ws = ws.view(policy["timezone"], policy["language"], self.list_titles, self.pages)
        self.timezone = str(policy["timezone"])
        return self.ws

    def _look_back(self, until: int) -> Rulebook:
        """The versions that had been published by `until` (seconds), with their days."""
        from dispatchctl.store.publications import find_published

        only = find_published(self.folder.path, self.folder.label, until)
        return self.book if only is None else self.read_versions("", only)

    def read_versions(self, cache: str, only: frozenset[str]) -> Rulebook:
        """Some of the published versions, by the names of their files; BadData for faults. cache: "" keeps none."""
        form, faults = load_form(self.folder.path, self.ws.policies_path, cache, self.assemble, only)
        if faults:
            raise BadData.of(faults)
        return Rulebook.of(form, self._read_version)

    def _read_version(self, label: str) -> Version | None:
        """A published version by its label, whether it counts or not; None where there is none."""
        if not any(file.label == label for file in list_version_files(self.folder.path)):
            return None
        return self.read_versions("", frozenset([f"{label}.yaml"])).versions[0]

    def _list_pages(self) -> Pages:
        """The registers of this folder: all that asks for a page, from the rules and the index on, asks these."""
        return SHIPPED

    def assemble(self, texts: Sequence[Any], draft: tuple[str, bytes] | None) -> "tuple[Form | None, list[Fault]]":
        """See assemble_rules; the rules may name the registers of this folder."""
        return assemble_rules(texts, draft, self.pages)

    # --- time and rules -------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The present, seconds: --as-of, else --now, else the system's clock."""
        if self._then is not None and self._then.now is not None:
            return self._then.now
        as_of = self.ws.as_of
        return as_of if isinstance(as_of, int) else self.ws.now()

    @property
    def present(self) -> "Books":
        """The books with everything recorded, where these are as of a closing; else these."""
        return (self._then.present if self._then is not None else None) or self

    @property
    def closing(self) -> int | None:
        """When the months were closed that these books are about, microseconds; None for books of the present."""
        return self._then.closing if self._then is not None else None

    @property
    def version(self) -> Version:
        """The rules in force now."""
        return self.book.at(self.now)[0]

    @property
    def policy(self) -> dict[str, Any]:
        """The compiled rules in force now."""
        return self.version.policy

    @property
    def lang(self) -> str:
        """zh or en."""
        return self.ws.lang

    def list_titles(self) -> dict[str, dict[str, str]]:
        """What people call the keys that a table shows: titles of the rules, names of the staff.

        The titles are in the language of the rules; whoever reads in the other one is shown the keys.
        """
        policy = self.policy
        names = dict(self.ask_again(lambda: self.index.db.execute("SELECT id, name FROM staff").fetchall()))
        people = dict.fromkeys(PEOPLE, names)
        if self.lang != policy["language"]:
            return people
        titled = {
            section: {key: entry["title"] or key for key, entry in (policy[section] or {}).items()}
            for section in ("services", "departments", "areas")
        }
        clocks = {clock["id"]: clock["title"] or clock["id"] for clock in policy["clocks"]}
        return {
            **people,
            "owner": {**policy["roles"], **names},
            "service": titled["services"],
            "department": titled["departments"],
            "departments": titled["departments"],
            "heads": titled["departments"],
            "area": titled["areas"],
            "areas": titled["areas"],
            "priority": policy["priorities"],
            "channel": policy["channels"],
            "method": policy["payment_methods"],
            "clock": clocks,
            "role": policy["roles"],
            "escalated_to": policy["roles"],
            "kind": policy["complaint_kinds"],
            "rule": {rule["id"]: rule["title"] for rule in (*policy["charges"], *policy["rewards"])},
        }

    @property
    def judging(self) -> "Judging":
        """The rules, ready to judge."""
        if self._judging is None:
            from dispatchctl.desk.judge import Judging

            self._judging = Judging(self.book, self.pages, self._load_people)
        return self._judging

    # --- the index ------------------------------------------------------------------------------------------------

    @property
    def index(self) -> Index:
        """The index, caught up."""
        if self._shelf.index is None:
            if self._then is not None:
                self._shelf.index = self._then.open_index(self)
            else:
                self._shelf.open()
                self._warn_of_faults()
            assert self._shelf.index is not None
        return self._shelf.index

    def adopt(self, index: Index) -> None:
        """Judge with this index at hand: it is asked for the staff while it is being filled."""
        self._shelf.index = index
        self.forget_people()

    @property
    def stamp(self) -> str:
        """What an index is made for: another one of these texts makes a new index."""
        stamp = f"{FORMAT} {VERSION} {self.book.fingerprint} {spell_path(self.folder.path)}"
        return f"{stamp} {self.pages.more}" if self.pages.more else stamp

    def _find_until(self) -> int | None:
        as_of = self.ws.as_of
        return as_of * 1_000_000 + 999_999 if isinstance(as_of, int) else None

    def _find_kept(self) -> str:
        """Where the index is kept; "" of what is only looked back at."""
        return self.cache if self._find_until() is None else ""

    def _open_at(self, place: str) -> Index:
        self.forget_people()
        of = (self.folder.path, self.folder.label)
        return Index(*of, place, self.stamp, self.pages, self._find_until(), self.book.counted)

    def _warn_of_faults(self) -> None:
        faults = self.index.faults()
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        self.warnings += [f"{fault}{more}; see: dispatchctl records check" for fault in faults[:1]]
        self.warnings += [f"{short.fault}; {short.fault.hint}" for short in self.list_short()]

    def rebuild(self) -> None:
        """Make the index anew, whatever it is like; who has the present one open goes on with it."""
        self._shelf.rebuild()

    def recover(self, error: Exception) -> bool:
        """Whether the command can run again after this error: the index was found damaged in the middle of it.

        Opening it reads few of its pages, so that this can show late. Which of several was damaged is not known, so all
        are made anew. OutcomeUnknown where rows were recorded before.
        """
        others = [each.recover(error) for each in self.derived]
        index = self._shelf.index
        if not isinstance(error, sqlite3.DatabaseError) or index is None or not index.place:
            return any(others)
        self._give_up(error)
        if self.ws.recorded:
            message = "the index was found damaged after rows had been recorded"
            raise OutcomeUnknown(message, place=self.folder.label, hint=FIND_OUT) from error
        return True

    @contextmanager
    def mending(self) -> Iterator[None]:
        """IndexDamaged instead of an error of SQLite's that another run of the command would not meet again."""
        try:
            yield
        except Exception as error:
            if not self.recover(error):
                self.close()
                raise
            message = "the index was damaged and is made anew; nothing was recorded"
            raise IndexDamaged(message, hint="run the command again") from error

    def ask_again(self, question: Callable[[], T]) -> T:
        """The answer of what asks the index; asked once more where that is found damaged before anything is recorded.

        For what may not be run again as a whole: something was recorded before.
        """
        appends, warned = self.ws.recorded.appends, len(self.warnings)
        try:
            return question()
        except sqlite3.DatabaseError as error:
            if self.ws.recorded.appends > appends:
                raise
            self._give_up(error)
            del self.warnings[warned:]
            return question()

    def _give_up(self, error: sqlite3.Error) -> None:
        self._shelf.give_up(error)
        self.forget_people()

    def catch_up(self, *, hold: bool = False) -> None:
        """Take in what was written since; used under the lock, and between the items of a batch.

        hold: what is taken in is kept by `index.commit`, once it is known to be on disk.
        """
        self._families.clear()
        self._ask_index(lambda: self.index.catch_up(LateJudge(self), hold=hold))

    def catch_up_contacts(self) -> None:
        """Take in the contacts that were written since, and nothing else."""
        self._ask_index(lambda: self.index.catch_up_contacts(LateJudge(self)))

    def _ask_index(self, take_in: Callable[[], None]) -> None:
        """Have the index take something in; one that is damaged is made anew, and has caught up then."""
        try:
            take_in()
        except sqlite3.DatabaseError as error:
            self._give_up(error)
            _ = self.index

    def rest_on(self, *registers: str) -> None:
        """Say that the command decides by these registers only before it has the lock, and is too long to hold it; by
        none: that it only tells of what it has done.
        """
        self.rests_on = registers
        self._read = self.tell_read()

    def tell_read(self) -> Basis:
        """What the command may have decided by so far: equal to tell_present while nobody has changed any of it."""
        if self.rests_on == ():
            return (), ()
        versions = [] if self.book.draft_only else [version.label for version in self.book.versions]
        return self._read or ((self._writer, versions), self.ask_again(self._tell_rows))

    def tell_present(self) -> Basis:
        """The same as it is now: the writer and the rules on disk, and the rows by the index, which has caught up."""
        if self.rests_on == ():
            return (), ()
        versions = [version.label for version in list_versions(self.folder.path)]
        return (read_writer(self.folder.path), versions), self.ask_again(self._tell_rows)

    def _tell_rows(self) -> tuple[Any, ...]:
        query = "SELECT register, COUNT(*), SUM(size) FROM files GROUP BY register"
        rows = self.index.db.execute(query).fetchall()
        if self.rests_on is not None:
            return tuple(row for row in rows if row[0] in self.rests_on)
        return *rows, self.index.get_meta("contacts")

    def close(self) -> None:
        """Let go of what is open, and of what was not committed."""
        for each in self.derived:
            each.close()
        self._shelf.drop()

    def settle(self) -> None:
        """Bring the index up to date after a command has printed its result; its failure costs nothing."""
        for each in self.derived:
            each.settle()
        index = self._shelf.index
        if index is not None:
            try:
                index.catch_up(LateJudge(self))
                index.commit()
            except (DispatchError, sqlite3.DatabaseError, OSError):
                return
            finally:
                self._shelf.drop()

    def _load_people(self) -> "People":
        from dispatchctl.rules.people import Entry, People

        kept = self.index.get_meta("people")
        histories: dict[str, list[Entry]] = {}
        if kept is not None:
            import marshal

            histories = {staff: [Entry(*entry) for entry in entries] for staff, entries in marshal.loads(kept).items()}
        return People(histories, self.book.newest.policy["escalation"]["roles"])

    def forget_people(self) -> None:
        """The staff are asked for anew: what is known of them was of an index that is gone, or undone."""
        if self._judging is not None:
            self._judging.forget()

    @property
    def people(self) -> "People":
        """The staff as recorded."""
        _ = self.index
        return self.judging.people

    def refuse_faults(self, registers: Iterable[str] = ()) -> None:
        """BadData where a row or a rule read so far is wrong: for commands that judge.

        registers: only of these; all of them where none is named.
        """
        places = tuple(f"{self.folder.label}/{register}/" for register in registers)
        faults = [each for each in self.index.faults() if not places or each.file.startswith(places)]
        if faults:
            faults = self._say_where(faults)
            raise BadData("\n".join(map(str, faults[:20])), hint="see: dispatchctl records check", faults=tuple(faults))

    def find_wrong(self, registers: Iterable[str]) -> BadData | None:
        """What refuse_faults would raise, for commands that first show what can be read; it replaces the warning."""
        try:
            self.refuse_faults(registers)
        except BadData as error:
            told = [str(fault) for fault in error.faults]
            self.warnings = [each for each in self.warnings if not each.startswith(tuple(told))]
            return error
        return None

    def list_short(self) -> list["Short"]:
        """The files that have fewer rows than they had: read here, named by other rows, or sealed."""
        found = self.index.list_short()
        if any(each.case for each in found) and not self.index.until:
            self.index.catch_up(LateJudge(self))  # the row that is named may have come while the others were read
            found = self.index.list_short()
        own = self.folder.writer  # of another's files the rows that are named may not have come yet
        found = [each for each in found if not each.case or (each.writer == own and not self._was_taken_back(each))]
        return [
            each._replace(fault=fault)
            for each, fault in zip(found, self._say_where(short.fault for short in found), strict=True)
        ]

    def _say_where(self, faults: Iterable[Fault]) -> list[Fault]:
        from dispatchctl.store.tails import say_where

        return [say_where(each, self.folder.writer) for each in faults]

    def _was_taken_back(self, short: "Short") -> bool:
        """Whether the row that names what is missing counts no more."""
        from dispatchctl.rules.families import find_retracted

        return (short.case, short.ref) in find_retracted(self.index.family_rows(short.case), self.pages)

    def refuse_short(self, register: str, adopted: str = "") -> None:
        """BadData where this writer may not go on in a register: rows are gone at an end, a file cannot be read, or
        what a row would go on from was changed.

        The next id might be one that was given. adopted: the file (`orders/2026-11.main`) that is just being declared
        meant.
        """
        mine = [each for each in self.list_short() if (each.register, each.writer) == (register, self.folder.writer)]
        faults = [each.fault for each in mine if each.name != adopted]
        place = f"{self.folder.label}/{register}/"
        for fault in self.index.faults():
            name = fault.file.removeprefix(place).removesuffix(".csv")
            unread = fault.code == UNREADABLE and fault.file.startswith(place) and f"{register}/{name}" != adopted
            if unread and split_file_name(name)[1] == self.folder.writer:
                faults.append(fault)
        if not faults:
            faults = self._find_changed_end(register, adopted)
        if faults:
            message = "\n".join(f"{fault}; nothing can be recorded there" for fault in faults)
            raise BadData(message, hint=faults[0].hint, faults=tuple(faults))

    def _find_changed_end(self, register: str, adopted: str) -> list[Fault]:
        """What is wrong with this writer's newest file of a register so that nothing can be added to it."""
        changed = [fault for fault in self.index.faults() if fault.code in CHANGED]
        newest = self.index.last_position(register, self.folder.writer) if changed else None
        if newest is None or f"{register}/{newest[1].name}" == adopted:
            return []
        file = newest[1]
        lost = [fault for fault in changed if fault.file == file.label]
        if not lost:
            return []
        from dispatchctl.store.adopting import find_encoding

        of_all = f"{len(lost)} line{'s' if len(lost) > 1 else ''} in all"
        encoding = find_encoding(file)
        if encoding != "utf-8":  # nothing could mend a file that has rows of both
            message = f"was saved in another encoding ({encoding}), which changed {of_all}"
            return [Fault(file.label, 0, 0, lost[0].code, message, hint=lost[0].hint)]
        if lost[-1].line == count_lines(file):
            message = f"its last line was changed, {of_all}"
            return [lost[-1]._replace(message=message)]
        return []

    # --- cases ----------------------------------------------------------------------------------------------------

    def rows_of(self, case: str) -> list[Row]:
        """Every row of the family a case belongs to; NotFound for an unknown case."""
        rows = self.index.family_rows(case)
        if not rows:
            raise NotFound(f"no such case: {case}")
        return rows

    def attach(self, paths: Sequence[str], *, dry: bool = False) -> str:
        """Copy these files to the private ones; the field `attached` that names them."""
        if not paths:
            return ""
        from dispatchctl.registers.page import join_items
        from dispatchctl.store.attachments import keep_file

        return join_items([keep_file(self.folder, path, dry=dry) for path in paths])

    def family(self, case: str) -> "Family":
        """The family a case belongs to, folded; NotFound for an unknown case."""
        from dispatchctl.rules.families import fold_family

        root = self.index.family_of(case)
        if root not in self._families or not root:
            self._families[root] = fold_family(self.rows_of(case), self.pages, self.book.awaits_payment)
        return self._families[root]

    def case(self, case: str) -> "Case":
        """One case, folded; NotFound for an unknown one."""
        return self.family(case).cases[case]
