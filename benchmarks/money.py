"""What the generated desk decides about the facts of a month that is over: entries of the ledger, from proposal to pay.

Only a part of what is due: the rest stays to be proposed.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from people import Person
from wording import APPROVALS
from writing import DAY, HOUR, Agenda, Case, Fact, fill, start_of

from dispatchctl.registers.page import join_items, split_items
from dispatchctl.rules.charges import make_key

PROPOSED = {"justified-complaint": 0.8, "late-a": 0.9, "late-b": 0.9}  # how much of each charge is acted on
WAIVED = 0.05
UNPAID = 0.04
MANAGER = "s02"


class Money:
    """The ledger as commands. rules: the compiled policy; label: of its published version."""

    def __init__(
        self, agenda: Agenda, staff: list[Person], rules: Mapping[str, Any], label: str, chance: random.Random
    ) -> None:
        self.agenda, self.chance, self.label = agenda, chance, label
        self.charges = {rule["id"]: rule for rule in rules["charges"] if rule["id"] in PROPOSED}
        self.staff = {person.id: person for person in staff}
        self.heads = {person.heads: person.id for person in staff if person.heads}

    def decide_month(self, facts: Sequence[Fact], month: date) -> None:
        """What is decided in `month` about the facts of the month before."""
        at = start_of(month) + 2 * DAY + 9 * HOUR
        lateness: dict[str, int] = {}
        for fact in facts:
            if fact.register == "attendance":
                who = fact.get("staff")
                nth = lateness[who] = lateness.get(who, 0) + 1
                rule = self.charges.get(f"late-{self.staff[who].category.lower()}")
                named = [who] if rule is not None and nth >= (rule["from_nth"] or 1) else []
            else:
                rule, named = self.charges.get("justified-complaint"), split_items(fact.get("about_staff"))
            for staff in named:
                if rule is not None and self.chance.random() < PROPOSED[rule["id"]]:
                    at += 2
                    self._propose(at, fact, rule, self.staff[staff])

    def _propose(self, at: int, fact: Fact, rule: Mapping[str, Any], person: Person) -> None:
        random_, put, entry = self.chance.random, self.agenda.put, Case("L")
        own = fill(
            "ledger",
            key=make_key(rule["id"], fact.reference, person.id),
            staff=person.id,
            rule=rule["id"],
            kind=rule["kind"],
            amount=rule["amount"] or "",
            range=join_items(rule["range"]),
            occurred_at=fact.at,
            evidence=fact.reference,
            case=fact.case,
            clauses=join_items(rule["source"]),
            also=join_items(rule["also"]),
            fund=rule["into"] or "",
            approver=rule["approver"],
            policy_version=self.label,
        )
        if not put(at, "ledger", [(entry, "proposed", MANAGER, own, "")]):
            return
        head, reason = self.heads[person.department], self.chance.choice(APPROVALS)
        at += DAY + int(random_() * 4 * HOUR)
        if random_() < WAIVED:
            put(at, "ledger", [(entry, "waived", head, fill("ledger", reason=reason), "")])
            return
        amount = "" if rule["amount"] else f"{20 + 10 * int(random_() ** 2 * 9)}.00"
        approved = fill("ledger", reason=reason, amount=amount)
        if not put(at, "ledger", [(entry, "approved", head, approved, "")]):
            return
        if "self-review" in rule["also"]:
            written = at + 2 * HOUR + int(random_() * 2 * DAY)
            put(written, "ledger", [(entry, "fulfilled", person.id, fill("ledger"), "")])
        if random_() > UNPAID:
            paid = at + 9 * DAY + int(random_() * 3 * DAY)
            put(paid, "ledger", [(entry, "paid", MANAGER, fill("ledger"), "")])
