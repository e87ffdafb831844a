//! Changing a client's key without a failed request, whatever happens meanwhile.
//!
//! A rotation adds the successor of a key, proves it with real tokens, makes it the one that is signed with, and takes the old one
//! away step by step: deactivated once nobody signs with it, deleted once nobody misses it. Each step is noted in a [`Journal`]
//! after it was taken, and each can be taken again: what the org and the [`KeyStore`] say decides, the journal only says which
//! keys are meant. So a rotation that was cut off anywhere is resumed or aborted.
//!
//! What holds at every instant:
//!
//! - some key is ACTIVE at the org whose private half is stored here and selected for signing;
//! - the private half is durable before its public half leaves;
//! - only single keys are added, activated, deactivated and deleted; the list is never replaced;
//! - only the two keys of the journal are touched, and one is deleted only while it is INACTIVE.
//!
//! Private keys never come here: the store makes and keeps them, and gives public halves and names.

mod engine;
mod error;
mod journal;
mod ports;
mod preflight;
mod undo;

pub use engine::{Event, Progress, Rotation};
pub use error::RotationError;
pub use journal::{DamagedJournal, Journal, RotatedKey, Stage};
pub use ports::{Closing, KeyStore, ProbeError, TokenProbe};
pub use preflight::Plan;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
