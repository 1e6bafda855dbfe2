"""What the generated desk is asked, says and is called: words only, of nobody and no place in particular."""

# service of policies.yaml, its department, how often it is asked for
SERVICES = (
    ("plumbing", "engineering", 16),
    ("drain", "engineering", 9),
    ("electrical", "engineering", 12),
    ("lighting", "engineering", 8),
    ("air-conditioning", "engineering", 6),
    ("doors", "engineering", 8),
    ("walls", "engineering", 3),
    ("lift", "engineering", 4),
    ("home-cleaning", "cleaning", 7),
    ("hygiene", "cleaning", 8),
    ("pest-control", "cleaning", 3),
    ("trees", "greening", 3),
    ("parking", "security", 6),
    ("noise", "security", 5),
    ("access-card", "desk", 2),
)
SKILLS = {
    "plumbing": "plumbing",
    "drain": "plumbing",
    "electrical": "electrical",
    "lighting": "electrical",
    "air-conditioning": "hvac",
    "doors": "carpentry",
    "walls": "masonry",
    "lift": "lift",
    "home-cleaning": "cleaning",
    "hygiene": "cleaning",
    "pest-control": "pest-control",
    "trees": "gardening",
    "parking": "security",
    "noise": "security",
    "access-card": "desk",
}
PLACES = (
    "厨房",
    "卫生间",
    "主卧",
    "次卧",
    "客厅",
    "阳台",
    "书房",
    "储物间",
    "楼道",
    "大堂",
    "地下车库",
    "设备间",
    "入户门口",
    "中庭",
)
FAULTS = {
    "plumbing": (
        "水管接头渗水",
        "水龙头关不紧",
        "软管老化漏水",
        "水压偏低，洗澡时忽冷忽热",
        "角阀锈死拧不动",
        "马桶水箱一直进水",
    ),
    "drain": ("地漏返水有异味", "下水道堵塞", "洗菜盆排水很慢", "马桶堵了，自己通过没有用"),
    "electrical": ("空气开关一合就跳", "插座没有电", "插座打火，已断开总闸", "半边房间断电"),
    "lighting": ("声控灯不亮", "灯管闪烁", "应急灯脱落", "路灯白天也亮着"),
    "air-conditioning": ("空调不制冷", "室内机滴水", "外机噪音很大", "空调显示故障代码E5"),
    "doors": ("门锁打不开", "合页松动，门关不严", "防火门闭门器失灵", "玻璃门地弹簧坏了"),
    "walls": ("墙面起皮脱落", "外墙渗水，墙角发霉", "瓷砖空鼓", "吊顶开裂"),
    "lift": ("电梯停在中间楼层不动", "轿厢异响", "按键失灵", "门反复开合"),
    "home-cleaning": ("装修后要做一次全面保洁", "擦玻璃，共六扇", "厨房重油污清洗", "搬家前打扫"),
    "hygiene": ("垃圾没有及时清运", "楼梯间有积水", "有人乱堆杂物", "宠物粪便无人清理"),
    "pest-control": ("发现蟑螂", "有老鼠出没", "白蚁蛀了门框", "蚊虫很多，要求消杀"),
    "trees": ("树枝伸到窗前", "枯枝可能掉落", "绿篱长得太高", "草坪有大片枯死"),
    "parking": ("车位被占", "道闸不抬杆", "车辆刮蹭，要查监控", "消防通道停了车"),
    "noise": ("深夜装修扰民", "楼上反复拖动桌椅", "广场音响声音太大", "狗叫一夜"),
    "access-card": ("门禁卡失灵", "补办门禁卡一张", "新租户办卡两张"),
}
DETAILS = (
    "",
    "",
    "，来电人比较着急",
    "，家里有老人，请尽快",
    "，白天有人在家",
    "，请先电话联系再上门",
    "，上次修过又坏了",
    "，影响做饭",
    "，昨晚开始的",
    "，已自行断水断电",
    "，要求带发票",
    "，周末方便",
    "，楼下邻居也反映",
    "，请带梯子",
    "，旧件请留给业主",
)
QUESTIONS = (
    "物业费怎么缴",
    "装修要办哪些手续",
    "地下车位还有没有出租",
    "停水到几点",
    "宽带入户找谁办",
    "垃圾分类的投放时间",
    "快递柜在哪里",
)
ANSWERS = ("已当场告知", "告知在前台办理，带身份证明即可", "已说明停水时段", "告知每天早晚各一次", "已发办事指南")
NOTES = (
    "已换密封圈",
    "现场拍照三张",
    "等电梯维保单位到场",
    "更换配件一个",
    "业主在场验收",
    "材料已领",
    "先临时处理，明天再来",
)
CAUSES = ("waiting-customer", "waiting-parts", "waiting-parts", "waiting-outside")
GRUMBLES = ("配件缺货", "现场没有人", "需要两个人", "图纸与现场不符")
AREAS = ("tower-1", "tower-2", "tower-3", "tower-4", "lobby", "garage", "garden", "shops", "gate")
SURNAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"  # nobody is called so
LESSONS = ("产品知识", "规章制度", "电话礼仪", "安全操作", "投诉处理")
MARKED = ("按月评定", "服务态度评分", "抽查服务录音", "结合客户反映评定")
COMPLAINTS = (
    "约好的时间没有来人，打电话也没有回音",
    "同样的问题修了两次仍未修好",
    "工作人员态度冷淡，解释不清",
    "施工后没有清理现场",
    "收费与事先告知的不一致",
    "用的配件质量差，几天就坏了",
    "等了两天才派人来",
    "通知不到位，事先不知道要停水",
    "公共区域长期无人打扫",
    "夜间施工影响休息",
)
ON_TOP = ("", "", "，要求当面道歉", "，要求给出书面答复", "，同楼几户都有意见", "，请经理回电")
KINDS = ("attitude", "skill", "skill", "facilities", "materials", "area")  # valid ones of policies.yaml
GROUNDS = ("standard", "ground", "outside")
RULINGS = ("经核实，情况属实", "核对派工记录，与投诉人所述一致", "询问当事人后认定", "查看现场后认定")
UNFOUNDED = ("查无相应记录", "属正常施工时段", "投诉人对服务标准有误解", "系市政管网原因")
REASONS = ("未按约定时间到场", "交接时漏登记", "没有按作业流程施工", "沟通不充分", "备件不足", "新员工不熟悉流程")
PLANS = ("补充培训并抽查三次", "改用合格配件", "派工单加注预约时间", "增加一次现场复核", "重做并免收人工费")
RESULTS = ("重新上门修好，客户验收", "当面致歉并说明原因", "更换配件，试用正常", "减免本次费用", "已安排专人跟进")
REMARKS = ("", "", "", "", "很及时", "师傅很专业", "希望来之前打个电话", "修得不错，就是等得久了点", "问题又出现了一次")
APPROVALS = ("事实清楚", "按规定处理", "首次，从轻", "已当面谈话")
