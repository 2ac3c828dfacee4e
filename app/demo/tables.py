"""`demo load --from`: the import tables of any counties, added to what is there, again and again."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.errors import BadInput, Refusal
from app.core.house import House
from app.core.messages import msg
from app.demo.crowd import Family, families, open_all, settle_all
from app.demo.register import read_tables
from app.demo.staff import Staff
from app.needs.operations.importing.register import registered_applicants

# Settled households have been in care for a while: `releases tick --at` may begin at any recent Monday.
IN_CARE_FOR = timedelta(weeks=30)


def load_tables(house: House, folder: Path, *, settled: bool) -> dict[str, object]:
    """All of it or nothing; households that are registered already are left alone. Made-up tables are taken
    as they are: only what the product could not keep is refused.

    `settled`: as filed cases whose needs wait for publication; else they start at the home check. Raises
    Refusal: tables that cannot be read, a number that another household has, nothing new.
    """
    now = house.clock.now()
    since = now - IN_CARE_FOR if settled else now
    listed = _read(folder)
    with house.need_office().transaction() as session:
        new = _new_ones(session, listed)
        ids = open_all(session, new, now=since)
        waiting = settle_all(session, ids, staff=Staff(), now=since) if settled else 0
    return {
        "households": len(new),
        "members": sum(len(f.household.members) for f in new),
        "needs": sum(len(f.needs) for f in new),
        "skipped": len(listed) - len(new),
        "settled": settled,
        "waiting": waiting,
    }


def _read(folder: Path) -> list[Family]:
    try:
        return list(families(*read_tables(folder)))
    except FileNotFoundError as error:
        raise BadInput(msg("文件夹里要有 households.csv、members.csv 和 needs.csv。")) from error
    except KeyError as error:
        raise BadInput(msg("表里少了这一列：{column}。", column=error.args[0])) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInput(msg("表里有一格应当是数字，或者文件不是 UTF-8。")) from error


def _new_ones(session: Session, listed: Sequence[Family]) -> list[Family]:
    places = {f.household.household_ref: f.household.village_code[:6] for f in listed}
    heads = {f.household.household_ref: _head_number(f) for f in listed}
    known = registered_applicants(session, places, heads)
    others = [ref for (county, ref), same in known.items() if places.get(ref) == county and not same]
    if others:
        raise Refusal(msg("户编号 {ref} 已经用过，申请人不是同一位。一户也没有写入。", ref=others[0]))
    here = {ref for (county, ref) in known if places.get(ref) == county}
    new = [f for f in listed if f.household.household_ref not in here]
    if not new:
        raise Refusal(msg("表里的 {n} 户都已经在册，没有新的可写。", n=len(listed)))
    return new


def _head_number(family: Family) -> str:
    return next((m.id_no for m in family.household.members if m.relation == "本人"), "")
