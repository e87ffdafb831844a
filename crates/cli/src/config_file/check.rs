//! What is wrong with a configuration file: all of it, each with its line and column.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use super::text_of;
use crate::error::CliError;
use crate::profile_name::{DEFAULT_KEY, ProfileName};
use crate::settings::Setting;

/// A text and where it is from, to tell places in it.
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// Line and column, both from 1, as editors count them.
    pub(super) fn place(&self, span: Option<Range<usize>>) -> String {
        let offset = span.map_or(0, |span| span.start).min(self.text.len());
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.path.display())
    }

    fn problem(&self, span: Option<Range<usize>>, message: &str) -> CliError {
        CliError::settings(format!("{}: {message}", self.place(span)))
    }

    /// Every section is a profile, every key one we know.
    pub(super) fn problems(&self, document: &Document<&str>) -> Vec<CliError> {
        let root = document.as_table();
        let mut names: Vec<&str> = Vec::new();
        let mut problems = Vec::new();
        for (name, item) in root.iter() {
            let span = root.key(name).and_then(|key| key.span());
            if name == DEFAULT_KEY {
                problems.extend(self.default_problem(item));
            } else if let Some(section) = item.as_table_like() {
                problems.extend(self.name_problem(name, span, &names));
                names.push(name);
                problems.extend(self.section_problems(name, section));
            } else {
                problems.push(self.stray(name, span));
            }
        }
        problems
    }

    fn default_problem(&self, item: &Item) -> Option<CliError> {
        let place = self.place(item.span());
        match item.as_str() {
            Some(name) => ProfileName::parse(name).err().map(|error| error.in_place(&place)),
            None => Some(self.problem(item.span(), "`default_profile` is not a text")),
        }
    }

    /// On a disk that does not tell capitals apart, two names would be one.
    fn name_problem(
        &self,
        name: &str,
        span: Option<Range<usize>>,
        others: &[&str],
    ) -> Option<CliError> {
        if let Err(error) = ProfileName::parse(name) {
            return Some(error.in_place(&self.place(span)));
        }
        let other = others.iter().find(|other| other.eq_ignore_ascii_case(name))?;
        let message = format!("profiles `{other}` and `{name}` differ in capitals only");
        Some(self.problem(span, &message))
    }

    fn stray(&self, name: &str, span: Option<Range<usize>>) -> CliError {
        let error = self.problem(span, &format!("`{name}` stands outside of a profile"));
        if strsim::damerau_levenshtein(name, DEFAULT_KEY) <= 3 {
            return error.with_hint(format!("the nearest key is `{DEFAULT_KEY}`"));
        }
        error.with_hint("write it below a line such as [default]")
    }

    fn section_problems(&self, profile: &str, section: &dyn TableLike) -> Vec<CliError> {
        let problem = |(key, item): (&str, &Item)| {
            if !Setting::PROFILE.iter().any(|setting| setting.key() == key) {
                let span = section.key(key).and_then(|key| key.span());
                let message = format!("profile `{profile}` has the unknown key `{key}`");
                let hint = format!("the nearest key is `{}`", nearest_key(key));
                return Some(self.problem(span, &message).with_hint(hint));
            }
            let is_text = text_of(item).is_some();
            (!is_text).then(|| self.problem(item.span(), &format!("`{key}` is not a text")))
        };
        section.iter().filter_map(problem).collect()
    }
}

fn nearest_key(key: &str) -> &'static str {
    let distance = |setting: &&Setting| strsim::damerau_levenshtein(setting.key(), key);
    Setting::PROFILE.iter().min_by_key(distance).map_or("", |setting| setting.key())
}
