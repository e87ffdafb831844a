"""The keys of PyPI `cryptography_vectors`, as `cryptography` reads them.

Protocol: a line of JSON on stdin, `{}`, and one on stdout; ends when stdin closes.
  {} -> {"folder", "files": [{"file", "private", "thumbprint", "passphrase"} or {"file", "fault": "..."}, ...]}
"file" is a path in "folder". "thumbprint" is of RFC 7638, null for a kind of key that has no JWK. "passphrase" is the one that
opens an encrypted key, otherwise null. "fault" is why the file is no key.
"""

import base64
import json
import sys
from pathlib import Path

import cryptography_vectors
from cryptography.hazmat.primitives import serialization
from jwcrypto import jwk

FOLDER = Path(cryptography_vectors.__file__).parent
FOLDERS = ("asymmetric", "pkcs12", "pkcs7", "x509/custom/ca")
SUFFIXES = {".pem", ".der", ".key", ".pub", ".p12", ".pk8"}
LOADERS = {
    "PEM": (serialization.load_pem_private_key, serialization.load_pem_public_key),
    "DER": (serialization.load_der_private_key, serialization.load_der_public_key),
}
# Those of the tests of `cryptography`.
PASSPHRASES = (
    None,
    b"123456",
    b"a123456",
    b"baz",
    b"foobar",
    b"hunter2",
    b"hunter42",
    b"password",
    b"PolarSSLTest",
    b"Red Hat Enterprise Linux 7.4",
)


def key_of(content):
    """The key, whether it is private, and the passphrase that opens it."""
    if b"-----BEGIN" not in content:
        return try_all("DER", content)
    try:
        return try_all("PEM", content)
    except Exception as fault:
        # A label that does not fit is no fault of the key: the content decides.
        body = content.partition(b"-----\n")[2].partition(b"-----END")[0]
        try:
            return try_all("DER", base64.b64decode(body))
        except Exception:
            raise fault from None


def try_all(form, content):
    load_private, load_public = LOADERS[form]
    faults = []
    for passphrase in PASSPHRASES:
        try:
            return load_private(content, passphrase), True, passphrase
        except Exception as fault:  # whatever it is, the next passphrase may do
            faults.append(fault)
    try:
        return load_public(content), False, None
    except Exception:
        raise faults[0] from None


def facts(path):
    entry = {"file": str(path.relative_to(FOLDER))}
    try:
        key, private, passphrase = key_of(path.read_bytes())
    except Exception as fault:
        return entry | {"fault": f"{type(fault).__name__}: {fault}"}
    try:
        thumbprint = jwk.JWK.from_pyca(key).thumbprint()
    except Exception:
        thumbprint = None
    return entry | {
        "private": private,
        "thumbprint": thumbprint,
        "passphrase": passphrase and passphrase.decode(),
    }


for _ in sys.stdin:
    paths = sorted(path for name in FOLDERS for path in (FOLDER / name).rglob("*"))
    files = [facts(path) for path in paths if path.suffix in SUFFIXES]
    print(json.dumps({"folder": str(FOLDER), "files": files}), flush=True)
