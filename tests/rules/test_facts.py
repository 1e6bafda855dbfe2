"""What names a fact: rows in, names out; what is taken back and given again has the name it had."""

import pytest

from dispatchctl.registers import SHIPPED
from dispatchctl.registers.row import Row
from dispatchctl.rules.facts import name_rows
from dispatchctl.rules.families import fold_family

EVENTS = {
    ("assignments", "problem"), ("assignments", "declined"), ("complaints", "ruled-valid"), ("training", "late"),
    ("complaints", "measure-done"), ("attendance", "late"), ("staff", "scored"),
}  # fmt: skip
REGISTERS = {"O": "orders", "A": "assignments", "C": "complaints", "N": "attendance", "G": "training"}
BEGUN = {
    "A": [("O-1", "taken", {"service": "plumbing"}), ("A-1", "assigned", {"order_id": "O-1", "role": "lead"})],
    "C": [("C-1", "registered", {"content": "x"})],
    "G": [("G-1", "planned", {"topic": "x"})],
    "N": [],
    "p": [("pan", "joined", {"role": "field", "regular": "yes"})],
}


def name_all(case: str, *told: str, **fields: str) -> list[str]:
    """The names of what happened to a case, told as `problem`, `problem by SZ`, `-2` (the second is taken back)."""
    rows: list[Row] = []

    def note(case: str, event: str, words: dict[str, str], writer: str = "main") -> Row:
        register = REGISTERS.get(case[0], "staff")
        seq = sum(row.register == register and row.file.endswith(writer) for row in rows) + 1
        at = len(rows)
        row = Row(at, at * 1_000_000, "lin", case, event, words, "", "", "", register, f"2026-11.{writer}", seq)
        rows.append(row)
        return row

    for begun in BEGUN[case[0]]:
        note(*begun)
    own = []
    for word in told:
        if word.startswith("-"):
            note(case, "retracted", {"row": own[int(word[1:]) - 1].ref, "reason": "x"})
            own.append(rows[-1])
            continue
        event, _, writer = word.partition(" by ")
        event, _, more = event.partition(" of ")
        given = dict(pair.split("=") for pair in more.split(",") if pair)
        own.append(note(case, event, {**fields, **given}, writer or "main"))
    family = fold_family(rows, SHIPPED)
    return [name for _, name in name_rows(family, family.cases[case], EVENTS)]


@pytest.mark.parametrize(
    ("case", "told", "names"),
    [
        ("A-1", ["problem"], ["A-1/problem"]),
        ("A-1", ["problem", "problem", "declined"], ["A-1/problem", "A-1/problem/2", "A-1/declined"]),
        # what stands keeps its name where another is taken back, and what is given again has the name that was free
        ("A-1", ["problem", "problem", "-1"], ["A-1/problem", "A-1/problem/2"]),
        ("A-1", ["problem", "problem", "-1", "problem"], ["A-1/problem", "A-1/problem/2", "A-1/problem"]),
        ("A-1", ["problem", "-1", "problem", "problem"], ["A-1/problem", "A-1/problem", "A-1/problem/2"]),
        ("A-1", ["problem", "-1", "problem", "-3", "problem"], ["A-1/problem"] * 3),
        # a retraction that is itself taken back has never been
        ("A-1", ["problem", "-1", "-2", "problem"], ["A-1/problem", "A-1/problem/2"]),
        # what was not allowed says what the other office's row says
        ("A-1", ["declined", "declined by SZ"], ["A-1/declined", "A-1/declined"]),
        # the ruling in force is one fact; what a register tells once is named by its fields
        ("C-1", ["ruled-valid", "-1", "ruled-valid", "ruled-valid by SZ"], ["C-1/ruled-valid"] * 3),
        ("C-1", ["measure-done of measure_id=C-1#2"] * 2, ["C-1#2/measure-done", "C-1#2/measure-done/2"]),
        ("N-1", ["late of staff=pan,date=2026-11-03"], ["2026-11-03/late/pan"]),
        ("N-1", ["late of staff=pan,date=2026-11-03", "-1"], ["2026-11-03/late/pan"]),
        ("N-1", ["late of staff=pan,date=2026-11-03", "amended of staff=shui,reason=x"], ["2026-11-03/late/shui"]),
        ("G-1", ["late of staff=pan", "late of staff=shui", "-1", "late of staff=pan"],
         ["G-1/late/pan", "G-1/late/shui", "G-1/late/pan"]),
        ("pan", ["scored of score=80", "scored of score=90"], ["pan/scored", "pan/scored/2"]),
    ],
)  # fmt: skip
def test_a_row_is_named_by_what_happened(case: str, told: list[str], names: list[str]) -> None:
    assert name_all(case, *told) == names
