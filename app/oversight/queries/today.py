"""Today: all that waits for one officer, the five things first (domain §7)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.states import CaseState
from app.oversight.queries import account_tasks as accounts
from app.oversight.queries import case_tasks as cases
from app.oversight.queries import followup_tasks as followup
from app.oversight.queries import need_tasks as needs
from app.oversight.queries import release_tasks as releases
from app.oversight.queries.task import Pile, Provider, Task, first_five
from app.policy.actors import Actor, Role

PROVIDERS: dict[Role, tuple[Provider, ...]] = {
    Role.VILLAGE_WORKER: (
        cases.cases_in(CaseState.SCREENING),
        cases.cases_in(CaseState.EVAL_PENDING),
        cases.cases_in(CaseState.EVAL_PASSED),
        cases.cases_in(CaseState.RETURNED_VILLAGE),
        followup.pairs_to_ask,
        followup.visits_to_answer,
        followup.ties_to_hand_over,
        followup.ties_to_confirm,
    ),
    Role.TOWNSHIP_OFFICER: (
        cases.cases_to_batch,
        needs.needs_to_confirm,
        needs.outcomes_to_check,
        followup.ties_to_call,
        followup.ties_to_hand_over,
        followup.ties_to_confirm,
        needs.needs_to_close,
    ),
    Role.TOWNSHIP_LEAD: (
        cases.cases_in(CaseState.UNDER_DETERMINATION),
        cases.cases_in(CaseState.OBJECTED),
        cases.batches_to_submit,
        followup.ties_to_confirm,
    ),
    Role.COUNTY_SWD: (
        releases.tick_missed,
        releases.shelf_letters_stuck,
        followup.ties_to_call,
        cases.batches_to_file,
        needs.outcomes_to_check,
        releases.needs_to_prepare,
        releases.needs_to_place,
        releases.needs_to_refer,
        needs.households_without_unit,
        followup.ties_to_receive,
        followup.proposals_to_send,
        followup.pairs_to_plan,
        followup.inquiries_to_answer,
        accounts.partners_to_verify,
        followup.filing_checks,
    ),
    Role.COUNTY_SWD_LEAD: (
        releases.tick_missed,
        releases.shelf_letters_stuck,
        needs.bypasses_asked,
        releases.referrals_asked,
        releases.projects_to_approve,
        followup.inquiries_to_answer,
        accounts.partners_to_verify,
        followup.filing_checks,
    ),
    Role.COUNTY_DEPT: (needs.needs_to_answer, releases.projects_to_safeguard),
    Role.DUTY_OFFICER: (needs.needs_to_answer,),
    Role.PLATFORM_ADMIN: (
        releases.tick_missed,
        releases.shelf_letters_stuck,
        accounts.locked_officers,
        accounts.ending_posts,
        accounts.stuck_letters,
    ),
}


@dataclass(frozen=True)
class Today:
    """`first` are at most five; `piles` hold everything by kind, those with late ones before the others."""

    first: list[Task]
    piles: list[Pile]
    total: int
    late: int


def today_of(session: Session, actor: Actor, now: datetime) -> Today:
    """Only what lies in the actor's own reach: each provider asks within it."""
    found = [provider(session, actor, now) for provider in PROVIDERS.get(actor.role, ())]
    piles = [p for p in found if p.total]
    late = sum(p.late(now) for p in piles)
    ordered = sorted(piles, key=lambda p: not p.late(now))
    return Today(first_five(piles, now), ordered, sum(p.total for p in piles), late)
