"""From the bytes of a rules file to the compiled policy: plain values that can be cached, or every fault at once.

Layer: policy. Its one job: load, read, check, and bring what is sound into the form that judging uses: the keys
follow the sections; spans are [number, unit], times of day seconds, days proleptic ordinals, hours
lists of [start, end], money and weights decimal text, an event [register or "state", name], and a condition
["in", [values]], ["at_least", x], ["below", x] or ["not", value or None]. A measure's `between` is what the index calls
that span, and the two events.
"""

from datetime import date
from typing import Any, NamedTuple

from dispatchctl.errors import Fault
from dispatchctl.policy.checks.across import PERSON_WORDS, check_rules
from dispatchctl.policy.checks.charges import DEFAULT_APPROVER
from dispatchctl.policy.checks.clocks import split_event
from dispatchctl.policy.checks.places import check_timezone
from dispatchctl.policy.checks.titles import check_titles
from dispatchctl.policy.days import NO_YEARLY, YEARLY
from dispatchctl.policy.defaults import Plain, fill_defaults
from dispatchctl.policy.items import AT, CLOCKS, SCORES, UNTIL, VALUE_KEYS, name_span, split_rows
from dispatchctl.policy.loading import SIZE_LIMIT, load_tree
from dispatchctl.policy.reading import Sheet, read_value
from dispatchctl.policy.rights import KEYS, build_rights
from dispatchctl.policy.sections import EDITION, RULES, VERSION
from dispatchctl.policy.shapes import LEFT_OUT
from dispatchctl.policy.vocabulary import list_sources, store_conditions
from dispatchctl.policy.week import build_week, build_working
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.complaints import GROUPS

DAYS_LIMIT = 1024 * 1024  # bytes that the generated days may add to a published version


def compile_policy(
    text: bytes, file: str, published: bool = False, pages: Pages = SHIPPED
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """(the compiled policy, []) or (None, its faults sorted by line). file: how messages name it.

    published: the text is that of a published version, which carries its `days`; a draft may not. pages: of the
    registers that it may name.
    """
    examined = examine_policy(text, file, published, pages)
    return examined.policy, examined.faults


class Examined(NamedTuple):
    """What a text of rules comes to. policy: compiled, None where there are faults.

    faults: what keeps it from being in force. later: what checks find that came after versions were published: of a
    draft they are faults as well, a published version goes on judging. warnings: what may be meant. All by line.
    defaults: the sections that a draft leaves to the program, as `publishing.render_version` takes them.
    """

    policy: dict[str, Any] | None
    faults: list[Fault]
    later: list[Fault]
    warnings: list[Fault]
    defaults: Plain


def examine_policy(text: bytes, file: str, published: bool = False, pages: Pages = SHIPPED) -> Examined:
    """Everything there is to say about a text of rules; as compile_policy."""
    root, faults = load_tree(text, file, SIZE_LIMIT + DAYS_LIMIT if published else SIZE_LIMIT)
    if root is None:
        return Examined(None, faults, [], [], {})
    sheet = Sheet(file, pages)
    rules = read_value(sheet, root, VERSION if published else RULES)
    # A draft gets what it leaves to the program, also a faulty one: its reports may name those measures. A version has
    # it written out below the draft.
    defaults = {} if published else fill_defaults(sheet, rules)
    if not sheet.is_hopeless:
        check_rules(sheet, rules)
    days = _build_days(sheet, rules["days"]) if published and rules["days"] else None
    edition = _check_edition(sheet, rules["edition"]) if published else EDITION
    faults = _sort(faults + sheet.faults)
    written = frozenset(f"{section}.{key}" for section, key in KEYS if sheet.is_written(section, key))
    policy = None if faults else _build_policy(rules, days, edition, pages, written)
    if policy is not None:
        policy["defaults"] = rules["defaults"] if published else list(defaults)
    sheet.faults = []
    if policy is not None:
        check_titles(sheet, rules)
        check_timezone(sheet, rules)
    return Examined(policy, faults, _sort(sheet.faults), _sort(sheet.warnings), defaults)


def _sort(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def _build_policy(
    rules: dict[str, Any], days: dict[str, Any] | None, edition: int, pages: Pages, written: frozenset[str]
) -> dict[str, Any]:
    """written: of the older keys of rights, those that the file has."""
    head = rules["policy"]
    reveal = _keep_roles(rules["privacy"]["reveal"], rules)
    assignment = _build_assignment(rules)
    kept = {**{f"assignment.{key}": assignment[key] for key in ("confirm_by", "extend_by")}, "privacy.reveal": reveal}
    return {
        "title": head["title"],
        "label": head["version"] or head["effective_from"],
        "effective_from": head["effective_from"],
        "timezone": head["timezone"],
        "currency": head["currency"],
        "language": head["language"],
        "publisher": head["publisher"],
        "clauses": {key: text or "" for key, text in (rules["clauses"] or {}).items()},
        "calendar": _build_calendar(rules["calendar"], head["effective_from"]),
        "edition": edition,
        "days": days,
        "roles": _build_titles(rules["roles"]),
        "departments": _build_titled(rules["departments"]),
        "areas": _build_titled(rules["areas"]),
        "services": _build_titled(rules["services"]),
        "priorities": _build_titles(rules["priorities"]),
        "channels": _build_titles(rules["channels"]),
        "payment_methods": _build_titles(rules["payment_methods"]),
        "intake": rules["intake"],
        "orders": rules["orders"],
        "assignment": assignment,
        "clocks": [_build_clock(clock, pages) for clock in rules["clocks"]],
        "escalation": {**rules["escalation"], "roles": _keep_roles(rules["escalation"]["roles"], rules)},
        "complaints": _build_complaints(rules["complaints"], pages),
        "complaint_kinds": _build_titles(
            {kind: title for group in reversed(GROUPS) for kind, title in rules["complaints"][group.name].items()}
        ),
        "charges": [_build_charge(charge, "fine", rules, pages) for charge in rules["charges"]],
        "rewards": [_build_charge(charge, "reward", rules, pages) for charge in rules["rewards"]],
        "discipline": rules["discipline"],
        "pay": rules["pay"],
        "followups": _build_followups(rules["followups"], pages),
        "measures": {key: _build_measure(key, measure, pages) for key, measure in rules["measures"].items()},
        "reports": rules["reports"],
        "appraisal": _build_appraisal(rules),
        "privacy": {**rules["privacy"], "reveal": reveal},
        "rights": build_rights(rules, kept, written),
    }


def _build_calendar(calendar: dict[str, Any], effective_from: str) -> dict[str, Any]:
    week, make_up = build_week(calendar["hours"])
    return {
        "country": calendar["country"],
        "published_through": calendar["published_through"] or int(effective_from[:4]),
        "counting": calendar["counting"],
        "cut_off": calendar["cut_off"],
        "week": week,
        "make_up": make_up,
        "working": build_working(calendar["working"]),
        "closed": sorted(set(calendar["closed"])),
        "open": sorted(set(calendar["open"])),
        "yearly": YEARLY.get(calendar["country"], NO_YEARLY),
    }


def _build_titles(table: dict[str, str]) -> dict[str, str]:
    return {key: title or key for key, title in table.items()}


def _build_titled(table: dict[str, dict[str, Any]] | None) -> dict[str, dict[str, Any]] | None:
    if table is None:
        return None
    return {key: {**value, "title": value["title"] or key} for key, value in table.items()}


def _keep_roles(names: list[str], rules: dict[str, Any]) -> list[str]:
    """The names less the roles there are not: a default may name a role that this desk does without."""
    return [name for name in names if name in rules["roles"] or name in PERSON_WORDS]


def _build_assignment(rules: dict[str, Any]) -> dict[str, Any]:
    built = dict(rules["assignment"])
    for key in ("confirm_by", "extend_by"):
        built[key] = _keep_roles(built[key], rules)
    return built


def _build_clock(clock: dict[str, Any], pages: Pages) -> dict[str, Any]:
    register = clock["of"]
    return {
        **clock,
        "title": clock["title"] or clock["id"],
        "start": [split_event(register, word) for word in clock["start"]],
        "stop": [split_event(register, word) for word in clock["stop"]],
        "unless": [split_event(register, word) for word in clock["unless"]],
        "when": store_conditions(pages, [register], clock["when"]),
    }


def _build_complaints(complaints: dict[str, Any], pages: Pages) -> dict[str, Any]:
    return {
        "serious_when": complaints["serious_when"],
        "close_needs": [
            {**entry, "when": store_conditions(pages, ["complaints"], entry["when"])}
            for entry in complaints["close_needs"]
        ],
        **{group.name: _build_titles(complaints[group.name]) for group in GROUPS},
    }


def _build_charge(charge: dict[str, Any], kind: str, rules: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """Its facts as [register or "breach" or "hand", name]; who decides by default is the manager."""
    of = [[word.partition(".")[0], word.partition(".")[2]] for word in charge["of"]]
    return {
        **charge,
        "title": charge["title"] or charge["id"],
        "of": of,
        "when": store_conditions(pages, list_sources(of, rules["clocks"]), charge["when"]),
        "unless": [list(word.split(".", 1)) if "." in word else ["", word] for word in charge["unless"]],
        "kind": charge["kind"] or kind,
        "approver": charge["approver"] or DEFAULT_APPROVER,
        "own_proposal": rules["rights"] is None if charge["own_proposal"] is None else charge["own_proposal"],
    }


def _build_followups(followups: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """Where nothing is said of how an order ended, it is a request that was not answered on the spot, as ever."""
    orders = followups["orders"]
    if orders is not None:
        when = orders["when"]
        if "end" not in when:
            kinds = [kind for kind in when.get("kind", ["request"]) if kind == "request"]
            when = {**when, "kind": kinds, "end": ["closed"]}
        orders = {
            **orders,
            "when": store_conditions(pages, ["orders"], when),
            "only_by": {
                method: {**rule, "when": store_conditions(pages, ["orders"], rule["when"])}
                for method, rule in orders["only_by"].items()
            },
        }
    return {**followups, "orders": orders}


def _build_appraisal(rules: dict[str, Any]) -> dict[str, Any] | None:
    """A measure of the appraisal is called what the measure of that name is called."""
    appraisal: dict[str, Any] | None = rules["appraisal"]
    if appraisal is None:
        return None
    titles = {key: measure["title"] for key, measure in rules["measures"].items()}
    measures = {
        key: {**measure, "title": measure["title"] or titles.get(key) or key}
        for key, measure in appraisal["measures"].items()
    }
    return {**appraisal, "measures": measures}


def _build_measure(key: str, measure: dict[str, Any], pages: Pages) -> dict[str, Any]:
    value = measure["value"]
    if isinstance(value, dict):
        built = next([word, value[word]] for word in VALUE_KEYS if value[word] is not None)
    else:
        built = [value or ("ratio" if measure["count"] else "count")]
    of = measure["of"]
    words = [split_event(of, word) for word in measure["between"] or ()]
    between = [name_span(of, words), *words] if words else None
    usual = UNTIL if between else AT if split_rows(of) else {CLOCKS: "due_at", SCORES: "month"}.get(of)
    return {
        **measure,
        "title": measure["title"] or key,
        "month": measure["month"] or usual or pages.get(of).events[0].name,
        "over": {name: _build_condition(condition) for name, condition in measure["over"].items()},
        "count": {name: _build_condition(condition) for name, condition in measure["count"].items()},
        "value": built,
        "between": between,
    }


def _build_condition(condition: Any) -> list[Any]:
    if isinstance(condition, dict):
        return next([word, value] for word, value in condition.items() if value is not LEFT_OUT)
    return ["in", condition]


def _check_edition(sheet: Sheet, edition: int | None) -> int:
    """A fault where a newer release published it: what it means there, this one cannot know. None: no number."""
    if edition is not None and edition > EDITION:
        message = f"{edition} is of a newer release: this one reads versions up to edition {EDITION}"
        sheet.fault(("edition",), "bad-edition", message, "a newer dispatchctl")
    return edition or 1


def _build_days(sheet: Sheet, days: dict[str, Any]) -> dict[str, Any]:
    """The generated block: years of MM-DD -> name, as tables of ordinals."""
    built: dict[str, Any] = {"through": days["through"]}
    for table in ("off", "working"):
        built[table] = {}
        for year, entries in days[table].items():
            for day, name in (entries or {}).items():
                try:
                    ordinal = date.fromisoformat(f"{year}-{day}").toordinal()
                except ValueError:
                    sheet.fault(("days", table, year, day), "bad-day", f"{year}-{day} is not a day", "MM-DD")
                else:
                    built[table][ordinal] = name or ""
    return built
