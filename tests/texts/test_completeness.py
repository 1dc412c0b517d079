"""What the product can say, it says in every language; and there is no sentence that it never says."""

import json
from itertools import product
from pathlib import Path

import pytest

from chalicelib.access import reasons
from chalicelib.access.progress import StepName, StepState
from chalicelib.access.reasons import Reason, libraries_gone
from chalicelib.plex.model import Library
from chalicelib.settings.model import RefreshFailure
from chalicelib.texts import catalogue
from chalicelib.texts.catalogue import DEFAULT, LANGUAGES, places_in
from chalicelib.web.http import INTERNAL_ERROR
from chalicelib.web.redemptions.shapes import PAUSED
from chalicelib.web.signup.page import PAGES, page_texts
from local import openapi
from tests.texts.raising import KINDS, raised_refusals, reason_codes

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
NEVER_RAISED = {"Refusal", "Conflict"}
"""Only their kinds are."""

FRAMEWORK_S_OWN = {"UnsupportedMediaType"}
RAISED, REASON_CODES = raised_refusals(), reason_codes()


def texts_in(language):
    path = Path(catalogue.__file__).parent / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def flat(group, prefix=""):
    """All texts by their paths."""
    pairs = group.items() if isinstance(group, dict) else enumerate(group) if isinstance(group, list) else None
    if pairs is None:
        return {prefix: group}
    return {path: text for name, value in pairs for path, text in flat(value, f"{prefix}/{name}").items()}


def test_refusals_are_found_in_the_source():
    keys = {raised.key for raised in RAISED}
    assert {"BadInput.too_large", "NotAllowed.permission", "BadInput", "InviteNotFound", "TooManyRequests"} <= keys
    assert len(RAISED) > 80


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("read", [texts_in, page_texts], ids=["catalogue", "signup page"])
def test_every_language_has_the_same_texts_with_the_same_places(language, read):
    english, other = flat(read(DEFAULT)), flat(read(language))
    assert english.keys() == other.keys()
    assert {path: places_in(text) for path, text in english.items()} == {
        path: places_in(text) for path, text in other.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language):
    texts = flat(texts_in(language)) | flat(page_texts(language))
    assert [path for path, text in texts.items() if not text.strip() or text != text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_sentence(language):
    sentences = texts_in(language)["refusals"]
    assert KINDS - NEVER_RAISED - sentences.keys() == set()
    assert {raised.key for raised in RAISED} - sentences.keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_the_api_answers_has_a_sentence(language):
    documented = set(openapi.contract()["components"]["schemas"]["RefusalCode"]["enum"])
    assert (documented | {INTERNAL_ERROR}) - texts_in(language)["refusals"].keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refusal_s_sentence_is_unused(language):
    used = {raised.key for raised in RAISED} | KINDS | FRAMEWORK_S_OWN | {INTERNAL_ERROR}
    assert texts_in(language)["refusals"].keys() - used == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_brings_the_facts_that_its_sentence_has_places_for(language):
    sentences = texts_in(language)["refusals"]
    lacking = {raised.where: places_in(sentences[raised.key]) - raised.facts for raised in RAISED}
    assert {where: places for where, places in lacking.items() if places} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_a_place(language):
    """A refusal that brings more than its sentence tells says less than it knows."""
    sentences = texts_in(language)["refusals"]
    left = {raised.where: raised.facts - places_in(sentences[raised.key]) for raised in RAISED}
    assert {where: facts for where, facts in left.items() if facts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ["reasons", "reasons_for_admins"])
def test_every_reason_has_a_sentence_for_the_invitee_and_one_for_the_admin(language, group):
    known = {each.code for each in vars(reasons).values() if isinstance(each, Reason)} | {libraries_gone([]).code}
    assert texts_in(language)[group].keys() == REASON_CODES == known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ["reasons", "reasons_for_admins"])
def test_a_reason_brings_the_facts_that_its_sentence_has_places_for(language, group):
    gone = libraries_gone([Library("1", "1", "Movies", "movie")])
    facts = {gone.code: gone.facts.keys()}
    for code, sentence in texts_in(language)[group].items():
        assert places_in(sentence) <= facts.get(code, set()), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_every_step_has_a_sentence(language):
    moving = [name for name in StepName if name is not StepName.ACCOUNT]
    states = {f"{name}.{state}" for name, state in product(moving, StepState)}
    assert texts_in(language)["steps"].keys() == states | {f"{StepName.ACCOUNT}.{StepState.DONE}", PAUSED}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_to_read_the_libraries_has_a_sentence(language):
    assert texts_in(language)["refresh_failures"].keys() == {failure.value for failure in RefreshFailure}


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_have_twelve_months_and_all_their_parts(language):
    texts = texts_in(language)
    assert len(set(texts["months"])) == 12
    assert places_in(texts["date"]) == {"day", "month", "year", "time"}


def test_the_page_s_advice_is_about_refusals_that_there_are():
    assert page_texts(DEFAULT)["advice"].keys() - KINDS == set()


def test_each_language_is_a_file_and_each_file_a_language():
    folder = Path(catalogue.__file__).parent
    assert {path.stem for path in folder.glob("*.json")} == set(LANGUAGES)
    assert {path.stem for path in PAGES.glob("*.json")} == set(LANGUAGES)
