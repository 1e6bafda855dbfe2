"""The rows that the index keeps of what few families have, charges and marks, declared. Store.

As in judgements, the names of a row are the columns of its table.
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
