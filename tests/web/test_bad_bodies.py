"""What readers learn of a body that cannot be taken: what the field takes, in their language."""

import re

import msgspec
import pytest

from chalicelib.common.refusals import BadInput
from chalicelib.texts.catalogue import LANGUAGES, refusal_sentence
from chalicelib.web.access.routes import AccessChange, AgainstVersion, BulkChange, Extension, People, Sentence
from chalicelib.web.accounts.auth import PasswordSignIn
from chalicelib.web.accounts.keys import CreateKey
from chalicelib.web.accounts.me import NewPassword, PasswordChange
from chalicelib.web.accounts.users import ChangeUser
from chalicelib.web.bad_bodies import expect, explain_body, schema_of
from chalicelib.web.bodies import Nothing
from chalicelib.web.events.routes import ChangeEndpoint, CreateEndpoint
from chalicelib.web.invites.shapes import ChangeInvite, CreateInvite
from chalicelib.web.settings.settings import ChangeSettings
from chalicelib.web.settings.setup import ChooseServer, SetUp
from chalicelib.web.signup.routes import LocalAccount
from local.run import ROOT

SHAPES = (
    AccessChange,
    AgainstVersion,
    BulkChange,
    ChangeEndpoint,
    Extension,
    ChangeInvite,
    ChangeSettings,
    ChangeUser,
    ChooseServer,
    CreateEndpoint,
    CreateKey,
    CreateInvite,
    LocalAccount,
    NewPassword,
    Nothing,
    PasswordChange,
    PasswordSignIn,
    People,
    Sentence,
    SetUp,
)

MOMENT = "Give a date and a time with its time zone, such as 2026-11-05T18:00:00Z."
ANY_LIMIT = "Give a whole number from 1 to 1000000."
LIBRARY_ID = "Give a text of the form ^[0-9]{1,20}$."
IN_DAYS = '{"expires_in": {"value": %s, "unit": "days"%s}}'
USER_FIELDS = "permissions, quota, trial"
ANN = '{"email": "a@b.c", "username": "%s", "password": "%s"}'

SENTENCES: dict[type[msgspec.Struct], list[tuple[str, str | None, str]]] = {
    CreateInvite: [
        ('{"usage_limit": 0}', "usage_limit", ANY_LIMIT),
        ('{"usage_limit": "1"}', "usage_limit", ANY_LIMIT),
        ('{"usage_limit": 1e400}', "usage_limit", ANY_LIMIT),
        ('{"downloads": "yes"}', "downloads", "Give true or false."),
        ('{"note": 1}', "note", "Give at most 500 characters."),
        ('{"code": "short"}', "code", "A code has 8 to 20 letters and digits."),
        ('{"libraries": []}', "libraries", "Give a list of 1 to 500 entries."),
        ('{"libraries": "some"}', "libraries", "Give one of these: all, default."),
        ('{"libraries": 7}', "libraries", "Give one of these: all, default."),
        ('{"libraries": ["x"]}', "libraries[0]", LIBRARY_ID),
        ('{"libraries": ["1", 2]}', "libraries[1]", LIBRARY_ID),
        (IN_DAYS % (0, ""), "expires_in.value", "Give a whole number from 1 to 10000."),
        (IN_DAYS % (1, ', "or": 2'), "expires_in", "Only these fields are known: value, unit."),
        ('{"expires_in": {"value": 1, "unit": 2}}', "expires_in.unit", "Give one of these: days, months, weeks."),
        ('{"expires_in": {"value": 1}}', "expires_in", "The field unit is missing."),
        ('{"expires_in": 1}', "expires_in", "Give an object with these fields: value, unit."),
    ],
    ChangeInvite: [
        ('{"expires_at": "soon"}', "expires_at", MOMENT),
        ('{"expires_at": "2099-01-01T00:00:00"}', "expires_at", MOMENT),
    ],
    ChangeSettings: [
        ('{"version": -1}', "version", "Give a whole number, at least 0."),
        ('{"application_title": ""}', "application_title", "Give 1 to 100 characters."),
        ('{"default_quota": {"limit": 1001}}', "default_quota.limit", "Give a whole number from 0 to 1000."),
        ('{"trial": {"hours": 1}}', "trial", "Only these fields are known: enabled, days, outcome."),
        ('{"enabled_libraries": ["1", "x"]}', "enabled_libraries[1]", LIBRARY_ID),
    ],
    ChangeUser: [
        ('{"permissions": null}', "permissions", "Give a list of at most 7 entries."),
        ('{"colour": "blue"}', "colour", f"Only these fields are known: {USER_FIELDS}."),
        ('{"a b": 1}', None, f"Only these fields are known: {USER_FIELDS}."),
        ("[]", None, f"Give an object with these fields: {USER_FIELDS}."),
        ("[" * 100_000, None, f"Give an object with these fields: {USER_FIELDS}."),
        ("{", None, "The body of this request is not JSON."),
    ],
    PasswordSignIn: [
        ('{"email": "", "password": "p"}', "email", "This is not an e-mail address."),
        ('{"email": "a@b.c", "password": ""}', "password", "A password has 8 to 200 characters."),
    ],
    AccessChange: [
        ('{"libraries": "all"}', "version", "The field version is missing."),
        ('{"version": 1, "features": {"downloads": 1}}', "features.downloads", "Give true or false."),
    ],
    People: [
        ('{"plex_ids": []}', "plex_ids", "Give a list of 1 to 100 entries."),
        ('{"plex_ids": [0]}', "plex_ids[0]", "Give a whole number, at least 1."),
    ],
    ChooseServer: [("{}", "machine_id", "The field machine_id is missing.")],
    Nothing: [
        ('{"user_id": 1}', "user_id", "This request takes no fields."),
        ("null", None, "This request takes no fields."),
    ],
    LocalAccount: [
        ('{"email": 1, "username": "Ann", "password": "long enough"}', "email", "This is not an e-mail address."),
        (ANN % ("n" * 61, "long enough"), "username", "A name has 1 to 60 characters."),
        (ANN % ("Ann", "p" * 201), "password", "A password has 8 to 200 characters."),
        ('{"email": "a@b.c", "username": "Ann"}', "password", "The field password is missing."),
    ],
}
CASES = [(shape, *case) for shape, cases in SENTENCES.items() for case in cases]

SENT_TWICE = [
    '{"expires_in": {"value": 0, "unit": "days"}, "expires_in": [1]}',
    '{"expires_in": {"value": 0, "unit": "days"}, "expires_in": {}}',
    '{"libraries": ["x"], "libraries": []}',
    '{"libraries": ["1", "x"], "libraries": "all"}',
    '{"²": 1}',
    '{"expires_in": {"value": 0, "unit": "days"}, "usage_limit": 1e400}',
]


def refused(shape, text, language="en"):
    """The field and the sentence."""
    raw = text.encode()
    with pytest.raises(msgspec.DecodeError) as failure:
        msgspec.json.decode(raw, type=shape)
    refusal = explain_body(raw, shape, failure.value)
    return refusal.field, refusal_sentence(refusal, language)


@pytest.mark.parametrize(("shape", "text", "field", "sentence"), CASES, ids=lambda each: str(each)[:60])
def test_the_reader_learns_which_field_it_is_and_what_it_takes(shape, text, field, sentence):
    assert refused(shape, text) == (field, sentence)


@pytest.mark.parametrize("text", SENT_TWICE)
def test_a_body_in_which_values_cannot_be_found_again_is_explained_all_the_same(text):
    _, sentence = refused(CreateInvite, text)
    assert sentence.startswith(("Give", "Only these fields", "The field"))


def test_readers_of_german_learn_it_in_german():
    assert refused(CreateInvite, '{"usage_limit": 0}', "de") == (
        "usage_limit",
        "Gib eine ganze Zahl von 1 bis 1000000 an.",
    )


def test_what_msgspec_says_is_shown_to_no_reader():
    for shape, text, _, _ in CASES:
        for language in LANGUAGES:
            _, sentence = refused(shape, text, language)
            assert "`" not in sentence
            assert "Expected" not in sentence


def test_a_name_that_the_caller_made_up_is_not_repeated():
    for name in ("made_up", "<script>", "a" * 1000):
        _, sentence = refused(ChangeUser, f'{{"{name}": 1}}')
        assert name not in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_field_of_each_shape_has_a_sentence_with_all_its_facts(language):
    plain = refusal_sentence(BadInput(), language)
    for shape in SHAPES:
        for field, schema in _fields("", schema_of(shape)):
            text = refusal_sentence(expect(field, schema), language)
            assert text != plain, (shape, field)
            assert "…" not in text, (shape, field)


def test_no_shape_is_left_out():
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "chalicelib" / "web").rglob("*.py"))
    read = set(re.findall(r"\bbody\([^()]*, (\w+)\)", sources))
    assert read == {shape.__name__ for shape in SHAPES}


def _fields(field, schema):
    """The schema's fields and their own schemas, without nulls."""
    if "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _fields(field, each) if each.get("type") != "null" else ()
        return
    yield field, schema
    for name, each in schema.get("properties", {}).items():
        yield from _fields(f"{field}.{name}".lstrip("."), each)
    yield from _fields(f"{field}[0]", schema["items"]) if "items" in schema else ()
