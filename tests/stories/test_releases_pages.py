"""The pages of the room as officers see them."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.house import House
from app.releases.models import Cohort, NeedProject
from app.releases.operations.projects import QUESTIONS
from tests.stories.releases_world import approve_all, crowd, drafted, first_needs, public_projects, tick
from tests.world import Site, office

BASE = "/office/releases"


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def answers(**changed: str) -> dict[str, str]:
    return {**dict.fromkeys(QUESTIONS, "no"), **changed}


def form_of(page: str) -> dict[str, str]:
    """The chosen values of the selects on a page."""
    chosen = {}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        found = re.search(r'selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
        assert found is not None
        chosen[name] = found[1]
    return chosen


def one(house: House, state: str = "drafted") -> NeedProject:
    with office(house) as session:
        return session.scalars(select(NeedProject).where(NeedProject.state == state)).one()


def test_first_signature_then_the_second(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        need_id = first_needs(session)[0].id
    cs, cl = site.office("cs"), site.office("cl")
    assert f"{BASE}/needs/{need_id}" in text(cs, f"{BASE}/")
    page = text(cs, f"{BASE}/needs/{need_id}")
    assert "邻居猜得出吗" in page
    filled = form_of(page)
    assert filled["region_label"] == "同心县"
    missing = cs.post(f"{BASE}/needs/{need_id}", data=filled)
    assert missing.status_code == 422
    unsure = cs.post(f"{BASE}/needs/{need_id}", data={**filled, **answers(guess="unsure")})
    assert unsure.status_code == 422
    assert "写一句" in unsure.get_data(as_text=True)
    signed = cs.post(f"{BASE}/needs/{need_id}", data={**filled, **answers()})
    assert signed.status_code == 303
    mine = one(house)
    assert "你是初审人" in text(cs, f"{BASE}/projects/{mine.id}")
    assert cs.post(f"{BASE}/projects/{mine.id}/approve").status_code == 403
    assert cs.get(f"{BASE}/needs/{need_id}").status_code == 303
    if mine.flags:
        site.office("safe").post(f"{BASE}/projects/{mine.id}/safeguard")
    assert cl.post(f"{BASE}/projects/{mine.id}/approve").status_code == 303
    assert one(house, "approved").id == mine.id


def test_a_finer_label_than_the_truth_is_not_on_offer(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        need_id = first_needs(session)[0].id
    cs = site.office("cs")
    filled = form_of(text(cs, f"{BASE}/needs/{need_id}"))
    for odd in ("红旗村", "银川市"):
        answer = cs.post(f"{BASE}/needs/{need_id}", data={**filled, **answers(), "region_label": odd})
        assert answer.status_code == 422, odd


def test_a_need_without_consent_says_why(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        need = first_needs(session)[0]
        need.case.consents[0].state = "withdrawn"
        need_id = need.id
    page = text(site.office("cs"), f"{BASE}/needs/{need_id}")
    assert "家里还没有同意匿名公布" in page
    assert "初审签字" not in page


def test_return_drop_and_hold_with_reasons(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        mine = drafted(session).id
    cl = site.office("cl")
    path = f"{BASE}/projects/{mine}"
    assert cl.post(f"{path}/hold", data={"held": "1"}).status_code == 303
    assert "经办同志先压下了" in text(cl, path)
    assert cl.post(f"{path}/hold", data={"held": "0"}).status_code == 303
    assert cl.post(f"{path}/return", data={"return-reason": ""}).status_code == 422
    assert cl.post(f"{path}/return", data={"return-reason": "地方写宽一点"}).status_code == 303
    page = text(cl, path)
    assert "地方写宽一点" in page
    assert cl.post(f"{path}/drop", data={"drop-reason": "直接对接"}).status_code == 409


def test_together_takes_the_plain_ones_only(house: House, site: Site) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    with office(house) as session:
        known = {p.need.item_code for p in public_projects(session) if p.area.startswith("640324")}
    crowd_again(house)
    with office(house) as session:
        flagged, plain = drafted(session, flagged=True), drafted(session)
        ids = [str(flagged.id), str(plain.id)]
        first = plain.need.item_code not in known
    cl = site.office("cl")
    unseen = cl.post(f"{BASE}/together", data={"project": ids})
    assert unseen.status_code == 422
    done = cl.post(f"{BASE}/together", data={"project": ids, "seen": "y"}, follow_redirects=True)
    assert "要单独看" in done.get_data(as_text=True)
    with office(house) as session:
        states = [session.get_one(NeedProject, int(n)).state for n in ids]
        assert states == ["drafted", "drafted" if first else "approved"]


def crowd_again(house: House) -> None:
    """Some of what is public comes back to step three, as after a returned project."""
    with office(house) as session:
        for project in public_projects(session):
            project.need.state, project.live_key, project.state = "stage3", None, "retired"


def test_who_may_look(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        plain, flagged = drafted(session).id, drafted(session, flagged=True).id
    expected = {
        "cs": (200, 200),
        "far_cs": (404, 404),
        "safe": (404, 200),
        "dept": (404, 404),
        "vw": (404, 404),
    }
    for login, codes in expected.items():
        client = site.office(login)
        assert tuple(client.get(f"{BASE}/projects/{n}").status_code for n in (plain, flagged)) == codes, login
    assert site.office("to").get(f"{BASE}/").status_code in (403, 404)
    page = text(site.office("safe"), f"{BASE}/")
    assert f"{BASE}/projects/{flagged}" in page
    assert f"{BASE}/projects/{plain}" not in page


def test_the_proposal_on_demand_and_what_is_withheld(house: House, site: Site) -> None:
    crowd(house, households=9)
    approve_all(house)
    cl = site.office("cl")
    assert "还没有算过" in text(cl, f"{BASE}/")
    assert cl.post(f"{BASE}/plan").status_code == 303
    page = text(cl, f"{BASE}/")
    assert "登记在帮的户太少" in page
    assert "再有户备案，或者与邻县合批" in page


def test_the_cohort_page_shows_other_counties_as_cards_only(house: House, site: Site) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    with office(house) as session:
        joint = [
            c for c in session.scalars(select(Cohort)) if len({p.need.county_code for p in c.projects}) == 2
        ]
        assert joint, "the crowd should make a cohort of both counties"
        far = [p for p in joint[0].projects if p.need.county_code != "640324"]
        number, ids, cases = joint[0].id, [p.id for p in far], [p.need.case.case_no for p in far]
    page = text(site.office("cl"), f"{BASE}/cohorts/{number}")
    assert "匿名证书" in page
    assert all(p.project_id in page for p in far)
    assert not any(f"projects/{n}" in page for n in ids)
    assert not any(no in page for no in cases)
    assert site.office("vw").get(f"{BASE}/cohorts/{number}").status_code == 404


def test_a_public_project_shows_its_certificate(house: House, site: Site) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    with office(house) as session:
        mine = next(p for p in public_projects(session) if p.area.startswith("640324"))
        number = mine.id
    page = text(site.office("cl"), f"{BASE}/projects/{number}")
    assert "这一批的证书" in page
    assert "同意公布</button>" not in page
    assert site.office("cl").post(f"{BASE}/projects/{number}/hold", data={"held": "1"}).status_code == 409


def test_one_turns_the_pages_of_what_waits_for_the_second_signature(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        first, second = drafted(session), drafted(session, flagged=True)
        ids = sorted((first.id, second.id))
    page = text(site.office("cl"), f"{BASE}/projects/{ids[0]}")
    assert "等复审的第 1 件，共 2 件" in page
    assert f'href="{BASE}/projects/{ids[1]}"' in page and "上一件" not in page
    assert "上一件" in text(site.office("cl"), f"{BASE}/projects/{ids[1]}")


def test_the_page_says_what_each_width_would_come_to(house: House, site: Site) -> None:
    """地方写到多细，由户数说了算: too few in the register is never called fit."""
    crowd(house)
    with office(house) as session:
        project_id = drafted(session).id
    page = text(site.office("cs"), f"{BASE}/projects/{project_id}")
    table = page[page.index("地方写到多细") :]
    rows = re.findall(r"<tr.*?</tr>", table[: table.index("</table>")], re.S)[1:]
    assert len(rows) >= 3
    for row in rows:
        households, waiting = (int(n) for n in re.findall(r'<td class="r"[^>]*>(\d+)</td>', row))
        assert ("不行" in row) == (households < 20), "fewer than 20 in the register"
        assert ("还要等" in row) == (households >= 20 and waiting < 11)


def test_the_village_and_the_number_of_people_are_struck_out(house: House, site: Site) -> None:
    crowd(house)
    with office(house) as session:
        project_id = drafted(session).id
    page = text(site.office("cs"), f"{BASE}/projects/{project_id}")
    struck = re.findall(r'<span class="strike[^"]*">([^<]*)</span>', page)
    assert any("口人" in s for s in struck) and any(re.search("村|社区", s) for s in struck)
    card = page[page.index('<article class="need">') : page.index("</article>")]
    assert not any(s in card for s in struck)
