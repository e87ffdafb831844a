//! `/jwks.json`: the public keys of files, for a service app's `jwks_uri`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwk_gen::key_file::{self, KeyFileError};
use jwk_gen::{JwkSet, JwkSetError, KeyReader, Profile, PublicJwk};
use sha2::{Digest, Sha256};

/// RFC 7517 section 8.5.2.
const MEDIA_TYPE: &str = "application/jwk-set+json";
/// A key that was added is known to every reader, and one that was taken away forgotten, a minute later.
const SHORT: &str = "public, max-age=60";

/// The keys of some files, read again for every request.
pub struct Publication {
    files: Vec<PathBuf>,
    served: Mutex<Served>,
    on_failure: Box<dyn Fn(&PublishError) + Send + Sync>,
}

/// The last good set, and what was last said about a bad one.
struct Served {
    set: JwkSet,
    complaint: Option<String>,
}

impl Publication {
    /// Reads the files: a public JWK, a JWK Set or a public PEM each. A key without a `kid` gets its
    /// thumbprint, under which `jwt-sign` signs with such a key.
    ///
    /// From now on a set that cannot be read leaves the last good one in place; `on_failure` is told
    /// why, once for each reason.
    ///
    /// # Errors
    /// [`PublishError`]; a file with a private key in it is refused as such.
    pub fn read(
        files: Vec<PathBuf>,
        on_failure: impl Fn(&PublishError) + Send + Sync + 'static,
    ) -> Result<Self, PublishError> {
        let served = Mutex::new(Served { set: read(&files)?, complaint: None });
        Ok(Self { files, served, on_failure: Box::new(on_failure) })
    }

    /// The set as the files have it now, or else as they last had it.
    #[must_use]
    pub fn current(&self) -> JwkSet {
        // Nothing is half done when a thread panics, so a poisoned lock is as good as any.
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        match read(&self.files) {
            Ok(set) => *served = Served { set, complaint: None },
            Err(error) => served.complain(&error, &self.on_failure),
        }
        served.set.clone()
    }
}

impl Served {
    fn complain(&mut self, error: &PublishError, on_failure: impl Fn(&PublishError)) {
        let complaint = format!("{error:?}");
        if self.complaint.as_ref() != Some(&complaint) {
            on_failure(error);
            self.complaint = Some(complaint);
        }
    }
}

fn read(files: &[PathBuf]) -> Result<JwkSet, PublishError> {
    let reader = KeyReader::new().profile(Profile::Any);
    let mut keys = Vec::new();
    for file in files {
        let read = key_file::read_public(file, &reader)?;
        keys.extend(read.key.iter().cloned().map(with_kid));
    }
    Ok(JwkSet::new(keys)?)
}

fn with_kid(key: PublicJwk) -> PublicJwk {
    match key.kid() {
        Some(_) => key,
        None => {
            let kid = key.thumbprint().into();
            key.with_kid(Some(kid))
        }
    }
}

/// Keys that cannot be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// A file cannot be read, or what it holds is no public key.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The keys of the files make no set.
    #[error("the published keys make no set")]
    Set(#[from] JwkSetError),
}

/// Answers `GET /jwks.json`.
pub(crate) async fn jwks(
    State(publication): State<Arc<Publication>>,
    headers: HeaderMap,
) -> Response {
    let text = move || format!("{}\n", publication.current().to_json());
    let Ok(text) = tokio::task::spawn_blocking(text).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(&text)));
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    let is_known = known.flat_map(|it| it.split(',')).any(|it| names(it.trim(), &tag));
    let common = [(CACHE_CONTROL, SHORT.to_owned()), (ETAG, tag)];
    match is_known {
        true => (StatusCode::NOT_MODIFIED, common).into_response(),
        false => (common, [(CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
    }
}

/// The weak comparison (RFC 9110 section 13.1.2).
fn names(condition: &str, tag: &str) -> bool {
    condition == "*" || condition.strip_prefix("W/").unwrap_or(condition) == tag
}
