"""Checks of the sections `complaints` and `followups`: kinds told apart, tests that can be met, shares of a whole.

Layer: policy. Its one job: what the rules may say of complaints and of asking customers afterwards.
"""

from decimal import Decimal
from itertools import combinations
from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Path, Sheet, show_word
from dispatchctl.registers.complaints import GROUPS, SETTLED
from dispatchctl.registers.followups import END, METHODS
from dispatchctl.registers.page import Field

NUMBERS = ("departments_at_least", "failed_corrections")


def check_complaints(sheet: Sheet, rules: dict[str, Any]) -> None:
    """No kind is of two groups, both valid and invalid; a test that counts asks for one or more."""
    complaints = rules["complaints"]
    for one, other in combinations([group.name for group in GROUPS], 2):
        for kind in complaints[other]:
            if kind in complaints[one]:
                # Where one of the two tables is the default, it is the other that was written and can be changed.
                table = other if sheet.is_written("complaints", other, kind) else one
                message = f"{show_word(kind)} is a kind of {one} and of {other} complaints"
                sheet.fault(("complaints", table, kind), "kind-twice", message, "one of the two")
    for name in NUMBERS:
        if complaints["serious_when"][name] == 0:
            message = "0 would make every complaint serious"
            sheet.fault(("complaints", "serious_when", name), "bad-count", message, "1 or more, or left out")
    fields = {**sheet.pages.known("complaints"), SETTLED.name: SETTLED}
    for place, entry in enumerate(complaints["close_needs"]):
        _check_when(sheet, ("complaints", "close_needs", place), entry["when"], fields, rules, "complaints")


def check_followups(sheet: Sheet, rules: dict[str, Any]) -> None:
    """A share of the orders, tries that come to an end, fields that an order has of its own."""
    orders = rules["followups"]["orders"]
    if orders is None:
        return
    place = ("followups", "orders")
    if Decimal(orders["share"]) > 1:
        sheet.fault((*place, "share"), "bad-share", f"{orders['share']} is more than the whole", "0 to 1")
    if orders["attempts"] == 0:
        sheet.fault((*place, "attempts"), "bad-count", "0 tries reach nobody", "1 or more")
    fields = {**sheet.pages.fields("orders"), END.name: END}
    kinds = orders["when"].get("kind")
    if kinds and "end" not in orders["when"] and kinds != ["request"]:
        message = "only requests are followed up where `end` is not said"
        sheet.warn((*place, "when", "kind"), "kind-without-end", message, "end: closed, answered or both, beside kind")
    _check_when(sheet, place, orders["when"], fields, rules)
    for method, rule in orders["only_by"].items():
        path = (*place, "only_by", method)
        if method not in METHODS:
            sheet.unknown(path, "unknown-method", "method", method, list(METHODS))
        elif rule:
            _check_when(sheet, path, rule["when"], fields, rules)


def _check_when(
    sheet: Sheet,
    place: Path,
    when: dict[str, list[str]],
    fields: dict[str, Field],
    rules: dict[str, Any],
    register: str = "orders",
) -> None:
    for name, values in when.items():
        path = (*place, "when", name)
        if name not in fields:
            sheet.unknown(path, "unknown-field", f"field of {register}", name, list(fields))
        else:
            vocabulary.check_values(sheet, path, fields[name], values or [], rules)
