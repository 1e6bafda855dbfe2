"""What a person types to record an event: for messages that say what is possible now. Layer: commands.

Most of it stands in the tables of verbs and in the lines of `commands`; here stand the commands of several events.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module

from dispatchctl.commands import COMMANDS, GROUPS
from dispatchctl.errors import DispatchError, Refused

BY_HAND = {
    ("orders", "answered"): "triage --answered",
    ("orders", "referred"): "triage --refer",
    ("orders", "needs-dispatch"): "triage --dispatch",
    ("orders", "cancelled"): "cancel",
    ("assignments", "reassigned"): "reassign",
    ("complaints", "ruled-valid"): "complaint rule --valid",
    ("complaints", "ruled-invalid"): "complaint rule --invalid",
    ("complaints", "analysed"): "complaint analyse",
    ("complaints", "measure-planned"): "complaint measure",
    ("complaints", "measure-done"): "complaint finish",
    ("complaints", "measure-checked"): "complaint check-measure",
    ("followups", "signed"): "follow-up sign",
    ("surveys", "opinion"): "survey opinion",
    ("surveys", "put-right"): "survey put-right",
    ("surveys", "closed"): "survey close",
    ("staff", "scored"): "staff score",
    ("staff", "acknowledged"): "policy acknowledge",
    ("staff", "objected"): "policy acknowledge --objection",
    ("training", "attended"): "training attended",
    ("training", "late"): "training late",
    ("training", "missed"): "training missed",
}
OF_ALL = {"amended": "amend", "retracted": "retract"}


def say_hint(error: DispatchError) -> str:
    """The hint of an error, in verbs where it says what is possible now; "" for none."""
    if not isinstance(error, Refused) or error.possible is None:
        return error.hint
    register, events = error.possible
    return f"possible now: {', '.join(name_verbs(register, events))}" if events else "nothing more can happen to it"


def name_verbs(register: str, events: Iterable[str]) -> list[str]:
    """What is typed for each of these events of a register, in this order; the event's name where nothing is."""
    verbs = dict(_list_verbs(register))
    said = (verbs.get(event) or BY_HAND.get((register, event)) or OF_ALL.get(event, event) for event in events)
    return list(dict.fromkeys(said))


def _list_verbs(register: str) -> Iterator[tuple[str, str]]:
    """(event, words) of the commands of one event of the register; modules of other registers are not loaded."""
    lines = [(name, target) for name, (target, _) in COMMANDS.items()]
    for group, (_, verbs) in GROUPS.items():
        lines += [(f"{group} {verb}", target) for verb, (target, _) in verbs.items()]
    for words, target in lines:
        module, _, attribute = target.partition(":")
        if module == "verbs":
            its, _, event = attribute.partition(".")
            if its == register:
                yield event, words
        elif module in HOMES.get(register, ()):
            verb = getattr(import_module(f"dispatchctl.commands.{module}"), "VERBS", {}).get(words.split()[-1])
            if verb is not None:
                yield verb.event, words


HOMES = {  # register -> modules of commands that have a table of its verbs
    "orders": ("orders",),
    "assignments": ("tracking",),
    "complaints": ("complaints",),
    "surveys": ("surveys",),
    "ledger": ("ledger",),
    "staff": ("staff",),
}
