"""Dossiers of partners (office database): papers, numbers, and who found them good."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.states import VerificationState
from app.core.database import OfficeBase, Row, Stateful, one_of, state_check
from app.core.secrets import BlindIndex, OfficeSecret

SUBJECTS = ("organisation", "volunteer")
ITEMS = {
    "real_name": "实名与证件一致",
    "age": "年满 18 周岁",
    "background": "无犯罪记录查询",
    "training_child": "儿童保护培训",
    "uscc": "统一社会信用代码",
    "licence": "营业执照或登记证书",
    "charity_reg": "慈善组织登记（认定）",
    "credit": "信用情况",
    "undertaking": "保护信息承诺书",
}
HOW = {
    "real_name": "姓名、号码和证件上的一样，照片看得清",
    "age": "按身份证号算，到今天满 18 周岁",
    "background": "公安机关出具，半年以内",
    "training_child": "有结业证明，写着本人姓名",
    "uscc": "在“信用中国”查得到，名称和填的一样",
    "licence": "在有效期内，盖章清楚",
    "charity_reg": "在“慈善中国”查得到，登记机关对得上",
    "credit": "没有列入严重失信名单",
    "undertaking": "盖了章，写明不打听、不寻找、不公开；有它才能由县里直接对接",
}
REQUIRED = {
    "volunteer": ("real_name", "age"),
    "enterprise": ("uscc", "licence"),
    "charity": ("uscc", "licence", "charity_reg"),
    "volunteer_group": ("uscc", "licence"),
    "social_org": ("uscc", "licence"),
}
OPTIONAL = {
    "volunteer": ("background", "training_child"),
    "enterprise": ("credit", "undertaking"),
    "charity": ("credit", "undertaking"),
    "volunteer_group": ("credit", "undertaking"),
    "social_org": ("credit", "undertaking"),
}


class Verification(Row, Stateful, OfficeBase):
    """One submission of one partner; a later one makes a new row.

    `checks` maps an item to the day until which it holds. `id_index` finds the same person under another
    name.
    """

    __tablename__ = "verification"
    __table_args__ = (state_check(VerificationState), one_of("subject", SUBJECTS), one_of("kind", REQUIRED))

    subject: Mapped[str]
    token: Mapped[str] = mapped_column(String(32), index=True)
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str]
    area: Mapped[str] = mapped_column(String(6), index=True)
    name: Mapped[str] = mapped_column(OfficeSecret)
    fields: Mapped[str] = mapped_column(OfficeSecret)
    id_index: Mapped[str | None] = mapped_column(BlindIndex, index=True)
    items: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    valid_to: Mapped[date | None]
    first_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    second_by_key: Mapped[str | None] = mapped_column(BlindIndex)
    papers: Mapped[list["VerificationPaper"]] = relationship(order_by="VerificationPaper.id")

    def holds(self, item: str, day: date) -> bool:
        """This item was passed and has not run out on that day."""
        until = self.checks.get(item)
        return until is not None and day <= date.fromisoformat(until)

    @property
    def required(self) -> tuple[str, ...]:
        return REQUIRED[self.kind]

    @property
    def optional(self) -> tuple[str, ...]:
        return OPTIONAL[self.kind]


class VerificationPaper(Row, OfficeBase):
    __tablename__ = "verification_paper"
    __table_args__ = (one_of("item", ITEMS),)

    verification_id: Mapped[int] = mapped_column(ForeignKey("verification.id"), index=True)
    item: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(OfficeSecret)
    mime: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(OfficeSecret)
