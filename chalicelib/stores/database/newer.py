"""What a newer version of the program stored, as this one reads it: both run for minutes, and a roll-back is one.

A value that is not known is read as what gives nobody anything, or is left out. It is not written over: conditions ask
for the values as they were read (and so fail), permissions keep what is not known, and a whole record gets a version
that no condition meets.
"""

from enum import Enum
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from chalicelib.access.deciding.batches import Action
from chalicelib.access.differences import Difference
from chalicelib.access.entitlement import Rule
from chalicelib.access.looks import Outcome
from chalicelib.access.model import Hold, Mark, Occasion, Part
from chalicelib.access.progress import State, StepName, StepState
from chalicelib.accounts.model import AccountState, Kind, Why
from chalicelib.accounts.sessions import Purpose, Scope
from chalicelib.common.records import is_record
from chalicelib.common.times import Unit
from chalicelib.events.deliveries import DeliveryState
from chalicelib.plex.model import Place
from chalicelib.settings.model import Policy, TrialOutcome

E = TypeVar("E", bound=Enum)

SAFE: dict[type[Enum], Enum | None] = {
    AccountState: AccountState.CLOSED,
    Kind: Kind.PLEX,
    Why: Why.CLOSED,
    State: State.PENDING,
    StepState: StepState.WORKING,
    StepName: None,
    Purpose: None,
    Scope: None,
    Hold: Hold.CLOSED,
    Occasion: Occasion.HELD,
    Rule: Rule.SPECIFIC,
    Place: None,
    Part: None,
    Mark: None,
    Difference: None,
    Policy: Policy.REPORT,
    Outcome: Outcome.INCOMPLETE,
    DeliveryState: DeliveryState.GIVEN_UP,
    Action: None,
    TrialOutcome: TrialOutcome.KEEP,
    Unit: Unit.DAYS,
}
"""How a value is read that is not known; None: it is left out."""


class UnknownValue(Exception):
    """A newer version stored a value that has no safe reading."""


def known(of: type[E], value: str) -> E:
    """The value, or its safe reading where this version does not know it. Raises UnknownValue where there is none."""
    try:
        return of(value)
    except ValueError as error:
        safe = SAFE[of]
        if not isinstance(safe, of):
            raise UnknownValue from error
        return safe


def with_known_values(of: Any, raw: Any) -> Any:
    """JSON that is not as the type ``of`` has it, as it is once each unknown value has its safe reading."""
    if is_record(of):
        hints = get_type_hints(of)
        return {name: with_known_values(hints[name], value) for name, value in raw.items() if name in hints}
    if isinstance(of, type) and issubclass(of, Enum):
        return known(of, raw).value
    if get_origin(of) in (Union, UnionType):
        return _of_one(get_args(of), raw)
    if get_origin(of) in (tuple, frozenset):
        return list(_each_known(get_args(of)[0], raw))
    return raw


def holds(ours: Any, raw: Any) -> bool:
    """Whether JSON that this version would write has all fields of what is stored, but for those that say nothing."""
    if isinstance(raw, dict):
        return all(holds(ours[name], value) if name in ours else not value for name, value in raw.items())
    if isinstance(raw, list):
        return all(holds(one, other) for one, other in zip(ours, raw, strict=True))
    return True


def _of_one(among: tuple[Any, ...], raw: Any) -> Any:
    """One of the types of a union. A word that is none of its literals chooses nothing."""
    words = [word for of in among if get_origin(of) is Literal for word in get_args(of)]
    if words and isinstance(raw, str):
        return raw if raw in words else []
    wanted = [of for of in among if of is not type(None) and get_origin(of) is not Literal]
    return raw if raw is None else with_known_values(wanted[0], raw)


def _each_known(of: Any, raw: list[Any]) -> Any:
    for each in raw:
        try:
            yield with_known_values(of, each)
        except UnknownValue:
            continue
