"""公布: approval by project, cohorts, the gate, the weekly tick (publication-gate.md, domain 4.7)."""
