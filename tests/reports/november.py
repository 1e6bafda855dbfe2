"""A small month worked through by hand: what happened at a desk in November 2026, as commands with their times.

The desk is open from Monday to Friday, 08:30 to 12:00 and 13:30 to 17:30; November has no holidays. Every figure that
the tests expect is worked out beside it from the lines below.
"""

from collections.abc import Callable

from transcripts import Result

LATER = "2026-12-02T09:00:00+08:00"  # when the month is looked at, if nothing else is said

PEOPLE = (
    "staff join qian --name 钱示例 --role desk --department desk --regular",
    "staff join sun --name 孙示例 --role field --department engineering --skill plumbing --class B --regular",
    "staff join zhou --name 周示例 --role field --department engineering --skill electrical --regular",
)

# (when, who, what); PHONE stands for a caller with phone and address
STORY = (
    # O-20261102-0001: given out after 20 minutes, done the same day
    ("2026-11-02T09:00", "qian", "new-order --service plumbing --content 厨房漏水 PHONE"),
    ("2026-11-02T09:20", "qian", "assign O-20261102-0001 sun"),
    ("2026-11-02T09:30", "sun", "ack A-20261102-0001"),
    ("2026-11-02T15:00", "sun", "complete A-20261102-0001"),
    ("2026-11-02T16:00", "qian", "confirm A-20261102-0001"),
    # O-20261103-0001: given out an hour late, done two days late
    (
        "2026-11-03T09:00",
        "qian",
        "new-order --service electrical --priority high --channel wechat --content 跳闸 PHONE",
    ),
    ("2026-11-03T11:00", "qian", "assign O-20261103-0001 zhou"),
    ("2026-11-03T11:20", "zhou", "ack A-20261103-0001"),
    ("2026-11-03T15:00", "zhou", "problem A-20261103-0001 --note 缺配件"),
    ("2026-11-04T12:00", "lin", "urge A-20261103-0001"),
    ("2026-11-05T10:00", "zhou", "complete A-20261103-0001"),
    ("2026-11-05T10:30", "qian", "confirm A-20261103-0001"),
    ("2026-11-05T11:00", "qian", "paid O-20261103-0001 --amount 60.50"),
    # O-20261104-0001: an inquiry, answered on the spot
    ("2026-11-04T10:00", "qian", "new-order --kind inquiry --content 问停车费 --answered 每月三百元"),
    # O-20261105-0001: done in time, sent back, then late
    ("2026-11-05T14:00", "qian", "new-order --service plumbing --priority low --content 水管渗水 --price 80 PHONE"),
    ("2026-11-05T14:05", "qian", "assign O-20261105-0001 sun"),
    ("2026-11-05T14:10", "sun", "ack A-20261105-0001"),
    ("2026-11-06T09:00", "sun", "complete A-20261105-0001"),
    ("2026-11-06T10:00", "lin", "rework A-20261105-0001 --reason 仍在渗水"),
    ("2026-11-09T11:00", "sun", "complete A-20261105-0001"),
    ("2026-11-09T14:00", "qian", "confirm A-20261105-0001"),
    # O-20261106-0001: cancelled before anything was due; O-20261106-0002: entered by mistake
    ("2026-11-06T14:00", "qian", "new-order --service hygiene --content 楼道垃圾 PHONE"),
    ("2026-11-06T14:30", "qian", "cancel O-20261106-0001 --reason 已自行清理"),
    ("2026-11-06T15:00", "qian", "new-order --service plumbing --content 录错了 PHONE"),
    ("2026-11-06T15:05", "qian", "retract O-20261106-0002 --reason 重复录入"),
    # O-20261127-0001: given out in time, then nobody did anything
    ("2026-11-27T09:00", "qian", "new-order --service electrical --content 灯不亮 --price 60 PHONE"),
    ("2026-11-27T09:10", "qian", "assign O-20261127-0001 zhou"),
    # the last half hour of the month, and the first ten minutes of the next; in UTC both are on 30 November
    ("2026-11-30T23:30", "qian", "new-order --service plumbing --content 爆管 PHONE"),
    ("2026-12-01T00:10", "qian", "new-order --kind suggestion --content 增设路灯 --caller 吴示例"),
)


def write_november(run: Callable[..., Result]) -> None:
    """Carry the story out in the present folder, a fresh demo."""
    for command in PEOPLE:
        act(run, "2026-11-02T08:45", "lin", command)
    for when, who, command in sorted(STORY, key=lambda each: each[0]):  # stable: told by order, done by time
        act(run, when, who, command)


def act(run: Callable[..., Result], when: str, who: str, command: str) -> Result:
    """One command at a time of the desk's clock; it must succeed."""
    words: list[str] = []
    for word in command.split():
        caller = ["--caller", "张示例", "--phone", "138-0000-0001", "--address", "3栋2单元501"]
        words += caller if word == "PHONE" else [word]
    result = run("--as", who, "--now", f"{when}:00+08:00", *words)
    assert result.code == 0, f"{command}: {result.err}"
    return result
