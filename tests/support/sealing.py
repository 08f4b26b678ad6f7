"""What a tablet seals for the server, as its pages do (``static/offline/seal.js``)."""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def seal(key: str, text: str) -> str:
    """What ``seal.js`` does."""
    mine = ec.generate_private_key(ec.SECP256R1())
    point = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64decode(key))
    shared = mine.exchange(ec.ECDH(), theirs)
    aes = HKDF(SHA256(), 32, salt=point, info=b"tracker: what a tablet keeps").derive(shared)
    nonce = b"\x07" * 12
    return b64encode(point + nonce + AESGCM(aes).encrypt(nonce, text.encode(), None)).decode()
