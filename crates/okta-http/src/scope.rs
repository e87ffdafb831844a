//! Scopes of an access token (RFC 6749 section 3.3).

use std::collections::BTreeSet;
use std::fmt;

/// One scope token: visible ASCII without `"` and `\`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Scope(String);

impl Scope {
    /// Checks one scope token.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] if the text is empty or has a character outside `NQCHAR` of RFC 6749 appendix A.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidScope> {
        let text = text.into();
        if text.is_empty() {
            return Err(InvalidScope::Empty);
        }
        match text.chars().find(|&c| !is_scope_character(c)) {
            Some(character) => Err(InvalidScope::Character { character }),
            None => Ok(Self(text)),
        }
    }

    /// The scope as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of scopes, in one canonical order.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Reads scopes separated by spaces or commas, as a person writes them; repeats count once.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] for the first text that is no scope. Tabs and line breaks are refused rather than split at.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        text.split([' ', ',']).filter(|part| !part.is_empty()).map(Scope::new).collect()
    }

    /// Reads the parameter `scope` of the protocol (RFC 6749 section 3.3): separated by spaces only, because a comma may be
    /// part of a scope.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn parse_parameter(text: &str) -> Result<Self, InvalidScope> {
        text.split(' ').filter(|part| !part.is_empty()).map(Scope::new).collect()
    }

    /// The scopes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// How many scopes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `scope` is one of them.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// The scopes of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.0.difference(&other.0).cloned().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}{scope}")?;
        }
        Ok(())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl IntoIterator for Scopes {
    type Item = Scope;
    type IntoIter = std::collections::btree_set::IntoIter<Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Why a text is no scope.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScope {
    /// There is no text at all.
    #[error("a scope is empty")]
    Empty,
    /// A character that RFC 6749 does not allow in a scope.
    #[error("a scope contains `{}`", character.escape_default())]
    Character {
        /// The first such character.
        character: char,
    },
}

fn is_scope_character(c: char) -> bool {
    matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let scopes = Scopes::parse(text).unwrap();
        assert_eq!(scopes.to_string(), expected);
        assert_eq!(Scopes::parse(&scopes.to_string()).unwrap(), scopes);
    }

    #[test]
    fn u_08_spellings_are_normalised() {
        check("", "");
        check("  b a ", "a b");
        check("okta.users.read,okta.apps.manage", "okta.apps.manage okta.users.read");
        check("a, a,,b b", "a b");
        check("https://api.example/read:all", "https://api.example/read:all");
    }

    #[test]
    fn a_comma_is_part_of_a_scope_in_the_protocol() {
        let scopes = Scopes::parse_parameter("b  a,c b").unwrap();
        assert_eq!(
            scopes,
            [Scope::new("a,c").unwrap(), Scope::new("b").unwrap()].into_iter().collect()
        );
        assert_eq!(Scopes::parse_parameter(&scopes.to_string()), Ok(scopes));
        assert_eq!(
            Scopes::parse_parameter("a\tb"),
            Err(InvalidScope::Character { character: '\t' })
        );
    }

    #[test]
    fn u_08_characters_outside_nqchar_are_refused() {
        for (text, character) in [
            ("a\tb", '\t'),
            ("a\r\nb", '\r'),
            ("a\"b", '"'),
            ("a\\b", '\\'),
            ("okta.üsers", 'ü'),
            ("a\0", '\0'),
        ] {
            assert_eq!(Scopes::parse(text), Err(InvalidScope::Character { character }), "{text:?}");
        }
        assert_eq!(Scope::new(""), Err(InvalidScope::Empty));
        assert!(Scope::new("a b").is_err());
    }

    #[test]
    fn the_message_shows_no_raw_control_character() {
        assert_eq!(Scope::new("a\u{1b}").unwrap_err().to_string(), "a scope contains `\\u{1b}`");
    }

    #[test]
    fn difference_is_what_is_missing() {
        let asked = Scopes::parse("a b c").unwrap();
        let granted = Scopes::parse("b d").unwrap();
        assert_eq!(asked.difference(&granted).to_string(), "a c");
        assert!(asked.contains(&Scope::new("a").unwrap()));
        assert!(!granted.contains(&Scope::new("a").unwrap()));
    }

    #[test]
    fn u_08_ten_thousand_scopes_are_taken() {
        let text: Vec<String> = (0..10_000).map(|n| format!("s{n}")).collect();
        assert_eq!(Scopes::parse(&text.join(" ")).unwrap().len(), 10_000);
    }
}
