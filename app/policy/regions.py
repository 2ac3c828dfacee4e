"""Administrative divisions of Ningxia: province 2, prefecture 4, county 6, township 9, village 12 digits.

Source: data/README.md (National Bureau of Statistics' codes, 2023 edition).
"""

from dataclasses import dataclass
from functools import cache

from app.policy.tables import rows

PROVINCE = "64"
LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}


@dataclass(frozen=True)
class Region:
    """`name` as in the official list, `display` as people say it. `type` is district, town, community…"""

    code: str
    name: str
    level: str
    parent: str
    type: str

    @property
    def display(self) -> str:
        return _display(self.name) if self.level == "village" else self.name


@cache
def _all() -> dict[str, Region]:
    found = {PROVINCE: Region(PROVINCE, "宁夏回族自治区", "province", "", "region")}
    for table in ("nx_prefectures", "nx_counties", "nx_townships", "nx_villages"):
        for row in rows(table):
            code = row["code"]
            found[code] = Region(code, row["name"], LEVELS[len(code)], row["parent_code"], row["type"])
    return found


@cache
def _children() -> dict[str, tuple[Region, ...]]:
    grouped: dict[str, list[Region]] = {}
    for place in _all().values():
        grouped.setdefault(place.parent, []).append(place)
    return {parent: tuple(sorted(places, key=lambda r: r.code)) for parent, places in grouped.items()}


def region(code: str) -> Region | None:
    """The place with that code, or None."""
    return _all().get(code)


def children(code: str) -> tuple[Region, ...]:
    """The places right below, in order of their codes."""
    return _children().get(code, ())


def prefectures() -> tuple[Region, ...]:
    return children(PROVINCE)


def counties(prefecture: str = "") -> tuple[Region, ...]:
    """All 22 counties, or those of one prefecture."""
    parents = [prefecture] if prefecture else [p.code for p in prefectures()]
    return tuple(c for parent in parents for c in children(parent))


def townships_in(county: str) -> tuple[Region, ...]:
    return children(county)


def villages_in(township: str) -> tuple[Region, ...]:
    """Statistical placeholders (虚拟社区) are regions but are not offered to pick from."""
    return tuple(v for v in children(township) if "虚拟" not in v.name)


def display_name(code: str) -> str:
    """The name of one place; the code itself where it is unknown."""
    place = _all().get(code)
    return place.display if place else code


def full_name(code: str) -> str:
    """County, township and village in one line: 红寺堡区 红寺堡镇 梨花村."""
    parts = [code[:n] for n in (6, 9, 12) if len(code) >= n]
    return " ".join(display_name(part) for part in parts)


def region_in_words(text: str) -> Region | None:
    """The place that somebody names: a code, or the names from the county downwards with spaces between."""
    words = text.split()
    if len(words) == 1 and words[0].isdigit():
        return region(words[0])
    place: Region | None = None
    for word in words:
        below = counties() if place is None else children(place.code)
        place = next((p for p in below if word in (p.name, p.display)), None)
        if place is None:
            return None
    return place


def prefecture_of(county: str) -> str:
    return county[:4]


@cache
def _belts() -> dict[str, str]:
    return {row["county_code"]: row["belt"] for row in rows("nx_belts")}


def belt(county: str) -> str:
    """山区 or 川区. Raises KeyError for a code that is no county."""
    return _belts()[county]


def _display(name: str) -> str:
    short = name
    for ending, drop in (("居民委员会", 5), ("村民委员会", 5), ("居委会", 3), ("村委会", 2), ("村委员会", 3)):
        if name.endswith(ending):
            short = name[:-drop]
            break
    return short if short.endswith(("村", "社区", "生活区")) else name
