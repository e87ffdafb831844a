//! `key …`: key files, without any network.

mod generate;
mod public;
mod serve;
mod show;
mod thumbprint;

use std::path::Path;

use clap::Subcommand;
use jwk_gen::key_file::KeyFileError;
use jwk_gen::{JwkSet, ParseKeyError, PrivateJwk, key_file, parse_private, parse_public};

use crate::context::Context;
use crate::error::CliError;
use crate::stdin;

/// Make and look at keys
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Generate(generate::Args),
    Public(public::Args),
    Serve(serve::Args),
    Show(show::Args),
    Thumbprint(thumbprint::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Generate(args) => generate::run(&args, context),
        Command::Public(args) => public::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Thumbprint(args) => thumbprint::run(&args, context),
    }
}

/// What a key file holds.
enum Held {
    Private(Box<PrivateJwk>),
    Public(JwkSet),
}

impl Held {
    /// Reads a key file; `-` is stdin.
    fn read(path: &Path) -> Result<Self, CliError> {
        if stdin::is_dash(path) {
            let text = stdin::read()?;
            return match parse_public(&text) {
                Err(ParseKeyError::PrivateKey { .. }) => {
                    Ok(Self::Private(Box::new(parse_private(&text, None)?)))
                }
                other => Ok(Self::Public(other?)),
            };
        }
        match key_file::read_public(path) {
            Err(error) if is_private(&error) => {
                Ok(Self::Private(Box::new(key_file::read(path, None)?)))
            }
            other => Ok(Self::Public(other?)),
        }
    }

    fn into_public(self) -> Result<JwkSet, CliError> {
        match self {
            Self::Private(key) => Ok(JwkSet::new(vec![key.public()])?),
            Self::Public(keys) => Ok(keys),
        }
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
