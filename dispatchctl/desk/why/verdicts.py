"""What `why` is asked of: a measure, a person's score, a charge, a clock or a case. Desk."""

from collections.abc import Mapping
from typing import Any

from dispatchctl.desk.books import Books
from dispatchctl.desk.ledger.closed import open_key
from dispatchctl.desk.months.closed import open_for_period
from dispatchctl.desk.names import resolve_case, resolve_staff, show_text, suggest_nearest
from dispatchctl.desk.periods import Period as Stretch
from dispatchctl.desk.periods import find_period
from dispatchctl.desk.rights import check_scores
from dispatchctl.desk.why.cases import explain_case, explain_named_clock, suggest_case
from dispatchctl.desk.why.charges import explain_charge
from dispatchctl.desk.windows import build_period, find_heads, list_headed
from dispatchctl.errors import NotFound, UsageFault
from dispatchctl.policy.rulebook import Version
from dispatchctl.registers import case_of
from dispatchctl.reports.documents import find_titled
from dispatchctl.reports.explaining import explain_measure
from dispatchctl.reports.values import Catalog
from dispatchctl.rules.reasons import Reason, make_reason


def open_subject(books: Books, text: str, month: str | None, person: str, limit: int) -> tuple[Books, Reason]:
    """The verdict that is named, opened: a measure of a month as typed, or whatever else `why` is asked of.

    With the books that it rests on: of closed months, as of their closing. person: whose figure of a measure; limit: of
    every list, 0 for none.
    """
    stretch = find_period(books, "monthly", month or "", "")
    then = open_for_period(books, stretch)
    version, _ = then.book.at(max(stretch.start, stretch.end - 1))
    measure = find_name(version, text)
    if measure:
        staff = resolve_staff(then, person, option="--person", present=False) if person else ""
        return then, open_measure(then, version, stretch, measure, staff, limit)
    if person:
        raise UsageFault("goes with a measure", place="--person")
    return open_verdict(books, then, version, stretch, text, limit, dated=month is not None)


def find_name(version: Version, text: str) -> str:
    """The measure, or what only the appraisal scores, of that id or title; "" for none."""
    scored = (version.policy["appraisal"] or {}).get("measures", {})
    return text if text in scored else find_titled(version.policy, text)


def open_verdict(
    books: Books, then: Books, version: Version, stretch: Stretch, text: str, limit: int, *, dated: bool
) -> tuple[Books, Reason]:
    """What is no measure: a clock, a charge, a person's score, or any other case; with the books that it rests on.

    then: those of the month.
    """
    if "/" in text:
        if dated:
            raise UsageFault("goes with a measure or a person", place="--month")
        clock = explain_named_clock(books, text, limit)
        if clock is not None:
            return books, clock
        judged = open_key(books, text)
        return judged or books, explain_charge(books, text, limit, judged)
    if "-" not in text and not text.isdigit() and text not in books.people.histories:
        names = [*version.policy["measures"], *books.people.histories]
        hint = suggest_nearest(text, names) or "see: dispatchctl report monthly --format json, dispatchctl ledger due"
        raise NotFound(f"no such case, measure or key: {show_text(text)}", hint=hint)
    try:
        name = resolve_case(books, case_of(text))
    except NotFound as error:
        raise NotFound(str(error), hint=error.hint or suggest_case(books, text)) from None
    if name in books.people.histories and version.policy["appraisal"] is not None:
        check_scores(books, name)
        return then, open_score(then, version, stretch, name)
    if dated:
        raise UsageFault("goes with a measure or a person", place="--month")
    return books, explain_case(books, name, limit)


def open_measure(books: Books, version: Version, stretch: Stretch, name: str, staff: str, limit: int) -> Reason:
    """A figure of the month; of one person with what it gives to their score, where the appraisal asks for it."""
    if staff and name in (version.policy["appraisal"] or {}).get("measures", {}):
        check_scores(books.present, staff)
    part = find_part(books, version, stretch, name, staff) if staff else None
    if name not in version.policy["measures"]:
        if part is None:
            raise UsageFault("is a mark that people are given: name one", place="--person")
        return part
    period = build_period(books, stretch)
    headed = list_headed(books, staff, period) if staff else []
    heads = find_heads(books, period)
    catalog = Catalog(version.policy, books.pages)
    tree = explain_measure(books.index.db, catalog, name, period, limit, staff, headed, heads)
    if part is not None:
        tree["because"].insert(0, part)
    return tree


def open_score(books: Books, version: Version, stretch: Stretch, staff: str) -> Reason:
    """A person's score of the month: every part with its figure, its points and its weight."""
    from dispatchctl.desk.staff.appraisal import find_appraised

    find_appraised(books, version, stretch, staff)
    item = _appraise(books, version, stretch, staff)
    assert item is not None
    value = {key: item[key] for key in ("name", "month", "score", "grade", "bonus", "reason", "policy")}
    parts = [_describe_part(books, version, stretch, name, staff, item) for name in item["measures"]]
    return make_reason("score", staff, value, parts)


def find_part(books: Books, version: Version, stretch: Stretch, name: str, staff: str) -> Reason | None:
    """What a measure gives to a person's score; None where the appraisal does not ask for it, or not of them."""
    if name not in (version.policy["appraisal"] or {}).get("measures", {}):
        return None
    item = _appraise(books, version, stretch, staff)
    return _describe_part(books, version, stretch, name, staff, item) if item is not None else None


def _appraise(books: Books, version: Version, stretch: Stretch, staff: str) -> Mapping[str, Any] | None:
    from dispatchctl.desk.staff.appraisal import describe_appraised, score_month

    return next(
        (describe_appraised(one, version, stretch) for one in score_month(books, version, stretch, staff)), None
    )


def _describe_part(
    books: Books, version: Version, stretch: Stretch, name: str, staff: str, item: Mapping[str, Any]
) -> Reason:
    from dispatchctl.desk.staff.appraisal import list_marks, say_title

    rule = version.policy["appraisal"]["measures"][name]
    value = {
        "title": say_title(version, name),
        **item["measures"][name],
        "full": rule["full"],
        "zero": rule["zero"],
    }
    marks = list_marks(books, stretch.name).get((staff, name), ()) if rule["scored"] else ()
    return make_reason("part", name, value, [make_reason("mark", each.ref, {"mark": each.score}) for each in marks])
