"""The rows that the index keeps of what few families have, charges and marks, declared. Store.

As in judgements, the names of a row are the columns of its table. Here stands, too, which fact an entry of the ledger
rests on, in SQL: the one that its evidence records now, else the one that its key names.
"""

from typing import NamedTuple


class ChargeRow(NamedTuple):
    """What a rule of charges or rewards says follows from a fact, for one person, before it is counted how often.

    After `family` it is an occurrence of rules.charges, name for name. at: seconds. running: the clock has not stopped,
    so it is a fact only once `at` has passed while the clock was not paused. amount: what the event itself carries.
    """

    family: str
    rule: str
    staff: str
    at: int
    evidence: str
    fact: str
    register: str
    case: str
    clock: str | None
    instance: int | None
    item: str | None
    event: str | None
    amount: str | None
    running: int
    paused_from: int | None
    paused_until: int | None
    policy: str


class FactRow(NamedTuple):
    """What an entry of the ledger may rest on, and the name of the fact that this is or was: rules.facts.Named."""

    family: str
    case: str
    evidence: str
    fact: str


class ScoreRow(NamedTuple):
    """One mark that somebody gave (`staff score`). id: the row's reference; score: None for what is no number."""

    family: str
    id: str
    staff: str
    measure: str | None
    score: int | None
    month: str | None
    at: int
    by: str
    state: str


def write_evidence(text: str) -> str:
    """SQL: evidence as the table `facts` has it, the start of a clock in seconds. text: SQL of it as it was written."""
    return f"COALESCE(substr({text}, 1, length({text}) - 25) || strftime('%s', substr({text}, -25)), {text})"


_KEYED = (
    "substr(ledger.key, length(ledger.rule) + 2, length(ledger.key) - length(ledger.rule) - length(ledger.staff) - 2)"
)
#: the fact of a row of `ledger`; where two instances of a clock started within a second, the one that its key names
ENTRY_FACT = (
    f"COALESCE((SELECT COALESCE(MAX(CASE WHEN facts.fact = {_KEYED} THEN facts.fact END), MIN(facts.fact)) FROM facts"
    f' WHERE facts.evidence = {write_evidence("ledger.evidence")} AND facts."case" = ledger."case"), {_KEYED})'
)
