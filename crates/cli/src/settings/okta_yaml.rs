//! `okta.yaml`, the settings of Okta's SDKs: what stands below `okta.client`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::getuid;
use saphyr_parser::{Event, Marker, Parser, ScanError, Span, StrInput};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::error::CliError;
use crate::exit_code::Class;

/// More than any settings need.
const LONGEST: u64 = 256 << 10;

/// Below `okta.client` there are three levels.
const DEEPEST: usize = 8;

/// What stands in front of all that the client reads.
const ROOT: &str = "okta.client.";

/// The keys that somebody reads, for the nearest name of an unknown one.
const KNOWN: &[&str] = &[
    "orgUrl",
    "clientId",
    "scopes",
    "privateKey",
    "jwk",
    "privateKeyId",
    "keyId",
    "kid",
    "dpopEnabled",
    "token",
    "authorizationMode",
    "requestTimeout",
    "connectionTimeout",
    "proxy",
    "rateLimit",
    "cache",
    "userAgent",
    "userAgentExtra",
    "encryptionType",
    "clientAssertion",
    "oauthTokenRenewalOffset",
    "dpopKeyRotationInterval",
];

/// How an SDK authenticates. To us it makes no difference: each credential is taken for what it is.
const MODES: [&str; 5] = ["SSWS", "Bearer", "PrivateKey", "JWT", "JWK"];

/// A file of settings.
#[derive(Debug)]
pub(crate) struct OktaYaml {
    path: PathBuf,
    values: BTreeMap<String, Scalar>,
    others_can_read: bool,
}

/// A value and the line of its key.
struct Scalar {
    text: Zeroizing<String>,
    line: usize,
}

impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scalar").field("line", &self.line).finish_non_exhaustive()
    }
}

impl OktaYaml {
    /// Reads a file, if there is one.
    ///
    /// # Errors
    ///
    /// A file that others can write could name another org, and is refused as one that is no YAML is.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, CliError> {
        let unreadable =
            |error| CliError::file(format!("`{}` cannot be read", path.display()), error);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let metadata = file.metadata().map_err(unreadable)?;
        check_owner(path, &metadata)?;
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > LONGEST {
            let message = format!("`{}` is longer than 256 KiB", path.display());
            return Err(CliError::new(Class::File, message));
        }
        let others_can_read = metadata.mode() & 0o077 != 0;
        Self::of_text(path.to_owned(), &text, others_can_read).map(Some)
    }

    /// Reads the text of a file.
    pub(crate) fn of_text(
        path: PathBuf,
        text: &str,
        others_can_read: bool,
    ) -> Result<Self, CliError> {
        let values = parse(text).map_err(|error| {
            let Marked { at, what } = error;
            let place = format!("{}:{}:{}", path.display(), at.line(), at.col() + 1);
            CliError::settings(format!("{place}: {what}"))
        })?;
        Ok(Self { path, values, others_can_read })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A value and its line. An empty one is as none: the files that Okta's pages show have such.
    pub(super) fn get(&self, key: &str) -> Option<(Cow<'_, str>, usize)> {
        let full = format!("{ROOT}{key}");
        let scalar = self.values.get(&full).filter(|scalar| !scalar.text.is_empty());
        if let Some(scalar) = scalar {
            return Some((Cow::Borrowed(scalar.text.as_str()), scalar.line));
        }
        self.object(&format!("{full}."))
    }

    /// A JWK that is written as a mapping.
    fn object(&self, prefix: &str) -> Option<(Cow<'_, str>, usize)> {
        let members = self.values.iter().filter_map(|(key, scalar)| {
            Some((key.strip_prefix(prefix)?.to_owned(), Value::from(scalar.text.as_str())))
        });
        let members: serde_json::Map<_, _> = members.collect();
        let lines = self.values.iter().filter(|(key, _)| key.starts_with(prefix));
        let line = lines.map(|(_, scalar)| scalar.line).min()?;
        Some((Cow::Owned(Value::Object(members).to_string()), line))
    }

    /// Refuses to give a secret that others can read too.
    pub(super) fn require_private(&self, key: &str) -> Result<(), CliError> {
        if !self.others_can_read {
            return Ok(());
        }
        let path = self.path.display();
        let message = format!("`{path}` holds a secret (`{key}`) and can be read by others");
        Err(CliError::new(Class::File, message).with_hint(format!("chmod 600 '{path}'")))
    }

    /// What is odd: keys that nobody reads, a mode that no SDK knows.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mode = self.get("authorizationMode").filter(|(mode, _)| !MODES.contains(&&**mode));
        let mode = mode.map(|(_, line)| {
            let (path, modes) = (self.path.display(), MODES.join(", "));
            format!("{path}:{line}: `authorizationMode` is none of {modes}")
        });
        self.unknown_keys().into_iter().chain(mode).collect()
    }

    fn unknown_keys(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for (full, scalar) in &self.values {
            let Some(key) = full.strip_prefix(ROOT) else { continue };
            let key = key.split('.').next().unwrap_or_default();
            if KNOWN.contains(&key) || seen.iter().any(|(known, _)| *known == key) {
                continue;
            }
            seen.push((key, scalar.line));
        }
        let told = seen.into_iter().map(|(key, line)| {
            let distance = |known: &&&str| strsim::damerau_levenshtein(known, key);
            let nearest = KNOWN.iter().min_by_key(distance).copied().unwrap_or_default();
            let path = self.path.display();
            format!("{path}:{line}: unknown key `{key}`; the nearest is `{nearest}`")
        });
        told.collect()
    }
}

fn check_owner(path: &Path, metadata: &Metadata) -> Result<(), CliError> {
    let refuse = |why: &str| {
        let path = path.display();
        let hint = "make the file your own, or set what it says elsewhere";
        CliError::new(Class::File, format!("`{path}` {why}")).with_hint(hint)
    };
    if ![0, getuid().as_raw()].contains(&metadata.uid()) {
        return Err(refuse("belongs to another user, who could name another org in it"));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(refuse("can be written by others, who could name another org in it"));
    }
    Ok(())
}

/// What is wrong, and where.
struct Marked {
    at: Marker,
    what: String,
}

impl From<ScanError> for Marked {
    fn from(error: ScanError) -> Self {
        Self { at: *error.marker(), what: error.info().to_owned() }
    }
}

/// The scalars by their keys with dots between; a list is its members with spaces between.
fn parse(text: &str) -> Result<BTreeMap<String, Scalar>, Marked> {
    let mut reader = Reader { parser: Parser::new_from_str(text), values: BTreeMap::new() };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) => {}
            Event::MappingStart(0, _) => reader.mapping("", 0)?,
            Event::DocumentEnd | Event::StreamEnd => return Ok(reader.values),
            Event::Scalar(text, ..) if text.is_empty() || text == "~" => {}
            _ => return Err(refused(span, "not a mapping")),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    values: BTreeMap<String, Scalar>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Marked> {
        match self.parser.next_event() {
            Some(event) => Ok(event?),
            None => Ok((Event::StreamEnd, Span::empty(Marker::new(0, 1, 0)))),
        }
    }

    fn mapping(&mut self, prefix: &str, depth: usize) -> Result<(), Marked> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::MappingEnd => return Ok(()),
                Event::Scalar(key, _, 0, _) => {
                    self.value(format!("{prefix}{key}"), span, depth + 1)?;
                }
                _ => return Err(refused(span, "a key that is no plain text")),
            }
        }
    }

    fn value(&mut self, key: String, at: Span, depth: usize) -> Result<(), Marked> {
        let (event, span) = self.next()?;
        if depth > DEEPEST {
            return Err(refused(span, "nested too deeply"));
        }
        let text = match event {
            Event::Scalar(text, style, 0, _) => {
                let is_null = style == saphyr_parser::ScalarStyle::Plain
                    && ["~", "null", "Null", "NULL"].contains(&&*text);
                if is_null { String::new() } else { text.into_owned() }
            }
            Event::SequenceStart(0, _) => self.list()?,
            Event::MappingStart(0, _) => return self.mapping(&format!("{key}."), depth),
            _ => return Err(refused(span, "anchors and aliases are not read here")),
        };
        let scalar = Scalar { text: Zeroizing::new(text), line: at.start.line() };
        match self.values.insert(key, scalar) {
            None => Ok(()),
            Some(_) => Err(refused(at, "a key that was there before")),
        }
    }

    fn list(&mut self) -> Result<String, Marked> {
        let mut members: Vec<String> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::SequenceEnd => return Ok(members.join(" ")),
                Event::Scalar(text, _, 0, _) => members.push(text.into_owned()),
                _ => return Err(refused(span, "a list of something other than texts")),
            }
        }
    }
}

fn refused(span: Span, what: &str) -> Marked {
    Marked { at: span.start, what: what.to_owned() }
}

#[cfg(test)]
mod tests;
