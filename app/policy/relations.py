"""How an actor may stand to a thing. Each relation is a true or false sentence, without a database."""

from typing import Any

from app.policy.actors import Actor


def anywhere(actor: Actor, subject: Any) -> bool:
    return True


def in_area(actor: Actor, subject: Any) -> bool:
    """The subject's region code lies in the actor's subtree."""
    return bool(actor.area) and subject is not None and str(subject.area).startswith(actor.area)


def own_unit(actor: Actor, subject: Any) -> bool:
    return subject is not None and actor.unit_id is not None and subject.unit_id == actor.unit_id


linked = own_unit


def own_action(actor: Actor, subject: Any) -> bool:
    """A department sees the needs of its own actions in its own county."""
    return in_area(actor, subject) and subject.action_no in actor.actions


def own_organisation(actor: Actor, subject: Any) -> bool:
    return (
        subject is not None
        and actor.organisation_id is not None
        and subject.organisation_id == actor.organisation_id
    )


def own_volunteer(actor: Actor, subject: Any) -> bool:
    return (
        subject is not None and actor.volunteer_id is not None and subject.volunteer_id == actor.volunteer_id
    )


def own_donor(actor: Actor, subject: Any) -> bool:
    return own_organisation(actor, subject) or own_volunteer(actor, subject)


def own_account(actor: Actor, subject: Any) -> bool:
    """What belongs to one's own sign-in."""
    return subject is not None and subject.account_id == actor.account_id
