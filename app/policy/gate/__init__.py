"""The publication gate: what must hold for a cohort, counted on facts, without a database
(publication-gate.md)."""

from app.policy.gate.rules import Gate, certify, faults
from app.policy.gate.things import Cohort, Plan, RegisterHousehold, Row, Waiting, Withheld

__all__ = ["Cohort", "Gate", "Plan", "RegisterHousehold", "Row", "Waiting", "Withheld", "certify", "faults"]
