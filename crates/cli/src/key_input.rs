//! Keys and passphrases that come from files, stdin or a person.

use std::io::{IsTerminal, stderr, stdin};
use std::path::Path;

use jwk_gen::key_file::{self, KeyFileError};
use jwk_gen::{
    JwkSet, KeyReader, Keys, ParseKeyError, Passphrase, PrivateJwk, Read, Repair, Source,
    parse_public,
};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Output;
use crate::stdin as standard_input;

/// Reads whatever keys a file holds; `-` is stdin. Asks for a passphrase if that helps.
pub(crate) fn read_keys(
    context: &mut Context<'_>,
    path: &Path,
    reader: &KeyReader,
) -> Result<Keys, CliError> {
    let input = Input::open(path)?;
    let Read { key, repairs } = match input.keys(reader) {
        Err(error) if error.is_encrypted() && can_ask(context) => {
            let passphrase = ask("passphrase of the key: ")?;
            input.keys(&reader.clone().passphrase(Some(passphrase)))?
        }
        other => other?,
    };
    tell(context.output, &repairs);
    if let Keys::Private(keys) = &key {
        for warning in keys.iter().flat_map(PrivateJwk::warnings) {
            context.output.note(&format!("warning: {warning}"));
        }
    }
    Ok(key)
}

/// Reads the private key of a client without asking anything.
///
/// A single key that has another `kid` is taken too: the org may know it by the one that is set.
pub(crate) fn read_private(
    path: &Path,
    kid: Option<&str>,
    reader: &KeyReader,
) -> Result<Read<PrivateJwk>, CliError> {
    let input = Input::open(path)?;
    match input.private(&reader.clone().kid(kid)) {
        Err(error) if error.is_other_kid() => Ok(input.private(reader)?),
        other => Ok(other?),
    }
}

/// Public keys of a file, or of stdin if it is `-`.
pub(crate) fn public_keys(path: &Path) -> Result<JwkSet, CliError> {
    if standard_input::is_dash(path) {
        return Ok(parse_public(&standard_input::read()?)?);
    }
    Ok(key_file::read_public(path, &KeyReader::new())?.key)
}

/// Says what was mended: warnings always, the rest to those who ask.
pub(crate) fn tell(output: &mut Output, repairs: &[Repair]) {
    for repair in repairs {
        if repair.is_warning() {
            output.note_once(&repair.to_string());
        } else {
            output.detail(&format!("note: {repair}"));
        }
    }
}

/// Where a key comes from; stdin can be read once only.
enum Input<'a> {
    File(&'a Path),
    Stdin(Zeroizing<Vec<u8>>),
}

impl<'a> Input<'a> {
    fn open(path: &'a Path) -> Result<Self, CliError> {
        if standard_input::is_dash(path) {
            return Ok(Self::Stdin(standard_input::read_bytes()?));
        }
        Ok(Self::File(path))
    }

    fn keys(&self, reader: &KeyReader) -> Result<Read<Keys>, Refusal> {
        match self {
            Self::File(path) => Ok(key_file::read_keys(path, reader)?),
            Self::Stdin(bytes) => Ok(reader.clone().source(Source::Variable).keys(bytes)?),
        }
    }

    fn private(&self, reader: &KeyReader) -> Result<Read<PrivateJwk>, Refusal> {
        match self {
            Self::File(path) => Ok(key_file::read(path, reader)?),
            Self::Stdin(bytes) => Ok(reader.clone().source(Source::Variable).private(bytes)?),
        }
    }
}

/// Why a file or stdin gives no key.
#[derive(Debug)]
enum Refusal {
    File(KeyFileError),
    Stdin(ParseKeyError),
}

impl Refusal {
    fn cause(&self) -> Option<&ParseKeyError> {
        match self {
            Self::File(KeyFileError::Key { source, .. }) | Self::Stdin(source) => Some(source),
            Self::File(_) => None,
        }
    }

    fn is_encrypted(&self) -> bool {
        matches!(self.cause(), Some(ParseKeyError::Encrypted))
    }

    fn is_other_kid(&self) -> bool {
        matches!(self.cause(), Some(ParseKeyError::KeyIdNotFound { .. }))
    }
}

impl From<KeyFileError> for Refusal {
    fn from(error: KeyFileError) -> Self {
        Self::File(error)
    }
}

impl From<ParseKeyError> for Refusal {
    fn from(error: ParseKeyError) -> Self {
        Self::Stdin(error)
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::File(error) => error.into(),
            Refusal::Stdin(error) => Self::from(error).in_place("stdin"),
        }
    }
}

/// The passphrase in a file; `-` is stdin.
pub(crate) fn passphrase_file(path: &Path) -> Result<Passphrase, CliError> {
    let text = if standard_input::is_dash(path) {
        standard_input::read()?
    } else {
        key_file::read_secret_text(path)?
    };
    Passphrase::from_file_text(&text)
        .map_err(|error| CliError::of(Class::File, &error).in_place(&path.display().to_string()))
}

/// Asks twice for a new passphrase.
pub(crate) fn new_passphrase(context: &Context<'_>) -> Result<Passphrase, CliError> {
    if !can_ask(context) {
        return Err(CliError::usage("there is no terminal to ask for a new passphrase")
            .with_hint("--new-passphrase-file FILE"));
    }
    let first = prompt("new passphrase: ")?;
    if *first != *prompt("once more: ")? {
        return Err(CliError::usage("the two passphrases differ"));
    }
    Passphrase::new(first.as_str()).map_err(|error| CliError::of(Class::Usage, &error))
}

fn ask(question: &str) -> Result<Passphrase, CliError> {
    let text = prompt(question)?;
    Passphrase::new(text.as_str()).map_err(|error| CliError::of(Class::Usage, &error))
}

fn prompt(question: &str) -> Result<Zeroizing<String>, CliError> {
    let answer = rpassword::prompt_password(question);
    answer.map(Zeroizing::new).map_err(|error| CliError::file("the terminal cannot be read", error))
}

/// Only a person at a terminal is asked.
fn can_ask(context: &Context<'_>) -> bool {
    !context.global.no_input && stdin().is_terminal() && stderr().is_terminal()
}
