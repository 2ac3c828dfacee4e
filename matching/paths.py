"""Shortest augmenting paths that make a nearly right assignment exactly right (Jonker & Volgenant 1987).

Prices u (rows) and v (columns) are feasible throughout: u, v >= 0 and u + v >= weight on every arc; arcs in
the assignment are tight. What is still wrong is a row without a column though its u > 0. Each search mends
one such row and makes no new one. Columns are mended by the same code with the sides exchanged.
"""

import numpy as np

from matching.compiled import njit


@njit
def _push(heap_key, heap_col, size, key, col):  # type: ignore[no-untyped-def]
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if heap_key[parent] <= key:
            break
        heap_key[at] = heap_key[parent]
        heap_col[at] = heap_col[parent]
        at = parent
    heap_key[at] = key
    heap_col[at] = col
    return size + 1


@njit
def _pop(heap_key, heap_col, size):  # type: ignore[no-untyped-def]
    key, col = heap_key[0], heap_col[0]
    size -= 1
    moved_key, moved_col = heap_key[size], heap_col[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap_key[child + 1] < heap_key[child]:
            child += 1
        if heap_key[child] >= moved_key:
            break
        heap_key[at] = heap_key[child]
        heap_col[at] = heap_col[child]
        at = child
    heap_key[at] = moved_key
    heap_col[at] = moved_col
    return key, col, size


@njit
def mend_rows(start, column, weight, row_column, column_row, u, v, rows_to_mend):  # type: ignore[no-untyped-def]
    """Gives each listed row a column or the outside option by a cheapest path. Changes the last five in
    place.

    `row_column` (rows,) and `column_row` (columns,) hold the assignment, -1 where there is none.
    Returns how many columns were looked at, a measure of the work.
    """
    columns = column_row.size
    distance = np.full(columns, np.inf)
    before = np.full(columns, -1, dtype=np.int32)
    settled = np.zeros(columns, dtype=np.bool_)
    touched = np.empty(columns, dtype=np.int32)
    order = np.empty(columns, dtype=np.int32)
    heap_key, heap_col = np.empty(1024), np.empty(1024, dtype=np.int32)
    looked_at = 0
    for s in rows_to_mend:
        if row_column[s] >= 0 or u[s] <= 0.0:
            continue
        touched_n, settled_n, size = 0, 0, 0
        best, end_column, end_row = u[s], -1, s
        row, base = s, 0.0
        while True:
            for a in range(start[row], start[row + 1]):
                c = column[a]
                slack = u[row] + v[c] - weight[a]
                reach = base + (slack if slack > 0.0 else 0.0)
                if reach >= best or settled[c] or reach >= distance[c]:
                    continue
                if distance[c] == np.inf:
                    touched[touched_n] = c
                    touched_n += 1
                distance[c] = reach
                before[c] = row
                if column_row[c] < 0:
                    best, end_column, end_row = reach, c, -1
                    continue
                if size == heap_key.size:
                    heap_key = np.concatenate((heap_key, np.empty(size)))
                    heap_col = np.concatenate((heap_col, np.empty(size, dtype=np.int32)))
                size = _push(heap_key, heap_col, size, reach, c)
            row = -1
            while size > 0:
                reach, c, size = _pop(heap_key, heap_col, size)
                if settled[c] or reach > distance[c]:
                    continue
                if reach >= best:
                    size = 0
                    break
                settled[c] = True
                order[settled_n] = c
                settled_n += 1
                row, base = column_row[c], reach
                if base + u[row] < best:
                    best, end_column, end_row = base + u[row], -1, row
                break
            if row < 0:
                break
        looked_at += touched_n
        u[s] -= best
        for k in range(settled_n):
            c = order[k]
            step = best - distance[c]
            if step > 0.0:
                v[c] += step
                mate = column_row[c]
                u[mate] = max(0.0, u[mate] - step)
        if u[s] < 0.0:
            u[s] = 0.0
        if end_row >= 0 and end_row != s:
            end_column = row_column[end_row]
            row_column[end_row] = -1
            u[end_row] = 0.0
        c = end_column
        while c >= 0:
            r = before[c]
            following = row_column[r]
            row_column[r] = c
            column_row[c] = r
            c = following if r != s else -1
        for k in range(touched_n):
            distance[touched[k]] = np.inf
            settled[touched[k]] = False
    return looked_at


@njit
def best_worth(start, column, weight, v, u, best_arc):  # type: ignore[no-untyped-def]
    """Fills u (rows,) with max(0, weight - v) and `best_arc` with where it is reached, -1 for the outside
    option."""
    for i in range(start.size - 1):
        best, arc = 0.0, -1
        for a in range(start[i], start[i + 1]):
            worth = weight[a] - v[column[a]]
            if worth > best:
                best = worth
                arc = a
        u[i] = best
        best_arc[i] = arc


@njit
def transposed(start, column, weight, columns):  # type: ignore[no-untyped-def]
    """The same arcs ordered by column: `(start, row, weight)`, rows ascending within a column."""
    starts = np.zeros(columns + 1, dtype=np.int64)
    for a in range(column.size):
        starts[column[a] + 1] += 1
    for j in range(columns):
        starts[j + 1] += starts[j]
    fill = starts[:-1].copy()
    row = np.empty(column.size, dtype=np.int32)
    turned = np.empty(column.size)
    for i in range(start.size - 1):
        for a in range(start[i], start[i + 1]):
            at = fill[column[a]]
            row[at] = i
            turned[at] = weight[a]
            fill[column[a]] += 1
    return starts, row, turned
