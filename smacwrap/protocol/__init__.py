"""The wire between SMAC and a wrapper: call strings one way, result lines the other."""

from smacwrap.protocol.call_string import (
    NO_CUTOFF,
    NO_INSTANCE,
    NO_RUN_LENGTH,
    CallString,
    CallStringError,
    parse_call_string,
)
from smacwrap.protocol.commas import comma_hint
from smacwrap.protocol.result_line import (
    Result,
    ResultLineError,
    Status,
    find_result,
    format_answer,
    format_result,
    is_result_line,
    parse_result_line,
)
from smacwrap.protocol.result_lines import ResultLines

__all__ = [
    "NO_CUTOFF",
    "NO_INSTANCE",
    "NO_RUN_LENGTH",
    "CallString",
    "CallStringError",
    "Result",
    "ResultLineError",
    "ResultLines",
    "Status",
    "comma_hint",
    "find_result",
    "format_answer",
    "format_result",
    "is_result_line",
    "parse_call_string",
    "parse_result_line",
]
