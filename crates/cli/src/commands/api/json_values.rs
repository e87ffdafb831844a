//! How many values a JSON text holds, counted without making them.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Why a text is not taken.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Refusal {
    /// It is no JSON, or nested too deep (serde_json's limit).
    NoJson,
    /// It holds more values than allowed.
    TooMany,
}

/// Checks that `json` is one JSON text of at most `most` values, the names of members among them.
pub(super) fn check(json: &[u8], most: usize) -> Result<(), Refusal> {
    let left = Cell::new(Some(most));
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = Count { left: &left }.deserialize(&mut deserializer);
    match read.and_then(|()| deserializer.end()) {
        Ok(()) => Ok(()),
        Err(_) if left.get().is_none() => Err(Refusal::TooMany),
        Err(_) => Err(Refusal::NoJson),
    }
}

/// Takes one from what is left for each value; `None` once there was one too many.
#[derive(Clone, Copy)]
struct Count<'a> {
    left: &'a Cell<Option<usize>>,
}

impl Count<'_> {
    fn one<E: Error>(self) -> Result<(), E> {
        self.left.set(self.left.get().and_then(|left| left.checked_sub(1)));
        self.left.get().map(drop).ok_or_else(|| E::custom("too many values"))
    }
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.one()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.one()?;
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.one()?;
        while members.next_key_seed(self)?.is_some() {
            members.next_value_seed(self)?;
        }
        Ok(())
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
            (r#"[null,true,-1,1,1.5,"a\n"]"#, 7),
            (r#"{"a":{"b":[{}]}}"#, 6),
            (" [[],[]] ", 3),
        ] {
            assert_eq!(check(json.as_bytes(), values), Ok(()), "{json}");
            assert_eq!(check(json.as_bytes(), values - 1), Err(Refusal::TooMany), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_not_taken_for_too_much_of_it() {
        let deep = "[".repeat(100_000);
        for json in ["", "<html>", "{}x", "[1,", "{1:2}", "[1] [2]", "\"\u{0}\"", &deep] {
            assert_eq!(check(json.as_bytes(), 1000), Err(Refusal::NoJson), "{json:.20}");
        }
    }
}
