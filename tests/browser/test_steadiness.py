"""What a screen shows does not jump while it loads: the sum of layout shifts, as browsers measure it."""

import pytest

MOST_SHIFT = 0.05
OBSERVES = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SCREENS = (
    "/",
    "/invites",
    "/invites/new",
    "/attention",
    "/people",
    "/people/on-plex",
    "/settings",
    "/account",
    "/ready",
)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_no_screen_jumps_while_it_loads(stack, signed_in, size):
    screen = signed_in(size)
    screen.page.add_init_script(OBSERVES)
    screen.page.route("**/api/**", slowly)
    shifts = {}
    for path in (*SCREENS, f"/invites/{stack.invite()}"):
        screen.opens(path)
        screen.page.wait_for_load_state("networkidle")
        shifts[path] = round(screen.page.evaluate("window.shift"), 3)
    assert not {path: shift for path, shift in shifts.items() if shift > MOST_SHIFT}


def test_the_signup_page_does_not_jump(stack, phone):
    phone.page.add_init_script(OBSERVES)
    phone.opens(f"{stack.origin}/signup?icode={stack.invite()}")
    phone.page.wait_for_load_state("networkidle")
    assert phone.page.evaluate("window.shift") <= MOST_SHIFT


def slowly(route):
    """As a phone's network is: each answer takes a while."""
    answer = route.fetch()
    route.request.frame.page.wait_for_timeout(150)
    route.fulfill(response=answer)
