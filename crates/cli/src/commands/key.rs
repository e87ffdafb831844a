//! `key …`: key files, without any network.

mod generate;
mod public;
mod show;
mod thumbprint;

use std::path::Path;

use clap::Subcommand;
use jwk_gen::key_file::KeyFileError;
use jwk_gen::{JwkSet, ParseKeyError, PrivateJwk, key_file};

use crate::context::Context;
use crate::error::CliError;

/// Make and look at keys
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Generate(generate::Args),
    Public(public::Args),
    Show(show::Args),
    Thumbprint(thumbprint::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Generate(args) => generate::run(&args, context),
        Command::Public(args) => public::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Thumbprint(args) => thumbprint::run(&args, context),
    }
}

/// The public keys in a file, which may hold the private one.
fn public_keys(path: &Path) -> Result<JwkSet, CliError> {
    match key_file::read_public(path) {
        Err(error) if is_private(&error) => {
            let key = key_file::read(path, None)?;
            JwkSet::new(vec![key.public()]).map_err(CliError::from)
        }
        other => Ok(other?),
    }
}

fn is_private(error: &KeyFileError) -> bool {
    matches!(error, KeyFileError::Key { source: ParseKeyError::PrivateKey { .. }, .. })
}

/// Writes a private JWK to a new file.
pub(crate) fn write_private(path: &Path, key: &PrivateJwk) -> Result<(), CliError> {
    let mut text = key.expose_json();
    text.push('\n');
    Ok(key_file::create_new(path, text.as_bytes())?)
}
