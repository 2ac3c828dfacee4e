"""What cards say, as words to find them by: made when they are shelved, gone with the last card that said
it."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.library.models import Card, ShelfCohort, Wording
from app.library.search import people_of, vector_of

Key = tuple[str, int, str, str, str]


def wordings_for(session: Session, cards: Sequence[Card], cohort: ShelfCohort) -> dict[str, int]:
    """Project number → the number of its wording, made where nobody has said it yet."""
    keys = {card.project_id: _key(card, cohort) for card in cards}
    there = select(Wording).where(
        Wording.region_label == cohort.region_label, Wording.need_item.in_({k[0] for k in keys.values()})
    )
    known = {_key_of(w): w for w in session.scalars(there)}
    for key in dict.fromkeys(keys.values()):
        if key not in known:
            known[key] = _new(key)
            session.add(known[key])
    session.flush()
    return {number: known[key].id for number, key in keys.items()}


def drop_unused(session: Session, wording_id: int) -> None:
    """A wording that no card says any more is forgotten."""
    if session.scalar(select(Card.id).where(Card.wording_id == wording_id).limit(1)) is None:
        session.execute(delete(Wording).where(Wording.id == wording_id))


def renew_wordings(session: Session) -> int:
    """Makes the words of all wordings anew, after the synonyms changed; returns how many are different."""
    changed = 0
    for wording in session.scalars(select(Wording)):
        words = vector_of(wording)
        if wording.words != words:
            wording.words, changed = words, changed + 1
    return changed


def _new(key: Key) -> Wording:
    item, action, kind, region, people = key
    wording = Wording(need_item=item, action_no=action, kind=kind, region_label=region, people=people)
    wording.words = vector_of(wording)
    return wording


def _key(card: Card, cohort: ShelfCohort) -> Key:
    people = people_of(
        elder=cohort.has_elder,
        minor=cohort.has_minor,
        disability=cohort.disability_group,
        disease=cohort.disease_group,
    )
    return str(card.need_item), card.action_no or 0, str(card.kind), cohort.region_label, people


def _key_of(wording: Wording) -> Key:
    return (
        wording.need_item,
        wording.action_no,
        wording.kind,
        wording.region_label,
        wording.people,
    )
