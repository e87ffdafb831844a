//! `key convert FILE`.

use std::path::PathBuf;

use clap::value_parser;

use super::InputArgs;
use super::certificate::certificate;
use super::form::{EncryptArgs, Form, Written};
use crate::context::Context;
use crate::error::CliError;

/// Write a key in another format
///
/// What the file holds is told by its content, never by its name. A private key stays one: `key
/// public` writes its public half.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key convert svc.jwk --to pkcs8 -o svc.pem
  okta-m2m key convert old.pem --to jwk -o svc.jwk
  okta-m2m key convert svc.jwk --to pkcs8 --encrypt -o svc.pem
  okta-m2m key convert svc.jwk --to certificate --subject svc -o svc.crt
  okta-m2m key convert locked.pem --key-passphrase-file pass --to jwk -o svc.jwk")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Format
    #[arg(long, value_name = "FORM", value_enum)]
    to: Form,
    #[command(flatten)]
    encrypt: EncryptArgs,
    /// Common name in a certificate [default: the key id, else the thumbprint]
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// Days that a certificate is good for
    #[arg(long, value_name = "DAYS", default_value = "365", value_parser = value_parser!(u32).range(1..=36500))]
    days: u32,
    /// New file (0600, never overwritten) [default: stdout, unless a terminal would show a secret]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = args.input.read(context)?;
    if args.to == Form::Certificate {
        let certificate = certificate(&keys, args.subject.as_deref(), args.days, context.now())?;
        return certificate.write(args.output.as_deref(), context);
    }
    let passphrase = args.encrypt.passphrase(args.to, context)?;
    Written::new(&keys, args.to, passphrase.as_ref())?.write(args.output.as_deref(), context)
}
