"""A run of the batch as plain data: what went in, as bytes with a hash, and what came out of it. The same
bytes give the same answer to the bit, whatever order partners and cards were read in."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

import matching
from matching import Arcs, Assignment, assign

LIBRARY = f"matching {matching.__version__}, numpy {np.__version__}"
Two = tuple[int, str]


@dataclass(frozen=True)
class Inputs:
    """`people` (interest, places), `needs` (card's number, weeks waited), `arcs` (interest, card, score),
    `pins` and `forbidden` (interest, card), all in order; `weights` are those behind the scores; `answers`
    how many moved these, 0 where none did."""

    county: str
    day: str
    weights: dict[str, float]
    people: list[tuple[int, int]]
    needs: list[tuple[str, int]]
    arcs: list[tuple[int, str, float]]
    pins: list[Two]
    forbidden: list[Two]
    answers: int = 0

    @classmethod
    def of(
        cls,
        *,
        county: str,
        day: str,
        weights: Mapping[str, float],
        people: Iterable[tuple[int, int]],
        needs: Iterable[tuple[str, int]],
        arcs: Iterable[tuple[int, str, float]],
        pins: Iterable[Two],
        forbidden: Iterable[Two],
        answers: int = 0,
    ) -> "Inputs":
        """Put in order, so that it does not matter how they were read."""
        lists = (sorted(people), sorted(needs), sorted(arcs), sorted(pins), sorted(forbidden))
        return cls(county, day, dict(weights), *lists, answers)

    def as_bytes(self) -> bytes:
        """Canonical: keys sorted, no spaces, numbers as Python writes them so that they come back the
        same."""
        told = asdict(self)
        if not self.answers:
            del told["answers"]
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Inputs":
        read = json.loads(data)
        pairs = ("people", "needs", "arcs", "pins", "forbidden")
        return cls(**{**read, **{name: [tuple(row) for row in read[name]] for name in pairs}})

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.as_bytes()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """`pairs` (interest, card) of each arc of `arcs`; `result` says which are chosen, and proves it."""

    arcs: Arcs
    pairs: list[Two]
    pinned: np.ndarray
    result: Assignment

    @property
    def chosen(self) -> list[Two]:
        return [self.pairs[k] for k in self.result.chosen.tolist()]

    @property
    def digest(self) -> str:
        """Of who goes with whom, and of every bit of the proof."""
        proof = self.result.certificate
        found = hashlib.sha256(json.dumps(self.chosen, separators=(",", ":")).encode())
        for numbers in ([proof.value, proof.bound, proof.gap], proof.dual_person, proof.dual_need):
            found.update(np.ascontiguousarray(numbers, dtype="<f8").tobytes())
        return found.hexdigest()


def solve(inputs: Inputs) -> Outcome:
    """The best assignment with its proof; ties go to the longer wait."""
    arcs, pairs, pinned = problem_of(inputs)
    waited = np.array([weeks for _card, weeks in inputs.needs], dtype=float)
    return Outcome(arcs, pairs, pinned, assign(arcs, waited=waited, pinned=pinned))


def problem_of(inputs: Inputs) -> tuple[Arcs, list[Two], np.ndarray]:
    """The arcs without those that are forbidden, whose each is, and which are pinned."""
    at_person = {interest: k for k, (interest, _places) in enumerate(inputs.people)}
    at_need = {card: k for k, (card, _weeks) in enumerate(inputs.needs)}
    shut, must = set(inputs.forbidden), set(inputs.pins)
    open_arcs = [arc for arc in inputs.arcs if arc[:2] not in shut]
    pairs = [arc[:2] for arc in open_arcs]
    arcs = Arcs.of(
        [at_person[interest] for interest, _card in pairs],
        [at_need[card] for _interest, card in pairs],
        [score for _interest, _card, score in open_arcs],
        [places for _interest, places in inputs.people],
        np.ones(len(inputs.needs)),
    )
    pinned = np.array([k for k, pair in enumerate(pairs) if pair in must], dtype=np.int64)
    return arcs, pairs, pinned


def pins_that_fit(pins: Iterable[Two], inputs: Inputs) -> list[Two]:
    """Of the wanted pairs those that may be, in the order given, as far as places reach."""
    allowed = {arc[:2] for arc in inputs.arcs} - set(inputs.forbidden)
    places, held, kept = dict(inputs.people), set(), []
    for interest, card in pins:
        if (interest, card) in allowed and places.get(interest, 0) > 0 and card not in held:
            places[interest] -= 1
            held.add(card)
            kept.append((interest, card))
    return kept
