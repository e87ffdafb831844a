//! Client metadata (RFC 7591) as both registration APIs take it, checked.

use serde_json::{Map, Value};

use crate::oauth::{KeyUse, PublicJwk};
use crate::org::{ApplicationType, AuthMethod, ClientKey, ClientSettings, Keys, Status};
use crate::random;
use crate::timestamp::Timestamp;

pub(super) const MOST_KEYS: usize = 50;

const GRANT_TYPES: [&str; 9] = [
    "authorization_code",
    "client_credentials",
    "implicit",
    "interaction_code",
    "password",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];
const RESPONSE_TYPES: [&str; 3] = ["code", "id_token", "token"];

/// A member that breaks a rule. Each API has its own words around this.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Invalid {
    pub(super) field: &'static str,
    pub(super) reason: String,
}

impl Invalid {
    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// Takes the members that the org interprets out of `metadata`; the rest becomes `other`.
///
/// `previous` are the settings that are replaced: keys that stay keep their ids.
pub(super) fn settings(
    mut metadata: Map<String, Value>,
    previous: Option<&ClientSettings>,
    now: Timestamp,
) -> Result<ClientSettings, Invalid> {
    let application_type =
        named(&mut metadata, "application_type")?.unwrap_or(ApplicationType::Web);
    if previous.is_some_and(|it| it.application_type != application_type) {
        return Err(Invalid::new("application_type", "The field can't be changed."));
    }
    let auth_method: AuthMethod = named(&mut metadata, "token_endpoint_auth_method")?
        .unwrap_or(AuthMethod::ClientSecretBasic);
    let grant_types = names(&mut metadata, "grant_types", &GRANT_TYPES, "authorization_code")?;
    let response_types = names(&mut metadata, "response_types", &RESPONSE_TYPES, "code")?;
    match_types(application_type, &grant_types, &response_types)?;
    require_redirect_uris(&metadata, &grant_types)?;
    let settings = ClientSettings {
        application_type,
        auth_method,
        client_secret: secret(&mut metadata, auth_method, previous)?,
        keys: keys(&mut metadata, previous, now)?,
        dpop_bound_access_tokens: flag(&mut metadata, "dpop_bound_access_tokens")?,
        grant_types,
        response_types,
        other: metadata,
    };
    Ok(settings)
}

/// Checks a set that is about to be stored.
pub(super) fn check_key_set(keys: &[ClientKey]) -> Result<(), &'static str> {
    if keys.len() > MOST_KEYS {
        return Err("You have reached the maximum number of keys allowed (50).");
    }
    let kids: Vec<_> = keys.iter().filter_map(|key| key.jwk.kid.as_ref()).collect();
    let repeats = kids.iter().enumerate().any(|(at, kid)| kids[..at].contains(kid));
    if repeats || keys.len() > 1 && kids.len() < keys.len() {
        return Err("All keys in the 'jwks' must have a unique `kid`.");
    }
    let active_encryption_keys = keys
        .iter()
        .filter(|key| key.status == Status::Active && key.jwk.key_use == Some(KeyUse::Enc))
        .count();
    if active_encryption_keys > 1 {
        return Err("The client can have only one active encryption key in the 'jwks'.");
    }
    Ok(())
}

/// One key of a request, with its optional `status`.
pub(super) fn client_key(
    members: &Map<String, Value>,
    now: Timestamp,
) -> Result<ClientKey, String> {
    let status = match members.get("status") {
        None | Some(Value::Null) => Status::Active,
        Some(name) => name
            .as_str()
            .and_then(Status::from_name)
            .ok_or("The 'status' of a key must be 'ACTIVE' or 'INACTIVE'.")?,
    };
    let jwk = PublicJwk::parse(members)?;
    Ok(ClientKey { id: random::id("pks"), jwk, status, created: now, last_updated: now })
}

fn keys(
    metadata: &mut Map<String, Value>,
    previous: Option<&ClientSettings>,
    now: Timestamp,
) -> Result<Keys, Invalid> {
    let (jwks, uri) = (present(metadata, "jwks"), present(metadata, "jwks_uri"));
    match (jwks, uri) {
        (Some(_), Some(_)) => {
            Err(Invalid::new("jwks", "'jwks' and 'jwks_uri' can't both be specified."))
        }
        (None, None) => Ok(Keys::Jwks(Vec::new())),
        (None, Some(uri)) => jwks_uri(&uri).map(Keys::JwksUri),
        (Some(set), None) => {
            let mut keys = key_set(&set, now).map_err(|reason| Invalid::new("jwks", reason))?;
            check_key_set(&keys).map_err(|reason| Invalid::new("jwks", reason))?;
            let stored = previous.map_or(&[][..], |settings| settings.keys.stored());
            keys.iter_mut().for_each(|key| keep_identity(key, stored));
            Ok(Keys::Jwks(keys))
        }
    }
}

fn key_set(set: &Value, now: Timestamp) -> Result<Vec<ClientKey>, String> {
    let keys = set.get("keys").and_then(Value::as_array).filter(|keys| !keys.is_empty());
    keys.ok_or("The JWKSet must contain at least one key.")?
        .iter()
        .map(|key| client_key(key.as_object().ok_or("A key must be a JSON object.")?, now))
        .collect()
}

/// A key that was there before is the same key, not a new one with its members.
fn keep_identity(key: &mut ClientKey, stored: &[ClientKey]) {
    if let Some(same) = stored.iter().find(|old| old.jwk == key.jwk) {
        key.id.clone_from(&same.id);
        key.created = same.created;
    }
}

fn jwks_uri(uri: &Value) -> Result<String, Invalid> {
    let text = uri.as_str().unwrap_or_default();
    let is_url = ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if is_url { Ok(text.to_owned()) } else { Err(Invalid::new("jwks_uri", "The URL is invalid.")) }
}

fn match_types(
    application_type: ApplicationType,
    grant_types: &[String],
    response_types: &[String],
) -> Result<(), Invalid> {
    let has_client_credentials = grant_types.iter().any(|it| it == "client_credentials");
    if application_type != ApplicationType::Service {
        return Ok(());
    }
    if !has_client_credentials || grant_types.iter().any(|it| it == "authorization_code") {
        let reason = "Clients with 'application_type' of 'service' must use 'client_credentials'.";
        return Err(Invalid::new("grant_types", reason));
    }
    if response_types.iter().any(|it| it != "token") {
        let reason = "'response_types' must be 'token' for the grant type 'client_credentials'.";
        return Err(Invalid::new("response_types", reason));
    }
    Ok(())
}

fn require_redirect_uris(
    metadata: &Map<String, Value>,
    grant_types: &[String],
) -> Result<(), Invalid> {
    let needed = grant_types.iter().any(|it| it == "authorization_code" || it == "implicit");
    let some = metadata
        .get("redirect_uris")
        .and_then(Value::as_array)
        .is_some_and(|uris| !uris.is_empty());
    if needed && !some {
        return Err(Invalid::new("redirect_uris", "The field can't be left blank."));
    }
    Ok(())
}

/// A client secret is 14 to 100 printable characters; made here unless chosen.
fn secret(
    metadata: &mut Map<String, Value>,
    auth_method: AuthMethod,
    previous: Option<&ClientSettings>,
) -> Result<Option<String>, Invalid> {
    let chosen = present(metadata, "client_secret");
    if !auth_method.has_secret() {
        return Ok(None);
    }
    let Some(chosen) = chosen else {
        let kept = previous.and_then(|settings| settings.client_secret.clone());
        return Ok(Some(kept.unwrap_or_else(|| random::secret(""))));
    };
    chosen
        .as_str()
        .filter(|it| (14..=100).contains(&it.len()) && it.bytes().all(|b| b.is_ascii_graphic()))
        .map(|it| Some(it.to_owned()))
        .ok_or_else(|| Invalid::new("client_secret", "Must be 14 to 100 printable characters."))
}

fn present(metadata: &mut Map<String, Value>, field: &str) -> Option<Value> {
    metadata.remove(field).filter(|value| !value.is_null())
}

fn flag(metadata: &mut Map<String, Value>, field: &'static str) -> Result<bool, Invalid> {
    match present(metadata, field) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(_) => Err(Invalid::new(field, "Must be true or false.")),
    }
}

fn named<T: serde::de::DeserializeOwned>(
    metadata: &mut Map<String, Value>,
    field: &'static str,
) -> Result<Option<T>, Invalid> {
    present(metadata, field)
        .map(serde_json::from_value)
        .transpose()
        .map_err(|_| Invalid::new(field, "The value is not supported."))
}

fn names(
    metadata: &mut Map<String, Value>,
    field: &'static str,
    known: &[&str],
    default: &str,
) -> Result<Vec<String>, Invalid> {
    let Some(list): Option<Vec<String>> = named(metadata, field)? else {
        return Ok(vec![default.to_owned()]);
    };
    match list.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(list),
        Some(name) => Err(Invalid::new(field, format!("The value '{name}' is not supported."))),
    }
}
