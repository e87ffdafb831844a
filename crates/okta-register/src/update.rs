//! Changing an app that exists: Okta replaces it as a whole, so everything that is not meant is read and sent back.

use okta_http::Method;
use serde_json::{Map, Value};

use crate::metadata::{AUTH_METHOD, SentKeys};
use crate::service_app::check_label;
use crate::{AppId, InvalidServiceApp, KeySource, RegisterError, Registrar};

/// What is to be different about an app.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppChange {
    label: Option<String>,
    keys: Option<KeySource>,
    dpop_bound: Option<bool>,
}

impl AppChange {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another label.
    ///
    /// # Errors
    ///
    /// [`InvalidServiceApp`], as for a new app.
    pub fn with_label(mut self, label: impl Into<String>) -> Result<Self, InvalidServiceApp> {
        let label = label.into();
        check_label(&label)?;
        self.label = Some(label);
        Ok(self)
    }

    /// Other keys, or another place of them, in the stead of all that the app has.
    ///
    /// # Errors
    ///
    /// [`InvalidServiceApp`], as for a new app.
    pub fn with_keys(mut self, keys: KeySource) -> Result<Self, InvalidServiceApp> {
        crate::service_app::check_keys(&keys)?;
        self.keys = Some(keys);
        Ok(self)
    }

    /// Whether token requests must carry a DPoP proof.
    #[must_use]
    pub fn with_dpop_bound(mut self, dpop_bound: bool) -> Self {
        self.dpop_bound = Some(dpop_bound);
        self
    }
}

/// An app as it was read and as it is to be. Nothing is changed yet.
#[derive(Clone, Debug)]
pub struct PlannedUpdate {
    app: AppId,
    before: Value,
    after: Value,
    losses: Vec<String>,
}

impl PlannedUpdate {
    /// Whether there is anything to change.
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }

    /// What the org deletes for good, in words; it cannot be read again.
    pub fn losses(&self) -> &[String] {
        &self.losses
    }
}

impl Registrar {
    /// Reads an app and works out what it would be after `change`.
    ///
    /// # Errors
    ///
    /// [`RegisterError::UnexpectedAnswer`] if the app is no OAuth client.
    pub fn plan_update(
        &self,
        app: &AppId,
        change: &AppChange,
    ) -> Result<PlannedUpdate, RegisterError> {
        let before = self.whole_app(app)?;
        let mut after = before.clone();
        let losses = apply(&mut after, change)?;
        Ok(PlannedUpdate { app: app.clone(), before, after, losses })
    }

    /// Carries a change out, unless the app has become another one since it was read.
    ///
    /// # Errors
    ///
    /// [`RegisterError::Conflict`] if it has, and nothing was changed; [`RegisterError::UnexpectedAnswer`] if the org did not do
    /// what was asked.
    pub fn update(&self, planned: &PlannedUpdate) -> Result<(), RegisterError> {
        if !planned.is_change() {
            return Ok(());
        }
        let app = &planned.app;
        if without_date(self.whole_app(app)?) != without_date(planned.before.clone()) {
            return Err(RegisterError::Conflict { app_id: app.clone() });
        }
        let path = format!("/api/v1/apps/{app}");
        let sent = without_read_only(planned.after.clone());
        let build = || self.request(Method::Put, &path).with_json(&sent);
        let response = self.send("replace an app", build)?;
        let answer: Value = response.json().map_err(RegisterError::Http)?;
        match difference(&planned.after, &answer) {
            None => Ok(()),
            Some(member) => Err(RegisterError::UnexpectedAnswer {
                what: format!("`{member}` is not what was sent"),
                app_id: Some(app.clone()),
            }),
        }
    }

    fn whole_app(&self, app: &AppId) -> Result<Value, RegisterError> {
        self.get("read an app", &format!("/api/v1/apps/{app}"))
    }
}

fn apply(app: &mut Value, change: &AppChange) -> Result<Vec<String>, RegisterError> {
    let mut losses = Vec::new();
    if let Some(label) = &change.label {
        app["label"] = label.as_str().into();
    }
    let client = section(app, "settings")?;
    if let Some(dpop_bound) = change.dpop_bound {
        client.insert("dpop_bound_access_tokens".to_owned(), dpop_bound.into());
    }
    if let Some(keys) = &change.keys {
        losses.extend(lost_keys(client, keys));
        put_keys(client, keys)?;
        let credentials = section(app, "credentials")?;
        let method = credentials.get("token_endpoint_auth_method").and_then(Value::as_str);
        if method.is_some_and(|method| method != AUTH_METHOD) {
            losses
                .push("the client's secrets, because it is to authenticate by its keys".to_owned());
        }
        credentials.insert("token_endpoint_auth_method".to_owned(), AUTH_METHOD.into());
    }
    Ok(losses)
}

/// The stored keys that are not among the new ones.
fn lost_keys(client: &Map<String, Value>, keys: &KeySource) -> Option<String> {
    let stored = client.get("jwks")?.get("keys")?.as_array()?;
    let kept = |key: &&Value| match keys {
        KeySource::Jwks(set) => set.iter().any(|new| {
            let kid = crate::metadata::sent_kid(new);
            key.get("kid").and_then(Value::as_str) == Some(kid.as_str())
        }),
        KeySource::JwksUri(_) => false,
    };
    let lost: Vec<_> = stored
        .iter()
        .filter(|key| !kept(key))
        .map(|key| key.get("kid").and_then(Value::as_str).unwrap_or("(no kid)").to_owned())
        .collect();
    (!lost.is_empty()).then(|| format!("the stored keys {}", lost.join(", ")))
}

fn put_keys(client: &mut Map<String, Value>, keys: &KeySource) -> Result<(), RegisterError> {
    let sent = serde_json::to_value(SentKeys::new(keys));
    let Ok(Value::Object(sent)) = sent else {
        return Err(RegisterError::unexpected("the keys cannot be written"));
    };
    client.retain(|name, _| !matches!(name.as_str(), "jwks" | "jwks_uri"));
    client.extend(sent);
    Ok(())
}

fn section<'a>(
    app: &'a mut Value,
    name: &str,
) -> Result<&'a mut Map<String, Value>, RegisterError> {
    let section = app.get_mut(name).and_then(|it| it.get_mut("oauthClient"));
    section
        .and_then(Value::as_object_mut)
        .ok_or_else(|| RegisterError::unexpected("the app is no OAuth client"))
}

/// The date of the last change says nothing about what was changed.
fn without_date(mut app: Value) -> Value {
    if let Some(members) = app.as_object_mut() {
        members.remove("lastUpdated");
    }
    app
}

/// What the org alone says about an app (`readOnly` in Okta's OpenAPI document) is no part of what is sent.
fn without_read_only(mut app: Value) -> Value {
    let read_only =
        ["id", "orn", "status", "created", "lastUpdated", "features", "_embedded", "_links"];
    if let Some(members) = app.as_object_mut() {
        members.retain(|name, _| !read_only.contains(&name.as_str()));
    }
    if let Some(settings) = app.get_mut("settings").and_then(Value::as_object_mut) {
        settings.remove("emOptInStatus");
    }
    let keys = app.pointer_mut("/settings/oauthClient/jwks/keys").and_then(Value::as_array_mut);
    for key in keys.into_iter().flatten().filter_map(Value::as_object_mut) {
        key.retain(|name, _| !["id", "created", "lastUpdated", "_links"].contains(&name.as_str()));
    }
    app
}

/// The first of the members that can be changed here in which the answer differs.
fn difference(sent: &Value, answer: &Value) -> Option<&'static str> {
    let kids = |app: &Value| {
        let keys = app.pointer("/settings/oauthClient/jwks/keys").and_then(Value::as_array);
        keys.map(|keys| keys.iter().map(|key| key["kid"].clone()).collect::<Vec<_>>())
    };
    let members = [
        ("label", "/label"),
        ("dpop_bound_access_tokens", "/settings/oauthClient/dpop_bound_access_tokens"),
        ("jwks_uri", "/settings/oauthClient/jwks_uri"),
    ];
    let differs = |pointer: &str| {
        sent.pointer(pointer).is_some_and(|sent| answer.pointer(pointer) != Some(sent))
    };
    let member = members.into_iter().find(|(_, pointer)| differs(pointer)).map(|(name, _)| name);
    member.or_else(|| (kids(sent) != kids(answer)).then_some("jwks"))
}

#[cfg(test)]
mod tests;
