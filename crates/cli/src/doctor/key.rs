//! Whether the org has the client's key: the same material, under the same `kid`, active.

use std::sync::Arc;

use jwt_sign::{LocalSigner, Signer};
use okta_http::display_untrusted;
use okta_register::{RegisteredClient, RegisteredKey};
use serde_json::{Value, json};

use super::app::App;
use super::client::words_of;
use super::exam::{Exam, Said};
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use crate::context::{flag_and_value, quoted};
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// Compares the local key with the stored ones, or asks the token endpoint.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    exam.passed("client")?;
    exam.passed("key_ids")?;
    let Some(signer) = exam.signer()? else {
        return Ok(Verdict::skipped("the client has a secret"));
    };
    let app = exam.app();
    match app.as_deref() {
        Some(App::Found { client, .. }) => match &client.jwks_uri {
            Some(uri) => at_uri(exam, &signer, uri),
            None => Ok(stored(exam, &signer, client).with("registered", table(&client.jwks))),
        },
        _ => by_token(exam, &signer),
    }
}

/// What the org stores, for a person to compare.
fn table(keys: &[RegisteredKey]) -> Value {
    let row = |key: &RegisteredKey| {
        let thumbprint = key.thumbprint.as_ref().map(|thumbprint| thumbprint.as_str());
        json!({"kid": key.kid, "status": key.status, "thumbprint": thumbprint})
    };
    keys.iter().map(row).collect()
}

fn stored(
    exam: &mut Exam<'_, '_>,
    signer: &Arc<LocalSigner>,
    client: &RegisteredClient,
) -> Verdict {
    let kid = signer.key_id().as_str();
    let same = |key: &&RegisteredKey| key.thumbprint.as_ref() == Some(signer.thumbprint());
    let Some(key) = client.jwks.iter().find(same) else {
        return unknown(exam, signer, client);
    };
    let stored_kid = key.kid.as_deref().map(display_untrusted);
    match stored_kid {
        Some(stored) if stored != kid => {
            let place = exam.place(Setting::Kid);
            let message = format!(
                "the org knows the key as `{stored}`, and assertions call it `{kid}`{place}"
            );
            refused(message, exam.set(Setting::Kid, &stored))
        }
        _ if !key.is_active() => {
            let status = display_untrusted(key.status.as_deref().unwrap_or("without a status"));
            let command = format!("client-key activate {}", flag_and_value("--kid", kid));
            refused(format!("the key `{kid}` is {status}"), exam.administer(&command))
        }
        _ if key.key_use.as_deref() == Some("enc") => {
            let message = format!("the key `{kid}` is registered for encryption");
            refused(message, exam.set_up_anew())
        }
        _ => {
            let verdict = Verdict::ok(format!("the key `{kid}` is registered and active"));
            exam.confirmed(Blame::Key, verdict)
        }
    }
}

/// The key is none of the app's.
fn unknown(exam: &Exam<'_, '_>, signer: &LocalSigner, client: &RegisteredClient) -> Verdict {
    let (kid, thumbprint) = (signer.key_id().as_str(), signer.thumbprint().as_str());
    let namesake = client.jwks.iter().find(|key| key.kid.as_deref() == Some(kid));
    if let Some(namesake) = namesake {
        let other = namesake.thumbprint.as_ref().map_or("unreadable", |it| it.as_str());
        let message = format!(
            "the org has another key under `{kid}`: its thumbprint is {other}, the local one's {thumbprint}"
        );
        return refused(message, exam.again_with("--key", "FILE"));
    }
    let message = match client.jwks.len() {
        0 => "the app has no key at all".to_owned(),
        1 => format!("the app's only key is another one than {thumbprint}"),
        count => format!("none of the app's {count} keys is {thumbprint}"),
    };
    refused(message, register(exam))
}

/// The key's public half goes to the app.
fn register(exam: &Exam<'_, '_>) -> String {
    let public = format!("okta-m2m key public {}", quoted(exam.key_path()));
    format!("{public} | {}", exam.administer("client-key add --jwks -"))
}

fn at_uri(exam: &mut Exam<'_, '_>, signer: &LocalSigner, uri: &str) -> Result<Verdict, Skipped> {
    let uri = display_untrusted(uri);
    let verdict = match exam.said_about(Blame::Key)? {
        Said::Passed => Verdict::ok(format!("the org takes the key from {uri}")),
        Said::Refused(answer) => match answer.as_ref() {
            Ok(_) => return Err(Skipped("token")),
            Err(error) => {
                let what = if words_of(error).contains("Error retrieving") {
                    format!("the org cannot fetch {uri}")
                } else {
                    format!("the org does not find `{}` at {uri}", signer.key_id().as_str())
                };
                let hint = format!("curl -i {}", quoted(&uri));
                Verdict::failure(exam.told(error).in_place(&what).with_hint(hint))
            }
        },
    };
    Ok(verdict.with("jwks_uri", uri))
}

fn by_token(exam: &mut Exam<'_, '_>, signer: &LocalSigner) -> Result<Verdict, Skipped> {
    let kid = signer.key_id().as_str();
    let Said::Refused(answer) = exam.said_about(Blame::Key)? else {
        return Ok(Verdict::ok(format!("the token endpoint takes the key `{kid}`")));
    };
    let Err(error) = answer.as_ref() else { return Err(Skipped("token")) };
    let words = words_of(error);
    let what = if words.contains("kid is invalid") {
        format!("the app has no active key `{kid}`")
    } else if words.contains("signature is invalid") {
        format!("the app has another key under `{kid}`")
    } else if words.contains("does not have a JWKSet") {
        "the app has no key; perhaps it authenticates by a secret".to_owned()
    } else {
        "the app's keys".to_owned()
    };
    let hint = exam.again_with("--admin-token-file", "FILE");
    Ok(Verdict::failure(exam.told(error).in_place(&what).with_hint(hint)))
}

fn refused(message: String, hint: String) -> Verdict {
    Verdict::failure(CliError::new(Class::ClientRefused, message).with_hint(hint))
}
