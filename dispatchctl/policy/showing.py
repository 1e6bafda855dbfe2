"""A compiled policy as it would be written, every default filled in: what `policy show` prints.

Layer: policy. Its one job: turn the compiled form back into the words of policies.yaml, whole or one part of it.
"""

from datetime import date
from typing import Any

from dispatchctl.errors import NotFound
from dispatchctl.policy.reading import find_nearest, list_some, show_word
from dispatchctl.policy.vocabulary import STATE, list_sources, write_conditions
from dispatchctl.policy.week import DAYS, MAKE_UP, show_segments, show_time, show_working
from dispatchctl.registers import SHIPPED, Pages

Policy = dict[str, Any]


def show_policy(policy: Policy, path: str = "", pages: Pages = SHIPPED) -> Any:
    """The policy as plain values under the keys of policies.yaml, or the part that `path` names.

    path: keys joined by dots, `clocks.complete`, `services.plumbing.effort`; an item of a list by its id (all of
    that id) or its number from 1. pages: those it was compiled with. Raises NotFound, with the nearest name, where
    there is no such part.
    """
    value = _show_all(policy, pages)
    steps = path.split(".") if path else []
    while steps:
        value, steps = _descend(value, steps, path)
    return value


def _descend(value: Any, steps: list[str], path: str) -> tuple[Any, list[str]]:
    """One level down, by the longest key that fits, since keys may hold dots; (the value there, the steps left)."""
    for length in range(len(steps), 0, -1):
        word = ".".join(steps[:length])
        if isinstance(value, dict) and word in value:
            return value[word], steps[length:]
        if isinstance(value, list):
            found = [item for item in value if isinstance(item, dict) and item.get("id") == word]
            if found:
                return (found[0] if len(found) == 1 else found), steps[length:]
            if word.isascii() and word.isdigit() and 0 < int(word) <= len(value):
                return value[int(word) - 1], steps[length:]
    known = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        known = [item["id"] for item in value if isinstance(item, dict) and item.get("id")]
    near = find_nearest(steps[0], known)
    hint = f"did you mean {near}?" if near else ""
    allowed = f" ({list_some(known)})" if known else ""
    raise NotFound(f"the rules have no {show_word(path)}{allowed}", hint=hint)


def _show_all(policy: Policy, pages: Pages) -> dict[str, Any]:
    head = ("effective_from", "timezone", "currency", "language", "publisher")
    return {
        "policy": {"title": policy["title"], "version": policy["label"], **{key: policy[key] for key in head}},
        "clauses": policy["clauses"],
        "calendar": _show_calendar(policy["calendar"]),
        **{
            key: policy[key]
            for key in (
                *("roles", "departments", "areas", "services", "priorities", "channels", "payment_methods"),
                *("intake", "orders", "assignment"),
            )
        },
        "clocks": [_show_clock(clock, pages) for clock in policy["clocks"]],
        "escalation": _show_escalation(policy["escalation"]),
        "complaints": _show_complaints(policy["complaints"], pages),
        "charges": [_show_charge(charge, policy["clocks"], pages) for charge in policy["charges"]],
        "rewards": [_show_charge(charge, policy["clocks"], pages) for charge in policy["rewards"]],
        "discipline": {**policy["discipline"], "within": _show_span(policy["discipline"]["within"])},
        "pay": policy["pay"],
        "followups": _show_followups(policy["followups"], pages),
        "measures": {key: _show_measure(measure) for key, measure in policy["measures"].items()},
        "reports": policy["reports"],
        "appraisal": policy["appraisal"],
        "privacy": {**policy["privacy"], "retain": _show_span(policy["privacy"]["retain"])},
        "rights": policy["rights"]["given"],
        "never_self": policy["rights"]["never_self"],
    }


def _show_span(span: "list[Any] | None") -> str | None:
    return None if span is None else f"{span[0]}{span[1]}"


def _show_calendar(calendar: Policy) -> dict[str, Any]:
    hours = {day: show_segments(segments) for day, segments in zip(DAYS, calendar["week"], strict=True)}
    return {
        "country": calendar["country"],
        "published_through": calendar["published_through"],
        "hours": {**hours, MAKE_UP: show_segments(calendar["make_up"])},
        "working": show_working(calendar["working"]),
        "closed": [date.fromordinal(day).isoformat() for day in calendar["closed"]],
        "open": [date.fromordinal(day).isoformat() for day in calendar["open"]],
        "counting": calendar["counting"],
        "cut_off": None if calendar["cut_off"] is None else show_time(calendar["cut_off"]),
    }


def _show_clock(clock: Policy, pages: Pages) -> dict[str, Any]:
    def show_events(events: list[list[str]]) -> list[str]:
        return [name if owner == clock["of"] and owner != STATE else f"{owner}.{name}" for owner, name in events]

    shown = {
        **clock,
        "start": show_events(clock["start"]),
        "stop": show_events(clock["stop"]),
        "unless": show_events(clock["unless"]),
        "when": write_conditions(pages, [clock["of"]], clock["when"]),
        "pause": {reason: _show_span(longest) for reason, longest in clock["pause"].items()},
    }
    for key in ("limit", "warn", "urge"):
        shown[key] = _show_span(clock[key])
    return shown


def _show_escalation(escalation: Policy) -> dict[str, Any]:
    """Without any of the usual roles the levels are left out, as they were when this was written."""
    return {"roles": escalation["roles"] or None, "every": _show_span(escalation["every"])}


def _show_complaints(complaints: Policy, pages: Pages) -> dict[str, Any]:
    tests = complaints["serious_when"]
    needs = [
        {**entry, "when": write_conditions(pages, ["complaints"], entry["when"])} for entry in complaints["close_needs"]
    ]
    serious = {**tests, "repeated_within": _show_span(tests["repeated_within"])}
    return {**complaints, "serious_when": serious, "close_needs": needs}


def _show_charge(charge: Policy, clocks: list[Policy], pages: Pages) -> dict[str, Any]:
    within = charge["within"]
    return {
        **charge,
        "of": [f"{source}.{name}" if name else source for source, name in charge["of"]],
        "when": write_conditions(pages, list_sources(charge["of"], clocks), charge["when"]),
        "within": within if isinstance(within, str) else _show_span(within),
        "unless": [f"{source}.{name}" if source else name for source, name in charge["unless"]],
    }


def _show_followups(followups: Policy, pages: Pages) -> dict[str, Any]:
    def show(rule: dict[str, Any]) -> dict[str, Any]:
        return {**rule, "when": write_conditions(pages, ["orders"], rule["when"])}

    orders = followups["orders"]
    if orders is not None:
        only_by = {method: show(rule) for method, rule in orders["only_by"].items()}
        orders = {**show(orders), "only_by": only_by}
    return {**followups, "orders": orders}


def _show_measure(measure: Policy) -> dict[str, Any]:
    kind, *field = measure["value"]
    return {
        **measure,
        "over": {name: _show_condition(condition) for name, condition in measure["over"].items()},
        "count": {name: _show_condition(condition) for name, condition in measure["count"].items()},
        "value": {kind: field[0]} if field else kind,
        "between": measure["between"] and [_show_event(measure["of"], *word) for word in measure["between"][1:]],
    }


def _show_event(register: str, owner: str, name: str) -> str:
    return name if owner == register else f"{owner}.{name}"


def _show_condition(condition: list[Any]) -> Any:
    word, value = condition
    return value if word == "in" else {word: value}
