"""What the planner is given and gives back."""

from dataclasses import dataclass, field

from app.policy.catalogue import GENERIC_ITEM, ITEMS, Item
from app.policy.lattice import Facts, Label

REASONS = {
    "direct": "要的东西会说出这户没有的情况，改由县里直接对接",
    "register_small": "登记在帮的户太少，公布了容易猜出来",
    "too_few": "条件相近、等着公布的户还不够 11 户",
    "item_rare": "要同类东西的户还不够 11 户",
    "item_register": "登记的户里有同样情况的还不够 20 户",
    "same_item": "同一批里这一样东西占得太多",
    "few_kinds": "同一批里还不到 3 种东西",
    "held_back": "经办同志先压下了",
    "gate": "公布前再数一遍，有一条没过",
}
RELEASED_BY = {
    "direct": "联系一家单位直接对接",
    "register_small": "再有户备案，或者与邻县合批",
    "too_few": "再等几户，或者放宽标签与邻县合批",
    "item_rare": "再有要同类东西的户；等满 4 周会以“综合帮扶”公布",
    "item_register": "再有同样情况的户备案；等满 4 周会以“综合帮扶”公布",
    "same_item": "下一批优先排",
    "few_kinds": "再有别的种类的需求",
    "held_back": "经办同志放行",
    "gate": "下一批会重新编组",
}


@dataclass(frozen=True)
class Waiting:
    """One approved need. `floor` is the finest label it may carry; `facts` are the household's on the tick's
    day."""

    need_id: int
    household_id: int
    item_code: str
    facts: Facts
    floor: Label
    weeks: int = 0

    @property
    def item(self) -> Item:
        return ITEMS[self.item_code]


@dataclass(frozen=True)
class RegisterHousehold:
    household_id: int
    facts: Facts


@dataclass(frozen=True)
class Row:
    """A need as it will be shown: `generic` rows are 综合帮扶 and imply nothing."""

    need: Waiting
    generic: bool = False

    @property
    def implies(self) -> str:
        return "" if self.generic else self.need.item.implies

    @property
    def shown(self) -> str:
        return GENERIC_ITEM if self.generic else self.need.item.name


@dataclass(frozen=True)
class Cohort:
    """Rows that appear together under one label, with the certificate's figures."""

    label: Label
    rows: tuple[Row, ...]
    certificate: dict[str, int | float]


@dataclass(frozen=True)
class Withheld:
    need: Waiting
    reason: str

    @property
    def why(self) -> str:
        return REASONS[self.reason]

    @property
    def released_by(self) -> str:
        return RELEASED_BY[self.reason]


@dataclass(frozen=True)
class Plan:
    cohorts: tuple[Cohort, ...] = ()
    withheld: tuple[Withheld, ...] = field(default=())
