"""A folder may have registers besides the shipped ones: one page more is enough, and no shipped module is touched."""

from pathlib import Path

import pytest

from dispatchctl.desk.books import Books
from dispatchctl.desk.cases.listing import list_cases
from dispatchctl.desk.cases.sheet import show_case
from dispatchctl.desk.chasing.overdue import list_overdue
from dispatchctl.desk.events import begin_one, record_each_of
from dispatchctl.desk.files.crosscheck import CrossCheck
from dispatchctl.desk.files.inspection import inspect_records
from dispatchctl.desk.names import find_register, resolve_case
from dispatchctl.errors import NotFound, Refused, UsageFault
from dispatchctl.policy.compiling import compile_policy
from dispatchctl.registers import SHIPPED, Pages
from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page
from dispatchctl.reports.measures import WHOLE, Window, work_out
from dispatchctl.reports.values import Catalog
from dispatchctl.typed import Writing
from dispatchctl.workspace import Workspace

PAGE = complete_page(
    Register(
        name="viewings",
        letter="V",
        en="viewings",
        zh="看房",
        fields=(
            Field("order_id", "order", "工单", type="case", of="orders"),
            Field("guide", "guide", "带看人", type="staff"),
            Field("remark", "remark", "备注"),
        ),
        events=(
            Event("booked", "booked", "预约", (FIRST,), "open", required=("guide",), optional=("order_id",)),
            Event("shown", "shown", "带看", ("open",), "over", required=("remark",)),
        ),
        states=(State("open", "open", "待带看"), State("over", "over", "已带看", final=True, open=False)),
        parent="order_id",
        one="viewing",
    )
)
SHIPPED_RULES = """
policy: {title: t, effective_from: 2026-11-02, timezone: Asia/Shanghai, language: zh}
calendar: {country: CN, hours: {mon-fri: "08:30-17:30"}}
services: {plumbing: {title: 水管}}
clocks:
  - {id: fulfil, of: orders, start: taken, stop: closed, limit: 8h}
"""
RULES = (
    SHIPPED_RULES
    + """
  - {id: show, of: viewings, start: booked, stop: shown, limit: 2h, owner: guide}
measures: {viewings: {of: viewings, month: booked, over: {state: over}}}
"""
)
NOON = "2026-11-02T12:00:00+08:00"
MONTH = (1_793_462_400, 1_796_054_400, ("2026-11-01", "2026-12-01"))  # November 2026 in Shanghai


class WiderBooks(Books):
    """The books of a folder that has viewings too."""

    def _list_pages(self) -> Pages:
        return SHIPPED.extend([PAGE])


@pytest.fixture
def books(demo: Path) -> Books:
    (demo / "policies.yaml").write_text(RULES, encoding="utf-8")
    return reopen(demo)


def reopen(folder: Path, now: str = NOON) -> Books:
    return WiderBooks(Workspace({"records": str(folder / "records"), "now": now, "actor": "lin"}))


def record(books: Books, register: str, event: str, **fields: str) -> str:
    case = begin_one(books, register, event, fields, Writing()).id
    books.catch_up()
    return case


def book(books: Books, **fields: str) -> str:
    return record(books, "viewings", "booked", guide="lin", **fields)


def show(books: Books, case: str) -> None:
    (done,), refused = record_each_of(books, "viewings", [case], "shown", {"remark": "钥匙在前台"}, Writing())
    assert (done.state, refused) == ("over", [])
    books.catch_up()


def test_a_register_more_is_recorded_folded_and_indexed(books: Books) -> None:
    case = book(books)
    assert case == "V-20261102-0001"
    assert resolve_case(books, "1", ("viewings",), only=True) == case
    show(books, case)
    assert books.case(case).final
    row = books.index.db.execute('SELECT state, final, guide, remark, "at:shown" > 0 FROM viewings').fetchone()
    assert row == ("over", 1, "lin", "钥匙在前台", 1)
    lines = (Path(books.folder.path) / "viewings" / "2026-11.main.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",")[5:8] == ["order_id", "guide", "remark"]
    with pytest.raises(Refused, match=f"{case} is over: shown is not possible"):
        record_each_of(books, "viewings", [case], "shown", {"remark": "x"}, Writing())
    with pytest.raises(UsageFault, match="booked needs --guide"):
        begin_one(books, "viewings", "booked", {}, Writing())
    books.settle()


def test_it_is_listed_and_shown_with_its_clock(books: Books, demo: Path) -> None:
    case = book(books)
    books.settle()
    later = reopen(demo, "2026-11-02T15:00:00+08:00")
    (item,) = list_cases(later, "viewings", state="open")
    assert (item["id"], item["register"], item["guide"]) == (case, "viewings", "lin")
    with pytest.raises(UsageFault, match="no state of viewings"):
        list_cases(later, "viewings", state="dispatched")
    (late,) = list_overdue(later)
    assert (late["case"], late["register"], late["clock"], late["owner"]) == (case, "viewings", "show", "lin")
    shown = show_case(later, case)
    assert [(each["event"], each["fields"]) for each in shown["events"]] == [("booked", {"guide": "lin"})]
    assert [each["clock"] for each in shown["clocks"]] == ["show"]
    assert find_register("viewings", later.pages) == "viewings"
    with pytest.raises(NotFound, match="no such register"):
        find_register("viewings", SHIPPED)
    later.settle()


def test_it_belongs_to_the_family_of_its_parent(books: Books) -> None:
    order = record(books, "orders", "taken", channel="phone", service="plumbing", content="漏水", kind="request")
    case = book(books, order_id=order)
    assert books.index.family_of(case) == order
    assert [each.id for each in books.family(order).children[order]] == [case]
    with pytest.raises(NotFound, match="no such order: 'O-20261102-0009'"):
        book(books, order_id="O-20261102-0009")
    books.settle()


def test_its_measures_are_worked_out(books: Books) -> None:
    show(books, book(books))
    catalog = Catalog(books.policy, books.pages)
    figures = work_out(books.index.db, catalog, {"viewings": []}, Window(*MONTH, books.now))
    assert figures[WHOLE]["viewings"].value == "1"
    books.settle()


def test_the_check_of_records_knows_it_by_its_page(books: Books) -> None:
    case = book(books)
    show(books, case)
    assert inspect_records(books.folder.path, books.pages).faults == []
    assert [fault.code for fault in inspect_records(books.folder.path).faults] == ["unknown-register"]
    booked, shown = books.rows_of(case)
    rows = [booked._replace(fields={"guide": "nobody"}), shown, shown._replace(seq=3)]
    cross = CrossCheck("records", "main", books.pages)
    for row in rows:
        cross.take(row)
    found = [*cross.faults, *cross.check_references(None, list), *cross.fold_all(list)]
    assert [(fault.code, fault.line) for fault in found] == [
        ("unknown-staff", 2),
        ("unknown-staff", 2),
        ("conflict", 4),
    ]
    assert "'nobody'" in str(found[1])
    books.settle()


def test_an_index_of_other_registers_is_made_anew(demo: Path) -> None:
    (demo / "policies.yaml").write_text(SHIPPED_RULES, encoding="utf-8")
    wider = reopen(demo)
    case = book(wider)
    wider.settle()
    fewer = Books(Workspace({"records": str(demo / "records"), "now": NOON}))
    assert fewer.index.place == wider.index.place
    assert fewer.index.family_of(case) == ""
    fewer.settle()
    assert wider.index.family_of(case) == case
    wider.settle()


def test_rules_may_name_only_registers_there_are() -> None:
    text = RULES.encode()
    policy, faults = compile_policy(text, "policies.yaml", pages=SHIPPED.extend([PAGE]))
    assert faults == []
    assert policy is not None
    assert policy["clocks"][1]["start"] == [["viewings", "booked"]]
    assert {fault.code for fault in compile_policy(text, "policies.yaml")[1]} == {"unknown-register"}


def test_pages_are_asked_by_name_and_by_letter() -> None:
    pages = SHIPPED.extend([PAGE])
    assert pages.names == (*SHIPPED.names, "viewings")
    assert (pages.letters["V"], pages.get("viewings"), pages.parent("viewings")) == ("viewings", PAGE, "order_id")
    assert pages.get("orders") is SHIPPED.get("orders")
    assert list(pages.events("viewings")) == ["booked", "shown", "amended", "retracted"]
    assert pages.finals("viewings") == {"over", "void"}
    with pytest.raises(KeyError):
        SHIPPED.get("viewings")
    for taken in (PAGE, PAGE._replace(name="others"), PAGE._replace(letter="Y")):
        with pytest.raises(ValueError, match="already"):
            pages.extend([taken])
