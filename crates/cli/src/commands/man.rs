//! `man DIR`.

use std::fs;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use crate::context::Context;
use crate::error::CliError;

/// Write the manual pages, one for each command, into a folder
///
/// The folder is made if it does not exist; pages of an older version are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m man ~/.local/share/man/man1 && man okta-m2m-token-get")]
pub(crate) struct Args {
    /// Folder, such as man1 below a folder of MANPATH
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    fs::create_dir_all(&args.folder).map_err(|error| failed(&args.folder, error))?;
    let mut command = crate::command();
    // Gives every command its whole name, such as `okta-m2m token get`.
    command.build();
    let mut pages = Vec::new();
    collect(&command, &mut pages).map_err(|error| failed(&args.folder, error))?;
    for (name, page) in &pages {
        let path = args.folder.join(name);
        fs::write(&path, page).map_err(|error| failed(&path, error))?;
    }
    context.output.note(&format!("{} pages in {}", pages.len(), args.folder.display()));
    Ok(())
}

/// A page for the command and for each below it, named as git names its own: `okta-m2m-token-get.1`.
fn collect(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render(&mut page)?;
    pages.push((man.get_filename(), page));
    let below = command.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set());
    below.into_iter().try_for_each(|subcommand| collect(subcommand, pages))
}

fn failed(path: &Path, error: std::io::Error) -> CliError {
    CliError::file(format!("`{}`", path.display()), error)
}
