//! `key …`: key files, without any network.

mod convert;
pub(crate) mod form;
mod generate;
mod public;
mod serve;
mod show;
mod thumbprint;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use jwk_gen::{JwkSet, KeyReader, Keys, OktaRefusal, PrivateJwk, Profile, key_file};

use crate::context::Context;
use crate::error::CliError;
use crate::key_input;

/// Make, look at and convert keys
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Generate(generate::Args),
    Public(public::Args),
    Convert(convert::Args),
    Serve(serve::Args),
    Show(show::Args),
    Thumbprint(thumbprint::Args),
}

pub(crate) fn run(command: Command, context: &mut Context<'_>) -> Result<(), CliError> {
    match command {
        Command::Generate(args) => generate::run(&args, context),
        Command::Public(args) => public::run(&args, context),
        Command::Convert(args) => convert::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Thumbprint(args) => thumbprint::run(&args, context),
    }
}

/// The key file of a command and how to read it.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// Key file: JWK, JWK Set, PEM or DER; - for stdin
    file: PathBuf,
    /// Key id that chooses a key of a JWK Set
    #[arg(long, value_name = "KID", allow_hyphen_values = true)]
    kid: Option<String>,
    /// File of the passphrase of an encrypted key [default: ask]
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,
    /// Which keys may pass: okta, or any
    #[arg(long = "for", value_name = "WHOM", default_value = "okta")]
    whom: Profile,
}

impl InputArgs {
    fn read(&self, context: &mut Context<'_>) -> Result<Keys, CliError> {
        let passphrase = self.key_passphrase_file.as_deref();
        let passphrase = passphrase.map(key_input::passphrase_file).transpose()?;
        let reader = KeyReader::new().kid(self.kid.as_deref()).profile(self.whom);
        key_input::read_keys(context, &self.file, &reader.passphrase(passphrase))
            .map_err(CliError::or_for_any)
    }

    /// The public halves of whatever keys there are.
    fn read_public(&self, context: &mut Context<'_>) -> Result<JwkSet, CliError> {
        match self.read(context)? {
            Keys::Public(keys) => Ok(keys),
            Keys::Private(keys) => Ok(JwkSet::new(keys.iter().map(PrivateJwk::public).collect())?),
            Keys::Symmetric(_) => Err(CliError::usage("a shared key (`oct`) has no public half")),
        }
    }
}

/// Tells that a key which is made or converted will not do for Okta.
fn tell_refusal(context: &mut Context<'_>, refusal: Option<OktaRefusal>) {
    if let Some(refusal) = refusal {
        context.output.note_once(&format!("note: {refusal}"));
    }
}

/// Writes a private JWK to a new file.
pub(crate) fn write_private(path: &Path, key: &PrivateJwk) -> Result<(), CliError> {
    let mut text = key.expose_json();
    text.push('\n');
    Ok(key_file::create_new(path, text.as_bytes())?)
}
