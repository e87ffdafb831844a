"""PyPI `jwcrypto`, `PyJWT` and `cryptography` on keys of ours.

Protocol: one line of JSON on stdin for each key, one on stdout for each verdict; ends when stdin closes.
  {"alg", "private": TEXT, "public"?: TEXT, "private_pem"?, "public_pem"?, "certificate"?}
  -> {"judges": ["jwcrypto", ...], "thumbprint", "sha256", "sha1", "certificate"?: {"subject", "from", "to"}}
     or {"error": "..."}
"private" and "public" are JWKs as texts; "public" is absent for a symmetric key. "judges" names those that used the key with
"alg": signed by the private and verified by the public half, or encrypted by the public and decrypted by the private half.
"sha256" and "sha1" are the digests of the DER of the SubjectPublicKeyInfo in base64url, null for a symmetric key.
"""

import json
import sys
from hashlib import sha1, sha256

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from jwcrypto import jwe, jwk, jws
from jwcrypto.common import base64url_decode, base64url_encode
from jwt.algorithms import get_default_algorithms

PAYLOAD = b"the payload"
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
OKP = {"Ed25519": ed25519.Ed25519PrivateKey, "X25519": x25519.X25519PrivateKey}
OAEP = {"RSA-OAEP-384": hashes.SHA384, "RSA-OAEP-512": hashes.SHA512}
DIR = {16: "A128GCM", 24: "A192GCM", 32: "A256GCM", 48: "A192CBC-HS384", 64: "A256CBC-HS512"}
DER = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def integer(members, name):
    return int.from_bytes(base64url_decode(members[name]), "big")


def unsigned(number, octets=None):
    octets = octets or max(1, (number.bit_length() + 7) // 8)
    return base64url_encode(number.to_bytes(octets, "big"))


def rsa_key(members):
    """The key, and its members as RFC 7518 section 6.3 wants them."""
    numbers = {name: integer(members, name) for name in ("n", "e", "d", "p", "q", "dp", "dq", "qi")}
    public = rsa.RSAPublicNumbers(numbers["e"], numbers["n"])
    crt = [numbers[name] for name in ("p", "q", "d", "dp", "dq", "qi")]
    key = rsa.RSAPrivateNumbers(*crt, public).private_key()
    return key, {name: unsigned(number) for name, number in numbers.items()}


def ec_key(members):
    """The key, and its members as RFC 7518 section 6.2 wants them."""
    curve = CURVES[members["crv"]]()
    public = ec.EllipticCurvePublicNumbers(integer(members, "x"), integer(members, "y"), curve)
    key = ec.EllipticCurvePrivateNumbers(integer(members, "d"), public).private_key()
    octets = (curve.key_size + 7) // 8
    numbers = {"x": public.x, "y": public.y, "d": key.private_numbers().private_value}
    return key, {name: unsigned(number, octets) for name, number in numbers.items()}


def okp_key(members):
    """The key, and its members as RFC 8037 section 2 wants them."""
    key = OKP[members["crv"]].from_private_bytes(base64url_decode(members["d"]))
    public = key.public_key().public_bytes_raw()
    return key, {"x": base64url_encode(public), "d": base64url_encode(key.private_bytes_raw())}


KINDS = {"RSA": rsa_key, "EC": ec_key, "OKP": okp_key}


def require(condition, message):
    if not condition:
        raise ValueError(message)


def is_signature(alg):
    return alg in get_default_algorithms()


def content_encryption(alg, private):
    return DIR[len(base64url_decode(private.get("k")))] if alg == "dir" else "A256GCM"


def use_jwcrypto(alg, private, public):
    if is_signature(alg):
        token = jws.JWS(PAYLOAD)
        token.allowed_algs = [alg]
        token.add_signature(private, protected=json.dumps({"alg": alg}))
        again = jws.JWS()
        again.allowed_algs = [alg]
        again.deserialize(token.serialize(compact=True), key=public)
    else:
        enc = content_encryption(alg, private)
        token = jwe.JWE(PAYLOAD, protected=json.dumps({"alg": alg, "enc": enc}), algs=[alg, enc], recipient=public)
        again = jwe.JWE(algs=[alg, enc])
        again.deserialize(token.serialize(compact=True), key=private)
    require(again.payload == PAYLOAD, "jwcrypto reads another payload")


def use_pyjwt(alg, private, public):
    token = jwt.encode({"sub": "a"}, jwt.PyJWK.from_json(private, alg).key, algorithm=alg)
    claims = jwt.decode(token, jwt.PyJWK.from_json(public, alg).key, algorithms=[alg])
    require(claims == {"sub": "a"}, "PyJWT reads other claims")


def use_cryptography(alg, key):
    digest = OAEP[alg]
    oaep = padding.OAEP(padding.MGF1(digest()), digest(), None)
    text = key.decrypt(key.public_key().encrypt(PAYLOAD, oaep), oaep)
    require(text == PAYLOAD, "cryptography reads another text")


def compare_public(key, question):
    spki = key.public_key().public_bytes(*DER)
    if "public_pem" in question:
        pem = serialization.load_pem_public_key(question["public_pem"].encode())
        require(pem.public_bytes(*DER) == spki, "the public PEM holds another key")
    if "private_pem" in question:
        pem = serialization.load_pem_private_key(question["private_pem"].encode(), None)
        require(pem.public_key().public_bytes(*DER) == spki, "the private PEM holds another key")
        require(private_der(pem) == private_der(key), "the private PEM holds another private key")
    return spki


def private_der(key):
    return key.private_bytes(DER[0], serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def judge_certificate(text, spki):
    certificate = x509.load_pem_x509_certificate(text.encode())
    require(certificate.public_key().public_bytes(*DER) == spki, "the certificate holds another key")
    certificate.verify_directly_issued_by(certificate)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "from": int(certificate.not_valid_before_utc.timestamp()),
        "to": int(certificate.not_valid_after_utc.timestamp()),
    }


def judge_pair(question, members, private, verdict):
    key, canonical = KINDS[members["kty"]](members)
    for name, text in canonical.items():
        require(members[name] == text, f"`{name}` is not encoded as the standard says")
    public = jwk.JWK.from_json(question["public"])
    require(not public.has_private, "the public JWK has private members")
    require(public.thumbprint() == private.thumbprint(), "the public JWK is of another key")
    spki = compare_public(key, question)
    verdict["sha256"] = base64url_encode(sha256(spki).digest())
    verdict["sha1"] = base64url_encode(sha1(spki).digest())
    if "certificate" in question:
        verdict["certificate"] = judge_certificate(question["certificate"], spki)
    if question["alg"] in OAEP:
        use_cryptography(question["alg"], key)
        verdict["judges"].append("cryptography")


def judge(question):
    alg, text = question["alg"], question["private"]
    private = jwk.JWK.from_json(text)
    public = question.get("public", text)
    verdict = {"judges": [], "thumbprint": private.thumbprint(), "sha256": None, "sha1": None}
    members = json.loads(text)
    if members["kty"] != "oct":
        judge_pair(question, members, private, verdict)
    if alg not in OAEP:
        use_jwcrypto(alg, private, jwk.JWK.from_json(public))
        verdict["judges"].append("jwcrypto")
    if is_signature(alg):
        use_pyjwt(alg, text, public)
        verdict["judges"].append("PyJWT")
    return verdict


for line in sys.stdin:
    try:
        answer = judge(json.loads(line))
    except Exception as error:  # the verdict is whatever the libraries say
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
