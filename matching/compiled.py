"""Compiled where numba is there, plain Python where it is not: the same functions, results as good.

Plain, a one-to-one market of up to four million cells is solved as a table (`matching.dense`), in numpy
for the most part: of equal optima another one may be found there.

`MATCHING_COMPILED=0` in the environment leaves all plain: slower, but every step can be watched.
"""

import importlib.util
import os
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

COMPILED = os.environ.get("MATCHING_COMPILED", "1") != "0" and importlib.util.find_spec("numba") is not None


def _plain(function: F) -> F:
    return function


def _decorator(**options: Any) -> Callable[[Any], Any]:
    if not COMPILED:
        return _plain
    numba: Any = importlib.import_module("numba")
    return numba.njit(cache=True, nogil=True, **options)  # type: ignore[no-any-return]


_compile = _decorator()
_compile_step = _decorator(_nrt=False)
_compile_numbers = _decorator(_nrt=False, fastmath={"nnan", "nsz"})


def njit(function: F) -> F:
    """Compiles at the first call and keeps the result on disk."""
    compiled: F = _compile(function)
    return compiled


def njit_step(function: F) -> F:
    """The same for what makes no array: then numba counts no references to those it is given, which in short
    steps takes longer than the step."""
    compiled: F = _compile_step(function)
    return compiled


def njit_numbers(function: F) -> F:
    """A step that never meets NaN, nor tells 0.0 from -0.0: the greatest of several is found at once."""
    compiled: F = _compile_numbers(function)
    return compiled
