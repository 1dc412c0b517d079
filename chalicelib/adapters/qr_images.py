"""QR images in S3."""

from chalicelib.adapters import aws


class S3QrImages:
    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def delete(self, object_key: str) -> None:
        """Repeatable: S3 does not mind an object that is not there."""
        aws.s3().delete_object(Bucket=self._bucket, Key=object_key)
