"""The log: one JSON object a line, so that nothing said in a request can begin a line of its own.

What is logged is named: ids, the route's pattern, statuses, codes of refusals; never a path, a query, a header or a
body. Texts that others wrote (exceptions, above all) are scrubbed of what looks like an address or a secret. Each line
names the version of the program.
"""

import re
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib import __version__

SERVICE = "streamarr-invites"

_OTHERS_TEXTS = ("message", "exception", "exception_notes")
_ADDRESS = re.compile(r"(?<![^\s@'\"<>])[^\s@'\"<>]++@[^\s@'\"<>]++")
_SECRET = re.compile(r"(?<![A-Za-z0-9/_.-])[A-Za-z0-9_-]{18,}+(?:\.[A-Za-z0-9_-]{18,}+)*+(?![A-Za-z0-9/_])")
"""Neither begins within a word nor takes back what it took: the time that they take grows with the text alone."""

_LONGEST = 50_000


def scrubbed(text: str) -> str:
    """The text without e-mail addresses, and without long runs of letters and digits that hold a digit. Of a long text
    only the beginning.
    """
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [cut]"
    return _SECRET.sub(_unless_a_word, _ADDRESS.sub("[address]", text))


def _unless_a_word(found: re.Match[str]) -> str:
    return "[secret]" if any(character.isdigit() for character in found[0]) else found[0]


class _Scrubbing(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:
        clean = {name: _clean(value) if name in _OTHERS_TEXTS else value for name, value in log.items()}
        return super().serialize(clean)


def _clean(value: Any) -> Any:
    return [_clean(each) for each in value] if isinstance(value, list) else scrubbed(str(value))


logger = Logger(service=SERVICE, version=__version__, logger_formatter=_Scrubbing(serialize_stacktrace=False))
