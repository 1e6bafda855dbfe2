"""The commands of the group `survey`: from opening one to the customers who were asked about the effect."""

from typing import Any

import click

from dispatchctl.commands.frame import with_books
from dispatchctl.commands.results import describe_done, print_done, print_results
from dispatchctl.commands.verbs import Asked, Verb, make_verb, run_each, serve
from dispatchctl.desk.books import Books
from dispatchctl.desk.customers.surveys import REGISTER, Opinion, add_opinion, close, open_survey, put_right, take_steps
from dispatchctl.options import CASE, NOT_GIVEN, KeyOf, OneOf, TypedText, Writing, command
from dispatchctl.output.terminal import tell
from dispatchctl.registers.surveys import METHODS

COLUMNS = ("id", "event", "state")


@command("open")
@click.option("--department", type=KeyOf("departments"), required=True, help="Whose work is asked about.")
@click.option("--method", type=OneOf(METHODS), default=None, help="How customers are asked.")
@click.option("--content", metavar="TEXT", default="", help="What it is about.")
@with_books(writes=True)
def open_command(books: Books, /, writing: Writing, **given: Any) -> int:
    """Begin a satisfaction survey of a department's work.

    \b
    Example:
      dispatchctl survey open --department engineering --method phone --content 四季度维修服务
    """
    done = open_survey(books, given, writing)
    return print_done(books, REGISTER, [done])


@command("opinion")
@click.argument("survey", type=CASE)
@click.option("--opinion", "text", metavar="TEXT", required=True, help="What the customer said.")
@click.option(
    "--satisfaction", type=TypedText("1..5"), default=NOT_GIVEN, help="How satisfied the customer is; 5: very."
)
@click.option("--caller", metavar="NAME", default="", help="Who said it.")
@click.option("--phone", metavar="P", default="", help="The phone.")
@click.option("--address", metavar="A", default="", help="The address.")
@with_books(writes=True)
def opinion(books: Books, /, survey: str, writing: Writing, **given: str) -> int:
    """Record what a customer said; prints the opinion's own id, such as S-20261121-0001#1.

    \b
    Example:
      dispatchctl survey opinion 1 --opinion 维修等候太久 --satisfaction 2 --caller 张示例 --phone 138-0000-0001
    """
    done, item = add_opinion(books, survey, Opinion(**given), writing)
    return print_results(books, [describe_done(done, item)], COLUMNS, register=REGISTER)


VERBS = {
    "sum-up": Verb("summed-up", "Record that the opinions were summed up.", "1"),
    "hand-over": Verb("handed-over", "Record that they were handed over to the department.", "1 --note 已交工程部"),
    "return-measures": Verb(
        "measures-returned",
        "Record the written measures that the department returned.",
        "1 --measures 增派值班人员，两小时内上门",
        {"measures": Asked("What the department will do.")},
    ),
    "check": Verb("checked", "Record that the effect was checked.", "1 --note 抽查三户，均已改善"),
}


def _make(name: str, verb: Verb) -> click.Command:
    take = click.argument("survey", type=CASE)
    return make_verb(REGISTER, "survey", name, verb, run_each(take_steps, REGISTER, "survey"), take)


__getattr__ = serve(VERBS, _make)


@command("put-right")
@click.argument("survey", metavar="S|S#N", type=CASE)
@with_books(writes=True)
def put_right_command(books: Books, survey: str, writing: Writing) -> int:
    """Record that an opinion was put right; of a survey, every one that was not yet.

    \b
    Examples:
      dispatchctl survey put-right 1
      dispatchctl survey put-right 'S-20261121-0001#2'
    """
    done, items = put_right(books, survey, writing)
    replayed = {"replayed": True} if done.replayed else {}
    if replayed:
        tell(f"{done.id} was recorded before; nothing was written")
    plain = done._replace(replayed=False)
    found = [{**describe_done(plain, item), **replayed} for item in items]
    return print_results(books, found, COLUMNS, single="#" in survey, register=REGISTER)


@command("close")
@click.argument("survey", type=CASE)
@with_books(writes=True)
def close_command(books: Books, survey: str, writing: Writing) -> int:
    """End a survey; refused while something of it is owed.

    \b
    Example:
      dispatchctl survey close 1
    """
    done = close(books, survey, writing)
    return print_done(books, REGISTER, [done])
