"""A function's machine code on disk. What cannot be read or written is left aside: the function is compiled anew.

What is kept runs without the compiler, of which but the part that takes it from disk is loaded then.
"""

import hashlib
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numba
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from pipelines.compiled import folders


class Kept(_Cache):
    """The machine code of a function for each signature, in files of their own."""

    def __init__(self, function: Callable[..., Any], dispatcher: Any, sources: bytes) -> None:
        self.function = function
        self._dispatcher = dispatcher
        self._sources = sources

    @property
    def cache_path(self) -> str:
        """Where it would be written first."""
        return str(folders.folders()[0])

    def load_overload(self, sig: Sequence[Any], target_context: Any) -> Any:
        """The machine code for a signature; None where none is kept, so that the caller compiles it."""
        return self._load(sig, target_context) or self._made_elsewhere(sig, target_context)

    def _made_elsewhere(self, sig: Sequence[Any], target_context: Any) -> Any:
        """The machine code for a signature when another process compiles it, which is waited for."""
        from pipelines.compiled import ahead

        return self._load(sig, target_context) if ahead.is_made(self.name(sig)) else None

    def _load(self, sig: Sequence[Any], target_context: Any) -> Any:
        """What is kept for a signature, if it is whole and fits the code that there is."""
        content = folders.read(self.name(sig))
        if content is None:
            return None
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(content))  # noqa: S301, SLF001 (a file that only this user writes)
        except Exception:  # noqa: BLE001 (whatever unpickling raises)
            return None

    def save_overload(self, sig: Sequence[Any], data: Any) -> None:
        """Keep the machine code for a signature, if it stands by itself and any folder takes it."""
        if data.lifted or data.library.has_dynamic_globals:
            return
        folders.write(self.name(sig), dumps(data._reduce()))  # noqa: SLF001 (as numba's own cache does)

    def name(self, sig: Sequence[Any]) -> str:
        """The name of the file: of the function, with a digest of all that the machine code depends on."""
        machine = self._dispatcher.targetctx.codegen().magic_tuple()
        called = f"{self.function.__module__}.{self.function.__qualname__}"
        told = (
            called,
            self._sources,
            [str(kind) for kind in sig],
            machine,
            numba.__version__,
            sys.implementation.cache_tag,
        )
        return f"{called}-{hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()}"

    def enable(self) -> None:
        """It is always used."""

    def disable(self) -> None:
        """It is always used."""

    def flush(self) -> None:
        """Nothing is taken away: a name tells what the code was made of."""
