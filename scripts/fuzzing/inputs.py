"""Inputs for the fuzzing of formats: mutations of good files, and monsters."""

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

LONGEST = 65_536
"""Bytes of a mutated input; monsters may be longer."""

_TOKEN = re.compile(rb"[A-Za-z_]+|[0-9.]+|\s+|.", re.DOTALL)
_NUMBER = re.compile(rb"-?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?")
_NUMBERS = (
    b"1e999", b"-1e999", b"1e-400", b"nan", b"inf", b"Infinity", b"-0", b"0", b"-1", b"0x10",
    b"2147483648", b"9223372036854775808", b"1.7976931348623157e308", b"5e-324", b"1_000", b".",
    b"9" * 4400, b"0." + b"3" * 4400, b"1e" + b"9" * 20, "٣".encode(), b"1e15", b"1e290", b"00",
)  # fmt: skip
_BYTES = (
    b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\r\n", b"\n", b"\t",
    b"\x0b", b"\x0c", b"\x1c", b"\x7f", b"\x1b[0m", "\u2028".encode(), "\xa0".encode(),
    "\U0001f600".encode(), "ſ".encode(), "İ".encode(), b"\\", b"'", b'"', b"%s", b"{}", b"${x}",
)  # fmt: skip

Mutation = Callable[[Random, bytes, "Mutator"], bytes]


class Mutator:
    """Makes inputs of a format out of its good files.

    Args:
        corpus: good files; there is at least one.
        words: what means something in the format.
        rng: where all chance comes from.
    """

    def __init__(self, corpus: Sequence[bytes], words: Sequence[bytes], rng: Random) -> None:
        self.corpus = corpus
        self.words = words
        self._rng = rng

    def input(self) -> bytes:
        """One more input, of at most `LONGEST` bytes."""
        data = self._rng.choice(self.corpus)
        for _ in range(self._rng.choice((1, 1, 2, 3, 5, 8))):
            data = self._rng.choice(_MUTATIONS)(self._rng, data, self)[:LONGEST]
        return data


def _span(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + rng.choice((1, 1, 2, 4, 8, 16, 64, 256)))


def _delete(rng: Random, data: bytes, _: Mutator) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def _insert(rng: Random, data: bytes, own: Mutator) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(rng.choice((_NUMBERS, _BYTES, own.words))) + data[at:]


def _scramble(rng: Random, data: bytes, _: Mutator) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + rng.randbytes(end - start) + data[end:]


def _copy(rng: Random, data: bytes, _: Mutator) -> bytes:
    start, end = _span(rng, data)
    at = rng.randint(0, len(data))
    return data[:at] + data[start:end] * rng.choice((1, 1, 2, 10, 100)) + data[at:]


def _replace_token(rng: Random, data: bytes, own: Mutator) -> bytes:
    tokens = [match.span() for match in _TOKEN.finditer(data)]
    if not tokens:
        return rng.choice(own.words)
    start, end = rng.choice(tokens)
    other = rng.choice(tokens)
    new = rng.choice((data[slice(*other)], rng.choice(own.words), rng.choice(_BYTES), b""))
    return data[:start] + new + data[end:]


def _replace_number(rng: Random, data: bytes, own: Mutator) -> bytes:
    numbers = [match.span() for match in _NUMBER.finditer(data)]
    if not numbers:
        return _insert(rng, data, own)
    start, end = rng.choice(numbers)
    return data[:start] + rng.choice(_NUMBERS) + data[end:]


def _lines(rng: Random, data: bytes, own: Mutator) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    edit = rng.randrange(4)
    if edit == 0:
        del lines[at]
    elif edit == 1:
        lines.insert(rng.randint(0, len(lines)), lines[at])
    elif edit == 2:
        rng.shuffle(lines)
    else:
        lines.insert(at, rng.choice(rng.choice(own.corpus).split(b"\n")))
    return rng.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _splice(rng: Random, data: bytes, own: Mutator) -> bytes:
    other = rng.choice(own.corpus)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


_MUTATIONS: tuple[Mutation, ...] = (
    _delete, _insert, _scramble, _copy, _replace_token, _replace_token, _replace_number, _lines,
    _splice,
)  # fmt: skip


def monsters(good: bytes, words: Sequence[bytes], size: int) -> Iterator[bytes]:
    """What breaks readers of text: too long, too deep, too many, in the wrong encoding.

    Args:
        good: a good file of the format.
        words: what means something in the format.
        size: bytes of a long line; what is deep or many, is so a hundredth of it.
    """
    text = good.decode()
    many = size // 100
    yield from (b"", b"\0", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf" + good, good[: len(good) // 2])
    yield from (text.encode(encoding) for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-7"))
    for end in (b"\r\n", b"\r", "\u2028".encode(), b"\x0b", b"\0"):
        yield good.replace(b"\n", end)
    yield from (_NUMBER.sub(number, good) for number in _NUMBERS)
    yield from (_NUMBER.sub(b"9" * many + junk, good) for junk in (b"", b"x", b"e", b".."))
    yield from (good + odd + good for odd in _BYTES)
    for sign in (b"a", b" ", b"\t", b"9", b"\n", b"\r", b",", b"\0", b"\xff", "ä".encode()):
        yield sign * size
        yield good + sign * size + good
    for sign in (bytes([code]) for code in b"()[]{}<>-+!|&=\"'#;:.\\/*^%$"):
        yield sign * many
        yield good + b"\n" + sign * many
        yield good.replace(b"\n", sign * many + b"\n", 1)
    for word in words:
        yield word * many
        yield good + b"\n" + (word + b" ") * many + b"\n"
        yield good + (b"\n" + word) * (many // 10)
    yield (good + b"\n") * (size // len(good) // 10)
