//! One HTTP request as the org sees it: plain data, read completely.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use crate::api_error::ApiError;
use crate::strict_json;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// As sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// The decoded segments of the path; none if one is not UTF-8.
    pub(crate) fn segments(&self) -> Option<Vec<Cow<'_, str>>> {
        self.path
            .strip_prefix('/')?
            .split('/')
            .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8().ok())
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The body as a JSON object, for the management API.
    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, ApiError> {
        match self.media_type() {
            None => return Err(ApiError::content_type_missing()),
            Some(media_type) if media_type.eq_ignore_ascii_case("application/json") => {}
            Some(_) => return Err(ApiError::content_type_unsupported()),
        }
        strict_json::object(&self.body).map_err(|_| ApiError::malformed_body())
    }

    /// The body as form fields, in order and with repetitions; another type has none.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let is_form = self
            .media_type()
            .is_some_and(|it| it.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form {
            return Vec::new();
        }
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// Refuses a caller who would not understand JSON.
    pub(crate) fn accepts_json(&self) -> Result<(), ApiError> {
        let Some(accept) = self.header(header::ACCEPT.as_str()) else { return Ok(()) };
        let understands = accept.split(',').any(|range| {
            let media_range = range.split(';').next().unwrap_or_default().trim();
            ["*/*", "application/*", "application/json"]
                .iter()
                .any(|accepted| media_range.eq_ignore_ascii_case(accepted))
        });
        if understands { Ok(()) } else { Err(ApiError::content_type_unsupported()) }
    }

    fn media_type(&self) -> Option<&str> {
        let content_type = self.header(header::CONTENT_TYPE.as_str())?;
        content_type.split(';').next().map(str::trim)
    }
}
