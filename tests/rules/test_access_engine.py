"""The access table's engine: allow, forbid, hide."""

from types import SimpleNamespace

from app.policy.access import ANYONE, Table, Verdict, rule
from app.policy.actors import Actor, Role
from app.policy.relations import in_area, own_action, own_donor

VILLAGE = Actor(1, "p1", "甲", Role.VILLAGE_WORKER, area="640303100200")
TOWNSHIP = Actor(2, "p2", "乙", Role.TOWNSHIP_OFFICER, area="640303100")
DEPT = Actor(3, "p3", "丙", Role.COUNTY_DEPT, area="640303", actions=frozenset({3}))
DONOR = Actor(4, "p4", "丁", Role.VOLUNTEER, volunteer_id=9)
TABLE = Table(
    (
        rule("case.read", Role.VILLAGE_WORKER, Role.TOWNSHIP_OFFICER, relation=in_area),
        rule("case.open", Role.VILLAGE_WORKER, relation=in_area),
        rule("need.read", Role.COUNTY_DEPT, relation=own_action),
        rule("claim.read", Role.VOLUNTEER, relation=own_donor),
        rule("card.browse", ANYONE),
    )
)
CASE = SimpleNamespace(area="640303100200", action_no=3)
NEIGHBOUR = SimpleNamespace(area="640303100202", action_no=4)


def test_one_with_the_role_in_the_area_may() -> None:
    assert TABLE.decide(VILLAGE, "case.open", CASE) is Verdict.ALLOW


def test_one_who_may_read_but_not_do_is_forbidden() -> None:
    assert TABLE.decide(TOWNSHIP, "case.open", CASE) is Verdict.FORBIDDEN


def test_outside_the_area_a_thing_does_not_exist() -> None:
    assert TABLE.decide(VILLAGE, "case.open", NEIGHBOUR) is Verdict.HIDDEN
    assert TABLE.decide(VILLAGE, "case.read", NEIGHBOUR) is Verdict.HIDDEN


def test_a_role_without_any_right_to_a_kind_of_thing_sees_nothing_of_it() -> None:
    assert TABLE.decide(DONOR, "case.open", CASE) is Verdict.HIDDEN


def test_a_department_sees_its_own_actions_only() -> None:
    assert TABLE.decide(DEPT, "need.read", CASE) is Verdict.ALLOW
    assert TABLE.decide(DEPT, "need.read", NEIGHBOUR) is Verdict.HIDDEN


def test_a_donor_without_an_organisation_does_not_own_what_has_none() -> None:
    nobodys = SimpleNamespace(organisation_id=None, volunteer_id=None)
    assert TABLE.decide(DONOR, "claim.read", nobodys) is Verdict.HIDDEN
    assert (
        TABLE.decide(DONOR, "claim.read", SimpleNamespace(organisation_id=None, volunteer_id=9))
        is Verdict.ALLOW
    )


def test_open_pages_need_nobody() -> None:
    assert TABLE.decide(None, "card.browse") is Verdict.ALLOW
    assert TABLE.decide(None, "case.read", CASE) is Verdict.HIDDEN


def test_an_officer_without_an_area_cannot_be_made() -> None:
    for area in ("", "6403", "64030310020"):
        try:
            Actor(1, "p", "甲", Role.VILLAGE_WORKER, area=area)
        except ValueError:
            continue
        raise AssertionError(area)
