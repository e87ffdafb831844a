//! The configuration file: one section of TOML a profile.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::env::Environment;
use crate::error::CliError;
use crate::settings::Setting;

/// A configuration file that may not exist yet.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ConfigFile {
    /// Reads the file that `OKTA_M2M_CONFIG` names, else the one in the XDG folder.
    pub(crate) fn find(environment: &Environment) -> Result<Self, CliError> {
        let path = match environment.raw("OKTA_M2M_CONFIG") {
            Some(path) if path.is_empty() => {
                return Err(CliError::settings("`OKTA_M2M_CONFIG` is set and empty"));
            }
            Some(path) => PathBuf::from(path),
            None => folder(environment)?.join("okta-m2m").join("config.toml"),
        };
        Self::read(path)
    }

    fn read(path: PathBuf) -> Result<Self, CliError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(CliError::file(format!("`{}` cannot be read", path.display()), error));
            }
        };
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let place = error.span().map_or(1, |span| line_of(&text, span.start));
            CliError::settings(format!("{}:{place}: {}", path.display(), error.message()))
        })?;
        let file = Self { path, document };
        file.check(&text)?;
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A profile's settings, or nothing if the file has no such section.
    pub(crate) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        self.document.get(name).and_then(Item::as_table_like).map(Profile)
    }

    /// Puts settings into a profile, or takes them out of it, and writes the file as a whole: others
    /// see the old one or the new one. Comments and other profiles stay.
    pub(crate) fn save_profile(
        &mut self,
        name: &str,
        settings: &[(Setting, Option<String>)],
    ) -> Result<Saved, CliError> {
        let before = self.document.to_string();
        let section = self.document.entry(name).or_insert_with(|| Item::Table(Table::new()));
        if let Some(section) = section.as_table_like_mut() {
            for (setting, text) in settings {
                match text {
                    Some(text) => section.insert(setting.key(), value(text)),
                    None => section.remove(setting.key()),
                };
            }
        }
        let after = self.document.to_string();
        if before == after {
            return Ok(Saved::Unchanged);
        }
        self.write(&after)
            .map_err(|error| {
                CliError::file(format!("`{}` cannot be written", self.path.display()), error)
            })
            .map(|()| Saved::Written)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        // A link to a file that is kept elsewhere stays one.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        create_private_folder(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    }

    /// Every section is a table, every key one we know.
    fn check(&self, text: &str) -> Result<(), CliError> {
        for (name, item) in self.document.iter() {
            let Some(section) = item.as_table_like() else {
                return Err(CliError::settings(format!(
                    "{}: `{name}` stands outside of a profile",
                    self.path.display()
                ))
                .with_hint("write it below a line such as [default]"));
            };
            for (key, item) in section.iter() {
                self.check_key(text, name, key, item)?;
            }
        }
        Ok(())
    }

    fn check_key(&self, text: &str, profile: &str, key: &str, item: &Item) -> Result<(), CliError> {
        let line = item.span().map_or_else(|| line_with(text, key), |at| line_of(text, at.start));
        let place = format!("{}:{line}", self.path.display());
        if !Setting::PROFILE.iter().any(|setting| setting.key() == key) {
            let nearest = nearest_key(key);
            return Err(CliError::settings(format!(
                "{place}: profile `{profile}` has the unknown key `{key}`"
            ))
            .with_hint(format!("the nearest key is `{nearest}`")));
        }
        if text_of(item).is_none() {
            return Err(CliError::settings(format!("{place}: `{key}` is not a text")));
        }
        Ok(())
    }
}

/// What saving a profile did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Saved {
    Written,
    Unchanged,
}

/// A section of the file.
#[derive(Clone, Copy)]
pub(crate) struct Profile<'a>(&'a dyn TableLike);

impl Profile<'_> {
    pub(crate) fn text(&self, setting: Setting) -> Option<String> {
        self.0.get(setting.key()).and_then(text_of)
    }
}

/// A string, or an array of strings, which stands for its members with spaces between.
fn text_of(item: &Item) -> Option<String> {
    if let Some(text) = item.as_str() {
        return Some(text.to_owned());
    }
    let members: Option<Vec<_>> = item.as_array()?.iter().map(|member| member.as_str()).collect();
    Some(members?.join(" "))
}

fn folder(environment: &Environment) -> Result<PathBuf, CliError> {
    if let Some(folder) = environment.folder("XDG_CONFIG_HOME") {
        return Ok(folder);
    }
    let home = environment.folder("HOME").map(|home| home.join(".config"));
    home.ok_or_else(|| {
        CliError::settings("neither `XDG_CONFIG_HOME` nor `HOME` names a folder")
            .with_hint("name the configuration file: OKTA_M2M_CONFIG=FILE")
    })
}

#[cfg(unix)]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn nearest_key(key: &str) -> &'static str {
    let distance = |setting: &&Setting| strsim::damerau_levenshtein(setting.key(), key);
    Setting::PROFILE.iter().min_by_key(distance).map_or("", |setting| setting.key())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// An edited document keeps no spans; the first line that begins with the key is close enough.
fn line_with(text: &str, key: &str) -> usize {
    let found = text.lines().position(|line| line.trim_start().starts_with(key));
    found.map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests;
