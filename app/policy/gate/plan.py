"""From everything that waits to cohorts: start under the coarsest label, repair, divide (rules 5 and 6)."""

from collections.abc import Sequence

from app.policy.gate.repair import Aside, repair
from app.policy.gate.rules import Gate, certify
from app.policy.gate.split import Splitter, coarsest_label
from app.policy.gate.things import Cohort, Plan, RegisterHousehold, Row, Waiting, Withheld
from app.policy.lattice import Label, satisfies

GENERIC_AFTER_WEEKS = 4
SMALL_REGISTER = 100
HEALTH = ("disability", "disease")


def plan(
    waiting: Sequence[Waiting],
    register: Sequence[RegisterHousehold],
    gate: Gate,
    *,
    generic_after: int = GENERIC_AFTER_WEEKS,
) -> Plan:
    """Cohorts for what waits, and a reason for what does not. The order of the input does not matter."""
    ordered = sorted(waiting, key=lambda w: (-w.weeks, w.need_id))
    direct = [w for w in ordered if satisfies(w.facts, w.item.implies) is not True]
    open_needs = [w for w in ordered if satisfies(w.facts, w.item.implies) is True]
    withheld = [Withheld(w, "direct") for w in direct]
    if not open_needs:
        return Plan((), tuple(withheld))
    label = coarsest_label(frozenset(h.facts.county for h in register) | {w.facts.county for w in open_needs})
    rows = _rows(open_needs, _generic_actions(open_needs, len(register)))
    kept, aside = _soften(label, rows, repair(label, rows, register, gate), register, gate, generic_after)
    withheld += [Withheld(r.need, reason) for r, reason in aside]
    if not kept:
        return Plan((), tuple(withheld))
    parts = Splitter(register, gate).divide(label, kept)
    cohorts = tuple(Cohort(part, tuple(held), certify(part, held, register)) for part, held in parts)
    return Plan(cohorts, tuple(withheld))


def _rows(needs: Sequence[Waiting], generic_actions: frozenset[int]) -> list[Row]:
    return [Row(w, generic=w.item.action_no in generic_actions) for w in needs]


def _generic_actions(needs: Sequence[Waiting], register_size: int) -> frozenset[int]:
    """In a small register health and disability are shown as 综合帮扶 for whole actions at once (rule 6)."""
    if register_size > SMALL_REGISTER:
        return frozenset()
    return frozenset(w.item.action_no for w in needs if w.item.implies in HEALTH)


def _soften(
    label: Label,
    rows: Sequence[Row],
    first: tuple[list[Row], Aside],
    register: Sequence[RegisterHousehold],
    gate: Gate,
    generic_after: int,
) -> tuple[list[Row], Aside]:
    """What waited long enough appears as 综合帮扶, its whole action with it, if that lets more through (rule
    6)."""
    kept, aside = first
    late = {
        r.need.item.action_no
        for r, reason in aside
        if reason in ("item_rare", "item_register", "too_few")
        and r.need.weeks >= generic_after
        and not r.generic
    }
    if not late:
        return first
    softer = [Row(r.need, generic=r.generic or r.need.item.action_no in late) for r in rows]
    again = repair(label, softer, register, gate)
    return again if len(again[0]) > len(kept) else first
