"""How far the clauses of the regulations are held: of each regulation how many really, in part, and not at all.

A clause is held really where a test is marked with it (`@pytest.mark.clause("ID", ...)`) and the table of breaks,
tests/clauses/breaks.yaml, has a thing behind it whose breaking turns that test red; the table is the claim, `make
breaks` its proof. It is held in part where the same table says what is missing, or where a test has no break. The
marks are read without importing the tests; the list of all clauses is the one beside the checkout, and where that is
not there, what policies.yaml cites and the tests name. Only tells: the exit code is 0.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parent
CLAUSES = TESTS.parent.parent / "shared" / "spec" / "clauses.yaml"
RULES = TESTS.parent / "policies.yaml"
TABLE = TESTS / "clauses" / "breaks.yaml"
UNTRIED = "its test is tried by no break"


def list_marks(source: str) -> Iterator[str]:
    """The ids named by `pytest.mark.clause(...)` anywhere in a module: decorators, params and `pytestmark`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


@cache
def read_marks(folder: Path = TESTS) -> dict[Path, set[str]]:
    """{file: the clauses that its tests name} of the tests below a folder; files that name none are left out."""
    found = {path: set(list_marks(path.read_text(encoding="utf-8"))) for path in sorted(folder.rglob("*.py"))}
    return {path: marks for path, marks in found.items() if marks}


def read_clauses() -> tuple[dict[str, str], bool]:
    """({id: capability} in the order of the list, whether it is the list of all clauses)."""
    import yaml

    if CLAUSES.is_file():
        listed = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))["clauses"]
        return {item["id"]: item["capability"] for item in listed}, True
    cited = yaml.safe_load(RULES.read_text(encoding="utf-8"))["clauses"]
    return dict.fromkeys([*cited, *sorted(set().union(*read_marks().values()))], "cited"), False


def judge_clauses(
    clauses: dict[str, str], marks: set[str], broken: set[str], partly: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """{clause: ("real", ""), ("partly", why) or ("none", capability)}."""
    found = {}
    for clause, capability in clauses.items():
        if clause not in marks:
            found[clause] = ("none", capability)
        elif why := partly.get(clause) or ("" if clause in broken else UNTRIED):
            found[clause] = ("partly", why)
        else:
            found[clause] = ("real", "")
    return found


def describe_coverage(judged: dict[str, tuple[str, str]]) -> list[str]:
    """The lines of the report: a count for each regulation, then the clauses that are not really held."""
    regulations: dict[str, Counter[str]] = {}
    for clause, (verdict, _) in judged.items():
        for name in (clause.rpartition("-")[0], "all"):
            regulations.setdefault(name, Counter())[verdict] += 1
    regulations["all"] = regulations.pop("all", Counter())
    lines = [f"{'':<5} {'real':>6} {'partly':>6} {'none':>6} {'of':>6}"]
    lines += [
        f"{name:<5} {count['real']:>6} {count['partly']:>6} {count['none']:>6} {count.total():>6}"
        for name, count in regulations.items()
    ]
    for verdict, title in (("partly", "partly"), ("none", "no test")):
        reasons: dict[str, list[str]] = {}
        for clause, (given, why) in judged.items():
            if given == verdict:
                reasons.setdefault(why, []).append(clause)
        lines += [f"{title}, {why}: {' '.join(ids)}" for why, ids in reasons.items()]
    return lines


def main() -> None:
    """Print the report."""
    import yaml

    clauses, complete = read_clauses()
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    marks = set().union(*read_marks().values())
    lines = describe_coverage(judge_clauses(clauses, marks, set(table["breaks"]), table["partly"]))
    if not complete:
        lines.insert(0, "the list of clauses is not beside the checkout; these are the ones that rules and tests name")
    if unknown := sorted(marks - set(clauses)):
        lines.append(f"named by a test, but in no regulation: {' '.join(unknown)}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
