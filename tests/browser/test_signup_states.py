"""The signup page when something is in the way: no network, no storage, too many requests, Plex away."""

from playwright.sync_api import expect

NO_STORAGE = (
    """Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"""
)
TOO_MANY = {
    "status": 429,
    "headers": {"Retry-After": "3"},
    "json": {"Code": "TooManyRequests", "Message": "Too many requests. Please wait a little, then try again."},
}
"""As API Gateway says it by itself: without a language."""
PLEX_AWAY = {
    "status": 503,
    "headers": {"Retry-After": "1", "Content-Language": "en"},
    "json": {"Code": "PlexUnavailable", "Message": "Plex does not answer at the moment. Nothing is lost."},
}


def signup(stack, **options) -> str:
    return f"{stack.origin}/signup?icode={stack.invite(**options)}"


def approve(screen, account) -> None:
    screen.page.locator(f"button[data-account='{account['id']}']").click()


def test_too_many_requests_are_counted_down(stack, phone):
    phone.page.route("**/api/signup/*/plex", lambda route: route.fulfill(**TOO_MANY), times=1)
    phone.opens(signup(stack)).click("Sign in with Plex")
    phone.shows("Too many requests.")
    expect(phone.page.get_by_role("button", name="Try again in")).to_be_visible()
    phone.is_sound("signup-too-many")
    button = phone.page.get_by_role("button", name="Sign in with Plex")
    expect(button).to_be_enabled()
    expect(button).to_be_focused()


def test_plex_that_is_away_is_waited_for(stack, phone):
    account = stack.plex.account()
    phone.page.route("**/api/signup/*/plex/*", lambda route: route.fulfill(**PLEX_AWAY), times=3)
    phone.opens(signup(stack)).click("Sign in with Plex")
    approve(phone, account)
    phone.shows("Plex does not answer at the moment.")
    phone.is_sound("signup-plex-away")
    phone.is_headed("You are in")


def test_a_lost_connection_is_told(stack, phone):
    phone.opens(signup(stack))
    phone.page.context.set_offline(True)
    phone.click("Sign in with Plex")
    phone.shows("No connection at the moment. Please try again.")
    phone.is_sound("signup-offline")
    phone.page.context.set_offline(False)
    phone.click("Sign in with Plex")
    phone.page.wait_for_url("**/auth**")


def test_a_browser_that_keeps_nothing_is_told_to_make_way_for_another(stack, phone):
    phone.page.add_init_script(NO_STORAGE)
    phone.opens(signup(stack)).shows("Please open the link in another browser")
    phone.is_sound("signup-no-storage")


def test_a_sign_in_that_was_not_finished_is_sound(stack, phone):
    phone.opens(signup(stack, downloads=True, live_tv=True, expires_in={"value": 1, "unit": "days"}))
    phone.click("Sign in with Plex")
    with phone.unanswered("**/api/signup/*/plex/*"):
        phone.page.get_by_role("link", name="Go back without signing in").click()
        phone.is_headed("Signing you in")
        phone.is_sound("signup-signing-in")
    phone.shows("The sign-in at Plex was not finished")
    phone.is_sound("signup-not-finished")


def test_each_step_is_shown_while_it_lasts(stack, phone):
    account = stack.plex.account()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="slow", seconds=4)
    phone.opens(signup(stack)).click("Sign in with Plex")
    approve(phone, account)
    phone.shows("Sharing the libraries with you …")
    phone.is_sound("signup-letting-in")
    phone.is_headed("You are in")


def test_an_invite_with_everything_is_read_without_javascript(stack, screens):
    screen = screens("phone", java_script_enabled=False)
    screen.opens(signup(stack, downloads=True, expires_in={"value": 1, "unit": "months"}))
    screen.shows("Valid until")
    screen.shows("To go on, this page needs JavaScript.")
    screen.pictured("signup-no-script")


def test_nothing_moves_for_a_person_who_wants_it_still(stack, phone):
    account = stack.plex.account()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="slow", seconds=4)
    phone.page.emulate_media(reduced_motion="reduce")
    phone.opens(signup(stack)).click("Sign in with Plex")
    approve(phone, account)
    phone.shows("Sharing the libraries with you …")
    assert phone.page.evaluate("document.getAnimations().length") == 0
    phone.page.emulate_media(reduced_motion="no-preference")
    phone.page.wait_for_function("document.getAnimations().length > 0")


def test_a_used_up_link_shows_its_redeemer_the_way_back_and_tells_a_stranger(stack, phone, screens):
    link, account = signup(stack), stack.plex.account()
    phone.opens(link).click("Sign in with Plex")
    approve(phone, account)
    phone.is_headed("You are in")
    another = screens("phone")
    another.opens(link)
    another.is_headed("Invite code is not active")
    another.is_sound("signup-used-up")
    another.click("Sign in with Plex")
    approve(another, account)
    another.is_headed("You are in")
    stranger, strangers = stack.plex.account(), screens("phone")
    strangers.opens(link).click("Sign in with Plex")
    approve(strangers, stranger)
    strangers.is_headed("Invite code is not active")
