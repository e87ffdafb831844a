//! `key convert FILE`.

use std::path::PathBuf;

use clap::value_parser;
use jwk_gen::Keys;

use super::InputArgs;
use super::form::{EncryptArgs, Form, Written, several};
use crate::certificate::{self, DEFAULT_DAYS};
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
    /// Days that a certificate is good for [default: 365]
    #[arg(long, value_name = "DAYS", value_parser = value_parser!(u32).range(1..=36500))]
    days: Option<u32>,
    /// New file (0600, never overwritten) [default: stdout, unless a terminal would show a secret]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = args.input.read(context)?;
    let passphrase = args.encrypt.passphrase(args.to, context)?;
    if args.to == Form::Certificate {
        return args.certificate(&keys, context)?.write(args.output.as_deref(), context);
    }
    if args.subject.is_some() || args.days.is_some() {
        return Err(CliError::usage("`--subject` and `--days` are for certificates")
            .with_hint("--to certificate"));
    }
    Written::new(&keys, args.to, passphrase.as_ref())?.write(args.output.as_deref(), context)
}

impl Args {
    /// The certificate of the one private key, in PEM.
    fn certificate(&self, keys: &Keys, context: &Context<'_>) -> Result<Written, CliError> {
        let Keys::Private(keys) = keys else {
            return Err(CliError::usage("only a private key can sign its own certificate"));
        };
        let [key] = keys.as_slice() else { return Err(several(keys.len())) };
        let subject = self.subject.as_deref();
        let certificate =
            certificate::of(key, subject, self.days.unwrap_or(DEFAULT_DAYS), context.now())?;
        Ok(Written::public(certificate.to_pem().into_bytes()))
    }
}
