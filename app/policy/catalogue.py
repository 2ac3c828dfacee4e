"""The need catalogue: 34 items under the twelve actions, and the amount bands of the publication gate."""

from dataclasses import dataclass
from functools import cache

from app.policy.tables import rows

KINDS = {"goods": "物", "service": "服务", "money": "资金"}
COMPANIONSHIP = frozenset({"S01", "S02"})  # 陪伴, a short cut among the kinds (decisions 24)
GENERIC_ITEM = "综合帮扶"
IMPLICATIONS = ("minor", "student", "elder", "disability", "disease")

# Upper bounds in yuan, included (decisions 21).
AMOUNT_BANDS = (
    (0, "不涉及资金"),
    (500, "500元以内"),
    (1000, "500-1000元"),
    (2000, "1000-2000元"),
    (5000, "2000-5000元"),
    (10000, "5000-10000元"),
    (20000, "1万-2万元"),
    (None, "2万元以上"),
)
BAND_NAMES = tuple(name for _, name in AMOUNT_BANDS)

_RARE = frozenset({"G15"})
_MINOR = frozenset({"S02"})
_PROFESSIONAL = frozenset({"S03", "S05", "S10", "S13"})
_SIZES = ("儿童", "成人小", "成人中", "成人大")
_STAGES = ("小学", "初中", "高中")
_VISITS = ("每周", "每两周", "每月")
_OPTIONS: dict[str, tuple[str, ...]] = {
    **{code: _SIZES for code in ("G01", "G03", "G08", "G09", "G13")},
    **{code: _STAGES for code in ("G10", "G11", "G16", "S02", "M02")},
    **{code: _VISITS for code in ("S01", "S03", "S04", "S05", "S06", "S12", "S13")},
}


@dataclass(frozen=True)
class Action:
    """One of the twelve actions (policy P2.1–P2.12). `short` is the chip's word, `icon` a lucide name."""

    no: int
    name: str
    short: str
    icon: str


@dataclass(frozen=True)
class Item:
    """One thing that may be missing. `implies` says what it tells about a household ('' = nothing)."""

    code: str
    action_no: int
    name: str
    name_en: str
    kind: str
    public_type: str
    implies: str
    lo_yuan: int
    hi_yuan: int

    @property
    def options(self) -> tuple[str, ...]:
        return _OPTIONS.get(self.code, ())

    @property
    def is_rare(self) -> bool:
        return self.code in _RARE

    @property
    def concerns_minor(self) -> bool:
        return self.code in _MINOR

    @property
    def needs_professional(self) -> bool:
        return self.code in _PROFESSIONAL

    @property
    def unit(self) -> str:
        return "次" if self.kind == "service" else "笔" if self.kind == "money" else "件"


ACTIONS: dict[int, Action] = {
    no: Action(no, name, short, icon)
    for no, name, short, icon in (
        (1, "基本生活保障", "生活", "house"),
        (2, "特殊困难农民", "农民", "sprout"),
        (3, "特殊困难残疾人", "助残", "accessibility"),
        (4, "医疗救助", "助医", "stethoscope"),
        (5, "教育救助", "助学", "book-open"),
        (6, "住房救助", "助居", "hammer"),
        (7, "就业救助", "助业", "briefcase-business"),
        (8, "法律援助", "助法", "scale"),
        (9, "特殊困难职工", "职工", "life-buoy"),
        (10, "特殊困难青年", "青少年", "footprints"),
        (11, "特殊困难妇女儿童", "妇女儿童", "flame"),
        (12, "社会参与", "陪伴", "messages-square"),
    )
}


@cache
def _items() -> dict[str, Item]:
    return {
        r["item_code"]: Item(
            r["item_code"],
            int(r["action_no"]),
            r["item_name"],
            r["name_en"],
            r["kind"],
            r["public_type"],
            r["implies"],
            int(r["lo_yuan"]),
            int(r["hi_yuan"]),
        )
        for r in rows("catalogue")
    }


ITEMS: dict[str, Item] = _items()
PUBLIC_TYPES: tuple[str, ...] = tuple(dict.fromkeys(i.public_type for i in ITEMS.values()))
NAMES: dict[str, Item] = {i.name: i for i in ITEMS.values()}


def item(code: str) -> Item:
    """Raises KeyError for a code that is not in the catalogue."""
    return ITEMS[code]


def amount_band(budget_fen: int | None, code: str) -> str:
    """From the budget; else 不涉及资金 for a service without cost; else from the catalogue's upper bound."""
    if budget_fen is not None and budget_fen > 0:
        return band_of_yuan(budget_fen / 100)
    found = ITEMS[code]
    if found.kind == "service":
        return BAND_NAMES[0]
    return band_of_yuan(found.hi_yuan)


def band_of_yuan(yuan: float) -> str:
    return next(name for bound, name in AMOUNT_BANDS if bound is None or yuan <= bound)


def export_rows() -> list[dict[str, object]]:
    """Rows of `catalogue export` (publication-gate.md)."""
    return [
        {
            "item_code": i.code,
            "action_no": i.action_no,
            "item_name": i.name,
            "public_type": i.public_type,
            "implies": i.implies,
            "lo_yuan": i.lo_yuan,
            "hi_yuan": i.hi_yuan,
        }
        for i in ITEMS.values()
    ]
