//! Harness of the end-to-end tests: a sandbox for the program, a raw HTTP client, a foreign server.

mod foreign_server;
mod outcome;
mod raw_http;
mod sandbox;
mod served;

pub use foreign_server::{ForeignServer, SKIP_VARIABLE, is_skipped};
pub use outcome::Outcome;
pub use raw_http::{Answer, get, get_trusting, post_form, post_form_as, post_json_as, send};
pub use sandbox::Sandbox;
pub use served::Served;
