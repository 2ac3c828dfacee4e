"""Shelves for the tests of the library: every item of the catalogue under a few labels, and larger ones."""

import itertools
import random
import re
from collections.abc import Iterable
from datetime import date, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.library.operations import finish_tick, shelve_cohort
from app.policy.catalogue import ITEMS, Item, amount_band
from app.policy.lattice import Label
from app.policy.lists import URGENCY_ORDER
from tests.clock import NOW
from tests.world import public

DAY = local_day(NOW)
LABELS = (
    Label("同心县", "1-2人", has_elder="有"),
    Label("吴忠市", has_minor="有"),
    Label("西吉县", "3-4人"),
    Label("全区", disability_group="有"),
)
FIGURES = {
    "k": 11,
    "households": 14,
    "register": 40,
    "compatible": 20,
    "implied": 12,
    "items": 4,
    "top_share": 0.4,
    "rules": "gate-2",
}


def card(number: str, item: Item, *, urgency: str = "important", **other: object) -> dict[str, object]:
    return {
        "project_id": number,
        "action_no": item.action_no,
        "need_item": item.name,
        "kind": item.kind,
        "amount_band": amount_band(None, item.code),
        "urgency": urgency,
        **other,
    }


def cohort(
    number: int, label: Label, cards: Iterable[dict[str, object]], tick: date = DAY
) -> dict[str, object]:
    return {
        "cohort_id": f"C{number:015d}",
        "label": label.as_dict(),
        "certificate": {**FIGURES, "number": f"T{number:03d}-TEST"},
        "tick": tick.isoformat(),
        "published_month": f"{tick:%Y-%m}",
        "cards": list(cards),
    }


def shelve_all(session: Session, payloads: Iterable[dict[str, object]], now: datetime = NOW) -> None:
    for payload in payloads:
        shelve_cohort(session, payload, now=now)
    finish_tick(session, local_day(now).isoformat(), now=now)


def catalogue_shelf(house: House) -> None:
    """Each item once under each of LABELS, in all four grades of urgency."""
    grades = itertools.cycle(URGENCY_ORDER)
    with public(house) as session:
        shelve_all(
            session,
            (
                cohort(
                    n,
                    label,
                    [
                        card(f"XQ-{n:02d}{i:06d}", item, urgency=next(grades))
                        for i, item in enumerate(ITEMS.values())
                    ],
                )
                for n, label in enumerate(LABELS)
            ),
        )


def many(count: int, seed: int = 3) -> list[dict[str, object]]:
    """Cohorts of 20 cards until there are `count`, drawn from the catalogue and the lattice's regions."""
    rng = random.Random(seed)
    regions = (
        "全区",
        "山区",
        "川区",
        "银川市",
        "吴忠市",
        "固原市",
        "吴忠市、固原市",
        "中卫市",
        "同心县",
        "西吉县",
        "沙坡头区",
    )
    items = list(ITEMS.values())
    payloads = []
    for n in range(-(-count // 20)):
        label = Label(
            rng.choice(regions),
            rng.choice(("不限", "1-2人", "3-4人")),
            has_minor=rng.choice(("有", "无", "不限")),
            has_elder=rng.choice(("有", "无", "不限")),
        )
        cards = [
            card(f"XQ-{n * 20 + i:08d}", rng.choice(items), urgency=rng.choice(URGENCY_ORDER))
            for i in range(min(20, count - n * 20))
        ]
        payloads.append(cohort(n, label, cards))
    return payloads


def shown_items(visitor: FlaskClient, question: str, **also: str) -> list[str]:
    """The titles of the cards on the first page of a search, in their order."""
    page = visitor.get("/library", query_string={"q": question, **also}).get_data(as_text=True)
    part = page.split("差不多的，眼下有这些")[0]
    return re.findall(r'<h3><a href="/library/XQ-[0-9A-Z]+">([^<]+)</a></h3>', part)
