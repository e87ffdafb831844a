//! The `Link` header (RFC 8288), as far as paging needs it.

use crate::quoted::{split_unquoted, unquote};
use crate::{HttpError, OrgUrl};

/// The target with relation `next` among all `Link` headers, if it stays at the origin of `org`.
pub(crate) fn next<'a>(
    headers: impl Iterator<Item = &'a str>,
    org: &OrgUrl,
) -> Result<Option<String>, HttpError> {
    let mut found = None;
    for header in headers {
        if let Some(target) = next_in(header)? {
            found = Some(at_origin(target, org)?);
        }
    }
    Ok(found)
}

fn next_in(header: &str) -> Result<Option<&str>, HttpError> {
    let mut rest = header.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (target, after) =
            rest.strip_prefix('<').and_then(|it| it.split_once('>')).ok_or_else(malformed)?;
        let after = after.trim_start();
        let parameters = split_unquoted(after, ',').next().unwrap_or_default();
        if has_relation_next(parameters) {
            return Ok(Some(target));
        }
        rest = after[parameters.len()..].trim_start_matches([' ', '\t', ',']);
    }
    Ok(None)
}

/// Only the first `rel` counts (RFC 8288 section 3.3).
fn has_relation_next(parameters: &str) -> bool {
    let relations = split_unquoted(parameters, ';')
        .filter_map(|it| it.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
        .map(|(_, value)| unquote(value.trim()));
    relations.is_some_and(|it| it.split(' ').any(|it| it.eq_ignore_ascii_case("next")))
}

fn at_origin(target: &str, org: &OrgUrl) -> Result<String, HttpError> {
    let path = if target.starts_with('/') && !target.starts_with("//") {
        Some(target)
    } else {
        let origin = org.as_str();
        target
            .get(..origin.len())
            .filter(|it| it.eq_ignore_ascii_case(origin))
            .and_then(|_| target.get(origin.len()..))
            .filter(|path| path.starts_with('/'))
    };
    let path =
        path.filter(|it| it.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'\\'));
    let path = path.ok_or_else(|| HttpError::Malformed {
        what: "the link to the next page leads away from the org".to_owned(),
    })?;
    Ok(org.url(path))
}

fn malformed() -> HttpError {
    HttpError::Malformed { what: "the `Link` header cannot be read".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[&str], expected: Option<&str>) {
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        assert_eq!(next(headers.iter().copied(), &org).unwrap().as_deref(), expected);
    }

    #[track_caller]
    fn refused(header: &str) {
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        assert!(
            matches!(next([header].into_iter(), &org), Err(HttpError::Malformed { .. })),
            "{header}"
        );
    }

    const SELF: &str = "<https://acme.okta.com/api/v1/apps?limit=2>; rel=\"self\"";
    const NEXT: &str = "<https://acme.okta.com/api/v1/apps?after=0oa,x&limit=2>; rel=\"next\"";
    const TARGET: Option<&str> = Some("https://acme.okta.com/api/v1/apps?after=0oa,x&limit=2");

    #[test]
    fn the_next_page_is_found() {
        check(&[], None);
        check(&[SELF], None);
        check(&[SELF, NEXT], TARGET);
        check(&[&format!("{SELF}, {NEXT}")], TARGET);
        check(&[&format!("{NEXT},{SELF}")], TARGET);
        check(
            &["</api/v1/apps?after=1>;title=\"a,b;c\"; REL=next"],
            Some("https://acme.okta.com/api/v1/apps?after=1"),
        );
        check(&["<HTTPS://ACME.okta.com/x>; rel=\"prev next\""], Some("https://acme.okta.com/x"));
    }

    #[test]
    fn quoted_text_is_no_parameter() {
        check(&["</x>; title=\"x; rel=next\"; rel=\"self\""], None);
        check(&["</x>; title=\"x\\\"; rel=next\""], None);
        check(&["</x>; rel=self; rel=next"], None);
        check(&[&format!("</x>; title=\"a;b, c\" , {NEXT}")], TARGET);
    }

    #[test]
    fn a_foreign_origin_is_refused() {
        for target in [
            "https://evil.example/api",
            "https://acme.okta.com.evil.example/api",
            "https://acme.okta.com@evil.example/api",
            "https://acme.okta.com:8443/api",
            "http://acme.okta.com/api",
            "//evil.example/api",
            "api/v1/apps",
            "https://acme.okta.com/\\evil",
            "https://acme.okta.com",
            "",
        ] {
            refused(&format!("<{target}>; rel=\"next\""));
        }
    }

    #[test]
    fn garbage_is_refused() {
        refused("https://acme.okta.com/x; rel=next");
        refused("<https://acme.okta.com/x; rel=next");
    }
}
