//! What people and other programs write down for us.

use okta_http::{OrgUrl, Scopes};
use okta_m2m::fuzzing;
use okta_register::ChosenClientId;
use url::Url;

use crate::text;

/// Our configuration file.
pub(crate) fn config_toml(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    read(fuzzing::config_toml(text))
}

/// The file of Okta's SDKs.
pub(crate) fn okta_yaml(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    read(fuzzing::okta_yaml(text))
}

/// Whether there is nothing wrong; what is wrong is told with its place.
fn read(problems: Vec<String>) -> bool {
    for problem in &problems {
        assert!(problem.starts_with("file:"), "no place: {problem}");
    }
    problems.is_empty()
}

/// An org URL: what was taken is written in one way, and another reader of URLs finds the same origin in it.
pub(crate) fn org_url(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let Ok(url) = OrgUrl::parse(text) else { return false };
    assert_eq!(OrgUrl::parse(url.as_str()).expect("its own text"), url, "{text}");
    assert!(url.as_str().starts_with("https://") || url.is_loopback(), "{text}");
    let Ok(other) = Url::parse(url.as_str()) else {
        // It reads what a name in punycode means; we leave that to the person who is warned of it.
        assert!(url.host().contains("xn--"), "{text}");
        return true;
    };
    assert_eq!(other.origin().ascii_serialization(), url.as_str(), "{text}");
    // Where the other reader takes the text as it was written, we talk to the same host or to the org behind its console.
    let written = Url::parse(text).ok().filter(|it| ["http", "https"].contains(&it.scheme()));
    if let Some(host) = written.as_ref().and_then(Url::host_str) {
        let ours = other.host_str().unwrap_or_default();
        let is_behind =
            |(label, ours): (&str, &str)| label == ours || label.trim_end_matches("-admin") == ours;
        let is_one_label_each = host.split('.').count() == ours.split('.').count();
        let mut pairs = host.split('.').zip(ours.split('.'));
        assert!(is_one_label_each && pairs.all(is_behind), "{text}: {host}, {ours}");
    }
    true
}

/// A list of scopes, and a client id that somebody chose.
pub(crate) fn scopes(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    if let Ok(id) = ChosenClientId::parse(text) {
        assert_eq!(id.as_str(), text);
    }
    let Ok(scopes) = Scopes::parse(text) else { return false };
    assert_eq!(Scopes::parse(&scopes.to_string()).expect("its own text"), scopes);
    let mut reversed: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    reversed.reverse();
    assert_eq!(Scopes::parse(&reversed.join(" ")).expect("the same scopes"), scopes);
    true
}
