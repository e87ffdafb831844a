//! `WWW-Authenticate` challenges (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9449 section 7.1).

use crate::Response;
use crate::quoted::{split_unquoted, unquote};

/// One challenge: how the server wants to be addressed, and why it refused.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Challenge {
    /// The authentication scheme, such as `Bearer` or `DPoP`.
    pub scheme: String,
    /// The error code, such as `insufficient_scope`.
    pub error: Option<String>,
    /// The server's explanation.
    pub error_description: Option<String>,
    /// The scope that the request needs.
    pub scope: Option<String>,
}

impl Challenge {
    /// Every challenge of an answer; what cannot be read is left out.
    pub(crate) fn all(response: &Response) -> Vec<Self> {
        response.header_values("www-authenticate").flat_map(parse).collect()
    }

    fn set(&mut self, name: &str, value: String) {
        let field = match name.to_ascii_lowercase().as_str() {
            "error" => &mut self.error,
            "error_description" => &mut self.error_description,
            "scope" => &mut self.scope,
            _ => return,
        };
        *field = Some(value);
    }
}

/// Reads one header: schemes, each with its comma-separated parameters.
fn parse(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    for element in split_unquoted(header, ',').filter(|it| !it.is_empty()) {
        let (scheme, parameter) = split_scheme(element);
        if let Some(scheme) = scheme {
            challenges.push(Challenge { scheme: scheme.to_owned(), ..Challenge::default() });
        }
        if let (Some(challenge), Some((name, value))) =
            (challenges.last_mut(), parameter.split_once('='))
        {
            challenge.set(name.trim(), unquote(value.trim()));
        }
    }
    challenges
}

/// `Bearer realm="x"` begins a challenge, `error="x"` continues one; a lone word is a scheme without parameters.
fn split_scheme(element: &str) -> (Option<&str>, &str) {
    let end_of_word = element.find([' ', '\t', '=']).unwrap_or(element.len());
    let (word, rest) = element.split_at(end_of_word);
    let rest = rest.trim_start();
    if rest.starts_with('=') { (None, element) } else { (Some(word), rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(
        scheme: &str,
        error: Option<&str>,
        description: Option<&str>,
        scope: Option<&str>,
    ) -> Challenge {
        Challenge {
            scheme: scheme.to_owned(),
            error: error.map(str::to_owned),
            error_description: description.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }
    }

    #[track_caller]
    fn check(header: &str, expected: &[Challenge]) {
        assert_eq!(parse(header), expected);
    }

    #[test]
    fn oktas_bearer_challenge() {
        check(
            "Bearer authorization_uri=\"http://acme.okta.com/oauth2/v1/authorize\", realm=\"http://acme.okta.com\", \
             scope=\"okta.groups.read\", error=\"insufficient_scope\", \
             error_description=\"The access token provided does not contain the required scopes.\", resource=\"/api/v1/groups\"",
            &[challenge(
                "Bearer",
                Some("insufficient_scope"),
                Some("The access token provided does not contain the required scopes."),
                Some("okta.groups.read"),
            )],
        );
    }

    #[test]
    fn oktas_dpop_challenge() {
        check(
            "DPoP algs=\"RS256 RS384 ES256\", scope=\"okta.groups.read\", error=\"invalid_dpop_proof\", \
             error_description=\"'htu' claim, in the proof, is wrong\"",
            &[challenge(
                "DPoP",
                Some("invalid_dpop_proof"),
                Some("'htu' claim, in the proof, is wrong"),
                Some("okta.groups.read"),
            )],
        );
    }

    #[test]
    fn several_challenges_in_one_header() {
        check(
            "Negotiate, Basic realm=\"a \\\"b\\\", c\", Bearer error=invalid_token , error_description = \"gone\"",
            &[
                challenge("Negotiate", None, None, None),
                challenge("Basic", None, None, None),
                challenge("Bearer", Some("invalid_token"), Some("gone"), None),
            ],
        );
    }

    #[test]
    fn garbage_yields_nothing_harmful() {
        check("", &[]);
        check(",,, ,", &[]);
        check("error=\"orphan\"", &[]);
        check("Bearer error=\"unclosed", &[challenge("Bearer", Some("unclosed"), None, None)]);
        check(
            "Bearer error=\"ends in escape\\",
            &[challenge("Bearer", Some("ends in escape"), None, None)],
        );
    }
}
