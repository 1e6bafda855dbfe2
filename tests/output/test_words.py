"""A word has one home: a field, a state and an event are named on their pages, and one field by one word on all."""

import ast
from collections import defaultdict

from surroundings import ROOT

from dispatchctl.output.labels import COLUMNS, HOMES, WORD_HOMES, WORDS, find_column, label, say_word
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.contacts import FIELDS
from dispatchctl.registers.page import Field

PACKAGE = ROOT / "dispatchctl"

#: fields that pages call differently, since they mean something else there
MEANINGS = {
    "method": "how the customer was asked; of an order how it was paid",
    "about": "of an examination the course it belongs to, else the case that this one is about",
    "kind": "of staff the way somebody left, else what kind of case it is",
    "manager": "of a complaint who came to the place, of staff whom somebody answers to",
    "measure": "of a complaint what is done about it, of staff what a mark is for",
    "role": "of an assignment the part somebody has in the work, of staff the post",
    "score": "of a training the result of an examination, of staff a mark for a month",
    "until": "of an assignment the time that is asked for, of staff the end of a probation",
}

#: keys of lists that are called otherwise than a page's field of that name, since they mean something else
LISTED = {
    "due_at": "when a clock runs out; of an assignment the time that was granted",
    "measure": "what a report counts; of a complaint what is done about it",
    "measures": "what a report counts; of a survey what a department does about it",
    "owner": "who owes what a clock asks for; of a complaint who carries out a measure",
    "source": "the clauses that a rule rests on; of a contact where it is from",
    "to": "the end of a stretch of time; of a notice whom it goes to",
    "until": "the end of a period; of an assignment what is asked for, of staff the end of a probation",
}

#: values that are said otherwise than a page's state or event of that name, since they mean something else
SAID = {
    "asked": "an extension was asked for; of a follow-up that the customer was asked",
    "explained": "how a complaint ended; the event is that its outcome was told",
    "failed": "a measure that had no effect; the event is a notice that was not sent",
    "late": "a clock that ran out; of attendance and training somebody who came late",
    "outside": "the ruling that it is for others; the state is waiting for them",
}


def list_fields() -> dict[str, dict[tuple[str, str], list[str]]]:
    """Name of a field -> (en, zh) -> the pages that call it so."""
    found: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    pages: dict[str, tuple[Field, ...]] = {"contacts": FIELDS}
    for name in SHIPPED.names:
        page = SHIPPED.get(name)
        pages[name] = (*page.fields, *page.derived)
    for name, fields in pages.items():
        for field in fields:
            found[field.name][(field.en, field.zh)].append(name)
    return found


def test_a_field_has_one_word_on_all_pages_unless_it_means_something_else() -> None:
    differing = {name for name, words in list_fields().items() if len(words) > 1}
    assert differing == set(MEANINGS)


def test_no_list_names_a_field_of_a_page_again() -> None:
    assert set(COLUMNS) & set(list_fields()) == set(LISTED)


def test_no_word_of_a_page_is_said_otherwise_elsewhere() -> None:
    pages = [SHIPPED.get(name) for name in SHIPPED.names]
    words = {each.name for page in pages for each in (*page.states, *page.events)}
    assert set(WORDS) & words == set(SAID)


def test_no_column_of_a_command_is_a_field_of_a_page() -> None:
    fields = set(list_fields()) - set(LISTED)
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "registers"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Column", "Field")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value in fields
    ]
    assert not wrong, "\n".join(wrong)


def test_a_word_without_a_page_comes_from_its_home() -> None:
    fields = list_fields()
    keys = [key for keys in HOMES.values() for key in keys]
    assert len(keys) == len(set(keys))
    for home, listed in HOMES.items():
        for key in listed:
            assert key not in COLUMNS
            assert home in fields[key][(label(key, "en"), label(key, "zh"))]
    for word, home in WORD_HOMES.items():
        page = SHIPPED.get(home)
        assert say_word(word, "zh") == say_word(word, "zh", page) != word
        assert word not in WORDS


def test_a_page_outweighs_the_lists_and_these_outweigh_a_home() -> None:
    assert find_column("due_at", SHIPPED.get("assignments")).zh == "批准延至"
    assert find_column("due_at").zh == "到期"
    assert find_column("role", SHIPPED.get("staff")).zh == "岗位"
    assert find_column("role").zh == "分工"
    assert find_column("contact", SHIPPED.get("orders")) == COLUMNS["contact"]
