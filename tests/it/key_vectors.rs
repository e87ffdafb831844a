//! The PEM and DER files of PyPI `cryptography_vectors`: each is read as `cryptography` reads it, or
//! refused for a reason that stands here.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tests::{ForeignProgram, Outcome, Sandbox, is_skipped};

use crate::sandbox;

/// Why a file is refused: the beginning of its path, and a word of the message. The first that fits
/// counts; a file that none fits must be accepted.
const REFUSALS: &[(&str, &str)] = &[
    ("asymmetric/DER_Serialization/dsa.", "malformed"),
    ("asymmetric/DER_Serialization/dsa_public_key_invalid_bit_string.der", "malformed"),
    ("asymmetric/DER_Serialization/dsa_public_key", "`DSA`"),
    ("asymmetric/DER_Serialization/enc-rsa-pkcs8.der", "openssl pkcs8 -topk8"),
    ("asymmetric/DER_Serialization/enc2-rsa-pkcs8.der", "1024 bits"),
    ("asymmetric/DER_Serialization/unenc-dsa", "`DSA`"),
    ("asymmetric/DER_Serialization/unenc-rsa", "1024 bits"),
    ("asymmetric/DH/dh_key_256.pem", "Diffie-Hellman"),
    ("asymmetric/DH/dhkey", "Diffie-Hellman"),
    ("asymmetric/DH/dhp.der", "1024 bits"),
    ("asymmetric/DH/dhp_rfc5114_2.der", "malformed"),
    ("asymmetric/DH/dhpub_cryptography_old.pem", "not base64"),
    ("asymmetric/DH/dhpub", "Diffie-Hellman"),
    ("asymmetric/DH/dhp", "DH PARAMETERS"),
    ("asymmetric/DSA/", "DSA PRIVATE KEY"),
    ("asymmetric/EC/ec-missing-curve.pem", "curve"),
    ("asymmetric/EC/ec_private_key_non_zero_unused_bits.der", "malformed"),
    ("asymmetric/EC/explicit_parameters", "by name"),
    ("asymmetric/EC/secp", "by name"),
    ("asymmetric/EC/sect", "by name"),
    ("asymmetric/EC/truncated-private-key.der", "`d`"),
    ("asymmetric/Ed25519/ed25519-pub-non-zero-unused-bits.der", "malformed"),
    ("asymmetric/Ed448/", "`Ed448`"),
    ("asymmetric/MLDSA/", "ML-DSA"),
    ("asymmetric/MLKEM/", "ML-KEM"),
    ("asymmetric/OpenSSH/", "OpenSSH"),
    ("asymmetric/PEM_Serialization/dsa_private_key.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PEM_Serialization/dsa_public_key.pem", "`DSA`"),
    ("asymmetric/PEM_Serialization/dsa", "DSA"),
    ("asymmetric/PEM_Serialization/ec_private_key_encrypted.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PEM_Serialization/rsa-bad-1025-q-is-2.pem", "1025 bits"),
    ("asymmetric/PEM_Serialization/rsa_private_key.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/bad-encryption-oid.pem", "encrypted"),
    ("asymmetric/PKCS8/bad-oid-dsa-key.pem", "0.37.11229.117.11229.113"),
    ("asymmetric/PKCS8/ec-inconsistent", "another curve"),
    ("asymmetric/PKCS8/ec-invalid-private-scalar.pem", "`d`"),
    ("asymmetric/PKCS8/ec-invalid-version.pem", "malformed"),
    ("asymmetric/PKCS8/ec_oid_not_in_reg_private_2", "by name"),
    ("asymmetric/PKCS8/enc-ec-sha1-128-rc4.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/enc-rsa-pkcs8", "encrypted"),
    ("asymmetric/PKCS8/enc-unknown", "encrypted"),
    ("asymmetric/PKCS8/enc2-rsa-pkcs8.pem", "1024 bits"),
    ("asymmetric/PKCS8/invalid-version.der", "malformed"),
    ("asymmetric/PKCS8/nodompar_private", "by name"),
    ("asymmetric/PKCS8/pkcs12_s2k_pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/private.pem", "by name"),
    ("asymmetric/PKCS8/rsa-40bitrc2.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/rsa-pbe", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/rsa-rc2-cbc-effective-key-length.pem", "encrypted"),
    ("asymmetric/PKCS8/rsa-rc2-cbc.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/PKCS8/unenc-dsa", "`DSA`"),
    ("asymmetric/PKCS8/unenc-rsa", "1024 bits"),
    ("asymmetric/PKCS8/unknown-oid.der", "1.2.840.1004321.3213.321"),
    ("asymmetric/PKCS8/withdompar_private", "by name"),
    ("asymmetric/Traditional_OpenSSL_Serialization/dsa", "DSA"),
    ("asymmetric/Traditional_OpenSSL_Serialization/key", "openssl pkcs8 -topk8"),
    ("asymmetric/Traditional_OpenSSL_Serialization/rsa-wrong-version.pem", "malformed"),
    ("asymmetric/Traditional_OpenSSL_Serialization/testrsa-encrypted.pem", "openssl pkcs8 -topk8"),
    ("asymmetric/X448/", "`X448`"),
    ("asymmetric/public/PKCS1/dsa", "DSA"),
    ("asymmetric/public/PKCS1/rsa", "1024 bits"),
    ("pkcs12/ca/ca.pem", "certificate"),
    ("pkcs12/cert", "openssl pkcs12"),
    ("pkcs12/java", "openssl pkcs12"),
    ("pkcs12/name", "openssl pkcs12"),
    ("pkcs12/no", "openssl pkcs12"),
    ("pkcs7/ascii-san.pem", "certificate"),
    ("pkcs7/non-ascii-san.pem", "certificate"),
    ("pkcs7/amazon-roots.der", "malformed"),
    ("pkcs7/authenticode.der", "malformed"),
    ("pkcs7/enveloped-no-content.der", "malformed"),
    ("pkcs7/", "PKCS7"),
    ("x509/custom/ca/ca.pem", "certificate"),
    ("x509/custom/ca/rsa_ca.pem", "certificate"),
    ("x509/custom/ca/rsae_ca.pem", "certificate"),
];

#[test]
fn every_vector_is_read_as_by_cryptography_or_refused_with_its_reason() {
    if is_skipped("python") {
        return;
    }
    let vectors = ForeignProgram::python("read_vectors.py").ask(&json!({}));
    let folder = Path::new(vectors["folder"].as_str().unwrap());
    let files = vectors["files"].as_array().unwrap();
    let sandbox = sandbox();
    let complaints: Vec<_> =
        files.iter().filter_map(|facts| Vector { folder, facts }.complaint(&sandbox)).collect();
    let count = complaints.len();
    assert!(complaints.is_empty(), "{count} of {}\n{}", files.len(), complaints.join("\n"));
    assert!(files.len() > 250, "{} files", files.len());
    let unused = REFUSALS.iter().find(|(beginning, _)| {
        !files.iter().any(|it| it["file"].as_str().unwrap().starts_with(beginning))
    });
    assert_eq!(unused, None, "a reason that nothing needs");
}

/// A file and what `cryptography` says of it.
struct Vector<'a> {
    folder: &'a Path,
    facts: &'a Value,
}

impl Vector<'_> {
    fn name(&self) -> &str {
        self.facts["file"].as_str().unwrap()
    }

    /// What is wrong with our reading of the file.
    fn complaint(&self, sandbox: &Sandbox) -> Option<String> {
        let outcome = self.show(sandbox);
        let reason = REFUSALS.iter().find(|(beginning, _)| self.name().starts_with(beginning));
        let problem = match (outcome.code, reason) {
            (0, Some(_)) => "accepted".to_owned(),
            (0, None) => self.difference(&outcome)?,
            (3, Some((_, word))) if outcome.stderr.contains(word) => return None,
            (3, Some((_, word))) => format!("refused, and `{word}` is not said"),
            (3, None) => "refused".to_owned(),
            (code, _) => format!("exit {code}"),
        };
        Some(format!("{}: {problem}, of {}\n{outcome}", self.name(), self.facts))
    }

    fn show(&self, sandbox: &Sandbox) -> Outcome {
        sandbox.write("key", &fs::read(self.folder.join(self.name())).unwrap());
        let show = ["key", "show", "key", "--for", "any", "--format", "json"];
        let Some(passphrase) = self.facts["passphrase"].as_str() else {
            return sandbox.run(&show);
        };
        sandbox.write("passphrase", passphrase);
        sandbox.run(&[&show[..], &["--key-passphrase-file", "passphrase"]].concat())
    }

    fn difference(&self, outcome: &Outcome) -> Option<String> {
        let ours: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let differing =
            ["private", "thumbprint"].into_iter().find(|fact| ours[fact] != self.facts[fact]);
        differing.map(|fact| format!("another `{fact}`"))
    }
}
