//! What a rotation has done so far.

use std::time::{Duration, SystemTime};

use jwk_gen::Thumbprint;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

const VERSION: u32 = 1;

/// A key of a rotation: how assertions name it, and what it is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RotatedKey {
    /// The `kid` under which the org knows it.
    pub kid: String,
    /// The RFC 7638 thumbprint, which decides what is the same key.
    #[serde(with = "as_text")]
    pub thumbprint: Thumbprint,
}

/// The last step that was taken. Times are seconds since 1970.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Everything was found fit; nothing was changed.
    Intended,
    /// The new key is stored here.
    Generated {
        /// The new key.
        new: RotatedKey,
    },
    /// The org has the new key.
    Uploaded {
        /// The new key.
        new: RotatedKey,
    },
    /// The org gives tokens for the new key.
    Verified {
        /// The new key.
        new: RotatedKey,
    },
    /// The new key is the one to sign with.
    Promoted {
        /// The new key.
        new: RotatedKey,
        /// Since when.
        at: u64,
    },
    /// Whatever was signed with the old key has ended.
    Drained {
        /// The new key.
        new: RotatedKey,
    },
    /// The org refuses the old key.
    Deactivated {
        /// The new key.
        new: RotatedKey,
        /// Since when.
        at: u64,
    },
    /// Nobody has missed the old key for long enough.
    Soaked {
        /// The new key.
        new: RotatedKey,
    },
    /// The org has forgotten the old key.
    Deleted {
        /// The new key.
        new: RotatedKey,
    },
    /// Back to the old key.
    Aborting {
        /// The new key, if it was made.
        new: Option<RotatedKey>,
        /// Whether it was signed with, so that it has to drain before it is taken away.
        drains: bool,
    },
}

impl Stage {
    /// The new key, once it is made.
    pub fn new_key(&self) -> Option<&RotatedKey> {
        match self {
            Self::Intended => None,
            Self::Generated { new }
            | Self::Uploaded { new }
            | Self::Verified { new }
            | Self::Promoted { new, .. }
            | Self::Drained { new }
            | Self::Deactivated { new, .. }
            | Self::Soaked { new }
            | Self::Deleted { new } => Some(new),
            Self::Aborting { new, .. } => new.as_ref(),
        }
    }

    /// The word for it, as the journal has it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Generated { .. } => "generated",
            Self::Uploaded { .. } => "uploaded",
            Self::Verified { .. } => "verified",
            Self::Promoted { .. } => "promoted",
            Self::Drained { .. } => "drained",
            Self::Deactivated { .. } => "deactivated",
            Self::Soaked { .. } => "soaked",
            Self::Deleted { .. } => "deleted",
            Self::Aborting { .. } => "aborting",
        }
    }
}

/// Which keys a rotation is about and how far it has come. It holds nothing secret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Journal {
    version: u32,
    /// The app whose key is changed.
    pub app_id: String,
    /// The key that is replaced.
    pub old: RotatedKey,
    /// When it began, in seconds since 1970.
    pub started_at: u64,
    /// How long the old key stays ACTIVE after the new one was promoted, in seconds.
    pub drain_secs: u64,
    /// How long the old key stays INACTIVE before it is deleted, in seconds.
    pub soak_secs: u64,
    /// Whether the old key is in wrong hands, so that tokens got with it are to be revoked.
    #[serde(default)]
    pub compromised: bool,
    /// How far it has come.
    #[serde(rename = "progress")]
    pub stage: Stage,
    /// What a later version has noted, kept as it is.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Journal {
    pub(super) fn new(
        app_id: &str,
        old: RotatedKey,
        now: u64,
        drain: Duration,
        soak: Duration,
    ) -> Self {
        Self {
            version: VERSION,
            app_id: app_id.to_owned(),
            old,
            started_at: now,
            drain_secs: drain.as_secs(),
            soak_secs: soak.as_secs(),
            compromised: false,
            stage: Stage::Intended,
            unknown: Map::new(),
        }
    }

    /// The text of a file, with a checksum.
    pub fn to_text(&self) -> String {
        let body = serde_json::to_string(self).unwrap_or_default();
        format!("{}\n{body}\n", checksum(&body))
    }

    /// Reads what [`Self::to_text`] has written.
    ///
    /// # Errors
    ///
    /// [`DamagedJournal`] for anything else, a part of it above all.
    pub fn parse(text: &str) -> Result<Self, DamagedJournal> {
        let (sum, rest) = text.split_once('\n').ok_or(DamagedJournal)?;
        let body = rest.strip_suffix('\n').ok_or(DamagedJournal)?;
        if checksum(body) != sum {
            return Err(DamagedJournal);
        }
        let journal: Self = serde_json::from_str(body).map_err(|_| DamagedJournal)?;
        if journal.version == VERSION { Ok(journal) } else { Err(DamagedJournal) }
    }

    /// When the old key is deleted, if it only has to soak.
    pub fn soaks_until(&self) -> Option<u64> {
        match self.stage {
            Stage::Deactivated { at, .. } => Some(at.saturating_add(self.soak_secs)),
            _ => None,
        }
    }

    /// The key that was signed with before, while the new one has taken its place and the old one may still be accepted
    /// somewhere.
    pub fn previous(&self) -> Option<&RotatedKey> {
        let is_kept = matches!(self.stage, Stage::Promoted { .. } | Stage::Drained { .. });
        is_kept.then_some(&self.old)
    }
}

/// The journal is not one that this program has written whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the journal of the rotation is damaged, or of a later version")]
pub struct DamagedJournal;

fn checksum(body: &str) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Seconds since 1970; a clock before that stands at its beginning.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A thumbprint as its text.
mod as_text {
    use jwk_gen::Thumbprint;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(it: &Thumbprint, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(it.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Thumbprint, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
