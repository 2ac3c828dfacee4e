"""The whole entry by hand, by the people it takes: from the village worker's phone to the county's filing."""

from app.core.house import House
from tests.stories.cases_world import (
    BATCHES,
    CASES,
    account,
    batch_state,
    case_of,
    decision,
    enter,
    item_of,
    need_ids,
    page,
    sent,
    sheet,
    state,
    votes,
    wish,
)
from tests.world import Site


def test_from_a_phone_in_the_village_to_the_countys_filing(any_house: House) -> None:
    site = Site(any_house)
    vw, to, tl, cs = (site.office(login) for login in ("vw", "to", "tl", "cs"))
    case_id = enter(vw, with_child=True)
    here = f"{CASES}/{case_id}"
    assert "记入户核实" in page(vw, here)
    second = account(any_house, "to")
    assert "测试to" in page(vw, f"{here}/check")
    sent(vw.post(f"{here}/check", data=sheet(second, capacity="guardian")))
    assert state(any_house, case_id) == "eval_pending"
    page(vw, f"{here}/evaluation")
    sent(vw.post(f"{here}/evaluation", data=votes()))
    assert "列困难和需求" in page(vw, here)
    sent(vw.post(f"{here}/list/difficulties", data={"difficulty-kind": "照护", "difficulty-detail": "没人"}))
    for code in ("G07", "G10"):
        sent(vw.post(f"{here}/list/needs", data=wish(code)))
    assert "2 件需求" in page(vw, f"{here}/list")
    sent(vw.post(f"{here}/list/submit"))
    assert "请测试tl登录来办" in page(to, here)
    needs = need_ids(page(tl, f"{here}/determination"))
    assert len(needs) == 2
    sent(tl.post(f"{here}/determination", data=decision(needs)))
    assert state(any_house, case_id) == "determined"
    assert f'value="{case_id}" checked' in page(to, f"{BATCHES}/")
    batch = sent(to.post(f"{BATCHES}/", data={"case": [str(case_id)]}))
    batch_id = int(batch.rsplit("/", 1)[1])
    assert "请测试tl登录来报" in page(to, batch)
    assert "去报送这一批" in page(tl, here)
    sent(tl.post(f"{batch}/submit"))
    assert "由测试cs、测试cs2办" in page(to, batch)
    onward = sent(cs.post(f"{batch}/review"))
    assert onward == f"{BATCHES}/items/{item_of(any_house, case_id)}"
    assert "备案这一户" in page(cs, onward)
    assert sent(cs.post(f"{onward}/file")) == batch
    sent(cs.post(f"{batch}/finish"))
    assert batch_state(any_house, batch_id) == "filed"
    filed = case_of(any_house, case_id)
    assert filed.state == "filed" and filed.filing_no == f"BA-{filed.case_no}"
    assert "① 落实现有政策" in page(vw, f"{here}/list")
