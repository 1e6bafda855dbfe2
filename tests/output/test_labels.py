"""Headings, words and lengths of time in both languages."""

import pytest

from dispatchctl.output.labels import KINDS, find_column, label, say_duration, say_word
from dispatchctl.registers import SHIPPED
from dispatchctl.registers.page import Field


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0秒", "0s"),
        (59, "59秒", "59s"),
        (60, "1分钟", "1m"),
        (3599, "59分钟", "59m"),
        (3600, "1小时00分", "1h 00m"),
        (7500, "2小时05分", "2h 05m"),
        (86399, "23小时59分", "23h 59m"),
        (86400, "1天", "1d 0h"),
        (273600, "3天4小时", "3d 4h"),
        (-300, "还有5分钟", "in 5m"),
    ],
)
def test_lengths_of_time(seconds: int, zh: str, en: str) -> None:
    assert (say_duration(seconds, "zh"), say_duration(seconds, "en")) == (zh, en)


def test_headings() -> None:
    assert (label("late_seconds", "zh"), label("late_seconds", "en")) == ("逾期", "late")
    assert (label("unheard_of", "zh"), label("unheard_of", "en")) == ("unheard_of", "unheard of")
    assert find_column("invented_at").kind == "time"


def test_the_keys_of_the_documented_json_have_headings() -> None:
    keys = (
        "case register clock instance item owner owner_name started_at due_at late_seconds level urged_at "
        "extension service priority area source provisional before_rules state breached stopped_at remaining "
        "limit counting policy segments from to why counts id events clocks conflicts contact contact_id "
        "base_price read_back order_id assignee role reasons staff name score load excluded proposed_severity "
        "severity_reasons event key rule kind amount range occurred_at evidence clauses also instead propose "
        "into approver entry reason fund balance currency month measures grade bonus pay report period "
        "generated_at title value numerator denominator file line column code message allowed hint read "
        "imported skipped refused replayed content "
    )
    missing = [key for key in keys.split() if label(key, "zh").isascii()]
    assert missing == []


@pytest.mark.parametrize("name", SHIPPED.names)
def test_every_field_and_word_of_a_page_is_named_in_both_languages(name: str) -> None:
    page = SHIPPED.get(name)
    for field in page.fields:
        assert label(field.name, "zh", page) == field.zh
        assert label(field.name, "en", page) == field.en
        assert not field.zh.isascii(), field.name
    for state in page.states:
        assert say_word(state.name, "zh", page) == state.zh


def test_field_types_that_look_different_are_those_of_the_pages() -> None:
    types = {
        "text",
        "key",
        "choice",
        "staff",
        "case",
        "contact",
        "money",
        "integer",
        "time",
        "date",
        "month",
        "row",
        "flag",
    }
    assert set(KINDS) <= types
    assert Field("x", "x", "x").type in types


def test_words_without_a_page() -> None:
    assert say_word("running", "zh") == "计时中"
    assert say_word("running", "en") == "running"
    assert say_word("something", "zh") == "something"
