//! From nothing to an authorised Okta API call: keys, service app, grants, role, token.
