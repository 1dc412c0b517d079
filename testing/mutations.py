"""Small faults that a module's rules could have: each makes one mutant of it."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLIPPED: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
_NO_RULES = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Mutant:
    """A module with one fault: what stands in a line, what stands there instead, and the whole source with it."""

    path: Path
    line: int
    was: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.was}  ->  {self.becomes}"


def mutants_of(path: Path, source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    for node in _nodes_with_rules(tree):
        for fault in (*_in_expression(node), *_in_statement(node)):
            mutated = ast.unparse(_exchanged(tree, node, fault))
            yield Mutant(path, getattr(node, "lineno", 0), _line(node), _line(fault), mutated)


def _nodes_with_rules(node: ast.AST) -> Iterator[ast.AST]:
    """All but annotations, decorators and what is there for type checkers only."""
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in _NO_RULES and not _is_for_types_only(child):
                yield from _nodes_with_rules(child)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _in_expression(node: ast.AST) -> Iterator[ast.AST]:
    """A flipped comparison or operator, a dropped condition, another constant."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for at, op in enumerate(ops):
                if type(op) in FLIPPED:
                    yield ast.Compare(left, [*ops[:at], FLIPPED[type(op)](), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(FLIPPED[type(op)](), values)
            for at in range(len(values)):
                kept = [*values[:at], *values[at + 1 :]]
                yield kept[0] if len(kept) == 1 else ast.BoolOp(op, kept)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in FLIPPED:
            yield ast.BinOp(left, FLIPPED[type(op)](), right)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Constant(value=int() | float() as value):  # a bool is an int
            yield ast.Constant(not value if isinstance(value, bool) else value + 1)


def _in_statement(node: ast.AST) -> Iterator[ast.AST]:
    """Nothing returned, nothing raised, nothing called, nothing done where a condition holds."""
    match node:
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) not in ("None", "False"):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.If(test=test, body=body, orelse=orelse) if not isinstance(body[0], ast.Raise):
            yield ast.If(test, [ast.Pass()], orelse)


def _exchanged(tree: ast.Module, node: ast.AST, fault: ast.AST) -> ast.AST:
    """A copy of the tree with the fault in the node's place."""

    class Exchange(ast.NodeTransformer):
        def visit(self, visited: ast.AST) -> Any:
            return fault if visited is node else self.generic_visit(visited)

    return Exchange().visit(copy.deepcopy(tree, {id(node): node}))


def _line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]
