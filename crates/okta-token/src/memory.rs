//! What is remembered of a client between runs: DPoP, the clock, and when not to ask.

use std::sync::Arc;
use std::time::Duration;

use jwt_sign::DpopKey;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::client::TokenClient;
use crate::dpop::DpopMemory;
use crate::entry::millis;
use crate::error::{FailureKind, TokenError};

/// The memory of one client and one set of scopes, at rest beside its token. What goes for all sets is kept once more, for
/// a set that is new.
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientMemory {
    dpop_demanded: bool,
    dpop_jwk: Option<String>,
    dpop_nonce: Option<String>,
    clock_offset: Option<i64>,
    failure: Option<LastFailure>,
}

/// The last failure, until a success. Its times are those of one boot only.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastFailure {
    #[zeroize(skip)]
    kind: FailureKind,
    message: String,
    boot_id: Option<String>,
    at_ms: u64,
    not_before_ms: u64,
    pub(crate) strikes: u32,
}

impl LastFailure {
    pub(crate) fn new(
        error: &TokenError,
        boot_id: Option<&str>,
        at: Duration,
        pause: Duration,
        strikes: u32,
    ) -> Self {
        Self {
            kind: FailureKind::of(error),
            message: error.to_string(),
            boot_id: boot_id.map(str::to_owned),
            at_ms: millis(at),
            not_before_ms: millis(at.saturating_add(pause)),
            strikes,
        }
    }

    /// Whether it happened after `began`, so that who has waited since then shares it.
    pub(crate) fn is_since(&self, began: Duration, boot_id: Option<&str>) -> bool {
        self.is_of(boot_id) && self.at_ms > millis(began)
    }

    /// How long it is too early to ask again.
    pub(crate) fn pause_left(&self, now: Duration, boot_id: Option<&str>) -> Duration {
        if !self.is_of(boot_id) {
            return Duration::ZERO;
        }
        Duration::from_millis(self.not_before_ms.saturating_sub(millis(now)))
    }

    pub(crate) fn is_rate_limit(&self) -> bool {
        self.kind == FailureKind::RateLimited
    }

    /// The failure for a process that did not meet it itself.
    pub(crate) fn to_error(&self, retry_after: Duration) -> TokenError {
        TokenError::FailedElsewhere { kind: self.kind, message: self.message.clone(), retry_after }
    }

    fn is_of(&self, boot_id: Option<&str>) -> bool {
        boot_id.is_some() && self.boot_id.as_deref() == boot_id
    }
}

impl ClientMemory {
    /// What `client` knows now.
    pub(crate) fn of(client: &TokenClient, failure: Option<LastFailure>) -> Self {
        let dpop = client.dpop_memory();
        Self {
            dpop_demanded: dpop.is_demanded,
            dpop_jwk: dpop.key.map(|key| key.expose_jwk().as_str().to_owned()),
            dpop_nonce: dpop.nonce,
            clock_offset: client.clock_offset(),
            failure,
        }
    }

    /// Tells it to `client`, unless the client knows better already.
    pub(crate) fn recall(&self, client: &TokenClient) {
        if let (None, Some(offset)) = (client.clock_offset(), self.clock_offset) {
            client.recall_clock_offset(offset);
        }
        let key = self.dpop_jwk.as_deref().and_then(|jwk| DpopKey::parse(jwk).ok());
        let Some(key) = key else { return };
        let known = client.dpop_memory();
        let is_same = known.key.as_ref().is_some_and(|it| it.thumbprint() == key.thumbprint());
        let key = if is_same { known.key } else { Some(Arc::new(key)) };
        client.recall_dpop(DpopMemory {
            is_demanded: known.is_demanded || self.dpop_demanded,
            key,
            nonce: known.nonce.or_else(|| self.dpop_nonce.clone()),
        });
    }

    /// The part that goes for all sets of scopes, if there is a key for all their tokens.
    pub(crate) fn of_client(&self) -> Option<Self> {
        let mut memory = Some(self.clone()).filter(|it| it.dpop_jwk.is_some())?;
        memory.failure = None;
        Some(memory)
    }

    pub(crate) fn failure(&self) -> Option<&LastFailure> {
        self.failure.as_ref()
    }
}
