"""`make restore`: all tables back to a moment, with all later changes undone.

The emulator keeps what changed (local/ministack_recovery.py) and makes copies at once; AWS takes minutes for each, and
offers moments up to five minutes ago only.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.deploy import data, restoring
from infra.deploy.installation import DeploymentError, Installation
from local.aws import CREDENTIALS
from local.plex import demo
from testing.deployed_stage import from_now, ok
from tests.deploy.steps import STEPS

MINE = ("--yes", "streamarr-prod")


@pytest.fixture
def installation(rehearsal, deployed, monkeypatch):
    """For what is looked at from inside; operators use the command."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": rehearsal.endpoint}.items():
        monkeypatch.setenv(name, value)
    return Installation("prod", project=rehearsal.project)


@pytest.fixture
def sessions_end(stage):
    """The restore ends all sessions: the owner signs in again, for the tests that come next."""
    yield
    stage.stack.admin.headers["Authorization"] = f"Bearer {stage.signs_in({'id': demo.OWNER.id})}"


def test_everything_is_again_as_it_was_at_that_moment(rehearsal, stage, installation, monkeypatch, sessions_end):
    changed, deleted, (_, closed) = stage.stack.invite(note="as it was"), stage.stack.invite(), stage.redeemer()
    moment = _the_next_second(stage)
    then = _exported(rehearsal)
    ok(stage.stack.admin.patch(f"/invites/{changed}", json={"note": "a mistake", "expires_at": from_now(days=2)}))
    ok(stage.stack.admin.delete(f"/invites/{deleted}"))
    ok(stage.stack.admin.delete(f"/users/{closed}"))
    late, _ = stage.redeemer()
    ok(stage.stack.admin.get(f"/invites/{changed}/qr"))
    at = ("--at", f"{moment:%Y-%m-%dT%H:%M:%SZ}")

    looked = rehearsal.make("restore", "prod", *at, check=False)
    assert looked.returncode == 2
    assert "add: --yes streamarr-prod" in looked.stdout
    assert stage.stack.shown(changed)["note"] == "a mistake"

    _fail_after_the_first_batch(monkeypatch)
    with pytest.raises(EndpointConnectionError):
        restoring.restore(installation, moment, sure=True)
    monkeypatch.undo()
    assert stage.stack.client().get("/health").status_code >= 429
    _send(stage, {"kind": "align", "user_id": "no-more"})

    done = rehearsal.make("restore", "prod", *at, *MINE).stdout
    assert "All people sign in again" in done
    assert _exported(rehearsal) == then
    assert stage.stack.client().get("/health").status_code == 200
    assert stage.stack.admin.get("/auth/me").status_code == 401
    assert not [each for each in rehearsal.client("dynamodb").list_tables()["TableNames"] if "-at-" in each]
    assert _waiting(stage) == 0
    stage.eventually(lambda: not stage.objects(changed))
    assert stage.stack.plex.shares(late.account)  # Plex does not go back


def test_after_a_restore_the_installation_works(rehearsal, stage, sessions_end):
    moment = _the_next_second(stage)
    rehearsal.make("restore", "prod", "--at", f"{moment:%Y-%m-%dT%H:%M:%SZ}", *MINE)
    stage.stack.admin.headers["Authorization"] = f"Bearer {stage.signs_in({'id': demo.OWNER.id})}"
    STEPS["a_person_redeems"](stage)
    STEPS["what_was_lost_is_sent_again"](stage)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22T10:00:00", ""])
def test_a_text_that_is_no_moment_is_refused(rehearsal, deployed, at):
    refused = rehearsal.make("restore", "prod", "--at", at, check=False)
    assert (refused.returncode, "It stopped" in refused.stdout) == (1, True)


def test_a_moment_that_cannot_be_had_names_those_that_can(installation):
    with pytest.raises(DeploymentError, match=r"from \d{4}-.*Z to \d{4}-.*Z"):
        restoring.restore(installation, datetime(2020, 1, 1, tzinfo=UTC), sure=False)


def _exported(rehearsal):
    return sorted(rehearsal.make("export", "prod").stdout.splitlines())


def _send(stage, message):
    stage.rehearsal.client("sqs").send_message(
        QueueUrl=stage.outputs["ProvisionQueueUrl"], MessageBody=json.dumps(message)
    )


def _waiting(stage):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stage.rehearsal.client("sqs").get_queue_attributes(
        QueueUrl=stage.outputs["ProvisionQueueUrl"], AttributeNames=names
    )
    return sum(int(found["Attributes"][name]) for name in names)


def _the_next_second(stage):
    """A whole second that is over, nothing being under way."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    stage.eventually(lambda: datetime.now(UTC) > moment + timedelta(milliseconds=50))
    return moment


def _fail_after_the_first_batch(monkeypatch):
    write, batches = data._write_batch, []

    def fail(client, batch):
        batches.append(batch)
        if len(batches) > 1:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
        return write(client, batch[:3])

    monkeypatch.setattr(data, "_write_batch", fail)
