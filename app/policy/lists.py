"""Closed lists (contracts §4, domain §3.5): codes as written in the import tables, labels as people read
them."""

from app.policy.tables import rows


def _labels(name: str) -> dict[str, str]:
    return {r["code"]: r["name_zh"] for r in rows("lists") if r["list"] == name}


def _groups(name: str) -> dict[str, str]:
    found = {}
    for row in rows("lists"):
        if row["list"] == name and row["note"].startswith("group "):
            found[row["code"]] = row["note"].removeprefix("group ").split(";")[0].strip()
    return found


CATEGORY = _labels("category_code")
RELATION = _labels("relation")
SEX = _labels("sex")
DISABILITY_TYPE = _labels("disability_type")
DISABILITY_GRADE = _labels("disability_grade")
DISEASE = _labels("disease_code")
SCHOOL_STAGE = _labels("school_stage")
EMPLOYMENT = _labels("employment")
URGENCY = _labels("urgency")

DISABILITY_GROUP = _groups("disability_type")
DISEASE_GROUP = _groups("disease_code")
RARE_DISEASES = frozenset(
    r["code"] for r in rows("lists") if r["list"] == "disease_code" and "rare" in r["note"]
)
SEVERE_GRADES = frozenset({1, 2})
CATEGORIES_NEEDING_DIBAO = frozenset({"C1", "C2", "C3", "C4", "C5", "C6"})

URGENCY_ORDER = ("urgent", "important", "deferred", "low")
DIBAO_KIND = {
    "none": "无",
    "urban": "城市低保",
    "rural": "农村低保",
    "single_person": "单人保",
    "fading": "渐退期",
    "edge": "低保边缘",
}
DIFFICULTY = {
    k: k
    for k in ("照护", "医疗", "康复", "就学", "住房", "就业增收", "生活物资", "心理", "法律", "出行", "陪伴")
}
LEAD_SOURCE = {
    "grid": "网格员",
    "village": "村（社区）干部",
    "twg": "驻村工作队",
    "social_worker": "社工",
    "hotline": "热线",
    "dept": "部门转来",
    "self_family": "本人或家人",
    "media": "媒体",
}
RETURN_CODES = {k: k for k in ("材料不全", "程序缺项", "日期矛盾", "人员重复", "类别与事实不符", "清单为空")}
BYPASS_REASONS = {k: k for k in ("生命健康", "基本生活中断", "未成年人风险", "极端天气")}
SUPPORTER_CHECK = {"fulfilled": "已充分履行", "partly": "部分履行", "none": "未履行", "na": "没有法定义务人"}
CONSENT_SCOPE = {
    "record": "登记与核对",
    "publish": "匿名发布需求",
    "direct_match": "由县里直接对接",
    "pair": "一对一结对",
    "disclose": "告诉结对人怎么联系村里",
}
MEMBER_STATUS = {"alive_here": "在家", "away": "在外", "moved": "迁出", "deceased": "已故"}
FREQUENCY = {"once": "一次", "weekly": "每周", "fortnightly": "每两周", "monthly": "每月"}
