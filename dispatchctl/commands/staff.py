"""The commands of the staff register: join, change, leave, and the other changes of a post."""

from typing import Any

import click

from dispatchctl.commands.results import print_done
from dispatchctl.desk.books import Books
from dispatchctl.desk.personnel import give_mark, staff_event
from dispatchctl.options import MONTH, NOT_GIVEN, STAFF, Key, Writing, pass_workspace, writing_options
from dispatchctl.registers.staff import LEAVING
from dispatchctl.workspace import Workspace

POST = (
    click.option("--name", metavar="N", default="", help="The name."),
    click.option("--role", type=Key("roles"), default=NOT_GIVEN, help="The post: a key of roles, or its title."),
    click.option("--department", type=Key("departments"), default=NOT_GIVEN, help="The department."),
    click.option("--heads", type=Key("departments"), multiple=True, help="A department this person heads; repeatable."),
    click.option("--manager", type=STAFF, default=NOT_GIVEN, help="The direct superior."),
    click.option("--skill", "skills", metavar="S", multiple=True, help="A skill; repeatable."),
    click.option("--area", "areas", type=Key("areas"), multiple=True, help="An area; repeatable."),
    click.option("--class", "class_", metavar="C", default="", help="The class that regulations tell apart."),
    click.option("--login", metavar="L", default="", help="The OS user by which this person is known."),
    click.option("--phone", metavar="P", default="", help="The phone; kept with the private contacts."),
)


def record_staff(ws: Workspace, staff: str, event: str, writing: Writing, given: dict[str, Any]) -> int:
    """Record one event of a person's, and print it."""
    books = Books(ws)
    values = {name.rstrip("_"): value for name, value in given.items() if name != "phone"}
    if values.get("regular"):
        values["regular"] = "yes"
    else:
        values.pop("regular", None)
    done = staff_event(books, staff, event, values, writing, phone=given.get("phone", ""))
    return print_done(books, "staff", [done])


def staff_verb(name: str, event: str, text: str, example: str, *options: Any) -> click.Command:
    """The command of one event of the staff register."""

    def run(ws: Workspace, staff: str, writing: Writing, **given: Any) -> int:
        return record_staff(ws, staff, event, writing, given)

    run.__doc__ = f"{text}\n\n\b\nExample:\n  dispatchctl staff {example}\n"
    command: Any = pass_workspace(writing_options(run))
    for option in reversed((click.argument("staff", metavar="ID"), *options)):
        command = option(command)
    made: click.Command = click.command(name)(command)
    return made


def need_reason(required: bool = True) -> Any:
    """--reason TEXT."""
    if required:  # click takes a default, even "", for an answer
        return click.option("--reason", metavar="TEXT", required=True, help="Why.")
    return click.option("--reason", metavar="TEXT", default="", help="Why.")


COMMENT = click.option("--comment", metavar="TEXT", default="", help="What was said.")

join = staff_verb(
    "join",
    "joined",
    "Enter somebody who joins; on probation unless --regular.",
    "join s07 --name 赵小工 --role field --department engineering --skill plumbing",
    *POST,
    click.option("--regular", is_flag=True, help="Regular from the start."),
)
change = staff_verb(
    "change", "changed", "Change what is recorded of a person.", "change s07 --skill plumbing --skill electric", *POST
)
leave = staff_verb(
    "leave",
    "left",
    "Record that somebody leaves.",
    "leave s07 --kind resignation",
    click.option("--kind", type=click.Choice(LEAVING), required=True, help="How."),
    need_reason(False),
)
promote = staff_verb(
    "promote", "promoted", "Promote somebody.", "promote s07 --role supervisor --reason 表现突出", *POST, need_reason()
)
transfer = staff_verb(
    "transfer",
    "transferred",
    "Transfer somebody.",
    "transfer s07 --department cleaning --reason 工作需要",
    *POST,
    need_reason(),
)
demote = staff_verb(
    "demote", "demoted", "Demote somebody.", "demote s07 --role field --reason 不称职", *POST, need_reason()
)
extend_probation = staff_verb(
    "extend-probation",
    "probation-extended",
    "Extend a probation.",
    "extend-probation s07 --until 2026-12-31 --reason 尚需观察",
    click.option("--until", metavar="DATE", required=True, help="The last day."),
    need_reason(),
)
ask_regularisation = staff_verb(
    "ask-regularisation", "regularisation-asked", "Record that somebody applies to become regular.",
    "ask-regularisation s07 --comment 试用期工作总结", COMMENT,
)  # fmt: skip
comment = staff_verb(
    "comment", "regularisation-commented", "Record the superior's comment on becoming regular.",
    "comment s07 --comment 同意转正", click.option("--comment", metavar="TEXT", required=True, help="The comment."),
)  # fmt: skip
regularise = staff_verb("regularise", "regularised", "Make somebody regular.", "regularise s07", need_reason(False))


@click.command("score")
@click.argument("staff", metavar="ID", type=STAFF)
@click.option("--measure", metavar="M", required=True, help="A measure that the rules leave to marks (scored: true).")
@click.option("--month", type=MONTH, required=True, help="The month it is about: YYYY-MM, last or this.")
@click.option("--score", metavar="0..100", required=True, help="The mark.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@writing_options
@pass_workspace
def score(ws: Workspace, staff: str, measure: str, month: str, score: str, reason: str, writing: Writing) -> int:
    """Give somebody a mark for a month; of several marks for one measure the appraisal takes the mean.

    \b
    Example:
      dispatchctl staff score s07 --measure attitude --month last --score 92 --reason 业主多次表扬
    """
    books = Books(ws)
    typed = {"measure": measure, "month": month, "score": score, "reason": reason}
    return print_done(books, "staff", [give_mark(books, staff, typed, writing)])
