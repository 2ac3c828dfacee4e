"""What can be wrong with an import table (domain §8): a code, what it says, and what to do about it."""

import re
from dataclasses import dataclass, field
from typing import Any

from app.core.messages import Message, msg
from app.needs.operations.importing.columns import BY_KEY

Text = tuple[Message, Message]
WARNINGS = frozenset({"E208", "E301", "E303", "E404", "E504"})

TEXTS: dict[str, Text] = {
    "E101": (msg("户编号和第 {other} 行重复"), msg("一户一行；改掉其中一个编号，或者删掉重复的行。")),
    "E102": (msg("“户”表里没有这个编号"), msg("补上这一户，或者改成“户”表里的编号。")),
    "E103": (msg("没有找到这个地方{near}"), msg("照“村代码”表填代码，或者填全名。")),
    "E104": (msg("这个村不在你的管辖范围"), msg("去掉这一户，或者请那边的同志导入。")),
    "E105": (msg("叫这个名字的不止一处"), msg("改填 {digits} 位代码。")),
    "E106": (msg("这个户编号已经用过，申请人不是同一位"), msg("核对编号；确实是另一户，就换一个编号。")),
    "E201": (msg("身份证号不对：{why}"), msg("对着证件重填；单元格用文本格式，不然末尾会丢。")),
    "E202": (
        msg("和“成员”表第 {other} 行是同一个身份证号"),
        msg("一个人只能在一户里。核对证件，删掉或改正一行。"),
    ),
    "E203": (msg("这个人已经在另一户在帮家庭里"), msg("请与县社工部联系，核对后再导入。")),
    "E204": (msg("每户要有一位“本人”，只能有一位；这户有 {n} 位"), msg("在“成员”表里改“与申请人关系”。")),
    "E205": (msg("申请人和“成员”表里“本人”那一行对不上"), msg("两边的姓名和身份证号要一样。")),
    "E206": (msg("和身份证号里的{what}不一样"), msg("对着证件改正一处；填了身份证号，这一格可以空着。")),
    "E207": (msg("成员编号和第 {other} 行重复"), msg("一户里每人一个编号。")),
    "E208": (msg("身份证号还缺"), msg("可以先导入，之后在户页面补上。")),
    "E301": (
        msg("成员情况看不出符合这个类别：{why}"),
        msg("核对类别和成员的残疾、病种、出生日期；没错就不用改。"),
    ),
    "E302": (msg("C8 这一类还没有启用"), msg("从 C1 到 C7 里选。")),
    "E303": (msg("这个类别要是低保户"), msg("核对低保类型；没错就不用改。")),
    "E305": (msg("残疾等级要填 1 到 4，有残疾类别才填"), msg("类别和等级要么都填，要么都空着。")),
    "E401": (msg("目录里没有这个需求项目"), msg("从下拉里选，例如“G07 洗衣机”。")),
    "E402": (msg("数量要是 1 到 99 的整数"), msg("改成整数，例如 1。")),
    "E403": (msg("“{item}”没有这个选项"), msg("改成：{options}；或者空着。")),
    "E404": (msg("这一项涉及孩子"), msg("可以先导入，之后补上监护人的同意。")),
    "E405": (msg("没有这一项行动"), msg("填 1 到 12，或者从下拉里选。")),
    "E406": (msg("轻重缓急只能是急、重、缓、轻"), msg("从四个字里选一个。")),
    "E407": (msg("需求编号和第 {other} 行重复"), msg("一户里每项需求一个编号。")),
    "E500": (msg("这个文件读不了：{why}"), msg("用模板重新填一份，再传。")),
    "E501": (msg("必填，现在空着"), msg("补上{heading}。")),
    "E502": (msg("日期不对：{why}"), msg("改成 1963-08-11 这样。")),
    "E503": (msg("单元格里是公式，或者以 = + - @ 开头"), msg("去掉公式，只留文字或数字。")),
    "E504": (msg("说明里像是有姓名、电话、住址或链接"), msg("删掉这些；说明不会公布，也不该写。")),
    "E505": (msg("和模板不一样：{why}"), msg("下载最新的模板，把内容粘过去。")),
    "E506": (msg("行数太多，一次最多 {most} 行"), msg("分成几个文件，分次导入。")),
    "E507": (msg("太长：现在 {n} 个字，最多 {most} 个"), msg("写短一些。")),
    "E508": (msg("没有这个选择"), msg("从下拉里选，例如“{example}”。")),
    "E509": (msg("只填数字，{why}"), msg("改成 1200 或 1200.50 这样。")),
    "E510": (msg("电话不对：手机号要 11 位，座机带区号"), msg("对一遍号码，改正或空着。")),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one cell. `shown` is its content with personal parts masked; row 0: the file."""

    code: str
    sheet: str
    row: int
    column: str
    shown: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_warning(self) -> bool:
        return self.code in WARNINGS

    @property
    def what(self) -> Message:
        return Message(TEXTS[self.code][0].text, self.values)

    @property
    def fix(self) -> Message:
        return Message(TEXTS[self.code][1].text, self.values)

    @property
    def sheet_title(self) -> str:
        return BY_KEY[self.sheet].title if self.sheet in BY_KEY else ""

    @property
    def heading(self) -> str:
        if self.sheet not in BY_KEY or not self.column:
            return ""
        return BY_KEY[self.sheet].column(self.column).heading

    def line(self) -> str:
        """For a terminal: 户 第 14 行 困难类别：没有这个选择。从下拉里选。"""
        place = (
            f"{self.sheet_title} 第 {self.row} 行 {self.heading}".strip() if self.row else self.sheet_title
        )
        shown = f"“{self.shown}”" if self.shown else ""
        return f"{self.code} {place}{shown}：{self.what}。{self.fix}"


def masked(text: str, *, personal: bool) -> str:
    """Enough to find the cell, not enough to know the person."""
    if not personal or not text:
        return text if len(text) <= 40 else text[:39] + "…"
    if len(text) >= 15 and text[:-1].isdigit():
        return f"{text[:5]}{'*' * 6}{text[-3:]}"
    if re.match(r"[12]\d{3}\D", text):
        return f"{text[:4]}****"
    if len(text) >= 7 and text.isdigit():
        return f"{text[:3]}****{text[-2:]}"
    return f"{text[0]}{'*' * min(len(text) - 1, 2)}" if len(text) <= 6 else f"（{len(text)} 个字）"
