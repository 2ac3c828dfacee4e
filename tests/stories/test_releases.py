"""From two signatures to the shelf: approval, hold, return, the tick and what it refuses."""

import random
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import func, select

from app.cases.queries import live_consent
from app.core.clock import local_day
from app.core.errors import BadInput, NotAllowed, NotFound, Refusal
from app.core.house import House
from app.core.outbox import OfficeLetter
from app.library.models import Card
from app.needs.states import NeedState
from app.policy.lattice import Label, finest_label
from app.releases import jobs
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.releases.operations import projects
from app.releases.operations import tick as ticking
from app.releases.operations.planning import gate_on, note_plan, propose
from app.releases.operations.takedown import withdraw_consent
from app.releases.states import ProjectState
from tests.clock import NOW
from tests.stories.releases_world import (
    approve_all,
    carry,
    crowd,
    drafted,
    first_needs,
    key,
    public_projects,
    table,
    tick,
    week,
)
from tests.world import office, officer


def test_two_people_and_then_the_shelf(any_house: House) -> None:
    crowd(any_house)
    with office(any_house) as session:
        mine = drafted(session)
        assert mine.state == ProjectState.DRAFTED
        projects.approve_project(session, mine, actor=officer(session, "cl"), now=NOW)
        assert mine.need.state == NeedState.IN_COHORT
        number = mine.project_id
    approve_all(any_house)
    run = tick(any_house)
    assert run.published == len(table(any_house)) > 60
    assert number in {row["project_id"] for row in table(any_house)} | {
        p.project_id for p in _withheld(any_house)
    }
    assert set(key(any_house)) == {row["project_id"] for row in table(any_house)}


def _withheld(house: House) -> list[NeedProject]:
    with office(house) as session:
        return list(session.scalars(select(NeedProject).where(NeedProject.state == "approved")))


def test_who_prepared_cannot_approve(house: House) -> None:
    crowd(house)
    with office(house) as session:
        mine = drafted(session)
        same = officer(session, "cl")
        mine.maker_key = same.person_key
        with pytest.raises(Refusal, match="初审人"):
            projects.approve_project(session, mine, actor=same, now=NOW)


def test_the_preparing_role_and_other_counties_may_not_approve(house: House) -> None:
    crowd(house)
    with office(house) as session:
        mine = drafted(session)
        for login in ("cs2", "far_cl", "vw"):
            with pytest.raises((NotAllowed, NotFound)):
                projects.approve_project(session, mine, actor=officer(session, login), now=NOW)


def test_what_concerns_rare_things_needs_the_third_look(house: House) -> None:
    crowd(house)
    with office(house) as session:
        mine, cl = drafted(session, flagged=True), officer(session, "cl")
        with pytest.raises(Refusal, match="妇联"):
            projects.approve_project(session, mine, actor=cl, now=NOW)
        with pytest.raises((NotAllowed, NotFound)):
            projects.safeguard_project(session, mine, actor=officer(session, "dept"), now=NOW)
        projects.safeguard_project(session, mine, actor=officer(session, "safe"), now=NOW)
        projects.approve_project(session, mine, actor=cl, now=NOW)
        assert [a.decision for a in mine.approvals] == ["prepared", "safeguarded", "approved"]


def test_together_leaves_what_stands_out(house: House) -> None:
    crowd(house)
    with office(house) as session:
        plain, flagged = drafted(session), drafted(session, flagged=True)
        done, left = projects.approve_together(
            session, [plain, flagged], actor=officer(session, "cl"), now=NOW
        )
        assert (done, len(left)) == (1, 1)
        assert (plain.state, flagged.state) == ("approved", "drafted")


def test_a_label_may_be_widened_and_never_narrowed(house: House) -> None:
    crowd(house)
    with office(house) as session:
        need, cs = first_needs(session)[0], officer(session, "cs")
        rng = random.Random(1)
        untrue = Label(
            "同心县", has_minor="有", has_elder="有", disability_group="多重", disease_group="慢性病"
        )
        with pytest.raises(BadInput, match="只能放宽"):
            projects.prepare_project(session, need, floor=untrue, rng=rng, actor=cs, now=NOW)
        wide = projects.prepare_project(session, need, floor=Label("全区"), rng=rng, actor=cs, now=NOW)
        assert wide.finest == Label("全区")


def test_an_unsure_answer_needs_a_sentence(house: House) -> None:
    crowd(house)
    with office(house) as session:
        need, cs = first_needs(session)[0], officer(session, "cs")
        answers = {**dict.fromkeys(projects.QUESTIONS, "no"), "guess": "unsure"}
        with pytest.raises(BadInput, match="写一句"):
            projects.prepare_project(
                session,
                need,
                neighbour=projects.NeighbourCheck(answers),
                rng=random.Random(1),
                actor=cs,
                now=NOW,
            )


def test_no_consent_no_project(house: House) -> None:
    crowd(house)
    with office(house) as session:
        need, cs = first_needs(session)[0], officer(session, "cs")
        consent = live_consent(session, need.case_id, "publish", local_day(NOW))
        assert consent is not None
        consent.expires_on = local_day(NOW) - timedelta(days=1)
        session.flush()
        with pytest.raises(Refusal, match="同意匿名公布"):
            projects.prepare_project(session, need, rng=random.Random(1), actor=cs, now=NOW)


def test_returned_with_a_reason_it_may_be_prepared_again(house: House) -> None:
    crowd(house)
    with office(house) as session:
        mine, cl = drafted(session), officer(session, "cl")
        with pytest.raises(BadInput):
            projects.return_project(session, mine, reason=" ", actor=cl, now=NOW)
        projects.return_project(session, mine, reason="地方再写宽一点", actor=cl, now=NOW)
        assert (mine.state, mine.need.state, mine.live_key) == ("dropped", "stage3", None)
        again = projects.prepare_project(
            session, mine.need, rng=random.Random(9), actor=officer(session, "cs"), now=NOW
        )
        assert again.project_id != mine.project_id


def test_held_back_it_stays_in_and_says_so(house: House) -> None:
    crowd(house)
    approve_all(house)
    with office(house) as session:
        held = session.scalars(select(NeedProject).where(NeedProject.state == "approved")).first()
        assert held is not None
        login = "cl" if held.area.startswith("640324") else "far_cl"
        projects.hold_back(session, held, held=True, actor=officer(session, login), now=NOW)
        number = held.project_id
    run = tick(house)
    assert run.withheld["held_back"] == 1
    assert number not in {row["project_id"] for row in table(house)}
    with office(house) as session:
        held = session.scalars(select(NeedProject).where(NeedProject.project_id == number)).one()
        projects.hold_back(session, held, held=False, actor=officer(session, login), now=NOW)
        assert not held.held_back


def test_dropped_the_need_waits_in_step_three(house: House) -> None:
    crowd(house)
    with office(house) as session:
        mine, cl = drafted(session), officer(session, "cl")
        projects.approve_project(session, mine, actor=cl, now=NOW)
        projects.drop_project(session, mine, reason="直接找一家", actor=cl, now=NOW)
        assert (mine.state, mine.need.state) == ("dropped", "stage3")


def test_the_same_day_twice_is_the_same(any_house: House) -> None:
    crowd(any_house)
    approve_all(any_house)
    first = tick(any_house)
    before = table(any_house)
    again = tick(any_house)
    assert again.id == first.id
    assert table(any_house) == before


def test_a_crash_midway_leaves_nothing(house: House) -> None:
    crowd(house)
    approve_all(house)
    real, calls = ticking._release, []

    def crash(*args: object, **more: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the power went")
        real(*args, **more)  # type: ignore[arg-type]

    with patch.object(ticking, "_release", crash), pytest.raises(RuntimeError):
        tick(house)
    with office(house) as session:
        assert session.scalar(select(func.count()).select_from(Cohort)) == 0
        assert session.scalar(select(func.count()).select_from(ReleaseRun)) == 0
        assert session.scalar(select(OfficeLetter.id).where(OfficeLetter.kind == "cohort.shelve")) is None
        assert not public_projects(session)
    assert table(house) == []
    assert tick(house).published > 0


def test_a_cohort_that_fails_the_second_count_stays_in(house: House) -> None:
    crowd(house)
    approve_all(house)
    with patch.object(ticking, "faults", lambda *args: ["3a"]):
        run = tick(house)
    assert (run.published, run.withheld["gate"] > 0) == (0, True)
    with office(house) as session:
        assert (
            session.scalar(select(NeedProject.withheld_reason).where(NeedProject.state == "approved"))
            is not None
        )
    assert table(house) == []


def test_k_below_the_parameter_and_past_days_are_refused(house: House) -> None:
    crowd(house)
    tick(house, week(1))
    with office(house) as session:
        with pytest.raises(Refusal, match="不能低于"):
            ticking.run_tick(session, day=local_day(NOW), k=10, rng=random.Random(1), now=NOW)
        with pytest.raises(Refusal, match="不能再补"):
            ticking.run_tick(session, day=local_day(NOW), rng=random.Random(1), now=NOW)


def test_a_larger_k_holds_for_every_cohort(house: House) -> None:
    crowd(house)
    approve_all(house)
    with office(house) as session:
        run = ticking.run_tick(session, day=local_day(NOW), k=15, rng=random.Random(1), now=NOW)
        assert run.cohorts
        assert all(c.households_n >= 15 and c.k == 15 for c in session.scalars(select(Cohort)))


def test_the_register_of_the_day_counts(house: House) -> None:
    """What was approved while enough households were in care does not appear once they have left."""
    crowd(house)
    approve_all(house)
    with office(house) as session:
        for project in session.scalars(select(NeedProject)).unique():
            project.need.case.filed_on = local_day(week(2))
    run = tick(house, week(1))
    assert run.published == 0
    assert set(run.withheld) == {"register_small"}
    assert tick(house, week(2)).published > 0


def test_a_member_who_moved_in_changes_the_label(house: House) -> None:
    crowd(house)
    approve_all(house)
    with office(house) as session:
        proposal = propose(session, day=local_day(NOW), gate=gate_on(local_day(NOW)))
        for project in proposal.projects.values():
            assert project.finest == finest_label(
                next(h.facts for h in proposal.register if h.household_id == project.need.case.household_id)
            )


def test_withdrawn_consent_blanks_the_place_and_still_counts(any_house: House) -> None:
    crowd(any_house)
    approve_all(any_house)
    tick(any_house)
    before = {r["project_id"]: r for r in table(any_house)}
    with office(any_house) as session:
        mine = public_projects(session)[0]
        number, cohort = mine.project_id, mine.cohort
        consent = live_consent(session, mine.need.case_id, "publish", local_day(NOW))
        assert consent is not None
        worker = officer(session, "vw")
        worker = type(worker)(worker.account_id, worker.person_key, worker.name, worker.role, area=mine.area)
        withdraw_consent(session, consent, actor=worker, now=NOW)
        assert cohort is not None
        assert len(cohort.projects) == len([r for r in before.values() if r["cohort_id"] == cohort.cohort_id])
    carry(any_house)
    after = {r["project_id"]: r for r in table(any_house)}
    assert set(after) == set(before)
    gone = after[number]
    assert (gone["status"], gone["region_label"]) == ("retired", before[number]["region_label"])
    assert not any(gone[c] for c in ("action_no", "need_item", "kind", "amount_band", "urgency"))


def test_a_consent_that_ended_elsewhere_is_followed_within_the_minute(house: House) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    with office(house) as session:
        mine = public_projects(session)[0]
        consent = live_consent(session, mine.need.case_id, "publish", local_day(NOW))
        assert consent is not None
        consent.expires_on = local_day(NOW) - timedelta(days=1)
        number = mine.project_id
    jobs.follow_withdrawals(house, NOW)
    carry(house)
    with house.public.transaction(writes=False) as session:
        card = session.scalars(select(Card).where(Card.project_id == number)).one()
        assert (card.blanked, card.need_item) == (True, None)


def test_every_withheld_project_says_why_and_since_when(house: House) -> None:
    crowd(house, households=9)
    approve_all(house)
    with office(house) as session:
        assert note_plan(session, now=NOW) == 0
    tick(house, week(1))
    with office(house) as session:
        for project in session.scalars(select(NeedProject).where(NeedProject.state == "approved")):
            assert project.withheld_reason == "register_small"
            assert project.withheld_since == local_day(NOW)


def test_the_weekly_job_runs_on_monday_morning_once(house: House) -> None:
    crowd(house)
    approve_all(house)
    jobs.weekly(house, NOW - timedelta(hours=2))  # Monday 07:00
    assert _runs(house) == 0
    jobs.weekly(house, NOW)
    jobs.weekly(house, NOW + timedelta(hours=1))
    jobs.weekly(house, NOW + timedelta(days=1))
    assert _runs(house) == 1


def _runs(house: House) -> int:
    with office(house) as session:
        return session.scalar(select(func.count()).select_from(ReleaseRun)) or 0
