//! The rotation of a key file: what it needs of this machine.
//!
//! The file of the key says which key is signed with. Beside `svc.jwk` a folder `svc.jwk.rotation` holds, while a rotation is
//! under way, both keys in files of their own, which never change, and the journal; between rotations a lock and the history
//! are left. To promote a key is to replace the file by a whole copy of the other, so that every reader sees one key with the
//! `kid` that belongs to it.

mod folder;
mod key_store;
mod outcome;
mod probe;

pub(crate) use folder::RotationFolder;
pub(crate) use key_store::FileKeyStore;
pub(crate) use outcome::told;
pub(crate) use probe::Probe;
