//! Lists in pages: `limit`, the opaque `after`, and `Link` headers (RFC 8288).

use axum::http::StatusCode;
use axum::http::header::LINK;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::api_error::ApiError;
use crate::call::Call;
use crate::context::Context;
use crate::reply::Reply;

const LARGEST: usize = 200;

/// The part of a list that was asked for.
#[derive(Debug)]
pub(crate) struct Page {
    limit: usize,
    /// Sequence number of the last item of the page before; 0 for the first page.
    after: u64,
}

impl Page {
    /// Reads `limit` (1 to 200) and `after`.
    pub(crate) fn of(call: &Call, default_limit: usize) -> Result<Self, ApiError> {
        let limit = match call.query_value("limit") {
            None => default_limit,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=LARGEST).contains(limit))
                .ok_or_else(|| ApiError::invalid("limit", "limit: must be between 1 and 200"))?,
        };
        let after = match call.query_value("after") {
            None => 0,
            Some(cursor) => decode(&cursor)
                .ok_or_else(|| ApiError::invalid("after", "after: the cursor is invalid"))?,
        };
        Ok(Self { limit, after })
    }

    /// Cuts the page out of items that are sorted by their sequence numbers.
    pub(crate) fn reply(
        &self,
        context: &Context<'_>,
        call: &Call,
        items: impl IntoIterator<Item = (u64, Value)>,
    ) -> Reply {
        let mut rest = items.into_iter().filter(|(sequence, _)| *sequence > self.after);
        let page: Vec<(u64, Value)> = rest.by_ref().take(self.limit).collect();
        let last = page.last().map(|(sequence, _)| *sequence);
        let body = Value::Array(page.into_iter().map(|(_, item)| item).collect());
        let reply = Reply::json(StatusCode::OK, &body)
            .with_header(LINK, &link(context, call, call.query_value("after"), "self"));
        match (last, rest.next()) {
            (Some(last), Some(_)) => {
                reply.with_header(LINK, &link(context, call, Some(encode(last)), "next"))
            }
            _ => reply,
        }
    }
}

/// The URL of this request with another cursor.
fn link(context: &Context<'_>, call: &Call, after: Option<String>, relation: &str) -> String {
    let others = call.query_pairs().into_iter().filter(|(name, _)| name != "after");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .extend_pairs(after.map(|cursor| ("after".to_owned(), cursor)))
        .finish();
    let separator = if query.is_empty() { "" } else { "?" };
    format!("<{}{separator}{query}>; rel=\"{relation}\"", context.url(&call.path))
}

fn encode(sequence: u64) -> String {
    URL_SAFE_NO_PAD.encode(sequence.to_be_bytes())
}

fn decode(cursor: &str) -> Option<u64> {
    let octets = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    Some(u64::from_be_bytes(octets.try_into().ok()?))
}
