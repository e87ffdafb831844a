//! A strict local Okta org for offline use and tests.
