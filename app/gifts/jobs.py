"""Money that must go back, and pages of the provider that must close. The lapse of holds is carried by the
corridor (followup)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from app.core.errors import Refusal
from app.core.house import House
from app.core.jobs import Periodic
from app.gifts.gateway import Gateway
from app.gifts.queries import checkouts_to_close, refunds_to_send

log = logging.getLogger(__name__)


def tidy_money(house: House, now: datetime) -> None:
    """Asks the provider; what came of it arrives as its signed event. Asked twice, it changes nothing."""
    gateway = Gateway(house.settings)
    if not gateway.is_open:
        return
    with house.public.transaction(writes=False) as session:
        refunds = [
            (p.payment_ref, p.intent_id, p.charity_project.payee_account) for p in refunds_to_send(session)
        ]
        stale = [(p.session_id, p.charity_project.payee_account) for p in checkouts_to_close(session)]
    for ref, intent_id, payee in refunds:
        _ask(partial(gateway.refund, payment_ref=ref, intent_id=intent_id or "", payee=payee))
    for session_id, payee in stale:
        _ask(partial(gateway.close, session_id=session_id or "", payee=payee))


def _ask(call: Callable[[], None]) -> None:
    try:
        call()
    except Refusal:
        log.warning("provider_refused, asked again later")


PERIODIC = (Periodic("gifts.money", timedelta(minutes=1), tidy_money),)
