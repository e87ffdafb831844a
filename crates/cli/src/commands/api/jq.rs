//! Filters in the language of jq, by jaq.

use std::fmt::Debug;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

use super::json_values::{self, Refusal};
use crate::error::CliError;
use crate::exit_code::Class;

type Compiled = jaq_core::Filter<data::JustLut<Val>>;

/// A filter that can be run.
pub(crate) struct Filter(Compiled);

impl Filter {
    /// Compiles `code`.
    pub(crate) fn parse(code: &str) -> Result<Self, CliError> {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(definitions).load(&arena, File { code, path: () });
        let modules = modules.map_err(|errors| unusable(&errors))?;
        let filter = Compiler::default().with_funs(functions).compile(modules);
        filter.map(Self).map_err(|errors| unusable(&errors))
    }

    /// What the filter makes of one JSON text of at most `most` values: a line for each result, texts without quotation marks.
    pub(crate) fn apply(&self, json: Vec<u8>, most: usize) -> Result<Vec<u8>, CliError> {
        json_values::check(&json, most).map_err(|refusal| match refusal {
            Refusal::NoJson => no_json(),
            Refusal::TooMany => too_many(most),
        })?;
        let input = read::parse_single(&json).map_err(|_| no_json())?;
        // Its values take up many times as much.
        drop(json);
        let context = Ctx::<data::JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let mut lines = Vec::new();
        for result in self.0.id.run((context, input)).map(unwrap_valr) {
            let value = result.map_err(|error| {
                let words = without_values(&error.to_string());
                // The server has refused nothing, and what it answered is no nonsense.
                CliError::new(Class::Failed, format!("`--jq` does not fit the answer: {words}"))
            })?;
            match &value {
                Val::TStr(text) => lines.extend_from_slice(text),
                other => lines.extend_from_slice(other.to_string().as_bytes()),
            }
            lines.push(b'\n');
        }
        Ok(lines)
    }
}

fn unusable(errors: &impl Debug) -> CliError {
    let _ = errors;
    CliError::usage("`--jq` is no filter of jq").with_hint("try it without the org: jq FILTER")
}

fn no_json() -> CliError {
    CliError::new(Class::Server, "the answer is no JSON, or nested deeper than `--jq` can read")
}

/// An error of jq quotes the value that it is about, whole: all that was answered, secrets included. Only the text of the
/// filter's own `error` begins with quotation marks.
fn without_values(error: &str) -> String {
    match error.strip_prefix('"') {
        Some(own) => own.trim_end_matches('"').to_owned(),
        None => format!("{}…", error.split(['[', '{', '"']).next().unwrap_or_default()),
    }
}

const ASK_FOR_LESS: &str = "ask for less, with a filter or a limit in the URL, or allow more with --max-bytes: \
     one value for each 16 bytes";

fn too_many(most: usize) -> CliError {
    let message = format!("the answer holds more than {most} values, too many for `--jq`");
    CliError::new(Class::Server, message).with_hint(ASK_FOR_LESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &str, json: &str, lines: &str) {
        let made = Filter::parse(filter).unwrap().apply(json.into(), 100).unwrap();
        assert_eq!(String::from_utf8(made).unwrap(), lines);
    }

    #[test]
    fn texts_are_bare_and_everything_else_is_json() {
        check(".[].id", r#"[{"id":"00u1"},{"id":7},{}]"#, "00u1\n7\nnull\n");
        check("map(.n) | add", r#"[{"n":1},{"n":2}]"#, "3\n");
        check("[.[] | select(.on)]", r#"[{"on":true},{"on":false}]"#, "[{\"on\":true}]\n");
        check("empty", "1", "");
    }

    #[test]
    fn what_does_not_fit_is_told_without_the_answer() {
        for (filter, told) in [
            (".foo", "cannot index …"),
            (".[0] | tonumber", "cannot use …"),
            (".[0].secret | .a", "cannot index …"),
            ("error(\"no users\")", "no users"),
        ] {
            let json = br#"[{"secret":"S3CRET"}]"#;
            let error = Filter::parse(filter).unwrap().apply(json.to_vec(), 100).unwrap_err();
            assert_eq!(error.message(), format!("`--jq` does not fit the answer: {told}"));
        }
    }

    #[test]
    fn what_is_no_filter_or_no_json_is_refused() {
        for code in [".[", "nonsense(", "unheard_of"] {
            assert!(Filter::parse(code).is_err(), "{code}");
        }
        let all = Filter::parse(".").unwrap();
        let deep = "[".repeat(100_000);
        for json in [&b""[..], b"<html>", b"{}x", b"[\"\xff\xfe\"]", deep.as_bytes()] {
            assert_eq!(all.apply(json.into(), 100).unwrap_err().class(), Class::Server);
        }
        let name = Filter::parse(".name").unwrap();
        assert_eq!(name.apply(b"[]".to_vec(), 1).unwrap_err().class(), Class::Failed);
    }
}
