"""A member's life on a phone: joins for a month, is reminded, asks, is extended, is suspended, comes back, leaves."""

import json
import time
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from chalicelib.access.ending import Reminding
from chalicelib.wiring import now, use
from local.plex import demo

MONTH = {"by": {"value": 1, "unit": "months"}}


def approve(screen, account) -> None:
    screen.page.locator(f"button[data-account='{account['id']}']").click()


def test_a_member_s_whole_life_on_a_phone(stack, screens, settings):
    with settings(reminders=[7, 1], welcome_text="Enjoy, and be *kind*."):
        Life(stack, screens("phone", origin=stack.origin)).is_lived()


class Life:
    def __init__(self, stack, screen):
        self.stack, self.screen, self.account = stack, screen, stack.plex.account()

    def is_lived(self):
        self.joins_for_a_month()
        self.is_reminded()
        self.asks_and_is_given_a_month()
        self.is_suspended_and_reads_why()
        self.comes_back_and_has_to_accept_once_more()
        self.leaves_with_all_data()

    def joins_for_a_month(self):
        code = self.stack.invite(access_for=MONTH["by"], libraries=[str(demo.MOVIES)])
        self.screen.opens(f"/signup?icode={code}").is_headed("Olivia invites you to Olivia's Plex")
        self.screen.click("Sign in with Plex")
        approve(self.screen, self.account)
        self.screen.is_headed("You are in")
        self.screen.click("See what you have", role="link")
        self.screen.is_headed("Ready to watch")
        self.screen.shows("Enjoy, and be kind.")
        self.screen.shows("Until ")
        expect(self.screen.page.get_by_text("Your access ends soon")).to_have_count(0)
        self.screen.is_sound("life-joined")

    def is_reminded(self):
        user_id = self.of_their_own()["user"]["id"]
        self.path = f"/users/{user_id}/access"
        soon = (datetime.now(UTC) + timedelta(days=5)).isoformat().replace("+00:00", "Z")
        self.decides("", version=self.of_their_own()["version"], ends_at=soon, method="PATCH")
        assert use(Reminding).remind(user_id, 7, now=now())
        self.screen.opens("/").is_headed("Ready to watch")
        self.screen.shows("Your access ends soon")
        self.screen.shows("Ends ")
        self.screen.is_sound("life-reminded")

    def asks_and_is_given_a_month(self):
        before = self.of_their_own()["ends_at"]
        self.screen.page.get_by_label("A sentence to whoever decides").fill("One more month, please")
        self.screen.click("Ask for more time")
        self.screen.shows("Asked.")
        approved = self.stack.admin.post(f"/extensions/{self.path.split('/')[2]}/approve", json=MONTH)
        assert approved.status_code == 202, approved.text
        self.screen.opens("/").shows("Until ")
        assert self.of_their_own()["ends_at"] > before
        expect(self.screen.page.get_by_text("Your access ends soon")).to_have_count(0)

    def is_suspended_and_reads_why(self):
        self.decides("/suspend", version=self.of_their_own()["version"])
        self.is_at_rest(lambda access: access["work"] is None)
        self.screen.opens("/").is_headed("Your access is suspended")
        self.screen.shows("Nothing is shared with you at the moment.")
        self.screen.shows("Questions? Ask Olivia.")
        assert self.stack.plex.shares(self.account) == []
        self.screen.is_sound("life-suspended")

    def comes_back_and_has_to_accept_once_more(self):
        self.decides("/resume", version=self.of_their_own()["version"])
        self.is_at_rest(lambda access: access["work"] and access["work"]["reason"])
        self.screen.opens("/").is_headed("One thing is left for you")
        self.screen.shows("Plex wants you to accept the invitation yourself")
        self.screen.is_sound("life-to-accept")
        self.screen.page.get_by_role("banner").get_by_role("link", name="My account").click()
        self.screen.page.get_by_role("button", name="Sign out", exact=True).click()
        self.screen.click("Sign in with Plex")
        approve(self.screen, self.account)
        self.screen.is_headed("Ready to watch")
        self.screen.shows("Movies")
        (share,) = self.stack.plex.shares(self.account)
        assert (share["accepted"], share["section_ids"]) == (True, [demo.MOVIES])

    def leaves_with_all_data(self):
        with self.screen.page.expect_download() as download:
            self.screen.click("Download my data")
        own = json.loads(download.value.path().read_text(encoding="utf-8"))
        assert own["account"]["plex_id"] == self.account["id"]
        actions = [entry["action"] for entry in reversed(own["journal"])]
        assert [each for each in actions if each in STEPS] == list(STEPS)
        self.screen.click("Leave this server")
        self.screen.pictured("life-leaving")
        self.screen.page.get_by_role("dialog").get_by_role("button", name="Leave this server").click()
        self.screen.is_headed("Sign in")
        self.is_at_rest(lambda access: access["state"] == "closed" and access["work"] is None)
        assert self.stack.plex.shares(self.account) == []

    def of_their_own(self):
        token = self.screen.page.evaluate("localStorage.getItem('streamarr.session')")
        return self.stack.client(token).get("/me/access").json()

    def decides(self, way, *, method="POST", **said):
        """The admin."""
        answer = self.stack.admin.request(method, f"{self.path}{way}", json=said)
        assert answer.status_code == 202, answer.text

    def is_at_rest(self, has_come_about):
        deadline = time.monotonic() + 30
        while not has_come_about(access := self.stack.admin.get(self.path).json()):
            assert time.monotonic() < deadline, access
            time.sleep(0.1)  # between two looks


STEPS = ("access changed", "reminded", "asked for more time", "access extended", "access suspended", "access resumed")
