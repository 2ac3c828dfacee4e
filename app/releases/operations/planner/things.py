"""What the planner is given and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.policy.catalogue import GENERIC_ITEM, ITEMS, Item
from app.policy.lattice import Facts, Label

RULES_VERSION = "gate-2"

REASONS: Mapping[str, tuple[str, str]] = {
    "direct": ("要的东西会说出这户没有的情况，公布了反而好认", "联系一家单位直接对接"),
    "register_small": (
        "登记在帮的户还不够 20 户，公布了容易猜出来",
        "再有户备案，或者与邻县合批；急的先直接对接",
    ),
    "too_few": ("条件相近、等着公布的户还不够", "再等几户，或者放宽标签与邻县合批"),
    "item_rare": (
        "这一批里有同样情况的户还不够",
        "再有同样情况的户要东西；满 4 周仍不够，就以“综合帮扶”公布",
    ),
    "item_register": (
        "登记的户里有同样情况的还不够 20 户",
        "再有同样情况的户备案；满 4 周仍不够，就以“综合帮扶”公布",
    ),
    "few_kinds": ("同一批里还不到 3 种东西", "再有别的种类的需求"),
    "same_item": ("同一批里这一样东西占得太多", "再有别的种类的需求，下一批优先排"),
}


@dataclass(frozen=True)
class Gate:
    """The numbers of the rules, all dated parameters. k may only be raised (decisions 13)."""

    k: int = 11
    register_min: int = 20
    distinct_items: int = 3
    top_share: float = 0.6
    generic_after_weeks: int = 4


@dataclass(frozen=True)
class WaitingNeed:
    """One approved need. `floor`: the finest label it may carry; `facts`: its household's on the tick's
    day."""

    need_id: int
    project_id: str
    household_id: int
    item_code: str
    facts: Facts
    floor: Label
    waiting_since: date

    @property
    def item(self) -> Item:
        return ITEMS[self.item_code]

    def weeks(self, today: date) -> int:
        return (today - self.waiting_since).days // 7


@dataclass(frozen=True)
class RegisterHousehold:
    """A household filed and in care on the tick's day."""

    household_id: int
    facts: Facts


@dataclass(frozen=True)
class PublishedCohort:
    """A cohort of the past. A need that comes back never says more than it did then."""

    label: Label
    need_ids: frozenset[int]


@dataclass(frozen=True)
class PlannedRow:
    """A need as it will be shown: its catalogue item, or 综合帮扶 without an action (rule 6)."""

    need: WaitingNeed
    generic: bool = False

    @property
    def project_id(self) -> str:
        return self.need.project_id

    @property
    def household_id(self) -> int:
        return self.need.household_id

    @property
    def shown(self) -> str:
        return GENERIC_ITEM if self.generic else self.need.item.name

    @property
    def implies(self) -> str:
        return "" if self.generic else self.need.item.implies

    @property
    def action_no(self) -> int | None:
        return None if self.generic else self.need.item.action_no


@dataclass(frozen=True)
class PlannedCohort:
    """Rows that become public together under one label, in random order, with their certificate."""

    label: Label
    rows: tuple[PlannedRow, ...]
    certificate: Mapping[str, int | float | str]


@dataclass(frozen=True)
class Withheld:
    """A need that waits on: why, what would release it, and since when."""

    need: WaitingNeed
    reason: str

    @property
    def why(self) -> str:
        return REASONS[self.reason][0]

    @property
    def released_by(self) -> str:
        return REASONS[self.reason][1]

    @property
    def since(self) -> date:
        return self.need.waiting_since


@dataclass(frozen=True)
class Plan:
    cohorts: Sequence[PlannedCohort] = ()
    withheld: Sequence[Withheld] = field(default=())
