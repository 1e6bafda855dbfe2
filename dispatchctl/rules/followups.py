"""Which orders are followed up: all, or a share that anybody can draw again. Pure (KB1-2.5, WP-4.3, JD-5.4)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatchctl.registers.page import split_items

SPACE = 1 << 32


def is_sampled(case: str, share: str) -> bool:
    """Whether a case belongs to the share (a decimal from 0 to 1, both exact): by its id alone, the same for ever.

    By its BLAKE2b digest of four bytes (`b2sum -l 32`): a checksum would draw a pattern from ids that are counted up.
    """
    if share in ("0", "1"):
        return share == "1"
    try:
        from _blake2 import blake2b  # what hashlib hands out, without loading OpenSSL
    except ImportError:
        from hashlib import blake2b
    return int.from_bytes(blake2b(case.encode(), digest_size=4).digest(), "big") < Decimal(share) * SPACE


def is_demanded(case: str, facts: Mapping[str, str], answered: bool, policy: Mapping[str, Any]) -> bool:
    """Whether the rules ask what the customer says of an order that has ended; answered: on the spot.

    Where no caller was named there is nobody to ask. A request always has one, imported without a name or not.
    """
    rule = policy["followups"]["orders"]
    if rule is None or not (facts.get("contact_id") or facts.get("kind") == "request"):
        return False
    return matches(rule["when"], _end(facts, answered)) and is_sampled(case, rule["share"])


def find_method(facts: Mapping[str, str], answered: bool, policy: Mapping[str, Any]) -> tuple[str, Sequence[str]]:
    """(the only method by which a follow-up of an order counts, the clauses that say so); "" for any (XX-3.3)."""
    rule = policy["followups"]["orders"]
    for method, only in (rule["only_by"] if rule else {}).items():
        if matches(only["when"], _end(facts, answered)):
            return method, only["source"]
    return "", ()


def _end(facts: Mapping[str, str], answered: bool) -> dict[str, str]:
    return {**facts, "end": "answered" if answered else "closed"}


def matches(conditions: Sequence[Sequence[Any]], facts: Mapping[str, str]) -> bool:
    """Whether the facts meet all of these [field, values]; a field of many by any of its items."""
    for name, values in conditions:
        text = facts.get(name, "")
        if text not in values and not any(item in values for item in split_items(text)):
            return False
    return True
