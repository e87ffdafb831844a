//! The JSON of the Apps API, both ways.

use serde_json::{Map, Value, json};

use super::metadata::{self, Invalid};
use crate::context::Context;
use crate::org::{App, AppDocument, ClientKey, ClientSettings, Keys, Status};
use crate::timestamp::Timestamp;

/// Members that the org sets; a body may bring them along from an earlier answer.
const READ_ONLY: [&str; 9] = [
    "id",
    "orn",
    "status",
    "created",
    "lastUpdated",
    "features",
    "_links",
    "_embedded",
    "universalLogout",
];

/// What a body of `POST` or `PUT /api/v1/apps` asks for.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) label: String,
    pub(super) client_id: Option<String>,
    pub(super) client: ClientSettings,
    pub(super) document: AppDocument,
}

impl Draft {
    pub(super) fn parse(
        mut body: Map<String, Value>,
        previous: Option<&App>,
        now: Timestamp,
    ) -> Result<Self, Invalid> {
        body.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
        expect(&mut body, "name", "oidc_client")?;
        expect(&mut body, "signOnMode", "OPENID_CONNECT")?;
        let label = label(&mut body)?;
        let mut credentials = section(&mut body, "credentials")?;
        let mut oauth_credentials = section(&mut credentials, "oauthClient")?;
        let mut settings = section(&mut body, "settings")?;
        let mut client = section(&mut settings, "oauthClient")?;
        if !client.contains_key("grant_types") {
            return Err(Invalid::new("grant_types", "The field can't be left blank."));
        }
        let client_id = client_id(&mut oauth_credentials)?;
        credentials.remove("signing");
        for name in ["token_endpoint_auth_method", "client_secret"] {
            if let Some(value) = oauth_credentials.remove(name) {
                client.insert(name.to_owned(), value);
            }
        }
        Ok(Self {
            label,
            client_id,
            client: metadata::settings(client, previous.map(|app| &app.client), now)?,
            document: AppDocument { top: body, credentials, oauth_credentials, settings },
        })
    }
}

/// A chosen client id has 6 to 100 printable characters.
fn client_id(credentials: &mut Map<String, Value>) -> Result<Option<String>, Invalid> {
    match credentials.remove("client_id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id))
            if (6..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Ok(Some(id))
        }
        Some(_) => Err(Invalid::new("client_id", "Must be 6 to 100 printable characters.")),
    }
}

fn label(body: &mut Map<String, Value>) -> Result<String, Invalid> {
    match body.remove("label") {
        Some(Value::String(label)) if (1..=100).contains(&label.chars().count()) => Ok(label),
        _ => Err(Invalid::new("label", "Must be 1 to 100 characters.")),
    }
}

fn expect(body: &mut Map<String, Value>, field: &'static str, value: &str) -> Result<(), Invalid> {
    if body.remove(field).as_ref().and_then(Value::as_str) == Some(value) {
        return Ok(());
    }
    Err(Invalid::new(field, format!("Must be '{value}': the emulator has OAuth apps only.")))
}

fn section(
    parent: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Map<String, Value>, Invalid> {
    match parent.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(section)) => Ok(section),
        Some(_) => Err(Invalid::new(name, "Must be a JSON object.")),
    }
}

/// An app as the Apps API shows it.
pub(super) fn app_json(app: &App, context: &Context<'_>) -> Value {
    let mut top = merged(
        json!({
            "id": app.id,
            "orn": format!("orn:okta:idp:{}:apps:oidc_client:{}", context.org.id, app.id),
            "name": "oidc_client",
            "label": app.label,
            "status": app.status,
            "created": app.created.iso8601(),
            "lastUpdated": app.last_updated.iso8601(),
            "features": [],
            "signOnMode": "OPENID_CONNECT",
        }),
        &app.document.top,
    );
    top.insert("credentials".to_owned(), credentials_json(app).into());
    top.insert("settings".to_owned(), settings_json(app).into());
    top.insert("_links".to_owned(), links_json(app, context));
    top.into()
}

fn credentials_json(app: &App) -> Map<String, Value> {
    let defaults = json!({ "autoKeyRotation": true, "pkce_required": false });
    let mut oauth = merged(defaults, &app.document.oauth_credentials);
    oauth.insert("client_id".to_owned(), json!(app.client_id));
    oauth.insert("token_endpoint_auth_method".to_owned(), json!(app.client.auth_method));
    if let Some(secret) = &app.client.client_secret {
        oauth.insert("client_secret".to_owned(), json!(secret));
    }
    let mut credentials = merged(json!({ "signing": {} }), &app.document.credentials);
    credentials.insert("oauthClient".to_owned(), oauth.into());
    credentials
}

fn settings_json(app: &App) -> Map<String, Value> {
    let defaults = json!({ "consent_method": "TRUSTED", "issuer_mode": "ORG_URL" });
    let mut oauth = merged(defaults, &app.client.other);
    oauth.insert("application_type".to_owned(), json!(app.client.application_type));
    oauth.insert("grant_types".to_owned(), json!(app.client.grant_types));
    oauth.insert("response_types".to_owned(), json!(app.client.response_types));
    oauth.insert("dpop_bound_access_tokens".to_owned(), json!(app.client.dpop_bound_access_tokens));
    match &app.client.keys {
        Keys::Jwks(keys) if keys.is_empty() => {}
        Keys::Jwks(keys) => {
            let keys: Vec<_> = keys.iter().map(embedded_key_json).collect();
            oauth.insert("jwks".to_owned(), json!({ "keys": keys }));
        }
        Keys::JwksUri(uri) => {
            oauth.insert("jwks_uri".to_owned(), json!(uri));
        }
    }
    let mut settings = merged(json!({ "app": {} }), &app.document.settings);
    settings.insert("oauthClient".to_owned(), oauth.into());
    settings
}

fn links_json(app: &App, context: &Context<'_>) -> Value {
    let url = context.url(&format!("/api/v1/apps/{}", app.id));
    let (change, lifecycle) = match app.status {
        Status::Active => ("deactivate", format!("{url}/lifecycle/deactivate")),
        Status::Inactive => ("activate", format!("{url}/lifecycle/activate")),
    };
    json!({
        change: { "href": lifecycle },
        "clientCredentials": [{ "name": "jwks", "href": format!("{url}/credentials/jwks") }],
    })
}

/// A key inside an app; unlike the keys API this has no dates.
fn embedded_key_json(key: &ClientKey) -> Value {
    Value::Object(merged(json!(key.jwk), &key_identity(key)))
}

/// A key as the keys API shows it.
pub(super) fn key_json(key: &ClientKey, app_id: &str, context: &Context<'_>) -> Value {
    let mut json = merged(json!(key.jwk), &key_identity(key));
    json.insert("created".to_owned(), json!(key.created.iso8601()));
    json.insert("lastUpdated".to_owned(), json!(key.last_updated.iso8601()));
    let url = context.url(&format!("/api/v1/apps/{app_id}/credentials/jwks/{}", key.id));
    let post = |action| json!({ "href": format!("{url}/lifecycle/{action}"), "hints": { "allow": ["POST"] } });
    let links = match key.status {
        Status::Active => json!({ "deactivate": post("deactivate") }),
        Status::Inactive => json!({
            "activate": post("activate"),
            "delete": { "href": url, "hints": { "allow": ["DELETE"] } },
        }),
    };
    json.insert("_links".to_owned(), links);
    json.into()
}

fn key_identity(key: &ClientKey) -> Map<String, Value> {
    [("id".to_owned(), json!(key.id)), ("status".to_owned(), json!(key.status))]
        .into_iter()
        .collect()
}

fn merged(defaults: Value, over: &Map<String, Value>) -> Map<String, Value> {
    let mut members = match defaults {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.extend(over.clone());
    members
}
