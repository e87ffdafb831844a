//! JSON objects read leniently: the last of two equal members counts, and both are reported.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::InspectError;
use crate::refusal::excerpt;

/// An object and the names that occur twice in it or below.
pub(super) struct Parsed {
    pub(super) members: Map<String, Value>,
    pub(super) duplicates: Vec<String>,
}

pub(super) fn parse(json: &[u8], part: &'static str) -> Result<Parsed, InspectError> {
    let duplicates = RefCell::new(Vec::new());
    let mut source = serde_json::Deserializer::from_slice(json);
    let value = Node(&duplicates).deserialize(&mut source);
    let value = value.and_then(|it| source.end().map(|()| it));
    match value {
        Ok(Value::Object(members)) => Ok(Parsed { members, duplicates: duplicates.into_inner() }),
        _ => Err(InspectError::NotJsonObject { part }),
    }
}

#[derive(Clone, Copy)]
struct Node<'a>(&'a RefCell<Vec<String>>);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        Number::from_f64(it).map(Value::Number).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::String(it.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            let value = source.next_value_seed(self)?;
            if members.contains_key(&name) {
                self.0.borrow_mut().push(excerpt(&name));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
