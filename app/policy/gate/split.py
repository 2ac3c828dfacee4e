"""Top-down splitting (rule 5): a class is divided only when every part passes; small parts join a union."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.policy.gate.rules import Gate, faults
from app.policy.gate.things import RegisterHousehold, Row
from app.policy.lattice import (
    ANY,
    BELTS,
    MOST_JOINED,
    NO,
    WHOLE,
    YES,
    Label,
    covered_counties,
    fits,
    region_label_of,
)

Part = tuple[Label, list[Row]]


@dataclass(frozen=True)
class Splitter:
    """Divides a class as far as the gate lets it. `register` is every household in care in the counties."""

    register: Sequence[RegisterHousehold]
    gate: Gate

    def divide(self, label: Label, rows: list[Row]) -> list[Part]:
        for parts in self._ways(label, rows):
            if len(parts) > 1 and all(self.passes(part, held) for part, held in parts):
                return [piece for part, held in parts for piece in self.divide(part, held)]
        return [(label, rows)]

    def passes(self, label: Label, rows: Sequence[Row]) -> bool:
        if len({r.need.household_id for r in rows}) < self.gate.k:
            return False
        return not faults(label, rows, self.register, self.gate)

    def _ways(self, label: Label, rows: list[Row]) -> Iterator[list[Part]]:
        """Region first, then elders or minors, disability, disease, size."""
        region = self._by_region(label, rows)
        if region:
            yield region
        for column in ("has_elder", "has_minor", "disability_group", "disease_group"):
            if getattr(label, column) == ANY:
                yield self._by_value(label, rows, column, (YES, NO))
        if label.household_size_band == ANY:
            yield self._by_value(label, rows, "household_size_band", ("1-2人", "3人及以上"))
            yield self._by_value(label, rows, "household_size_band", ("1-3人", "4人及以上"))
        if label.household_size_band == "3人及以上":
            yield self._by_value(label, rows, "household_size_band", ("3-4人", "5人及以上"))

    def _by_value(self, label: Label, rows: list[Row], column: str, values: tuple[str, ...]) -> list[Part]:
        parts = [(replace(label, **{column: value}), list[Row]()) for value in values]
        for row in rows:
            home = next((part for part in parts if fits(row.need.facts, part[0])), None)
            if home is None:
                return []
            home[1].append(row)
        return [part for part in parts if part[1]] if all(part[1] for part in parts) else []

    def _by_region(self, label: Label, rows: list[Row]) -> list[Part]:
        units = self._units(label)
        if len(units) < 2:
            return []
        groups: dict[str, list[Row]] = {unit: [] for unit in units}
        for row in rows:
            groups[next(u for u in units if row.need.facts.county.startswith(u))].append(row)
        return self._merge(label, {u: r for u, r in groups.items() if r})

    def _units(self, label: Label) -> list[str]:
        """The next finer regions: prefectures of the province or a belt, counties of a prefecture or
        union."""
        counties = covered_counties(label.region_label)
        prefectures = sorted({c[:4] for c in counties})
        if len(prefectures) > 1 and label.region_label not in BELTS:
            return prefectures
        return sorted(counties) if len(prefectures) == 1 else []

    def _merge(self, label: Label, groups: dict[str, list[Row]]) -> list[Part]:
        """Parts that pass alone stand alone; the others join each other, then the smallest neighbour."""
        alone: dict[tuple[str, ...], list[Row]] = {
            (u,): rows for u, rows in groups.items() if self._region_passes(label, (u,), rows)
        }
        rest = [u for u in groups if (u,) not in alone]
        parts: dict[tuple[str, ...], list[Row]] = dict(alone)
        bundle: tuple[str, ...] = ()
        for unit in rest:
            bundle = (*bundle, unit)
            rows = [r for u in bundle for r in groups[u]]
            if self._region_passes(label, bundle, rows):
                parts[bundle], bundle = rows, ()
            elif len(bundle) == MOST_JOINED:
                return []
        if bundle and not self._join_smallest(label, parts, bundle, groups):
            return []
        return [(self._named(label, units), rows) for units, rows in parts.items()]

    def _join_smallest(
        self,
        label: Label,
        parts: dict[tuple[str, ...], list[Row]],
        bundle: tuple[str, ...],
        groups: dict[str, list[Row]],
    ) -> bool:
        for units in sorted(parts, key=lambda u: len(parts[u])):
            joined = tuple(sorted((*units, *bundle)))
            rows = [r for u in joined for r in groups[u]]
            if len(joined) <= MOST_JOINED and self._region_passes(label, joined, rows):
                del parts[units]
                parts[joined] = rows
                return True
        return False

    def _region_passes(self, label: Label, units: tuple[str, ...], rows: list[Row]) -> bool:
        return self.passes(self._named(label, units), rows)

    def _named(self, label: Label, units: tuple[str, ...]) -> Label:
        return replace(label, region_label=region_label_of(frozenset(units)))


def coarsest_label(counties: frozenset[str]) -> Label:
    """The widest true label to start from: the county, its prefecture, or the whole region."""
    if len(counties) == 1:
        return Label(region_label_of(counties))
    prefectures = {c[:4] for c in counties}
    return Label(region_label_of(frozenset(prefectures)) if len(prefectures) == 1 else WHOLE)
