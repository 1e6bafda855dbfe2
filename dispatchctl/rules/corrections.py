"""What rows say once they are corrected: an `amended` puts right what a row before it said. Pure."""

from dispatchctl.registers.row import Row
from dispatchctl.rules.families import Case


def read_facts(case: Case, at: int, row: Row | None) -> dict[str, str]:
    """The fields of a case at a time (seconds), those of `row` before all others, as corrected since.

    An `amended` puts right what was said before it, whenever that was; a value that an event gave later is a change.
    """
    fields: dict[str, str] = {}
    latest: dict[str, Row] = {}
    taken: dict[str, Row] = {}
    for each in case.rows:
        for name, text in each.fields.items():
            if each.event == "amended":
                if name != "reason" and taken.get(name) is latest.get(name):
                    fields[name] = text
                continue
            latest[name] = each
            held = each.at <= at or each is case.rows[0]
            if each is row or (held and (row is None or name not in row.fields)):
                fields[name] = text
                taken[name] = each
    return fields


def read_row(case: Case, row: Row) -> dict[str, str]:
    """The fields that a row itself carries, as corrected since; those that a later row gave are that one's."""
    facts = read_facts(case, row.at, row)
    return {name: facts.get(name, text) for name, text in row.fields.items()}
