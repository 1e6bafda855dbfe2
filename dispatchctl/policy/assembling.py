"""From the texts of all versions and the draft to one form: what the rulebook is built from and the cache keeps.

Layer: policy. Its one job: compile every version, say which judges, and work out the days of a draft in force.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Protocol
from zoneinfo import ZoneInfo

from dispatchctl.errors import Fault, Refused
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.policy.days import Days, resolve_days
from dispatchctl.policy.forms import Form, Policy
from dispatchctl.policy.publishing import draft_differs
from dispatchctl.registers import Pages


class PublishedText(Protocol):
    """What a published version is handed in as: its file's name without `.yaml`, its day, its place, its bytes."""

    @property
    def label(self) -> str:
        """The file's name without `.yaml`."""

    @property
    def date(self) -> str:
        """The day it takes effect by its name, YYYY-MM-DD."""

    @property
    def place(self) -> str:
        """How messages name it."""

    @property
    def text(self) -> bytes:
        """The whole text."""


def assemble_form(
    texts: Sequence[PublishedText], draft: tuple[str, bytes] | None, pages: Pages
) -> tuple[Form | None, list[Fault]]:
    """(the form, []) or (None, every fault). A draft counts only where nothing is published; see `assemble_rules`."""
    if texts:
        return _assemble_versions(texts, draft, pages)
    return _assemble_draft(*draft, pages) if draft is not None else (None, [])


def _assemble_draft(name: str, text: bytes, pages: Pages) -> tuple[Form | None, list[Fault]]:
    policy, faults = compile_policy(text, name, pages=pages)
    if policy is None:
        return None, faults
    try:
        days = resolve_policy_days(policy)
    except Refused as error:
        return None, [Fault(name, 0, 0, "no-holidays", str(error), hint=error.hint)]
    versions = [(policy["effective_from"], find_start(policy), policy)]
    return (versions, days, _digest(versions, days), True, False), []


def _assemble_versions(
    texts: Sequence[PublishedText], draft: tuple[str, bytes] | None, pages: Pages
) -> tuple[Form | None, list[Fault]]:
    versions: list[tuple[str, int, Policy]] = []
    faults: list[Fault] = []
    for each in texts:
        policy, found = compile_policy(each.text, each.place, published=True, pages=pages)
        faults += found
        if policy is None:
            continue
        if policy["effective_from"] != each.date:
            message = f"takes effect on {policy['effective_from']}, which is not the day in its name"
            faults.append(Fault(each.place, 0, 0, "wrong-name", message, each.date))
        if policy["days"] is None:
            faults.append(Fault(each.place, 0, 0, "no-days", "has no days: it was not written by policy publish"))
        versions.append((each.label, find_start(policy), policy))
    if faults:
        return None, faults
    days = versions[-1][2]["days"]
    for _, _, policy in versions:
        policy["days"] = None  # only the newest one's count, and each holds twenty years of them
    differs = draft is not None and draft_differs(draft[1], texts[-1].text)
    return (versions, days, _digest(versions, days), False, differs), []


def resolve_policy_days(policy: Policy) -> Days:
    """The days of a compiled policy, by its own calendar; raises Refused as `resolve_days` does."""
    calendar = policy["calendar"]
    return resolve_days(calendar["country"], calendar["published_through"], calendar["closed"], calendar["open"])


def find_start(policy: Policy) -> int:
    """Seconds since 1970 UTC of 00:00 of the day a compiled policy takes effect, in its own timezone."""
    midnight = datetime.fromisoformat(policy["effective_from"]).replace(tzinfo=ZoneInfo(policy["timezone"]))
    return int(midnight.timestamp())


def _digest(versions: list[tuple[str, int, Policy]], days: Days) -> str:
    """A digest of what judges: everything but the clauses' texts."""
    judging = [(label, start, {**policy, "clauses": None}) for label, start, policy in versions]
    return sha256(dumps([judging, days], ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
