//! Okta's OpenAPI document, which is not part of this project, as a judge of requests.

use std::path::PathBuf;

use okta_emulator::LoggedRequest;
use serde_json::{Value, json};

use crate::{ForeignProgram, is_skipped};

/// The variable that names the document.
const DOCUMENT_VARIABLE: &str = "OKTA_M2M_TEST_OPENAPI";

/// npm `express-openapi-validator` with Okta's document.
#[derive(Debug)]
pub struct OpenApi(ForeignProgram);

impl OpenApi {
    /// Starts the judge; without a document there is none, and that is said.
    pub fn start() -> Option<Self> {
        let Some(document) = document() else {
            #[expect(clippy::print_stderr, reason = "a test that judges nothing must say so")]
            {
                eprintln!("not judged: {DOCUMENT_VARIABLE} names no OpenAPI document of Okta's");
            }
            return None;
        };
        if is_skipped("interop") {
            return None;
        }
        let mut judge = ForeignProgram::node("openapi-judge.mjs");
        let ready = judge.ask(&json!({ "openapi": document }));
        assert_eq!(ready["ready"], true, "{ready}");
        Some(Self(judge))
    }

    /// The operation that a request is for, if the document has one, and what is wrong with the request.
    #[track_caller]
    pub fn judge(&mut self, request: &LoggedRequest) -> (Option<String>, Vec<Value>) {
        let answer = self.0.ask(&json!({
            "method": request.method, "path": request.path, "query": request.query,
            "headers": request.headers, "body": request.body,
        }));
        let operation = answer["operation"].as_str().map(str::to_owned);
        (operation, answer["errors"].as_array().expect("a list of errors").clone())
    }
}

#[expect(clippy::disallowed_methods, reason = "the gate names the document by this variable")]
fn document() -> Option<PathBuf> {
    std::env::var_os(DOCUMENT_VARIABLE).filter(|it| !it.is_empty()).map(PathBuf::from)
}
