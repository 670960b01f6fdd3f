"""Templates: values in, every other byte as it was, the template untouched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.templates import Template, fill_templates


def filled(folder: Path, content: bytes, **values: str) -> bytes:
    """What a template becomes."""
    (folder / "run").mkdir(exist_ok=True)
    source = folder / "template"
    source.write_bytes(content)
    fill_templates([Template(source, "made/file")], folder / "run", values)
    assert source.read_bytes() == content
    return (folder / "run" / "made" / "file").read_bytes()


def test_names_are_filled_in_and_a_double_dollar_is_a_plain_one(tmp_path: Path) -> None:
    content = b"a=${x} $x $$ $${HOME} $((1+1)) {x}\r\n\xff${x}${a.b}"
    values = {"x": "1", "a.b": "odd"}
    assert filled(tmp_path, content, **values) == (b"a=1 $x $$ ${HOME} $((1+1)) {x}\r\n\xff1odd")


def test_an_inactive_parameter_has_its_fallback(tmp_path: Path) -> None:
    content = b"${x:-5} ${momentum:-0.9} ${none:-} ${file:-a b:-c\xff}, $${x:-5}"
    assert filled(tmp_path, content, x="1") == b"1 0.9  a b:-c\xff, ${x:-5}"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_value_is_filled_in_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert filled(folder, b"<${x}>", x=value) == f"<{value}>".encode()


def test_a_template_keeps_its_permissions(tmp_path: Path) -> None:
    source = tmp_path / "run.sh"
    source.write_text("#!/bin/sh\necho ${x}\n")
    source.chmod(0o555)
    folder = tmp_path / "run"
    folder.mkdir()
    fill_templates([Template(source, "run.sh")], folder, {"x": "1"})
    assert (folder / "run.sh").read_text() == "#!/bin/sh\necho 1\n"
    assert (folder / "run.sh").stat().st_mode & 0o777 == 0o555


def test_all_undefined_names_are_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    sources = [tmp_path / "a", tmp_path / "b"]
    sources[0].write_text("${lr}\n\n${lrr} ${HOME}\n")
    sources[1].write_text("${depth}")
    with pytest.raises(FillError) as caught:
        fill_templates([Template(s, s.name) for s in sources], tmp_path / "run", {"lr": "1"})
    assert str(caught.value).split("; ") == [
        f"{tmp_path}/a:3: ${{lrr}} is not an active parameter … did you mean 'lr'?",
        f"{tmp_path}/a:3: ${{HOME}} is not an active parameter "
        "(write ${HOME:-value} for what it is then, $${HOME} for a plain one)",
        f"{tmp_path}/b:1: ${{depth}} is not an active parameter "
        "(write ${depth:-value} for what it is then, $${depth} for a plain one)",
    ]


def test_the_names_that_a_template_asks_for_are_known(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"${x} $${HOME} ${y z:-1}\xff")
    assert Template(tmp_path / "a", "a").names() == {"x", "y z"}
    assert Template(tmp_path / "absent", "a").names() == set()
