"""The life of a clock: from the moments of a family to start, due (moved by its pauses) and stop. Pure.

One instance is one run of a time limit: opened by a start event, closed by the first stop event after it, ended by
the case's end. Which rules judge it is decided once, by its start (policies.md, "Clocks").
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatchctl.policy.rulebook import Version
from dispatchctl.registers.page import VOID, split_items
from dispatchctl.rules.calendar import parse_time
from dispatchctl.rules.derived import watch
from dispatchctl.rules.families import Case, Family, Moment
from dispatchctl.rules.limits import Due, Pause, add_limit
from dispatchctl.rules.owners import find_order, resolve_owners
from dispatchctl.rules.pauses import Track, list_pauses
from dispatchctl.rules.people import People
from dispatchctl.rules.thresholds import find_levels, find_warning
from dispatchctl.rules.variants import ClockTable, Variant, person_field

if TYPE_CHECKING:  # few clocks meet a changed fact
    from dispatchctl.rules.changes import Basis, ChangeOfFacts


class Instance(NamedTuple):
    """One run of a clock, as far as it is known. Times are seconds.

    state: running, stopped or ended; a running one may be paused: from `paused_from` to `paused_until` (None: until
    somebody resumes). due_at: when it is due if nothing further happens; None where a pause without bound runs.
    breached: None while it still depends on the present time. levels: from when on levels 2, 3, ... are reached.
    changes: what changed facts did to it, in order; basis: what its due time rests on after them, None without any.
    """

    case: str
    register: str
    clock: str
    number: int
    item: str
    state: str
    started_at: int
    begins_at: int
    due_at: int | None
    stopped_at: int | None
    stopped_by: str
    breached: bool | None
    owners: tuple[str, ...]
    paused_from: int | None
    paused_until: int | None
    provisional: bool
    before_rules: bool
    extension: str
    warn_at: int | None
    levels: tuple[int, ...]
    variant: Variant
    pauses: tuple[Pause, ...]
    fixed: bool  # the due time was granted or taken from a field, not counted
    changes: tuple["ChangeOfFacts", ...]
    basis: "Basis | None"


class _Term(NamedTuple):
    """A due time not yet worked out: pauses still to come move it, so it is kept as what it is made of.

    kind: count (a limit from a time), fixed, sooner (of two), floor (not before a time). provisional: of a fixed one,
    whether a limit was counted to it that rests on days not published yet. begins: of a count that a change began anew,
    when it would have begun without.
    """

    kind: str
    at: int = 0
    variant: Variant | None = None
    parts: tuple["_Term", ...] = ()
    provisional: bool = False
    begins: int | None = None


Command = tuple[int, str]  # what the rows of one command share


class _Run:
    """An instance while its case is being walked."""

    __slots__ = (
        "asked", "before_rules", "begins", "changes", "closing", "extension", "granted", "item", "number", "own",
        "started", "term", "until", "variant",
    )  # fmt: skip

    def __init__(self, variant: Variant, before_rules: bool, item: str, number: int, started: int) -> None:
        self.variant = variant
        self.before_rules = before_rules
        self.item = item
        self.number = number
        self.started = started
        self.begins = started
        self.term = _Term("fixed", started)
        self.extension = ""
        self.asked = False  # whether a request that came in time is undecided
        self.granted = False
        self.own: _Term | None = None  # the term it had before anything was granted
        self.closing: Command | None = None  # the command that opened it, where that very event ended a case
        self.until: int | None = None  # when it stopped or ended
        self.changes: tuple[ChangeOfFacts, ...] = ()


class _Walk:
    """One case's walk through the moments of its family."""

    def __init__(self, family: Family, case: Case, table: ClockTable, people: People) -> None:
        self.family, self.case, self.table, self.people = family, case, table, people
        self.order = find_order(family, case)
        self.facts: dict[str, str] = {}
        self.order_facts: dict[str, str] = self.facts if self.order is case else {}
        self.watched = table.watched(case.page)
        self.names = table.names(case.register)
        self.under = case.page.under
        self.items: dict[str, dict[str, str]] = {}  # item -> the fields of the rows about it
        self.item_fields = table.items(case.register)
        self.derived = watch(family, case, table.elapsed)
        self.track = Track()
        self.running: dict[tuple[str, str], _Run] = {}
        self.waiting: set[tuple[str, str]] = set()  # started, but no entry has matched yet
        self.told: set[tuple[str, str]] = set()  # of the events that clocks name, those that have happened
        self.counts: dict[tuple[str, str], int] = {}
        self.done: list[Instance] = []
        self.followed: dict[str, str] = {}  # what was derived when it was last asked for
        self.news: dict[str, tuple[str, str]] = {}  # what is watched and this moment's row changed: before, after

    def judge(self) -> list[Instance]:
        cases, own, order = self.family.cases, self.case.id, self.order.id
        for moment in self.family.moments:
            if moment.case in (own, order) or cases[moment.case].parent == own:
                self._step(moment)
        for run in list(self.running.values()):
            self.done.append(self._finish(run, "running", None, ""))
        self.done.sort(key=lambda one: (one.started_at, one.clock, one.item, one.number))
        return self.done

    def _step(self, moment: Moment) -> None:
        register = moment.register
        own = moment.case == self.case.id
        above = not own and moment.case == self.order.id
        state = register == "state"
        child = not own and not above and not state
        self.news.clear()
        decides = own or (child and not self._is_helper(moment))
        changed = (own or above) and not state and self._learn(moment, own)
        if not above and self.derived.names:
            changed = not self.derived.note(moment).isdisjoint(self.watched) or changed
        if register == "assignments":
            self.track.note(moment, self.case)
            if not above:
                self._extend(moment)
        name = (register, moment.event)
        told = decides and name in self.names
        if told:
            self._stop(moment, name)
        if (changed and self.running) or self.waiting:
            self._rematch(moment)
        if state and self._ends(moment):
            for key, run in list(self.running.items()):
                if not run.variant.outlives and run.closing != _command(moment):
                    self._close(key, "ended", moment.at, moment.event)
            self.waiting.clear()
        if told and not moment.row.derived:  # what is ended along with something else begins nothing
            self._start(moment, name)
        if told:
            self.told.add(name)

    def _is_helper(self, moment: Moment) -> bool:
        return moment.register == "assignments" and self.family.cases[moment.case].fields.get("role") == "helper"

    def _ends(self, moment: Moment) -> bool:
        if moment.case != self.case.id and not (self.under and moment.case == self.order.id):
            return False
        return moment.event in self.family.cases[moment.case].finals

    def _learn(self, moment: Moment, own: bool) -> bool:
        """Take in the fields of a row; whether one changed on which a clock may depend."""
        row = moment.row
        if row.derived:
            return False
        facts, prefix = (self.facts, "") if own else (self.order_facts, "order.")
        changed = False
        for name, text in row.fields.items():
            if row.event == "amended" and name == "reason":
                continue
            before = facts.get(name, "")
            if before != text:
                facts[name] = text
                if prefix + name in self.watched:
                    self.news[prefix + name] = before, text
                    changed = True
        for name in self.item_fields if own else ():
            if row.fields.get(name):
                self.items.setdefault(row.fields[name], {}).update(row.fields)
        return changed

    def fact(self, path: str, at: int, version: Version, item: str = "") -> str:
        """The value of a field named as in policies.yaml: own (of an item: its own), derived, order.FIELD or
        staff.FIELD.
        """
        head, dot, name = path.partition(".")
        if not dot:
            if path in self.derived.names:
                value = self.derived.get(path, self.facts, at, version)
                self.followed[path] = value
                return value
            return self.items.get(item, self.facts).get(path, "") if item else self.facts.get(path, "")
        if head == "order":
            return self.order_facts.get(name, "")
        if head == "staff":
            person = self.items.get(item, self.facts).get(person_field(self.case.page), "")
            return self.people.facts(person, at).get(name, "")
        return ""

    def _matches(self, variant: Variant, at: int, item: str) -> bool:
        for path, values in variant.when:
            text = self.fact(path, at, variant.version, item)
            if text not in values and not any(item in values for item in split_items(text)):
                return False
        return True

    def _match(self, variants: Sequence[Variant], at: int, item: str) -> Variant | None:
        return next((variant for variant in variants if self._matches(variant, at, item)), None)

    # --- starting, stopping ---------------------------------------------------------------------------------------

    def _start(self, moment: Moment, name: tuple[str, str]) -> None:
        version, before = self.table.book.at(moment.at)
        for clock, variants in self.table.starting(version, self.case.register).get(name, ()):
            item = moment.row.fields.get(variants[0].item, "") if variants[0].item else ""
            key = (clock, item)
            if key in self.running:
                continue
            variant = self._match(variants, moment.at, item)
            if variant is None:
                self.waiting.add(key)
            elif name in variant.start and variant.unless.isdisjoint(self.told):
                run = self._open(key, variant, before, moment.at)
                if moment.state in self.family.cases[moment.case].finals:
                    run.closing = _command(moment)

    def _open(self, key: tuple[str, str], variant: Variant, before: bool, at: int) -> _Run:
        self.waiting.discard(key)
        self.counts[key] = self.counts.get(key, 0) + 1
        run = _Run(variant, before, key[1], self.counts[key], at)
        run.begins = self._begin(variant, at, run.item)
        run.term = self._first_term(variant, run.begins, run.item)
        self.running[key] = run
        return run

    def _begin(self, variant: Variant, started: int, item: str) -> int:
        if not variant.begins:
            return started
        begins = parse_time(self.fact(variant.begins, started, variant.version, item), variant.calendar)
        return max(started, begins) if begins is not None else started

    def _first_term(self, variant: Variant, begins: int, item: str) -> _Term:
        if not variant.due:
            return _Term("count", begins, variant)
        due = parse_time(self.fact(variant.due, begins, variant.version, item), variant.calendar)
        if due is None:
            return _Term("open")
        if variant.limit is None:
            return _Term("fixed", due)
        after = add_limit(variant.calendar, variant.limit, due)
        return _Term("fixed", due if after.at is None else after.at, provisional=after.provisional)

    def _stop(self, moment: Moment, name: tuple[str, str]) -> None:
        for key, run in list(self.running.items()):
            if name not in run.variant.stop or not self.derived.counts(moment, self.facts, run.variant.version):
                continue
            if run.item and run.item not in (moment.row.fields.get(run.variant.item), self._about(moment)):
                continue
            self._close(key, "stopped", moment.at, moment.event)
        if self.waiting:
            version, _ = self.table.book.at(moment.at)
            if not self.derived.counts(moment, self.facts, version):
                return
            table = self.table.variants(version, self.case.register)
            self.waiting = {key for key in self.waiting if not any(name in each.stop for each in table.get(key[0], ()))}

    def _about(self, moment: Moment) -> str:
        """The item that a case under this one is about: a follow-up names the opinion it asks after."""
        case = self.family.cases[moment.case]
        return case.fields.get(case.page.parent, "") if case is not self.case else ""

    def _close(self, key: tuple[str, str], state: str, at: int, by: str) -> None:
        run = self.running.pop(key)
        run.until = max(at, run.started)
        self.done.append(self._finish(run, state, run.until, by))

    # --- what moves a due time ------------------------------------------------------------------------------------

    def _rematch(self, moment: Moment) -> None:
        at = moment.at
        earlier = dict(self.followed)
        for key in list(self.waiting):
            version, before = self.table.book.at(at)
            variant = self._match(self.table.variants(version, self.case.register).get(key[0], ()), at, key[1])
            if variant is not None and variant.unless.isdisjoint(self.told):
                self._open(key, variant, before, at)
        for key, run in list(self.running.items()):
            variants = self.table.variants(run.variant.version, self.case.register)[key[0]]
            variant = self._match(variants, at, run.item)
            if variant is None:
                self._close(key, "ended", at, moment.event)
                self.waiting.add(key)
                continue
            begins = self._begin(variant, run.started, run.item)
            moved = variant.due and self._first_term(variant, begins, run.item) != run.term and not run.granted
            if variant is run.variant and begins == run.begins and not moved:
                continue
            self._note_change(run, variant, begins, moment, earlier)

    def _note_change(
        self, run: _Run, variant: Variant, begins: int, moment: Moment, earlier: Mapping[str, str]
    ) -> None:
        """Carry out a change of facts, and keep what it did. earlier: what had been derived before it."""
        from dispatchctl.rules.changes import ChangeOfFacts, compare_facts

        last, old = run.variant, self._due(run, run.term).at
        rule = self._change(run, variant, begins, moment.at, old)
        paths = dict.fromkeys(path for path, _ in (*last.when, *variant.when))
        present = {path: self.fact(path, moment.at, variant.version, run.item) for path in paths}
        asked = (*paths, last.begins, last.due, variant.begins, variant.due)
        news = {path: values for path, values in self.news.items() if path in asked}
        facts = compare_facts(news, earlier, present)
        due, row = self._due(run, run.term).at, moment.row
        if facts or due != old or variant.limit != last.limit:  # else nothing of it changed: another clock was meant
            told = ChangeOfFacts(moment.at, row.event, row.ref, facts, last.limit, variant.limit, old, due, rule)
            run.changes += (told,)

    def _change(self, run: _Run, variant: Variant, begins: int, at: int, old: int | None) -> str:
        """A changed fact selects another entry or moves what it counts from (policies.md, "Changed facts").

        old: when it was due. By which rule it is due now: see changes.WAYS.
        """
        if old is not None and old < at:
            run.variant = variant if variant.due == run.variant.due else run.variant
            return "late"
        # What was granted is not taken back by a change that gives more time.
        given = run.term.at if old is None and run.term.kind == "floor" else old
        least = max(at, given) if run.granted and given is not None else at
        fresh = _Term("floor", least, parts=(self._first_term(variant, begins, run.item),))
        plain_old = self._plain(run.variant, run.begins, run.item)
        plain_new = self._plain(variant, begins, run.item)
        if variant is run.variant or variant.due or plain_old is None or plain_new is None:
            rule, run.term = "moved", fresh
        elif plain_new >= plain_old:
            rule, run.term = "granted" if run.granted else "longer", fresh
        else:
            anew = _Term("count", max(at, begins), variant, begins=begins)
            rule, run.term = "shorter", _Term("sooner", parts=(run.term, anew))
        run.variant, run.begins, run.own = variant, begins, None
        return rule

    def _plain(self, variant: Variant, begins: int, item: str) -> int | None:
        """When it would be due by its start alone, without pauses."""
        term = self._first_term(variant, begins, item)
        if term.kind != "count":
            return term.at if term.kind == "fixed" else None
        return add_limit(variant.calendar, variant.limit, begins).at if variant.limit else None

    def _extend(self, moment: Moment) -> None:
        if not moment.event.startswith("extension-"):
            return
        for run in self.running.values():
            if not run.variant.extendable:
                continue
            due = self._due(run, run.term).at
            in_time = due is None or moment.at <= due
            if moment.event == "extension-asked":
                run.asked = run.asked or in_time
                run.extension = "asked" if run.asked else "refused"
                continue
            until = parse_time(moment.row.fields.get("due_at", ""), run.variant.calendar)
            if moment.event == "extension-granted" and (run.asked or in_time) and until is not None:
                run.granted, run.extension = True, "granted"
                run.own = run.own or run.term
                own = self._due(run, run.own).at
                # More time is never less: an order's own clock may run past what its assignment was given, and one that
                # stands still goes on from there, nobody knows yet until when.
                stands = own is None and run.own.kind != "open" and moment.case != self.case.id
                if run.variant.version.policy["edition"] < 2 or not (stands or (own is not None and own > until)):
                    run.term = _Term("fixed", until)
                else:
                    run.term = _Term("floor", until, parts=(run.own,)) if stands else run.own
            else:
                run.extension = "refused"
            run.asked = False

    # --- working it out -------------------------------------------------------------------------------------------

    def _pauses(self, run: _Run, variant: Variant) -> list[Pause]:
        if not variant.pause or not self.track.any:
            return []
        found = list_pauses(self.track, self.case, variant.pause, variant.calendar, run.started)
        if run.until is None:
            return found
        until = run.until
        return [
            pause if pause.end is not None and pause.end <= until else pause._replace(end=until)
            for pause in found
            if pause.start < until
        ]

    def _due(self, run: _Run, term: _Term) -> Due:
        if term.kind == "open":
            return Due(None, False)
        if term.kind == "fixed":
            return Due(term.at, term.provisional)
        if term.kind == "count":
            variant = term.variant
            assert variant is not None
            if variant.limit is None:
                return Due(None, False)
            return add_limit(variant.calendar, variant.limit, term.at, self._pauses(run, variant))
        parts = [self._due(run, part) for part in term.parts]
        provisional = any(part.provisional for part in parts)
        known = [(part.at, part.provisional) for part in parts if part.at is not None]
        if not known:
            return Due(None, provisional)
        if term.kind == "floor":
            return Due(max(term.at, known[0][0]), provisional)
        # days that are not published yet come later than all that are, so what they may move is not the sooner one
        return Due(*min(known))

    def _settle(self, run: _Run, term: _Term) -> "Basis":
        """What decides the due time that a term comes to."""
        from dispatchctl.rules.changes import Basis

        if term.kind == "sooner":
            dues = [self._due(run, part).at for part in term.parts]
            known = [(due, place) for place, due in enumerate(dues) if due is not None]
            return self._settle(run, term.parts[min(known)[1] if known else -1])
        if term.kind == "floor":
            basis = self._settle(run, term.parts[0])
            late = basis.until is not None and max(basis.until, basis.floor or 0) < term.at
            return basis._replace(floor=term.at) if late else basis
        due = self._due(run, term).at
        if term.variant is None:
            return Basis(None, run.started, run.started, (), due, None)
        begins = term.at if term.begins is None else term.begins
        return Basis(term.variant, begins, term.at, tuple(self._pauses(run, term.variant)), due, None)

    def _finish(self, run: _Run, state: str, stopped: int | None, by: str) -> Instance:
        variant = run.variant
        pauses = self._pauses(run, variant)
        due = self._due(run, run.term)
        paused = self._present_pause(run, pauses, due.at) if state == "running" else None
        breached: bool | None = None
        if stopped is not None:
            breached = due.at is not None and (due.at < stopped)
        moment = min(each for each in (stopped, due.at, _LATEST) if each is not None)
        owners = resolve_owners(
            variant.owner, self.family, self.case, moment, self.people, variant.version.policy, run.item
        )
        if state == "running" and moment != _LATEST:
            passed = dict.fromkeys(self._pass_on(owner) for owner in owners)
            owners = [owner for owner in passed if owner] or [""]
        return Instance(
            case=self.case.id,
            register=self.case.register,
            clock=variant.id,
            number=run.number,
            item=run.item,
            state=state,
            started_at=run.started,
            begins_at=run.begins,
            due_at=due.at,
            stopped_at=stopped,
            stopped_by=by,
            breached=breached,
            owners=tuple(owners),
            paused_from=paused.start if paused else None,
            paused_until=paused.end if paused else None,
            provisional=due.provisional,
            before_rules=run.before_rules,
            extension=run.extension,
            warn_at=find_warning(variant, due.at) if state == "running" else None,
            levels=find_levels(variant, due.at) if state == "running" else (),
            variant=variant,
            pauses=tuple(pauses),
            fixed=_is_fixed(run.term),
            changes=run.changes,
            basis=self._settle(run, run.term) if run.changes else None,
        )

    def _present_pause(self, run: _Run, pauses: list[Pause], due: int | None) -> Pause | None:
        since = self.track.paused_since(self.case)
        if since is None or not pauses or pauses[-1].start < max(since, run.started) or _is_fixed(run.term):
            return None
        pause = pauses[-1]
        if due is None:
            return pause
        # It stands still no longer than until it is due: a time that was granted comes, paused or not.
        return pause._replace(end=due if pause.end is None else min(due, pause.end)) if due > pause.start else None

    def _pass_on(self, owner: str) -> str:
        return self.people.successor(owner) if owner and self.people.has_left(owner) else owner


_LATEST = 1 << 60


def _command(moment: Moment) -> Command:
    return moment.row.recorded, moment.row.file


def _is_fixed(term: _Term) -> bool:
    """Whether no pause moves it: it was granted, or is the time that a field holds, or lacks."""
    return term.kind in ("fixed", "open") or (term.kind == "floor" and _is_fixed(term.parts[0]))


def judge_case(family: Family, case: Case, table: ClockTable, people: People) -> list[Instance]:
    """Every instance of every clock of a case, by start; none for a void case, or a register without clocks."""
    if case.state == VOID or case.register not in table.registers:
        return []
    return _Walk(family, case, table, people).judge()
