//! Client assertions: made and signed here, by jsonwebtoken, and the bare signature of OpenSSL.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use jwk_gen::{Algorithm, KeySpec, PrivateJwk};
use jwt_sign::{ClientAssertion, ClientId, LocalSigner};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde::Serialize;

use crate::rate::{Rates, Work};
use crate::table::report;

const AUDIENCE: &str = "https://acme.okta.com/oauth2/v1/token";
const CLIENT_ID: &str = "0oa1b2c3d4e5f6g7h8i9";
const MICROSECONDS: f64 = 1e6;

/// The goals are rates: ours at 0.95 and 0.80 of OpenSSL's takes 1 / 0.95 and 1 / 0.80 of its time.
pub(super) fn run(rounds: usize) -> Result<()> {
    compare(Algorithm::Rs256, jsonwebtoken::Algorithm::RS256, rounds, 0.95)?;
    compare(Algorithm::Es256, jsonwebtoken::Algorithm::ES256, rounds, 0.80)
}

fn compare(
    algorithm: Algorithm,
    theirs: jsonwebtoken::Algorithm,
    rounds: usize,
    rate: f64,
) -> Result<()> {
    let key = jwk_gen::generate(KeySpec::new(algorithm, None)?)?;
    let bare = PKey::private_key_from_pkcs8(&key.expose_pkcs8_der())?;
    let signer = LocalSigner::new(&key)?;
    let client_id = ClientId::new(CLIENT_ID)?;
    let sample = ClientAssertion::new(&client_id, AUDIENCE, SystemTime::now())?.sign(&signer)?;
    let (input, _) = sample.expose_compact().rsplit_once('.').context("no compact JWT")?;
    let peer = encoding_key(&key, algorithm)?;
    let batch = if algorithm == Algorithm::Rs256 { 40 } else { 400 };
    let mut works = [
        Work::new("a client assertion, ours", batch, || {
            let assertion = ClientAssertion::new(&client_id, AUDIENCE, SystemTime::now())?;
            black_box(assertion.sign(&signer)?);
            Ok(())
        }),
        Work::new("OpenSSL, the signature alone", batch, || {
            black_box(bare_signature(&bare, input.as_bytes())?);
            Ok(())
        }),
        Work::new("jsonwebtoken with AWS-LC", batch, || {
            let header = Header { kid: Some("key".to_owned()), ..Header::new(theirs) };
            black_box(jsonwebtoken::encode(&header, &Claims::new()?, &peer)?);
            Ok(())
        }),
    ];
    let rates = Rates::measure(rounds, MICROSECONDS, &mut works)?;
    report(
        &format!("{algorithm}"),
        "microseconds",
        &rates,
        &[("OpenSSL, the signature alone", 1.0 / rate)],
    );
    Ok(())
}

fn bare_signature(key: &PKey<Private>, input: &[u8]) -> Result<Vec<u8>> {
    let mut signer = Signer::new(MessageDigest::sha256(), key)?;
    Ok(signer.sign_oneshot_to_vec(input)?)
}

fn encoding_key(key: &PrivateJwk, algorithm: Algorithm) -> Result<EncodingKey> {
    Ok(match algorithm {
        Algorithm::Rs256 => EncodingKey::from_rsa_der(&key.expose_pkcs1_der()?),
        _ => EncodingKey::from_ec_der(&key.expose_pkcs8_der()),
    })
}

/// The same claims as ours.
#[derive(Serialize)]
struct Claims {
    iss: &'static str,
    sub: &'static str,
    aud: &'static str,
    iat: u64,
    exp: u64,
    jti: String,
}

impl Claims {
    fn new() -> Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut id = [0; 16];
        getrandom::fill(&mut id)?;
        Ok(Self {
            iss: CLIENT_ID,
            sub: CLIENT_ID,
            aud: AUDIENCE,
            iat: now - 30,
            exp: now + 270,
            jti: URL_SAFE_NO_PAD.encode(id),
        })
    }
}
