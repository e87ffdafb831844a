//! Text that no terminal obeys, whatever file or server parts of it are from.

use std::mem;

/// Controls and the marks that turn text round are written as JSON writes them, whose encoder leaves some of them.
pub(crate) fn without_controls(text: &str) -> String {
    let is_marked = |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if (c.is_control() && !matches!(c, '\n' | '\t')) || is_marked(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The same for bytes that come in pieces, with line breaks as they are usual here.
#[derive(Debug, Default)]
pub(crate) struct TerminalText {
    /// The begin of a character or of a line break.
    held: Vec<u8>,
}

impl TerminalText {
    /// What can be shown, now that these bytes have come.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        let mut piece = mem::take(&mut self.held);
        piece.extend_from_slice(bytes);
        self.held = piece.split_off(whole(&piece));
        shown(&piece)
    }

    /// What is left to show, now that no more will come.
    pub(crate) fn end(&mut self) -> String {
        shown(&mem::take(&mut self.held))
    }
}

fn shown(piece: &[u8]) -> String {
    without_controls(&String::from_utf8_lossy(piece).replace("\r\n", "\n"))
}

/// How many bytes there are before something that may go on in the next piece.
fn whole(piece: &[u8]) -> usize {
    let rest = piece.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    let is_begun = matches!(str::from_utf8(rest), Err(error) if error.error_len().is_none());
    let held = if is_begun { rest.len() } else { usize::from(piece.ends_with(b"\r")) };
    piece.len() - held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_shown_as_the_whole_would_be() {
        let whole = "a\r\nb\u{20ac}\r\u{1b}[2J\u{202e}\r\n\u{1f511}\r".as_bytes();
        let expected = "a\nb\u{20ac}\\u000d\\u001b[2J\\u202e\n\u{1f511}\\u000d";
        for (first, second) in (0..=whole.len())
            .flat_map(|it| [(it, it), (it, whole.len()), (it, (it + 1).min(whole.len()))])
        {
            let mut text = TerminalText::default();
            let mut all = text.push(&whole[..first]);
            all += &text.push(&whole[first..second]);
            all += &text.push(&whole[second..]);
            assert_eq!(all + &text.end(), expected, "{first}, {second}");
        }
    }

    #[test]
    fn what_ends_within_a_character_is_shown_and_over() {
        let mut text = TerminalText::default();
        assert_eq!(text.push(b"a\xe2\x82"), "a");
        assert_eq!(text.end(), "\u{fffd}");
        assert_eq!(text.push(b"\xacb"), "\u{fffd}b");
        assert_eq!(text.end(), "");
    }
}
