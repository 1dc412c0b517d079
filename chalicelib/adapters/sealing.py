"""Invitees' tokens under KMS: the API can only seal, the queue function can only open (their policies say so)."""

from chalicelib.adapters import aws


class KmsSeal:
    """ports.Sealer and ports.Opener. The redemption's id is the encryption context: no other can be opened with it."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    def seal(self, token: str, redemption_id: str) -> bytes:
        answer = aws.kms().encrypt(
            KeyId=self._key_id, Plaintext=token.encode(), EncryptionContext={"redemption": redemption_id}
        )
        return answer["CiphertextBlob"]

    def open(self, sealed: bytes, redemption_id: str) -> str:
        answer = aws.kms().decrypt(
            KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext={"redemption": redemption_id}
        )
        return answer["Plaintext"].decode()
