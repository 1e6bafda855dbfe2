"""The measures and reports of a desk that writes none: those of the sample rules, as far as they fit what it declares.

Layer: policy. Its one job: choose them for a draft, as plain values and as the lines that publishing writes, so that a
version keeps its own when a later release ships others. What is published is never filled in: what it lacks, it lacks.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from dispatchctl.policy.items import CLOCKS, SCORES, split_rows
from dispatchctl.policy.reading import Sheet, read_value
from dispatchctl.policy.sections import RULES
from dispatchctl.policy.shapes import struct

Plain = dict[str, Any]

SECTIONS = ("measures", "reports")
ALWAYS = ("orders", "assignments", "notices")  # registers that every desk works with
#: what is counted -> the sections of which one declares that the desk works with it; a clock of it does too
DECLARED_BY = {
    "complaints": ("complaints",),
    "followups": ("followups",),
    "ledger": ("charges", "rewards"),
    "attendance": ("charges", "appraisal"),
    "training": ("appraisal",),
    SCORES: ("appraisal",),
}
FIELDS = {"follow_up": "followups"}  # a field that only says something where another register is worked with


def fill_defaults(sheet: Sheet, rules: dict[str, Any]) -> Plain:
    """The sections that the draft lacks, as plain values; they are typed and put into the rules that were read.

    A measure stays where the desk has what it counts, and the clocks that it names; a section of a report where one of
    its measures does. Clauses are not cited: they are those of another desk.
    """
    missing = [name for name in SECTIONS if not sheet.is_written(name)]
    if not missing:
        return {}
    plain = _choose(sheet, rules, missing)
    from dispatchctl.policy.loading import SIZE_LIMIT, load_tree

    root, faults = load_tree(render_defaults(plain), "defaults", SIZE_LIMIT)
    assert root is not None, faults
    own = Sheet("defaults", sheet.pages)
    shape = struct(*(key for key in RULES.keys if key.name in missing))
    rules.update(read_value(own, root, shape))
    assert not own.faults, own.faults
    return plain


def render_defaults(plain: Plain) -> bytes:
    """The sections as lines of YAML, one entry a line."""
    lines: list[str] = []
    for section, entries in plain.items():
        lines.append(f"{section}:" if entries else f"{section}: {{}}")
        for key, entry in entries.items():
            if isinstance(entry, dict):
                lines.append(f"  {key}: {_dump(entry)}")
            else:
                lines += [f"  {key}:", *(f"    - {_dump(item)}" for item in entry)]
    return "".join(f"{line}\n" for line in lines).encode()


def _dump(value: Plain) -> str:
    return json.dumps(value, ensure_ascii=False)


def _choose(sheet: Sheet, rules: dict[str, Any], missing: list[str]) -> Plain:
    shipped = _read_shipped()
    plain: Plain = {}
    english = rules["policy"]["language"] == "en"
    if "measures" in missing:
        declared = set(_list_declared(sheet, rules))
        clocks = {clock["id"] for clock in rules["clocks"]}
        plain["measures"] = dict(_list_measures(shipped["measures"], declared, clocks, english))
    if "reports" in missing:
        measures = plain.get("measures", rules["measures"])
        found = {name: list(_list_sections(shipped["reports"][name], measures, english)) for name in shipped["reports"]}
        plain["reports"] = {name: sections for name, sections in found.items() if sections}
    return plain


def _list_declared(sheet: Sheet, rules: dict[str, Any]) -> Iterator[str]:
    """The registers that the desk works with."""
    yield from ALWAYS
    yield from (clock["of"] for clock in rules["clocks"])
    yield from (name for name, sections in DECLARED_BY.items() if any(map(sheet.is_written, sections)))


def _list_measures(shipped: Plain, declared: set[str], clocks: set[str], english: bool) -> Iterator[tuple[str, Plain]]:
    for key, measure in shipped.items():
        of = (split_rows(measure["of"]) or (measure["of"],))[0]
        over = dict(measure.get("over", {}))
        named = over.get("clock", [])
        if of == CLOCKS:
            over["clock"] = [each for each in ([named] if isinstance(named, str) else named) if each in clocks]
        elif of not in declared or any(FIELDS.get(name, of) not in declared for name in over):
            continue
        if of == CLOCKS and not over["clock"]:
            continue
        kept = {name: value for name, value in measure.items() if name != "source"}
        yield key, {**kept, **({"over": over} if over else {}), **({"title": _say(key)} if english else {})}


def _list_sections(shipped: list[Plain], measures: Plain, english: bool) -> Iterator[Plain]:
    for section in shipped:
        kept = [name for name in section["measures"] if name in measures]
        if "person" in section.get("by", ()):  # a figure that is nobody's would stand in no row
            kept = [name for name in kept if measures[name] and measures[name].get("person")]
        if kept:
            yield {**section, "measures": kept, **({"title": _say(section["id"])} if english else {})}


def _say(key: str) -> str:
    return key.replace("_", " ").replace("-", " ")


@cache
def _read_shipped() -> Plain:
    """The two sections of the sample rules, which come with the program."""
    import yaml

    from dispatchctl.samples import FULL, read_sample

    rules = yaml.load(read_sample(FULL), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: rules[name] for name in SECTIONS}
