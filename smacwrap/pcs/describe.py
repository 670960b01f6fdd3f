"""Parameters in words, as PCS files have them."""

from dataclasses import dataclass

from smacwrap.pcs.entries import bounds, plain, texts
from smacwrap.pcs.model import Number, Ordinal, Parameter, Real


@dataclass(frozen=True)
class Description:
    """A parameter; `str()` of it is its line in a PCS file."""

    name: str
    type: str
    domain: str
    default: str
    log: bool

    def __str__(self) -> str:
        log = " log" if self.log else ""
        return f"{self.name} {self.type} {self.domain} [{self.default}]{log}"


def describe(parameter: Parameter) -> Description:
    """The words for a parameter."""
    names = texts(parameter)
    if names is not None:
        ordinal = isinstance(parameter, Ordinal)
        type_, domain = "ordinal" if ordinal else "categorical", f"{{{', '.join(names)}}}"
    else:
        low, high = map(plain, bounds(parameter))
        real = isinstance(parameter, Real)
        type_, domain = "real" if real else "integer", f"[{low}, {high}]"
    return Description(
        name=parameter.name,
        type=type_,
        domain=domain,
        default=plain(parameter.default_value),
        log=isinstance(parameter, Number) and parameter.log,
    )
