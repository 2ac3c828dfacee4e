"""The cohort planner: from what waits to groups that pass the gate (publication-gate.md rules 5 and 6)."""

from app.releases.operations.planner.planning import plan

__all__ = ["plan"]
