"""Who acts: a role held at a post, with the area and links that bound it (domain §2, decisions 2-3)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    COUNTY_SWD = "county_swd"
    COUNTY_SWD_LEAD = "county_swd_lead"
    COUNTY_DEPT = "county_dept"
    DUTY_OFFICER = "duty_officer"
    TOWNSHIP_OFFICER = "township_officer"
    TOWNSHIP_LEAD = "township_lead"
    VILLAGE_WORKER = "village_worker"
    ORG_ADMIN = "org_admin"
    VOLUNTEER = "volunteer"
    PLATFORM_ADMIN = "platform_admin"
    SYSTEM = "system"


ROLE_LABELS = {
    Role.COUNTY_SWD: "县社工部经办",
    Role.COUNTY_SWD_LEAD: "县社工部负责人",
    Role.COUNTY_DEPT: "县级部门",
    Role.DUTY_OFFICER: "包抓单位联系人",
    Role.TOWNSHIP_OFFICER: "乡镇（街道）经办",
    Role.TOWNSHIP_LEAD: "乡镇（街道）分管领导",
    Role.VILLAGE_WORKER: "村（社区）工作者",
    Role.ORG_ADMIN: "单位管理员",
    Role.VOLUNTEER: "志愿者",
    Role.PLATFORM_ADMIN: "平台管理员",
    Role.SYSTEM: "自动",
}

OFFICE_ROLES = (
    Role.COUNTY_SWD,
    Role.COUNTY_SWD_LEAD,
    Role.COUNTY_DEPT,
    Role.DUTY_OFFICER,
    Role.TOWNSHIP_OFFICER,
    Role.TOWNSHIP_LEAD,
    Role.VILLAGE_WORKER,
    Role.PLATFORM_ADMIN,
)
PARTNER_ROLES = (Role.ORG_ADMIN, Role.VOLUNTEER)

# How long a region code each role's post must carry: county 6, township 9, village 12 digits.
AREA_DIGITS = {
    Role.COUNTY_SWD: 6,
    Role.COUNTY_SWD_LEAD: 6,
    Role.COUNTY_DEPT: 6,
    Role.DUTY_OFFICER: 6,
    Role.TOWNSHIP_OFFICER: 9,
    Role.TOWNSHIP_LEAD: 9,
    Role.VILLAGE_WORKER: 12,
}


@dataclass(frozen=True)
class Actor:
    """One person at one post. `person_key` is the same for all accounts of one person (I-05).

    `area` is a region-code prefix; an officer without one cannot be made, since an empty prefix
    would match every village. Raises ValueError.
    """

    account_id: int
    person_key: str
    name: str
    role: Role
    area: str = ""
    unit_id: int | None = None
    actions: frozenset[int] = field(default=frozenset())
    organisation_id: int | None = None
    volunteer_id: int | None = None
    grid: str | None = None
    safeguarding: bool = False  # of 妇联, 卫健 or 民政: gives the third approval
    finance: bool = False  # of the county's finance bureau: answers for step ④

    def __post_init__(self) -> None:
        digits = AREA_DIGITS.get(self.role)
        if digits is not None and len(self.area) != digits:
            raise ValueError(f"{self.role} needs an area of {digits} digits")

    @property
    def label(self) -> str:
        """What rows keep as their maker: role and account number, never a name."""
        return f"{self.role}:{self.account_id}"

    @property
    def county(self) -> str:
        return self.area[:6]


SYSTEM = Actor(account_id=0, person_key="system", name="自动", role=Role.SYSTEM)
