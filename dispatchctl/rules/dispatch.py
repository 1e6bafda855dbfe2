"""Who should go: candidates for an order ranked by the policy's weights, each with its reasons. Pure (PD-2.2, PR-14).

score = the sum of weight x value, each value in 0..1 (policies.md, "Dispatch, follow-ups, attendance").
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple


class Worker(NamedTuple):
    """What is known of somebody who could be sent.

    load: effort (or number) of their open assignments. last_assigned: when they last got work, seconds, None: never;
    turn: tells apart who got theirs in the same second, as in a batch; the greater one was later.
    """

    staff: str
    name: str
    skills: tuple[str, ...]
    areas: tuple[str, ...]
    load: Decimal
    last_assigned: int | None
    on_duty: bool
    declined: bool
    turn: int = 0


class Job(NamedTuple):
    """What an order asks for: the skill ("": any), its area ("": none), its effort, and who went there last ("")."""

    skill: str
    area: str
    effort: Decimal
    last_technician: str


class Candidate(NamedTuple):
    """A person ranked for an order. reasons: (what, its value) in the order of the weights. excluded: "" or why not."""

    staff: str
    name: str
    score: Decimal
    load: Decimal
    reasons: tuple[tuple[str, Decimal], ...]
    excluded: str


def rank_candidates(job: Job, workers: Sequence[Worker], rules: Mapping[str, Any]) -> list[Candidate]:
    """Everybody who could go, best first, then those passed over with the reason; equals by staff id.

    rules: the policy's `assignment` section.
    """
    ceiling = Decimal(rules["ceiling"])
    weigh = {name: Decimal(weight) for name, weight in rules["weigh"].items()}
    barred = {worker.staff: find_bar(job, worker, ceiling) for worker in workers}
    able = [worker for worker in workers if not barred[worker.staff]]
    fairness = rank_fairness(able)
    found = []
    for worker in workers:
        if barred[worker.staff]:
            found.append(Candidate(worker.staff, worker.name, Decimal(0), worker.load, (), barred[worker.staff]))
            continue
        values = {
            "workload": max(Decimal(0), 1 - worker.load / ceiling) if ceiling else Decimal(0),
            "fairness": fairness[worker.staff],
            "area": Decimal(int(not job.area or not worker.areas or job.area in worker.areas)),
            "last_technician": Decimal(int(bool(job.last_technician) and worker.staff == job.last_technician)),
        }
        score = sum((weight * values[name] for name, weight in weigh.items() if name in values), Decimal(0))
        reasons = tuple((name, values[name]) for name in weigh if name in values)
        found.append(Candidate(worker.staff, worker.name, score, worker.load, reasons, ""))
    found.sort(key=lambda each: (bool(each.excluded), -each.score, each.staff))
    return found


def find_bar(job: Job, worker: Worker, ceiling: Decimal) -> str:
    """Why the worker is passed over ("skill", "off-duty", "declined", "ceiling"); "" if they can go."""
    if job.skill and job.skill not in worker.skills:
        return "skill"
    if not worker.on_duty:
        return "off-duty"
    if worker.declined:
        return "declined"
    return "ceiling" if worker.load + job.effort > ceiling else ""


def rank_fairness(workers: Sequence[Worker]) -> dict[str, Decimal]:
    """i/(n-1) for the i-th of n, the latest assigned first; 1 for who never was, and for one alone."""
    timed = sorted(workers, key=lambda each: (-(each.last_assigned or 0), -each.turn, each.staff))
    count = len(timed)
    return {
        worker.staff: Decimal(1) if worker.last_assigned is None or count == 1 else Decimal(place) / (count - 1)
        for place, worker in enumerate(timed)
    }
