"""Documents for memory: from packages, files and prose, with ids that stay."""

from __future__ import annotations

import posixpath
import shutil
import textwrap
from pathlib import Path

import pytest

from engine.errors import SparkError
from train.corpus.documents import documents_of


def test_a_package_is_its_documented_functions() -> None:
    by_title = {document.title: document for document in documents_of("json") if document.kind == "document"}
    assert by_title["json.dumps"].text.startswith("json.dumps(obj, ")
    assert "Serialize `obj` to a JSON formatted `str`." in by_title["json.dumps"].text
    assert not any("test" in title for title in by_title)


def test_a_module_written_in_c_is_read_by_introspection() -> None:
    texts = [document.text for document in documents_of("math")]
    assert any(text.startswith("math.sqrt(x): Return the square root of x") for text in texts)


def test_a_file_learned_again_replaces_what_it_said(tmp_path: Path) -> None:
    file = tmp_path / "tools.py"
    body = 'def clean(text):\n    """{}"""\n    return text.strip().lower().replace("  ", " ")\n'
    file.write_text(body.format("Remove spaces."))
    before, code_before = documents_of(str(file))
    file.write_text(body.format("Remove spaces and capitals."))
    after, code = documents_of(str(file))
    assert before.id == after.id == "doc:tools.clean"
    assert before.text != after.text == "tools.clean(text): Remove spaces and capitals."
    assert code_before.id == code.id == "code:tools.clean"
    assert (code.kind, code.text + "\n") == ("code", file.read_text()), "short functions are kept whole"


def test_modules_of_a_folder_are_named_as_an_import_would(tmp_path: Path) -> None:
    inner = tmp_path / "shop" / "cart"
    inner.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").touch()
    (inner / "__init__.py").touch()
    (inner / "total.py").write_text(
        'def add_up(prices):\n    """Sum the prices of a cart."""\n    return sum(prices, 0)\n'
    )
    assert {document.title for document in documents_of(str(tmp_path / "shop"))} == {"shop.cart.total.add_up"}


def test_what_a_module_of_ones_own_says_of_itself_is_prose_under_its_file(tmp_path: Path) -> None:
    app = tmp_path / "shop" / "main.py"
    app.parent.mkdir()
    app.write_text('"""Starts the app.\n\nIt reads the settings first.\n"""\nPORT = 1\n')
    (app.parent / "half.py").write_text('"""Never ends')
    (one,) = documents_of(str(app.parent))
    assert (one.id, one.title, one.source) == (f"doc:{app}#1", "shop/main.py", str(app))
    assert (one.kind, one.text) == ("document", "shop/main.py: Starts the app. It reads the settings first.")


def test_the_handbook_is_notes_and_functions() -> None:
    found = {document.id: document for document in documents_of("handbook")}
    assert found["note:how-do-i-reverse-a-list"].text.startswith("How do I reverse a list\nSlice with a step of -1")
    assert found["code:handbook.is_prime"].kind == "code"
    assert all(document.source == "handbook" and document.text for document in found.values())
    assert sum(document.kind == "document" for document in found.values()) > 800


def test_the_library_is_learned_without_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (posixpath, textwrap):  # all of it takes seconds
        shutil.copy(module.__file__, tmp_path)
    monkeypatch.setattr("sysconfig.get_paths", lambda: {"stdlib": str(tmp_path)})
    found = {document.id: document.kind for document in documents_of("stdlib")}
    assert {"doc:os.path.join", "doc:len", "doc:textwrap.dedent"} <= set(found)
    assert set(found.values()) == {"document"}


def test_prose_becomes_passages_under_their_headings(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(
        "# Deploying\n\nPush to main.\n\nWait.\n\n## Rolling back\n\n" + "Revert it. " * 80
    )
    documents = list(documents_of(str(tmp_path / "notes.md")))
    assert documents[0].text == "Deploying: Push to main. Wait."
    assert documents[1].title == "Rolling back" and documents[1].text.startswith("Rolling back: Revert it.")
    assert len({document.id for document in documents}) == len(documents)


@pytest.mark.parametrize("target", ["no_such_package_here", "../nowhere", "os..path", "a b", ""])
def test_what_is_not_there_is_one_sentence(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.py").write_text('def here():\n    """Say where this is, and why."""\n    return 1\n')
    with pytest.raises(SparkError, match="There is no file, folder or installed package"):
        list(documents_of(target))


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SparkError, match="cannot be read"):
        list(documents_of(str(tmp_path / "x.py")))
    (tmp_path / "notes.txt").write_bytes(b"caf\xe9")
    (tmp_path / "more.txt").write_text("Tea is made here.")
    (one,) = documents_of(str(tmp_path))  # of a folder the others are learned all the same
    assert one.title == "more"
    (tmp_path / "x.bin").write_bytes(b"1")
    with pytest.raises(SparkError, match="nothing to learn"):
        list(documents_of(str(tmp_path / "x.bin")))
