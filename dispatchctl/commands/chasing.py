"""The commands that chase, with the columns they show: overdue, due, urge, worklist, status."""

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_items, print_results, print_warnings, tell_empty
from dispatchctl.desk.books import Books
from dispatchctl.desk.chasing.overdue import KEYS, find_service, list_overdue
from dispatchctl.desk.names import find_register, resolve_case, resolve_owner, resolve_staff
from dispatchctl.errors import UsageFault
from dispatchctl.options import (
    CASE,
    COUNT,
    DAY,
    NOT_GIVEN,
    REGISTER,
    STAFF,
    GivenText,
    KeyOf,
    Writing,
    command,
    take_ids,
)
from dispatchctl.output.formats import emit
from dispatchctl.output.terminal import tell, write_stdout

OVERDUE = ("case", "clock", "owner_name", "due_at", "late_seconds", "level", "urged_at", "service", "priority", "area")
DUE = ("case", "clock", "instance", "state", "breached", "owner", "started_at", "due_at", "stopped_at", "limit")
WORK = ("case", "state", "content", "service", "area", "due_at", "late_seconds")


@command("overdue")
@click.option(
    "--soon",
    is_flag=False,
    flag_value=NOT_GIVEN,
    default=None,
    type=GivenText("span"),
    metavar="[SPAN]",
    help="What is about to be, too.",
)
@click.option("--owner", type=STAFF, default=NOT_GIVEN, help="What this person (or role) owes.")
@click.option("--register", type=REGISTER, default=NOT_GIVEN, metavar="R", help="Of one register.")
@click.option("--service", type=KeyOf("services"), default=NOT_GIVEN, help="Of one service.")
@click.option("--limit", type=COUNT, default=None, help="At most so many.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything is listed.")
@with_books(judges=True)
def overdue(
    books: Books, soon: str | None, owner: str, register: str, service: str, limit: int | None, exit_code: bool
) -> int:
    """List what is late: who owes it, how late, by which clause.

    \b
    Examples:
      dispatchctl overdue --soon 2h
      dispatchctl overdue --exit-code -q || echo late
    """
    span = None
    if soon:
        from dispatchctl.options import read_span

        span = read_span(soon, "--soon")
    if owner:
        owner = resolve_owner(books, owner)
    items = list_overdue(
        books,
        soon=soon is not None,
        span=span,
        owner=owner,
        register=find_register(register, books.pages) if register else "",
        service=find_service(books, service) if service else "",
        limit=limit or 0,
    )
    print_items(books, items, OVERDUE, ids="case", keys=KEYS)
    return 1 if exit_code and items else 0


@command("due")
@take_ids("cases", required=False)
@click.option("--all", "everything", is_flag=True, help="Of every case.")
@click.option("--register", type=REGISTER, default=NOT_GIVEN, metavar="R", help="With --all: of one register.")
@click.option("--since", type=DAY, default=NOT_GIVEN, help="With --all: clocks started on that day or later.")
@click.option("--until", type=DAY, default=NOT_GIVEN, help="With --all: clocks started before that day ended.")
@click.option("--explain", is_flag=True, help="Every stretch of time: counted, or why not.")
@with_books(judges=True)
def due(
    books: Books, cases: tuple[str, ...], everything: bool, register: str, since: str, until: str, explain: bool
) -> None:
    """Tell when the clocks of cases are due, and why.

    \b
    Examples:
      dispatchctl due 7 --explain
      dispatchctl due --all --register orders --format jsonl
    """
    from dispatchctl.desk.chasing.due import list_all_due, list_due

    if everything == bool(cases):
        raise UsageFault("due takes cases, or --all")
    if not everything:
        if register or since or until:
            raise UsageFault("--register, --since and --until go with --all")
        names = [resolve_case(books, case) for case in cases]
        items = list_due(books, names, explain=explain)
    else:
        if explain:
            raise UsageFault("--explain takes cases, not --all")
        bounds = _read_bounds(books, since, until)
        items = list(
            list_all_due(
                books,
                register=find_register(register, books.pages) if register else "",
                since=bounds[0],
                until=bounds[1],
            )
        )
    print_warnings(books)
    if explain and not (books.ws.quiet or books.ws.fields or books.ws.sort[0]) and books.ws.form.people:
        from dispatchctl.output.sheets import print_explained

        print_explained(books.ws, items)
    else:
        emit(books.ws, items, [*DUE, "segments"] if explain else DUE, ids="case", keys=DUE)


def _read_bounds(books: Books, since: str, until: str) -> tuple[int | None, int | None]:
    """(start of the day since, end of the day until) in seconds; None where not given."""
    from dispatchctl.desk.periods import day_bounds

    first = day_bounds(books, since, "--since")[0] if since else None
    last = day_bounds(books, until, "--until")[1] if until else None
    return first, last


@command("urge")
@click.argument("case", type=CASE, required=False, default=NOT_GIVEN)
@click.option("--all", "everything", is_flag=True, help="Everything that is late.")
@with_books(judges=True, writes=True)
def urge_command(books: Books, case: str, everything: bool, writing: Writing) -> int:
    """Urge what is late: once at each level, at the last level once an interval.

    \b
    Example:
      dispatchctl --as system urge --all
    """
    from dispatchctl.desk.chasing.urging import list_late_cases, urge

    if bool(case) == everything:
        raise UsageFault("urge takes a case, or --all")
    names = list_late_cases(books) if everything else [resolve_case(books, case)]
    items, refused, told = urge(books, names, writing, every=everything)
    if refused and not everything:
        raise refused[0].error
    for line in told:
        tell(line)
    if not items and not refused:
        if everything:
            late = f"what is late ({len(names)}) was urged at its present level" if names else "nothing is late"
            tell_empty(books, f"{late}: nobody was urged")
        return 0
    return print_results(
        books, items, ("case", "clock", "level", "to"), refused=refused, single=False, ids="case", register="notices"
    )


@command("worklist")
@click.argument("staff", type=STAFF, required=False, default=NOT_GIVEN)
@with_books(judges=True)
def worklist(books: Books, staff: str) -> None:
    """List a person's open work by due time; your own by default.

    \b
    Example:
      dispatchctl worklist s03
    """
    from dispatchctl.desk.actors import require_actor
    from dispatchctl.desk.chasing.worklist import list_work

    who = resolve_staff(books, staff) if staff else require_actor(books)
    items = list_work(books, who)
    print_items(books, items, WORK, ids="case", keys=(*KEYS, "state", "content"))


@command("status")
@with_books(judges=True)
def status(books: Books) -> None:
    """Tell in one line how much is late, about to be, and waits to be judged or dispatched.

    From November on it tells too that the next year's days off are not known yet, as long as they are not.

    \b
    Example:
      dispatchctl status
    """
    from dispatchctl.desk.chasing.worklist import count_state
    from dispatchctl.output.labels import Column

    columns = (
        Column("late", "late", "逾期", "number"),
        Column("soon", "soon", "将到期", "number"),
        Column("triage", "to triage", "待判断", "number"),
        Column("pool", "unassigned", "待派", "number"),
    )
    missing = Column("missing_year", "days off missing of", "缺放假安排的年份", "number")
    counts = count_state(books)
    if not (books.ws.quiet or books.ws.fields or books.ws.sort[0]) and books.ws.form.screen:
        zh = books.lang == "zh"
        told = [f"{counts[each.key]} {each.zh if zh else each.en}" for each in columns]
        if counts["missing_year"]:
            year = counts["missing_year"]
            told.append(f"缺{year}年放假安排" if zh else f"days off of {year} missing")
        write_stdout(f"{', '.join(told)}\n")
    else:
        shown = (*columns, missing) if counts["missing_year"] else columns
        emit(books.ws, [counts], shown, single=True, ids="late", keys=tuple(counts))
