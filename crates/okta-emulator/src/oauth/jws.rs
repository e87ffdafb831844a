//! Compact JWS, read strictly (RFC 7515 section 7.1, RFC 8725).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::strict_json;

/// No honest assertion or proof comes near this; refusing early bounds the work of a hostile one.
const LONGEST: usize = 32 * 1024;
/// Header parameters that would change how the rest is read, or where the key comes from.
const REFUSED_PARAMETERS: [&str; 8] = ["crit", "b64", "zip", "cty", "jku", "x5u", "x5c", "enc"];

/// The parts of a compact JWS. Nothing in it is trustworthy before a key has verified it.
#[derive(Debug)]
pub(crate) struct CompactJws<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signing_input: &'a [u8],
    pub(crate) signature: Vec<u8>,
}

/// The text is not a compact JWS that the org would look at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed;

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(compact: &'a str) -> Result<Self, Malformed> {
        if compact.len() > LONGEST {
            return Err(Malformed);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(Malformed)?;
        let (header, claims) = signing_input.split_once('.').ok_or(Malformed)?;
        // A fourth part would leave a dot in the claims, which is not base64url.
        let header = strict_json::object(&decode(header)?).map_err(|_| Malformed)?;
        if REFUSED_PARAMETERS.iter().any(|name| header.contains_key(*name)) {
            return Err(Malformed);
        }
        Ok(Self {
            header,
            claims: strict_json::object(&decode(claims)?).map_err(|_| Malformed)?,
            signing_input: signing_input.as_bytes(),
            signature: decode(signature)?,
        })
    }

    /// A header parameter that must be a string if it is there.
    pub(crate) fn header_string(&self, name: &str) -> Result<Option<&str>, Malformed> {
        optional_string(&self.header, name)
    }

    /// A claim that must be a string if it is there.
    pub(crate) fn claim_string(&self, name: &str) -> Result<Option<&str>, Malformed> {
        optional_string(&self.claims, name)
    }

    /// A NumericDate without a fraction; Okta takes no other (RFC 7519 section 2 would).
    pub(crate) fn claim_seconds(&self, name: &str) -> Result<Option<i64>, Malformed> {
        match self.claims.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Some(number.as_i64().unwrap_or(i64::MAX)))
            }
            Some(_) => Err(Malformed),
        }
    }
}

fn optional_string<'m>(
    members: &'m Map<String, Value>,
    name: &str,
) -> Result<Option<&'m str>, Malformed> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Malformed),
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(header: &str, claims: &str) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{claims}.AAAA")
    }

    #[test]
    fn splits_a_compact_jws() {
        let text = compact(r#"{"alg":"RS256","kid":"a"}"#, r#"{"iss":"c","exp":12}"#);
        let jws = CompactJws::parse(&text).unwrap();
        assert_eq!(jws.header_string("kid"), Ok(Some("a")));
        assert_eq!(jws.header_string("typ"), Ok(None));
        assert_eq!(jws.claim_seconds("exp"), Ok(Some(12)));
        assert_eq!(jws.signature, [0, 0, 0]);
        assert_eq!(jws.signing_input, text.trim_end_matches(".AAAA").as_bytes());
    }

    #[test]
    fn refuses_every_other_shape() {
        let good = compact("{}", "{}");
        assert!(CompactJws::parse(&good).is_ok());
        let long = compact("{}", &format!(r#"{{"a":"{}"}}"#, "x".repeat(LONGEST)));
        let dots = ".".repeat(1 << 20);
        let padded = good.replacen("e30.", "e30=.", 1);
        for text in [
            "",
            "a",
            "e30.e30",
            "..",
            "e30.e30.AAAA.",
            "e30.e30.AAAA.AAAA.AAAA",
            &dots,
            &long,
            &padded,
            "e30.e30.AA AA",
            "e30.e30\n.AAAA",
            "e30.e30.AAB",
            "e31.e30.AAAA",
            &compact("{} ", "{}x"),
            &compact(r#"{"alg":"RS256","alg":"none"}"#, "{}"),
            &compact("{}", r#"{"iss":"a","iss":"b"}"#),
            &compact("[]", "{}"),
            r#"{"payload":"e30","protected":"e30","signature":"AAAA"}"#,
        ] {
            assert!(CompactJws::parse(text).is_err(), "{}", &text[..text.len().min(60)]);
        }
    }

    #[test]
    fn refuses_parameters_that_bring_a_key_or_change_the_reading() {
        for name in REFUSED_PARAMETERS {
            let header = format!(r#"{{"alg":"RS256","{name}":["x"]}}"#);
            assert!(CompactJws::parse(&compact(&header, "{}")).is_err(), "{name}");
        }
    }

    #[test]
    fn reads_whole_seconds_only() {
        for (exp, expected) in [
            ("12", Ok(Some(12))),
            ("-1", Ok(Some(-1))),
            ("18446744073709551615", Ok(Some(i64::MAX))),
            ("12.0", Err(Malformed)),
            ("1e9", Err(Malformed)),
            ("\"12\"", Err(Malformed)),
            ("null", Err(Malformed)),
        ] {
            let text = compact("{}", &format!(r#"{{"exp":{exp}}}"#));
            assert_eq!(CompactJws::parse(&text).unwrap().claim_seconds("exp"), expected, "{exp}");
        }
    }
}
