"""What names a fact that rules may charge for, whichever row records it. Pure.

A row can be taken back and given again, by another office too, and the fact is still the one that it was. So a fact is
named by what happened, to which case or item, and where it may truly happen several times by its number:

- `CASE/EVENT`; the second, third, ... time `CASE/EVENT/2`. A row takes the lowest number that none before it has, and
  what was taken back leaves its number to the next of its kind. So nothing that stands is named anew by a retraction,
  and what is given again has the name it had. Of rulings only the one in force is a fact, and it needs no number.
- Registers that tell a thing once (`once` of their page) name it by their fields: `2026-11-03/late/pan`,
  `G-20261102-0001/late/pan`; whoever notes it a second time says the same.
- `CASE/breach.CLOCK`, the second instance `CASE/breach.CLOCK/2`. Its start would not do: a start that is taken back and
  given again has another time, a republished version may write it in another timezone, and two instances may start
  within one second. The number is that of cli.md, counted within case, clock and item; rules that were in force are
  never changed, so only another history of the case can move it.

A number can move when rows of another writer arrive that were recorded between. What an entry of the ledger rests on
is therefore asked by its evidence first, the row or the start that it names, and by its key where that is not known.
"""

from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dispatchctl.registers import complaints
from dispatchctl.registers.row import Row, fold_key
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.corrections import read_row
from dispatchctl.rules.families import Case, Family

#: of these events of a case only the one that is in force is a fact, however often it was given
RULINGS: Mapping[str, tuple[str, ...]] = {"complaints": tuple(complaints.RULINGS)}


class Named(NamedTuple):
    """What an entry may name as its evidence, and the fact that this is or was.

    evidence: a row's reference; of a clock `CASE/CLOCK/START`, with the start in seconds.
    """

    case: str
    evidence: str
    fact: str


def name_breach(instance: Instance) -> str:
    """The name of an instance of a clock that ran out."""
    number = f"/{instance.number}" if instance.number > 1 else ""
    return f"{instance.item or instance.case}/breach.{instance.clock}{number}"


def name_rows(family: Family, case: Case, events: Collection[tuple[str, str]]) -> list[tuple[Row, str]]:
    """(row, name of its fact) of every row of a case with one of these events, (register, event), in fold order.

    Those that were taken back are among them with the name they had, and so are those that were not allowed: they say
    the same as the one that was.
    """
    dropped = [row for row in family.dropped if row.id == case.id]
    gone = {row.ref for row in dropped}
    refused = {row.ref for row in case.conflicts}
    early: set[str] = set()  # taken back by a row that comes before it, of a writer whose clock is behind
    found: list[tuple[Row, str]] = []
    given: dict[str, tuple[str, int]] = {}  # reference -> stem, number
    last: dict[str, int] = {}
    free: dict[str, list[int]] = {}
    for row in sorted((*case.rows, *case.conflicts, *dropped), key=fold_key):
        if row.event == "retracted" and row.ref not in gone:
            aim = row.fields.get("row", "")
            early.add(aim)
            if aim in given:
                _release(free, *given[aim])
        if (case.register, row.event) not in events:
            continue
        stem = _name_stem(case, row, row.ref in gone)
        number = 1
        if not case.page.once and row.event not in RULINGS.get(case.register, ()):
            if row.ref in refused:
                number = last.get(stem, 1)
            elif free.get(stem):
                number = free[stem].pop(0)
            else:
                number = last[stem] = last.get(stem, 0) + 1
            if row.ref in gone and row.ref in early:
                _release(free, stem, number)
            given[row.ref] = stem, number
        found.append((row, stem if number == 1 else f"{stem}/{number}"))
    return found


def _release(free: dict[str, list[int]], stem: str, number: int) -> None:
    insort(free.setdefault(stem, []), number)


def _name_stem(case: Case, row: Row, gone: bool) -> str:
    page = case.page
    if page.once:
        fields = row.fields if gone else read_row(case, row)
        words = [row.id if name == "id" else fields.get(name, "") for name in page.once]
        return "/".join(word for word in (words[0], row.event, *words[1:]) if word)
    numbered = bool(page.item) and page.item in case.events[row.event].required
    return f"{(row.fields.get(page.item) if numbered else '') or case.id}/{row.event}"


def list_evidence(
    family: Family, case: Case, instances: Iterable[Instance], events: Collection[tuple[str, str]]
) -> Iterator[Named]:
    """Everything of a case that an entry of the ledger may rest on; instances: those that rules may charge for."""
    for row, name in name_rows(family, case, events):
        yield Named(case.id, row.ref, name)
    runs: dict[str, list[Instance]] = {}
    for one in instances:
        runs.setdefault(f"{one.item or one.case}/{one.clock}", []).append(one)
    for clock, found in runs.items():
        found.sort(key=lambda one: one.number)
        for at, one in [*((one.started_at, one) for one in found), *_list_lost_starts(family, found)]:
            yield Named(case.id, f"{clock}/{at}", name_breach(one))


def _list_lost_starts(family: Family, runs: Sequence[Instance]) -> Iterator[tuple[int, Instance]]:
    """(start, instance) of starts that were taken back, and by which older releases named an instance: the one that
    has its place in the line now.
    """
    starts = [one.started_at for one in runs]
    for at in sorted({row.at for row in family.dropped}.difference(starts)):
        yield at, runs[min(sum(start < at for start in starts), len(runs) - 1)]
