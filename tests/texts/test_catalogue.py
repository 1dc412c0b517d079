"""The signup page's languages are complete, and the browser's wish is understood."""

import inspect
import re
from pathlib import Path

import pytest

from chalicelib.access import reasons
from chalicelib.access.reasons import LINK_PLEX, Reason
from chalicelib.common import refusals
from chalicelib.setup import libraries
from chalicelib.texts.catalogue import LANGUAGES, choose_language, texts
from chalicelib.web.redemptions.shapes import STEP_MESSAGES, TEMPORARILY_UNAVAILABLE

SITE = Path(__file__).resolve().parents[2] / "frontend" / "src" / "texts"
OTHERS = [language for language in LANGUAGES if language != "en"]
TOLD_BY_THE_API = ("refusals", "steps", "reasons", "messages")
"""In English these are the API's own words; other languages translate them by their code."""

MET_BY_INVITEES = (
    refusals.BadInput,
    refusals.SignupDisabled,
    refusals.LocalSigninDisabled,
    refusals.InviteNotFound,
    refusals.InviteNotActive,
    refusals.InviteExpired,
    refusals.GrantUnavailable,
    refusals.AlreadyHasAccess,
    refusals.AddressTaken,
    refusals.UserNameTaken,
    refusals.AccountNotInvitable,
    refusals.SignInNotFound,
    refusals.TryAgain,
    refusals.TooManyRequests,
    refusals.PlexUnavailable,
)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.7", "en"),
        ("fr, de;q=0.1", "de"),
        ("en-US", "en"),
        ("de;q=0, en", "en"),
        ("", "en"),
        ("*;q=0.5", "en"),
        ("de;q=nonsense,;;;,q=", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_the_language_is_the_browsers(wish, language):
    assert choose_language(wish) == language


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_the_same_blanks(language):
    english, other = _flat(texts("en")), _flat(texts(language))
    assert english.keys() == other.keys()
    assert {name: _blanks(text) for name, text in english.items()} == {
        name: _blanks(text) for name, text in other.items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_everything_that_the_api_says_to_invitees_is_translated(language):
    known = texts(language)
    assert TEMPORARILY_UNAVAILABLE in known["script"]["messages"]
    codes = {kind.__name__ for kind in MET_BY_INVITEES}
    assert codes - known["refusals"].keys() == set()
    assert {f"{name.value}.{state.value}" for name, state in STEP_MESSAGES} - known["script"]["steps"].keys() == set()
    assert _reason_codes() - known["script"]["reasons"].keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_admin_site_tells_every_reason_and_message(language):
    site = (SITE / f"{language}.ts").read_text(encoding="utf-8")
    reasons_told = set(re.findall(r"^    (\w+): ", _part(site, "reasons"), re.MULTILINE))
    assert _reason_codes() - reasons_told == set()
    messages_told = set(re.findall(r'^    "([^"]+)":', _part(site, "messages"), re.MULTILINE))
    said = re.findall(r'(?:_noted\(settings, stack, |Refresh\(failure=)"([^"]+)"', inspect.getsource(libraries))
    assert len(said) == 4
    assert set(said) == messages_told


def _part(texts_of_the_site: str, name: str) -> str:
    found = re.search(rf"^  {name}: {{$(.*?)^  }},$", texts_of_the_site, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def _reason_codes() -> set[str]:
    known = (*vars(reasons).values(), LINK_PLEX, reasons.libraries_gone([]))
    return {each.code for each in known if isinstance(each, Reason)}


def _flat(group: object, prefix: str = "") -> dict[str, str]:
    if isinstance(group, dict):
        parts = [_flat(text, f"{prefix}.{name}") for name, text in group.items() if name not in TOLD_BY_THE_API]
        return {name: text for part in parts for name, text in part.items()}
    return {prefix: str(group)}


def _blanks(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))
