"""A row and a clock as steps of a verdict. Desk."""

from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.sheet import describe_row
from dispatchctl.desk.chasing.due import describe_instance
from dispatchctl.desk.times import Formatter
from dispatchctl.registers.row import Row
from dispatchctl.rules.clocks import Instance
from dispatchctl.rules.reasons import Reason, bound, cite_rule, make_reason


def explain_row(books: Books, row: Row) -> Reason:
    """One recorded row: when, by whom, with which fields."""
    told = describe_row(books, row)
    value = {"case": row.id, "register": row.register}
    value.update({key: told[key] for key in ("event", "at", "by", "by_name", "fields", "note")})
    return make_reason("event", row.ref, value)


def explain_clock(books: Books, one: Instance, limit: int = 0) -> Reason:
    """One instance of a clock: its verdict, the clauses of its limit, what changed facts did to it, every stretch.

    Its id is that of the case, `/CLOCK`, and for a later instance `/2`.
    """
    told = describe_instance(books, one, "", explain=True)
    apart = ("owner", "source", "changes", "segments")
    value = {key: item for key, item in told.items() if key not in apart}
    value["title"] = one.variant.rules["title"]
    value["owners"] = [owner for owner in one.owners if owner]
    changes = [make_reason("change", each["ref"], {"register": one.register, **each}) for each in told["changes"]]
    segments = [make_reason("segment", None, each) for each in told["segments"]]
    clauses = cite_rule(one.variant.rules, one.variant.version.policy)
    name = f"{one.item or one.case}/{one.clock}" + (f"/{one.number}" if one.number > 1 else "")
    return make_reason("clock", name, value, [*clauses, *changes, *bound(segments, limit)])


def say_when(books: Books, at: int | None) -> str | None:
    """A time as text, None for None."""
    return Formatter(books.timezone)(at)
