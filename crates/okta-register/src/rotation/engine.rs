//! The way forward, step by step.

use std::fmt;
use std::time::Duration;

use jwk_gen::Thumbprint;
use okta_http::Clock;

use super::journal::seconds;
use super::{
    Closing, Journal, KeyStore, Plan, ProbeError, RotatedKey, RotationError, Stage, TokenProbe,
};
use crate::metadata::sent_kid;
use crate::{AppId, RegisteredKey, Registrar, StoredKeyId};

/// One success may come from the one node of the org that knows the key already.
const PROOFS: u32 = 3;
const BETWEEN_PROOFS: Duration = Duration::from_secs(2);
const LONGEST_PROOF: Duration = Duration::from_secs(120);

/// How much of the drain is left at least when a rotation is taken up again.
const SHORTEST_REST: Duration = Duration::from_secs(60);
/// How often a wait tells that it goes on.
const SLICE: Duration = Duration::from_secs(1);

/// What a rotation came to.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// The new key has replaced the old one, which is gone.
    Finished {
        /// The new key.
        new: RotatedKey,
    },
    /// The new key works and the old one is INACTIVE; it is deleted by resuming after this time, in seconds since 1970.
    Soaking {
        /// The new key.
        new: RotatedKey,
        /// When the old key may be deleted.
        until: u64,
    },
    /// The old key is in place as before.
    Aborted,
}

/// What happens during a rotation, for people to see.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A step was taken and noted.
    Reached(&'a Journal),
    /// The new key was not accepted yet.
    NotYet(&'a ProbeError),
    /// The old key drains for so much longer.
    Draining(Duration),
}

/// The rotation of the key of one app. Whoever holds the store's lock may do it.
pub struct Rotation<'a> {
    pub(super) registrar: &'a Registrar,
    pub(super) app: &'a AppId,
    pub(super) store: &'a mut dyn KeyStore,
    pub(super) probe: &'a dyn TokenProbe,
    pub(super) clock: &'a dyn Clock,
    pub(super) observer: &'a mut dyn FnMut(&Event<'_>),
    /// Whether the old key may drain for less, because this process saw the promotion.
    promoted_here: bool,
}

impl<'a> Rotation<'a> {
    /// A rotation that has not begun. `observer` is told each step.
    pub fn new(
        registrar: &'a Registrar,
        app: &'a AppId,
        store: &'a mut dyn KeyStore,
        probe: &'a dyn TokenProbe,
        clock: &'a dyn Clock,
        observer: &'a mut dyn FnMut(&Event<'_>),
    ) -> Self {
        Self { registrar, app, store, probe, clock, observer, promoted_here: false }
    }

    /// Finds out whether a rotation could begin, and changes nothing.
    ///
    /// # Errors
    ///
    /// [`RotationError`], as [`Self::start`] would end with.
    pub fn check(&self, plan: &Plan) -> Result<Journal, RotationError> {
        self.preflight(plan)
    }

    /// Begins a rotation and goes on until the old key soaks, or to the end.
    ///
    /// # Errors
    ///
    /// [`RotationError`]; what was done is in the journal.
    pub fn start(&mut self, plan: &Plan) -> Result<Progress, RotationError> {
        let journal = self.preflight(plan)?;
        self.keep(&journal)?;
        self.run(journal)
    }

    /// Goes on with the rotation that is under way, or with undoing it if that was begun.
    ///
    /// # Errors
    ///
    /// [`RotationError`]; what was done is in the journal.
    pub fn resume(&mut self) -> Result<Progress, RotationError> {
        let journal = self.journal_of_this_app()?;
        self.run(journal)
    }

    fn run(&mut self, mut journal: Journal) -> Result<Progress, RotationError> {
        loop {
            journal.stage = match journal.stage.clone() {
                Stage::Intended => self.generate(&journal)?,
                Stage::Generated { new } => self.upload(new)?,
                Stage::Uploaded { new } => match self.verify(&new) {
                    Err(error @ RotationError::NotAccepted { .. }) => {
                        self.undo(journal)?;
                        return Err(error);
                    }
                    verified => verified.map(|()| Stage::Verified { new })?,
                },
                Stage::Verified { new } => self.promote(&journal, new)?,
                Stage::Promoted { new, at } => {
                    self.drain(&journal, at);
                    Stage::Drained { new }
                }
                Stage::Drained { new } => self.deactivate(&journal, new)?,
                Stage::Deactivated { new, at } => {
                    let until = at.saturating_add(journal.soak_secs);
                    if seconds(self.clock.now()) < until {
                        return Ok(Progress::Soaking { new, until });
                    }
                    Stage::Soaked { new }
                }
                Stage::Soaked { new } => self.delete(&journal, new)?,
                Stage::Deleted { new } => return self.retire(&journal, new),
                Stage::Aborting { .. } => return self.undo(journal),
            };
            self.keep(&journal)?;
        }
    }

    fn generate(&mut self, journal: &Journal) -> Result<Stage, RotationError> {
        let public = self.store.generate(&journal.old.thumbprint).map_err(RotationError::Store)?;
        let kid = sent_kid(&public).as_str().to_owned();
        Ok(Stage::Generated { new: RotatedKey { kid, thumbprint: public.thumbprint() } })
    }

    /// Lists first: an upload whose answer was lost is adopted.
    fn upload(&mut self, new: RotatedKey) -> Result<Stage, RotationError> {
        let keys = self.registrar.keys(self.app)?;
        match keys.iter().find(|key| key.kid.as_deref() == Some(new.kid.as_str())) {
            Some(key) if key.thumbprint.as_ref() != Some(&new.thumbprint) => {
                return Err(RotationError::KidTaken { kid: new.kid });
            }
            Some(key) if key.is_active() => {}
            Some(key) => self.registrar.activate_key(self.app, id_of(key)?)?,
            None => {
                let public = self.store.public(&new.thumbprint).map_err(RotationError::Store)?;
                let public = public.ok_or_else(|| lost(&new))?;
                self.registrar.add_key(self.app, &public)?;
            }
        }
        Ok(Stage::Uploaded { new })
    }

    fn verify(&mut self, new: &RotatedKey) -> Result<(), RotationError> {
        let start = self.clock.elapsed();
        let mut proofs = 0;
        loop {
            let last = match self.probe.token(&new.thumbprint) {
                Ok(()) if proofs + 1 == PROOFS => return Ok(()),
                Ok(()) => {
                    proofs += 1;
                    None
                }
                Err(error) => {
                    proofs = 0;
                    (self.observer)(&Event::NotYet(&error));
                    Some(error)
                }
            };
            if self.clock.elapsed().saturating_sub(start) >= LONGEST_PROOF
                && let Some(source) = last
            {
                let secs = LONGEST_PROOF.as_secs();
                return Err(match source {
                    ProbeError::Refused(_) => RotationError::NotAccepted { secs, source },
                    ProbeError::Failed(_) => RotationError::NotVerified(source),
                });
            }
            self.clock.sleep(BETWEEN_PROOFS);
        }
    }

    fn promote(&mut self, journal: &Journal, new: RotatedKey) -> Result<Stage, RotationError> {
        let present = self.present_key()?;
        if present != new.thumbprint && present != journal.old.thumbprint {
            return Err(RotationError::ForeignKey { thumbprint: present.to_string() });
        }
        // The org may have lost the key since it was verified; then the old one is the better one.
        self.require_active(&new)?;
        self.store.promote(&new.thumbprint).map_err(RotationError::Store)?;
        self.promoted_here = true;
        Ok(Stage::Promoted { new, at: seconds(self.clock.now()) })
    }

    fn drain(&mut self, journal: &Journal, promoted_at: u64) {
        let drain = Duration::from_secs(journal.drain_secs);
        let passed = seconds(self.clock.now()).checked_sub(promoted_at);
        let mut rest = drain.saturating_sub(Duration::from_secs(passed.unwrap_or(0)));
        if !self.promoted_here {
            // The wall clock may have been set while nobody looked.
            rest = rest.max(SHORTEST_REST.min(drain));
        }
        self.wait(rest);
    }

    pub(super) fn wait(&mut self, mut rest: Duration) {
        while !rest.is_zero() {
            (self.observer)(&Event::Draining(rest));
            self.clock.sleep(SLICE.min(rest));
            rest = rest.saturating_sub(SLICE);
        }
    }

    fn deactivate(&mut self, journal: &Journal, new: RotatedKey) -> Result<Stage, RotationError> {
        let keys = self.require_active(&new)?;
        let present = self.present_key()?;
        if present != new.thumbprint {
            return Err(RotationError::ForeignKey { thumbprint: present.to_string() });
        }
        if let Some(old) = keys.iter().find(|key| is_key(key, &journal.old)) {
            if old.is_active() {
                self.check_unused(journal)?;
                self.registrar.deactivate_key(self.app, id_of(old)?)?;
            }
            self.prove_alone(&new, id_of(old)?)?;
        }
        Ok(Stage::Deactivated { new, at: seconds(self.clock.now()) })
    }

    /// A use shortly before the end of the drain is one too many: its assertion may not have ended.
    fn check_unused(&self, journal: &Journal) -> Result<(), RotationError> {
        let Some(last) = self.probe.last_use(&journal.old.thumbprint).map(seconds) else {
            return Ok(());
        };
        let secs = seconds(self.clock.now()).saturating_sub(last);
        // Uses before the promotion are older than the whole drain.
        if secs < journal.drain_secs { Err(RotationError::StillUsed { secs }) } else { Ok(()) }
    }

    /// A token without the old key, or the old key back.
    fn prove_alone(&mut self, new: &RotatedKey, old: &StoredKeyId) -> Result<(), RotationError> {
        let mut outcome = self.probe.token(&new.thumbprint);
        for _ in 1..PROOFS {
            if let Err(error) = &outcome {
                (self.observer)(&Event::NotYet(error));
                self.clock.sleep(BETWEEN_PROOFS);
                outcome = self.probe.token(&new.thumbprint);
            }
        }
        let Err(error) = outcome else { return Ok(()) };
        self.registrar.activate_key(self.app, old)?;
        Err(RotationError::NewKeyFails(error))
    }

    fn delete(&mut self, journal: &Journal, new: RotatedKey) -> Result<Stage, RotationError> {
        let keys = self.require_active(&new)?;
        if let Some(old) = keys.iter().find(|key| is_key(key, &journal.old)) {
            if old.is_active() {
                return Err(RotationError::OldKeyActive { kid: journal.old.kid.clone() });
            }
            self.registrar.delete_key(self.app, id_of(old)?)?;
        }
        Ok(Stage::Deleted { new })
    }

    fn retire(&mut self, journal: &Journal, new: RotatedKey) -> Result<Progress, RotationError> {
        self.store.forget(&journal.old.thumbprint).map_err(RotationError::Store)?;
        self.store.close(journal, Closing::Finished).map_err(RotationError::Store)?;
        Ok(Progress::Finished { new })
    }

    /// The keys of the app, of which `new` is an ACTIVE one.
    fn require_active(&self, new: &RotatedKey) -> Result<Vec<RegisteredKey>, RotationError> {
        let keys = self.registrar.keys(self.app)?;
        if keys.iter().any(|key| is_key(key, new) && key.is_active()) {
            return Ok(keys);
        }
        Err(RotationError::NewKeyGone { kid: new.kid.clone() })
    }

    pub(super) fn present_key(&self) -> Result<Thumbprint, RotationError> {
        self.store.current().map_err(RotationError::Store)
    }

    pub(super) fn keep(&mut self, journal: &Journal) -> Result<(), RotationError> {
        self.store.keep(journal).map_err(RotationError::Store)?;
        (self.observer)(&Event::Reached(journal));
        Ok(())
    }

    pub(super) fn stored_journal(&self) -> Result<Option<Journal>, RotationError> {
        self.store.journal().map_err(RotationError::Store)
    }

    pub(super) fn journal_of_this_app(&self) -> Result<Journal, RotationError> {
        let journal = self.stored_journal()?.ok_or(RotationError::NothingUnderWay)?;
        if journal.app_id != self.app.as_str() {
            return Err(RotationError::OtherApp { app_id: journal.app_id });
        }
        Ok(journal)
    }
}

impl fmt::Debug for Rotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotation").field("app", &self.app).finish_non_exhaustive()
    }
}

/// What is the same key is decided by what it is, not by how it is called.
pub(super) fn is_key(stored: &RegisteredKey, key: &RotatedKey) -> bool {
    stored.thumbprint.as_ref() == Some(&key.thumbprint)
}

pub(super) fn id_of(key: &RegisteredKey) -> Result<&StoredKeyId, RotationError> {
    key.id.as_ref().ok_or_else(|| {
        RotationError::Org(crate::RegisterError::unexpected("a key has no id that a path can hold"))
    })
}

fn lost(key: &RotatedKey) -> RotationError {
    RotationError::Store(format!("the key `{}` is not stored any more", key.thumbprint).into())
}
