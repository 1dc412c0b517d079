"""Which mutants `make mutants` draws from."""

from pathlib import Path

import pytest

from testing.mutations import mutants_of


def mutated(source):
    return [mutant.source for mutant in mutants_of(Path("module.py"), source)]


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a < b", ["a <= b"]),
        ("a >= b", ["a > b"]),
        ("a == b is c", ["a != b is c", "a == b is not c"]),
        ("a not in b", ["a in b"]),
        ("a and b", ["a or b", "b", "a"]),
        ("a or b or c", ["a and b and c", "b or c", "a or c", "a or b"]),
        ("not a", ["a"]),
        ("a + b", ["a - b"]),
        ("a * b", []),
        ("a if b else c", ["a", "c"]),
        ("x = 5", ["x = 6"]),
        ("x = True", ["x = False"]),
        ("x = 'text'", []),
        ("call(a)", ["pass"]),
        ("raise Error", ["pass"]),
        ("if a:\n    b", ["if a:\n    pass"]),
        ("if a:\n    raise Error", ["if a:\n    pass"]),
        ("if TYPE_CHECKING:\n    x = 1", []),
        ("@dataclass(frozen=True)\nclass A:\n    x: Literal[1]", []),
    ],
)
def test_a_mutant_differs_by_one_small_fault(source, mutants):
    assert mutated(source) == mutants


def test_a_function_that_gives_something_gives_nothing():
    assert mutated("def f():\n    return a") == ["def f():\n    return None"]
    assert mutated("def f():\n    return None") == []
    assert mutated("def f():\n    return False") == ["def f():\n    return True"]


def test_a_mutant_tells_where_it_differs():
    (mutant,) = mutants_of(Path("module.py"), "x\na < b")
    assert str(mutant) == "module.py:2  a < b  ->  a <= b"
