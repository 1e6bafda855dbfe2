"""What happens in the sample month: one line for each order. Tool: data of make_sample.py, nothing else.

A line's turn is what becomes of it; make_sample.py plays each turn. day: the day of October, 0 where any will do.
place: the address outside somebody's flat, as "address|area"; "" is a resident's own flat.
"""

from typing import NamedTuple


class Line(NamedTuple):
    """One order: what is said when it is taken, and what is said when it is done or answered."""

    content: str
    done: str
    parts: str = ""
    turn: str = ""
    priority: str = ""
    day: int = 0
    place: str = ""


Person = tuple[str, str, str, str, str, tuple[str, ...], tuple[str, ...], str]
# id, name, role, department, manager, skills, areas, phone; the first one founds the desk
STAFF: tuple[Person, ...] = (
    ("s01", "周示例", "manager", "desk", "", (), (), "138-0000-9001"),
    ("s02", "林样例", "manager", "desk", "s01", ("desk",), (), "138-0000-9002"),
    ("s03", "何示范", "desk", "desk", "s02", ("desk",), (), "138-0000-9003"),
    ("s04", "赵试样", "supervisor", "engineering", "s02", (), (), "138-0000-9004"),
    ("s05", "钱演示", "field", "engineering", "s04", ("plumbing",), (), "138-0000-9005"),
    ("s06", "孙例句", "field", "engineering", "s04", ("electrical", "lift"), (), "138-0000-9006"),
    ("s07", "李假设", "field", "engineering", "s04", ("hvac", "carpentry"), (), "138-0000-9007"),
    ("s08", "吴范本", "field", "cleaning", "s02", ("cleaning", "pest-control", "gardening"), (), "138-0000-9008"),
    ("s09", "郑虚构", "field", "security", "s02", ("security",), ("gate", "garage"), "138-0000-9009"),
)
HEADS = {"s02": "desk", "s04": "engineering", "s08": "cleaning", "s09": "security"}

PLUMBING = (
    Line(
        "厨房水槽下面的软管接口漏水，柜子里已经有积水", "更换下水软管和密封圈，试水十分钟不漏", "下水软管1根、密封圈2个"
    ),
    Line("马桶水箱一直流水，关不住", "更换水箱进水阀，冲水三次正常", "进水阀1个", "slow"),
    Line("阳台洗衣机龙头拧不紧，一直滴水", "更换洗衣机专用龙头", "四分龙头1个"),
    Line("洗手盆龙头出水很小，邻居家正常", "清洗起泡器和角阀滤网，出水恢复"),
    Line("热水器进水管接头渗水，墙上有水渍", "重做接头并缠生料带，观察半小时不渗", "外丝接头1个、生料带1卷"),
    Line("厨房角阀锈死了，水关不上", "关分户阀后更换角阀", "角阀1个", "amend-phone"),
    Line("淋浴花洒软管裂了，喷得到处都是水", "更换花洒软管", "花洒软管1根"),
    Line("管道井里水表前的阀门渗水", "更换表前阀，井道擦干", "铜闸阀1个", "parts", place="4号楼1单元管道井|tower-4"),
    Line("全屋水压偏低，早晚尤其明显", "清洗入户过滤器，水压由0.12兆帕升到0.28兆帕", turn="absent"),
    Line("卫生间地漏返味", "更换防臭地漏芯，注水封后无异味", "地漏芯1个"),
    Line("马桶底座渗水，旁边的砖缝都发黑了", "移位重装马桶，更换法兰圈，打防霉胶", "法兰圈1个、防霉胶1支", "rework"),
    Line(
        "楼上漏水漏到我家卫生间吊顶，正在往下滴",
        "查明是楼上地漏周边渗漏，已补做防水并复查",
        "堵漏王2公斤",
        "helper",
        "urgent",
        4,
    ),
    Line("厨房水管爆了，水已经流到客厅", "关闭分户阀，更换爆裂管段，试压合格", "PPR管1.5米、直接2个", "", "urgent", 1),
    Line("水表好像不转，想请人看看", "现场比对，水表叶轮卡滞，已更换", "旋翼水表1块", "parts"),
    Line("净水器接口滴水，能不能帮忙紧一下", "更换快插接头，不再滴水", "快插接头1个"),
    Line("浴室柜下面的进水软管老化，想换新的", "更换进水软管两根", "不锈钢软管2根", "extend"),
    Line("厨房水龙头把手断了，关不严", "更换厨房龙头", "厨房龙头1个", "reassign"),
    Line(
        "卫生间墙角渗水，怀疑暗管漏",
        "打压查漏，确认热水暗管砂眼，改走明管",
        "PPR管4米、弯头5个",
        "extend-asked",
        day=29,
    ),
    Line("厨房下水管与地面接口返水，柜板泡涨了", "重做接口密封，柜板请业主自行处理", "伸缩节1个", "late", day=28),
    Line("主卫淋浴冷热水接反，调不出温水", "对调冷热水管，出水正常", day=30),
)
DRAIN = (
    Line("厨房下水道堵了，水槽里的水下不去", "疏通三米，清出油垢，试水正常"),
    Line("洗澡时地漏排水慢，水漫到门口", "清出毛发，排水恢复"),
    Line("马桶堵了，一冲水就往外漫", "用疏通机取出异物，冲水五次正常", priority="high"),
    Line("阳台雨水管堵塞，下雨往屋里倒灌", "从检修口清出落叶和水泥块", turn="helper"),
    Line("一楼厨房反水，地上都是污水", "疏通主管并消毒地面", turn="reopen", priority="high"),
    Line("洗衣机一排水，地漏就往上冒", "疏通支管，加装防返水器", "防返水器1个"),
    Line("后厨隔油池满了，有异味", "联系清掏并冲洗池壁", turn="outside", place="沿街商铺3号|shops"),
    Line("单元门口的污水井往外冒水", "疏通出户管，冲洗路面", "", "", "urgent", 6, "2号楼1单元门口|tower-2"),
    Line("主卫洗手盆下水很慢", "拆洗存水弯，排水恢复"),
    Line("淋浴房地漏被头发堵住了", "清理完毕，已教业主用滤网"),
    Line("厨房水槽又堵了，上个月刚通过", "加长疏通到五米，清出硬化油块", turn="unconfirmed"),
    Line("公共卫生间小便池堵塞", "疏通并更换感应器电池", place="物业服务中心一层|lobby"),
)
ELECTRICAL = (
    Line("家里突然跳闸，合不上", "查出厨房插座进水短路，烘干更换后送电", "五孔插座1个", priority="high"),
    Line("客厅吸顶灯不亮，换了灯泡也没用", "更换驱动电源，照明正常", "LED驱动1个"),
    Line("厨房插座没电，冰箱停了", "接线端子松脱，重新压接", priority="high", turn="decline"),
    Line("浴霸开关失灵，灯关不掉", "更换浴霸开关", "四开浴霸开关1个", "parts"),
    Line("书房插座有焦味，不敢用", "更换烧蚀插座和一段导线，测绝缘合格", "五孔插座1个、导线2米", "", "urgent"),
    Line("一开热水器空气开关就跳", "开关容量不足，换成25安并告知业主", "25A空开1个", "amend-price"),
    Line("门铃按了不响", "更换门铃电池和按钮", "门铃按钮1个"),
    Line("阳台灯开关松动，按下去有火花", "断电后更换开关", "单开开关1个", "", "urgent", 15),
    Line("卧室三孔插座松，插头插不稳", "更换插座面板", "三孔插座1个"),
    Line("弱电箱里网线模块没信号", "重做模块，测线仪八芯全通", "网线模块1个", "absent"),
    Line("电表箱的门关不严，怕进雨水", "校正箱门并换锁", "电箱锁1把", "claim", place="3号楼1单元一层电表间|tower-3"),
    Line("厨房灯一闪一闪的", "更换灯管", "LED灯管1根"),
    Line("客厅一路插座全部没电", "查到接线盒内断线，重新接续", turn="extend-late", day=26),
    Line("玄关灯双控接错，两个开关互相影响", "重新接线，双控正常", day=30),
)
LIGHTING = (
    Line("7层楼道灯不亮，晚上看不清台阶", "更换声控灯头", "声控灯头1个", place="2号楼3单元7层|tower-2"),
    Line("车库B区一排灯管闪烁", "更换镇流器和灯管", "灯管6根、镇流器3个", "helper", place="地下车库B区|garage"),
    Line(
        "花园步道有三盏路灯不亮", "修复地埋电缆接头，三盏复亮", "防水接头3个", "extend", place="中心花园东侧步道|garden"
    ),
    Line("大堂射灯坏了两盏", "更换射灯", "射灯2个", place="1号楼大堂|lobby"),
    Line("楼梯间应急灯不亮，测试按钮没反应", "更换应急灯电池", "应急灯电池1组", place="4号楼2单元楼梯间|tower-4"),
    Line("东门岗亭外面的灯不亮", "更换光控开关", "光控开关1个", place="东门岗亭|gate"),
    Line(
        "车库坡道灯全灭，下去看不见",
        "配电箱接触器烧毁，更换后恢复",
        "接触器1个",
        "",
        "high",
        0,
        "地下车库出口坡道|garage",
    ),
    Line(
        "电梯厅灯光太暗，老人看不清按钮",
        "增换高亮度灯盘",
        "灯盘2个",
        "parts-open",
        "",
        27,
        "3号楼2单元一层电梯厅|tower-3",
    ),
)
AIR = (
    Line("客厅挂机漏水，顺着墙往下流", "疏通排水管并调平内机"),
    Line("中央空调面板显示E4，不启动", "更换管温传感器，故障代码消除", "管温传感器1个", "parts"),
    Line("卧室空调声音很大，影响睡觉", "紧固外机支架，加装减震垫", "减震垫4块"),
    Line("外机不转，室内机只吹自然风", "更换外机启动电容", "电容1个", "slow"),
    Line(
        "店里吊顶机不出风，客人多，麻烦快一点", "清洗风轮，更换风机电容", "电容1个", "", "high", 0, "沿街商铺8号|shops"
    ),
    Line("换季了，想请师傅清洗滤网", "三台内机滤网清洗完毕"),
    Line("会议室空调遥控失灵", "更换接收板", "接收板1块", place="物业服务中心二层会议室|lobby"),
    Line("空调开十分钟就自己停", "补充制冷剂并检漏", "R32制冷剂0.4公斤", "rework"),
    Line("次卧空调一开就有霉味", "拆洗蒸发器，除菌处理", turn="absent"),
    Line("冬天前想把三台空调都检查一遍", "逐台测温差，情况写在保养单上交业主", turn="late", day=27),
    Line("新装的空调制热不热", "四通阀串气，已联系厂家保修", turn="parts-open", day=28),
)
DOORS = (
    Line("门锁转不动，钥匙拔不出来", "更换锁芯，交钥匙五把", "锁芯1个", "", "high"),
    Line("单元门闭门器坏了，门关不上", "更换闭门器", "闭门器1个", place="1号楼3单元门|tower-1"),
    Line("卧室门往下掉，关门刮地", "更换合页并校正门扇", "合页3个"),
    Line("阳台推拉门推不动", "更换滑轮，清理轨道", "滑轮4个", "withdraw"),
    Line("智能锁没电了，人在门外进不去", "外接应急电源开门，更换电池", "", "", "urgent", 7),
    Line("厨房窗户的把手断了", "更换执手", "窗执手1个"),
    Line("孩子把自己反锁在卫生间了", "从外侧开锁，孩子平安，更换门锁", "门锁1把", "", "urgent", 17),
    Line("纱窗破了个洞，想换纱", "换纱一扇", "纱网1.2平方米"),
    Line("门缝漏风，想加密封条", "加装密封条一圈", "密封条5米"),
    Line("卷帘门卡住放不下来，晚上没法关店", "校正导轨，更换限位器", "限位器1个", "", "high", 0, "沿街商铺11号|shops"),
    Line("地下储物间的锁坏了", "更换挂锁，核对身份后交钥匙", "挂锁1把", "undo"),
    Line("防火门关不严，一直敞着", "调整顺序器和闭门器", turn="decline", place="2号楼2单元16层|tower-2", day=21),
    Line("客厅窗扇合页松，刮风就响", "紧固并加装风撑", "风撑2个", day=29),
)
WALLS = (
    Line("客厅外墙渗水，墙皮起泡脱落", "外墙裂缝注胶，内墙铲除重刷", "注浆料2公斤、乳胶漆1桶", "", "", 9),
    Line("楼道墙面被搬家的碰掉一大块", "修补找平，同色涂刷", "腻子1袋", place="4号楼1单元3层|tower-4", day=12),
    Line("卧室顶棚返潮掉皮", "查明系楼上渗水并已处理，干透后修补", turn="absent", day=13),
    Line("阳台瓷砖空鼓，掉了两块", "铲除空鼓，重新铺贴", "瓷砖6块", "extend", day=14),
    Line("飘窗下面起皮，摸着是潮的", "待基层干透后修补", day=26),
)
LIFT = (
    Line(
        "电梯上行有异响，坐着害怕",
        "维保单位更换导靴并加油，运行平稳",
        "导靴4只",
        "outside",
        "high",
        0,
        "2号楼1单元|tower-2",
    ),
    Line(
        "电梯停在5层不动，里面有人",
        "二十分钟内救出一人，维保单位更换门锁触点",
        "",
        "",
        "urgent",
        3,
        "3号楼2单元|tower-3",
    ),
    Line("电梯里9层的按键没反应", "更换按钮", "按钮1个", place="1号楼1单元|tower-1"),
    Line("电梯门反复开合，关不上", "清理地坎异物，调整光幕", turn="unseen", place="4号楼3单元|tower-4"),
    Line("电梯平层不准，进出要抬脚", "维保单位正在调整编码器", "", "outside-open", "", 29, "2号楼2单元|tower-2"),
)
HOME = (
    Line("两居室日常保洁，三个小时", "按单逐项完成，业主验收"),
    Line("擦玻璃，客厅和两个卧室", "内外玻璃擦净，高处未做外侧", turn="rework"),
    Line("厨房深度清洁，油烟机外壳和灶台重点做", "除油完成，业主满意"),
    Line("家里老人行动不便，做一次卫生间除垢", "除垢防滑处理完毕"),
    Line("搬家后全屋清洁", "两人四小时完成", turn="amend-price"),
    Line("地毯吸尘，茶几旁边有一块果汁渍", "干洗去渍，留有浅印，已向业主说明"),
    Line("阳台和空调外机位清洁", "清洁完毕", turn="cancel"),
    Line("月底家里来客人，做一次全屋保洁", "已约定时间", turn="late", day=28),
)
HYGIENE = (
    Line("2单元门口的垃圾桶满了，地上都是", "清运并冲洗地面", place="1号楼2单元门口|tower-1"),
    Line("楼道里有人堆装修垃圾", "联系业主限时清走，已清扫", turn="slow", place="3号楼1单元9层|tower-3"),
    Line("大堂地上打翻了一杯奶茶，很滑", "擦净并放置警示牌", place="1号楼大堂|lobby"),
    Line("车库有积水和油污", "吸水、撒吸油粉、冲洗", "吸油粉1袋", place="地下车库A区|garage"),
    Line("凉亭里都是烟头和瓜子壳", "清扫并增设烟灰桶", "烟灰桶1个", place="中心花园凉亭|garden"),
    Line("电梯轿厢里有宠物尿", "冲洗消毒，张贴文明养宠提示", place="2号楼3单元电梯|tower-2", turn="reassign"),
    Line("店门前有人丢了旧沙发", "联系大件垃圾清运", turn="outside", place="沿街商铺5号门前|shops"),
    Line(
        "垃圾房味道很重，风一吹满院都是", "冲洗消毒，改为每日两次清运", turn="late", place="4号楼垃圾房|tower-4", day=30
    ),
)
PEST = (
    Line("厨房发现好几只蟑螂", "投放胶饵，半个月后复查", "胶饵2支"),
    Line("楼道里看到老鼠", "封堵管井缝隙，布放粘鼠板", "粘鼠板6张", place="3号楼3单元1层|tower-3"),
    Line("花园蚊子太多，孩子一身包", "清除积水，傍晚喷药", place="中心花园|garden"),
    Line("储物间木架上有像白蚁的虫子", "取样确认不是白蚁，喷药处理", turn="slow"),
)
TREES = (
    Line("树枝伸到窗户上了，挡光", "修剪三棵，枝叶清运", place="3号楼南侧|tower-3", day=8),
    Line(
        "花园里有一棵树被风刮歪了", "扶正并加三角支撑", "支撑杆3根", place="中心花园西侧|garden", turn="helper", day=12
    ),
    Line("草坪枯黄了一大片，像是缺水", "补水施肥，观察两周", place="中心花园草坪|garden", turn="withdraw", day=16),
)
PARKING = (
    Line("车位被别人占了，联系不上车主", "电话通知车主挪走", place="地下车库A区|garage"),
    Line("有车堵在车库门口，进不去出不来", "车主到场挪车", "", "", "high", 0, "地下车库入口|garage"),
    Line("道闸不认我的车牌", "核对登记，重新录入车牌", place="东门|gate"),
    Line("月租车到期，想续费", "已续到十二月底", turn="answer-later", place="地下车库|garage"),
    Line("有人在楼道里给电动车充电", "劝离并推到充电棚，登记提醒", "", "", "urgent", 20, "2号楼1单元1层|tower-2"),
    Line("外来车辆停在消防通道上", "通知车主驶离，放置锥桶", "", "", "high", 0, "4号楼北侧|tower-4"),
    Line("车在车库里被刮了，想看监控", "陪同调取录像，业主已联系对方", turn="reveal", place="地下车库C区|garage"),
    Line("有辆车防盗器响了半个晚上", "联系车主关闭报警", place="3号楼前|tower-3"),
    Line("充电车位被油车占着", "车主挪车，地面补喷标识", turn="unsent", place="地下车库充电区|garage"),
)
NOISE = (
    Line("楼上装修，午休时间还在打孔", "到场核实，装修队停工到两点半"),
    Line("隔壁昨晚十一点还在唱歌", "上门劝导，对方关闭音响", day=2),
    Line("广场舞音响太大，孩子没法写作业", "与领队约定音量和结束时间", place="中心花园广场|garden"),
    Line("楼上小孩跑跳，老人休息不好", "上门沟通，对方同意铺地垫", turn="retract"),
    Line("楼下店铺排风机夜里声音很大", "店家加装消声器，夜间测得四十二分贝", turn="extend", place="4号楼2单元|tower-4"),
    Line("邻居家的狗整晚叫", "与邻居沟通，晚间带进屋里", turn="reopen"),
)
CARDS = (
    Line("门禁卡丢了，补办一张", "挂失旧卡，新卡已发"),
    Line("新租户，办两张门禁卡", "核对租赁合同，发卡两张"),
    Line("门禁卡刷不开单元门", "重新授权，试刷正常"),
    Line("给家里保姆办一张临时卡", "业主本人同意，临时卡有效期三个月", turn="amend-phone"),
    Line("旧卡消磁了，换一张", "换卡，旧卡收回"),
    Line("孩子上学用，再加一张卡", "核对身份后发卡", day=30),
)
SERVICES: dict[str, tuple[Line, ...]] = {
    "plumbing": PLUMBING,
    "drain": DRAIN,
    "electrical": ELECTRICAL,
    "lighting": LIGHTING,
    "air-conditioning": AIR,
    "doors": DOORS,
    "walls": WALLS,
    "lift": LIFT,
    "home-cleaning": HOME,
    "hygiene": HYGIENE,
    "pest-control": PEST,
    "trees": TREES,
    "parking": PARKING,
    "noise": NOISE,
    "access-card": CARDS,
}

# The same trouble told a second time, by somebody else or by the same person: cancelled as a duplicate.
DUPLICATES = (
    Line("车库坡道黑着，什么都看不见", "与前面报的是同一处", turn="duplicate:lighting/6"),
    Line("污水井冒水，走路都得绕开", "与前面报的是同一处", turn="duplicate:drain/7"),
    Line("大堂地上有奶茶，差点滑倒", "与前面报的是同一处", turn="duplicate:hygiene/2"),
)

INQUIRIES = (
    Line("国庆期间服务中心几点上班", "假期前台每天有人值班，九点到十七点半；报修电话全天有人接", day=1),
    Line("第四季度物业费什么时候交，能不能用微信", "十月底前交，公众号“生活缴费”可以直接付"),
    Line("家里要装修，需要办哪些手续", "带产权证明和装修图到前台填申请，押金竣工后退"),
    Line("装宽带要不要物业配合", "预约好时间告诉前台，弱电井由工程部开门"),
    Line("车位月租多少钱，还有没有空的", "地下每月三百元，目前B区有四个空位"),
    Line("停水通知上写的是哪一天", "本月二十一日上午九点到十一点，三号楼和四号楼"),
    Line("快递柜能不能寄大件", "柜子只收小件，大件可放东门代收点"),
    Line("入户保洁怎么收费", "每次九十元起，按项目和时长另计，上门前先报价"),
    Line("租户能不能代业主办门禁卡", "可以，需业主书面同意和租赁合同"),
    Line("小区里能不能自己装充电桩", "产权车位可以，先向供电部门报装，再到前台备案", turn="answer-later"),
    Line("今年暖气哪天开始试水", "十一月初试水，具体日期提前三天在单元门张贴"),
    Line("垃圾分类早上几点开始收", "早七点到九点，晚六点到八点"),
    Line("维修基金的余额在哪里查", "可到前台查询，也可以在住建部门网站上查", turn="answer-later"),
    Line("外墙清洗什么时候轮到我们楼", "工程部正在排期，确定后电话回复", turn="unanswered", day=29),
)
SUGGESTIONS = (
    Line("建议在3号楼前加几张长椅", "已列入明年公共设施计划，谢谢您的建议", turn="refer:greening"),
    Line("建议大堂放一个雨伞架", "已采购，下周摆放", turn="answer-later"),
    Line("建议儿童游乐区铺防护垫", "工程部已量尺寸，报业委会审议", turn="refer:engineering"),
    Line("建议车库转弯处加反光镜", "已在两处加装", turn="refer:engineering"),
    Line("建议把晚上投放垃圾的时间延长到九点半", "试行一个月后再定", turn="answer-later"),
    Line("建议电梯里张贴每月的维保记录", "即日起张贴"),
    Line("建议快递柜旁边加一盏灯", "转工程部勘查", turn="refer-open:engineering", day=28),
)

CLOSING = ("客户电话确认，没有问题", "现场查看，合格", "客户在微信上回复满意", "前台回访，客户认可", "")
PROGRESS = ("已到现场，正在查找原因", "材料已领，下午继续", "做了一半，客户临时有事，约好再来", "已拆开检查，问题确定")
ABSENT = ("上门两次家里没人，电话约好改期", "客户出差，请改天再来", "客户说等周末家里有人")
