//! Everything the org remembers. Nothing here contains the org's URL, so that a state file
//! may be served on another port.

mod app;
mod directory;
mod spent;
mod token;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use app::{
    Actor, App, AppDocument, ApplicationType, AuthMethod, ClientKey, ClientSettings, Grant, Keys,
    RoleAssignment, Status,
};
pub(crate) use directory::{CUSTOM_ROLES, GROUPS, Group, RESOURCE_SETS, USERS, User};
pub(crate) use spent::SpentIds;
pub(crate) use token::{AuthServer, IssuedToken, digest};

use crate::oauth::DpopNonces;
use crate::random;
use crate::timestamp::Timestamp;

/// The id of the administrator to whom the API token belongs.
pub(crate) const ADMIN_ID: &str = "00uEmuAdmin000000001";

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Org {
    pub(crate) id: String,
    pub(crate) admin_token: String,
    /// When the org was made; the dates of its built-in users, groups and roles.
    pub(crate) created: Timestamp,
    next_sequence: u64,
    apps: Vec<App>,
    /// By digest, so that a state file gives nobody a token.
    tokens: BTreeMap<String, IssuedToken>,
    pub(crate) spent: SpentIds,
    pub(crate) dpop_nonces: DpopNonces,
}

impl Org {
    /// A fresh org with its own API token.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            id: random::id("00o"),
            // Okta's API tokens begin with `00`.
            admin_token: random::secret("00"),
            created: now,
            next_sequence: 1,
            apps: Vec::new(),
            tokens: BTreeMap::new(),
            spent: SpentIds::default(),
            dpop_nonces: DpopNonces::default(),
        }
    }

    /// All apps, oldest first.
    pub(crate) fn apps(&self) -> &[App] {
        &self.apps
    }

    pub(crate) fn app(&self, id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }

    pub(crate) fn app_mut(&mut self, id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id)
    }

    pub(crate) fn client(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    pub(crate) fn client_mut(&mut self, client_id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.client_id == client_id)
    }

    pub(crate) fn add_app(&mut self, mut app: App) {
        app.sequence = self.next_sequence;
        self.next_sequence += 1;
        self.apps.push(app);
    }

    /// Removes an app; its tokens die with it.
    pub(crate) fn remove_app(&mut self, id: &str) {
        if let Some(position) = self.apps.iter().position(|app| app.id == id) {
            let app = self.apps.remove(position);
            self.revoke_tokens_of(&app.client_id);
        }
    }

    /// Kills the tokens of a client for good: activating it again brings none back.
    pub(crate) fn revoke_tokens_of(&mut self, client_id: &str) {
        for token in self.tokens.values_mut().filter(|token| token.client_id == client_id) {
            token.revoked = true;
        }
    }

    pub(crate) fn add_token(&mut self, secret: &str, token: IssuedToken) {
        self.tokens.insert(digest(&[secret]), token);
    }

    pub(crate) fn token(&self, secret: &str) -> Option<&IssuedToken> {
        self.tokens.get(&digest(&[secret]))
    }

    pub(crate) fn token_mut(&mut self, secret: &str) -> Option<&mut IssuedToken> {
        self.tokens.get_mut(&digest(&[secret]))
    }

    /// Drops what can no longer matter, so that a long-lived org does not grow without end.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) {
        const REMEMBERED_AFTER_EXPIRY: i64 = 24 * 3600;
        self.spent.forget_expired(now);
        self.tokens.retain(|_, token| token.expires + REMEMBERED_AFTER_EXPIRY > now.seconds());
    }
}
