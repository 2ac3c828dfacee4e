"""The three sheets and their columns (contracts §4, domain §8), for reading, template, report and export."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.policy import lists
from app.policy.catalogue import ACTIONS, ITEMS

TEMPLATE_VERSION = "1"
GUIDE, CHOICES, PLACES, ERRORS = "填写说明", "选项", "村代码", "错误清单"


@dataclass(frozen=True)
class Column:
    """`heading` stands in the workbook, `key` in CSV; `other` are headings taken as well.

    `personal` values are masked where they are only shown. Money: yuan under the heading, fen under the key.
    """

    key: str
    heading: str
    hint: str
    example: str = ""
    required: bool = False
    personal: bool = False
    money: bool = False
    longest: int = 0
    width: int = 14
    choices: Mapping[str, str] = field(default_factory=dict)
    other: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The heading as written in the template."""
        return f"{self.heading}（元）" if self.money else self.heading

    def offered(self) -> list[str]:
        """What the drop-down list holds: the word, with its code in front where people use the code."""
        return [self.written(code) for code in self.choices]

    def written(self, code: str) -> str:
        """A value as it stands in a cell of our own workbooks."""
        word = self.choices.get(code)
        if word is None:
            return code
        return word if code == word or self.key in _BY_NAME else f"{code} {word}"


@dataclass(frozen=True)
class Sheet:
    key: str
    title: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        return next(c for c in self.columns if c.key == key)


_BY_NAME = frozenset({"disease_code", "urgency", "dibao_kind", "frequency", "disability_grade"})
_ACTIONS = {str(no): a.name for no, a in ACTIONS.items()}
_ITEMS = {code: i.name for code, i in ITEMS.items()}
_OPTIONS = {o: o for i in ITEMS.values() for o in i.options}
_HOUSEHOLD_REF = Column(
    "household_ref", "户编号", "每户一个编号，三张表里写得一样。", "TX-0001", required=True, longest=20
)

HOUSEHOLDS = Sheet(
    "households",
    "户",
    (
        _HOUSEHOLD_REF,
        Column(
            "county_code",
            "县区代码",
            "6 位代码，也可写县名。",
            "640324",
            required=True,
            other=("县区", "县（区）", "县"),
        ),
        Column(
            "township_code",
            "乡镇代码",
            "9 位代码，也可写乡镇名。",
            "640324100",
            required=True,
            other=("乡镇", "乡镇（街道）", "街道"),
        ),
        Column(
            "village_code",
            "村代码",
            "12 位代码，见“村代码”表；也可写村名。",
            "640324100001",
            required=True,
            width=17,
            other=("村", "村（社区）", "社区"),
        ),
        Column(
            "category_code",
            "家庭类别",
            "从下拉里选。",
            "C7",
            required=True,
            width=30,
            choices=lists.CATEGORY,
            other=("困难类别", "家庭类别代码"),
        ),
        Column(
            "address_detail",
            "详细住址",
            "不会公布。",
            "一组",
            personal=True,
            longest=200,
            width=24,
            other=("住址",),
        ),
        Column(
            "applicant_name",
            "申请人姓名",
            "和成员表里“本人”那一行一样。",
            "（姓名）",
            required=True,
            personal=True,
            longest=50,
        ),
        Column(
            "applicant_id_no",
            "申请人身份证号",
            "18 位，和成员表里“本人”那一行一样。",
            "（18 位号码）",
            required=True,
            personal=True,
            width=22,
        ),
        Column(
            "phone",
            "联系电话",
            "11 位手机号，或带区号的座机。",
            "（电话）",
            personal=True,
            width=16,
            other=("电话",),
        ),
        Column("monthly_income_fen", "月收入", "只填数字，最多两位小数。", "1200", money=True),
        Column("batch_no", "批次号", "自己的批次编号，可不填。", "202611", longest=30),
        Column(
            "narrative",
            "情况说明",
            "最多 1000 字，不会公布。",
            "",
            personal=True,
            longest=1000,
            width=40,
            other=("情况",),
        ),
        Column("dibao_kind", "低保类型", "从下拉里选，可不填。", "农村低保", choices=lists.DIBAO_KIND),
    ),
)
MEMBERS = Sheet(
    "members",
    "成员",
    (
        _HOUSEHOLD_REF,
        Column("member_ref", "成员编号", "一户里不重复。", "TX-0001-1", required=True, longest=40, width=18),
        Column(
            "relation",
            "与申请人关系",
            "每户有且只有一位“本人”。",
            "本人",
            required=True,
            choices=lists.RELATION,
            other=("关系", "与户主关系"),
        ),
        Column("name", "姓名", "", "（姓名）", required=True, personal=True, longest=50),
        Column(
            "id_no",
            "身份证号",
            "18 位。“本人”必填；其他人一时没有，写“暂缺”。",
            "（18 位号码）",
            personal=True,
            width=22,
            other=("证件号",),
        ),
        Column("sex", "性别", "填了身份证号可以不填。", "女", choices=lists.SEX),
        Column(
            "birth_date",
            "出生日期",
            "像 1963-08-11 这样；填了身份证号可以不填。",
            "1963-08-11",
            personal=True,
        ),
        Column("disability_type", "残疾类别", "从下拉里选。", "", choices=lists.DISABILITY_TYPE),
        Column(
            "disability_grade", "残疾等级", "1 到 4；有残疾类别时必填。", "", choices=lists.DISABILITY_GRADE
        ),
        Column("disease_code", "病种", "从下拉里选中文名。", "", width=18, choices=lists.DISEASE),
        Column("school_stage", "就学阶段", "从下拉里选。", "", choices=lists.SCHOOL_STAGE),
        Column("employment", "就业状况", "从下拉里选。", "务农", choices=lists.EMPLOYMENT),
    ),
)
NEEDS = Sheet(
    "needs",
    "需求",
    (
        _HOUSEHOLD_REF,
        Column("need_ref", "需求编号", "一户里不重复。", "TX-0001-N1", required=True, longest=60, width=18),
        Column(
            "action_no",
            "对应行动",
            "1 到 12，从下拉里选。",
            "1",
            required=True,
            width=20,
            choices=_ACTIONS,
            other=("行动",),
        ),
        Column(
            "item_code",
            "需求项目",
            "从下拉里选。",
            "G07",
            required=True,
            width=20,
            choices=_ITEMS,
            other=("项目",),
        ),
        Column("quantity", "数量", "1 到 99 的整数。", "1", required=True, width=8),
        Column("budget_fen", "预算", "只填数字，最多两位小数；不知道就空着。", "1500", money=True),
        Column(
            "urgency", "轻重缓急", "急、重、缓、轻。", "重", required=True, width=10, choices=lists.URGENCY
        ),
        Column(
            "description",
            "说明",
            "最多 200 字，不写姓名、电话、住址；不会公布。",
            "",
            personal=True,
            longest=200,
            width=40,
            other=("描述",),
        ),
        Column("option", "选项", "尺码、学段或频率，可不填。", "", choices=_OPTIONS, other=("尺码",)),
        Column("frequency", "频次", "可不填，默认一次。", "", choices=lists.FREQUENCY),
    ),
)
SHEETS = (HOUSEHOLDS, MEMBERS, NEEDS)
BY_KEY = {s.key: s for s in SHEETS}


def plain(heading: object) -> str:
    """A heading without spaces, stars and full-width forms, so that small changes do not matter."""
    return re.sub(r"[\s*_]", "", unicodedata.normalize("NFKC", str(heading or ""))).lower()


def headings_of(sheet: Sheet) -> dict[str, tuple[str, bool]]:
    """Every heading that is understood, as `plain` writes it: (key, whether money under it is in yuan)."""
    known: dict[str, tuple[str, bool]] = {}
    for column in sheet.columns:
        for word in (column.heading, column.title, *column.other):
            known[plain(word)] = (column.key, column.money)
        known[plain(column.key)] = (column.key, False)
        known[plain(column.heading + "（分）")] = (column.key, False)
    return known
