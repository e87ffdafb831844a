//! Nonces that servers give for DPoP proofs (RFC 9449 section 8).

use okta_http::Response;

const LONGEST: usize = 256;

/// The nonce of an answer; two of them, or one that is none (RFC 9449 section 8.1), count as nothing.
pub(crate) fn of(response: &Response) -> Option<&str> {
    let mut values = response.header_values("dpop-nonce");
    let nonce = values.next()?;
    let is_one = values.next().is_none()
        && (1..=LONGEST).contains(&nonce.len())
        && nonce.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    is_one.then_some(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], expected: Option<&str>) {
        let headers = values.iter().map(|it| ("DPoP-Nonce".to_owned(), (*it).to_owned()));
        let response = Response::new(400, headers.collect(), Vec::new());
        assert_eq!(of(&response), expected);
    }

    #[test]
    fn v_22_only_one_sound_nonce_is_taken() {
        check(&["aB-9.~!"], Some("aB-9.~!"));
        check(&[], None);
        check(&[""], None);
        check(&["a", "b"], None);
        check(&["a\"b"], None);
        check(&["a b"], None);
        check(&["\u{e9}"], None);
        check(&[&"x".repeat(256)], Some(&"x".repeat(256)));
        check(&[&"x".repeat(257)], None);
    }
}
