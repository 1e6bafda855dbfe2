"""Checks of `rights` and `never_self`: events that there are, words that name somebody, nothing said in two places.

Layer: policy. Its one job: what the rules may say of who may record what.
"""

from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet, show_word
from dispatchctl.policy.rights import ANYONE, BESIDES, DECIDED, KEYS, SELF, SYSTEM, WORDS, fits


def check_who_may(sheet: Sheet, rules: dict[str, Any]) -> None:
    """Each name stands for some event, each word for somebody, and the older keys say nothing else of it."""
    rights = rules["rights"] or {}
    for name, right in rights.items():
        path: Path = ("rights", name)
        if not _check_name(sheet, path, name, BESIDES):
            continue
        whole = isinstance(right, dict)
        words = right["may"] if whole else right
        known = _list_words(sheet, rules, name)
        for index, word in enumerate(words or ()):
            place = (*path, "may", index) if whole else (*path, index)
            if word not in known:
                sheet.unknown(place, "unknown-word", "word", word, known)
            elif word in words[:index]:
                sheet.fault(place, "named-twice", f"{show_word(word)} stands twice", "once")
        if name in DECIDED:
            message = "is decided by each charge's approver"
            sheet.fault(path, "said-twice", message, "the approver of the charge, without this right")
    for (section, key), (events, _) in KEYS.items():
        for event in events:
            if sheet.is_written(section, key) and event in rights:
                message = f"is said in {section}.{key} already"
                sheet.fault(("rights", event), "said-twice", message, "one of the two")
    for index, name in enumerate(rules["never_self"]):
        _check_name(sheet, ("never_self", index), name, ())


def _check_name(sheet: Sheet, path: Path, name: str, besides: tuple[str, ...]) -> bool:
    every = _list_events(sheet)
    if name in besides or any(fits(name, event) for event in every):
        return True
    register = name.partition(".")[0]
    near = [event for event in every if event.startswith(f"{register}.")] or [f"{each}.*" for each in sheet.pages.names]
    sheet.unknown(path, "unknown-event", "event", name, near, "REGISTER.EVENT, with * for any register or ending")
    return False


def _list_events(sheet: Sheet) -> list[str]:
    return [f"{name}.{event.name}" for name in sheet.pages.names for event in sheet.pages.get(name).events]


def _list_words(sheet: Sheet, rules: dict[str, Any], name: str) -> list[str]:
    """The words that a right may have: roles, people of its registers' cases, and what the program knows."""
    roles = list(rules["roles"])
    if name in BESIDES:
        return [*roles, ANYONE, *((SELF, SYSTEM) if name in BESIDES[1:] else ())]
    registers = [
        each
        for each in sheet.pages.names
        if any(fits(name, f"{each}.{event.name}") for event in sheet.pages.get(each).events)
    ]
    words = [set(vocabulary.list_owner_words(sheet.pages.get(each), [])) for each in registers]
    common = set.intersection(*words) if words else set()
    return [*WORDS, *roles, *sorted(common)]
