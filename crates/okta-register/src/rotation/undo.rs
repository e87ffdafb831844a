//! The way back.

use std::time::Duration;

use super::engine::{id_of, is_key};
use super::{Closing, Journal, Progress, RotatedKey, Rotation, RotationError, Stage};
use crate::RegisteredKey;

impl Rotation<'_> {
    /// Puts the old key in place as before and takes the new one away, however far the rotation has come. A new key that was
    /// signed with drains first, as long as the old one would have.
    ///
    /// # Errors
    ///
    /// [`RotationError::NotReversible`] once the old key is deleted; else as [`Self::resume`], which goes on with it.
    pub fn abort(&mut self) -> Result<Progress, RotationError> {
        let journal = self.journal_of_this_app()?;
        self.undo(journal)
    }

    pub(super) fn undo(&mut self, mut journal: Journal) -> Result<Progress, RotationError> {
        if matches!(journal.stage, Stage::Deleted { .. }) {
            return Err(RotationError::NotReversible);
        }
        let keys = self.require_old(&journal)?;
        let new = journal.stage.new_key().cloned();
        if !matches!(journal.stage, Stage::Aborting { .. }) {
            let drains = self.was_signed_with(&journal.stage)?;
            journal.stage = Stage::Aborting { new: new.clone(), drains };
            self.keep(&journal)?;
        }
        self.put_old_in_place(&journal, &keys)?;
        if matches!(journal.stage, Stage::Aborting { drains: true, .. }) {
            self.wait(Duration::from_secs(journal.drain_secs));
        }
        if let Some(new) = new {
            self.take_away(&keys, &new)?;
        }
        self.store.close(&journal, Closing::Aborted).map_err(RotationError::Store)?;
        Ok(Progress::Aborted)
    }

    /// Whether some signer may have taken the new key out of its file.
    fn was_signed_with(&self, stage: &Stage) -> Result<bool, RotationError> {
        let promoted = matches!(
            stage,
            Stage::Promoted { .. }
                | Stage::Drained { .. }
                | Stage::Deactivated { .. }
                | Stage::Soaked { .. }
        );
        let present = self.present_key()?;
        Ok(promoted || stage.new_key().is_some_and(|new| new.thumbprint == present))
    }

    fn require_old(&self, journal: &Journal) -> Result<Vec<RegisteredKey>, RotationError> {
        let keys = self.registrar.keys(self.app)?;
        if keys.iter().any(|key| is_key(key, &journal.old)) {
            Ok(keys)
        } else {
            Err(RotationError::NotReversible)
        }
    }

    /// Accepted first, then signed with: in between either key works.
    fn put_old_in_place(
        &mut self,
        journal: &Journal,
        keys: &[RegisteredKey],
    ) -> Result<(), RotationError> {
        for old in keys.iter().filter(|key| is_key(key, &journal.old) && !key.is_active()) {
            self.registrar.activate_key(self.app, id_of(old)?)?;
        }
        self.store.promote(&journal.old.thumbprint).map_err(RotationError::Store)
    }

    fn take_away(&mut self, keys: &[RegisteredKey], new: &RotatedKey) -> Result<(), RotationError> {
        for key in keys.iter().filter(|key| is_key(key, new)) {
            if key.is_active() {
                self.registrar.deactivate_key(self.app, id_of(key)?)?;
            }
            self.registrar.delete_key(self.app, id_of(key)?)?;
        }
        self.store.forget(&new.thumbprint).map_err(RotationError::Store)
    }
}
