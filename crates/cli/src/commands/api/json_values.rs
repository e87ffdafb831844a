//! How many values a JSON text holds and how deep they lie, found out without making them.

use serde::de::IgnoredAny;

/// A text that is nested deeper could exhaust the stack of whoever makes values of it. Okta's answers are less than ten deep.
const DEEPEST: usize = 128;

/// Why a text is not taken.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// It is no JSON, or nested too deep.
    NoJson,
    /// It holds more values than allowed.
    TooMany,
}

/// Checks that `json` is one JSON text of at most `most` values, the names of members among them.
pub(super) fn check(json: &[u8], most: usize) -> Result<(), Refusal> {
    // Of octets that are ignored nobody would find out whether they are UTF-8 (RFC 8259 section 8.1).
    let text = str::from_utf8(json).map_err(|_| Refusal::NoJson)?;
    // What is ignored is read without recursion, to any depth.
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| Refusal::NoJson)?;
    let (values, depth) = measure(json);
    match () {
        () if depth > DEEPEST => Err(Refusal::NoJson),
        () if values > most => Err(Refusal::TooMany),
        () => Ok(()),
    }
}

/// In a text that is JSON each value but the first comes after a comma, a colon, or the start of what is not empty.
fn measure(json: &[u8]) -> (usize, usize) {
    let (mut values, mut depth, mut deepest) = (1, 0_usize, 0);
    let mut octets = json.iter().copied().filter(|it| !it.is_ascii_whitespace()).peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'"' => skip_text(&mut octets),
            b',' | b':' => values += 1,
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
                values += usize::from(!matches!(octets.peek(), Some(b']' | b'}')));
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (values, deepest)
}

fn skip_text(octets: &mut impl Iterator<Item = u8>) {
    while let Some(octet) = octets.next() {
        match octet {
            b'"' => return,
            b'\\' => drop(octets.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_names_are_counted_at_every_depth() {
        for (json, values) in [
            ("1", 1),
            ("[]", 1),
            ("[ ]", 1),
            (r#"[null,true,-1,1,1.5,"a\n"]"#, 7),
            (r#"{"a":{"b":[{}]}}"#, 6),
            (r#"{"a":1, "b":[1,[2]]}"#, 8),
            (" [[],[]] ", 3),
            (r#"["[,:{\",[,\\",":\\\",,"]"#, 3),
            ("[1e999]", 2),
        ] {
            assert_eq!(check(json.as_bytes(), values), Ok(()), "{json}");
            assert_eq!(check(json.as_bytes(), values - 1), Err(Refusal::TooMany), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_not_taken_for_too_much_of_it() {
        let deep = "[".repeat(100_000);
        for json in ["", "<html>", "{}x", "[1,", "{1:2}", "[1] [2]", "\"\u{0}\"", &deep] {
            assert_eq!(check(json.as_bytes(), 10), Err(Refusal::NoJson), "{json:.20}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(nested(DEEPEST).as_bytes(), 1000), Ok(()));
        for depth in [DEEPEST + 1, 1_000_000] {
            assert_eq!(check(nested(depth).as_bytes(), usize::MAX), Err(Refusal::NoJson));
        }
        let wide = vec![nested(DEEPEST - 1); 100].join(",");
        assert_eq!(check(format!("[{wide}]").as_bytes(), 100_000), Ok(()));
    }
}
