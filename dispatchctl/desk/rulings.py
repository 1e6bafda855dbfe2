"""Which kind of ruling a complaint may be given or amended to: those of the rules in force, of its group. Desk."""

from collections.abc import Mapping

from dispatchctl.desk.books import Books
from dispatchctl.desk.drafts import Instant
from dispatchctl.desk.names import resolve_key, show_text
from dispatchctl.errors import Refused
from dispatchctl.registers.complaints import GROUPS
from dispatchctl.rules.families import Case

BY_EVENT = {group.event: group for group in GROUPS}


def read_kind(books: Books, event: str, text: str, moment: Instant, place: str = "") -> str:
    """The kind of a ruling by key or title; Refused for one of another group, NotFound for one of none.

    place: what a refusal names; by default the option of the event's group.
    """
    group = BY_EVENT[event]
    rules = books.book.at(moment.at)[0].policy["complaints"]
    kinds, option = rules[group.name], place or f"--{group.name}"
    if text not in kinds and text not in kinds.values():
        known = ", ".join(key if title in ("", key) else f"{key} {title}" for key, title in kinds.items())
        for other in (each.name for each in GROUPS if each.event != event):
            if text in rules[other] or text in rules[other].values():
                raise Refused(
                    f"{show_text(text)} is a kind of {other} (allowed: {known}; {group.clause})", place=option,
                    hint=f"dispatchctl complaint rule COMPLAINT --{other} {text} --reason TEXT",
                )  # fmt: skip
    return resolve_key({"kinds": kinds}, "kinds", text, option)


def check_amended_kind(books: Books, case: Case, fields: Mapping[str, str], moment: Instant) -> None:
    """Refused where a kind of another group is amended in than the complaint was ruled by: that is another ruling."""
    ruling = next((row.event for row in reversed(case.rows) if row.event in BY_EVENT), "")
    if ruling and "kind" in fields:
        read_kind(books, ruling, fields["kind"], moment, "kind")
