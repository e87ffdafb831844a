//! Secrets, and the search for them in whatever encoding.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// So much of a long secret counts as the whole: its beginning or its end.
const PIECE: usize = 24;

/// Secrets by name.
#[derive(Clone, Default)]
pub(crate) struct Canaries(Vec<(String, Vec<u8>)>);

/// A secret was seen in this encoding.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Sighting {
    pub(crate) name: String,
    pub(crate) encoding: &'static str,
}

impl Canaries {
    pub(crate) fn add(&mut self, name: &str, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref();
        assert!(secret.len() >= 16, "{name} is so short that it may be anywhere by chance");
        self.0.push((name.to_owned(), secret.to_vec()));
    }

    /// All but those that a command was asked for.
    pub(crate) fn without(&self, asked: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !asked.contains(&name.as_str()));
        Self(kept.cloned().collect())
    }

    /// Every secret that is in the text, and in which encoding.
    pub(crate) fn sightings(&self, text: &str) -> Vec<Sighting> {
        let texts = Texts::new(text);
        let mut sightings = Vec::new();
        for (name, secret) in &self.0 {
            for encoding in encodings_of(secret, &texts) {
                sightings.push(Sighting { name: name.clone(), encoding });
            }
        }
        sightings.sort();
        sightings.dedup();
        sightings
    }
}

/// A text in the forms that it is searched in.
struct Texts {
    exact: [String; 2],
    /// For encodings whose case does not matter.
    lower: [String; 2],
}

impl Texts {
    fn new(text: &str) -> Self {
        // Encodings are broken into lines, also within JSON.
        let folded = text.replace("\\n", "").split_whitespace().collect::<String>();
        let exact = [text.to_owned(), folded];
        let lower = exact.each_ref().map(|it| it.to_ascii_lowercase());
        Self { exact, lower }
    }

    fn hold(&self, needle: &str) -> bool {
        self.exact.iter().any(|text| text.contains(needle))
    }

    fn hold_in_any_case(&self, needle: &str) -> bool {
        let needle = needle.to_ascii_lowercase();
        self.lower.iter().any(|text| text.contains(&needle))
    }
}

fn encodings_of(secret: &[u8], texts: &Texts) -> Vec<&'static str> {
    let ends = [&secret[..secret.len().min(PIECE)], &secret[secret.len().saturating_sub(PIECE)..]];
    ends.into_iter().flat_map(|piece| encodings_of_piece(piece, texts)).collect()
}

fn encodings_of_piece(piece: &[u8], texts: &Texts) -> Vec<&'static str> {
    let text = std::str::from_utf8(piece).ok();
    let json = text.map(|text| serde_json::to_string(text).unwrap());
    let is_in = |alphabet| shifted_base64(piece, alphabet).iter().any(|it| texts.hold(it));
    let percent = [percent_encoded(piece, false), percent_encoded(piece, true)];
    let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
    [
        ("plain", text.is_some_and(|text| texts.hold(text))),
        ("base64", is_in(&alphabet::STANDARD)),
        ("base64url", is_in(&alphabet::URL_SAFE)),
        ("hex", texts.hold_in_any_case(&hex)),
        ("percent-encoded", percent.iter().any(|it| texts.hold_in_any_case(it))),
        ("JSON-escaped", json.is_some_and(|json| texts.hold(json.trim_matches('"')))),
    ]
    .into_iter()
    .filter_map(|(encoding, found)| found.then_some(encoding))
    .collect()
}

/// What of the encoding does not depend on what stands before and after, for each of three offsets: as in
/// `Basic base64(user:password)`.
fn shifted_base64(piece: &[u8], alphabet: &alphabet::Alphabet) -> [String; 3] {
    let engine = GeneralPurpose::new(alphabet, NO_PAD);
    [0, 1, 2].map(|offset| {
        let text = engine.encode([&vec![0; offset], piece].concat());
        let (begin, end) = ((offset * 8).div_ceil(6), (offset + piece.len()) * 8 / 6);
        text[begin..end].to_owned()
    })
}

/// Every byte, or only those that must be.
fn percent_encoded(piece: &[u8], all: bool) -> String {
    let encode = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' if !all => {
            char::from(*byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    piece.iter().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    const SECRET: &str = "ca/na+ry\"of\\ma%ny&signs";

    /// A secret whose base64 differs from its base64url, and all six encodings of it by another hand.
    const ENCODED: [(&str, &str); 6] = [
        ("plain", "~~~?>>>\"se/cret\\of~~"),
        ("base64", "fn5+Pz4+PiJzZS9jcmV0XG9mfn4"),
        ("base64url", "fn5-Pz4-PiJzZS9jcmV0XG9mfn4"),
        ("hex", "7e7e7e3f3e3e3e2273652f637265745c6f667e7e"),
        ("percent-encoded", "~~~%3F%3E%3E%3E%22se%2Fcret%5Cof~~"),
        ("JSON-escaped", "~~~?>>>\\\"se/cret\\\\of~~"),
    ];

    #[track_caller]
    fn check(canaries: &Canaries, text: &str, expected: &[&str]) {
        let found: Vec<_> = canaries.sightings(text).iter().map(|it| it.encoding).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn each_of_six_encodings_is_found_and_told_from_the_others() {
        let mut canaries = Canaries::default();
        canaries.add("a secret", ENCODED[0].1);
        check(&canaries, "error: nothing of it is here, not even ~~~?>>>", &[]);
        for (encoding, text) in ENCODED {
            check(&canaries, &format!("error: `{text}` is no key\n"), &[encoding]);
            check(&canaries, text, &[encoding]);
        }
        check(&canaries, &ENCODED[3].1.to_uppercase(), &["hex"]);
        let all = ENCODED.map(|(_, text)| text).join(" ");
        assert_eq!(canaries.sightings(&all).len(), 6);
        assert_eq!(canaries.without(&["a secret"]).sightings(&all), []);
    }

    #[test]
    fn base64_is_found_at_any_offset_and_over_lines() {
        let mut canaries = Canaries::default();
        canaries.add("a secret", SECRET);
        let engine = &base64::prelude::BASE64_STANDARD;
        for user in ["", "u", "us", "user:", "a longer user:"] {
            let text = engine.encode(format!("{user}{SECRET}@"));
            let lines: Vec<_> = text.as_bytes().chunks(8).map(String::from_utf8_lossy).collect();
            for text in [format!("Basic {text}"), lines.join("\n"), lines.join("\\n")] {
                let found = canaries.sightings(&text);
                assert!(found.iter().any(|it| it.encoding == "base64"), "{text}");
                // Where it has no character that differs, it is both.
                assert!(found.iter().all(|it| it.encoding.starts_with("base64")), "{found:?}");
            }
        }
    }

    #[test]
    fn a_long_secret_is_found_by_its_beginning_and_by_its_end() {
        let secret: String = ('A'..='Z').chain('a'..='z').collect();
        let mut canaries = Canaries::default();
        canaries.add("a secret", &secret);
        let all_alike = ["JSON-escaped", "percent-encoded", "plain"];
        check(&canaries, &secret[..PIECE], &all_alike);
        check(&canaries, &secret[secret.len() - PIECE..], &all_alike);
        check(&canaries, &secret[1..PIECE], &[]);
        let hex = |octets: Range<u8>| octets.map(|it| format!("{it:02x}")).collect::<String>();
        let mut octets = Canaries::default();
        octets.add("octets", (100..200).collect::<Vec<u8>>());
        check(&octets, &hex(100..200), &["hex"]);
        check(&octets, &hex(176..200), &["hex"]);
        check(&octets, &hex(101..124), &[]);
    }
}
