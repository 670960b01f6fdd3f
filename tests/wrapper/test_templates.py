"""Templates: values in, every other byte as it was, the template untouched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.templates import Template, fill_templates, names_in


def filled(folder: Path, content: bytes, **values: str) -> bytes:
    """What a template becomes."""
    (folder / "run").mkdir(exist_ok=True)
    source = folder / "template"
    source.write_bytes(content)
    fill_templates([Template(source, "made/file")], folder / "run", values)
    assert source.read_bytes() == content
    return (folder / "run" / "made" / "file").read_bytes()


def test_names_are_filled_in_and_a_double_dollar_is_a_plain_one(tmp_path: Path) -> None:
    content = b"a=${x} $x $$ $${HOME} $((1+1)) {x}\r\n\xff${x}${a.b:-c}"
    values = {"x": "1", "a.b:-c": "odd"}
    assert filled(tmp_path, content, **values) == (b"a=1 $x $$ ${HOME} $((1+1)) {x}\r\n\xff1odd")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_value_is_filled_in_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert filled(folder, b"<${x}>", x=value) == f"<{value}>".encode()


def test_a_template_keeps_its_permissions_and_may_replace_a_read_only_copy(tmp_path: Path) -> None:
    source = tmp_path / "run.sh"
    source.write_text("#!/bin/sh\necho ${x}\n")
    source.chmod(0o555)
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.sh").write_text("copy")
    (folder / "run.sh").chmod(0o444)
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
        f"{tmp_path}/a:3: ${{lrr}} is no active parameter … did you mean 'lr'?",
        f"{tmp_path}/a:3: ${{HOME}} is no active parameter "
        "(write $${HOME} for a plain ${HOME})",
        f"{tmp_path}/b:1: ${{depth}} is no active parameter "
        "(write $${depth} for a plain ${depth})",
    ]


def test_the_names_that_a_template_asks_for_are_known(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"${x} $${HOME} ${y z}\xff")
    assert names_in(Template(tmp_path / "a", "a")) == {"x", "y z"}
    assert names_in(Template(tmp_path / "absent", "a")) == set()
