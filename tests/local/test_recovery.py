"""Point-in-time recovery as local/ministack_recovery.py adds it to the emulator."""

import time
from datetime import UTC, datetime, timedelta

import pytest

TABLE = "remembering"


@pytest.fixture
def dynamodb(local_client):
    client = local_client("dynamodb")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification=recovery)
    yield client
    for name in client.list_tables()["TableNames"]:
        if name.startswith(TABLE):
            client.delete_table(TableName=name)


def test_a_table_is_restored_as_it_was_however_it_was_changed(dynamodb):
    for name in ("kept", "updated", "deleted", "overwritten"):
        dynamodb.put_item(TableName=TABLE, Item=item(name, "before"))
    moment = a_second_later()
    update = {"UpdateExpression": "SET told = :told", "ExpressionAttributeValues": {":told": {"S": "after"}}}
    dynamodb.update_item(TableName=TABLE, Key={"id": {"S": "updated"}}, **update)
    dynamodb.transact_write_items(TransactItems=[{"Delete": {"TableName": TABLE, "Key": {"id": {"S": "deleted"}}}}])
    written = [{"PutRequest": {"Item": item(name, "after")}} for name in ("overwritten", "new")]
    dynamodb.batch_write_item(RequestItems={TABLE: written})

    dynamodb.restore_table_to_point_in_time(
        SourceTableName=TABLE, TargetTableName=f"{TABLE}-then", RestoreDateTime=moment
    )

    then = dynamodb.scan(TableName=f"{TABLE}-then")["Items"]
    assert {each["id"]["S"]: each["told"]["S"] for each in then} == dict.fromkeys(
        ("kept", "updated", "deleted", "overwritten"), "before"
    )
    assert dynamodb.scan(TableName=TABLE)["Count"] == 4


def test_before_there_was_the_table_there_is_nothing_to_restore(dynamodb):
    with pytest.raises(dynamodb.exceptions.InvalidRestoreTimeException):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName=TABLE,
            TargetTableName=f"{TABLE}-then",
            RestoreDateTime=datetime.now(UTC) - timedelta(days=1),
        )


def test_a_table_without_recovery_is_not_restored(dynamodb, local_aws):
    with pytest.raises(dynamodb.exceptions.PointInTimeRecoveryUnavailableException):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName="streamarr-test-users", TargetTableName=f"{TABLE}-then", UseLatestRestorableTime=True
        )


def item(name, told):
    return {"id": {"S": name}, "told": {"S": told}}


def a_second_later():
    """A whole second that is over: moments are told in seconds."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(UTC) < moment + timedelta(milliseconds=50):
        time.sleep(0.05)
    return moment
