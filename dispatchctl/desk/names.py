"""What a person means by a short id, a name or a title; and what is said where nothing is called so. Desk.

Cases may be named by any unambiguous end of their id, keys of policies.yaml by their title, staff by their name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dispatchctl.desk.times import local_date, local_day
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.registers import Pages
from dispatchctl.store.keys import make_id
from dispatchctl.store.schema import quote
from dispatchctl.typed import fold_reference
from dispatchctl.typed import show_text as show_text  # many a room says names and texts

if TYPE_CHECKING:
    from dispatchctl.desk.books import Books

SHOWN = 5  # candidates that a message names
AHEAD = timedelta(days=1)  # by which another writer's clock may be ahead


def suggest_nearest(wanted: str, known: Iterable[str]) -> str:
    """`nearest: a, b` for a message's hint; "" where nothing is near."""
    from difflib import get_close_matches

    found = get_close_matches(wanted, list(known), SHOWN, 0.5)
    return f"nearest: {', '.join(found)}" if found else ""


def resolve_case(
    books: "Books", text: str, first: Sequence[str] = ("orders", "assignments"), *, only: bool = False
) -> str:
    """The full id of a case named by it, by any end of it that only one case has, or by its number in another system.

    first: the registers where a short id is sought before the others, in this order. only: no other will do. NotFound
    where there is none, BadData where rows that cannot be read may be its, Refused with the candidates where there are
    several and none is today's.
    """
    text = text.strip()
    if not text:
        raise UsageFault("an id is empty")
    if _exists(books, text):
        if only and books.case(text).register not in first:
            raise NotFound(f"{text} is of {books.case(text).register}, not of {' or '.join(first)}")
        return text
    order = [*first, *(name for name in books.pages.names if name not in first and not only)]
    for register in order:
        found = _list_endings(books, register, text)
        if not found:
            continue
        if len(found) == 1:
            return found[0]
        today = local_day(books, books.now)
        todays = [case for case in found if case.split("-")[1] == today]
        if len(todays) == 1:
            return todays[0]
        shown = ", ".join((todays or found)[-SHOWN:][::-1])
        more = " and others" if len(todays or found) > SHOWN else ""
        raise Refused(f"{text!r} may be any of {len(todays or found)} {register}", hint=f"say which: {shown}{more}")
    found = _list_referred(books, text, first if only else ())
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(
            f"{text!r} is the source_ref of {len(found)} cases", hint=f"say which: {', '.join(found[:SHOWN])}"
        )
    named = books.pages.letters.get(text[:1], "") if "-" in text else ""
    books.refuse_faults([named] if named else order)  # it may be among the rows that cannot be read
    one = books.pages.get(first[0]).one if only else "case"
    raise NotFound(f"no such {one}: {show_text(text)}")


def ends_with(case: str, text: str) -> bool:
    """Whether a short id means this case: `7`, `0007` or `1102-0007` means A-20261102-0007."""
    tail, number = text.rpartition("-")[2], case.rpartition("-")[2]
    if not (tail.isascii() and tail.isdigit()) or len(tail) > 9 or int(tail) != int(number):
        return False
    return case.endswith("-" + text) if "-" in text else len(tail) <= 4 or tail == number


def _exists(books: "Books", case: str) -> bool:
    if len(case) > 200 or not case.isprintable():
        return False
    return bool(books.index.family_of(case))


def _list_referred(books: "Books", text: str, registers: Sequence[str]) -> list[str]:
    """The cases that another system calls so; registers: of which they have to be, any where none are given."""
    if not text.isprintable():
        return []
    found = books.index.db.execute(
        "SELECT DISTINCT id, register FROM sources WHERE ref = ? ORDER BY id", (fold_reference(text),)
    )
    return [case for case, register in found if not registers or register in registers]


def _list_endings(books: "Books", register: str, text: str) -> list[str]:
    """The ids of a register that end with the text, oldest first; found from the day counters, not from history."""
    tail = text.rpartition("-")[2]
    if not (tail.isascii() and tail.isdigit()) or len(tail) > 9:
        return []
    number = int(tail)
    letter = next(each for each, name in books.pages.letters.items() if name == register)
    rows = books.index.db.execute(
        "SELECT day, writer FROM counters WHERE register = ? AND number >= ? ORDER BY day, writer", (register, number)
    ).fetchall()
    found = []
    for day, writer in rows:
        case = make_id(letter, day, writer, number)
        if ends_with(case, text):
            found.append(case)
    if len(found) > 1:
        return found
    table = quote(register)
    return [case for case in found if books.index.db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (case,)).fetchone()]


def is_elsewhere(books: "Books", case: str, register: str = "") -> bool:
    """Whether this is a whole id that another writer may have given: its rows may only not have come here yet.

    register: of which it has to be; "" for any.
    """
    import re

    found = re.fullmatch(r"([A-Z])-([0-9]{8})-(?:([A-Z][A-Z0-9]{0,7})-)?[0-9]{4,}", case)
    if found is None or books.pages.letters.get(found[1]) not in ((register,) if register else books.pages.names):
        return False
    try:
        day = date.fromisoformat(found[2])
    except ValueError:
        return False
    return (found[3] or "main") != books.folder.writer and day <= local_date(books, books.now) + AHEAD


def resolve_key(policy: Mapping[str, Any], section: str, text: str, option: str = "") -> str:
    """The key of a section of policies.yaml that is named by it or by its title.

    Departments and areas may be free text: then the text itself. NotFound with the nearest names, Refused with the
    keys where the title is that of several.
    """
    known = policy.get(section)
    if known is None:
        return text
    if text in known:
        return text
    titles = list_titled(known)
    found = titles.get(text, [])
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"{show_text(text)} is the title of several", place=option, hint=f"say which: {', '.join(found)}")
    word = "priority" if section == "priorities" else section.removesuffix("s").replace("_", " ")
    named = [key if read_title(entry) in ("", key) else f"{key} {read_title(entry)}" for key, entry in known.items()]
    listed = ", ".join(named[:12]) + (", ..." if len(named) > 12 else "")
    hint = suggest_nearest(text, [*known, *titles]) or f"there are: {listed}"
    raise NotFound(f"no such {word}: {show_text(text)}", place=option, hint=hint)


def read_title(entry: Any) -> str:
    """The title of an entry of a section; "" where it has none."""
    return str((entry["title"] if isinstance(entry, dict) else entry) or "")


def list_titled(section: Mapping[str, Any]) -> dict[str, list[str]]:
    """Title -> the keys of a section of policies.yaml that have it: one, but in rules that mean several by a title."""
    found: dict[str, list[str]] = {}
    for key, entry in section.items():
        if read_title(entry):
            found.setdefault(read_title(entry), []).append(key)
    return found


def resolve_staff(books: "Books", text: str, *, option: str = "", present: bool = True) -> str:
    """The staff id named by it or by a name that one person has. present: those who left don't count."""
    entry = books.people.entry(text)
    if entry is not None and not (present and entry.state == "left"):
        return text
    found = [
        staff
        for staff in books.people.histories
        if books.people.name(staff) == text and not (present and books.people.has_left(staff))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"{show_text(text)} is the name of several", place=option, hint=f"say which: {', '.join(found)}")
    if entry is not None:
        raise Refused(f"{text} {books.people.name(text)} has left", place=option)
    here = [staff for staff, _ in books.people.here()]
    hint = suggest_nearest(text, [*here, *(books.people.name(staff) for staff in here)])
    raise NotFound(say_no_person(text), place=option, hint=hint or "see: dispatchctl list staff")


def list_role_words(policies: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The words that mean a role in any of these rules, keys and titles, each with its key: they are nobody's ids."""
    roles = [role for policy in policies for role in policy["roles"].items()]
    return {word: key for key, entry in roles for word in (key, read_title(entry)) if word}


def resolve_owner(books: "Books", text: str, option: str = "--owner") -> str:
    """Whoever may owe something: a person by id or name, or a role by its key or title."""
    roles = books.policy["roles"]
    if text in roles or text in list_titled(roles):
        return resolve_key(books.policy, "roles", text, option)
    return resolve_staff(books, text, option=option, present=False)


def say_no_person(text: str) -> str:
    """What is wrong with a text that names nobody of the staff register."""
    return f"no such person: {show_text(text)}"


def find_register(name: str, pages: Pages) -> str:
    """The register of that name; NotFound with the nearest."""
    if name in pages.names:
        return name
    hint = suggest_nearest(name, pages.names) or f"there are: {', '.join(pages.names)}"
    raise NotFound(f"no such register: {show_text(name)}", hint=hint)
