"""Checks of the sections `complaints` and `followups`: kinds told apart, tests that can be met, shares of a whole.

Layer: policy. Its one job: what the rules may say of complaints and of asking customers afterwards.
"""

from decimal import Decimal
from typing import Any

from dispatchctl.policy import vocabulary
from dispatchctl.policy.reading import Sheet, show_word

NUMBERS = ("departments_at_least", "failed_corrections")


def check_complaints(sheet: Sheet, rules: dict[str, Any]) -> None:
    """No kind is both valid and invalid; a test that counts asks for one or more."""
    complaints = rules["complaints"]
    for kind in complaints["invalid"]:
        if kind in complaints["valid"]:
            # Where one of the two tables is the default, it is the other that was written and can be changed.
            table = "invalid" if sheet.is_written("complaints", "invalid", kind) else "valid"
            message = f"{show_word(kind)} is a kind of valid and of invalid complaints"
            sheet.fault(("complaints", table, kind), "kind-twice", message, "one of the two")
    for name in NUMBERS:
        if complaints["serious_when"][name] == 0:
            message = "0 would make every complaint serious"
            sheet.fault(("complaints", "serious_when", name), "bad-count", message, "1 or more, or left out")


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
    fields = sheet.pages.fields("orders")
    for name, values in orders["when"].items():
        path = (*place, "when", name)
        if name not in fields:
            sheet.unknown(path, "unknown-field", "field of orders", name, list(fields))
        else:
            vocabulary.check_values(sheet, path, fields[name], values or [], rules)
