"""Names of people and things: how they are shown, which may be taken, and when two are the same."""

import unicodedata

LONGEST_NAME = 100
LONGEST_NORMAL_NAME = 300
"""Bytes: some characters grow to many when they are brought to their normal form."""

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(each) for each in range(0xFE00, 0xFE10)}
"""Printable to Python, and shown as nothing: fillers, joiners, selectors of variants, blank Braille."""

_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "LATIN"}),
    frozenset({"CJK", "HANGUL", "LATIN"}),
    frozenset({"CJK", "BOPOMOFO", "LATIN"}),
)
"""Scripts that people write together; Unicode's recommendation for identifiers (UTS 39, "Highly Restrictive")."""

_LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0432\u043a\u043c\u043d\u0442"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
    "01",
    "aeopcyxijshdqwbkmht" + "abezhikmnoptyx" + "ol",
)
"""Small Cyrillic and Greek letters, and digits, that look like Latin ones, small or big."""


def shown_name(text: str) -> str:
    """A name as it is shown: NFC, nothing unprintable or unseen, blanks as single spaces, 100 characters at most."""
    seen = "".join(each if _is_seen(each) else " " for each in unicodedata.normalize("NFC", text))
    return " ".join(seen.split())[:LONGEST_NAME]


def shown_person(text: str, id_: int) -> str:
    """What a person at Plex is called here. A name that mixes scripts, which passes for another's, is not repeated."""
    name = shown_name(text)
    return name if name and is_of_one_script(name) else f"Plex {id_}"


def is_plain_name(text: str) -> bool:
    """Whether a person may take this name: nothing in it is unseen, and it is written in one script."""
    short = len(normal_name(text).encode()) <= LONGEST_NORMAL_NAME
    return short and all(_is_seen(each) for each in text) and is_of_one_script(text)


def is_of_one_script(text: str) -> bool:
    """Whether its letters are of one script, or of scripts that people write together."""
    scripts = {_script(each) for each in unicodedata.normalize("NFKC", text) if each.isalpha()}
    return len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER)


def normal_name(name: str) -> str:
    """The form under which a local account's user name is unique: however it is written, and with letters borrowed
    from other scripts to look the same.
    """
    return " ".join(folded(name).translate(_LOOKS_LIKE).split())


def folded(text: str) -> str:
    """The form in which a search compares texts."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _is_seen(character: str) -> bool:
    return character.isprintable() and character not in _UNSEEN


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]
