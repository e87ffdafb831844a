//! Service apps of an Okta org: registration, scope grants and admin roles.
