"""Now, for this person: who passes the hard conditions, then the exact best of those.

No approximate index: where few pass, one that is asked first and filtered afterwards loses nearly all of
them. Rows stand together by region, so that a region's rows are one slice; single rows change in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Floats, Ints

Singles = NDArray[np.float32]
Mask = NDArray[np.bool_]
Rows = Floats | Singles
BLOCK = 16_384  # rows scored at once where many pass
ROOM = 1.25  # spare rows of a region, so that new ones find a place
FEW = 0.1


@dataclass(frozen=True)
class Found:
    """Ids, best first, with their scores; ties by the order of the ids."""

    ids: list[str]
    score: Floats


class Ranking:
    """Rows with an id, a region, `features` (rows, d) and `flags` (rows,), a bit set of what a row offers.

    `top` asks with a vector of d weights. A row passes where its region is asked for, it has all the bits
    `needed` and none of `refused`. Updates cost one row; a region that is full is laid anew by itself.
    """

    def __init__(
        self, ids: Sequence[str], regions: Sequence[str], features: Rows, flags: Ints | None = None
    ) -> None:
        if not len(ids) == len(regions) == len(features):
            raise ValueError(f"{len(ids)} ids, {len(regions)} regions, {len(features)} rows of features")
        if len(set(ids)) != len(ids):
            raise ValueError("an id occurs twice")
        self.width = int(np.shape(features)[1]) if np.ndim(features) == 2 else 0
        marks = np.zeros(len(ids), np.int64) if flags is None else np.asarray(flags, np.int64)
        order = np.lexsort((np.asarray(ids, dtype=object).astype(str), np.asarray(regions).astype(str)))
        self._lay(
            [ids[k] for k in order],
            [regions[k] for k in order],
            np.asarray(features, np.float32)[order],
            marks[order],
        )

    def _lay(self, ids: list[str], regions: list[str], features: Singles, flags: Ints) -> None:
        names, first, number = np.unique(
            np.asarray(regions, dtype=str), return_index=True, return_counts=True
        )
        room = np.ceil(number * ROOM).astype(np.int64) + 4
        start = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
        total = int(start[-1])
        self.ids: list[str | None] = [None] * total
        self.features: Singles = np.zeros((total, self.width), np.float32)
        self.flags = np.zeros(total, np.int64)
        self.alive = np.zeros(total, bool)
        self.slices = {}
        for k, name in enumerate(names.tolist()):
            at, n = int(start[k]), int(number[k])
            self.slices[name] = slice(at, int(start[k + 1]))
            self.ids[at : at + n] = ids[first[k] : first[k] + n]
            self.features[at : at + n] = features[first[k] : first[k] + n]
            self.flags[at : at + n] = flags[first[k] : first[k] + n]
            self.alive[at : at + n] = True
        self.place = {name: k for k, name in enumerate(self.ids) if name is not None}
        self.region_of = {name: region for name, region in zip(ids, regions, strict=True)}

    def __len__(self) -> int:
        return len(self.place)

    def put(self, name: str, region: str, features: Rows, flags: int = 0) -> None:
        """Adds a row or replaces it. Raises ValueError for features of another width."""
        if np.shape(features) != (self.width,):
            raise ValueError(f"{np.shape(features)} features where {self.width} are kept")
        if name in self.place and self.region_of[name] != region:
            self.drop(name)
        at = self.place.get(name)
        at = self._free(region) if at is None else at
        self.ids[at], self.place[name], self.region_of[name] = name, at, region
        self.features[at], self.flags[at], self.alive[at] = features, flags, True

    def drop(self, name: str) -> None:
        """Raises KeyError where there is no such row."""
        at = self.place.pop(name)
        del self.region_of[name]
        self.ids[at], self.alive[at] = None, False

    def _free(self, region: str) -> int:
        held = self.slices.get(region)
        if held is not None:
            free = np.flatnonzero(~self.alive[held])
            if free.size:
                return int(held.start + free[0])
        return self._more_room(region, held)

    def _more_room(self, region: str, held: slice | None) -> int:
        """A full region moves to the end with twice its room; its old rows stay empty."""
        size = held.stop - held.start if held is not None else 0
        start, more = len(self.ids), max(8, 2 * size)
        self.ids += [None] * more
        self.features = np.vstack([self.features, np.zeros((more, self.width), np.float32)])
        self.flags = np.concatenate([self.flags, np.zeros(more, np.int64)])
        self.alive = np.concatenate([self.alive, np.zeros(more, bool)])
        self.slices[region] = slice(start, start + more)
        if held is None:
            return start
        moved = slice(start, start + size)
        for rows in (self.features, self.flags, self.alive):
            rows[moved] = rows[held]
        self.alive[held] = False
        self.ids[start : start + size] = self.ids[held]
        self.ids[held] = [None] * size
        self.place.update({n: start + k for k, n in enumerate(self.ids[moved]) if n is not None})
        return start + size

    def passing(self, regions: Sequence[str] | None, needed: int = 0, refused: int = 0) -> Ints:
        """Places of the rows that pass; nobody has a bit that is both needed and refused."""
        if needed & refused:
            return np.zeros(0, np.int64)
        wanted = list(self.slices) if regions is None else [r for r in regions if r in self.slices]
        found = [self._passing_in(self.slices[r], needed, refused) for r in dict.fromkeys(wanted)]
        return np.concatenate([np.zeros(0, np.int64), *found])

    def _passing_in(self, held: slice, needed: int, refused: int) -> Ints:
        mask = self.alive[held]
        if needed or refused:
            mask = mask & ((self.flags[held] & (needed | refused)) == needed)
        return np.asarray(np.flatnonzero(mask) + held.start)

    def top(
        self,
        weights: Rows,
        number: int = 20,
        regions: Sequence[str] | None = None,
        needed: int = 0,
        refused: int = 0,
    ) -> Found:
        """The `number` best that pass. Raises ValueError for weights of another width."""
        if np.shape(weights) != (self.width,):
            raise ValueError(f"{np.shape(weights)} weights where {self.width} features are kept")
        asked = np.asarray(weights, np.float32)
        rows = self.passing(regions, needed, refused)
        if rows.size > max(BLOCK, FEW * len(self.ids)):
            rows, score = self._in_blocks(rows, asked, number)
        else:
            score = self.features[rows] @ asked
        return self._best(rows, score, number)

    def _in_blocks(self, rows: Ints, asked: Singles, number: int) -> tuple[Ints, Singles]:
        """Block by block, only what beats the best `number` so far is kept."""
        kept, scores, least = [], [], -np.inf
        for first in range(0, rows.size, BLOCK):
            some = rows[first : first + BLOCK]
            whole = some[-1] - some[0] + 1 == some.size
            block = self.features[some[0] : some[-1] + 1] if whole else self.features[some]
            score = block @ asked
            good = np.flatnonzero(score >= least)
            kept.append(some[good])
            scores.append(score[good])
            if sum(k.size for k in kept) >= 4 * number:
                row, value = np.concatenate(kept), np.concatenate(scores)
                cut = np.partition(value, -number)[-number]
                good = np.flatnonzero(value >= cut)
                kept, scores, least = [row[good]], [value[good]], float(cut)
        return np.concatenate(kept), np.concatenate(scores)

    def _best(self, rows: Ints, score: Singles, number: int) -> Found:
        if rows.size > number:
            cut = np.partition(score, -number)[-number]
            good = np.flatnonzero(score >= cut)
            rows, score = rows[good], score[good]
        pairs = sorted(
            (-float(s), self.ids[r] or "") for r, s in zip(rows.tolist(), score.tolist(), strict=True)
        )
        best = pairs[:number]
        return Found([name for _s, name in best], np.array([-s for s, _name in best]))
