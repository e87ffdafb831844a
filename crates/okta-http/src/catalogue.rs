//! Okta's published OAuth scopes and operations: which scope an endpoint needs.
//!
//! The tables are text within the binary, in order, and are read by line when something is looked up; nothing is done at
//! start and nothing is kept. They are facts of one release of Okta's OpenAPI ([`source`]); Okta adds scopes between
//! releases, so that an unknown name is a reason to warn and none to refuse.

mod operation;
mod path;

use std::cmp::Ordering;
use std::ops::Range;

pub use operation::{Needs, Operation, OperationNotFound, find_operation, operations};

const SCOPES: &str = include_str!("../data/scopes.tsv");

/// A scope that Okta has published.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublishedScope {
    name: &'static str,
    purpose: &'static str,
}

impl PublishedScope {
    /// The scope as it is sent.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it allows, in a few words of English.
    pub fn purpose(&self) -> &'static str {
        self.purpose
    }

    /// Whether only a person's token can have it: Okta refuses scopes that end in `.self` and those of MyAccount to the client
    /// credentials grant (Okta's guide "Implement OAuth for Okta with a service app").
    pub fn is_for_people(&self) -> bool {
        is_for_people(self.name)
    }
}

/// Whether Okta refuses the scope to the client credentials grant, because only a person's token can have it.
pub fn is_for_people(scope: &str) -> bool {
    scope.ends_with(".self") || scope.starts_with("okta.myAccount.")
}

/// Where the tables are from: the release of Okta's OpenAPI, its licence and its owner.
pub fn source() -> &'static str {
    let first = SCOPES.lines().next().unwrap_or_default();
    first.strip_prefix("# From ").unwrap_or_default()
}

/// The published scopes in ascending order of their names.
pub fn scopes() -> impl Iterator<Item = PublishedScope> {
    SCOPES.lines().filter_map(of_line)
}

fn of_line(line: &'static str) -> Option<PublishedScope> {
    line.trim_end().split_once('\t').map(|(name, purpose)| PublishedScope { name, purpose })
}

/// The published scope of this name; capitals matter, as they do to Okta.
pub fn find_scope(name: &str) -> Option<PublishedScope> {
    let (mut from, mut to) = (0, SCOPES.len());
    // Every token request looks its scopes up, so that few lines are read: they are in order.
    while from < to {
        let line = line_around(from + (to - from) / 2);
        let scope = SCOPES.get(line.clone()).and_then(of_line);
        match scope.map_or(Ordering::Less, |scope| scope.name.cmp(name)) {
            Ordering::Less => from = line.end,
            Ordering::Equal => return scope,
            Ordering::Greater => to = line.start,
        }
    }
    None
}

/// The line that has this byte, with its line break. The comment on top is less than any name.
fn line_around(at: usize) -> Range<usize> {
    let is_break = |byte: &u8| *byte == b'\n';
    let (before, after) = SCOPES.as_bytes().split_at(at);
    let start = before.iter().rposition(is_break).map_or(0, |at| at + 1);
    let end = after.iter().position(is_break).map_or(SCOPES.len(), |length| at + length + 1);
    start..end
}

/// The scope that covers `scope` as well: what may manage may read (Okta's guide "Implement OAuth for Okta").
pub fn covering_scope(scope: &str) -> Option<PublishedScope> {
    find_scope(&format!("{}.manage", scope.strip_suffix(".read")?))
}

#[cfg(test)]
mod tests;
