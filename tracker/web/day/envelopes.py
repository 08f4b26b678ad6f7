"""What a tablet keeps for this server: sealed with the server's public key, so that only the server can read it.

The tablet needs no secret to seal, and none to send: its pages hold the public key. An envelope is the sender's own
public point, the nonce and the ciphertext: ECDH on P-256, HKDF-SHA256, AES-256-GCM, as browsers have them.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tracker.web.common.current import runtime

_CURVE = ec.SECP256R1()
#: How many points the curve has.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_INFO = b"tracker: what a tablet keeps"
_POINT, _NONCE = 65, 12


class UnreadableEnvelope(Exception):
    """It is none, or was sealed for another secret of this deployment."""


def public_key() -> str:
    """The point for which tablets seal, in base 64."""
    return b64encode(_private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def open_envelope(sealed: str) -> bytes:
    """What was sealed for this server.

    :raises UnreadableEnvelope: if this deployment cannot read it
    """
    try:
        raw = b64decode(sealed, validate=True)
        point = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, raw[:_POINT])
        shared = _private_key().exchange(ec.ECDH(), point)
        key = HKDF(SHA256(), 32, salt=raw[:_POINT], info=_INFO).derive(shared)
        return AESGCM(key).decrypt(raw[_POINT : _POINT + _NONCE], raw[_POINT + _NONCE :], None)
    except (NotBase64, ValueError, InvalidTag) as error:
        raise UnreadableEnvelope from error


def _private_key() -> ec.EllipticCurvePrivateKey:
    secret = runtime().settings.secret_key.encode()
    drawn = HKDF(SHA256(), 48, salt=None, info=b"entries that tablets keep").derive(secret)
    return ec.derive_private_key(int.from_bytes(drawn) % (_ORDER - 1) + 1, _CURVE)
