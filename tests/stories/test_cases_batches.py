"""A township's batch and the county's filing, household by household."""

import pytest
from sqlalchemy import select

from app.cases.models import BatchItem, Case, EntryBatch
from app.core.audit import OfficeAudit
from app.core.house import House
from app.needs.models import Need
from tests.stories.cases_world import (
    BATCHES,
    CASES,
    batch_state,
    batched,
    case_of,
    determined,
    item_of,
    page,
    said,
    sent,
    state,
    under_review,
)
from tests.world import Site, office

COUNTY_SIDE = ("cs", "cl")


def test_a_batch_takes_more_and_gives_back_while_it_is_a_draft(house: House, site: Site) -> None:
    first, second = determined(site, 1), determined(site, 2)
    to = site.office("to")
    batch_id = batched(site, first)
    here = f"{BATCHES}/{batch_id}"
    assert f'<option value="{batch_id}">' in page(to, f"{BATCHES}/")
    assert sent(to.post(f"{BATCHES}/", data={"case": [str(second)], "batch": str(batch_id)})) == here
    sent(to.post(f"{BATCHES}/items/{item_of(house, first)}/remove"))
    assert (state(house, first), state(house, second)) == ("determined", "batched")
    shown = page(to, here)
    assert case_of(house, second).case_no in shown and case_of(house, first).case_no not in shown
    with office(house) as session:
        assert session.scalars(select(EntryBatch.batch_no)).one() == "RK-640324100-2026-01"


def test_a_second_press_makes_no_second_batch(house: House, site: Site) -> None:
    case_id, to = determined(site), site.office("to")
    batched(site, case_id)
    again = to.post(f"{BATCHES}/", data={"case": [str(case_id)]})
    assert again.status_code == 422 and "不在别的批次里" in said(again)
    with office(house) as session:
        assert len(session.scalars(select(EntryBatch)).all()) == 1
        assert len(session.scalars(select(BatchItem)).all()) == 1


def test_an_empty_batch_is_not_sent(house: House, site: Site) -> None:
    case_id = determined(site)
    batch_id = batched(site, case_id)
    sent(site.office("to").post(f"{BATCHES}/items/{item_of(house, case_id)}/remove"))
    tl = site.office("tl")
    assert "批次里还没有户" in page(tl, f"{BATCHES}/{batch_id}")
    assert tl.post(f"{BATCHES}/{batch_id}/submit").status_code == 409


def test_only_the_lead_sends_and_takes_back(house: House, site: Site) -> None:
    batch_id = batched(site, determined(site))
    here = f"{BATCHES}/{batch_id}"
    assert site.office("to").post(f"{here}/submit").status_code == 403
    tl = site.office("tl")
    assert tl.post(f"{BATCHES}/items/1/remove").status_code == 403
    sent(tl.post(f"{here}/submit"))
    assert batch_state(house, batch_id) == "submitted"
    assert site.office("to").post(f"{BATCHES}/items/1/remove").status_code == 409
    sent(tl.post(f"{here}/recall"))
    sent(tl.post(f"{here}/submit"))
    sent(site.office("cs").post(f"{here}/review"))
    late = tl.post(f"{here}/recall")
    assert late.status_code == 409, "the county has begun"
    assert "撤回这一批" not in page(tl, here)


def test_the_county_sees_a_batch_once_it_was_sent(house: House, site: Site) -> None:
    case_id = determined(site)
    batch_id = batched(site, case_id)
    number = "RK-640324100-2026-01"
    for login in COUNTY_SIDE:
        client = site.office(login)
        assert client.get(f"{BATCHES}/{batch_id}").status_code == 404
        assert number not in page(client, f"{BATCHES}/")
        assert f"{BATCHES}/{batch_id}" not in page(client, f"{CASES}/{case_id}")
    sent(site.office("tl").post(f"{BATCHES}/{batch_id}/submit"))
    for login in COUNTY_SIDE:
        assert number in page(site.office(login), f"{BATCHES}/")
        assert number in page(site.office(login), f"{BATCHES}/{batch_id}")


def test_another_townships_or_countys_batch_does_not_exist(house: House, site: Site) -> None:
    case_id = determined(site)
    batch_id = under_review(site, case_id)
    item = item_of(house, case_id)
    for login in ("far_to", "far_tl", "far_cs", "far_cl", "vw", "dept", "duty", "admin"):
        client = site.office(login)
        assert client.get(f"{BATCHES}/{batch_id}").status_code == 404, login
        assert client.get(f"{BATCHES}/items/{item}").status_code == 404, login
        for act in ("submit", "recall", "review", "finish"):
            assert client.post(f"{BATCHES}/{batch_id}/{act}").status_code == 404, (login, act)
        for act in ("file", "return", "object", "remove"):
            assert client.post(f"{BATCHES}/items/{item}/{act}").status_code == 404, (login, act)
    far = site.office("far_to")
    answer = far.post(f"{BATCHES}/", data={"case": [str(case_id)], "batch": str(batch_id)})
    assert answer.status_code in (404, 422)
    assert "RK-640324100" not in page(far, f"{BATCHES}/")


def test_a_household_of_elsewhere_is_not_put_in(house: House, site: Site) -> None:
    case_id = determined(site)
    answer = site.office("far_to").post(f"{BATCHES}/", data={"case": [str(case_id)]})
    assert answer.status_code == 422
    assert state(house, case_id) == "determined"
    with office(house) as session:
        assert session.scalars(select(EntryBatch)).all() == [], "a refused batch leaves nothing"


def test_in_its_own_county_the_lead_looks_but_does_not_decide(house: House, site: Site) -> None:
    case_id = determined(site)
    under_review(site, case_id)
    item, cl = item_of(house, case_id), site.office("cl")
    shown = page(cl, f"{BATCHES}/items/{item}")
    assert "由县社工部经办来办" in shown and "备案这一户" not in shown
    assert cl.post(f"{BATCHES}/items/{item}/file").status_code == 403


def test_nothing_is_decided_before_the_review_begins(house: House, site: Site) -> None:
    case_id = determined(site)
    batch_id = batched(site, case_id)
    sent(site.office("tl").post(f"{BATCHES}/{batch_id}/submit"))
    item, cs = item_of(house, case_id), site.office("cs")
    answer = cs.post(f"{BATCHES}/items/{item}/file")
    assert answer.status_code == 409 and "还没有开始看" in said(answer)
    assert state(house, case_id) == "batched"


def test_the_county_files_returns_and_objects(house: House, site: Site) -> None:
    cases = [determined(site, n) for n in (1, 2, 3)]
    batch_id = under_review(site, *cases)
    here, cs = f"{BATCHES}/{batch_id}", site.office("cs")
    items = [item_of(house, c) for c in cases]
    assert cs.post(f"{here}/finish").status_code == 409, "three are not decided yet"
    onward = sent(cs.post(f"{BATCHES}/items/{items[0]}/file"))
    assert onward == f"{BATCHES}/items/{items[1]}", "on to the next"
    blank = cs.post(f"{BATCHES}/items/{items[1]}/return", data={"return-code": "材料不全"})
    assert blank.status_code == 422 and "照着补" in said(blank)
    no_code = cs.post(f"{BATCHES}/items/{items[1]}/return", data={"return-note": "缺会议纪要"})
    assert no_code.status_code == 422
    fill = {"return-code": "材料不全", "return-note": "缺会议纪要"}
    sent(cs.post(f"{BATCHES}/items/{items[1]}/return", data=fill))
    ground = cs.post(f"{BATCHES}/items/{items[2]}/object", data={"object-note": " "})
    assert ground.status_code == 422 and "要写明依据" in said(ground)
    sent(cs.post(f"{BATCHES}/items/{items[2]}/object", data={"object-note": "第 2 条，收入对不上"}))
    again = cs.post(f"{BATCHES}/items/{items[0]}/object", data={"object-note": "改主意"})
    assert again.status_code == 409 and "已经办过" in said(again)
    sent(cs.post(f"{here}/finish"))
    assert [state(house, c) for c in cases] == ["filed", "determined", "objected"]
    assert batch_state(house, batch_id) == "part_filed"
    shown = page(site.office("to"), here)
    assert "缺会议纪要" in shown and "第 2 条，收入对不上" in shown


def test_what_was_returned_goes_into_the_next_batch(house: House, site: Site) -> None:
    case_id, cs = determined(site), site.office("cs")
    under_review(site, case_id)
    fill = {"return-code": "日期矛盾", "return-note": "评议在入户之前"}
    sent(cs.post(f"{BATCHES}/items/{item_of(house, case_id)}/return", data=fill))
    assert "评议在入户之前" in page(site.office("to"), f"{CASES}/{case_id}")
    second = under_review(site, case_id)
    sent(cs.post(f"{BATCHES}/items/{item_of(house, case_id)}/file"))
    sent(cs.post(f"{BATCHES}/{second}/finish"))
    assert (state(house, case_id), batch_state(house, second)) == ("filed", "filed")


def objected(site: Site) -> int:
    case_id = determined(site)
    under_review(site, case_id)
    item = item_of(site.house, case_id)
    sent(site.office("cs").post(f"{BATCHES}/items/{item}/object", data={"object-note": "收入对不上"}))
    return case_id


def test_the_lead_answers_an_objection_and_stays_with_it(house: House, site: Site) -> None:
    case_id, tl = objected(site), site.office("tl")
    here = f"{CASES}/{case_id}/objection"
    assert "答复异议" in page(tl, f"{CASES}/{case_id}") and "收入对不上" in page(tl, here)
    assert site.office("to").get(here).status_code == 403
    assert tl.post(here, data={"stand": "reaffirm", "answer": ""}).status_code == 422
    sent(tl.post(here, data={"stand": "reaffirm", "answer": "核过存折，没有别的收入"}))
    assert state(house, case_id) == "determined"
    shown = page(site.office("cs"), f"{CASES}/{case_id}")
    assert "核过存折" in shown and "收入对不上" in shown, "both voices stay on record"


def test_the_lead_withdraws_and_the_people_are_free(house: House, site: Site) -> None:
    case_id, tl = objected(site), site.office("tl")
    sent(tl.post(f"{CASES}/{case_id}/objection", data={"stand": "withdraw", "answer": "确实超过标准"}))
    assert state(house, case_id) == "not_determined"
    with office(house) as session:
        case = session.get_one(Case, case_id)
        assert case.open_key is None and all(m.open_key is None for m in case.household.members)
    assert "确实超过标准" in page(site.office("vw"), f"{CASES}/{case_id}")


def test_filing_changes_nothing_the_village_wrote_and_starts_the_needs(house: House, site: Site) -> None:
    case_id = determined(site)
    under_review(site, case_id)
    before = case_of(house, case_id)
    sent(site.office("cs").post(f"{BATCHES}/items/{item_of(house, case_id)}/file"))
    after = case_of(house, case_id)
    same = ("category", "narrative", "cond_a", "cond_b", "cond_c", "cond_d", "supporter_check", "area")
    assert [getattr(before, n) for n in same] == [getattr(after, n) for n in same]
    with office(house) as session:
        assert [n.state for n in session.scalars(select(Need))] == ["stage1"]


def test_opening_a_household_for_filing_is_on_the_audit(house: House, site: Site) -> None:
    case_id = determined(site)
    under_review(site, case_id)
    page(site.office("cs"), f"{BATCHES}/items/{item_of(house, case_id)}")
    with office(house) as session:
        seen = select(OfficeAudit).where(OfficeAudit.verb == "case.read", OfficeAudit.object_id == case_id)
        assert "county_swd" in {row.actor_role for row in session.scalars(seen)}


@pytest.mark.parametrize("login", COUNTY_SIDE)
def test_names_are_covered_for_the_county(house: House, site: Site, login: str) -> None:
    case_id = determined(site)
    batch_id = under_review(site, case_id)
    for path in (f"{BATCHES}/{batch_id}", f"{BATCHES}/items/{item_of(house, case_id)}"):
        shown = page(site.office(login), path)
        assert "测试人1" not in shown and "某某" in shown, path
    assert "测试人1" in page(site.office("to"), f"{BATCHES}/{batch_id}")
