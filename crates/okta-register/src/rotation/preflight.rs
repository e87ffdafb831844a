//! Whether a rotation can begin.

use std::time::Duration;

use jwk_gen::Thumbprint;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::journal::seconds;
use super::{Journal, RotatedKey, Rotation, RotationError};
use crate::RegisteredKey;

/// As many keys as Okta stores for an app.
const MOST_KEYS: usize = 50;

/// A key younger than this that is not ours belongs to a rotation by somebody else.
const RECENT_SECS: u64 = 3600;

/// How a rotation is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Plan {
    /// How long the old key stays ACTIVE after the new one was promoted: longer than any assertion lives, and than it takes
    /// every signer to see the new key.
    pub drain: Duration,
    /// How long the old key stays INACTIVE, when it could still be activated again, before it is deleted.
    pub soak: Duration,
    /// Whether another key that was added within the last hour is no reason to wait.
    pub beside_recent_keys: bool,
    /// Whether the old key is in wrong hands, so that tokens got with it are to be revoked; the journal keeps it.
    pub compromised: bool,
}

impl Default for Plan {
    /// Ten minutes, twice the life of our assertions, and seven days.
    fn default() -> Self {
        Self {
            drain: Duration::from_secs(600),
            soak: Duration::from_secs(7 * 86_400),
            beside_recent_keys: false,
            compromised: false,
        }
    }
}

impl Rotation<'_> {
    /// Looks at everything that can be looked at, and changes nothing.
    pub(super) fn preflight(&self, plan: &Plan) -> Result<Journal, RotationError> {
        if let Some(journal) = self.stored_journal()? {
            return Err(RotationError::UnderWay { stage: journal.stage.as_str() });
        }
        let present = self.present_key()?;
        let keys = self.registrar.keys(self.app)?;
        let old = find_present(&keys, &present)?;
        check_room(&keys)?;
        let now = seconds(self.clock.now());
        if !plan.beside_recent_keys {
            check_alone(&keys, &old, now)?;
        }
        self.probe.token(&present).map_err(RotationError::PresentKeyFails)?;
        let mut journal = Journal::new(self.app.as_str(), old, now, plan.drain, plan.soak);
        journal.compromised = plan.compromised;
        Ok(journal)
    }
}

fn find_present(keys: &[RegisteredKey], present: &Thumbprint) -> Result<RotatedKey, RotationError> {
    if keys.iter().any(|key| key.kid.is_none()) {
        return Err(RotationError::KeyWithoutKid);
    }
    let stored =
        keys.iter().find(|key| key.thumbprint.as_ref() == Some(present) && key.is_active());
    let kid = stored.and_then(|key| key.kid.clone());
    let kid =
        kid.ok_or_else(|| RotationError::PresentKeyUnknown { thumbprint: present.to_string() })?;
    Ok(RotatedKey { kid, thumbprint: present.clone() })
}

fn check_room(keys: &[RegisteredKey]) -> Result<(), RotationError> {
    if keys.len() < MOST_KEYS {
        return Ok(());
    }
    let inactive = keys.iter().filter(|key| !key.is_active());
    let inactive = inactive.filter_map(|key| key.kid.clone()).collect();
    Err(RotationError::TooManyKeys { count: keys.len(), inactive })
}

/// Keys of one machine are told apart by the journal; those of another can only be told by their age.
fn check_alone(keys: &[RegisteredKey], old: &RotatedKey, now: u64) -> Result<(), RotationError> {
    let is_recent = |key: &&RegisteredKey| {
        key.thumbprint.as_ref() != Some(&old.thumbprint)
            && key.is_active()
            && created(key).is_some_and(|at| now.saturating_sub(at) < RECENT_SECS)
    };
    match keys.iter().find(is_recent) {
        Some(key) => {
            Err(RotationError::ForeignRotation { kid: key.kid.clone().unwrap_or_default() })
        }
        None => Ok(()),
    }
}

fn created(key: &RegisteredKey) -> Option<u64> {
    let created = OffsetDateTime::parse(key.created.as_deref()?, &Rfc3339).ok()?;
    u64::try_from(created.unix_timestamp()).ok()
}
