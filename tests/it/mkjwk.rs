//! Every key that mkjwk's page and API make, and two foreign judges of each.

mod table;

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tests::{JudgedKey, KeyJudges, Outcome, Sandbox, Verdict};

use crate::sandbox;
use table::{ALGORITHMS, KEY_IDS, Kind, Row, USES};

const OKTA: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/// Runs `key generate` for a row.
fn generate(sandbox: &Sandbox, row: &Row, more: &[&str]) -> Outcome {
    let kind = row.kind.options();
    let mut arguments = vec!["key", "generate", "--for", "any", "--use", row.key_use];
    arguments.extend(kind.iter().map(String::as_str));
    arguments.extend(row.alg.iter().flat_map(|alg| ["--alg", alg]));
    arguments.extend(more);
    sandbox.run(&arguments)
}

/// Makes the key of a row, with the public half that is printed, and lets both judges use it.
fn make_and_judge(judges: &mut KeyJudges, row: &Row, kid: &str) {
    let sandbox = sandbox();
    let before = now();
    let made = generate(&sandbox, row, &["--kid", kid, "-o", "k"]);
    assert_eq!(made.code, 0, "{row:?}: {made}");
    let private = sandbox.read("k");
    let jwk: Value = serde_json::from_str(&private).unwrap();
    check_members(&jwk, row);
    let key = JudgedKey { alg: row.judged_as(), private: &private, ..JudgedKey::default() };
    let verdict = if let Kind::Oct(_) = row.kind {
        assert_eq!(made.stdout, "");
        judges.judge(&key)
    } else {
        let printed: Value = serde_json::from_str(&made.stdout).unwrap();
        assert_eq!(printed["keys"][0]["kid"], jwk["kid"]);
        let public = printed["keys"][0].to_string();
        let key = JudgedKey { public: Some(&public), ..key };
        if kid == "thumbprint" {
            judge_every_form(judges, row, &sandbox, &key)
        } else {
            judges.judge(&key)
        }
    };
    check_key_id(&jwk["kid"], kid, &verdict, before);
}

/// Judges a key in the forms that mkjwk shows: JWKs, PEMs, and a certificate of what can sign one.
fn judge_every_form(
    judges: &mut KeyJudges,
    row: &Row,
    sandbox: &Sandbox,
    key: &JudgedKey<'_>,
) -> Verdict {
    let read = |command: &[&str]| sandbox.run(&[command, &["k", "--for", "any"]].concat()).stdout();
    let private_pem = read(&["key", "convert", "--to", "pkcs8"]);
    let public_pem = read(&["key", "public", "--format", "pem"]);
    let certificate =
        (row.kind != Kind::Okp("X25519")).then(|| read(&["key", "convert", "--to", "certificate"]));
    judges.judge(&JudgedKey {
        private_pem: Some(&private_pem),
        public_pem: Some(&public_pem),
        certificate: certificate.as_deref(),
        ..key.clone()
    })
}

/// The key says of itself what was asked for.
#[track_caller]
fn check_members(jwk: &Value, row: &Row) {
    assert_eq!(jwk["kty"], row.kind.kty(), "{row:?}");
    assert_eq!(jwk["alg"].as_str(), row.alg, "{row:?}");
    assert_eq!(jwk["use"].as_str().unwrap_or("none"), row.key_use, "{row:?}");
    let octets = |member: &str| {
        use base64::Engine;
        let text = jwk[member].as_str().unwrap();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
    };
    match row.kind {
        Kind::Rsa(bits) => {
            let modulus = octets("n");
            assert!(modulus.len() * 8 == bits as usize && modulus[0] >= 0x80, "{row:?}");
            assert_eq!(jwk["e"], "AQAB");
        }
        Kind::Oct(bits) => assert_eq!(octets("k").len() * 8, bits as usize, "{row:?}"),
        Kind::Ec(curve) | Kind::Okp(curve) => assert_eq!(jwk["crv"], curve),
    }
}

#[track_caller]
fn check_key_id(kid: &Value, asked_for: &str, verdict: &Verdict, before: u64) {
    let kid = kid.as_str();
    match asked_for {
        "thumbprint" => assert_eq!(kid, Some(verdict.thumbprint.as_str())),
        "sha256" => assert_eq!(kid, verdict.sha256.as_deref()),
        "sha1" => assert_eq!(kid, verdict.sha1.as_deref()),
        "date" => {
            let days = [before, now()].map(day);
            assert!(days.iter().any(|day| kid == Some(day)), "{kid:?}, {days:?}");
        }
        "timestamp" => {
            let second: u64 = kid.unwrap().parse().unwrap();
            assert!((before..=now()).contains(&second), "{second}, {before}");
        }
        "none" => assert_eq!(kid, None),
        text => assert_eq!(kid, text.strip_prefix('=')),
    }
}

/// The calendar of the C library, not ours.
fn day(second: u64) -> String {
    let date = Command::new("date").args(["-u", &format!("-d@{second}"), "+%Y-%m-%d"]).output();
    String::from_utf8(date.unwrap().stdout).unwrap().trim_end().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the program names keys after the time it runs at")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Every row of a kind: what belongs together is made, with each kind of `kid`, and judged; the
/// rest is a wrong combination of options.
fn judge_kinds(kinds: &[Kind]) {
    let Some(mut judges) = KeyJudges::start() else { return };
    for row in kinds.iter().flat_map(|kind| Row::all(*kind)) {
        if !row.is_sensible() {
            let sandbox = sandbox();
            let refused = generate(&sandbox, &row, &[]);
            assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{row:?}: {refused}");
            assert_eq!(sandbox.files(), [""; 0]);
            continue;
        }
        let has_public_half = !matches!(row.kind, Kind::Oct(_));
        for kid in KEY_IDS {
            if has_public_half || !kid.starts_with("sha") {
                make_and_judge(&mut judges, &row, kid);
            }
        }
    }
}

#[test]
fn every_row_of_ec() {
    judge_kinds(&["P-256", "P-384", "P-521", "secp256k1"].map(Kind::Ec));
}

#[test]
fn every_row_of_okp() {
    judge_kinds(&["Ed25519", "X25519"].map(Kind::Okp));
}

#[test]
fn every_row_of_oct() {
    judge_kinds(&[128, 192, 256, 384, 512].map(Kind::Oct));
}

/// RSA keys take time: each algorithm meets each kind of `kid`, and each of its uses.
#[test]
fn rows_of_rsa() {
    let Some(mut judges) = KeyJudges::start() else { return };
    for alg in ALGORITHMS.map(Some).into_iter().chain([None]) {
        let rows = USES.map(|key_use| Row { kind: Kind::Rsa(2048), alg, key_use });
        let (sensible, wrong): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.is_sensible());
        for row in wrong {
            generate(&sandbox(), row, &[]).refused(2, &[]);
        }
        for (row, kid) in sensible.iter().cycle().zip(KEY_IDS) {
            make_and_judge(&mut judges, row, kid);
        }
    }
    for (bits, alg, key_use) in [
        (2056, None, "none"),
        (3072, Some("RS384"), "sig"),
        (3072, Some("RSA-OAEP-256"), "enc"),
        (4096, Some("PS512"), "none"),
        (4096, Some("RS256"), "sig"),
    ] {
        make_and_judge(&mut judges, &Row { kind: Kind::Rsa(bits), alg, key_use }, "thumbprint");
    }
}

#[test]
fn what_is_not_made_is_refused_by_name_and_with_its_reason() {
    let refused = |options: &[&str], words: &[&str]| {
        let sandbox = sandbox();
        sandbox.run(&[&["key", "generate", "--for", "any"], options].concat()).refused(2, words);
        assert_eq!(sandbox.files(), [""; 0]);
    };
    for curve in ["Ed448", "X448"] {
        refused(&["--kty", "OKP", "--crv", curve], &[curve, "no released library in pure Rust"]);
    }
    refused(&["--alg", "RSA1_5"], &["RSA1_5", "padding"]);
    refused(&["--alg", "none"], &["`none`"]);
    for size in ["0", "512", "1024", "2047", "8200", "16384"] {
        refused(&["--kty", "RSA", "--size", size], &["2048 to 8192"]);
    }
    for size in ["0", "8", "127", "129", "16384"] {
        refused(&["--kty", "oct", "--size", size], &["128 to 8192"]);
    }
    for kid in ["sha256", "sha1"] {
        refused(&["--alg", "HS256", "--kid", kid], &["no public half"]);
    }
    refused(&["--crv", "p-256"], &["`p-256`"]);
    refused(&["--kty", "rsa"], &["`rsa`"]);
    refused(&["--alg", "RS256", "--crv", "P-256"], &["`RS256`"]);
    refused(&["--use", "SIG"], &["`sig`"]);
    refused(&["--kid", "uuid"], &["`thumbprint`"]);
}

/// The profile that holds unless another is asked for.
#[test]
fn only_what_okta_takes_is_made_without_a_word() {
    for alg in ALGORITHMS.into_iter().filter(|alg| *alg != "RSA1_5") {
        let outcome = sandbox().run(&["key", "generate", "--alg", alg]);
        if OKTA.contains(&alg) {
            assert_eq!((outcome.code, outcome.stderr.contains("Okta")), (0, false), "{outcome}");
        } else {
            outcome.refused(2, &["Okta takes no", "--for any"]);
        }
    }
    for options in [
        ["--use", "enc", "--kty", "RSA"],
        ["--crv", "secp256k1", "--use", "sig"],
        ["--crv", "Ed25519", "--use", "sig"],
        ["--kty", "oct", "--size", "256"],
    ] {
        let command = [&["key", "generate"][..], &options].concat();
        sandbox().run(&command).refused(2, &["Okta takes no", "--for any"]);
    }
}
