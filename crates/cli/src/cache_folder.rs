//! Where this user's tokens are kept.

use std::path::{Path, PathBuf};

use okta_token::FileCache;

use crate::context::Context;
use crate::env::Environment;
use crate::error::CliError;

/// The first folder that can be used; without one there is no cache, which is no failure.
pub(crate) fn open(context: &mut Context<'_>) -> Result<Option<FileCache>, CliError> {
    let paths = candidates(&context.environment)?;
    Ok(paths.iter().find_map(|path| open_or_warn(context, path)))
}

/// Every folder that there is and that this user's runs may use: those of a session and those without one, such as of
/// cron, keep their tokens in different ones.
pub(crate) fn open_all(context: &mut Context<'_>) -> Result<Vec<FileCache>, CliError> {
    let mut paths = candidates(&context.environment)?;
    paths.retain(|path| path.symlink_metadata().is_ok());
    paths.dedup();
    Ok(paths.iter().filter_map(|path| open_or_warn(context, path)).collect())
}

fn open_or_warn(context: &mut Context<'_>, path: &Path) -> Option<FileCache> {
    let opened = FileCache::open(path);
    if let Err(error) = &opened {
        let text = format!("no tokens are kept in `{}`: {error}", path.display());
        context.output.note_once(&format!("warning: {text}"));
    }
    opened.ok()
}

/// The one that is named, else one that is gone at logout, else one on disk. Never a folder that
/// everybody can write to.
fn candidates(environment: &Environment) -> Result<Vec<PathBuf>, CliError> {
    if let Some(path) = environment.text("OKTA_M2M_CACHE_DIR")? {
        return Ok(vec![path.into()]);
    }
    let of_home = || environment.folder("HOME").map(|home| home.join(".cache"));
    let on_disk = environment.folder("XDG_CACHE_HOME").or_else(of_home);
    let folders = [environment.folder("XDG_RUNTIME_DIR").filter(|it| it.is_dir()), on_disk];
    Ok(folders.into_iter().flatten().map(|folder| folder.join("okta-m2m")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: &[&str]) {
        let found = candidates(&Environment::of(variables)).unwrap();
        assert_eq!(found, expected.iter().map(PathBuf::from).collect::<Vec<_>>());
    }

    #[test]
    fn the_named_folder_wins_and_there_is_none_without_a_home() {
        let home = ("HOME", "/home/ada");
        check(&[home], &["/home/ada/.cache/okta-m2m"]);
        check(&[home, ("XDG_CACHE_HOME", "/var/ada")], &["/var/ada/okta-m2m"]);
        check(&[home, ("XDG_RUNTIME_DIR", "/")], &["/okta-m2m", "/home/ada/.cache/okta-m2m"]);
        check(&[home, ("OKTA_M2M_CACHE_DIR", "c")], &["c"]);
        check(&[("XDG_CACHE_HOME", "relative")], &[]);
        check(&[], &[]);
    }
}
