"""QR images in S3. The records that own them are in DynamoDB (chalicelib/stores/qr_codes/records.py)."""

from http import HTTPStatus

from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.qr_codes.model import URL_LIFETIME, Format


class S3Images:
    """qr_codes.ports.ImageStore."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def exists(self, object_key: str) -> bool:
        """Needs s3:ListBucket: without it S3 answers 403 for what is not there, and that is an error here."""
        try:
            clients.s3().head_object(Bucket=self._bucket, Key=object_key)
        except ClientError as error:
            if _status(error) == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True

    def put(self, object_key: str, content: bytes, format_: Format) -> None:
        clients.s3().put_object(Bucket=self._bucket, Key=object_key, Body=content, ContentType=format_.media_type)

    def url(self, object_key: str, file_name: str) -> str:
        return clients.s3().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": object_key,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            },
            ExpiresIn=int(URL_LIFETIME.total_seconds()),
        )

    def delete(self, object_key: str) -> None:
        clients.s3().delete_object(Bucket=self._bucket, Key=object_key)


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]
