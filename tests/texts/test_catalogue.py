"""The browser's wish is understood, and sentences are told in that language."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.common.refusals import (
    BadInput,
    InviteExpired,
    NotAllowed,
    OnTrial,
    QuotaExceeded,
    Refusal,
    SettingsOutOfDate,
)
from chalicelib.texts.catalogue import choose_language, date_text, places_in, refusal_sentence, sentence

AT = datetime(2026, 3, 12, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.7", "en"),
        ("fr, de;q=0.1", "de"),
        ("en-US", "en"),
        ("de;q=0, en", "en"),
        ("de;q=0", "en"),
        ("", "en"),
        ("*;q=0.5", "en"),
        ("de;q=nonsense,;;;;,q=", "en"),
        ("x" * 10_000, "en"),
        ("x," * 99 + "de", "de"),
        ("x," * 100 + "de", "en"),
        (" DE-de ", "de"),
        ("en;q=0.5,de;q=0.5", "en"),
        ("de;q=0.5,en;q=0.5", "de"),
        ("de;q=0.4,en;q=0.5", "en"),
    ],
)
def test_the_language_is_the_browsers(wish, language):
    assert choose_language(wish) == language


def test_a_refusal_is_told_by_its_class_and_detail():
    assert refusal_sentence(InviteExpired(), "en") == "Invite code has expired"
    assert refusal_sentence(InviteExpired("revive"), "en").startswith("This invite has expired. Move its date")
    assert refusal_sentence(InviteExpired(), "de") == "Dieser Einladungscode ist abgelaufen"


def test_a_refusal_is_told_with_its_facts():
    assert refusal_sentence(SettingsOutOfDate(field="version", version=7), "en") == (
        "The settings were changed meanwhile: they are at version 7. Read them again, then save."
    )
    assert refusal_sentence(BadInput("search", field="q", longest=100), "de") == "Suche nach höchstens 100 Zeichen."


def test_a_date_is_told_as_the_language_writes_it():
    assert date_text(AT, "en") == "12 March 2026, 08:05 UTC"
    assert date_text(AT, "de") == "12. März 2026, 08:05 Uhr UTC"
    assert date_text(AT.astimezone(timezone(timedelta(hours=2))), "en") == "12 March 2026, 08:05 UTC"
    assert date_text(AT.replace(month=1), "en").split()[1] == "January"
    assert date_text(AT.replace(month=12), "de").split()[1] == "Dezember"


def test_a_refusal_s_dates_are_told_so():
    assert "until 12 March 2026, 08:05 UTC." in refusal_sentence(OnTrial("until", until=AT), "en")
    renews = QuotaExceeded("renews", used=2, limit=2, days=7, at=AT)
    assert refusal_sentence(renews, "en") == (
        "You have made 2 of 2 invites within 7 days. The next one is possible on 12 March 2026, 08:05 UTC."
    )


def test_a_field_has_a_sentence_of_its_own_where_it_alone_says_what_is_wrong():
    assert refusal_sentence(BadInput(field="email"), "en") == "This is not an e-mail address."
    assert refusal_sentence(BadInput(field="signup_enabled"), "en") == "The request is not well formed."
    assert refusal_sentence(BadInput(), "de") == "Diese Angabe geht so nicht."


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("field", ["username", "password", "limit", "search"])
def test_a_field_s_own_sentence_is_not_told_without_its_facts(field, language):
    assert refusal_sentence(BadInput(field=field), language) == refusal_sentence(BadInput(), language)


def test_a_detail_comes_before_the_field():
    permission = NotAllowed("locked", field="enabled")
    assert refusal_sentence(permission, "en") == "A person who manages invites switched this one off. Ask them."


def test_an_unknown_detail_is_told_by_its_class():
    assert refusal_sentence(NotAllowed("news"), "en") == "You are not allowed to do this."


def test_what_has_no_sentence_at_all_is_a_fault_of_ours():
    with pytest.raises(KeyError):
        refusal_sentence(Refusal(), "en")


def test_other_sentences_are_told_with_their_facts_and_leave_a_place_open_without_one():
    gone = sentence("reasons", "LibraryGone", "en", {"libraries": "Movies, Music"})
    assert gone.startswith("The server no longer has what the invitation gives: Movies, Music.")
    assert "gives: …." in sentence("reasons", "LibraryGone", "en")
    assert sentence("steps", "paused", "de") == "Zurzeit nicht möglich, dein Platz ist dir sicher."


def test_braces_in_a_fact_are_shown_as_they_are():
    assert refusal_sentence(BadInput("unknown_library", library="{x}"), "en") == "There is no library {x}."


def test_the_places_of_a_sentence_are_found():
    assert places_in("{used} of {limit}, {used} again") == {"used", "limit"}
    assert places_in("none, and {{no}} place") == set()
