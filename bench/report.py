"""What a measurement says, and how that is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What was hoped for and what came out, both in words with their unit."""

    what: str
    wanted: str
    measured: str
    met: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under their columns; numbers to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]

    def __str__(self) -> str:
        numeric = [all(isinstance(row[at], (int, float)) for row in self.rows) for at in range(len(self.columns))]
        rule = ["---:" if right else "---" for right in numeric]
        return "\n".join(_line(cells) for cells in (self.columns, rule, *self.rows))


@dataclass(frozen=True, slots=True)
class Section:
    """One measurement: ``how`` it was made, what came out (paragraphs and tables in order), and its goals."""

    title: str
    how: str
    findings: Sequence[str | Table]
    goals: Sequence[Goal] = ()

    def __str__(self) -> str:
        return "\n\n".join([f"## {self.title}", self.how.strip(), *(str(each).strip() for each in self.findings)])


def goals_of(sections: Iterable[Section]) -> Table:
    """Every goal of every section."""
    rows = [
        (section.title, goal.what, goal.wanted, goal.measured, "met" if goal.met else "**missed**")
        for section in sections
        for goal in section.goals
    ]
    return Table(("Section", "What", "Goal", "Measured", ""), rows)


def _line(cells: Iterable[str | float]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: str | float) -> str:
    return f"{cell:,.4g}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell
