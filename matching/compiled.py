"""Compiled where numba is there, plain Python where it is not: the same functions, the same results."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

try:
    from numba import njit as _numba_njit
except ImportError:  # pragma: no cover - the fallback is tried in a process of its own
    COMPILED = False

    def njit(function: F) -> F:
        """Leaves the function as it is."""
        return function
else:
    COMPILED = True

    def njit(function: F) -> F:
        """Compiles at the first call and keeps the result on disk."""
        compiled: F = _numba_njit(cache=True, fastmath=False)(function)
        return compiled
