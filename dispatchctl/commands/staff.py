"""The commands of the staff register: join, change, leave, and the other changes of a post."""

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import print_done
from dispatchctl.commands.verbs import Asked, Verb, make_verb, run_each, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.staff.posts import give_mark, record_post
from dispatchctl.options import MONTH, STAFF, Writing, command

REGISTER = GROUP = "staff"
POST = {
    "name": Asked("The name.", required=False, metavar="N"),
    "role": Asked("The post: a key of roles, or its title.", required=False),
    "department": Asked("The department."),
    "heads": Asked("A department this person heads; repeatable."),
    "manager": Asked("The direct superior."),
    "skills": Asked("A skill; repeatable.", metavar="S"),
    "areas": Asked("An area; repeatable."),
    "class": Asked("The class that regulations tell apart.", metavar="C"),
    "login": Asked("The OS user by which this person is known.", metavar="L"),
    "regular": Asked("Regular from the start."),
}
PHONE = click.option("--phone", metavar="P", default="", help="The phone; kept with the private contacts.")


def _change_post(event: str, text: str, example: str) -> Verb:
    return Verb(event, text, example, POST, more=(PHONE,))


VERBS = {
    "join": _change_post(
        "joined",
        "Enter somebody who joins; on probation unless --regular.",
        "s07 --name 赵小工 --role field --department engineering --skill plumbing",
    ),
    "change": _change_post("changed", "Change what is recorded of a person.", "s07 --skill plumbing --skill electric"),
    "promote": _change_post("promoted", "Promote somebody.", "s07 --role supervisor --reason 表现突出"),
    "transfer": _change_post("transferred", "Transfer somebody.", "s07 --department cleaning --reason 工作需要"),
    "demote": _change_post("demoted", "Demote somebody.", "s07 --role field --reason 不称职"),
    "leave": Verb("left", "Record that somebody leaves.", "s07 --kind resignation", {"kind": Asked("How.")}),
    "extend-probation": Verb(
        "probation-extended",
        "Extend a probation.",
        "s07 --until 2026-12-31 --reason 尚需观察",
        {"until": Asked("The last day.")},
    ),
    "ask-regularisation": Verb(
        "regularisation-asked", "Record that somebody applies to become regular.", "s07 --comment 试用期工作总结"
    ),
    "comment": Verb(
        "regularisation-commented",
        "Record the superior's comment on becoming regular.",
        "s07 --comment 同意转正",
        {"comment": Asked("The comment.")},
    ),
    "regularise": Verb("regularised", "Make somebody regular.", "s07"),
}


def _make(name: str, verb: Verb) -> click.Command:
    take = click.argument("staff", metavar="ID")
    return make_verb(REGISTER, GROUP, name, verb, run_each(record_post, REGISTER, "staff"), take)


__getattr__ = serve(VERBS, _make)


@command("score")
@click.argument("staff", metavar="ID", type=STAFF)
@click.option("--measure", metavar="M", required=True, help="A measure that the rules leave to marks (scored: true).")
@click.option("--month", type=MONTH, required=True, help="The month it is about: YYYY-MM, last or this.")
@click.option("--score", metavar="0..100", required=True, help="The mark.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@with_books(writes=True)
def score(books: Books, staff: str, measure: str, month: str, score: str, reason: str, writing: Writing) -> int:
    """Give somebody a mark for a month; of several marks for one measure the appraisal takes the mean.

    \b
    Example:
      dispatchctl staff score s07 --measure attitude --month last --score 92 --reason 业主多次表扬
    """
    typed = {"measure": measure, "month": month, "score": score, "reason": reason}
    return print_done(books, "staff", [give_mark(books, staff, typed, writing)])
