"""Organisations and volunteers (public database). Identity numbers and papers only pass through, as
letters."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.states import PartnerState
from app.core.database import PublicBase, Row, Stateful, one_of, state_check
from app.core.secrets import PublicSecret

ORGANISATION_KINDS = {
    "charity": "慈善组织",
    "enterprise": "企业",
    "volunteer_group": "志愿服务组织",
    "social_org": "社会组织",
}
SKILLS = {
    "company": "陪伴聊天",
    "tutor": "辅导功课",
    "haircut": "理发",
    "clean": "打扫",
    "repair": "修电器、修房",
    "escort": "陪同看病",
    "law": "法律",
    "psy": "心理",
    "rehab": "康复护理",
    "errand": "代买代办",
    "skill": "教手艺",
}
LANGUAGES = {"mandarin": "普通话", "local": "宁夏方言", "sign": "手语"}
TIMES = {"weekday": "平日白天", "evening": "平日晚上", "weekend": "周末"}
CADENCE = {"once": "一次", "monthly": "每月一次", "fortnightly": "每两周一次", "weekly": "每周一次"}
FOR_CHILDREN = ("background", "training_child")  # what an adult needs around a child (I-22)
# The papers that each kind hands in, by the item of verification that they prove; True where it cannot be
# left out.
PAPERS = {
    "volunteer": {"real_name": True, "background": False, "training_child": False},
    "charity": {"licence": True, "charity_reg": True, "credit": False, "undertaking": False},
    "enterprise": {"licence": True, "credit": False, "undertaking": False},
    "volunteer_group": {"licence": True, "credit": False, "undertaking": False},
    "social_org": {"licence": True, "credit": False, "undertaking": False},
}
PAPER_LABELS = {
    "real_name": "身份证（正反面拍在一张上）",
    "background": "无犯罪记录证明",
    "training_child": "儿童保护培训结业证明",
    "licence": "营业执照或登记证书",
    "charity_reg": "慈善组织登记（认定）证书",
    "credit": "信用报告",
    "undertaking": "保护信息承诺书（盖章）",
}


class _Partner(Row, Stateful):
    """`checks` maps an item of verification to the day until which it holds (ISO)."""

    token: Mapped[str] = mapped_column(String(32), unique=True)
    region_code: Mapped[str] = mapped_column(String(6))
    phone: Mapped[str] = mapped_column(PublicSecret)
    checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    valid_to: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(PublicSecret)

    def is_verified(self, day: date) -> bool:
        """Verified, and no required check has run out on that day (I-21)."""
        return self.state == PartnerState.VERIFIED and self.valid_to is not None and day <= self.valid_to

    def has_check(self, item: str, day: date) -> bool:
        until = self.checks.get(item)
        return until is not None and day <= date.fromisoformat(until)

    def may_be_with_children(self, day: date) -> bool:
        return all(self.has_check(item, day) for item in FOR_CHILDREN)


class Organisation(_Partner, PublicBase):
    """A charity, an enterprise or a group: one kind of thing (decisions 5)."""

    __tablename__ = "organisation"
    __table_args__ = (
        state_check(PartnerState),
        one_of("kind", ORGANISATION_KINDS),
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
    )

    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str]
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    contact: Mapped[str] = mapped_column(PublicSecret)

    @property
    def partner_kind(self) -> str:
        return self.kind

    @property
    def organisation_id(self) -> int:
        return self.id

    @property
    def volunteer_id(self) -> None:
        return None

    @property
    def public_name(self) -> str:
        return self.name


class Volunteer(_Partner, PublicBase):
    """One person who helps. The identity number went to the office and is not kept here."""

    __tablename__ = "volunteer"
    __table_args__ = (state_check(PartnerState),)

    real_name: Mapped[str] = mapped_column(PublicSecret)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    times: Mapped[list[str]] = mapped_column(JSON, default=list)

    @property
    def partner_kind(self) -> str:
        return "volunteer"

    @property
    def organisation_id(self) -> None:
        return None

    @property
    def volunteer_id(self) -> int:
        return self.id

    @property
    def public_name(self) -> str:
        """What the office and a household hear: the family name and a courtesy."""
        return self.real_name[:1] + "某"
