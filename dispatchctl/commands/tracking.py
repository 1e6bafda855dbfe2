"""The table of verbs of the work itself: ack, start ... complete, confirm, and decline, withdraw. Commands.

Apart from those of dispatching, so that they need not load what chooses people.
"""

import click

from dispatchctl.commands.verbs import Asked, Verb, make_verb, run_each, serve
from dispatchctl.desk.orders.work import track
from dispatchctl.options import take_ids

REGISTER = "assignments"

VERBS = {
    "ack": Verb("acknowledged", "Say that you have seen an assignment and take it on.", "7"),
    "start": Verb("started", "Say that work has begun.", "7"),
    "progress": Verb("progress", "Report how the work goes.", "7 --note 已拆下旧阀门"),
    "problem": Verb(
        "problem", "Report a difficulty.", "7 --reason 缺少配件", {"reason": Asked("What stands in the way.")}
    ),
    "complete": Verb("completed", "Say that the work is done.", "7 --note 已更换阀门，试水正常"),
    "rework": Verb("rework", "Send completed work back to be done again.", "7 --reason 仍有渗漏"),
    "confirm": Verb("confirmed", "Confirm that the work is done.", "7"),
    "pause": Verb("paused", "Stop the clocks for a reason that the rules list.", "7 --reason waiting-parts"),
    "resume": Verb("resumed", "Go on after a pause.", "7"),
    "decline": Verb("declined", "Decline an assignment.", "7 --reason 技能不符"),
    "withdraw": Verb("withdrawn", "Take an open assignment back.", "7 --reason 业主改期"),
    "ask-extension": Verb(
        "extension-asked",
        "Ask for more time, before the due time.",
        "7 --until 2026-11-23T12:00 --reason 等待配件",
        {"until": Asked("The time asked for; a day ends with its business hours.")},
    ),
    "refuse-extension": Verb("extension-refused", "Refuse the time asked for.", "7 --reason 客户不同意"),
    "grant-extension": Verb(
        "extension-granted",
        "Grant more time; by default what was asked for.",
        "7",
        {"due_at": Asked("Another time than the one asked for; a day ends with its business hours.", required=False)},
    ),
}


def _make(name: str, verb: Verb) -> click.Command:
    run = run_each(track, REGISTER, REGISTER)
    return make_verb(REGISTER, "", name, verb, run, take_ids(REGISTER))


__getattr__ = serve(VERBS, _make)
