"""The fold: what state the cases of one family are in, and the moments they went through. Pure.

A family is an order with everything that refers to it (its assignments, complaints and follow-ups, the notices about
them), or a complaint or a survey that names no order: what one of them does can move another, so they are always folded
together, from all their rows, in the order of records.md ("Order in time"). Of the rules it is told one thing only:
whether an order taken at a time closes when it is confirmed or when it is paid.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from dispatchctl.registers import Pages, case_of
from dispatchctl.registers.assignments import OPEN
from dispatchctl.registers.page import ANY, BACK, FIRST, VOID, Event, Register
from dispatchctl.registers.row import Row, fold_key

ASSIGNABLE = ("open", "pool", "dispatched", "in-progress")  # states of an order in which somebody may be assigned
AWAITING_PAYMENT = "awaiting-payment"
_GONE = ("declined", "reassigned", "withdrawn")

AwaitsPayment = Callable[[int], bool]  # whether an order taken at that time (seconds) closes only when it is paid


def never(at: int) -> bool:
    """Of a folder without rules, and of registers that have no orders: nothing awaits its payment."""
    return False


class Moment(NamedTuple):
    """Something that happened to a case: a row that counted, or (register "state") a state it reached by a command.

    at: seconds. state: what the case shows after it. row: the row it is, or follows from.
    """

    at: int
    case: str
    register: str
    event: str
    state: str
    row: Row


class Case:
    """One case as its rows make it: the state it shows, its latest fields, its rows, and those that were refused.

    page: its register's, with the events by name and the states that end a case.
    """

    __slots__ = (
        *("back", "conflicts", "events", "fields", "finals", "id", "marks", "own", "page", "parent", "register"),
        *("awaits_payment", "round", "rows", "state", "taken_back"),
    )

    def __init__(self, case: str, page: Register, events: Mapping[str, Event], finals: frozenset[str]) -> None:
        self.id = case
        self.page = page
        self.register = page.name
        self.events = events
        self.finals = finals
        self.own = FIRST  # the state its own rows give; `state` is what it shows
        self.state = FIRST
        self.back = FIRST
        self.parent = ""
        self.fields: dict[str, str] = {}
        self.marks: dict[str, int] = {}  # event -> `at` of its last row
        self.rows: list[Row] = []
        self.conflicts: list[Row] = []
        self.taken_back = False  # its first row was: it is void, and so is what its other rows say
        self.awaits_payment = False  # an order: confirmed, it stays open until it is paid
        self.round = 0  # an order: how often it was reopened; an assignment: the round it was made in

    @property
    def final(self) -> bool:
        """Whether the case has ended."""
        return self.state in self.finals


class Family:
    """The cases of a family by id, and their moments in the order they were recorded."""

    def __init__(self, awaits_payment: AwaitsPayment = never) -> None:
        self.awaits_payment = awaits_payment
        self.cases: dict[str, Case] = {}
        self.moments: list[Moment] = []
        self.children: dict[str, list[Case]] = {}
        self.dropped: list[Row] = []  # rows that were taken back, in fold order


def begin_case(case: str, register: str, pages: Pages) -> Case:
    """A case without rows."""
    return Case(case, pages.get(register), pages.events(register), pages.finals(register))


def drop_retracted(rows: Iterable[Row], pages: Pages) -> list[Row]:
    """The rows that stand, in fold order: without repeated ones and without those that another row took back."""
    ordered = sorted(rows, key=fold_key)
    seen: dict[tuple[str, str, str], tuple[int, str]] = {}
    once = []
    for row in ordered:
        # one command may say the same of several parts of a case; the same key in another is a repetition
        if row.request_id:
            command = (row.recorded, row.file)
            if seen.setdefault((row.id, row.event, row.request_id), command) != command:
                continue
        once.append(row)
    if not any(row.event == "retracted" for row in once):
        return once
    gone = find_retracted(once, pages)
    return [row for row in once if (row.id, row.ref) not in gone]


def find_retracted(rows: Iterable[Row], pages: Pages | None = None) -> set[tuple[str, str]]:
    """(case, row reference) of what was taken back; a retraction can itself be taken back.

    pages: rows of registers that stand (audit) are not taken back; None: no register stands. Decided by what refers to
    what, never by order: the row that another writer takes back may carry the later time.
    """
    aims = {
        (row.id, row.ref): (row.id, row.fields.get("row", ""))
        for row in rows
        if row.event == "retracted" and not (pages and pages.get(row.register).stands)
    }
    gone: set[tuple[str, str]] = set()
    while aims:
        disputed = set(aims.values())
        # Only rows that were edited by hand can take each other back in a circle; then all of them count.
        certain = [each for each in aims if each not in disputed] or list(aims)
        for each in certain:
            target = aims.pop(each)
            if each not in gone:
                gone.add(target)
    return gone


def fold_family(rows: Sequence[Row], pages: Pages, awaits_payment: AwaitsPayment = never) -> Family:
    """The family that these rows make; rows of one command (equal recorded_at and file) act together.

    pages: of the registers that the rows are of. awaits_payment: `Rulebook.awaits_payment`.
    """
    family, name_parent = Family(awaits_payment), pages.parent
    standing = drop_retracted(rows, pages)
    for row in sorted(rows, key=fold_key):
        case = family.cases.get(row.id)
        if case is None:
            case = family.cases[row.id] = begin_case(row.id, row.register, pages)
        # The first row need not name it: one from an office whose clock is behind may come before the one that does.
        if not case.parent and row.fields.get(name_parent(row.register)):
            case.parent = case_of(row.fields[name_parent(row.register)])
            family.children.setdefault(case.parent, []).append(case)
    if len(standing) < len(rows):
        stand = {(row.id, row.ref) for row in standing}
        family.dropped = [row for row in sorted(rows, key=fold_key) if (row.id, row.ref) not in stand]
        _void_cases(family, rows, standing)
    index, count = 0, len(standing)
    while index < count:
        start = index
        command = (standing[start].recorded, standing[start].file)
        while index < count and (standing[index].recorded, standing[index].file) == command:
            index += 1
        _apply_command(family, standing[start:index], islice(standing, index, None))
    for case in family.cases.values():
        if case.own == FIRST:
            case.own = case.state = VOID
    return family


def _void_cases(family: Family, rows: Iterable[Row], standing: Iterable[Row]) -> None:
    """Mark the cases whose first row was taken back; those that end with their parent are void with it."""
    began, begin = ({row.id for row in some if _opens(family, row)} for some in (rows, standing))
    for name in began - begin:
        family.cases[name].taken_back = True
        for child in family.children.get(name, ()):
            child.taken_back = child.taken_back or child.page.under


def _opens(family: Family, row: Row) -> bool:
    declared = family.cases[row.id].events.get(row.event)
    return declared is not None and FIRST in declared.before


def _list_lone_helpers(family: Family, taken_back: Case, later: Iterable[Row]) -> list[Case]:
    """The helpers whose lead's assignment was taken back, so that no lead is left: theirs end otherwise than completed.

    later: the rows of after that. Whoever went on (an older release did not end it) keeps what they recorded.
    """
    order = family.cases.get(taken_back.parent)
    if order is None or order.register != "orders":
        return []
    jobs = _list_jobs(family, order)
    if any(job.fields.get("role") == "lead" for job in jobs):  # it, or its end, decides
        return []
    running = [job for job in jobs if job.own in OPEN]
    went_on = {row.id for row in later} if running else set()
    return [job for job in running if job.id not in went_on]


def _list_jobs(family: Family, order: Case) -> list[Case]:
    """The assignments of the present round of an order."""
    return [
        case
        for case in family.children.get(order.id, ())
        if case.register == "assignments" and case.round == order.round and case.own not in (FIRST, VOID)
    ]


def _end_jobs(family: Family, jobs: Iterable[Case], event: str, cause: Row) -> None:
    """End assignments without a row of their own: by the row that they follow from."""
    for job in jobs:
        job.own = job.state = event
        job.marks[event] = cause.at
        row = cause._replace(id=job.id, event=event, fields={}, derived=True)
        job.rows.append(row)
        family.moments.append(Moment(cause.at, job.id, "assignments", event, event, row))


def _apply_command(family: Family, rows: Sequence[Row], later: Iterable[Row]) -> None:
    touched: dict[str, str] = {}
    last = None
    for row in rows:
        case = family.cases[row.id]
        if row.event == "retracted" and case.state == FIRST and case.register == "assignments":
            helpers = _list_lone_helpers(family, case, later)
            touched |= {job.id: touched.get(job.id, job.state) for job in helpers}
            _end_jobs(family, helpers, "withdrawn", row)
            last = row if helpers else last
        root = family.cases.get(case.parent) if case.register == "assignments" else case
        for each in (case, root):
            if each is not None:
                touched.setdefault(each.id, each.state)
        if _apply_row(family, case, root, row):
            last = row
    if last is None:
        return
    for name in list(touched):
        case = family.cases[name]
        if case.register == "orders":
            _settle_order(family, case, last, touched)
    for name, before in touched.items():
        case = family.cases[name]
        if case.state != before:
            family.moments.append(Moment(last.at, case.id, "state", case.state, case.state, last))


def may_happen(case: Case, root: Case | None, event: str) -> bool:
    """Whether the event is allowed in the state the case shows (records.md, "Moves"); the root is its order."""
    declared = case.events.get(event)
    if declared is None:
        return False
    if case.state == VOID or (event == "assigned" and (root is None or root.state not in ASSIGNABLE)):
        return False
    if case.state == FIRST:
        return FIRST in declared.before
    return ANY in declared.before or case.state in declared.before


def _apply_row(family: Family, case: Case, root: Case | None, row: Row) -> bool:
    if row.event == "retracted":
        if case.state == FIRST:  # its first row is gone: what is left of it is void
            return False
        case.rows.append(row)
        return True
    if case.taken_back and case.state == FIRST:
        return False
    if not may_happen(case, root, row.event):
        case.conflicts.append(row)
        return False
    event = case.events[row.event]
    if event.after == BACK:
        case.own = case.back
    elif event.after:
        case.back, case.own = case.own, event.after
    if row.event == "joined" and row.fields.get("regular"):
        case.own = "regular"
    if row.event == "reopened":
        case.round += 1
    if row.event == "taken":
        case.awaits_payment = family.awaits_payment(row.at)
    if row.event == "assigned" and root is not None:
        case.round = root.round
    fields = row.fields
    if row.event == "amended":
        fields = {} if case.page.stands else {name: text for name, text in fields.items() if name != "reason"}
    case.fields.update(fields)
    case.marks[row.event] = row.at
    case.rows.append(row)
    case.state = case.own
    if case.register == "orders":
        case.state = show_order(case, family.children.get(case.id, ()))
    elif root is not None and root is not case and root.register == "orders":
        root.state = show_order(root, family.children.get(root.id, ()))
    family.moments.append(Moment(row.at, case.id, case.register, row.event, case.state, row))
    return True


def show_order(order: Case, children: Iterable[Case]) -> str:
    """The state an order shows: its own, or in open and pool that of the leads of this round (records.md)."""
    if order.own not in ("open", "pool"):
        return order.own
    states = [
        case.own
        for case in children
        if case.register == "assignments"
        and case.own not in (FIRST, VOID)
        and case.round == order.round
        and case.fields.get("role") == "lead"
    ]
    if not states:
        return order.own
    if "working" in states or "paused" in states:
        return "in-progress"
    if "assigned" in states or "acknowledged" in states:
        return "dispatched"
    live = [state for state in states if state not in _GONE]
    if not live:
        return "pool"
    if not all(state == "confirmed" for state in live):
        return "done"
    return AWAITING_PAYMENT if order.awaits_payment and not _is_paid(order) else "closed"


def _is_paid(order: Case) -> bool:
    from dispatchctl.rules.payments import is_settled  # few desks wait for it

    return is_settled(order.rows, order.fields.get("price", ""))


def _settle_order(family: Family, order: Case, cause: Row, touched: dict[str, str]) -> None:
    """What a command means for assignments without a row of theirs: helpers end with the leads, all with the order."""
    jobs = _list_jobs(family, order)
    running = [job for job in jobs if job.own in OPEN]
    if not running:
        order.state = show_order(order, jobs)
        return
    leads = [job for job in jobs if job.fields.get("role") == "lead"]
    ended = [job for job in leads if touched.get(job.id, VOID) in (FIRST, *OPEN) and job.own not in OPEN]
    event = ""
    if order.own in ("closed", "cancelled"):
        event = "withdrawn"
    elif ended and not any(job.own in OPEN for job in leads):
        event = "completed" if any(job.own in ("completed", "confirmed") for job in ended) else "withdrawn"
    if event:
        for job in running:
            touched.setdefault(job.id, job.state)
        _end_jobs(family, running, event, cause)
    order.state = show_order(order, jobs)
