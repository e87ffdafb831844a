//! The first line of every Rust file says what the file is for.

use super::Finding;
use super::source::Source;

pub(super) fn check(sources: &[Source<'_>]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| {
            Finding::new(format!("{}:1", source.path), "the first line is no `//!` documentation")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&[Source::parse("a.rs", text).unwrap()]).len()
    }

    #[test]
    fn a_file_must_open_with_its_purpose() {
        assert_eq!(count("//! Thumbprints of keys (RFC 7638).\n"), 0);
        assert_eq!(count("\n//! Late.\n"), 1);
        assert_eq!(count("//!\n"), 1);
        assert_eq!(count("use std::fs;\n"), 1);
        assert_eq!(count(""), 1);
    }
}
