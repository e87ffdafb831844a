//! The configuration file: one section of TOML a profile.

mod check;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml_edit::{Document, DocumentMut, Item, Table, TableLike, value};

use crate::env::Environment;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::profile_name::{DEFAULT_KEY, ProfileName};
use crate::settings::Setting;

use check::Source;

/// A configuration file that may not exist yet.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    /// None if nothing says where it would be: then there is none, and none can be written.
    path: Option<PathBuf>,
    document: DocumentMut,
}

impl ConfigFile {
    /// Reads the file that `OKTA_M2M_CONFIG` names, else the one in the XDG folder.
    pub(crate) fn find(environment: &Environment) -> Result<Self, CliError> {
        path_of(environment)?.map_or_else(|| Ok(Self::nowhere()), Self::open)
    }

    /// The file with everything that is wrong with it; of one that is no TOML nothing else is known.
    pub(crate) fn find_all_problems(
        environment: &Environment,
    ) -> Result<(Self, Vec<CliError>), CliError> {
        path_of(environment)?.map_or_else(|| Ok((Self::nowhere(), Vec::new())), Self::read)
    }

    fn nowhere() -> Self {
        Self { path: None, document: DocumentMut::new() }
    }

    fn open(path: PathBuf) -> Result<Self, CliError> {
        let (file, problems) = Self::read(path)?;
        problems.into_iter().next().map_or(Ok(file), Err)
    }

    fn read(path: PathBuf) -> Result<(Self, Vec<CliError>), CliError> {
        let text = read_text(&path)?;
        Self::of_text(path, &text)
    }

    /// The text of a file, with everything that is wrong with it.
    pub(crate) fn of_text(path: PathBuf, text: &str) -> Result<(Self, Vec<CliError>), CliError> {
        let source = Source { path: &path, text };
        let document = Document::parse(text).map_err(|error| {
            let place = source.place(error.span());
            CliError::settings(format!("{place}: {}", error.message()))
        })?;
        let problems = source.problems(&document);
        let document = document.into_mut();
        Ok((Self { path: Some(path), document }, problems))
    }

    /// Where it is, or words for it that is nowhere.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("no configuration file"))
    }

    /// Where it can be written.
    ///
    /// # Errors
    ///
    /// If nothing says where, with the variable that would.
    pub(crate) fn place(&self) -> Result<&Path, CliError> {
        self.path.as_deref().ok_or_else(|| {
            CliError::settings("neither `XDG_CONFIG_HOME` nor `HOME` names a folder")
                .with_hint("name the configuration file: OKTA_M2M_CONFIG=FILE")
        })
    }

    /// A profile's settings, or nothing if the file has no such section.
    pub(crate) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        self.document.get(name).and_then(Item::as_table_like).map(Profile)
    }

    /// The names of the profiles, in the order of the file.
    pub(crate) fn profile_names(&self) -> impl Iterator<Item = &str> {
        let tables = self.document.iter().filter(|(_, item)| item.is_table_like());
        tables.map(|(name, _)| name)
    }

    /// Refuses a name that differs from another profile's in capitals only.
    pub(crate) fn check_new_name(&self, name: &str) -> Result<(), CliError> {
        let is_other = |other: &&str| *other != name && other.eq_ignore_ascii_case(name);
        let Some(other) = self.profile_names().find(is_other) else { return Ok(()) };
        let path = self.path().display();
        let message = format!("{path} has a profile `{other}`, which is `{name}` but for capitals");
        Err(CliError::settings(message).with_hint(format!("--profile {other}")))
    }

    /// The profile where none is asked for, if the file names one.
    pub(crate) fn default_profile(&self) -> Option<&str> {
        self.document.get(DEFAULT_KEY).and_then(Item::as_str)
    }

    /// Makes a profile the one that is used where none is asked for.
    pub(crate) fn save_default_profile(&mut self, name: &ProfileName) -> Result<Saved, CliError> {
        let before = self.document.to_string();
        self.document.insert(DEFAULT_KEY, value(name.as_str()));
        self.save(&before)
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
        self.save(&before)
    }

    fn save(&self, before: &str) -> Result<Saved, CliError> {
        let after = self.document.to_string();
        if before == after {
            return Ok(Saved::Unchanged);
        }
        let path = self.place()?;
        write(path, &after)
            .map_err(|error| {
                CliError::file(format!("`{}` cannot be written", path.display()), error)
            })
            .map(|()| Saved::Written)
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link to a file that is kept elsewhere stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    create_private_folder(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
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

/// The longest file that is read: 1 MiB.
const LONGEST: u64 = 1 << 20;

/// The text of the file, which is empty if there is none.
fn read_text(path: &Path) -> Result<String, CliError> {
    let unreadable = |error| CliError::file(format!("`{}` cannot be read", path.display()), error);
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(unreadable(error)),
    };
    if bytes.len() as u64 > LONGEST {
        let message = format!("`{}` is longer than 1 MiB", path.display());
        return Err(CliError::new(Class::File, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let (at, bytes) = (error.utf8_error().valid_up_to(), error.into_bytes());
        let text = String::from_utf8_lossy(&bytes[..at]);
        let place = Source { path, text: &text }.place(Some(at..at));
        CliError::settings(format!("{place}: not UTF-8"))
    })
}

fn path_of(environment: &Environment) -> Result<Option<PathBuf>, CliError> {
    match environment.raw("OKTA_M2M_CONFIG") {
        Some(path) if path.is_empty() => {
            Err(CliError::settings("`OKTA_M2M_CONFIG` is set and empty"))
        }
        Some(path) => Ok(Some(PathBuf::from(path))),
        None => Ok(folder(environment).map(|folder| folder.join("okta-m2m").join("config.toml"))),
    }
}

/// A user without a home, as services have, has no such folder.
fn folder(environment: &Environment) -> Option<PathBuf> {
    let of_home = || environment.folder("HOME").map(|home| home.join(".config"));
    environment.folder("XDG_CONFIG_HOME").or_else(of_home)
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

#[cfg(test)]
mod tests;
