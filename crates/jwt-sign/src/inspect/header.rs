//! The JOSE header under Okta's rules.

use jwk_gen::Algorithm;
use serde_json::{Map, Value};

use super::Findings;
use crate::refusal::{RefusalReason, excerpt};

pub(super) fn judge(header: &Map<String, Value>, signature: &[u8], findings: &mut Findings) {
    if let Some(algorithm) = judge_algorithm(header.get("alg"), findings) {
        judge_signature(algorithm, signature, findings);
    }
    match header.get("kid") {
        Some(Value::String(kid)) if !kid.is_empty() => {}
        None => findings.refuse(
            RefusalReason::InvalidKid,
            "`kid` is missing; Okta cannot choose among several keys without it",
        ),
        Some(_) => findings.refuse(RefusalReason::InvalidKid, "`kid` is no text or empty"),
    }
    for member in ["crit", "b64", "zip"] {
        if header.contains_key(member) {
            let detail = format!("header `{member}` asks for an extension that is not supported");
            findings.refuse(RefusalReason::InvalidJwt, detail);
        }
    }
    match header.get("typ") {
        None => {}
        Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
        Some(_) => findings.note("`typ` is not `JWT`".to_owned()),
    }
}

fn judge_algorithm(alg: Option<&Value>, findings: &mut Findings) -> Option<Algorithm> {
    let name = match alg {
        Some(Value::String(name)) => name,
        found => {
            let detail = if found.is_none() { "`alg` is missing" } else { "`alg` is no text" };
            findings.refuse(RefusalReason::InvalidSignatureAlgorithm, detail);
            return None;
        }
    };
    match name.parse() {
        Ok(algorithm) if Algorithm::OKTA.contains(&algorithm) => Some(algorithm),
        _ if matches!(name.as_str(), "HS256" | "HS384" | "HS512") => {
            let detail =
                format!("`alg` is `{name}`: a client with a key pair has no secret to share");
            findings.refuse(RefusalReason::InvalidNoSecret, detail);
            None
        }
        _ => {
            let detail = format!("`alg` is `{}`, not RS256 to ES512", excerpt(name));
            findings.refuse(RefusalReason::InvalidSignatureAlgorithm, detail);
            None
        }
    }
}

/// A signature of the wrong length cannot be right: RFC 7518 sections 3.3 and 3.4.
fn judge_signature(algorithm: Algorithm, signature: &[u8], findings: &mut Findings) {
    let detail = match (algorithm.curve(), signature) {
        (_, []) => "the signature is empty".to_owned(),
        (None, octets) if octets.len() < 256 => {
            format!("{} octets are too few for an RSA key of 2048 bits", octets.len())
        }
        (Some(curve), octets) if octets.len() != 2 * curve.coordinate_octets() => {
            let wanted = 2 * curve.coordinate_octets();
            let der = if octets.first() == Some(&0x30) { "; it looks like DER" } else { "" };
            format!("`{algorithm}` has {wanted} octets, not {}{der}", octets.len())
        }
        _ => return,
    };
    findings.refuse(RefusalReason::InvalidSignature, detail);
}
