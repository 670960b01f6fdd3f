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


def pcs_monsters(size: int) -> Iterator[bytes]:
    """PCS files whose clauses are deep, long, many or of huge numbers."""
    many = size // 100
    base = b"a {x, y} [x]\nn integer [1, 10] [3]\nr real [0, 1] [0.5]\no ordinal {lo, hi} [lo]\n"
    for left, right in ((b"(", b")"), (b"-", b""), (b"abs(", b")"), (b"n + ", b""), (b"2^", b"")):
        yield base + b"{" + left * many + b"n" + right * many + b" > 900}"
        yield base + b"{" + left * many + b"n > 9}"
    for joint in (b" + ", b" * ", b" ^ ", b" && ", b" || ", b" == ", b" < ", b"-"):
        yield base + b"{n > 9 && " + joint.join([b"n"] * many) + b"}"
    for joint in (b" && ", b" || ", b" &&", b"|"):
        yield base + b"r | " + joint.join([b"n == 3"] * (many // 10))
    # ConfigSpace takes quadratic time for ordinals.
    for kind, count in ((b"categorical", many), (b"ordinal", many // 10)):
        values = b", ".join(b"v%d" % i for i in range(count))
        yield b"m %s {%s} [v0]" % (kind, values)
        yield b"m %s {%s} [w]" % (kind, values)
        yield b"m %s {%s} [v0]\n%s{m=v1}\n{m == v2}\n" % (kind, values, base)
        yield b"%sm %s {%s} [v0]\nr | m in {%s}" % (base, kind, values, values)
        yield b"m %s {%s} [v0]" % (kind, b", ".join([b"v0"] * many))
    yield base + b"r | n in {" + b", ".join(b"%d.%d" % (i % 9 + 1, i) for i in range(many)) + b"}"
    yield base + b"{" + b", ".join([b"n=4", b"a=y"] * many) + b"}"
    yield base + b"{a=y}\n" * (many // 10)
    yield base + b"{n + r > 10}\n" * (many // 10)
    yield base + b"r | n in {1, 2}\n" * (many // 10)
    yield base * (many // 10)
    yield b"\n".join(b"p%d [0, 1] [0]" % i for i in range(many // 10))
    chain = (b"p%d {a, b} [a]\np%d | p%d == a" % (i, i, i - 1) for i in range(1, many // 100))
    yield b"p0 {a, b} [a]\n" + b"\n".join(chain)
    orders = (b"p%d ordinal {v%d, v%d} [v%d]" % (i, i, i + 1, i) for i in range(many // 20))
    yield base + b"\n".join(orders) + b"\n{n > 9}"
    for high in (b"1e9", b"1e15", b"1e16", b"1e308", b"9" * 5000):
        for low in (b"1", b"-" + high, b"1e-300"):
            yield b"m integer [%s, %s] [1]\nr [0, 1] [0]\nr | m > 1\n{m == 1}" % (low, high)
            yield b"m real [%s, %s] [1] log\nr [0, 1] [0]\nr | m < 1\n{m = 1}" % (low, high)


def job_monsters(size: int) -> Iterator[bytes]:
    """TOML that is nested deeply, and regular expressions that are."""
    many = size // 100
    yield b"a = " + b"[" * many
    yield b"a = " + b"[" * many + b"]" * many
    yield b"a = " + b"{a=" * many + b"1" + b"}" * many
    # Of these, tomllib takes time and memory that grow with their square.
    yield b"[" + b".".join([b"a"] * (many // 100)) + b"]"
    yield b".".join([b"a"] * (many // 100)) + b" = 1"
    yield b"[run]\ncommand = 'x'\n[result]\nquality = 'a'\nmetrics.a = '" + b"(" * many + b"'"
    yield b"[run]\ncommand = 'x'\n[result]\nmetrics.a = '" + b"(" * 90 + b"a" + b")*" * 90 + b"'"
    yield b"[run]\ncommand = 'x'\n[result]\nmetrics.a = '(a{" + b"9" * many + b"})'"
    yield b"[run]\ncommand = '" + b"{flags} " * many + b"'"
    yield b"[run]\ncommand = '" + b'"a" | {x} ' * many + b"'"


def json_monsters(size: int) -> Iterator[bytes]:
    """JSON that is nested deeply, in a live-rundata file and in AClib 2's result line."""
    many = size // 100
    for start in (b"", b"[]\n", b"Result of this algorithm run: "):
        yield start + b"[" * many
        yield start + b'{"a":' * many + b"1" + b"}" * many
        yield start + b'{"r-rc":' * many
        yield start + b'{"status": ' + b"9" * 5000 + b"}"
        yield start + b'{"status": "SAT", "cost": ' + b"9" * 5000 + b"}"
        yield start + b'{"status": "SAT", "cost": 1, "misc": ' + b"[" * many + b"]" * many + b"}"
    yield b'[{"@pi-id": 1e999, "pi-name": null}]\n' * (many // 10)
