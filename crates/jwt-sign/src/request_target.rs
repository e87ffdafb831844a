//! What a proof says about the URL of its request: `htu` (RFC 9449 section 4.2).

use std::fmt::Write;

use percent_encoding::percent_decode_str;

/// The URL without query and fragment, its path decoded; `None` if it is not absolute.
///
/// Okta compares the decoded path: for `/users/a%40b.com` the claim has to say `a@b.com`.
pub(crate) fn request_target(url: &str) -> Option<String> {
    let url = url.split(['?', '#']).next()?;
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_http = ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
    let is_sound = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !authority.is_empty()
        && !authority.contains('@');
    if !is_http || !is_sound {
        return None;
    }
    let origin = format!("{}://{}", scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    Some(format!("{origin}{}", if path.is_empty() { "/".to_owned() } else { decoded(path) }))
}

/// The decoded path. What would end it or make it read differently stays encoded, and so does what
/// is no text.
fn decoded(path: &str) -> String {
    let Ok(text) = percent_decode_str(path).decode_utf8() else { return path.to_owned() };
    text.chars().fold(String::with_capacity(path.len()), |mut target, character| {
        match character {
            '%' | ' ' | '"' | '#' | '?' | '\\' | '\0'..='\x1f' | '\x7f' => {
                // Writing to a string does not fail.
                let _ = write!(target, "%{:02X}", u32::from(character));
            }
            _ => target.push(character),
        }
        target
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        assert_eq!(request_target(url).as_deref(), expected);
    }

    #[test]
    fn query_and_fragment_are_left_out() {
        check("https://acme.okta.com/a?b=c#d", Some("https://acme.okta.com/a"));
        check("https://acme.okta.com/a#d?b", Some("https://acme.okta.com/a"));
        check("HTTPS://ACME.okta.com:8443/A", Some("https://acme.okta.com:8443/A"));
        check("http://127.0.0.1:1?x", Some("http://127.0.0.1:1/"));
    }

    #[test]
    fn the_path_is_decoded() {
        check("https://o/users/a%40b.com", Some("https://o/users/a@b.com"));
        check("https://o/users/%c3%a9", Some("https://o/users/é"));
        check("https://o/a%2fb%3fc", Some("https://o/a/b%3Fc"));
    }

    #[test]
    fn what_would_read_differently_stays_encoded() {
        check("https://o/a%25b%20%22%23", Some("https://o/a%25b%20%22%23"));
        check("https://o/%0d%0a%5c", Some("https://o/%0D%0A%5C"));
        check("https://o/%ff", Some("https://o/%ff"));
    }

    #[test]
    fn other_urls_have_no_target() {
        for url in
            ["", "/a", "ftp://o/a", "https://", "https://u@o/a", "https://o/a b", "https://o\\a"]
        {
            check(url, None);
        }
    }
}
