"""QR images in S3. Who owns which stands in DynamoDB (chalicelib/adapters/dynamo/qr_images.py)."""

from collections.abc import Iterator
from http import HTTPStatus

from botocore.exceptions import ClientError

from chalicelib.adapters import aws
from chalicelib.domain.qr_codes import PREFIX, URL_LIFETIME, Format
from chalicelib.ports import StoredImage

BOOKMARK = "bookmarks/orphans"
"""Where the hunt for orphans stopped when its time ran out; not among the images."""


class S3QrImages:
    """ports.QrImages."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def exists(self, object_key: str) -> bool:
        """Needs s3:ListBucket: without it S3 answers 403 for what is not there, and that is an error here."""
        try:
            aws.s3().head_object(Bucket=self._bucket, Key=object_key)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def put(self, object_key: str, content: bytes, format_: Format) -> None:
        aws.s3().put_object(Bucket=self._bucket, Key=object_key, Body=content, ContentType=format_.media_type)

    def url(self, object_key: str, file_name: str) -> str:
        return aws.s3().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": object_key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=int(URL_LIFETIME.total_seconds()),
        )

    def delete(self, object_key: str) -> None:
        aws.s3().delete_object(Bucket=self._bucket, Key=object_key)

    def pages(self, after: str) -> Iterator[list[StoredImage]]:
        asked = {"Bucket": self._bucket, "Prefix": PREFIX, "StartAfter": after}
        for page in aws.s3().get_paginator("list_objects_v2").paginate(**asked):  # type: ignore[arg-type]
            if found := page.get("Contents"):
                yield [StoredImage(each["Key"], each["LastModified"]) for each in found]

    def bookmark(self) -> str:
        try:
            answer = aws.s3().get_object(Bucket=self._bucket, Key=BOOKMARK)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return ""
            raise
        return answer["Body"].read().decode()

    def set_bookmark(self, object_key: str) -> None:
        aws.s3().put_object(Bucket=self._bucket, Key=BOOKMARK, Body=object_key.encode())


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
