"""Which sections the rules have, with their keys, kinds and defaults: declarations only.

Layer: policy. Its one job: say once what may be written; checker, JSON Schema and `policy show` follow from it.
What depends on other parts of the file (a clock's event, a role's name) is looked at in `checks`.
"""

from dispatchctl.policy.shapes import (
    EVENT,
    FLAG,
    LEFT_OUT,
    PATH,
    SPAN,
    TEXT,
    Key,
    blankable,
    choice,
    either,
    list_of,
    list_words,
    map_of,
    scalar,
    struct,
)
from dispatchctl.policy.week import MAKE_UP, WEEKDAYS
from dispatchctl.registers.complaints import GROUPS, NEEDS
from dispatchctl.registers.ledger import KINDS, MEASURES
from dispatchctl.registers.orders import INTAKE

ROLES = {
    "desk": "前台",
    "field": "维修",
    "supervisor": "主管",
    "manager": "经理",
    "general-manager": "总经理",
    "personnel": "人事",
    "assistant": "助理",
    "contractor": "外协",
}
PRIORITIES = {"urgent": "紧急", "high": "高", "normal": "普通", "low": "低"}
CHANNELS = {
    "phone": "电话",
    "chat": "在线",
    "mail": "邮件",
    "visit": "来访",
    "wechat": "微信",
    "app": "应用",
}
PAYMENT_METHODS = {"cash": "现金", "wechat": "微信", "alipay": "支付宝", "transfer": "转账", "card": "刷卡"}
CALLER_FIELDS = ("caller", "phone", "address")  # kept with the contact, never in a register
INTAKE_FIELDS = tuple(name for name in INTAKE if name not in ("kind", "contact_id"))  # that a desk may insist on
REQUIRED_OF_KIND = {
    "request": ["service", "content", "caller", "phone", "address"],
    "inquiry": ["content"],
    "suggestion": ["content", "caller"],
    "report": ["content", "address"],
    "prospect": ["caller", "phone"],
    "internal": ["content"],
}
ASSIGNMENT_FIELDS = ("assignee", "contact_id", "content", "requirements")
WEIGHTS = {"workload": "5", "fairness": "2", "area": "2", "last_technician": "1"}
REPORTS = ("daily", "weekly", "monthly", "satisfaction", "complaints", "staff")
BESIDE = ("month-before", "year-before")
SERIOUS_WHEN = {"departments_at_least": 2, "repeated_within": [30, "d"], "failed_corrections": 1}
SHIPPED_KINDS = {  # group of rulings -> kind -> its title
    "valid": {
        "attitude": "服务态度",
        "skill": "服务技能与时效",
        "facilities": "设施工具",
        "materials": "材料配件",
        "area": "区域管理",
    },
    "invalid": {"standard": "不了解标准", "ground": "依据不足", "outside": "属外部单位"},
}
STEPS = ("oral-warning", "written-warning", "fine", "demotion", "dismissal")
SCALE = ("oral-warning", "written-warning", "fine", "pay-cut", "demotion", "persuaded", "dismissal", "expulsion")
COUNTINGS = ("civil-code", "elapsed")
HOURS_KEYS = f"{MAKE_UP}|{WEEKDAYS}"

_CITED = (
    Key("source", list_of(TEXT), [], note="依据的条款"),
    Key("reading", TEXT, note="条款未写明的，本单位如何理解、照何办理"),
)

_POLICY = struct(
    Key("title", TEXT, "", note="制度名称"),
    Key("version", TEXT, note="版本号，默认同生效日期"),
    Key("effective_from", scalar("iso-day"), required=True, note="生效日期，当日零时起"),
    Key("timezone", scalar("timezone"), "Asia/Shanghai", note="时区"),
    Key("currency", scalar("currency"), "CNY", note="币种"),
    Key("language", choice("zh", "en"), "zh", note="界面语言"),
    Key("publisher", scalar("writer"), "main", note="由哪一个写入方发布制度"),
)

_CALENDAR = struct(
    Key("country", scalar("country"), "CN", note="法定节假日和调休按哪一国；none 只有每周的休息日"),
    Key("published_through", scalar("year"), note="节假日安排已公布到哪一年，默认为生效日期所在年"),
    Key("hours", map_of(list_of(scalar("segment")), low=1, pattern=HOURS_KEYS), required=True, note="营业时间"),
    Key(
        "working",
        list_of(scalar("weekdays"), low=1),
        ["mon-fri"],
        note="一周里哪几天是工作日，如 mon-sat；法定节假日照放、调休照上",
    ),
    Key("closed", list_of(scalar("day")), [], note="本单位另行放假的日子"),
    Key("open", list_of(scalar("day")), [], note="本单位另行上班的日子"),
    Key("counting", choice(*COUNTINGS), "civil-code", note="日、周、工作日怎么数"),
    Key("cut_off", scalar("time"), note="仅 elapsed：此刻以后开始的，从下一工作日开门算起"),
)

_ORDERS = struct(
    Key("closes_on", choice("confirmed", "paid"), "confirmed", note="何时办结：确认完工即办结，还是收到款才办结"),
)

_TITLED = struct(Key("title", TEXT, note="名称，默认同键名"))

_SERVICE = struct(
    Key("title", TEXT, note="名称，默认同键名"),
    Key("department", TEXT, note="责任部门"),
    Key("skill", TEXT, note="所需技能"),
    Key("base_price", scalar("money"), note="基本价格"),
    Key("effort", scalar("decimal"), "1", note="工作量"),
    Key("requirements", TEXT, note="派工单上的要求"),
)

_INTAKE = struct(
    Key(
        "required",
        struct(
            *(
                Key(kind, list_words(*INTAKE_FIELDS, *CALLER_FIELDS), fields, note="受理时必须填写的栏目")
                for kind, fields in REQUIRED_OF_KIND.items()
            )
        ),
        {},
        note="各类来件受理时必填的栏目",
    ),
    Key("placeholders", list_of(TEXT), [], note="填在姓名、电话、地址栏里等于没有填的字样"),
)

_ASSIGNMENT = struct(
    Key("required", list_words(*ASSIGNMENT_FIELDS), list(ASSIGNMENT_FIELDS), note="派工单必备的内容"),
    Key("confirm_by", list_of(TEXT), ["dispatcher", "desk", "supervisor", "assignee"], note="谁可以确认完工"),
    Key("extend_by", list_of(TEXT), ["supervisor"], note="谁可以批准延期"),
    Key("ceiling", scalar("decimal"), "8", note="每人在手工作量上限"),
    Key("ceiling_counts", choice("effort", "count"), "effort", note="上限按工作量还是按单数"),
    Key(
        "weigh",
        struct(*(Key(name, scalar("decimal"), weight, note="推荐人选时的权重") for name, weight in WEIGHTS.items())),
        {},
        note="推荐人选时各项的权重",
    ),
    *_CITED,
)

_CLOCK = struct(
    Key("id", TEXT, required=True, note="编号；同一编号的几条从上到下取第一条符合的"),
    Key("title", TEXT, note="名称，默认同编号"),
    Key("of", TEXT, required=True, note="属于哪本台账"),
    Key("start", list_of(EVENT, low=1), required=True, note="起算的事件"),
    Key("stop", list_of(EVENT, low=1), required=True, note="停止的事件"),
    Key("unless", list_of(EVENT), [], note="同一事项此前已有此事件的，不起算"),
    Key("outlives", FLAG, note="事项办结、取消之后是否继续；默认只有由别的台账停止的继续"),
    Key("when", map_of(list_of(TEXT, low=1)), {}, note="适用条件：栏目 = 值或几个值"),
    Key("limit", SPAN, note="时限"),
    Key("due", PATH, note="以某栏所载时间为期限"),
    Key("from", PATH, note="从某栏所载时间起算（若晚于起算事件）"),
    Key("item", PATH, note="该栏每个值各算一条"),
    Key("counting", choice(*COUNTINGS), note="与日历不同的计日方法"),
    Key("warn", SPAN, note="提前多久预警"),
    Key("owner", list_of(TEXT), [], note="谁负责"),
    Key("pause", map_of(blankable(SPAN)), {}, note="可暂停的原因及各自最长时间，留空为不限"),
    Key("extendable", FLAG, False, note="可否延期"),
    Key("urge", SPAN, note="与 escalation.every 不同的催办间隔"),
    *_CITED,
)

_ESCALATION = struct(
    Key("roles", list_of(TEXT, low=1), ["supervisor", "manager", "general-manager"], note="第 2 级起各级由谁"),
    Key("every", SPAN, [4, "bh"], note="每隔多久升一级"),
)

_CONDITION = either(
    struct(
        Key("at_least", scalar("decimal"), LEFT_OUT, note="不小于"),
        Key("below", scalar("decimal"), LEFT_OUT, note="小于"),
        Key("not", blankable(TEXT), LEFT_OUT, note="不等于；留空为有值"),
    ),
    list_of(blankable(TEXT), low=1),
)

_MEASURE = struct(
    Key("title", TEXT, note="名称，默认同键名"),
    Key("of", TEXT, required=True, note="数什么：台账名（数事项）、台账.事件（数每一次记录）、clocks 或 scores"),
    Key("month", PATH, note="按哪个时间归入期间"),
    Key("over", map_of(_CONDITION), {}, note="分母：哪些项目"),
    Key("count", map_of(_CONDITION), {}, note="分子：其中哪些"),
    Key(
        "value",
        either(
            struct(
                Key("sum", PATH, note="某栏合计"),
                Key("average", PATH, note="某栏平均"),
                Key("median", PATH, note="某栏中位数"),
                Key("p90", PATH, note="某栏从小到大排，第九成的那一个"),
            ),
            choice("ratio", "count"),
        ),
        note="比率、个数，或某栏的合计、平均、中位数、p90；elapsed、counted 为用时（小时）",
    ),
    Key("between", list_of(EVENT, low=1), note="用时从哪件事到哪件事，如 [taken, closed]"),
    Key("person", TEXT, note="算在谁名下"),
    *_CITED,
)

_REPORT = list_of(
    struct(
        Key("id", TEXT, note="编号"),
        Key("title", TEXT, required=True, note="标题"),
        Key("measures", list_of(TEXT, low=1), required=True, note="有哪些指标"),
        Key("by", list_of(PATH), [], note="按哪些栏目分组；person 为按人"),
        Key("beside", list_words(*BESIDE), [], note="并列对比：上月、上年同期"),
    )
)

_COMPLAINTS = struct(
    Key(
        "serious_when",
        struct(
            Key("departments_at_least", scalar("whole"), note="涉及部门不少于几个"),
            Key("repeated_within", SPAN, note="同一客户多久之内再次投诉"),
            Key("media", FLAG, False, note="媒体曝光"),
            Key("failed_corrections", scalar("whole"), note="纠正无效几次"),
            Key("system_flaw", FLAG, False, note="体系缺陷，须经管理评审"),
            Key("reputation", FLAG, False, note="损害声誉或利益"),
            Key("doubts_system", FLAG, False, note="质疑管理体系"),
        ),
        {**SERIOUS_WHEN, "media": True, "system_flaw": True, "reputation": True, "doubts_system": True},
        note="符合任一条即建议定为重大投诉",
    ),
    Key(
        "close_needs",
        list_of(
            struct(
                Key(
                    "when",
                    map_of(list_of(TEXT, low=1)),
                    {},
                    note="哪些投诉；settled 为 on-the-spot 当场或 later 事后处理",
                ),
                Key("needs", list_words(*NEEDS), [], note="须有判定、调查、责任确认、原因分析、完成并验证有效的措施"),
                Key("source", list_of(TEXT), [], note="依据的条款"),
            )
        ),
        [],
        note="结案前还须有什么：取第一条符合的；不写则不另作要求",
    ),
    *(
        Key(group.name, map_of(blankable(TEXT), low=1), SHIPPED_KINDS[group.name], note=f"{group.zh}投诉的类别")
        if group.name in SHIPPED_KINDS
        else Key(group.name, map_of(blankable(TEXT)), {}, note=f"{group.zh}投诉的类别")
        for group in GROUPS
    ),
)

_CHARGE = struct(
    Key("id", TEXT, required=True, note="编号"),
    Key("title", TEXT, note="名称，默认同编号"),
    Key("of", list_of(TEXT, low=1), required=True, note="由什么引起：台账.事件、breach.时限，或 hand（由人发现）"),
    Key("when", map_of(list_of(TEXT, low=1)), {}, note="适用条件：栏目 = 值或几个值"),
    Key("who", list_of(TEXT), [], note="对谁：人员栏目、owner、receiver、department-head"),
    Key("from_nth", scalar("whole"), note="从第几次起"),
    Key("within", scalar("stretch"), "ever", note="次数在多长时间内累计"),
    Key("unless", list_of(EVENT), [], note="同一事项有此事件则免"),
    Key("once", FLAG, False, note="几个时限同时在走的，只看 of 中列在最前的一个：同一拖延不重复计"),
    Key("amount", scalar("amount"), note="金额；field.NAME 为事件所载金额；留空由批准人确定"),
    Key("range", list_of(scalar("money")), [], note="幅度：[下限, 上限]"),
    Key("also", list_words(*MEASURES), [], note="并处"),
    Key("instead", list_words(*MEASURES), [], note="批准人可改为"),
    Key("kind", choice(*KINDS), note="类别，默认 fine（奖励为 reward）"),
    Key("propose", list_words(*MEASURES), [], note="建议的处理"),
    Key("proposer", TEXT, note="由谁提出，默认不限"),
    Key("approver", TEXT, note="由谁批准，默认经理"),
    Key("own_proposal", FLAG, note="提出人可否自己批准；写了 rights 的，默认不可"),
    Key("into", TEXT, note="归入哪项经费"),
    *_CITED,
)

_DISCIPLINE = struct(
    Key("steps", list_words(*SCALE, low=1), list(STEPS), note="由轻到重"),
    Key("within", SPAN, [365, "d"], note="多久之内的处分累计"),
)

_PAY = struct(
    Key("compensation_share", scalar("decimal"), note="赔偿损失每月最多扣当月工资的几成，0 到 1；不写为不限"),
    Key("minimum_wage", scalar("money"), note="当地月最低工资，扣款之后不得低于；不写为不限"),
    *_CITED,
)

_SIGNED = struct(Key("signature", FLAG, True, note="是否须客户签字"))
_FOLLOWUPS = struct(
    Key(
        "orders",
        struct(
            Key("share", scalar("decimal"), "1", note="抽取比例，0 到 1"),
            Key(
                "when",
                map_of(list_of(TEXT, low=1)),
                {},
                note="哪些工单：栏目 = 值；end 为如何办结（closed 办结、answered 当场答复），"
                "不写则只限未经当场答复的业务受理",
            ),
            Key("attempts", scalar("whole"), 3, note="几次联系不上即止"),
            Key(
                "only_by",
                map_of(
                    struct(
                        Key("when", map_of(list_of(TEXT, low=1)), {}, note="哪些工单，同上"),
                        *_CITED,
                    )
                ),
                {},
                note="须以某种方式回访的工单：方式（phone、visit、message）= 条件，取第一条符合的；以别的方式不算",
            ),
        ),
        note="办结后回访；不写为不要求",
    ),
    Key("complaints", _SIGNED, {}, note="投诉回访"),
    Key("surveys", _SIGNED, {}, note="调查回访"),
)

_APPRAISAL = struct(
    Key("roles", list_of(TEXT, low=1), required=True, note="考核哪些岗位"),
    Key(
        "measures",
        map_of(
            struct(
                Key("title", TEXT, note="名称，默认同指标"),
                Key("weight", scalar("decimal"), required=True, note="权重；对每个岗位，适用的各项合计 100"),
                Key("full", scalar("decimal"), note="达到即满分"),
                Key("zero", scalar("decimal"), note="到此为零分"),
                Key("scored", FLAG, False, note="由人评分（staff score）"),
                Key("roles", list_of(TEXT), [], note="只考核这些岗位"),
            ),
            low=1,
        ),
        required=True,
        note="考核指标",
    ),
    Key(
        "grades",
        list_of(
            struct(
                Key("grade", TEXT, required=True, note="等级"),
                Key("from", scalar("decimal"), required=True, note="不低于多少分"),
                Key("bonus", scalar("money"), note="奖金"),
            ),
            low=1,
        ),
        required=True,
        note="等级，从高到低",
    ),
    Key(
        "bonus",
        struct(
            Key("floor", scalar("money"), "0.00", note="奖金不低于"),
            Key("roles", list_of(TEXT), [], note="适用岗位"),
            Key("approver", TEXT, note="由谁批准"),
        ),
        {},
        note="奖金下限",
    ),
)

_PRIVACY = struct(
    Key("retain", SPAN, [1095, "d"], note="联系方式多久不用可予删除；目前只是约定，没有命令据此列出"),
    Key("reveal", list_of(TEXT), ["desk", "supervisor"], note="哪些岗位（及以上）可查看"),
    Key("strict", FLAG, False, note="内容里有电话、证件号即拒收"),
)

_RIGHT = either(
    struct(
        Key("may", list_of(TEXT, low=1), required=True, note="谁可以：岗位（含其以上各级）、事项里的人或 self 等"),
        *_CITED,
    ),
    list_of(TEXT, low=1),
)

_DAYS_OF_YEARS = map_of(map_of(blankable(TEXT)))
DAYS = struct(
    Key("through", scalar("year"), required=True, note="公布到哪一年"),
    Key("off", _DAYS_OF_YEARS, {}, note="放假的日子"),
    Key("working", _DAYS_OF_YEARS, {}, note="调休上班的日子"),
)

RULES = struct(
    Key("policy", _POLICY, required=True, note="制度本身"),
    Key("clauses", map_of(TEXT), note="所引条款的内容；一旦列出，source 只能引用其中的"),
    Key("calendar", _CALENDAR, required=True, note="工作时间"),
    Key("roles", map_of(blankable(TEXT), low=1), ROLES, note="岗位"),
    Key("departments", map_of(_TITLED, low=1), note="部门；不列则随意填写"),
    Key("areas", map_of(_TITLED, low=1), note="区域；不列则随意填写"),
    Key("services", map_of(_SERVICE, low=1), required=True, note="服务项目"),
    Key("priorities", map_of(blankable(TEXT), low=1), PRIORITIES, note="紧急程度，从急到缓"),
    Key("channels", map_of(blankable(TEXT), low=1), CHANNELS, note="受理渠道"),
    Key("payment_methods", map_of(blankable(TEXT), low=1), PAYMENT_METHODS, note="支付方式"),
    Key("intake", _INTAKE, {}, note="受理"),
    Key("orders", _ORDERS, {}, note="工单"),
    Key("assignment", _ASSIGNMENT, {}, note="派单"),
    Key("clocks", list_of(_CLOCK, low=1), required=True, note="时限"),
    Key("escalation", _ESCALATION, {}, note="逐级上报"),
    Key("complaints", _COMPLAINTS, {}, note="投诉"),
    Key("charges", list_of(_CHARGE), [], note="处罚"),
    Key("rewards", list_of(_CHARGE), [], note="奖励"),
    Key("discipline", _DISCIPLINE, {}, note="逐级处分"),
    Key("pay", _PAY, note="扣工资的限度，超出的提示；不写为不提示"),
    Key("followups", _FOLLOWUPS, {}, note="回访"),
    Key("measures", map_of(_MEASURE), {}, note="指标；不写为默认的几项"),
    Key(
        "reports",
        struct(*(Key(name, _REPORT, [], note="报表各节") for name in REPORTS)),
        {},
        note="报表；不写则用默认的",
    ),
    Key("appraisal", _APPRAISAL, note="考核"),
    Key("privacy", _PRIVACY, {}, note="个人信息"),
    Key("rights", map_of(_RIGHT), note="谁可以记录什么：台账.事件，* 代表任意；没有写到的，在职人员都可以"),
    Key("never_self", list_of(TEXT), ["staff.scored"], note="不得由本人记录的事件：涉及本人的判定、奖惩、晋升、评分"),
)

#: of what a release makes of the rules beyond their keys: what a version published by an older one means, it goes on
#: meaning. 1 is that of versions which name none.
EDITION = 2

#: a published version: the draft's text and, below it, what publishing adds: by which edition it is read, and the days
#: that were resolved
VERSION = RULES._replace(
    keys=(
        *RULES.keys,
        Key("edition", scalar("whole"), 1, note="发布时写入：按哪一版程序的规矩解释，请勿修改"),
        Key("defaults", list_words("measures", "reports"), [], note="发布时写入：哪几节是默认的，请勿修改"),
        Key("days", DAYS, note="发布时写入的节假日，请勿修改"),
    )
)
