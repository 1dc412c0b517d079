"""One's own password and sessions, and a new password by an admin's link, in a real browser."""

import pytest
from playwright.sync_api import expect

OLD, NEW = "correct horse battery", "battery staple horse"
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
LANGUAGES = pytest.mark.parametrize("language", ["en-GB", "de-DE"])


@pytest.fixture
def local(stack, settings, local_account):
    """A local account's address, while passwords are on."""
    with settings(local_signin_enabled=True):
        yield local_account(OLD)


def sign_in(stack, address, password=OLD) -> str:
    answer = stack.client().post("/auth/local", json={"email": address, "password": password})
    assert answer.status_code == 200, answer.text
    return answer.json()["token"]


def user_id(stack, token) -> str:
    return stack.client(token).get("/auth/me").json()["user"]["id"]


@SIZES
def test_a_person_changes_their_password(stack, signed_in, local, size):
    screen = signed_in(size, sign_in(stack, local)).opens("/account")
    screen.page.get_by_label("Present password").fill("wrong wrong wrong")
    screen.page.get_by_label("New password").fill(NEW)
    screen.click("Change the password")
    screen.shows("This is not your present password.")
    screen.is_sound("password-refused")
    screen.page.get_by_label("Present password").fill(OLD)
    screen.click("Change the password")
    screen.shows("Your password is changed.")
    expect(screen.page.get_by_label("Present password")).to_have_value("")
    assert sign_in(stack, local, NEW)
    screen.is_sound("account-with-password")


@SIZES
def test_a_person_sees_where_they_are_signed_in_and_ends_a_session(stack, signed_in, local, size):
    mine, other = sign_in(stack, local), sign_in(stack, local)
    screen = signed_in(size, mine).opens("/account")
    rows = screen.page.locator(".sessions li")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="this device")).to_have_count(1)
    rows.filter(has_not_text="this device").get_by_role("button", name="End").click()
    screen.shows("That session has ended.")
    expect(rows).to_have_count(1)
    assert stack.client(other).get("/auth/me").status_code == 401
    assert stack.client(mine).get("/auth/me").status_code == 200


def test_an_account_that_signs_in_with_plex_is_offered_no_password(stack, signed_in):
    screen = signed_in("phone", stack.member("streamarr").token).opens("/account")
    screen.shows("Sign out everywhere")
    expect(screen.page.get_by_label("New password")).to_have_count(0)


@SIZES
def test_an_admin_makes_a_link_and_its_person_sets_a_new_password(stack, screens, signed_in, local, size):
    admin = signed_in(size).opens(f"/people/{user_id(stack, sign_in(stack, local))}")
    admin.click("Make a link for a new password")
    link = admin.page.locator(".address").inner_text()
    admin.is_sound("reset-link")
    person = screens(size, origin=stack.origin)
    person.page.goto(link)
    person.is_headed("Set a new password")
    expect(person.page).to_have_url(f"{stack.origin}/password")
    person.page.get_by_label("New password").fill("short")
    person.click("Set the password")
    person.shows("A password has 8 to 200 characters.")
    person.is_sound("reset-password-refused")
    person.page.get_by_label("New password").fill(NEW)
    person.page.keyboard.press("Enter")
    person.is_headed("Your password is set")
    person.is_sound("reset-password-done")
    person.click("Sign in")
    person.is_headed("Sign in")
    assert sign_in(stack, local, NEW)


@LANGUAGES
def test_a_link_that_was_used_says_so(stack, screens, local, language):
    path = f"/users/{user_id(stack, sign_in(stack, local))}/password-reset"
    link = stack.admin.post(path).json()["url"]
    token = link.partition("#")[2]
    assert stack.client().put(f"/auth/password/{token}", json={"new": NEW}).status_code == 204
    english = language == "en-GB"
    screen = screens("phone", origin=stack.origin, language=language)
    screen.page.goto(link)
    screen.page.get_by_label("New password" if english else "Neues Passwort").fill(NEW)
    screen.click("Set the password" if english else "Passwort setzen")
    screen.shows("This link does not work any more." if english else "Dieser Link gilt nicht mehr.")
    screen.is_sound(f"reset-password-void-{language}")


def test_closing_an_inviter_says_how_many_invites_will_be_switched_off(stack, signed_in):
    inviter = stack.member("create_invites")
    for _ in range(2):
        assert inviter.http.post("/invites", json={}).status_code == 201
    screen = signed_in("desktop").opens(f"/people/{inviter.id}")
    screen.click("Remove this person")
    screen.shows("2 open invites will be switched off.")


def test_the_journal_tells_sign_ins_in_words(stack, signed_in, local):
    screen = signed_in("desktop").opens(f"/people/{user_id(stack, sign_in(stack, local))}")
    screen.shows("signed in")
