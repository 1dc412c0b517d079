"""A deployment, from nothing or from any state in between: seven steps, each of which may be repeated."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.deploy import announcing, budget, configuring, costs, finishing, functions, secret_parameters, site, stack
from infra.deploy.installation import Installation, say
from infra.deploy.smoke import PATIENCE, Site, run_smoke_test
from infra.deploy.versions import prepare_upgrade

STEPS = 7


@dataclass
class Deployment:
    """One run. ``parameters`` are the operator's, for infra/template.yaml; what they do not name stays as it is.

    ``anew``: a set-up token is made though there is an owner, for another Plex account to take over.
    """

    installation: Installation
    parameters: Mapping[str, str] = field(default_factory=dict)
    delay: int = 5
    patience: float = PATIENCE
    anew: bool = False
    setup_token: str | None = None
    step: str = "looking around"

    def run(self) -> None:
        """Do every step. Raises DeploymentError, StackFailedError and AWS's own; ``step`` says where."""
        here = self.installation
        upgrade = prepare_upgrade(here, stack.outputs(here.client("cloudformation"), here.name))
        say(f"{here.name}: {upgrade}.")
        self._begin(1, "Stack: tables, queue, site, CloudFront, alarms (minutes, the first time)")
        outputs = self._settle({**self._secrets(), **self._for_the_template()})
        self._begin(2, "Configuration: keys, .chalice/config.json and the policies")
        configure(here, outputs)
        self._begin(3, "Functions: chalice deploy")
        api = functions.deploy(here)
        self._begin(4, "REST API: limits, tags")
        finishing.finish(here, api)
        self._begin(5, "Stack: where the API is; tables protected")
        outputs = self._settle({"ApiId": api, "Protect": "on"})
        self._begin(6, "Site: upload, invalidation")
        say(f"  {site.upload(here, outputs)} files changed.")
        self._announce(outputs)
        self._begin(7, "Smoke test over HTTP")
        site_to_ask = Site(outputs["SiteUrl"]) if announcing.leads_there(outputs) else announcing.at_cloudfront(outputs)
        for seen in run_smoke_test(site_to_ask, patience=self.patience):
            say(f"  {seen}")
        say(f"\nStreamarr Invites runs on {outputs['SiteUrl']}.")
        say(costs.describe())
        say(f"  {budget.ensure(here, email=self._alarm_email(), wanted=self._budget())}")

    def _begin(self, number: int, what: str) -> None:
        self.step = f"{number}/{STEPS} {what}"
        say(self.step)

    def _for_the_template(self) -> dict[str, str]:
        self._budget()  # a slip of the finger is told before anything is made
        return {name: value for name, value in self.parameters.items() if name != budget.PARAMETER}

    def _budget(self) -> float | None:
        """What the operator named, in US dollars a month."""
        text = self.parameters.get(budget.PARAMETER)
        return None if text is None else budget.parse(text)

    def _alarm_email(self) -> str:
        stack_there = stack.find(self.installation.client("cloudformation"), self.installation.name)
        known = stack_there.get("Parameters", []) if stack_there else []
        return next((each["ParameterValue"] for each in known if each.get("ParameterKey") == "AlarmEmail"), "")

    def _settle(self, values: Mapping[str, str]) -> dict[str, str]:
        here = self.installation
        named = {"App": here.app, "Stage": here.stage, "Front": "on", **values}
        return stack.deploy(here.session, here.name, named, tags=here.tags, delay=self.delay, tell=say)

    def _secrets(self) -> dict[str, str]:
        """Secrets that only this run knows: made where missing, and a new set-up token while one is needed."""
        outputs = stack.outputs(self.installation.client("cloudformation"), self.installation.name)
        made = {}
        if outputs.get("OriginSecretHash", "none") == "none":
            made["OriginSecret"] = secrets.token_urlsafe(32)
            made["OriginSecretHash"] = _hash(made["OriginSecret"])
        if not self.anew and "SiteUrl" in outputs and not announcing.at_cloudfront(outputs).needs_set_up():
            made["SetupTokenHash"] = "none"
        else:
            self.setup_token = secrets.token_urlsafe(24)
            made["SetupTokenHash"] = _hash(self.setup_token)
        return made

    def _announce(self, outputs: Mapping[str, str]) -> None:
        """The set-up token, where one is needed: what the site says of that counts."""
        is_needed = self.setup_token and (self.anew or announcing.at_cloudfront(outputs).needs_set_up())
        announcing.announce(outputs, self.setup_token if is_needed else None)


def configure(installation: Installation, outputs: Mapping[str, str]) -> None:
    """Make the secrets that are missing, and write this stage's configuration.

    PLEX_BASE_URL of the environment goes to the functions, for rehearsals.
    """
    keys = secret_parameters.ensure(installation.client("ssm"), app=installation.app, stage=installation.stage)
    plex = os.environ.get("PLEX_BASE_URL")
    configuring.write(installation, outputs, **keys, **({"PLEX_BASE_URL": plex} if plex else {}))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
