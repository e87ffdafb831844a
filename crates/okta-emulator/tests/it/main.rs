//! The org as its clients meet it: over HTTP, with assertions signed here.

#![allow(clippy::unwrap_used, reason = "the exemption for tests covers test functions only")]

mod access;
mod apps;
mod assertion;
mod clients;
mod concurrency;
mod discovery;
mod dpop;
mod faults;
mod grants;
mod harness;
mod http;
mod introspection;
mod keys;
mod lifecycle;
mod roles;
mod scopes;
mod state;
