//! Keys as data: generate, JWK, JWK Set, PEM, thumbprint, key files.
