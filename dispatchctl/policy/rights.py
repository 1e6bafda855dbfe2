"""Who may record what: the names of rights, which of them holds for an event, what holds where none is written.

Layer: policy. Its one job: from `rights` and the older keys (`confirm_by`, `extend_by`, `reveal`) one table that is
asked. A name is REGISTER.EVENT; `*` stands for any register before the dot, and for any ending after it. The longest
name that fits wins, nothing adds up (policies.md, "Rights").
"""

from collections.abc import Iterable, Mapping
from typing import Any

ANYONE, SELF, AUTHOR, SUPERIOR, SYSTEM = "anyone", "self", "author", "superior", "system"
WORDS = (ANYONE, SELF, AUTHOR, SUPERIOR, SYSTEM)  # besides roles and what holds people of a case

#: What is asked besides events: a whole import, other people's marks, other people's pay.
IMPORT, SCORES, PAY = "records.import", "records.scores", "records.pay"
BESIDES = (IMPORT, SCORES, PAY)

#: Events whose right stands in the older keys: (section, key) -> the events, and the clauses that refusals cite.
KEYS: Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("assignment", "confirm_by"): (("assignments.confirmed", "assignments.rework"), ("PD-4.4",)),
    ("assignment", "extend_by"): (("assignments.extension-granted", "assignments.extension-refused"), ("KZ-8.9",)),
    ("privacy", "reveal"): (("audit.revealed",), ("PR-7",)),
}

#: What holds where nothing is written, besides: as it was before there were rights.
DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "*.retracted": (AUTHOR, "supervisor"),
    "staff.scored": ("supervisor", "personnel"),
    PAY: ("personnel", "manager"),
}

#: Decided by a charge's own `approver`: no right stands beside it. Its `proposer` goes before the right to propose.
PROPOSED, APPROVED = "ledger.proposed", "ledger.approved"
DECIDED = (APPROVED, "ledger.waived", "ledger.reversed")


def fits(name: str, right: str) -> bool:
    """Whether a name of a right (`complaints.ruled-*`, `*.amended`) stands for this REGISTER.EVENT."""
    register, _, event = name.partition(".")
    asked, _, happened = right.partition(".")
    if register not in ("*", asked):
        return False
    return happened.startswith(event[:-1]) if event.endswith("*") else event == happened


def find_right_name(names: Iterable[str], right: str) -> str:
    """The longest of the names that stand for an event; of two equally long the one of its register; "" for none."""
    found = [name for name in names if fits(name, right)]
    return max(found, key=lambda name: (len(name), not name.startswith("*")), default="")


def is_ruled(rights: Mapping[str, Any], register: str, event: str) -> bool:
    """Whether anything has to be asked before an event is recorded: mostly there is, but for what anybody may."""
    right = f"{register}.{event}"
    ruled = right in (PROPOSED, *DECIDED) or register == "staff"
    return ruled or bool(find_right_name(rights["events"], right) or find_right_name(rights["never_self"], right))


def build_rights(rules: Mapping[str, Any], keep: Mapping[str, list[str]], written: frozenset[str]) -> dict[str, Any]:
    """The table that is asked: {"given": those written or None, "events": {name: {"may", "source"}}, "never_self"}.

    What comes from an older key also has that `key`. keep: the words of the older keys by `section.key`; written: those
    of them that the file has.
    """
    given = rules["rights"] and {
        name: right if isinstance(right, dict) else {"may": right, "source": [], "reading": None}
        for name, right in rules["rights"].items()
    }
    events = dict(given or {})
    named = list(events)
    for (section, key), (rights, source) in KEYS.items():
        for right in rights:
            if f"{section}.{key}" in written or not find_right_name(named, right):
                older = {"may": keep[f"{section}.{key}"], "source": list(source), "key": f"{section}.{key}"}
                events.setdefault(right, older)
    for right, words in DEFAULTS.items():
        if not find_right_name(named, right):
            kept = [word for word in words if word in WORDS or word in rules["roles"]]
            events[right] = {"may": kept, "source": []}
    return {"given": given, "events": events, "never_self": rules["never_self"]}
