//! Fields of a call: members of its JSON body, nested as `gh api` nests them, or parameters of its query.

use std::path::Path;

use serde_json::{Map, Value};

use super::text_of;
use crate::error::CliError;

/// Deeper bodies are nobody's, and would exhaust the stack.
const DEEPEST: usize = 32;

/// One field: its name and its value, which an empty array has none of.
type Field<'a> = (&'a str, Option<Value>);

/// A part of a name after the first: `[MEMBER]` or `[]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step<'a> {
    Member(&'a str),
    Item,
}

/// The body that the texts of `-f` make and then those of `-F`.
pub(super) fn body(raw: &[String], typed: &[String]) -> Result<Map<String, Value>, CliError> {
    let mut fields = Vec::with_capacity(raw.len() + typed.len());
    for field in raw {
        let (name, text) = optional(field)?;
        fields.push((name, text.map(Value::from)));
    }
    for field in typed {
        let (name, text) = optional(field)?;
        fields.push((name, text.map(value_of).transpose()?));
    }
    nested(fields)
}

/// The parameters of the query, in the same order. A name is what it is there, and may be repeated.
pub(super) fn query(raw: &[String], typed: &[String]) -> Result<Vec<(String, String)>, CliError> {
    let mut pairs = Vec::with_capacity(raw.len() + typed.len());
    for field in raw {
        let (name, text) = split(field)?;
        pairs.push((name.to_owned(), text.to_owned()));
    }
    for field in typed {
        let (name, text) = split(field)?;
        let value = value_of(text)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        pairs.push((name.to_owned(), text));
    }
    Ok(pairs)
}

/// `NAME=VALUE`, or `NAME[]` for an array with nothing in it.
fn optional(field: &str) -> Result<(&str, Option<&str>), CliError> {
    if !field.contains('=') && field.ends_with("[]") {
        return Ok((field, None));
    }
    split(field).map(|(name, text)| (name, Some(text)))
}

fn split(field: &str) -> Result<(&str, &str), CliError> {
    let parts = field.split_once('=').filter(|(name, _)| !name.is_empty());
    parts.ok_or_else(|| CliError::usage(format!("`{field}` is not NAME=VALUE")))
}

/// What a text of `-F` stands for.
fn value_of(text: &str) -> Result<Value, CliError> {
    Ok(match text {
        "true" => Value::from(true),
        "false" => Value::from(false),
        "null" => Value::Null,
        _ => match (text.strip_prefix('@'), text.parse::<i64>()) {
            (Some(path), _) => Value::from(text_of(Path::new(path))?),
            (None, Ok(number)) => Value::from(number),
            (None, Err(_)) => Value::from(text),
        },
    })
}

/// Puts each value where its name says.
fn nested<'a>(fields: impl IntoIterator<Item = Field<'a>>) -> Result<Map<String, Value>, CliError> {
    let mut members = Map::new();
    for (name, value) in fields {
        let (first, steps) = parse(name).ok_or_else(|| {
            CliError::usage(format!("`{name}` is no name of a field"))
                .with_hint("NAME=VALUE, NAME[MEMBER]=VALUE or NAME[]=VALUE")
        })?;
        put(&mut members, first, &steps, value).ok_or_else(|| {
            CliError::usage(format!("field `{name}` is given twice, or is of two kinds"))
        })?;
    }
    Ok(members)
}

/// `a[b][]` is the member `a` and in it the items of `b`.
fn parse(name: &str) -> Option<(&str, Vec<Step<'_>>)> {
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
        steps.push(if inner.is_empty() { Step::Item } else { Step::Member(inner) });
        rest = after;
    }
    let is_text = |text: &str| !text.is_empty() && !text.contains(['[', ']']);
    let is_sound = |step: &Step<'_>| {
        matches!(step, Step::Item) || matches!(step, Step::Member(it) if is_text(it))
    };
    let has_item_of_items = steps.windows(2).any(|it| it == [Step::Item, Step::Item]);
    let is_sound = is_text(first) && steps.iter().all(is_sound) && !has_item_of_items;
    (is_sound && steps.len() < DEEPEST).then_some((first, steps))
}

/// Nothing if there is something else already.
fn put(
    members: &mut Map<String, Value>,
    name: &str,
    steps: &[Step<'_>],
    value: Option<Value>,
) -> Option<()> {
    match (steps, value) {
        ([], Some(value)) => put_new(members, name, value),
        ([Step::Item], None) => put_new(members, name, Value::Array(Vec::new())),
        ([Step::Item], Some(value)) => {
            array(members, name)?.push(value);
            Some(())
        }
        ([Step::Item, Step::Member(next), rest @ ..], value) => {
            put(item_without(array(members, name)?, next)?, next, rest, value)
        }
        ([Step::Member(next), rest @ ..], value) => {
            let inner = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
            put(inner.as_object_mut()?, next, rest, value)
        }
        _ => None,
    }
}

fn put_new(members: &mut Map<String, Value>, name: &str, value: Value) -> Option<()> {
    if members.contains_key(name) {
        return None;
    }
    members.insert(name.to_owned(), value);
    Some(())
}

fn array<'a>(members: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Vec<Value>> {
    members.entry(name).or_insert_with(|| Value::Array(Vec::new())).as_array_mut()
}

/// The last object of the array as long as it lacks the member, or can take more of it; then another one begins.
fn item_without<'a>(items: &'a mut Vec<Value>, member: &str) -> Option<&'a mut Map<String, Value>> {
    let last = items.last().and_then(Value::as_object);
    if !last.is_some_and(|last| last.get(member).is_none_or(Value::is_array)) {
        items.push(Value::Object(Map::new()));
    }
    items.last_mut()?.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(fields: &[&str]) -> Result<String, CliError> {
        let fields = fields.iter().map(|it| optional(it).unwrap());
        nested(fields.map(|(name, text)| (name, text.map(Value::from))))
            .map(|members| Value::Object(members).to_string())
    }

    #[track_caller]
    fn check(fields: &[&str], expected: &str) {
        assert_eq!(made(fields).unwrap(), expected);
    }

    #[track_caller]
    fn refused(fields: &[&str], name: &str) {
        let error = made(fields).unwrap_err();
        assert_eq!(error.class(), crate::exit_code::Class::Usage);
        assert!(error.message().contains(&format!("`{name}`")), "{}", error.message());
    }

    /// What `gh api` makes of the same.
    #[test]
    fn names_nest() {
        check(&["profile[name]=Eng"], r#"{"profile":{"name":"Eng"}}"#);
        check(&["a[b]=1", "a[c]=2", "d=3"], r#"{"a":{"b":"1","c":"2"},"d":"3"}"#);
        check(&["t[]=1", "t[]=2"], r#"{"t":["1","2"]}"#);
        check(&["a[b][]=x=y", "a[b][]="], r#"{"a":{"b":["x=y",""]}}"#);
        check(&["t[]"], r#"{"t":[]}"#);
        check(&["a[b][]"], r#"{"a":{"b":[]}}"#);
        check(&["t[]", "t[]=1"], r#"{"t":["1"]}"#);
        check(
            &["o[][n]=1", "o[][t][]=2", "o[][t][]=3", "o[][n]=4"],
            r#"{"o":[{"n":"1","t":["2","3"]},{"n":"4"}]}"#,
        );
    }

    #[test]
    fn a_name_is_given_once_and_is_of_one_kind() {
        refused(&["a=1", "a=2"], "a");
        refused(&["a[b]=1", "a[b]=2"], "a[b]");
        refused(&["a=1", "a[b]=2"], "a[b]");
        refused(&["a[b]=1", "a=2"], "a");
        refused(&["a[]=1", "a[b]=2"], "a[b]");
        refused(&["a[b]=1", "a[]=2"], "a[]");
        refused(&["a[]=1", "a=2"], "a");
        refused(&["a=1", "a[]"], "a[]");
        refused(&["a[]=1", "a[]"], "a[]");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in ["[a]", "[]", "a[", "a]", "a[b", "a[b]c", "a[b]]", "a[[b]]", "a[][]"] {
            refused(&[&format!("{name}=1")], name);
        }
        let deep = format!("a{}", "[b]".repeat(40_000));
        refused(&[&format!("{deep}=1")], &deep);
    }

    #[test]
    fn fields_have_the_types_that_they_look_like() {
        for (text, expected) in
            [("true", "true"), ("null", "null"), ("12", "12"), ("1.5", "\"1.5\""), ("", "\"\"")]
        {
            assert_eq!(value_of(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn a_query_takes_names_as_they_are_and_again() {
        let pairs = query(&["a[]=1".to_owned(), "a[]=x".to_owned()], &["a[]=true".to_owned()]);
        let pairs = pairs.unwrap();
        let pairs: Vec<_> = pairs.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(pairs, [("a[]", "1"), ("a[]", "x"), ("a[]", "true")]);
        assert!(query(&["a[]".to_owned()], &[]).is_err());
    }
}
