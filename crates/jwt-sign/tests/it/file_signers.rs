//! A key file that is exchanged while its key signs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use jwk_gen::{Algorithm, KeyReader, PrivateJwk, key_file};
use jwt_sign::{ClientAssertion, ClientId, FileSigners, SignerSource};
use jwtk::jwk::Jwk;

use crate::{ENDPOINT, key, now};

/// A folder with the file of a key.
fn file_of(key: &PrivateJwk) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("svc.jwk");
    key_file::create_new(&path, key.expose_json().as_bytes()).unwrap();
    (folder, path)
}

#[test]
fn s_03_each_of_ten_thousand_assertions_is_signed_by_the_key_that_its_kid_names() {
    let keys = [key(Algorithm::Es256), key(Algorithm::Es256)];
    let (_folder, path) = file_of(&keys[0]);
    let signers = FileSigners::open(path.clone(), KeyReader::new()).unwrap();
    let judges = keys.each_ref().map(|key| {
        let jwk: Jwk = serde_json::from_str(&key.public().to_json()).unwrap();
        (key.thumbprint().to_string(), jwk.to_verification_key().unwrap())
    });
    let client_id = ClientId::new("0oa1").unwrap();
    let assertion = ClientAssertion::new(&client_id, ENDPOINT, now()).unwrap();
    let done = AtomicBool::new(false);
    let mut signed = [0, 0];
    thread::scope(|scope| {
        scope.spawn(|| {
            for key in keys.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                key_file::replace(&path, key.expose_json().as_bytes()).unwrap();
            }
        });
        for _ in 0..10_000 {
            let jwt = assertion.sign(&*signers.signer().unwrap()).unwrap();
            let kid =
                jwtk::decode_without_verify::<serde_json::Value>(jwt.expose_compact()).unwrap();
            let kid = kid.header().kid.clone().unwrap();
            let at = judges.iter().position(|(name, _)| *name == kid).unwrap();
            jwtk::verify_only::<serde_json::Value>(jwt.expose_compact(), &judges[at].1).unwrap();
            signed[at] += 1;
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(signed[0] > 0 && signed[1] > 0, "{signed:?}");
}

#[test]
fn a_file_that_cannot_be_read_fails_one_call_and_no_other() {
    let first = key(Algorithm::Es256);
    let (_folder, path) = file_of(&first);
    let signers = FileSigners::open(path.clone(), KeyReader::new()).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(signers.signer().is_err());
    assert_eq!(signers.thumbprint(), first.thumbprint(), "the last one that could be used");

    let second = key(Algorithm::Es256);
    key_file::create_new(&path, second.expose_json().as_bytes()).unwrap();
    assert_eq!(*signers.signer().unwrap().thumbprint(), second.thumbprint());
}
