"""Invitees' tokens under KMS: the API can only encrypt, the queue function can only decrypt (their policies say so)."""

from chalicelib.aws import clients


class KmsEncryption:
    """The redemption's id is the encryption context: for no other can it be decrypted."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    def encrypt(self, token: str, redemption_id: str) -> bytes:
        answer = clients.kms().encrypt(
            KeyId=self._key_id, Plaintext=token.encode(), EncryptionContext={"redemption": redemption_id}
        )
        return answer["CiphertextBlob"]

    def decrypt(self, sealed: bytes, redemption_id: str) -> str:
        answer = clients.kms().decrypt(
            KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext={"redemption": redemption_id}
        )
        return answer["Plaintext"].decode()
