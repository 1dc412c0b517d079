"""docs/security.md promises tests; here they are looked for."""

import re

from local.run import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def test_every_test_that_the_security_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    written = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    existing = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    assert len(named) > 30
    assert named <= existing, sorted(named - existing)


def test_the_limits_on_the_page_are_those_in_force():
    from chalicelib.accounts.rate_limits import LIMITS, SURCHARGES, Route
    from chalicelib.common.refusals import InviteNotFound, SetupTokenRefused

    wrong_code, wrong_token = (1 + SURCHARGES[kind] for kind in (InviteNotFound, SetupTokenRefused))
    rows = {
        Route.VALIDATE: f"a minute; a wrong code counts {wrong_code} |",
        Route.START_SIGN_IN: f"a minute; a wrong code counts {wrong_code} |",
        Route.COMPLETE_SIGN_IN: "a minute: five people, each once a second |",
        Route.LOCAL_SIGN_UP: f"in 10 minutes; a wrong code counts {wrong_code} |",
        Route.LOCAL_SIGN_IN: "in 5 minutes |",
        Route.PASSWORD: "in 15 minutes; the right one clears the count |",
        Route.EXPLAIN: "an hour |",
        Route.KEY: "a minute, per key |",
        Route.SET_UP: f"a minute; a wrong token counts {wrong_token} |",
    }
    assert set(rows) == set(LIMITS)
    for route, words in rows.items():
        assert f"| {LIMITS[route].hits} {words}" in PAGE, route
