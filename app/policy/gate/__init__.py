"""The publication gate and its cohort planner: arithmetic on facts, without a database
(publication-gate.md)."""

from app.policy.gate.plan import plan
from app.policy.gate.rules import Gate, certify, faults
from app.policy.gate.things import Cohort, Plan, RegisterHousehold, Waiting, Withheld

__all__ = ["Cohort", "Gate", "Plan", "RegisterHousehold", "Waiting", "Withheld", "certify", "faults", "plan"]
