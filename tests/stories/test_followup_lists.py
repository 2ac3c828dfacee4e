"""Who sees and does what with a claim, and what the list puts first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.followup.models import Tie
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import RECEIPT, Walk, open_walk
from tests.world import office

LIST = "/office/followup/"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, login: str, path: str) -> str:
    answer = walk.office(login).get(path)
    assert answer.status_code == 200, (login, path)
    return answer.get_data(as_text=True)


def tie_page(walk: Walk, login: str, tie_id: int) -> str:
    return page(walk, login, f"{LIST}ties/{tie_id}")


STEPS = ("contact", "reject", "arrive", "let-go", "hand-over", "confirm", "dispute")
MAY = {
    "cs": {"contact", "reject", "arrive", "let-go"},
    "to": {"contact", "reject", "hand-over", "confirm", "dispute"},
    "vw": {"hand-over", "confirm", "dispute"},
    "tl": {"confirm", "dispute"},
    "cl": set(),
}


@pytest.mark.parametrize("login", sorted(MAY))
def test_each_step_is_open_to_its_roles_and_to_no_other(walk: Walk, login: str) -> None:
    tie_id = walk.claim()
    for step in STEPS:
        status = walk.post(login, tie_id, step)
        assert (status == 403) != (step in MAY[login]), (step, status)


@pytest.mark.parametrize("login", ["far_cs", "far_to", "far_vw", "far_tl", "dept", "duty", "admin"])
def test_who_has_no_part_in_it_does_not_find_it(walk: Walk, login: str) -> None:
    tie_id = walk.claim()
    number = walk.tie(tie_id).project_id
    client = walk.office(login)
    assert client.get(f"{LIST}ties/{tie_id}").status_code == 404
    assert client.get(f"{LIST}ties/{tie_id}/slip").status_code == 404
    assert walk.post(login, tie_id, "confirm", qty=1) == 404
    listed = client.get(LIST)
    assert listed.status_code == 404 or number not in listed.get_data(as_text=True)


def test_the_list_shows_exceptions_first_and_finds_by_number_and_item(walk: Walk) -> None:
    early, late = walk.claim(nth=1), walk.claim(nth=2)
    walk.post("cs", early, "contact")
    walk.later(days=3)
    listed = page(walk, "cs", LIST)
    numbers = [walk.tie(n).project_id for n in (late, early)]
    assert listed.index(numbers[0]) < listed.index(numbers[1])
    assert "超时 2 天" in listed
    care = page(walk, "cs", f"{LIST}?show=care")
    assert numbers[0] in care and numbers[1] not in care
    found = page(walk, "cs", f"{LIST}?q={numbers[1].lower()}")
    assert numbers[1] in found and numbers[0] not in found
    assert numbers[0] in page(walk, "cs", f"{LIST}?q=洗衣")
    assert "没有找到" in page(walk, "cs", f"{LIST}?q=轮椅%25")
    assert "没有找到" in page(walk, "cs", f"{LIST}?kind=money")


def test_what_waits_for_me_is_what_i_may_do_next(walk: Walk) -> None:
    tie_id = walk.arrived()
    number = walk.tie(tie_id).project_id
    mine = f"{LIST}?show=mine"
    assert number in page(walk, "vw", mine) and number not in page(walk, "cs", mine)
    walk.post("vw", tie_id, "hand-over", **RECEIPT)
    assert number not in page(walk, "vw", mine)
    assert all(number in page(walk, login, mine) for login in ("vw2", "to", "tl"))


def test_the_donors_number_is_shown_to_those_who_call(walk: Walk) -> None:
    tie_id = walk.claim()
    phone = walk.tie(tie_id).donor_phone
    assert phone
    assert phone in tie_page(walk, "cs", tie_id) and phone in tie_page(walk, "to", tie_id)
    assert phone not in tie_page(walk, "vw", tie_id)


def test_the_signatures_name_is_masked_and_stays_in_the_office(walk: Walk) -> None:
    tie_id = walk.arrived()
    walk.post("to", tie_id, "hand-over", **{**RECEIPT, "receipt_name": "暗号签收人"})
    assert "暗号签收人" not in tie_page(walk, "cs", tie_id)
    with office(walk.house) as session:
        assert session.get_one(Tie, tie_id).receipt_name == "暗号签收人"


def test_the_slip_to_sign_says_nothing_of_the_donor(walk: Walk) -> None:
    tie_id = walk.arrived()
    slip = page(walk, "vw", f"{LIST}ties/{tie_id}/slip")
    assert "签收单" in slip and walk.tie(tie_id).donor_name not in slip
