//! Why a rotation stands still, by what to do next.

use okta_http::BoxError;

use super::ProbeError;
use crate::RegisterError;

/// Why a rotation did not go on. Unless said otherwise it can be resumed, and aborted, as soon as the cause is gone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotationError {
    /// There is a rotation that was not finished; resume or abort it first.
    #[error("a rotation of this key is under way, and has come to `{stage}`")]
    UnderWay {
        /// How far it has come.
        stage: &'static str,
    },
    /// There is nothing to resume or abort.
    #[error("no rotation of this key is under way")]
    NothingUnderWay,
    /// The journal is about another app than the one that was named.
    #[error("the rotation that is under way is that of app `{app_id}`")]
    OtherApp {
        /// The app of the journal.
        app_id: String,
    },
    /// The key that is signed with now does not work, so that nothing would tell a broken successor from it. Nothing was changed.
    #[error("the present key gets no token")]
    PresentKeyFails(#[source] ProbeError),
    /// The org has no ACTIVE key with this thumbprint. Nothing was changed.
    #[error("the org has no active key with the thumbprint `{thumbprint}` of the present key")]
    PresentKeyUnknown {
        /// The thumbprint of the present key.
        thumbprint: String,
    },
    /// Okta adds no second key beside one without a `kid`. Nothing was changed.
    #[error("a key of the app has no `kid`, and Okta adds no other key beside it")]
    KeyWithoutKid,
    /// The app has as many keys as Okta allows. Nothing was changed.
    #[error("the app has {count} keys, as many as Okta allows; INACTIVE are: {}", listed(inactive))]
    TooManyKeys {
        /// How many.
        count: usize,
        /// The `kid`s of those that could be deleted.
        inactive: Vec<String>,
    },
    /// Another key was added within the last hour, by somebody else's rotation it seems. Nothing was changed.
    #[error(
        "key `{kid}` was added within the last hour, which looks like another rotation of this app"
    )]
    ForeignRotation {
        /// The `kid` of that key.
        kid: String,
    },
    /// The `kid` is taken by a key of other material. Nothing was deleted.
    #[error("the org has another key under the `kid` `{kid}`")]
    KidTaken {
        /// The `kid`.
        kid: String,
    },
    /// The server did not accept the new key in time. The rotation was undone and the old key is in place.
    #[error("the new key was not accepted within {secs} s, and everything is as before")]
    NotAccepted {
        /// How long it was tried, in seconds.
        secs: u64,
        /// What the server said last.
        #[source]
        source: ProbeError,
    },
    /// There was no answer to tell whether the new key works.
    #[error("whether the new key works is not known")]
    NotVerified(#[source] ProbeError),
    /// The file of the key was changed by somebody else.
    #[error("the key that is signed with is neither the old nor the new one, but `{thumbprint}`")]
    ForeignKey {
        /// The thumbprint of the key that is there.
        thumbprint: String,
    },
    /// This machine has signed with the old key after the new one was promoted. Nothing was changed.
    #[error("the old key was still signed with {secs} s ago")]
    StillUsed {
        /// How long ago, in seconds.
        secs: u64,
    },
    /// The org no longer has the new key, or it is not ACTIVE. The old one was left as it is.
    #[error("the org has no active key `{kid}` any more, which was to be the new one")]
    NewKeyGone {
        /// Its `kid`.
        kid: String,
    },
    /// After the old key was deactivated the new one got no token. The old one was activated again.
    #[error("the new key gets no token without the old one, which was activated again")]
    NewKeyFails(#[source] ProbeError),
    /// Somebody has activated the old key again. It was not deleted.
    #[error("key `{kid}` is active again, and is not deleted")]
    OldKeyActive {
        /// Its `kid`.
        kid: String,
    },
    /// The old key was deleted, so there is no way back; the rotation can only be resumed.
    #[error("the old key is deleted, and there is no way back")]
    NotReversible,
    /// The org did not do what was asked.
    #[error(transparent)]
    Org(#[from] RegisterError),
    /// A key or the journal could not be read or written on this machine.
    #[error("the key store failed")]
    Store(#[source] BoxError),
}

fn listed(kids: &[String]) -> String {
    if kids.is_empty() { "none".to_owned() } else { kids.join(", ") }
}
