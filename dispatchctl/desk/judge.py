"""The rules applied to the rows of a family: the fold, the clocks, what is charged for. Desk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dispatchctl.policy.rulebook import Rulebook, Version
from dispatchctl.registers import Pages
from dispatchctl.registers.page import SPAN, VOID
from dispatchctl.registers.row import Row
from dispatchctl.rules.clocks import Instance, judge_case
from dispatchctl.rules.derived import derive_fields
from dispatchctl.rules.families import Case, Family, fold_family
from dispatchctl.rules.people import People
from dispatchctl.rules.variants import ClockTable

if TYPE_CHECKING:
    from dispatchctl.desk.judged import CaseLayout
    from dispatchctl.rules.charges import ChargeTable
    from dispatchctl.store.fact_rows import ChargeRow, FactRow, ScoreRow
    from dispatchctl.store.judgements import ClockRow, Judged


class Judging:
    """The rules applied to rows. `people` is asked for when it is first needed: most commands fold few families."""

    def __init__(self, book: Rulebook, pages: Pages, load_people: Callable[[], People]) -> None:
        self.book, self.pages = book, pages
        self.table = ClockTable(book)
        named = [of for version in book.versions for of in list_named(version)]
        self._charged = frozenset(source for source, _ in named)
        self._charged_clocks = frozenset(name for source, name in named if source == "breach")
        self._counted: dict[str, set[str]] = {}  # register -> the events whose rows measures count
        for each in book.counted:
            register, _, event = each.partition(".")
            if SPAN not in event:
                self._counted.setdefault(register, set()).add(event)
        self._spans = list_spans(book)
        self._charges: ChargeTable | None = None
        self._layouts: dict[str, CaseLayout] = {}  # of the registers' tables in the index
        self._load = load_people
        self._people: People | None = None

    @property
    def people(self) -> People:
        """The staff as far as recorded."""
        if self._people is None:
            self._people = self._load()
        return self._people

    def forget(self) -> None:
        """Ask for the staff anew when they are next needed."""
        self._people = None

    def meet(self, families: Iterable[Sequence[Row]]) -> People:
        """Take in the staff register's rows: one sequence for each person."""
        cases = [case for rows in families for case in fold_family(rows, self.pages).cases.values()]
        self._people = People.from_cases(cases, self.book.newest.policy["escalation"]["roles"])
        return self._people

    def judge(self, root: str, rows: Sequence[Row]) -> "Judged":
        """The tables' rows for one family."""
        from dispatchctl.desk.judged import (
            lay_out_case,
            list_case_values,
            list_clock_rows,
            list_counted_rows,
            list_score_rows,
            list_span_rows,
        )
        from dispatchctl.store.judgements import Judged

        family = fold_family(rows, self.pages, self.book.awaits_payment)
        clocks: list[ClockRow] = []
        charges: list[ChargeRow] = []
        facts: list[FactRow] = []
        scores: list[ScoreRow] = []
        cases = []
        counted: list[tuple[str, tuple[object, ...]]] = []
        derived = {case.id: self.derive(family, case) for case in family.cases.values()}
        for case in family.cases.values():
            layout = self._layouts.get(case.register) or lay_out_case(case.page)
            self._layouts[case.register] = layout
            cases.append((case.register, list_case_values(root, case, rows, derived[case.id], layout)))
            instances = judge_case(family, case, self.table, self.people)
            for instance in instances:
                clocks += list_clock_rows(root, family, case, instance)
            self._note_charges(root, family, case, instances, derived, charges, facts)
            if case.register in self._counted:
                counted += list_counted_rows(root, case, self._counted[case.register])
            if case.register in self._spans and case.state != VOID:
                calendar = self.table.calendar(self.book.at(case.rows[0].at)[0])
                counted += list_span_rows(root, family, case, self._spans[case.register], calendar)
            if case.register == "staff":
                scores += list_score_rows(root, case)
        return Judged(cases, clocks, charges, scores, facts, counted)

    def _note_charges(
        self,
        root: str,
        family: Family,
        case: Case,
        instances: Sequence[Instance],
        derived: Mapping[str, Mapping[str, str]],
        charges: "list[ChargeRow]",
        facts: "list[FactRow]",
    ) -> None:
        """Add what rules say follows from the case, as rows of the table `charges`, and what its facts are called, as
        rows of `facts`; most commands judge nothing of it.
        """
        clocks = [one for one in instances if one.clock in self._charged_clocks]
        if all(one.breached is False for one in clocks) and case.register not in self._charged:
            return
        from dispatchctl.rules.charges import ChargeTable, list_occurrences
        from dispatchctl.rules.facts import list_evidence
        from dispatchctl.store.fact_rows import ChargeRow, FactRow

        if self._charges is None:
            self._charges = ChargeTable(self.book)
        table = self._charges
        found = list_occurrences(family, case, instances, table, self.people, derived)
        charges += [ChargeRow(family=root, **occurrence._asdict()) for occurrence in found]
        facts += [FactRow(root, *named) for named in list_evidence(family, case, clocks, table.events)]

    def derive(self, family: Family, case: Case) -> dict[str, str]:
        """What is derived of a case (`derived` of its page), by the rules in force when it began."""
        if case.state == VOID or not case.rows:
            return {}
        return derive_fields(family, case, self.book.at(case.rows[0].at)[0], self.table.elapsed)

    def values(self, family: Family, case: Case) -> dict[str, str]:
        """The fields of a case as they are by now: those of its rows, and over them what is derived."""
        return {**case.fields, **self.derive(family, case)}

    def instances(self, family: Family, case: Case) -> list[Instance]:
        """The clock instances of a case."""
        return judge_case(family, case, self.table, self.people)


def list_spans(book: Rulebook) -> dict[str, dict[str, list[list[str]]]]:
    """Register -> what its spans are called -> between which two events, of the measures of every version."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    for measure in (each for version in book.versions for each in version.policy["measures"].values()):
        if measure["between"]:
            name, *between = measure["between"]
            found.setdefault(measure["of"], {})[name] = between
    return found


def list_named(version: Version) -> list[tuple[str, str]]:
    """What the charges and rewards of a version are for: (register, event), ("breach", clock) or ("hand", "")."""
    rules = (*version.policy["charges"], *version.policy["rewards"])
    return [(source, name) for rule in rules for source, name in rule["of"]]
