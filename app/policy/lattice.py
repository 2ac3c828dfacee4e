"""The label lattice of the publication gate: what a label says, whom it fits, how much it hides.

Values are exactly those of publication-gate.md; a label that cannot be read is refused.
"""

from dataclasses import dataclass, replace
from functools import cache

from app.policy.regions import belt, counties, prefectures, region

ANY = "不限"
YES, NO = "有", "无"
WHOLE = "全区"
BELTS = ("山区", "川区")
JOIN = "、"
MOST_JOINED = 4
SIZES: dict[str, tuple[int, int]] = {
    "1-2人": (1, 2),
    "3-4人": (3, 4),
    "5人及以上": (5, 99),
    "3人及以上": (3, 99),
    "1-3人": (1, 3),
    "4人及以上": (4, 99),
    ANY: (0, 99),
}
DISABILITY = ("肢体", "视听言语", "智力精神", "多重", YES, NO, ANY)
DISEASE = ("重大疾病", "慢性病", YES, NO, ANY)
PRESENCE = (YES, NO, ANY)
COLUMNS = (
    "region_label",
    "household_size_band",
    "has_minor",
    "has_elder",
    "disability_group",
    "disease_group",
)


@dataclass(frozen=True)
class Facts:
    """What an acquaintance knows of a household. None (or an unknown size) is blank: it fits 不限 only."""

    county: str
    size: int | None
    minor: bool | None
    elder: bool | None
    disability: frozenset[str] | None
    disease: frozenset[str] | None
    student: bool | None = None


@dataclass(frozen=True)
class Label:
    """Six columns. Raises ValueError when a value is not of the lattice."""

    region_label: str
    household_size_band: str = ANY
    has_minor: str = ANY
    has_elder: str = ANY
    disability_group: str = ANY
    disease_group: str = ANY

    def __post_init__(self) -> None:
        covered_counties(self.region_label)
        known = (SIZES, PRESENCE, PRESENCE, DISABILITY, DISEASE)
        for column, values in zip(COLUMNS[1:], known, strict=True):
            if getattr(self, column) not in values:
                raise ValueError(f"{column} cannot be {getattr(self, column)!r}")

    def as_dict(self) -> dict[str, str]:
        return {column: getattr(self, column) for column in COLUMNS}

    def widened(self, column: str) -> "Label":
        """The same label with one column coarsened to 不限."""
        return replace(self, **{column: ANY})


@cache
def covered_counties(region_label: str) -> frozenset[str]:
    """The county codes that a region label stands for. Raises ValueError for one that the lattice does not
    have."""
    if region_label == WHOLE:
        return frozenset(c.code for c in counties())
    if region_label in BELTS:
        return frozenset(c.code for c in counties() if belt(c.code) == region_label)
    parts = region_label.split(JOIN)
    named = _codes_by_name()
    codes = [named.get(part, "") for part in parts]
    if "" in codes or len(set(codes)) != len(codes) or len(codes) > MOST_JOINED:
        raise ValueError(f"region_label cannot be {region_label!r}")
    lengths = {len(code) for code in codes}
    if lengths == {4}:
        return frozenset(c.code for code in codes for c in counties(code))
    if lengths == {6} and len({code[:4] for code in codes}) == 1:
        return frozenset(codes)
    raise ValueError(f"region_label cannot be {region_label!r}")


@cache
def _codes_by_name() -> dict[str, str]:
    return {p.name: p.code for p in (*prefectures(), *counties())}


def region_label_of(codes: frozenset[str]) -> str:
    """The label that stands for exactly these counties (6) or prefectures (4). Raises ValueError if there is
    none."""
    names = []
    for code in sorted(codes):
        place = region(code)
        if place is None:
            raise ValueError(f"unknown region {code}")
        names.append(place.name)
    label = JOIN.join(names)
    covered_counties(label)
    return label


def finest_label(facts: Facts) -> Label:
    """The finest label that is true of a household; blank facts become 不限."""
    place = region(facts.county)
    if place is None:
        raise ValueError(f"unknown county {facts.county}")
    return Label(
        place.name,
        _size_band(facts.size),
        _presence(facts.minor),
        _presence(facts.elder),
        _group(facts.disability),
        _group(facts.disease),
    )


def _size_band(size: int | None) -> str:
    if not size:
        return ANY
    return "1-2人" if size <= 2 else "3-4人" if size <= 4 else "5人及以上"


def _presence(known: bool | None) -> str:
    return ANY if known is None else YES if known else NO


def _group(groups: frozenset[str] | None) -> str:
    if groups is None:
        return ANY
    if not groups:
        return NO
    return next(iter(groups)) if len(groups) == 1 else YES


def fits(facts: Facts, label: Label) -> bool:
    """True when the label is true of the household (decisions 22)."""
    low, high = SIZES[label.household_size_band]
    return (
        facts.county in covered_counties(label.region_label)
        and (label.household_size_band == ANY or (facts.size is not None and low <= facts.size <= high))
        and _presence_fits(facts.minor, label.has_minor)
        and _presence_fits(facts.elder, label.has_elder)
        and _group_fits(facts.disability, label.disability_group)
        and _group_fits(facts.disease, label.disease_group)
    )


def _presence_fits(known: bool | None, wanted: str) -> bool:
    return wanted == ANY or (known is not None and known == (wanted == YES))


def _group_fits(groups: frozenset[str] | None, wanted: str) -> bool:
    if wanted == ANY:
        return True
    if groups is None:
        return False
    if wanted in (YES, NO):
        return bool(groups) == (wanted == YES)
    return wanted in groups


def no_finer(label: Label, floor: Label) -> bool:
    """True when `label` says no more than `floor` in any column (decisions 14: same or coarser, never
    finer)."""
    return (
        covered_counties(floor.region_label) <= covered_counties(label.region_label)
        and _within(SIZES[floor.household_size_band], SIZES[label.household_size_band])
        and all(getattr(label, c) in (ANY, getattr(floor, c)) for c in ("has_minor", "has_elder"))
        and all(
            _group_no_finer(getattr(label, c), getattr(floor, c))
            for c in ("disability_group", "disease_group")
        )
    )


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _group_no_finer(shown: str, floor: str) -> bool:
    return shown in (ANY, floor) or (shown == YES and floor not in (ANY, NO))


def satisfies(facts: Facts, implication: str) -> bool | None:
    """Whether a household has what an item implies; None where it is not known. '' is true of all."""
    if implication == "":
        return True
    if implication == "minor":
        return facts.minor
    if implication == "student":
        return facts.student
    if implication == "elder":
        return facts.elder
    groups = facts.disability if implication == "disability" else facts.disease
    return None if groups is None else bool(groups)


def certainty_penalty(label: Label, item_level: str, register_counties: int) -> float:
    """Mean over seven parts, 0 = everything said, 1 = nothing (decisions 26). `item_level`: item, type or
    generic."""
    covered = len(covered_counties(label.region_label))
    low, high = SIZES[label.household_size_band]
    parts = [
        (covered - 1) / (register_counties - 1) if register_counties > 1 else 0.0,
        (min(high, 6) - max(low, 1)) / 5,
        1.0 if label.has_minor == ANY else 0.0,
        1.0 if label.has_elder == ANY else 0.0,
        _group_penalty(label.disability_group),
        _group_penalty(label.disease_group),
        {"item": 0.0, "type": 1 / 3, "generic": 2 / 3}[item_level],
    ]
    return sum(parts) / 7


def _group_penalty(value: str) -> float:
    return 1.0 if value == ANY else 0.5 if value == YES else 0.0


def describe(label: Label) -> str:
    """The label in one line, as cards show it: 吴忠市 · 3-4人户 · 有老人."""
    parts = [label.region_label]
    if label.household_size_band != ANY:
        parts.append(label.household_size_band + ("户" if label.household_size_band[-1] == "人" else "的户"))
    parts += [
        value + noun
        for value, noun in ((label.has_minor, "未成年人"), (label.has_elder, "老人"))
        if value != ANY
    ]
    parts += _group_words(label.disability_group, "残疾") + _group_words(label.disease_group, "疾病")
    return " · ".join(parts)


def _group_words(value: str, noun: str) -> list[str]:
    if value == ANY:
        return []
    if value in (YES, NO):
        return [value + ("残疾人" if noun == "残疾" else "大病慢病")]
    return [f"{value}{noun}" if noun == "残疾" else value]
