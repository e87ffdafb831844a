//! Quoted strings in header fields (RFC 9110 section 5.6.4).

/// Splits at a separator that is not within quotes; each part is trimmed.
pub(crate) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let separates = move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    };
    text.split(separates).map(str::trim)
}

/// The text of a value, with or without quotes.
pub(crate) fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => text.extend(characters.next()),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split_unquoted(text, ';').collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn only_separators_outside_quotes_separate() {
        check("", &[""]);
        check("a; b ;;c", &["a", "b", "", "c"]);
        check(r#"a="x; y"; b"#, &[r#"a="x; y""#, "b"]);
        check(r#"a="x\"; y"; b"#, &[r#"a="x\"; y""#, "b"]);
        check(r#"a="x; y"#, &[r#"a="x; y"#]);
        check(r"a\; b", &[r"a\", "b"]);
    }

    #[test]
    fn quotes_and_escapes_are_taken_off() {
        for (value, expected) in [
            ("x", "x"),
            (r#""x; y""#, "x; y"),
            (r#""a\"b\\""#, r#"a"b\"#),
            (r#""open"#, "open"),
            (r#"""#, ""),
        ] {
            assert_eq!(unquote(value), expected, "{value}");
        }
    }
}
