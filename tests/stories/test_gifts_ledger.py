"""The books of the gifts room: whatever the provider tells, in any order, the ledger is a plain tally."""

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.house import House
from app.gifts.operations import payments, settling
from app.gifts.operations.settling import News, Notice
from app.gifts.queries import ledger_totals, payment_by_ref, refunded_fen
from tests.clock import NOW
from tests.stories.gifts_world import (
    MONEY,
    MORE_MONEY,
    filed_project,
    known,
    project_of,
    shelve,
    switch_money,
    told_claim,
)
from tests.world import donor, public

AMOUNTS = (100, 80_000, 2_000_000)
EVENT = st.tuples(
    st.sampled_from(News), st.integers(0, 2), st.integers(0, 3), st.integers(1, 4), st.booleans()
)


class Undo(Exception):
    """Rolls an example back, so that the next one starts from the same three payments."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(EVENT, min_size=1, max_size=20))
def test_the_ledger_is_what_was_settled_less_what_was_refunded(
    three: tuple[House, list[str]], story: list[tuple[News, int, int, int, bool]]
) -> None:
    """Any events in any order, repeated, of right and wrong amounts: the books say what a plain tally
    says."""
    house, refs = three
    tally = Tally()
    with suppress(Undo), public(house) as session:
        for news, which, number, quarters, right in story:
            amount = AMOUNTS[which] * quarters // 4 if not (right and news is News.PAID) else AMOUNTS[which]
            notice = Notice(f"evt_{news}_{which}_{number}", news, refs[which], amount, "cny", f"pi_{which}")
            settling.take_notice(session, notice, now=NOW)
            tally.add(notice, which)
        assert ledger_totals(session) == tally.totals()
        for which, ref in enumerate(refs):
            paid = payment_by_ref(session, ref)
            assert paid is not None
            assert (paid.paid_at is not None) == tally.paid[which]
            assert refunded_fen(session, paid.id) == tally.refunded[which]
            assert (paid.state == "refunded") == (tally.refunded[which] == AMOUNTS[which])
        raise Undo


@pytest.fixture
def three(house: House) -> tuple[House, list[str]]:
    """Three payments of AMOUNTS that wait at the provider."""
    shelve(house)
    switch_money(house)
    project_ref = filed_project(house)
    refs = []
    for number, amount in zip((MONEY, *MORE_MONEY), AMOUNTS, strict=True):
        ref = told_claim(house, number, "vol")
        with public(house) as session:
            actor, project = donor(session, "vol"), project_of(session, project_ref)
            made = payments.promise_money(
                session, known(session, ref), project, amount_fen=amount, actor=actor, now=NOW
            )
            payments.open_checkout(
                session, made, session_id=ref, pay_url="http://shop.example", actor=actor, now=NOW
            )
            refs.append(made.payment_ref)
    return house, refs


@dataclass
class Tally:
    """What the events amount to, counted without tables or states."""

    paid: list[bool] = field(default_factory=lambda: [False] * 3)
    refunded: list[int] = field(default_factory=lambda: [0] * 3)
    seen: set[str] = field(default_factory=set)

    def add(self, notice: Notice, which: int) -> None:
        too_early = notice.news is News.REFUNDED and not self.paid[which]
        if notice.event_id in self.seen or too_early:
            return
        self.seen.add(notice.event_id)
        if notice.news is News.PAID and notice.amount_fen == AMOUNTS[which]:
            self.paid[which] = True
        if notice.news is News.REFUNDED and notice.amount_fen <= AMOUNTS[which]:
            self.refunded[which] = max(self.refunded[which], notice.amount_fen)

    def totals(self) -> dict[str, int]:
        settled = sum(a for a, paid in zip(AMOUNTS, self.paid, strict=True) if paid)
        back = sum(self.refunded)
        whole = {"donor": -settled, "charity": settled - back} if settled else {}
        return whole | ({"refund": back} if back else {})
