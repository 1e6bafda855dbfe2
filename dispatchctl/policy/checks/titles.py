"""Checks of titles: whoever types one must be understood, so no two keys of a section may share it.

Layer: policy. Its one job: a check that came after versions were published. It is a fault of a draft and keeps it from
being published; a version that was published before goes on judging.
"""

from typing import Any

from dispatchctl.policy.reading import Sheet, show_word
from dispatchctl.policy.vocabulary import list_kinds

#: sections whose keys are also named by their titles
TITLED = ("roles", "departments", "areas", "services", "priorities", "channels", "payment_methods", "measures")


def check_titles(sheet: Sheet, rules: dict[str, Any]) -> None:
    """No two keys of a section have one title, and none has another's key for a title."""
    for section in TITLED:
        table = {key: _read_title(key, entry) for key, entry in (rules[section] or {}).items()}
        _check_table(sheet, table, {key: (section, key) for key in table})
    for group, kinds in list_kinds(rules).items():
        table = {key: title or key for key, title in kinds.items()}
        _check_table(sheet, table, {key: ("complaints", group, key) for key in table})


def _read_title(key: str, entry: Any) -> str:
    return str((entry["title"] if isinstance(entry, dict) else entry) or key)


def _check_table(sheet: Sheet, table: dict[str, str], places: dict[str, tuple[str, ...]]) -> None:
    first: dict[str, str] = {}
    for key, title in table.items():
        before = first.setdefault(title, key)
        if before != key:
            message = f"{show_word(title)} is the title of {show_word(before)}, too"
            sheet.fault(places[key], "one-title", message, "a title of its own")
        elif title != key and title in table:
            message = f"its title {show_word(title)} is the key of another"
            sheet.fault(places[key], "one-title", message, "a title of its own")
