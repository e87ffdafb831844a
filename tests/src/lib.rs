//! Harness of the end-to-end tests: a sandbox for the program, a raw HTTP client, foreign programs and servers.

mod foreign_program;
mod foreign_server;
mod hostile_server;
mod key_judges;
mod openapi;
mod outcome;
mod raw_http;
mod redis_server;
mod sandbox;
mod served;
mod skip;
mod terminal;
mod tiny_proxy;
mod tls_front;

pub use foreign_program::ForeignProgram;
pub use foreign_server::ForeignServer;
pub use hostile_server::{HostileServer, Part};
pub use key_judges::{JudgedKey, KeyJudges, Verdict};
pub use openapi::OpenApi;
pub use outcome::Outcome;
pub use raw_http::{Answer, get, get_trusting, post_form, post_form_as, post_json_as, send};
pub use redis_server::{RedisServer, RedisTls};
pub use sandbox::Sandbox;
pub use served::Served;
pub use skip::{SKIP_VARIABLE, is_skipped};
pub use terminal::Terminal;
pub use tiny_proxy::TinyProxy;
pub use tls_front::TlsFront;
