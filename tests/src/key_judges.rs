//! Two programs that nobody here wrote, on keys that we made.

use serde_json::{Value, json};

use crate::foreign_program::ForeignProgram;
use crate::skip::is_skipped;

/// npm `jose` with Node's crypto, and PyPI `jwcrypto`, `PyJWT` and `cryptography`.
#[derive(Debug)]
pub struct KeyJudges {
    node: ForeignProgram,
    python: ForeignProgram,
}

/// A key of ours in every form that there is of it.
#[derive(Clone, Debug, Default)]
pub struct JudgedKey<'a> {
    /// The algorithm to use it with.
    pub alg: &'a str,
    /// The private JWK.
    pub private: &'a str,
    /// The public JWK; a symmetric key has none.
    pub public: Option<&'a str>,
    /// The private key in PEM.
    pub private_pem: Option<&'a str>,
    /// The public key in PEM.
    pub public_pem: Option<&'a str>,
    /// A self-signed certificate in PEM.
    pub certificate: Option<&'a str>,
}

/// What both say of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// The thumbprint (RFC 7638).
    pub thumbprint: String,
    /// SHA-256 of the DER of the public key in base64url; a symmetric key has none.
    pub sha256: Option<String>,
    /// SHA-1 of the same.
    pub sha1: Option<String>,
}

impl KeyJudges {
    /// Starts both, or nothing if their groups are skipped.
    pub fn start() -> Option<Self> {
        if is_skipped("interop") || is_skipped("python") {
            return None;
        }
        let node = ForeignProgram::node("judge-keys.mjs");
        Some(Self { node, python: ForeignProgram::python("judge_keys.py") })
    }

    /// Asserts that a library of each used the key, and that they agree about it.
    #[track_caller]
    pub fn judge(&mut self, key: &JudgedKey<'_>) -> Verdict {
        let question = key.question();
        let verdict = verdict(&self.node.ask(&question), key);
        assert_eq!(self::verdict(&self.python.ask(&question), key), verdict, "{key:?}");
        verdict
    }
}

impl JudgedKey<'_> {
    fn question(&self) -> Value {
        let mut question = json!({"alg": self.alg, "private": self.private});
        for (member, text) in [
            ("public", self.public),
            ("private_pem", self.private_pem),
            ("public_pem", self.public_pem),
            ("certificate", self.certificate),
        ] {
            if let Some(text) = text {
                question[member] = text.into();
            }
        }
        question
    }
}

#[track_caller]
fn verdict(answer: &Value, key: &JudgedKey<'_>) -> Verdict {
    let judged = answer["judges"].as_array().is_some_and(|judges| !judges.is_empty());
    assert!(judged, "{answer} on {key:?}");
    let text = |fact: &str| answer[fact].as_str().map(str::to_owned);
    Verdict {
        thumbprint: text("thumbprint").expect("a thumbprint"),
        sha256: text("sha256"),
        sha1: text("sha1"),
    }
}
