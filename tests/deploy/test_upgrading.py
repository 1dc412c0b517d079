"""An upgrade to a version that migrates, and what an older checkout may do afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib import __version__
from testing.rehearsal import eventually

NEWER = "99.0.0"
MIGRATIONS = """
from chalicelib.setup.migrating import Migration, schema_of
from chalicelib.stores.invites.indexes import ALL
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.migrations.walking import walk


def _mark(record):
    from chalicelib.stores.database.transactions import update_if

    update_if(InviteModel(code=record.code), [InviteModel.note.set("migrated")], InviteModel.note == "to be migrated")


def _run_batch(cursor):
    return walk(InviteModel.newest.query, ALL, _mark, page=2)(cursor)


MIGRATIONS = (Migration(2, "notes", _run_batch),)
SCHEMA = schema_of(MIGRATIONS)
"""
WALKS = {
    "Sid": "MigrateInvites",
    "Effect": "Allow",
    "Action": ["dynamodb:Query"],
    "Resource": "${Tables}invites/index/newest",
}


def test_an_upgrade_migrates_once_and_an_older_checkout_is_refused_from_then_on(rehearsal, stage):
    codes = [stage.stack.invite(note="to be migrated") for _ in range(5)]
    settings = {"id": "settings"}
    assert f"streamarr-prod: version {__version__} again." in rehearsal.make("deploy", "prod").stdout
    with _newer_version(rehearsal.project):
        assert f"streamarr-prod: from {__version__} to {NEWER}." in rehearsal.make("deploy", "prod").stdout
    assert _version(stage) == NEWER
    try:
        before = _delayed(rehearsal)
        stage.invoke("sweep")
        assert _delayed(rehearsal) == before + 1
        _send(rehearsal, kind="migrate")  # that one waits for a quarter of an hour
        eventually(lambda: stage.row("settings", **settings).get("schema_version") == {"N": "2"})
        assert {stage.stack.shown(code)["note"] for code in codes} == {"migrated"}
        stage.invoke("sweep")
        assert _delayed(rehearsal) == before + 1

        refused = rehearsal.make("deploy", "prod", check=False)
        assert refused.returncode == 1
        assert f"of schema 2; this checkout, {__version__}, knows schema 1" in refused.stdout
        assert f"Check out {NEWER}" in refused.stdout
        assert _version(stage) == NEWER
    finally:
        item = {name: value for name, value in stage.row("settings", **settings).items() if name != "schema_version"}
        rehearsal.client("dynamodb").put_item(TableName=stage.table("settings"), Item=item)
    assert f"from {NEWER} to {__version__}" in rehearsal.make("deploy", "prod").stdout


@contextmanager
def _newer_version(project: Path) -> Iterator[None]:
    """The checkout as a newer version has it, with a migration and the permission that it needs."""
    package, policy = project / "chalicelib", project / ".chalice" / "policies" / "provision.json"
    files = [package / "__init__.py", package / "stores" / "migrations" / "__init__.py", policy]
    were = [file.read_text() for file in files]
    whole = json.loads(were[2])
    whole["Statement"].append(WALKS)
    become = [were[0].replace(f'"{__version__}"', f'"{NEWER}"'), MIGRATIONS, json.dumps(whole)]
    for file, text in zip(files, become, strict=True):
        file.write_text(text)
    try:
        yield
    finally:
        for file, text in zip(files, were, strict=True):
            file.write_text(text)


def _version(stage):
    return stage.stack.client().get("/health").json()["version"]


def _send(rehearsal, **message):
    rehearsal.client("sqs").send_message(QueueUrl=_queue(rehearsal), MessageBody=json.dumps(message))


def _delayed(rehearsal):
    name = "ApproximateNumberOfMessagesDelayed"
    found = rehearsal.client("sqs").get_queue_attributes(QueueUrl=_queue(rehearsal), AttributeNames=[name])
    return int(found["Attributes"][name])


def _queue(rehearsal):
    return rehearsal.client("sqs").get_queue_url(QueueName="streamarr-prod-provision")["QueueUrl"]
