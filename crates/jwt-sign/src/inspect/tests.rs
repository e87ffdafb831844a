//! What Okta refuses, case by case.
