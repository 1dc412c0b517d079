"""What comments, docstrings and pages refer to must exist: files, headings, traps, decisions, tests.

The rules are plain functions over texts; the tests on made-up texts show that each finds what is dead. The tests of
docs/security.md's own references are in tests/test_security_page.py.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.run import ROOT

FOLDERS = ("bench", "chalicelib", "docs", "infra", "local", "tests")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")

_PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)}|frontend/src)/[\w.*/-]+")
_FILE = re.compile(r"(?<![\w./*-])[\w/.-]*\w\.(?:py|md)(?![\w/*-])")
_BARE_PAGE = re.compile(r"(?<![\w./-])(?:plex|product|api|architecture)\.md\b")
_TRAP = re.compile(r"\btraps?\s+\d+")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
_ADDRESS = re.compile(r"https?://[^\s)>]+")
_HEADING_OF = re.compile(r'([\w./-]+\.md)\)?,\s+"([^"]+)"')
_NUMBERS_OF = re.compile(r"([\w./-]+\.md)\)?,\s+(traps?\s+)?(\d+(?:(?:,|,?\s+and)\s+\d+)*)(?![\w-])")
_DECISION = re.compile(r"\bdecisions?\s+(\d+(?:(?:,|,?\s+and)\s+\d+)*)")
_TEST = re.compile(r"(?<![\w./-])test_\w+(?!\w|\.py)")


@dataclass(frozen=True)
class Passage:
    """A text that refers to other things: a page, a docstring, or comment lines that belong together."""

    file: str
    line: int
    text: str

    def line_of(self, place: int) -> int:
        return self.line + self.text.count("\n", 0, place)


@dataclass(frozen=True, order=True)
class Dead:
    file: str
    line: int
    reference: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reference}"


# What refers


def passages(file: str, source: str) -> Iterator[Passage]:
    """The texts in a file: a page whole, of Python its comments and docstrings."""
    if file.endswith(".py"):
        yield from _docstrings(file, source)
        yield from _comments(file, source)
    else:
        yield Passage(file, 1, source)


def _docstrings(file: str, source: str) -> Iterator[Passage]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield Passage(file, node.lineno, node.value.value)


def _comments(file: str, source: str) -> Iterator[Passage]:
    """Comments on lines that follow each other are one text, for a reference may be broken between them."""
    together: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if together and token.start[0] != last + 1:
                yield Passage(file, last - len(together) + 1, "\n".join(together))
                together = []
            together.append(token.string.lstrip("#"))
            last = token.start[0]
    if together:
        yield Passage(file, last - len(together) + 1, "\n".join(together))


# What is dead


def dead_paths(passage: Passage, root: Path) -> Iterator[Dead]:
    """Paths, patterns and names of files to which nothing belongs."""
    text = _ADDRESS.sub(_blank, passage.text)
    found = {match.start(): match.group().rstrip(".") for rule in (_FILE, _PATH) for match in rule.finditer(text)}
    found |= {match.start(1): match[1] for match in _LINK.finditer(text)}
    for place, path in found.items():
        if not _exists(path.rstrip("/"), passage.file, root):
            yield Dead(passage.file, passage.line_of(place), path)


def bare_pages(passage: Passage) -> Iterator[Dead]:
    """Pages named without their folder, and traps without their page: a stranger would not know which is meant."""
    text = _LINK.sub(_blank, _ADDRESS.sub(_blank, passage.text))
    for match in _BARE_PAGE.finditer(text):
        yield Dead(passage.file, passage.line_of(match.start()), match.group())
    for match in _TRAP.finditer(text):
        if not text[: match.start()].rstrip().endswith(".md,"):
            yield Dead(passage.file, passage.line_of(match.start()), match.group())


def dead_sections(passage: Passage, root: Path) -> Iterator[Dead]:
    """Headings, numbered sections and traps that their page does not have."""
    cited = [
        (match.start(), match[1], tuple(_numbered(match[2], match[3]))) for match in _NUMBERS_OF.finditer(passage.text)
    ]
    cited += [(match.start(), match[1], (_plain(match[2]),)) for match in _HEADING_OF.finditer(passage.text)]
    for place, name, wanted in cited:
        page = _page(name, passage.file, root)
        there = headings(page.read_text(encoding="utf-8")) if page else frozenset[str]()
        for heading in wanted:
            if heading not in there:
                yield Dead(passage.file, passage.line_of(place), f'{name}, "{heading}"')


def headings(page: str) -> frozenset[str]:
    """A page's headings; of numbered sections and traps the number as well, as citations have it."""
    titles = {_plain(title) for title in re.findall(r"^#+ (.+)$", page, re.MULTILINE)}
    sections = {match[1] for title in titles if (match := re.match(r"(\d+)\. ", title))}
    traps = {f"trap {match[1]}" for title in titles if (match := re.match(r"Trap (\d+):", title))}
    return frozenset(titles | sections | traps)


def dead_decisions(passage: Passage, known: Iterable[int]) -> Iterator[Dead]:
    for match in _DECISION.finditer(passage.text):
        for number in re.findall(r"\d+", match[1]):
            if int(number) not in known:
                yield Dead(passage.file, passage.line_of(match.start()), f"decision {number}")


def dead_tests(passage: Passage, known: Iterable[str]) -> Iterator[Dead]:
    for match in _TEST.finditer(passage.text):
        if match.group() not in known:
            yield Dead(passage.file, passage.line_of(match.start()), match.group())


def _exists(path: str, file: str, root: Path) -> bool:
    """Whether it is there, from the root or beside the file that names it; a file may be named by its path's end."""
    if "*" in path:
        return any(root.glob(path))
    is_there = (root / path).exists() or (root / file).parent.joinpath(path).exists()
    return is_there or any(f"/{each}".endswith(f"/{path}") for each in _files(root))


@cache
def _files(root: Path) -> tuple[str, ...]:
    return tuple(
        file.relative_to(root).as_posix()
        for folder in FOLDERS
        for file in (root / folder).rglob("*.*")
        if file.suffix in (".py", ".md")
    )


def _page(name: str, file: str, root: Path) -> Path | None:
    """The page of that name; one without its folder is for ``bare_pages`` to tell of."""
    candidates = (root / name, (root / file).parent / name, root / "docs" / name)
    return next((page for page in candidates if page.is_file()), None)


def _numbered(traps: str | None, numbers: str) -> Iterator[str]:
    kind = "trap " if traps else ""
    return (f"{kind}{number}" for number in re.findall(r"\d+", numbers))


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


# The project's own


@cache
def _all_passages() -> tuple[Passage, ...]:
    python = [ROOT / "app.py", *(file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))]
    pages = [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in PAGES if (ROOT / name).exists())]
    return tuple(
        passage
        for file in (*python, *pages)
        for passage in passages(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    )


def _pages() -> list[Passage]:
    return [passage for passage in _all_passages() if passage.file.endswith(".md")]


def _told(dead: Iterable[Dead]) -> list[str]:
    return [str(each) for each in sorted(set(dead))]


def test_every_path_that_is_named_exists():
    assert _told(dead for passage in _all_passages() for dead in dead_paths(passage, ROOT)) == []


def test_no_page_is_named_without_its_folder():
    assert _told(dead for passage in _all_passages() for dead in bare_pages(passage)) == []


def test_every_section_that_is_cited_exists():
    assert _told(dead for passage in _all_passages() for dead in dead_sections(passage, ROOT)) == []


def test_every_decision_that_is_cited_exists():
    known = {int(file.name[:4]) for file in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    assert _told(dead for passage in _all_passages() for dead in dead_decisions(passage, known)) == []


def test_every_test_that_a_page_names_exists():
    files = list((ROOT / "tests").rglob("test_*.py"))
    written = "\n".join(file.read_text(encoding="utf-8") for file in files)
    known = {*re.findall(r"^def (test_\w+)", written, re.MULTILINE), *(file.stem for file in files)}
    pages = [page for page in _pages() if page.file != "docs/security.md"]
    assert _told(dead for page in pages for dead in dead_tests(page, known)) == []


# The rules, on made-up texts


def _page_saying(text: str, file: str = "docs/made_up.md") -> Passage:
    return Passage(file, 1, text)


def test_a_path_that_does_not_exist_is_found_with_its_line():
    gone = "chalicelib/gone.py"
    (dead,) = dead_paths(_page_saying(f"first\nsecond: {gone}. Third."), ROOT)
    assert str(dead) == f"docs/made_up.md:2 {gone}"


def test_a_folder_and_a_pattern_that_match_nothing_are_found():
    gone, pattern = "tests/gone/", "local/gone_*.py"
    dead = dead_paths(_page_saying(f"{gone} and {pattern}"), ROOT)
    assert {each.reference for each in dead} == {gone, pattern}


def test_what_exists_is_not_found():
    text = "README.md, docs/decisions/, local/plex/. app.py, tests/http/test_*.py, [a page](security.md), local/run.py"
    assert not list(dead_paths(_page_saying(text), ROOT))


def test_a_file_beside_the_one_that_names_it_exists_and_a_name_that_no_file_has_does_not():
    dead = dead_paths(_page_saying("see test_imports.py and gone_for_good.py", "tests/made_up.py"), ROOT)
    assert [each.reference for each in dead] == ["gone_for_good.py"]


def test_a_path_in_an_address_is_not_one_of_ours():
    assert not list(dead_paths(_page_saying("https://example.org/docs/gone.md"), ROOT))


def test_a_link_to_a_page_that_does_not_exist_is_found():
    (dead,) = dead_paths(_page_saying("[read](gone.md)"), ROOT)
    assert dead.reference == "gone.md"


def test_a_page_without_its_folder_is_found_and_one_with_it_or_in_a_link_is_not():
    bare = "plex" + ".md"  # in two parts, so that a search for bare names finds none
    text = f"({bare}, 5), docs/plex.md, 5, [{bare}](plex.md)"
    assert [dead.reference for dead in bare_pages(_page_saying(text))] == [bare]


def test_a_trap_without_its_page_is_found_and_one_with_it_is_not():
    text = "the owner's (trap 2), and docs/plex.md,\n    traps 5 and 8"
    assert [dead.reference for dead in bare_pages(_page_saying(text))] == ["trap 2"]


def test_a_section_a_trap_and_a_heading_that_do_not_exist_are_found():
    page = "docs/plex.md"
    text = f'{page}, 5; {page}, 99; {page},\ntraps 5 and 98; {page}, "Error forms"; {page}, "Gone"'
    dead = {each.reference for each in dead_sections(_page_saying(text), ROOT)}
    assert dead == {f'{page}, "99"', f'{page}, "trap 98"', f'{page}, "Gone"'}


def test_a_section_of_a_page_that_does_not_exist_is_found():
    (dead,) = dead_sections(_page_saying('docs/gone.md, "Anything"'), ROOT)
    assert dead.reference == 'docs/gone.md, "Anything"'


def test_headings_are_known_by_their_words_and_by_their_numbers():
    page = "# Plex\n\n## 5. Sharing\n\n### Trap 3: `errors`\n\ntext\n"
    assert headings(page) == {"Plex", "5. Sharing", "5", "Trap 3: errors", "trap 3"}


def test_a_decision_that_does_not_exist_is_found():
    dead = dead_decisions(_page_saying("(decision 1), decisions 2 and 77"), {1, 2})
    assert [each.reference for each in dead] == ["decision 77"]


def test_a_test_that_does_not_exist_is_found():
    text = "`test_it_is_there`, `test_gone`, tests/http/test_redeeming.py"
    assert [each.reference for each in dead_tests(_page_saying(text), {"test_it_is_there"})] == ["test_gone"]


def test_references_in_python_are_read_from_comments_and_docstrings_and_from_nothing_else():
    source = '"""One."""\n\nTWO = "two"  # three\n\n# four,\n# five\ndef six():\n    """Seven."""\n'
    found = sorted(passages("made_up.py", source), key=lambda passage: passage.line)
    assert [(passage.line, passage.text) for passage in found] == [
        (1, "One."),
        (3, " three"),
        (5, " four,\n five"),
        (8, "Seven."),
    ]
