"""What a complaint still owes before it may close, and its measures as they stand: worked out here alone. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dispatchctl.registers.complaints import GROUPS, REJECTED, RULINGS, SETTLED, UPHELD
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.families import Case
from dispatchctl.rules.followups import matches
from dispatchctl.rules.severity import SERIOUS

EFFECTIVE, FAILED = "effective", "failed"


class CorrectiveMeasure(NamedTuple):
    """A corrective measure as it stands.

    done: carried out, since it was planned or last found to have failed. check: what the last check found, "" where it
    was not checked since it was done. replaced: another was planned after this one had failed.
    """

    id: str
    due: str
    owner: str
    done: bool = False
    check: str = ""
    replaced: bool = False


def list_measures(case: Case) -> dict[str, CorrectiveMeasure]:
    """The corrective measures of a complaint by id, in the order they were planned."""
    found: dict[str, CorrectiveMeasure] = {}
    for row in case.rows:
        name = row.fields.get("measure_id", "")
        if not name:
            continue
        if row.event == "measure-planned":
            for other in found.values():
                if other.check == FAILED:
                    found[other.id] = other._replace(replaced=True)
            found[name] = CorrectiveMeasure(name, row.fields.get("measure_due", ""), row.fields.get("owner", ""))
        elif name not in found:
            continue
        elif row.event == "measure-done":
            found[name] = found[name]._replace(done=True, check="", replaced=False)
        elif row.event == "measure-checked":
            check = row.fields.get("check", "")
            found[name] = found[name]._replace(check=check, done=found[name].done and check != FAILED)
        elif row.event == "amended":
            old = found[name]
            found[name] = old._replace(
                due=row.fields.get("measure_due", old.due), owner=row.fields.get("owner", old.owner)
            )
    return found


# --- what is owed before it may close -----------------------------------------------------------------------------


class Owed(NamedTuple):
    """One thing that keeps a complaint from being closed.

    event: the event that would settle it, item: of which measure; clauses: where that is demanded; due_at: seconds,
    None where no clock runs for it. provisional: whether that rests on days not published yet.
    """

    what: str
    event: str
    item: str = ""
    clauses: tuple[str, ...] = ()
    due_at: int | None = None
    provisional: bool = False


def list_owed_on_complaint(
    case: Case,
    derived: Mapping[str, str],
    instances: "Iterable[Instance]",
    close_needs: Sequence[Mapping[str, Any]] = (),
) -> list[Owed]:
    """Everything owed on a complaint, demands before clocks; empty where it may be closed.

    derived: what follows from its rows (severity in force, validity). instances: those of its clocks; a clock that
    waits for what is demanded anyway gives that its due time, any other that still runs is owed by itself, unless it
    is the closing that stops it. close_needs: of the compiled rules; its first entry that the complaint meets
    counts, and the clock of what that does not ask for keeps nothing open.
    """
    owed = [*_list_measures_owed(case), *_list_demands(case, derived)]
    entry = _find_entry(case, derived, close_needs)
    spared: set[tuple[str, str]] = set()
    if entry is not None:
        demanded = {each.event for each in owed}
        owed += [each for each in _list_needs(case, derived, entry) if each.event not in demanded]
        spared = {("complaints", event) for need, (event, *_) in _NEEDED.items() if need not in entry["needs"]}
    clocks = []
    for one in instances:
        if one.state != "running" or (_CLOSING | spared) & one.variant.stop:
            continue
        place = next((place for place, each in enumerate(owed) if _waits_for(one, each)), None)
        if place is not None:
            owed[place] = owed[place]._replace(due_at=one.due_at, provisional=one.provisional)
            continue
        if one.item and any(each.item == one.item for each in owed):
            continue  # a measure that is not done yet is not checked either: one is enough to name
        event = min(name for _, name in one.variant.stop)
        what = f"{one.clock} of {one.item} is owed" if one.item else f"{one.clock} is owed"
        clocks.append(Owed(what, event, one.item, tuple(one.variant.rules["source"]), one.due_at, one.provisional))
    return owed + clocks


_CLOSING = frozenset({("complaints", "closed"), ("state", "closed")})


def _waits_for(one: Instance, owed: Owed) -> bool:
    return one.item == owed.item and ("complaints", owed.event) in one.variant.stop


def _list_measures_owed(case: Case) -> list[Owed]:
    owed = []
    for each in list_measures(case).values():
        if each.replaced or (each.done and each.check == EFFECTIVE):
            continue
        if each.done:
            owed.append(Owed(f"measure {each.id} is not checked", "measure-checked", each.id, ("SOP-3.7.3",)))
        elif each.check == FAILED:
            what = f"measure {each.id} failed its check and nothing was done instead"
            owed.append(Owed(what, "measure-done", each.id, ("SOP-3.7.3",)))
        else:
            owed.append(Owed(f"measure {each.id} is not done", "measure-done", each.id, ("SOP-3.7.3",)))
    return owed


RULED = {validity: event for event, validity in RULINGS.items()}


def _list_demands(case: Case, derived: Mapping[str, str]) -> list[Owed]:
    owed = []
    validity, serious = derived.get("validity", ""), derived.get("severity") == SERIOUS
    if validity in REJECTED and not _follows(case, "explained", RULED[validity]):
        owed.append(Owed(f"it is {validity} and was not explained", "explained", clauses=("SOP-3.6.5",)))
    if case.fields.get("system_flaw") and "management-review" not in case.marks:
        what = "it shows a flaw of the system and had no management review"
        owed.append(Owed(what, "management-review", clauses=("SOP-3.6.2",)))
    if "referred-outside" in case.marks and not _follows(case, "informed", "referred-outside"):
        what = "it was referred outside and the complainant was not informed of the outcome"
        owed.append(Owed(what, "informed", clauses=("SOP-3.7.5",)))
    if serious and not validity:
        what = f"it is serious and was not ruled {' or '.join(group.name for group in GROUPS)}"
        clauses = tuple(sorted(group.clause for group in GROUPS))
        owed.append(Owed(what, GROUPS[0].event, clauses=clauses))
    if serious and validity in UPHELD and not any(_is_on_site(row.event, row.fields) for row in case.rows):
        what = f"it is serious and {validity}, and no manager investigated on site"
        owed.append(Owed(what, "investigated", clauses=("SOP-3.6.6",)))
    return owed


_NEEDED = {  # need -> the event that brings it, what is said where it is missing, the command
    "ruling": (GROUPS[0].event, "it was not ruled", "rule"),
    "investigation": ("investigated", "it was not investigated", "investigate"),
    "confirmation": ("responsibility-confirmed", "nobody has confirmed to be responsible", "confirm"),
    "analysis": ("analysed", "its cause was not analysed", "analyse"),
    "measure": ("measure-planned", "no measure was planned", "measure"),
}


def _find_entry(
    case: Case, derived: Mapping[str, str], entries: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    facts = {**case.fields, **derived, SETTLED.name: SETTLED.choices[not _is_on_the_spot(case)]}
    return next((each for each in entries if matches(each["when"], facts)), None)


def _list_needs(case: Case, derived: Mapping[str, str], entry: Mapping[str, Any]) -> Iterator[Owed]:
    for need in entry["needs"]:
        event, what, verb = _NEEDED[need]
        if not (derived.get("validity") if need == "ruling" else event in case.marks):
            yield Owed(f"{what}: dispatchctl complaint {verb}", event, clauses=tuple(entry["source"]))


def _is_on_the_spot(case: Case) -> bool:
    """Whether it was settled by the command that registered it, and not taken up again."""
    last = [row for row in case.rows if row.event in ("resolved", "reopened")][-1:]
    return [(row.event, row.recorded) for row in last] == [("resolved", case.rows[0].recorded)]


def _follows(case: Case, event: str, after: str) -> bool:
    """Whether the event was recorded after the last of the other."""
    events = [row.event for row in case.rows]
    last = len(events) - 1 - events[::-1].index(after) if after in events else -1
    return event in events[last + 1 :]


def _is_on_site(event: str, fields: Mapping[str, str]) -> bool:
    return event == "investigated" and bool(fields.get("on_site")) and bool(fields.get("manager"))
