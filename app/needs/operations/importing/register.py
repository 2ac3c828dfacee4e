"""What the register knows already, asked by blind index: no number leaves the process in clear."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.cases.models import Household, Member
from app.core.secrets import blind_index
from app.needs.operations.importing.people import HEAD

CHUNK = 500


def registered_applicants(
    session: Session, places: Mapping[str, str], numbers: Mapping[str, str]
) -> dict[tuple[str, str], bool]:
    """Which (county, household_ref) exist, and whether their applicant is the one of the file."""
    found = {}
    for refs in _chunks(list(places)):
        statement = (
            select(Household.county_code, Household.household_ref, Member.id_index)
            .outerjoin(Member, and_(Member.household_id == Household.id, Member.relation == HEAD))
            .where(Household.household_ref.in_(refs), Household.county_code.in_({places[r] for r in refs}))
        )
        for county, ref, index in session.execute(statement):
            number = numbers.get(ref)
            found[(county, ref)] = bool(number) and index == blind_index(number or "")
    return found


def people_in_care(session: Session, numbers: Mapping[str, object]) -> list[str]:
    """Those of the numbers whose owner is a member of an open household."""
    by_index = {blind_index(n): n for n in numbers}
    taken: list[str] = []
    for part in _chunks(list(by_index)):
        taken += session.scalars(select(Member.open_key).where(Member.open_key.in_(part)))
    return [by_index[index] for index in taken]


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]
