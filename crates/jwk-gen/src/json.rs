//! JSON read strictly: no member twice at any depth, bounded nesting, strings wiped on drop.
//!
//! `serde_json::Value` keeps the last of two equal members, and its order of members depends on
//! features that other crates turn on; keys are read through this tree instead.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use crate::error::{ParseJwkError, excerpt};

/// Deepest nesting that is read.
const DEPTH_LIMIT: usize = 64;

/// A JSON text; numbers, booleans and null are known by their kind only.
pub(crate) enum Json {
    Text(Zeroizing<String>),
    Object(Members),
    Array(Vec<Self>),
    Other(&'static str),
}

/// The members of a JSON object.
pub(crate) struct Members(BTreeMap<String, Json>);

impl Json {
    /// Reads a whole text of at most `limit` bytes.
    pub(crate) fn parse(text: &str, limit: usize) -> Result<Self, ParseJwkError> {
        if text.len() > limit {
            return Err(ParseJwkError::TooLarge { limit });
        }
        let mut source = serde_json::Deserializer::from_str(text);
        let flaw = RefCell::new(None);
        let json = Node { depth: 0, flaw: &flaw }.deserialize(&mut source);
        let json = json.and_then(|it| source.end().map(|()| it));
        json.map_err(|fault| flaw.take().unwrap_or_else(|| not_json(&fault)))
    }

    /// Reads from any source of the serde data model.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let flaw = RefCell::new(None);
        let json = Node { depth: 0, flaw: &flaw }.deserialize(source);
        json.map_err(|fault| flaw.take().map_or(fault, D::Error::custom))
    }

    pub(crate) fn into_object(self) -> Result<Members, ParseJwkError> {
        match self {
            Self::Object(members) => Ok(members),
            other => Err(ParseJwkError::NotAnObject { found: other.kind() }),
        }
    }

    pub(crate) fn has_member(&self, member: &str) -> bool {
        matches!(self, Self::Object(members) if members.contains(member))
    }

    /// A string member of an object.
    pub(crate) fn text_member(&self, member: &str) -> Option<&str> {
        let Self::Object(Members(members)) = self else { return None };
        members.get(member)?.as_text()
    }

    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn instead_of_array(&self) -> &'static str {
        match self {
            Self::Text(_) => "is a string, not an array",
            Self::Object(_) => "is an object, not an array",
            Self::Array(_) | Self::Other(_) => "is not an array",
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Object(_) => "an object",
            Self::Array(_) => "an array",
            Self::Other(kind) => kind,
        }
    }
}

/// serde_json's own text may quote the value it met, so that only the position is kept.
fn not_json(fault: &serde_json::Error) -> ParseJwkError {
    ParseJwkError::NotJson { line: fault.line(), column: fault.column() }
}

impl Members {
    pub(crate) fn contains(&self, member: &str) -> bool {
        self.0.contains_key(member)
    }

    /// A string member; `None` if it is absent.
    pub(crate) fn text(&self, member: &'static str) -> Result<Option<&str>, ParseJwkError> {
        match self.0.get(member) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(ParseJwkError::InvalidMember { member, problem: "is not a string" }),
        }
    }

    /// An array of strings; `None` if it is absent.
    pub(crate) fn texts(&self, member: &'static str) -> Result<Option<Vec<&str>>, ParseJwkError> {
        let texts = match self.0.get(member) {
            None => return Ok(None),
            Some(Json::Array(items)) => items.iter().map(Json::as_text).collect::<Option<_>>(),
            Some(_) => None,
        };
        let problem = "is not an array of strings";
        texts.map(Some).ok_or(ParseJwkError::InvalidMember { member, problem })
    }

    /// Takes an array out; `None` if it is absent.
    pub(crate) fn take_array(
        &mut self,
        member: &'static str,
    ) -> Result<Option<Vec<Json>>, ParseJwkError> {
        match self.0.remove(member) {
            None => Ok(None),
            Some(Json::Array(items)) => Ok(Some(items)),
            Some(other) => {
                let problem = other.instead_of_array();
                Err(ParseJwkError::InvalidMember { member, problem })
            }
        }
    }
}

struct Node<'f> {
    depth: usize,
    flaw: &'f RefCell<Option<ParseJwkError>>,
}

impl Node<'_> {
    fn child<E: Error>(&self) -> Result<Self, E> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.refuse(ParseJwkError::TooDeep { limit: DEPTH_LIMIT }));
        }
        Ok(Self { depth: self.depth + 1, flaw: self.flaw })
    }

    fn refuse<E: Error>(&self, flaw: ParseJwkError) -> E {
        let fault = E::custom(&flaw);
        self.flaw.replace(Some(flaw));
        fault
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Json, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other("a boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other("a number"))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other("null"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(self.child()?)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = source.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(self.refuse(ParseJwkError::DuplicateMember { member: excerpt(&name) }));
            }
            let value = source.next_value_seed(self.child()?)?;
            members.insert(name, value);
        }
        Ok(Json::Object(Members(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> ParseJwkError {
        match Json::parse(text, 1 << 20) {
            Ok(_) => panic!("{text:.60} was accepted"),
            Err(refusal) => refusal,
        }
    }

    #[test]
    fn no_member_may_occur_twice_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"x":[[{"a":null,"a":null}]]}"#,
        ] {
            assert_eq!(refusal(text), ParseJwkError::DuplicateMember { member: "a".into() });
        }
        assert!(Json::parse(r#"{"a":{"a":{"a":[]}},"b":[{"a":1},{"a":1}]}"#, 100).is_ok());
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::parse(&nested(DEPTH_LIMIT), 1000).is_ok());
        assert_eq!(refusal(&nested(DEPTH_LIMIT + 2)), ParseJwkError::TooDeep { limit: 64 });
        assert_eq!(refusal(&"[".repeat(100_000)), ParseJwkError::TooDeep { limit: 64 });
        assert_eq!(Json::parse("[      ]", 7).err(), Some(ParseJwkError::TooLarge { limit: 7 }));
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_position() {
        for text in
            ["", "\u{feff}{}", "{}x", "{'a':1}", "{\"a\":1,}", "NaN", "True", "// c", "\"\\ud800\""]
        {
            assert!(matches!(refusal(text), ParseJwkError::NotJson { .. }), "{text}");
        }
        assert_eq!(refusal("{\n \"d\": secret}"), ParseJwkError::NotJson { line: 2, column: 7 });
    }
}
