"""What `init` makes (a folder, rules, the first person), and what `doctor` examines. Desk."""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

from dispatchctl.cache import examine_cache, find_cache
from dispatchctl.desk.actors import find_actor
from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.entries import list_conflicts
from dispatchctl.desk.policy.doubts import doubt_in_force
from dispatchctl.desk.staff.posts import check_id, staff_event
from dispatchctl.desk.times import find_missing_year, local_date
from dispatchctl.errors import DispatchError, UsageFault
from dispatchctl.samples import FILES, read_sample
from dispatchctl.store.files import FILE_MODE, FOLDER_MODE
from dispatchctl.store.folder import find_odd, list_shut, make_folder, mark_demo, open_folder
from dispatchctl.store.index import find_generations
from dispatchctl.store.lock import Lock
from dispatchctl.store.seals import list_seals
from dispatchctl.store.tracking import explain_tracked, list_tracked
from dispatchctl.typed import Writing
from dispatchctl.workspace import Workspace

FIRST_ROLE = "manager"
RULES = tuple(FILES)  # which rules a folder may begin with
SOUND, WARNING = "ok", "warning"  # states of what doctor finds that are nothing wrong


class Founded(NamedTuple):
    """What init made."""

    paths: list[str]
    records: str
    staff: str
    state: str


def found_desk(ws: Workspace, folder: str, me: str, name: str, *, rules: str, demo: bool) -> Founded:
    """Make the records folder and the rules beside it, and enter the first person as manager with the OS login.

    Refused where the folder has rows already. Rules that are there are kept; rules: which of RULES else, "" for the
    first of them; UsageFault where somebody asks for some and others are there.
    """
    login = ws.actor_login()[1]
    staff = me or login or "s01"
    check_id(staff)
    if ws.now_given and not demo:
        raise UsageFault("init takes --now with --demo only", place="--now")
    base = os.path.abspath(folder)
    records, path = os.path.join(base, "records"), os.path.join(base, "policies.yaml")
    if rules and os.path.lexists(path):
        raise UsageFault("there are rules already, which stay: policies.yaml", place="--rules", hint="leave it out")
    made = make_folder(records)
    find_generations(find_cache(records)).remove_all()  # of a folder that stood here: what it had seen is not of this
    if not os.path.lexists(path):
        _write_rules(path, rules or RULES[0], _today(ws))
        made.append(path)
    values = {"name": name or login or staff, "role": FIRST_ROLE, "login": login, "regular": "yes"}
    with Lock(open_folder(records), ws.wait) as lock:  # whoever enters the first person says whether it is a demo
        made += mark_demo(records, demo)
        ws.hand_on(lock)
        books = Books(ws.settle_in(records))
        state = staff_event(books, staff, "joined", values, Writing()).state
    books.settle()
    return Founded([os.path.relpath(path) for path in made], records, staff, state)


TIMEZONE = "Asia/Shanghai"  # of the sample rules


def _today(ws: Workspace) -> str:
    from dispatchctl.typed import to_local

    return to_local(ws.view(TIMEZONE).now(), TIMEZONE).date().isoformat()


def _write_rules(path: str, rules: str, day: str) -> None:
    """Sample rules, in force from that day (YYYY-MM-DD)."""
    import re

    from dispatchctl.store.files import replace_file

    text = re.sub(r"(?m)^(  effective_from: )[0-9-]{10}", rf"\g<1>{day}", read_sample(rules), count=1)
    replace_file(path, text.encode(), 0o660)


def examine(ws: Workspace) -> list[dict[str, Any]]:
    """What doctor prints: one finding a line, state ok, warning, or what is wrong."""
    found: list[dict[str, Any]] = []

    def note(what: str, value: object, state: str = "ok") -> None:
        found.append({"what": what, "value": str(value), "state": state})

    login = ws.actor_login()[1]
    note("login", login or "unknown")
    try:
        note("records", ws.records_path)
        note("policies", ws.policies_path, "ok" if os.path.exists(ws.policies_path) else "missing")
        _examine_access(ws.records_path, note)
        books = Books(ws)
    except DispatchError as error:
        note("records", error, "wrong")
        return found
    with books.mending():
        try:
            _examine_books(ws, books, note)
        except DispatchError as error:  # what was found before it is told
            note("records", error, "wrong")
    books.settle()
    return found


def _examine_access(path: str, note: Callable[..., None]) -> None:
    """Who else can get at the folder: nobody is shut out of it, and git hands nothing private around."""
    import shlex

    label = os.path.basename(path)
    shut = list_shut(path)
    for name in shut:
        status = os.stat(f"{path}/{name}")
        mode = FOLDER_MODE if os.path.isdir(f"{path}/{name}") else FILE_MODE
        said = f"only {_name_user(status.st_uid)} can use {label}/{name}: a killed command left it so"
        note("modes", said, f"the owner opens it: chmod {mode:o} {shlex.quote(f'{path}/{name}')}")
    if not shut:
        note("modes", "nobody is shut out by a killed command")
    for odd in find_odd(path, label):
        note("files", odd, odd.hint)
    tracked = list_tracked(path)
    if tracked:
        fault = explain_tracked(label, tracked)
        note("private in git", fault, fault.hint)
    else:
        told = "not known: git does not answer" if tracked is None else "nothing"
        note("private in git", told, WARNING if tracked is None else SOUND)


def _name_user(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _examine_books(ws: Workspace, books: Books, note: Callable[..., None]) -> None:
    named = ws.actor_login()[0]
    writer = books.folder.writer
    note("writer", writer or "none", "ok" if writer else "read only: dispatchctl records writer CODE")
    note("rules in force", books.book.newest.label, "ok")
    note("draft", "differs from the newest version" if books.book.draft_differs else "as in force")
    doubts = doubt_in_force(books)
    more = f" and {len(doubts) - 1} more; see: dispatchctl policy check" if len(doubts) > 1 else ""
    note("doubts in rules", f"{doubts[0]}{more}" if doubts else "none", WARNING if doubts else "ok")
    through, missing = books.book.days[2], find_missing_year(books)
    told = f"{through}" if missing is None else f"{through}; the days off of {missing} are missing"
    late = through < local_date(books, books.now).year  # before that it is no fault: they may not be announced yet
    note("days published through", told, "ends before this year: policy publish --days" if late else "ok")
    seals = list_seals(books.folder.path)
    note("last seal", " ".join(seals[-1]) if seals else "none")
    _examine_cache(books, note)
    try:
        actor, trouble = find_actor(books), "nobody has this login: staff change ID --login"
    except DispatchError as error:
        actor, trouble = "", str(error)
    note("who I am", actor or named or "nobody", "ok" if actor else trouble)
    faults = [*books.index.faults(), *(each.fault for each in books.list_short())]
    note("faults in records", len(faults), "ok" if not faults else "see: dispatchctl records check")
    twice = list_conflicts(books.index.db)
    told = "; ".join(", ".join(names) for names in twice) or "none"
    note("charged twice", told, "see: dispatchctl ledger list" if twice else "ok")
    note("locale", os.environ.get("LC_ALL") or os.environ.get("LANG") or "none")


def _examine_cache(books: Books, note: Callable[..., None]) -> None:
    """Where compiled rules and the index are kept. That nothing can be kept, as for cron without a home, costs time
    only; a folder that is there and not taken is something to look at.
    """
    kept = examine_cache(books.folder.path)
    hint = "not taken: make it yours alone (chown, chmod go-w), or let XDG_CACHE_HOME name another folder"
    note("cache", kept.folder or f"none: {kept.reason}", "ok" if kept.folder else hint if kept.doubtful else WARNING)
    place = books.index.place
    note("index", place or "in memory", "ok" if place or not kept.folder else WARNING)
