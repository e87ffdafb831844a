//! Signed things: client assertions, and what Okta would refuse about one.
