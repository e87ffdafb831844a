//! How many values a JSON text holds, counted without making them.

use serde::de::IgnoredAny;

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
    // serde_json knows a limit of depth, without which a hostile answer could exhaust the stack.
    serde_json::from_slice::<IgnoredAny>(json).map_err(|_| Refusal::NoJson)?;
    if count(json) > most { Err(Refusal::TooMany) } else { Ok(()) }
}

/// In a text that is JSON each value but the first comes after a comma, a colon, or the start of what is not empty.
fn count(json: &[u8]) -> usize {
    let mut values = 1;
    let mut octets = json.iter().copied().filter(|it| !it.is_ascii_whitespace()).peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'"' => skip_text(&mut octets),
            b',' | b':' => values += 1,
            b'[' | b'{' if !matches!(octets.peek(), Some(b']' | b'}')) => values += 1,
            _ => {}
        }
    }
    values
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
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(check(deep.as_bytes(), 10_000), Err(Refusal::NoJson));
    }
}
