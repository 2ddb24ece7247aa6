"""Values of options that are of their kind already need no conversion: what typer converts with takes long to load."""

from dataclasses import dataclass
from typing import Any

import typer.core

_core: Any = typer.core
_made_by: Any = getattr(_core, "build_runtime_param", None)
"""What of typer makes the conversion of a parameter, and loads Pydantic for it; other versions have none."""


@dataclass(frozen=True)
class Conversion:
    """The conversion of a parameter, made only for a value that it would change or refuse."""

    descriptor: Any

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value, of the parameter's kind."""
        kind = self.descriptor.annotation
        is_one = param.nargs == 1 and not param.multiple
        if type(value) is kind or (value is None and is_one):
            return value
        if kind == list[str] and not is_one and isinstance(value, tuple):
            return list(value)
        return _made_by(self.descriptor).coerce(value, param=param, ctx=ctx)


def convert_when_needed() -> None:
    """Let typer convert in this way from now on."""
    if _made_by is not None:
        _core.build_runtime_param = Conversion
