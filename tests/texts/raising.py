"""Where the product says no, and why: found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import chalicelib
from chalicelib.access.reasons import Reason
from chalicelib.common import refusals
from chalicelib.common.refusals import Refusal

ROOT = Path(chalicelib.__file__).parent
NO_FACTS = {"detail", "field", "retry_after"}


@dataclass(frozen=True)
class Raised:
    """One place where a refusal is made: its class, its detail, and the names of its facts."""

    where: str
    code: str
    detail: str | None
    facts: frozenset[str]

    @property
    def key(self) -> str:
        return f"{self.code}.{self.detail}" if self.detail else self.code


def kinds_of(kind: type[Refusal] = Refusal) -> set[str]:
    """The names of all refusals."""
    return {kind.__name__}.union(*(kinds_of(each) for each in kind.__subclasses__()))


KINDS = kinds_of()


def raised_refusals() -> list[Raised]:
    """Every call of a refusal's class, and every bare ``raise`` of one."""
    return [raised for where, tree in _sources() for node in ast.walk(tree) for raised in _refusals_in(node, where)]


def reason_codes() -> set[str]:
    """The codes of all reasons that are made anywhere."""
    calls = [node for _, tree in _sources() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call for call in calls if _name(call.func) == Reason.__name__ and call.args]
    return {_literal(call.args[0]) or "" for call in made}


def _refusals_in(node: ast.AST, where: str) -> Iterator[Raised]:
    if isinstance(node, ast.Call) and _name(node.func) in KINDS:
        named = {each.arg: each.value for each in node.keywords}
        detail = node.args[0] if node.args else named.get("detail")
        place = f"{where}:{node.lineno}"
        assert detail is None or _literal(detail), f"{place}: a detail that cannot be read"
        facts = frozenset(name for name in named if name) - NO_FACTS
        yield Raised(place, _name(node.func), _literal(detail), facts)
    if isinstance(node, ast.Raise) and node.exc and _name(node.exc) in KINDS:
        yield Raised(f"{where}:{node.lineno}", _name(node.exc), None, frozenset())


def _name(node: ast.expr) -> str:
    """``TryAgain`` of ``TryAgain`` and of ``refusals.TryAgain``."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if path != Path(refusals.__file__):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
