"""When a deployment makes a set-up token."""

import pytest

from infra.deploy import announcing
from infra.deploy.deploying import Deployment


class AnInstallation:
    name = "streamarr-prod"

    def client(self, _service: str) -> None:
        return None


@pytest.fixture
def deployed(monkeypatch):
    """A stack that is there, and whether it needs its set-up."""

    def be(*, needs_set_up: bool) -> None:
        class Site:
            def __init__(self, url: str) -> None:
                assert url == "https://site"

            def needs_set_up(self) -> bool:
                return needs_set_up

        monkeypatch.setattr(announcing, "Site", Site)
        outputs = {"SiteUrl": "https://site", "DistributionDomain": "site", "OriginSecretHash": "made"}
        monkeypatch.setattr("infra.deploy.stack.outputs", lambda *_: outputs)

    return be


@pytest.mark.parametrize(
    ("needs_set_up", "anew", "is_made"), [(True, False, True), (False, False, False), (False, True, True)]
)
def test_a_set_up_token_is_made_while_one_is_needed_or_asked_for(deployed, capsys, needs_set_up, anew, is_made):
    deployed(needs_set_up=needs_set_up)
    deployment = Deployment(AnInstallation(), anew=anew)  # type: ignore[arg-type]  # all that is asked of it
    made = deployment._secrets()
    assert (made["SetupTokenHash"] != "none", deployment.setup_token is not None) == (is_made, is_made)
    deployment._announce({"SiteUrl": "https://site", "DistributionDomain": "site"})
    said = capsys.readouterr().out
    assert (f"Set-up token  {deployment.setup_token}" in said) == is_made
    assert ("https://site/set-up" in said) == is_made
