//! The page over real HTTP, as a browser, a script and an attacker would call it.

#![allow(
    clippy::unwrap_used,
    reason = "clippy's exemption covers test functions, not their helpers"
)]

mod harness;
mod hosts;
mod keys;
mod limits;
mod publish;
mod tls;
