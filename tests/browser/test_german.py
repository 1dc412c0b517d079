"""The second language, where it matters most: refusals, reasons and steps, on the signup page and the admin site."""

import pytest
from playwright.sync_api import expect

from local.plex import demo

GERMAN = {"language": "de-DE"}


def signup(stack, code: str) -> str:
    return f"{stack.origin}/signup?icode={code}"


def approve(screen, account_id: int) -> None:
    screen.page.locator(f"button[data-account='{account_id}']").click()


@pytest.fixture
def owner_refused(stack):
    """Plex takes none of the owner's tokens, until the owner signs in at Plex again."""
    stack.plex.revoke(demo.OWNER.id)
    yield
    owner = stack.admin.post("/setup").json()
    stack.plex.approve(owner["auth_url"], {"id": demo.OWNER.id})
    renewed = stack.admin.post(f"/setup/{owner['sign_in_id']}")
    assert renewed.status_code == 200, renewed.text
    stack.admin.post("/libraries/refresh")


def test_while_plex_refuses_the_owner_a_place_is_kept_in_german_and_it_goes_on_afterwards(
    stack, screens, signed_in, owner_refused
):
    account = stack.plex.account()
    phone = screens("phone", **GERMAN)
    phone.opens(signup(stack, stack.invite())).click("Mit Plex anmelden")
    approve(phone, account["id"])
    phone.shows("Zurzeit nicht möglich, dein Platz ist dir sicher.")
    phone.is_headed("Das dauert länger als sonst")
    phone.is_sound("signup-place-kept-de")
    expect(phone.page.get_by_text("Temporarily unavailable")).to_have_count(0)

    owner = signed_in("phone", **GERMAN).opens("/")
    owner.shows("Plex nimmt die Anmeldung des Besitzers nicht mehr an")
    owner.is_sound("overview-paused-de")
    owner.click("Neu mit Plex verbinden", role="link")
    owner.click("Neu von Plex lesen")
    owner.shows("Plex nimmt die Anmeldung des Besitzers nicht mehr an. Verbinde dich in der Einrichtung neu mit Plex.")
    owner.is_sound("settings-not-refreshed-de")
    owner.click("Neu mit Plex verbinden")
    approve(owner, demo.OWNER.id)
    owner.is_headed("Optionen")
    expect(phone.page.get_by_role("heading", level=1, name="Du bist drin")).to_be_visible(timeout=20_000)


def test_a_code_that_does_not_exist(stack, screens):
    phone = screens("phone", **GERMAN).opens(signup(stack, "Nowhere2"))
    phone.is_headed("Diesen Einladungscode gibt es nicht")
    phone.shows("Prüfe, ob der ganze Link kopiert wurde")


def test_an_invite_that_is_off(stack, screens):
    code = stack.invite()
    stack.admin.patch(f"/invites/{code}", json={"enabled": False})
    phone = screens("phone", **GERMAN).opens(signup(stack, code))
    phone.is_headed("Dieser Einladungscode ist nicht aktiv")
    phone.shows("Bitte die Person, die sie geschickt hat, um eine neue.")


def test_sign_up_that_is_off(stack, screens, settings):
    code = stack.invite()
    with settings(signup_enabled=False):
        phone = screens("phone", **GERMAN).opens(signup(stack, code))
        phone.is_headed("Die Anmeldung ist zurzeit abgeschaltet.")
        phone.is_sound("signup-sign-up-off-de")


def test_a_person_who_has_access(stack, screens):
    phone = screens("phone", **GERMAN).opens(signup(stack, stack.invite()))
    phone.click("Mit Plex anmelden")
    approve(phone, demo.HAS_ACCESS.id)
    phone.is_headed("Du hast schon Zugang zu diesem Plex-Server")
    expect(phone.page.get_by_role("link", name="Plex öffnen")).to_be_visible()


def test_what_plex_wants(stack, screens):
    account = stack.plex.account(confirmed=False)
    phone = screens("phone", **GERMAN).opens(signup(stack, stack.invite()))
    phone.click("Mit Plex anmelden")
    approve(phone, account["id"])
    phone.is_headed("Eines bleibt für dich zu tun")
    phone.shows("sobald deine E-Mail-Adresse bestätigt ist")
    phone.is_sound("signup-needs-you-de")


def test_a_failure(stack, screens):
    account = stack.plex.account()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="status", status=403)
    phone = screens("phone", **GERMAN).opens(signup(stack, stack.invite()))
    phone.click("Mit Plex anmelden")
    approve(phone, account["id"])
    phone.is_headed("Das hat nicht geklappt")
    phone.shows("Plex hat das nicht erlaubt.")
    phone.shows("Die Bibliotheken konnten nicht geteilt werden.")


def test_fields_that_are_refused(stack, screens, settings):
    with settings(local_signin_enabled=True):
        phone = screens("phone", **GERMAN).opens(signup(stack, stack.invite()))
        page = phone.page
        page.get_by_text("Oder: ein Konto ohne Plex").click()
        page.get_by_label("E-Mail-Adresse").fill("Unsinn")
        phone.click("Konto anlegen")
        phone.shows("Das ist keine E-Mail-Adresse.")
        page.get_by_label("E-Mail-Adresse").fill("jemand@example.org")
        phone.click("Konto anlegen")
        phone.shows("Ein Name hat 1 bis 60 Zeichen.")
        page.get_by_label("Name").fill("Jemand")
        page.get_by_label("Passwort").fill("kurz")
        phone.click("Konto anlegen")
        phone.shows("Ein Passwort hat 8 bis 200 Zeichen.")
        expect(page.get_by_label("Passwort")).to_be_focused()
        phone.is_sound("signup-local-refused-de")


def test_refusals_of_the_admin_site(stack, signed_in):
    screen = signed_in("desktop", **GERMAN).opens("/invites/new")
    screen.page.get_by_label("Eigener Code").fill(stack.invite())
    screen.click("Einladung erstellen")
    screen.shows("Diesen Code gibt es schon. Wähle einen anderen.")
    screen.opens("/settings").page.get_by_label("Übersicht").fill("https://somebody:secret@example.org")
    screen.page.get_by_role("button", name="Speichern", exact=True).click()
    screen.shows("Gib eine Adresse wie https://einladungen.example.org an")
    screen.is_sound("settings-refused-de")


def test_a_reason_speaks_to_the_admin(stack, signed_in):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    visitor.waits(visitor.redeems(stack.invite()), until=("needs_attention",))
    screen = signed_in("phone", **GERMAN).opens("/attention")
    screen.shows("Die Person muss auf plex.tv ihre E-Mail-Adresse bestätigen und dem zustimmen")
    screen.is_sound("attention-de")
