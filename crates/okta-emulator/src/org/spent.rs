//! Identifiers that may be used once: `jti` of assertions and of DPoP proofs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::token::digest;
use crate::timestamp::Timestamp;

/// Only digests are kept, each until what it belonged to would be refused as too old.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct SpentIds(BTreeMap<String, i64>);

impl SpentIds {
    /// Notes an id, named by its parts; false if it had been used before.
    #[must_use]
    pub(crate) fn spend(&mut self, parts: &[&str], until: i64) -> bool {
        self.0.insert(digest(parts), until).is_none()
    }

    pub(super) fn forget_expired(&mut self, now: Timestamp) {
        self.0.retain(|_, until| *until >= now.seconds());
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn an_id_counts_once_until_it_is_forgotten() {
        let mut spent = SpentIds::default();
        assert!(spent.spend(&["client", "a"], 100));
        assert!(!spent.spend(&["client", "a"], 100));
        assert!(spent.spend(&["clienta", ""], 100), "parts do not run together");
        spent.forget_expired(Timestamp::from(UNIX_EPOCH + Duration::from_secs(101)));
        assert!(spent.spend(&["client", "a"], 200));
    }
}
