"""`python -m infra.deploy COMMAND --stage STAGE`; the Makefile's targets call it, and docs/operations.md explains."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import account, announcing, data, destroying, functions, restoring, stack
from infra.deploy.deploying import Deployment, configure
from infra.deploy.installation import STAGES, DeploymentError, Installation, say
from infra.deploy.smoke import Site, run_smoke_test
from infra.deploy.stack import StackFailedError

FAILURES = (DeploymentError, StackFailedError, ClientError, BotoCoreError)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the process's exit status."""
    given = _parse(arguments)
    installation = Installation(given.stage, given.app)
    try:
        account.check(installation, packages=given.command in ("deploy", "set-up-anew"))
        return COMMANDS[given.command](installation, given)
    except FAILURES as error:
        say(f"\nIt stopped: {error}")
        say("What was done stays. When the cause is gone, run the same command again: it goes on from here.")
        return 1


def _deploy(installation: Installation, given: argparse.Namespace) -> int:
    parameters = dict(pair.split("=", 1) for pair in given.parameters)
    deployment = Deployment(installation, parameters, anew=given.command == "set-up-anew")
    try:
        deployment.run()
    except FAILURES:
        say(f"\nAt step {deployment.step}:")
        raise
    return 0


def _destroy(installation: Installation, given: argparse.Namespace) -> int:
    if given.data and given.yes != installation.name:
        say(f"This deletes every account, invite and redemption. To go on, add: --yes {installation.name}")
        return 2
    destroying.destroy(installation, data=given.data)
    return 0


def _config(installation: Installation, _given: argparse.Namespace) -> int:
    configure(installation, _outputs(installation))
    functions.remember(installation)
    say(f"Wrote .chalice/config.json; `chalice deploy --stage {installation.stage}` does the rest.")
    return 0


def _smoke(installation: Installation, _given: argparse.Namespace) -> int:
    outputs = _outputs(installation)
    site = Site(outputs["SiteUrl"]) if announcing.leads_there(outputs) else announcing.at_cloudfront(outputs)
    for seen in run_smoke_test(site):
        say(seen)
    return 0


def _export(installation: Installation, _given: argparse.Namespace) -> int:
    count = data.export(installation, sys.stdout)
    sys.stderr.write(f"{count} items of {installation.name}.\n")
    return 0


def _import(installation: Installation, _given: argparse.Namespace) -> int:
    say(f"{data.load(installation, sys.stdin)} items into {installation.name}.")
    return 0


def _restore(installation: Installation, given: argparse.Namespace) -> int:
    sure = given.yes == installation.name
    if restoring.restore(installation, restoring.moment_of(given.at), sure=sure):
        say("Done. All people sign in again. Plex was not changed: docs/operations.md says what to look at.")
        return 0
    say("Nothing was written; the copies stay. To write this back, add: --yes " + installation.name)
    return 2


def _outputs(installation: Installation) -> dict[str, str]:
    outputs = stack.outputs(installation.client("cloudformation"), installation.name)
    if not outputs:
        raise DeploymentError(f"There is no stack {installation.name} here; `make deploy` makes it.")
    return outputs


COMMANDS = {
    "deploy": _deploy,
    "set-up-anew": _deploy,
    "destroy": _destroy,
    "config": _config,
    "smoke": _smoke,
    "export": _export,
    "import": _import,
    "restore": _restore,
}


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--app", default="streamarr", help="how every name begins, where one account holds several")
    parser.add_argument("--data", action="store_true", help="destroy: the data too")
    parser.add_argument("--at", default="", help="restore: the moment, such as 2026-11-22T10:00:00Z")
    parser.add_argument("--yes", default="", help="destroy --data, restore: the name of what is meant, typed out")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE", help="deploy: parameters of infra/template.yaml")
    return parser.parse_intermixed_args(arguments)  # plain argparse takes no parameters after an option


if __name__ == "__main__":
    sys.exit(main())
