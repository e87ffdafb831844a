//! Where journals are kept that outlive a session.

use std::io;
use std::path::{Path, PathBuf};

use crate::env::Environment;
use crate::error::CliError;
use crate::exit_code::Class;

/// `$OKTA_M2M_STATE_DIR`, `$XDG_STATE_HOME/okta-m2m` or `~/.local/state/okta-m2m`. Nothing is made.
pub(crate) fn path(environment: &Environment) -> Result<PathBuf, CliError> {
    if let Some(path) = environment.text("OKTA_M2M_STATE_DIR")? {
        return Ok(path.into());
    }
    let of_home = || environment.folder("HOME").map(|home| home.join(".local/state"));
    let folder = environment.folder("XDG_STATE_HOME").or_else(of_home);
    folder.map(|folder| folder.join("okta-m2m")).ok_or_else(|| {
        CliError::settings("there is no folder for a journal of what is sent")
            .with_hint("name one: OKTA_M2M_STATE_DIR=FOLDER")
    })
}

/// A URL as a part of a file's name.
pub(crate) fn name_of(url: &str) -> String {
    let text = url.trim_start_matches("https://").trim_start_matches("http://");
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// No journal, and so nothing is sent.
pub(crate) fn failed(folder: &Path, error: &io::Error) -> CliError {
    CliError::new(Class::File, format!("no journal can be kept in {}", folder.display()))
        .because(error)
        .with_hint("name a folder that can be written: OKTA_M2M_STATE_DIR=FOLDER")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_folder_wins_and_without_a_home_one_must_be_named() {
        let of = |variables: &[(&str, &str)]| path(&Environment::of(variables)).ok();
        let home = ("HOME", "/home/ada");
        assert_eq!(of(&[home]), Some("/home/ada/.local/state/okta-m2m".into()));
        assert_eq!(of(&[home, ("XDG_STATE_HOME", "/var/ada")]), Some("/var/ada/okta-m2m".into()));
        assert_eq!(of(&[home, ("OKTA_M2M_STATE_DIR", "s")]), Some("s".into()));
        assert_eq!(of(&[("XDG_STATE_HOME", "relative")]), None);
    }
}
