//! The way back.

use super::engine::{id_of, is_key};
use super::{Closing, Journal, Progress, RotatedKey, Rotation, RotationError, Stage};
use crate::RegisteredKey;

impl Rotation<'_> {
    /// Puts the old key in place as before and takes the new one away, however far the rotation has come.
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
        let new = journal.stage.new_key().cloned();
        if !matches!(journal.stage, Stage::Aborting { .. }) {
            // A way back that does not exist is not begun.
            self.require_old(&journal)?;
            journal.stage = Stage::Aborting { new: new.clone() };
            self.keep(&journal)?;
        }
        let keys = self.require_old(&journal)?;
        self.put_old_in_place(&journal, &keys)?;
        if let Some(new) = new {
            self.take_away(&keys, &new)?;
        }
        self.store.close(&journal, Closing::Aborted).map_err(RotationError::Store)?;
        Ok(Progress::Aborted)
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
