//! What to do about a refusal: the server's words to the next command.

use std::time::Duration;

use okta_http::{ServerError, display_untrusted};

/// Fragments of `error_description` and the step that mends their usual cause, after Okta's
/// catalogue of OAuth errors. The first that fits wins.
const BY_DESCRIPTION: &[(&str, &str)] = &[
    (
        "proof JWT header is missing",
        "the app demands DPoP, which is switched off here: okta-m2m token get --dpop auto",
    ),
    ("issued in the future", PROOF_CLOCK),
    ("minutes in the past", PROOF_CLOCK),
    ("proof JWT is expired", PROOF_CLOCK),
    (
        "requires nonce",
        "the server asks for a nonce again and again, or gives none that a proof can carry: okta-m2m doctor",
    ),
    (
        "not bound to the provided DPoP proof",
        "the token is bound to another key; get another: okta-m2m token get --force-refresh",
    ),
    ("DPoP proof", "the server does not take the proof: okta-m2m doctor"),
    (
        "issuer claim",
        "the client id is of another org or its app is not active: \
         okta-m2m client show --client-id ID",
    ),
    (
        "subject claim",
        "the client id is of another org or its app is not active: \
         okta-m2m client show --client-id ID",
    ),
    (
        "audience claim",
        "`aud` must be the URL that is called, in the org's own spelling: \
         okta-m2m assertion create | okta-m2m assertion inspect",
    ),
    (
        "must contain the 'exp' claim",
        "`exp` must be a whole number of seconds: \
         okta-m2m assertion create | okta-m2m assertion inspect",
    ),
    (
        "token is expired",
        "this machine's clock is slow by more than four minutes: set it, then okta-m2m token get",
    ),
    (
        "expiration too far into the future",
        "this machine's clock is fast or the assertion lives for more than an hour: \
         okta-m2m assertion create | okta-m2m assertion inspect",
    ),
    (
        "must be issued before the current time",
        "this machine's clock is fast: \
         okta-m2m assertion create | okta-m2m assertion inspect",
    ),
    (
        "has already been used",
        "an assertion is good for one request; make another: okta-m2m assertion create",
    ),
    (
        "signature is invalid",
        "the app has another key under this key id: compare the thumbprints of okta-m2m key show FILE \
         and okta-m2m client show --client-id ID",
    ),
    (
        "parsing of the client_assertion failed",
        "the assertion is no compact JWT: okta-m2m assertion create",
    ),
    (
        "kid is invalid",
        "the app has no active key with this key id: \
         okta-m2m client show --client-id ID --format json",
    ),
    (
        "client JWKSet is invalid",
        "the app's stored keys are unusable; register it again: \
         okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "signature algorithm is invalid",
        "Okta takes RS256, RS384, RS512, ES256, ES384 and ES512, suiting the key: \
         okta-m2m key show FILE",
    ),
    (
        "does not have a JWKSet configured",
        "the app has no key: okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "invalid 'use'",
        "the key was registered for encryption; make a signing key: okta-m2m key generate --use sig",
    ),
    (
        "needs to be signed using a signing key",
        "the key was registered for encryption; make a signing key: okta-m2m key generate --use sig",
    ),
    (
        "too short to verify a JWT HMAC",
        "the app authenticates by a secret; register one with a key: \
         okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "does not have a client secret",
        "the assertion is signed with HS256; sign with the client's key: okta-m2m assertion create",
    ),
    (
        "must use the private_key_jwt",
        "the app authenticates by a secret; register one with a key: \
         okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "must use either private_key_jwt",
        "the app authenticates by a secret; register one with a key: \
         okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "'application_type' of 'service'",
        "the app is not a service app: okta-m2m client register --name LABEL --jwks FILE",
    ),
    ("No client credentials found", "the request has no client assertion: okta-m2m token get"),
    (
        "Cannot supply multiple client credentials",
        "send the assertion alone, without an Authorization header: okta-m2m token get",
    ),
    (
        "Found Authentication header",
        "send the assertion alone, without an Authorization header: okta-m2m token get",
    ),
    (
        "client_assertion_type is invalid",
        "the type is urn:ietf:params:oauth:client-assertion-type:jwt-bearer: okta-m2m token get",
    ),
    ("cannot be supplied via query", "send the credentials in the body: okta-m2m token get"),
    ("multiple parameters with the same name", "send each parameter once: okta-m2m token get"),
    (
        "must specify a 'grant_type'",
        "send the parameters as a form in the body: okta-m2m token get",
    ),
    ("required parameter", "send the parameters as a form in the body: okta-m2m token get"),
    (
        "authorization server id is invalid",
        "name a server that the org has, or the org's own: okta-m2m token get --auth-server org",
    ),
    (
        "Error retrieving the client JWKSet",
        "Okta cannot fetch the app's jwks_uri: okta-m2m client show --client-id ID",
    ),
    ("Invalid value for 'client_id'", "the org has no such client: okta-m2m client list"),
    (
        "Client authentication failed",
        "the app is not active or authenticates in another way: \
         okta-m2m client show --client-id ID",
    ),
    (
        "not allowed any of the requested scopes",
        "nothing that was asked for is granted: okta-m2m grant add --client-id ID --scope SCOPE",
    ),
    ("No scopes were requested", "ask for at least one: okta-m2m token get --scope SCOPE"),
    (
        "scopes are not configured",
        "one of the scopes does not exist at this server; okta.* scopes are the org server's: \
         okta-m2m grant list --client-id ID",
    ),
    (
        "Custom scopes are not allowed",
        "the org server knows Okta's scopes only: \
         okta-m2m token get --auth-server default --scope SCOPE",
    ),
    (
        "Cannot request 'openid' scopes",
        "leave out openid, profile and the like: okta-m2m token get --scope okta.users.read",
    ),
    (
        "may not request .self scopes",
        "a service has no self; ask for the scope without .self: \
         okta-m2m token get --scope okta.users.read",
    ),
    (
        "not authorized to use the provided grant type",
        "the app lacks client_credentials: okta-m2m client register --name LABEL --jwks FILE",
    ),
    (
        "cannot use a custom authorization server",
        "ask the org's own server: okta-m2m token get --auth-server org",
    ),
    (
        "can only be used with a custom authorization server",
        "ask a custom server: okta-m2m token get --auth-server default",
    ),
    (
        "Policy evaluation failed",
        "the custom server needs an access policy for this client; the org's own does not: \
         okta-m2m token get --auth-server org",
    ),
    (
        "network zones",
        "the app may not be used from this address: okta-m2m client show --client-id ID",
    ),
];

const PROOF_CLOCK: &str =
    "the clock of this machine is off, and the server does not say by how much: okta-m2m doctor";

/// The management API's error codes and what to do about them, for a call with an access token.
const BY_CODE: &[(&str, &str)] = &[
    ("E0000005", "the endpoint takes no OAuth token, or this one is stale: okta-m2m token get"),
    (
        "E0000006",
        "the scope is there, the admin role is not; a Super Admin assigns it: \
         okta-m2m role assign --client-id ID --role READ_ONLY_ADMIN",
    ),
    ("E0000007", "check the id in the path"),
    ("E0000008", "the org has no such path: check it and its method"),
    ("E0000011", "the token has ended or is of another org: okta-m2m token get"),
    ("E0000015", "the org lacks this feature; ask Okta's support to turn it on"),
];

/// The same for a call that administers the org.
const BY_CODE_FOR_ADMINS: &[(&str, &str)] = &[
    ("E0000004", ANOTHER_TOKEN),
    ("E0000005", ANOTHER_TOKEN),
    (
        "E0000006",
        "the owner of the API token lacks the right; give that of a Super Admin: \
         --admin-token-file FILE",
    ),
    ("E0000007", "see what the org has: okta-m2m client list"),
    ("E0000011", ANOTHER_TOKEN),
    ("E0000015", "the org lacks this feature; ask Okta's support to turn it on"),
    (
        "E0000056",
        "an app is deleted only when it is inactive: okta-m2m client deactivate --client-id ID",
    ),
];

const ANOTHER_TOKEN: &str = "the API token is wrong, revoked or of another org; give another: \
                             okta-m2m client list --admin-token-file FILE";

/// Where a refusal is met, what the server says, and what to do about it: the whole of what the program knows.
pub fn hints() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let of = |place, hints: &'static [(&'static str, &'static str)]| {
        hints.iter().map(move |(said, hint)| (place, *said, *hint))
    };
    of("a token is asked for", BY_DESCRIPTION)
        .chain(of("an API is called", BY_CODE))
        .chain(of("an org is administered", BY_CODE_FOR_ADMINS))
}

/// The hint for a refusal of a client or its access token.
pub(crate) fn for_server(server: &ServerError) -> Option<String> {
    if let Some(scope) = server.missing_scope() {
        let scope = display_untrusted(scope);
        return Some(format!(
            "the token lacks a scope; ask for it, by --scope or in the profile, once it is granted: okta-m2m grant add --client-id ID --scope \"{scope}\""
        ));
    }
    find(server, BY_CODE)
}

/// The hint for a refusal of what administers the org.
pub(crate) fn for_admin(server: &ServerError) -> Option<String> {
    find(server, BY_CODE_FOR_ADMINS)
}

/// The hint for a server that failed and wants to be left alone for longer than it was to be waited for.
pub(crate) fn for_wait(server: &ServerError) -> Option<String> {
    server.waits.sufficient?;
    server.waits.asked.map(|wait| wait_or_allow(wait, allowance(wait, server)))
}

/// What to do about a `wait` that was not allowed: `--max-wait` counts all the waits of a call, with this one `in_all`.
pub(crate) fn wait_or_allow(wait: Duration, in_all: Duration) -> String {
    let (wait_secs, secs) = (whole_secs(wait), whole_secs(in_all));
    format!("wait {wait_secs} s, or allow it: --max-wait {secs}")
}

/// What `--max-wait` has to be for an answer that asked for `wait`.
pub(crate) fn allowance(wait: Duration, server: &ServerError) -> Duration {
    server.waits.sufficient.unwrap_or(wait)
}

/// Seconds, of which a part is as good as a whole one, and at least one.
pub(crate) fn whole_secs(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

fn find(server: &ServerError, by_code: &[(&str, &str)]) -> Option<String> {
    let description = server.description().unwrap_or_default();
    let by_description = BY_DESCRIPTION.iter().find(|(fragment, _)| description.contains(fragment));
    let code = server.error_code().unwrap_or_default();
    let by_code = || by_code.iter().find(|(known, _)| *known == code);
    by_description.or_else(by_code).map(|(_, hint)| (*hint).to_owned())
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    /// The commands that a hint names, without the words around them.
    fn commands(hint: &str) -> Vec<Vec<String>> {
        let ends = [",", ";", " |", " and ", " (", " then"];
        let named = hint.split("okta-m2m ").skip(1);
        named
            .map(|rest| {
                let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
                let words = rest[..end].split_whitespace().map(|word| word.replace('"', ""));
                std::iter::once("okta-m2m".to_owned()).chain(words).collect()
            })
            .collect()
    }

    #[test]
    fn each_command_that_a_hint_names_exists_with_its_options() {
        let tables = [BY_DESCRIPTION, BY_CODE, BY_CODE_FOR_ADMINS];
        let mut seen = 0;
        for (fragment, hint) in tables.into_iter().flatten() {
            for command in commands(hint) {
                seen += 1;
                let parsed = crate::command().try_get_matches_from(&command);
                let kind = parsed.err().map(|error| error.kind());
                // A step of a longer way may leave out what the profile or the reader knows.
                let may = [None, Some(ErrorKind::MissingRequiredArgument)];
                assert!(may.contains(&kind), "{fragment}: {command:?}: {kind:?}");
            }
        }
        assert!(seen > 40, "{seen}");
    }

    #[test]
    fn a_command_that_does_not_exist_is_found_out() {
        let command = &commands("first: okta-m2m client frobnicate --client-id ID, then rest")[0];
        let parsed = crate::command().try_get_matches_from(command);
        assert_eq!(parsed.unwrap_err().kind(), ErrorKind::InvalidSubcommand);
    }
}
