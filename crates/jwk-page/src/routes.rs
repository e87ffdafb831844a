//! What is where.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::choices::Choices;
use crate::guard::guard;
use crate::host::Hosts;
use crate::make::{Maker, make};
use crate::publish::{Publication, jwks};
use crate::refusal::Refusal;

const PAGE: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/page.css");
const SCRIPT: &str = include_str!("../page/page.js");
/// Where the page has its choices.
const PLACEHOLDER: &str = "{{choices}}";

/// # Errors
/// If the choices cannot be written as JSON.
pub(crate) fn router(
    hosts: Arc<Hosts>,
    maker: Maker,
    publication: Option<Publication>,
) -> Result<Router, serde_json::Error> {
    let page: Arc<str> = PAGE.replace(PLACEHOLDER, &Choices::of_library().to_json()?).into();
    let mut router = Router::new()
        .route("/", get(move || async move { typed("text/html; charset=utf-8", page.to_string()) }))
        .route("/page.css", get(|| async { typed("text/css; charset=utf-8", STYLE) }))
        .route("/page.js", get(|| async { typed("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/keys", post(make).with_state(Arc::new(maker)));
    if let Some(publication) = publication {
        router = router.route("/jwks.json", get(jwks).with_state(Arc::new(publication)));
    }
    Ok(router.fallback(nothing).layer(from_fn_with_state(hosts, guard)))
}

fn typed(content_type: &'static str, text: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, content_type)], text).into_response()
}

async fn nothing() -> Response {
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing here").response()
}
