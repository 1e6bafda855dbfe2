"""The page of `ledger`: what people decided about charges and rewards, and what was spent of the fund.

An entry holds what it rested on when it was proposed, so that it stands whatever the rules become.
"""

from dispatchctl.registers.page import FIRST, Event, Field, Register, State, complete_page

KINDS = ("fine", "compensation", "warning", "forfeit", "reward", "proposal")
MONEYLESS = ("warning", "proposal")  # kinds that come without money
#: besides money, mildest first as the regulations order them (WP-10, KZ-8.12), then what rewards (WP-9); next-step is
#: worked out when it is proposed
MEASURES = (
    *("oral-warning", "written-warning", "self-review", "fine", "pay-cut", "demotion", "transfer"),
    *("persuaded", "dismissal", "expulsion", "named-excellent", "promotion", "benefit", "next-step"),
)
OPEN = ("proposed", "approved")

PAGE = complete_page(
    Register(
        name="ledger",
        letter="L",
        en="ledger",
        zh="奖惩台账",
        one="ledger entry",
        subject=("staff",),
        decided=True,
        fields=(
            Field("key", "key", "标识"),
            Field("staff", "staff", "员工", type="staff"),
            Field("rule", "rule", "规则"),
            Field("kind", "kind", "类别", type="choice", choices=KINDS),
            Field("amount", "amount", "金额", type="money"),
            Field("range", "range", "幅度", type="money", many=True),
            Field("occurred_at", "occurred", "发生时间", type="time"),
            Field("evidence", "evidence", "依据事实"),
            Field("case", "case", "事项", type="case"),
            Field("clauses", "clauses", "条款", many=True),
            Field("also", "besides", "并处", type="choice", choices=MEASURES, many=True),
            Field("instead", "instead", "可改为", type="choice", choices=MEASURES, many=True),
            Field("propose", "proposed", "建议措施", type="choice", choices=MEASURES, many=True),
            Field("taken", "measure taken", "实际采取", type="choice", choices=MEASURES, many=True),
            Field("fund", "fund", "经费"),
            Field("approver", "approver", "审批人"),
            Field("record", "rests on", "处分记录", type="case", of="ledger", many=True),
            Field("policy_version", "policy version", "制度版本"),
            Field("reason", "reason", "原因"),
        ),
        events=(
            Event(
                "proposed",
                "proposed",
                "提出",
                (FIRST,),
                "proposed",
                required=("key", "staff", "rule", "kind", "occurred_at"),
                optional=(
                    "amount",
                    "range",
                    "evidence",
                    "case",
                    "clauses",
                    "also",
                    "instead",
                    "propose",
                    "fund",
                    "approver",
                    "record",
                    "policy_version",
                    "reason",
                ),
            ),
            Event(
                "approved",
                "approved",
                "批准",
                ("proposed",),
                "approved",
                required=("reason",),
                optional=("amount", "taken"),
            ),
            Event("waived", "waived", "免除", OPEN, "waived", required=("reason",)),
            Event("reversed", "reversed", "撤销", ("approved", "paid"), "reversed", required=("reason",)),
            Event("paid", "paid", "已收付", ("approved",), "paid"),
            Event("fulfilled", "fulfilled", "已履行", ("approved", "paid")),
            Event("spent", "spent", "经费支出", (FIRST,), "spent", required=("amount", "reason", "fund")),
        ),
        states=(
            State("proposed", "proposed", "待批准"),
            State("approved", "approved", "已批准"),
            State("paid", "paid", "已收付", open=False),
            State("waived", "waived", "已免除", final=True, open=False),
            State("reversed", "reversed", "已撤销", final=True, open=False),
            State("spent", "spent", "已支出", final=True, open=False),
        ),
    )
)
