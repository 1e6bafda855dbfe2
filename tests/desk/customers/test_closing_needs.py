"""What the rules ask for before a complaint closes: `complaints.close_needs`, the first entry that it meets."""

from desks import Desk

NEEDS = (
    r"\ncomplaints:\n",
    """
complaints:
  close_needs:
    - {when: {severity: ordinary, settled: on-the-spot}, needs: [ruling], source: [SOP-3.2]}
    - {when: {validity: invalid}, needs: []}
    - {needs: [ruling, investigation, confirmation, analysis, measure], source: [SOP-3.6.6, SOP-3.7.2]}
""",
)
SAID = {
    "rule": "it was not ruled: dispatchctl complaint rule",
    "investigate": "it was not investigated: dispatchctl complaint investigate",
    "confirm": "nobody has confirmed to be responsible: dispatchctl complaint confirm",
    "analyse": "its cause was not analysed: dispatchctl complaint analyse",
    "measure": "no measure was planned: dispatchctl complaint measure",
}
RESULT = ("--result", "已返工", "--outcome", "redone")


def complain(desk: Desk, *more: str, phone: str = "138-0000-0001") -> str:
    who = ("--caller", "张示例", "--phone", phone, "--department", "engineering")
    return str(desk.do("sup-d", "complaint", "new", "--content", "维修迟到两小时", *who, *more)["id"])


def act(desk: Desk, who: str, verb: str, *words: str) -> None:
    desk.do(who, "complaint", verb, *words)


def sign(desk: Desk, case: str) -> None:
    desk.do("lin", "follow-up", "new", case, "--method", "visit", "--satisfaction", "4", "--signed")


def refuse(desk: Desk, case: str) -> set[str]:
    """Which of SAID the refusal of closing names."""
    said = desk.refuse(4, "lin", "complaint", "close", case)
    return {verb for verb, text in SAID.items() if text in said}


def test_each_missing_thing_is_named_until_it_is_there(desk: Desk) -> None:
    desk.edit_rules(NEEDS)
    case = complain(desk)
    for verb, words in (
        ("rule", ("--valid", "skill", "--reason", "属实", "--staff", "pan")),
        ("investigate", ("--note", "现场查看")),
        ("confirm", ("--staff", "pan")),
        ("analyse", ("--cause", "未按规程试水", "--responsible", "pan")),
        ("measure", ("--text", "复训", "--due", "2026-11-05", "--owner", "sup-e")),
    ):
        before = refuse(desk, case)
        act(desk, "sup-d", verb, case, *words)
        assert before - refuse(desk, case) == {verb}
    act(desk, "lin", "resolve", case, *RESULT)
    sign(desk, case)
    for who, verb, words in (("sup-e", "finish", ()), ("lin", "check-measure", ("--result", "effective"))):
        desk.refuse(4, "lin", "complaint", "close", case)
        act(desk, who, verb, f"{case}#1", *words)
    act(desk, "lin", "close", case)


def test_one_ruled_on_the_spot_closes_by_the_signature_alone(desk: Desk) -> None:
    desk.edit_rules(NEEDS)
    spot = ("--resolved", "已当面致歉", "--outcome", "concession")
    ruled = complain(desk, *spot, "--valid", "attitude")
    assert refuse(desk, ruled) == set()  # only the follow-up
    sign(desk, ruled)
    act(desk, "lin", "close", ruled)
    unruled = complain(desk, *spot, phone="138-0000-0009")
    sign(desk, unruled)
    assert refuse(desk, unruled) == {"rule"}
    act(desk, "sup-d", "reopen", unruled)  # settled later now
    act(desk, "lin", "resolve", unruled, *RESULT)
    assert refuse(desk, unruled) == set(SAID)


def test_without_the_key_and_for_another_entry_nothing_more_is_asked(desk: Desk) -> None:
    before = complain(desk)
    act(desk, "lin", "resolve", before, *RESULT)
    sign(desk, before)
    act(desk, "lin", "close", before)
    desk.edit_rules(NEEDS)
    case = complain(desk, phone="138-0000-0009")
    act(desk, "sup-d", "rule", case, "--invalid", "standard", "--reason", "符合标准")
    assert refuse(desk, case) == set()
    act(desk, "lin", "explain", case)
    act(desk, "lin", "close", case)
