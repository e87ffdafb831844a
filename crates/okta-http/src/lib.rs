//! One request, one answer, one retry loop: the HTTP that every call to an Okta org shares.
