"""紧急冻结: a cohort is hidden whole and at once in every place, and comes back as it was or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.house import House
from app.library.models import Card, ShelfCohort
from app.library.queries import card_by_number
from app.needs.models import Need
from app.releases.models import Cohort, NeedProject
from app.releases.operations.freezing import freeze_cohort, retire_frozen, unfreeze_cohort
from app.releases.operations.takedown import take_down
from tests.clock import NOW
from tests.stories.gifts_world import make_claim
from tests.stories.releases_world import approve_all, carry, crowd, table, tick, week
from tests.world import COUNTY, Site, office, officer, public

WHY = "有人在群里说猜得出是哪家"


@pytest.fixture
def frozen(house: House) -> tuple[House, list[str]]:
    """Two weeks' cohorts, of which one is frozen; its cards' numbers."""
    crowd(house, households=30)
    approve_all(house)
    tick(house)
    with office(house) as session:
        cohort = ours(session)
        numbers = sorted(p.project_id for p in cohort.projects)
    return house, numbers


def ours(session: Session) -> Cohort:
    found = session.scalars(select(Cohort).order_by(Cohort.id)).all()
    return next(c for c in found if any(p.area.startswith(COUNTY) for p in c.projects))


def freeze(house: House, *, login: str = "cs") -> None:
    with office(house) as session:
        freeze_cohort(session, ours(session), reason=WHY, actor=officer(session, login), now=NOW)
    carry(house)


def unfreeze(house: House) -> None:
    with office(house) as session:
        unfreeze_cohort(
            session, ours(session), note="查过了，没有问题", actor=officer(session, "cl"), now=NOW
        )
    carry(house)


def numbers_shown(house: House) -> set[str]:
    return {str(row["project_id"]) for row in table(house)}


def test_all_its_cards_go_from_every_place_together(frozen: tuple[House, list[str]]) -> None:
    house, numbers = frozen
    site = Site(house)
    site.work()  # the index knows them
    browser = site.visitor()
    before = browser.get("/api/v1/projects.csv").get_data(as_text=True)
    assert all(n in before for n in numbers)
    item = next(str(r["need_item"]) for r in table(house) if r["project_id"] == numbers[0])
    assert browser.get(f"/library/{numbers[0]}").status_code == 200
    freeze(house)
    site.work()
    for path in ("/library", f"/library?q={item}", "/", "/recommend", "/sitemap.xml", "/api/v1/projects"):
        page = browser.get(path)
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert not [n for n in numbers if n in text], path
    after = browser.get("/api/v1/projects.csv").get_data(as_text=True)
    assert not [n for n in numbers if n in after]
    for number in numbers:
        assert browser.get(f"/library/{number}").status_code == 404
        assert browser.get(f"/api/v1/projects/{number}").status_code == 404
    assert numbers_shown(house).isdisjoint(numbers)


def test_the_page_that_was_fetched_before_is_not_valid_any_more(frozen: tuple[House, list[str]]) -> None:
    house, _ = frozen
    browser = Site(house).visitor()
    etag = browser.get("/library").headers["ETag"]
    freeze(house)
    again = browser.get("/library", headers={"If-None-Match": etag})
    assert again.status_code == 200


def test_unfrozen_it_comes_back_to_the_letter(frozen: tuple[House, list[str]]) -> None:
    house, _ = frozen
    before = table(house)
    page = Site(house).visitor()
    cards = page.get("/api/v1/projects.csv").get_data(as_text=True)
    freeze(house)
    assert table(house) != before
    unfreeze(house)
    assert table(house) == before
    assert page.get("/api/v1/projects.csv").get_data(as_text=True) == cards


def test_what_a_household_took_back_meanwhile_stays_blank(frozen: tuple[House, list[str]]) -> None:
    house, numbers = frozen
    freeze(house)
    with office(house) as session:
        project = session.scalars(select(NeedProject).where(NeedProject.project_id == numbers[0])).one()
        vw = officer(session, "vw")
        take_down(session, project, actor=vw, now=NOW)
    carry(house)
    unfreeze(house)
    row = next(r for r in table(house) if r["project_id"] == numbers[0])
    assert (row["need_item"], row["status"]) == ("", "retired")
    assert len(numbers_shown(house) & set(numbers)) == len(numbers)


def test_nobody_can_claim_what_is_frozen_and_who_held_it_before_keeps_it(
    frozen: tuple[House, list[str]],
) -> None:
    house, numbers = frozen
    site = Site(house)
    with public(house) as session:
        card = session.scalars(select(Card).where(Card.project_id.in_(numbers), Card.kind == "goods")).first()
        assert card is not None
        ref = make_claim(session, card.project_id, "firm").claim_ref
        other = next(n for n in numbers if n != card.project_id)
        held = card.project_id
    site.carry()
    freeze(house)
    site.work()
    assert site.public("charity").get(f"/library/{other}/claim").status_code == 404
    assert site.public("firm").get(f"/my/claims/{ref}").status_code == 200
    with public(house) as session:
        assert card_by_number(session, held) is None
    with office(house) as session:
        project = session.scalars(select(NeedProject).where(NeedProject.project_id == held)).one()
        assert (project.need.state, project.status) == ("held", "claimed")


def test_a_frozen_cohort_neither_turns_nor_leaves_at_the_tick(frozen: tuple[House, list[str]]) -> None:
    house, _ = frozen
    freeze(house)
    with office(house) as session:
        cohort = ours(session)
        for project in cohort.projects:
            project.need.state, project.need.residual_qty = "met", 0
    tick(house, week(18))
    with office(house) as session:
        cohort = ours(session)
        assert (cohort.state, cohort.retired_on) == ("frozen", None)
        assert {p.status for p in cohort.projects} == {"open"}
    unfreeze(house)
    tick(house, week(19))
    with office(house) as session:
        assert ours(session).state == "retired"


def test_taken_off_after_the_review_it_is_gone_and_its_needs_wait_again(
    frozen: tuple[House, list[str]],
) -> None:
    house, numbers = frozen
    freeze(house)
    with office(house) as session:
        retire_frozen(session, ours(session), note="标签太细", actor=officer(session, "cl"), now=NOW)
    carry(house)
    with office(house) as session:
        projects = session.scalars(select(NeedProject).where(NeedProject.project_id.in_(numbers))).all()
        assert {p.state for p in projects} == {"retired"}
        assert {session.get_one(Need, p.need_id).state for p in projects} == {"stage3"}
        assert all(p.live_key is None for p in projects)
    with public(house) as session:
        gone = session.scalars(select(ShelfCohort).where(ShelfCohort.absence == "retired")).all()
        assert len(gone) == 1
    tick(house, week(1))
    assert numbers_shown(house).isdisjoint(numbers)


def test_the_officer_freezes_and_only_the_lead_lets_it_go(frozen: tuple[House, list[str]]) -> None:
    house, _ = frozen
    site = Site(house)
    with office(house) as session:
        path = f"/office/releases/cohorts/{ours(session).id}"
    cs, cl = site.office("cs"), site.office("cl")
    assert cs.post(f"{path}/freeze", data={"freeze-reason": ""}).status_code == 422
    assert cs.post(f"{path}/freeze", data={"freeze-reason": WHY}).status_code == 303
    assert WHY in cl.get(path).get_data(as_text=True)
    note = {"review-reason": "查过了，是误会"}
    assert cs.post(f"{path}/unfreeze", data=note).status_code == 403
    assert site.office("vw").post(f"{path}/freeze", data={"freeze-reason": WHY}).status_code == 404
    assert cl.post(f"{path}/unfreeze", data={"review-reason": ""}).status_code == 422
    assert cl.post(f"{path}/unfreeze", data=note).status_code == 303
    page = cs.get(path).get_data(as_text=True)
    assert "原样放回" in page and "在库里" in page
    assert cl.post(f"{path}/unfreeze", data=note).status_code == 409


def test_frozen_and_back_on_both_engines(any_house: House) -> None:
    crowd(any_house)
    approve_all(any_house)
    tick(any_house)
    before = table(any_house)
    freeze(any_house)
    assert len(table(any_house)) < len(before)
    unfreeze(any_house)
    assert table(any_house) == before
    tick(any_house, week(1))
    assert {r["project_id"] for r in table(any_house)} >= {r["project_id"] for r in before}


def test_its_certificate_says_that_it_is_being_looked_at(frozen: tuple[House, list[str]]) -> None:
    house, _ = frozen
    freeze(house)
    with office(house) as session:
        number = ours(session).certificate_no
    browser = Site(house).visitor()
    assert "暂时不在库里" in browser.get(f"/verify/{number}").get_data(as_text=True)
    certificate = browser.get(f"/api/v1/certificates/{number}").get_json()
    assert certificate["retired"] is False


def test_frozen_and_thawed_twice_the_letters_keep_their_order(frozen: tuple[House, list[str]]) -> None:
    """All four are under way before the first arrives."""
    house, numbers = frozen
    with office(house) as session:
        cohort, cs, cl = ours(session), officer(session, "cs"), officer(session, "cl")
        for n in range(2):
            now = NOW + timedelta(minutes=n)
            freeze_cohort(session, cohort, reason=WHY, actor=cs, now=now)
            if not n:
                unfreeze_cohort(session, cohort, note="没有问题的", actor=cl, now=now)
    carry(house, NOW + timedelta(minutes=2))
    assert numbers_shown(house).isdisjoint(numbers)
