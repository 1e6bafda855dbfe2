"""Import maps: what a good one holds, and every fault of a bad one at once, by line."""

import pytest

from dispatchctl.exchange.layouts import FileForm
from dispatchctl.exchange.maps import Further, load_map
from dispatchctl.registers import SHIPPED

GOOD = b"""register: orders
timezone: America/New_York
columns: {source_ref: number, at: opened, service: kind of work, channel: source, address: place}
values: {channel: {Call: phone, "": app}}
constants: {kind: request, priority: normal}
events:
  - {event: closed, at: closed, columns: {answer: result}}
"""
KEYS = {"service": ("plumbing",), "channel": ("phone", "app"), "kind": ("request",), "priority": ("normal",)}


def fit(register: str, field: str, text: str) -> str:
    if field in KEYS and text not in KEYS[field]:
        raise ValueError(f"no such {field}: {text}", ", ".join(KEYS[field]), "")
    return text


def list_faults(text: bytes) -> list[str]:
    found, faults = load_map(text, "map.yaml", SHIPPED, fit)
    assert (found is None) == bool(faults)
    return [f"{fault.line} {fault.code}" for fault in faults]


def test_a_map_says_which_column_is_which_field() -> None:
    found, faults = load_map(GOOD.replace(b', "": app', b""), "map.yaml", SHIPPED, fit)
    assert faults == []
    assert found is not None
    assert not found.is_log
    assert found.columns == {
        "source_ref": "number",
        "at": "opened",
        "service": "kind of work",
        "channel": "source",
        "address": "place",
    }
    assert found.values == {"channel": {"Call": "phone"}}
    assert found.constants == {"kind": "request", "priority": "normal"}
    assert found.events == [Further("closed", "closed", {"answer": "result"}, {})]
    assert found.layout == FileForm()
    assert found.lines["result"] == (7, 51)


def test_a_log_names_its_case_and_its_events() -> None:
    text = b"""register: orders
case: number
event: {column: state, values: {New: taken, Closed: closed}}
columns: {at: updated}
constants: {kind: request}
"""
    found, faults = load_map(text, "map.yaml", SHIPPED, fit)
    assert faults == []
    assert found is not None
    assert found.is_log
    assert (found.case, found.event_column) == ("number", "state")
    assert found.event_values == {"New": ("taken",), "Closed": ("closed",)}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"register: orders\n", b"", "1 missing"),
        (b"register: orders", b"register: order", "1 unknown-register"),
        (b"register: orders", b"register: ledger", "1 not-imported"),
        (b"timezone: America/New_York", b"timezone: Boston", "2 bad-timezone"),
        (b"timezone: America/New_York", b"timezone: ../../etc/passwd", "2 bad-timezone"),
        (b"timezone: America/New_York", b"timezone: localtime", "2 bad-timezone"),
        (b"timezone: America/New_York", b"time zone: America/New_York", "2 unknown-key"),
        (b"timezone: America/New_York", b"encoding: latin-1", "2 bad-value"),
        (b"source_ref: number, ", b"", "1 missing"),
        (b"at: opened, ", b"", "1 missing"),
        (b"service: kind of work", b"servce: kind of work", "3 unknown-field"),
        (b"service: kind of work", b"contact_id: who", "3 unknown-field"),
        (b"service: kind of work", b"service: ", "3 missing"),
        (b"service: kind of work", b"service: [a, b]", "3 not-text"),
        (b"channel: source, ", b"", "4 no-column"),
        (b"Call: phone", b"Call: telephone", "4 bad-channel"),
        (b"constants: {kind: request, ", b"constants: {kind: demand, ", "5 bad-kind"),
        (b"constants: {kind: request, ", b"constants: {", "1 missing"),
        (b"constants: {", b"constants: {at: now, ", "5 unknown-field"),
        (b"event: closed", b"event: close", "7 unknown-event"),
        (b"event: closed", b"event: retracted", "7 unknown-event"),
        (b"event: closed", b"event: taken", "7 unknown-event"),
        (b"event: closed", b"event: cancelled", "7 missing"),
        (b", at: closed", b"", "7 missing"),
        (b"answer: result", b"service: result", "7 unknown-field"),
        (b"  - {event: closed", b"  - {event: closed, at: other}\n  - {event: closed", "8 twice"),
        (b"events:\n", b"events: {}\n", ""),
        (b"columns: {source_ref", b"columns: &a {source_ref", "3 anchor"),
    ],
)
def test_each_fault_is_told_by_its_line(old: bytes, new: bytes, fault: str) -> None:
    text = GOOD.replace(b', "": app', b"")
    assert old in text
    found = list_faults(text.replace(old, new))
    if fault:
        assert fault in found
    else:
        assert found


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    text = GOOD.replace(b', "": app', b"").replace(b"America/New_York", b"Mars").replace(b"Call: phone", b"Call: smoke")
    assert list_faults(text.replace(b"event: closed", b"event: shut")) == [
        "2 bad-timezone", "4 bad-channel", "7 unknown-event",
    ]  # fmt: skip


def test_a_nearest_name_is_offered() -> None:
    _, faults = load_map(GOOD.replace(b"service:", b"servce:").replace(b', "": app', b""), "map.yaml", SHIPPED, fit)
    assert faults[0].hint == "nearest: service"


@pytest.mark.parametrize("text", [b"", b"# nothing", b"[]", b"just text", b"\xff", b"a: *b", b"{" * 100])
def test_what_is_no_map_is_a_fault(text: bytes) -> None:
    found, faults = load_map(text, "map.yaml", SHIPPED, fit)
    assert found is None
    assert faults
