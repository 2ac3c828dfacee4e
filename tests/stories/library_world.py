"""Shelves for the tests of the library: every item of the catalogue under a few labels, and larger ones."""

import itertools
import random
import re
from collections.abc import Iterable
from datetime import date, datetime

from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.library.models import Card, LibraryTick, ShelfCohort, Wording
from app.library.operations import finish_tick, shelve_cohort
from app.library.search import people_of, vector_of
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
    part = page.split("眼下还差的，有这些")[0]
    return re.findall(r'<h3><a href="/library/XQ-[0-9A-Z]+">([^<]+)</a></h3>', part)


def stock(house: House, count: int) -> None:
    """The same shelf as `many` gives, written in bulk: what shelving does has tests of its own."""
    cohorts: list[dict[str, object]] = []
    cards: list[dict[str, object]] = []
    wordings: dict[tuple[str, ...], dict[str, object]] = {}
    for number, payload in enumerate(many(count), start=1):
        label = Label(**payload["label"])  # type: ignore[arg-type]
        cohorts.append(
            {
                **label.as_dict(),
                "id": number,
                "cohort_id": payload["cohort_id"],
                "certificate_no": f"B{number:07d}",
                "certificate": FIGURES,
                "households_n": 14,
                "tick": DAY,
                "published_month": payload["published_month"],
            }
        )
        for row in payload["cards"]:  # type: ignore[attr-defined]
            said = _said(row, label)
            key = tuple(str(part) for part in said.values())
            if key not in wordings:
                words = vector_of(Wording(**said))
                wordings[key] = {**said, "id": len(wordings) + 1, "words": words}
            wording = wordings[key]
            cards.append({**row, "cohort_key": number, "wording_id": wording["id"], "touched": 1})
    with public(house) as session:
        for model, rows in ((ShelfCohort, cohorts), (Wording, list(wordings.values())), (Card, cards)):
            for start in range(0, len(rows), 5_000):
                session.execute(insert(model), rows[start : start + 5_000])
        session.add(LibraryTick(id=1, tick=DAY, changes=1))


def _said(row: dict[str, object], label: Label) -> dict[str, object]:
    people = people_of(
        elder=label.has_elder,
        minor=label.has_minor,
        disability=label.disability_group,
        disease=label.disease_group,
    )
    return {
        "need_item": row["need_item"],
        "action_no": row["action_no"],
        "kind": row["kind"],
        "region_label": label.region_label,
        "people": people,
    }
