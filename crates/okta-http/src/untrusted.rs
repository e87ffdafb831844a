//! Text from a server, made safe for a terminal and a log.

/// The longest text that [`display_untrusted`] returns, in characters.
const LONGEST: usize = 512;

/// Makes text from a server safe to print: one line, at most 512 characters.
///
/// Line breaks and tabs become spaces. Other control characters, and the invisible ones that reorder or hide text (bidirectional
/// controls, zero-width characters, line separators, tags), are shown as `\u{…}`, so that a server can neither drive
/// the terminal nor forge a line.
pub fn display_untrusted(text: &str) -> String {
    excerpt(text, LONGEST)
}

/// As [`display_untrusted`], with another limit.
pub(crate) fn excerpt(text: &str, longest: usize) -> String {
    let mut clean = String::new();
    for (count, shown) in
        text.trim_matches(|c: char| c.is_ascii_whitespace()).chars().flat_map(visible).enumerate()
    {
        if count == longest {
            clean.push('…');
            break;
        }
        clean.push(shown);
    }
    clean
}

fn visible(c: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = match c {
        '\n' | '\r' | '\t' => (Some(' '), None),
        _ if c.is_control() || is_invisible(c) => (None, Some(c.escape_unicode())),
        _ => (Some(c), None),
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

/// Format characters that show nothing but change what is seen around them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(display_untrusted(text), expected);
    }

    #[test]
    fn plain_text_is_kept() {
        check(
            "One or more scopes are not configured — è ok",
            "One or more scopes are not configured — è ok",
        );
    }

    #[test]
    fn terminal_sequences_are_shown_not_obeyed() {
        check("\u{1b}]52;c;ZXZpbA==\u{7}", "\\u{1b}]52;c;ZXZpbA==\\u{7}");
        check("\u{9b}31m", "\\u{9b}31m");
        check("a\rb\nc\td", "a b c d");
        check("\u{202e}txt\u{2066}\u{200b}\u{2028}", "\\u{202e}txt\\u{2066}\\u{200b}\\u{2028}");
    }

    #[test]
    fn length_is_capped_after_escaping() {
        let clean = display_untrusted(&"\u{1b}".repeat(1_000_000));
        assert_eq!(clean.chars().count(), LONGEST + 1);
        assert!(clean.ends_with('…'));
        assert_eq!(display_untrusted(&"x".repeat(LONGEST)).chars().count(), LONGEST);
    }

    #[test]
    fn nothing_dangerous_survives_from_any_character() {
        for c in '\0'..=char::MAX {
            for shown in display_untrusted(&format!("x{c}x")).chars() {
                assert!(!shown.is_control() && !is_invisible(shown), "{:?}", c);
            }
        }
    }
}
