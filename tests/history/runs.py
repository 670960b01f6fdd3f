"""Runs for tests: one with what a test is about, or any that could be recorded."""

import contextlib
import resource
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from smacwrap.history import Instance, Run, StudyIdentity
from smacwrap.protocol import NO_INSTANCE, Result, Status

IDENTITY = StudyIdentity(
    algo="./target.py",
    exec_dir="/study",
    pcs_file="/study/params.pcs",
    pcs_text="x real [0, 1] [0.5]\n",
    cutoff=1.7976931348623157e308,
    deterministic=True,
)


def make_run(
    quality: float = 0.5,
    status: Status = Status.SAT,
    *,
    runtime: float = 1.0,
    details: dict[str, Any] | None = None,
    instance: str = NO_INSTANCE,
    seed: int = -1,
    cutoff: float = 5.0,
    active: Sequence[str] | None = None,
    **settings: str,
) -> Run:
    """A run of the configuration `settings`, of which all parameters are active by default."""
    settings = settings or {"x": "0.5"}
    return Run(
        settings=settings,
        active=tuple(sorted(settings if active is None else active)),
        result=Result(status, runtime, 1.0, quality, seed),
        wallclock_time=0.25,
        instance=instance,
        seed=seed,
        cutoff=cutoff,
        details=details or {},
    )


@contextlib.contextmanager
def full_disk(size: int) -> Iterator[None]:
    """A limit on the size of files, in bytes: the full disk that every user can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# Bytes that are no UTF-8, as a file name may hold them, are surrogates in Python's texts.
_texts = st.text(max_size=8) | st.text(st.characters(codec="utf-8"), max_size=3).map("\udcff".join)
_names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=5)
_numbers = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1e300, -1e-300, 3.0])
_seconds = st.floats(0, allow_nan=False)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts, inner, max_size=2),
    max_leaves=4,
)
_details = st.fixed_dictionaries(
    {},
    optional={
        "metrics": st.dictionaries(_texts, _texts, max_size=2),
        "zip": _texts,
        "reason": _texts,
        "number": st.integers(1),
        "of a later version": _json,
    },
)


@st.composite
def _configurations(draw: st.DrawFn) -> tuple[dict[str, str], tuple[str, ...], bool]:
    settings = draw(st.dictionaries(_names, _texts, max_size=4))
    active = tuple(name for name in sorted(settings) if draw(st.booleans()))
    return settings, active, draw(st.booleans())


@st.composite
def studies(draw: st.DrawFn) -> tuple[tuple[Instance, ...], list[Run]]:
    """The instances of a study and runs on them, with repeated configurations and seeds."""
    names = draw(st.lists(_texts, min_size=1, max_size=4, unique=True))
    features = st.dictionaries(_names, st.floats(allow_nan=False, allow_infinity=False), max_size=2)
    instances = tuple(Instance(name, draw(_texts), draw(features)) for name in names)
    configurations = draw(st.lists(_configurations(), min_size=1, max_size=4))
    runs = []
    for _ in range(draw(st.integers(0, 8))):
        settings, active, is_default = draw(st.sampled_from(configurations))
        result = Result(
            status=draw(st.sampled_from(Status)),
            runtime=draw(_seconds),
            run_length=draw(_numbers),
            quality=draw(_numbers),
            seed=draw(st.integers(-1, 2**63 - 1)),
            additional=draw(_texts),
        )
        run = Run(
            settings=settings,
            active=active,
            result=result,
            wallclock_time=draw(_seconds),
            instance=draw(st.sampled_from(names)),
            seed=draw(st.sampled_from([-1, 0, 7, 2**31])),
            cutoff=draw(_seconds),
            is_default=is_default,
            details=draw(_details),
        )
        runs.append(run)
    return instances, runs
