//! The oldest C library that a program runs with.

use anyhow::{Context as _, Result};

const VERSION: &[u8] = b"GLIBC_2.";

/// The newest version among those that the symbols of an ELF file name: 34 for 2.34.
///
/// A linker takes the versions of its own machine, so that only the file knows.
pub(super) fn minor_of(elf: &[u8]) -> Result<u32> {
    let names = elf.windows(VERSION.len()).enumerate().filter(|(_, it)| *it == VERSION);
    let minors = names.filter_map(|(at, _)| {
        let rest = elf.get(at + VERSION.len()..)?;
        let digits: String =
            rest.iter().map(|it| char::from(*it)).take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    minors.max().context("the program names no version of glibc")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts() {
        let names = b"\0GLIBC_2.2.5\0memcpy\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0GLIBC_2.";
        assert_eq!(minor_of(names).unwrap(), 34);
        assert!(minor_of(b"musl").is_err());
    }
}
