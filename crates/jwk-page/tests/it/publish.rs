//! `/jwks.json`: public keys of files, as they are now.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::channel;

use jwk_gen::{Algorithm, JwkSet, KeyId, KeySpec, PrivateJwk, generate};
use jwk_page::{Publication, PublishError};
use tempfile::TempDir;

use crate::harness::{Answer, Page};

fn key(kid: Option<&str>) -> PrivateJwk {
    let key = generate(KeySpec::new(Algorithm::Es256, None).unwrap()).unwrap();
    key.with_kid(kid.map(|it| KeyId::new(it).unwrap()))
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn publish(files: &[PathBuf]) -> Result<Publication, PublishError> {
    Publication::read(files.to_vec(), |error| panic!("{error}"))
}

fn set(answer: &Answer) -> JwkSet {
    JwkSet::parse(&answer.body).unwrap()
}

#[test]
fn the_public_keys_of_all_files_are_one_set() {
    let folder = Folder::new();
    let (first, second, third) = (key(Some("a")), key(Some("b")), key(None));
    let files = [
        folder.write("jwk", &first.public().to_json()),
        folder.write("jwks", &JwkSet::new(vec![second.public()]).unwrap().to_json()),
        folder.write("pem", &third.public().to_spki_pem()),
    ];
    let page = Page::with(|config| config.publication = Some(publish(&files).unwrap()));
    let answer = page.get("/jwks.json").is(200);
    assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let set = set(&answer);
    let thumbprint = third.thumbprint();
    let kids: Vec<_> = set.iter().map(|it| it.kid().unwrap().as_str()).collect();
    assert_eq!(kids, ["a", "b", thumbprint.as_str()]);
    assert!(!answer.body.contains("\"d\""));
}

#[test]
fn a_changed_file_is_served_and_a_broken_one_is_not() {
    let folder = Folder::new();
    let (first, second) = (key(Some("a")), key(Some("b")));
    let file = folder.write("svc.jwk", &first.public().to_json());
    let (failures, reported) = channel();
    let publication = Publication::read(vec![file.clone()], move |error: &PublishError| {
        failures.send(error.to_string()).unwrap();
    });
    let page = Page::with(|config| config.publication = Some(publication.unwrap()));
    let kid = || set(&page.get("/jwks.json").is(200)).keys()[0].kid().unwrap().as_str().to_owned();
    assert_eq!(kid(), "a");
    folder.write("svc.jwk", &second.public().to_json());
    assert_eq!(kid(), "b");
    for broken in ["{", "", &second.expose_json(), &second.expose_pkcs8_pem()] {
        folder.write("svc.jwk", broken);
        let before = reported.try_iter().count();
        assert_eq!((kid(), kid()), ("b".to_owned(), "b".to_owned()));
        assert_eq!((before, reported.try_iter().count()), (0, 1), "told once: {broken}");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!((kid(), reported.try_iter().count()), ("b".to_owned(), 1));
    folder.write("svc.jwk", &first.public().to_json());
    assert_eq!((kid(), reported.try_iter().count()), ("a".to_owned(), 0));
}

#[test]
fn a_set_that_is_known_is_not_sent_again() {
    let folder = Folder::new();
    let file = folder.write("svc.jwk", &key(Some("a")).public().to_json());
    let page = Page::with(|config| config.publication = Some(publish(&[file]).unwrap()));
    let tag = page.get("/jwks.json").is(200).header("etag").unwrap().to_owned();
    let with = |condition: &str| {
        let condition = format!("if-none-match: {condition}");
        page.send(&["GET /jwks.json HTTP/1.1", "host: HOST", &condition], "")
    };
    for condition in [&tag, "*", &format!("W/{tag}"), &format!("\"x\", {tag}")] {
        let answer = with(condition).is(304);
        assert_eq!((answer.header("etag"), &*answer.body), (Some(&*tag), ""), "{condition}");
    }
    with("\"x\"").is(200);
    folder.write("svc.jwk", &key(Some("b")).public().to_json());
    assert_ne!(with(&tag).is(200).header("etag"), Some(&*tag));
}

#[test]
fn a_private_key_and_a_key_id_twice_are_refused_at_once() {
    let folder = Folder::new();
    let (first, second) = (key(Some("a")), key(Some("a")));
    let public = folder.write("public", &first.public().to_json());
    for private in [first.expose_json(), first.expose_pkcs8_pem()] {
        let file = folder.write("private", &private);
        let refusal = publish(&[public.clone(), file]).map(drop).unwrap_err();
        assert!(matches!(refusal, PublishError::File(_)), "{refusal:?}");
    }
    let same_id = folder.write("same-id", &second.public().to_json());
    let refusal = publish(&[public.clone(), same_id]).map(drop).unwrap_err();
    assert!(matches!(refusal, PublishError::Set(_)), "{refusal:?}");
    let refusal = publish(&[public.clone(), public]).map(drop).unwrap_err();
    assert!(matches!(refusal, PublishError::Set(_)), "{refusal:?}");
}
