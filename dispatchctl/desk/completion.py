"""What the shell's completion offers for a value: open cases, people, states, registers, keys of the rules. Desk.

A candidate goes to the shell as lines, so neither it nor its description may hold a control character.
"""

from collections.abc import Iterator
from contextlib import suppress

from dispatchctl.desk.books import Books
from dispatchctl.errors import DispatchError
from dispatchctl.output.terminal import neutralise_text
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import VOID, Register, State
from dispatchctl.store.conditions import HERE
from dispatchctl.store.schema import quote
from dispatchctl.workspace import Workspace

Candidate = tuple[str, str]  # (value, description)

SECTIONS = ("services", "departments", "areas", "priorities", "channels", "payment_methods", "roles")
DESCRIBED = 40  # characters of a description


def list_candidates(workspace: Workspace, kind: str, prefix: str) -> list[Candidate]:
    """The values of a kind that fit what was typed so far, each with a word about it.

    kind: `case` (open ones, newest first; digits alone mean the number of an id), `staff` (who is here; a name fits
    too), `state`, `register`, or one of SECTIONS, whose keys and titles fit. [] for any other kind, and for a section
    that the rules leave to free text. What is raised is for the caller to hide.
    """
    if kind in ("state", "register"):
        return _list_words(workspace, kind, prefix)
    books = Books(workspace)
    try:
        if kind == "case":
            found = list(_list_cases(books, prefix))
        else:
            named = _list_staff(books) if kind == "staff" else _list_keys(books, kind)
            found = [each for each in named if each[0].startswith(prefix) or (prefix and each[1].startswith(prefix))]
    finally:
        books.settle()
    return [_clean(*each) for each in found if each[0].isprintable()]


def _list_words(workspace: Workspace, kind: str, prefix: str) -> list[Candidate]:
    """The states of all registers, or the registers: known even where no records are, then in the locale's language."""
    known, lang = SHIPPED, workspace.lang
    with suppress(DispatchError):
        books = Books(workspace)
        known, lang = books.pages, books.lang
    pages = [known.get(name) for name in known.names]
    named: list[State | Register] = [state for page in pages for state in page.states] if kind == "state" else [*pages]
    zh = lang == "zh"
    words = {word.name: word.zh if zh else word.en for word in named}
    return [(name, text) for name, text in words.items() if name.startswith(prefix)]


def _clean(value: str, text: str) -> Candidate:
    shown = text if len(text) <= DESCRIBED else text[:DESCRIBED] + "…"
    return value, neutralise_text(shown)


def _list_cases(books: Books, prefix: str) -> Iterator[Candidate]:
    """(id, state and content) of the open cases that fit, newest first within each register."""
    zh = books.lang == "zh"
    ending = f"-{prefix.zfill(4)}" if prefix.isascii() and prefix.isdigit() else ""
    for page in map(books.pages.get, books.pages.names):
        if page.name == "staff" or not any(state.final and state.name != VOID for state in page.states):
            continue  # people complete as staff; what never ends is nothing to act on
        states = {state.name: state.zh if zh else state.en for state in page.states if state.open}
        content = "content" if "content" in {field.name for field in page.fields} else "''"
        rows = books.index.db.execute(
            f"SELECT id, state, {content} FROM {quote(page.name)} WHERE final = 0"
            f" AND state IN ({', '.join('?' * len(states))})"
            " AND (substr(id, 1, ?) = ? OR (? <> '' AND substr(id, -?) = ?)) ORDER BY first_at DESC, id DESC",
            (*states, len(prefix), prefix, ending, len(ending), ending),
        )
        for case, state, content in rows:
            yield case, f"{states[state]} {content or ''}".rstrip()


def _list_staff(books: Books) -> Iterator[Candidate]:
    for staff, name in books.index.db.execute(f"SELECT id, name FROM staff WHERE {HERE} ORDER BY id"):
        yield staff, name or ""


def _list_keys(books: Books, section: str) -> Iterator[Candidate]:
    known = books.policy[section] if section in SECTIONS else None
    for key, entry in (known or {}).items():
        title = entry.get("title") if isinstance(entry, dict) else entry
        yield key, str(title or "")
