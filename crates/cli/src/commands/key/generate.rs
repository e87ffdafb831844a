//! `key generate`.

use std::path::PathBuf;

use jwk_gen::{Algorithm, JwkSet, KeyId, KeySpec, PrivateJwk, key_file};

use super::write_private;
use crate::context::Context;
use crate::error::CliError;
use crate::stdin;

/// Make a key: the private JWK into a file, the public JWK Set to stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key generate -o svc.jwk > svc.jwks
  okta-m2m key generate --alg ES256 -o svc.jwk --public-out svc.jwks
  okta-m2m key generate --alg RS256 --size 3072 --kid =2026-11 -o svc.jwk")]
pub(crate) struct Args {
    /// Algorithm: RS256, RS384, RS512, ES256, ES384 or ES512
    #[arg(long, value_name = "ALG", default_value = "RS256")]
    alg: Algorithm,
    /// RSA modulus in bits: 2048 (default), 3072 or 4096
    #[arg(long, value_name = "BITS")]
    size: Option<u32>,
    /// Key id: thumbprint (RFC 7638), none, or =TEXT
    #[arg(long, value_name = "KID", default_value = "thumbprint", value_parser = parse_kid)]
    kid: Kid,
    /// Use of the key: sig
    #[arg(long = "use", value_name = "USE", default_value = "sig", value_parser = ["sig"])]
    key_use: String,
    /// File of the private JWK (0600, never overwritten); - for stdout and nothing else there
    #[arg(short, long, value_name = "FILE", default_value = "key.jwk")]
    output: PathBuf,
    /// File of the public JWK Set, besides stdout
    #[arg(long, value_name = "FILE")]
    public_out: Option<PathBuf>,
}

/// What `kid` the key gets.
#[derive(Clone, Debug)]
enum Kid {
    Thumbprint,
    Absent,
    Given(KeyId),
}

fn parse_kid(text: &str) -> Result<Kid, String> {
    match text {
        "thumbprint" => Ok(Kid::Thumbprint),
        "none" => Ok(Kid::Absent),
        _ => match text.strip_prefix('=') {
            Some(given) => KeyId::new(given).map(Kid::Given).map_err(|error| error.to_string()),
            None => Err("it is `thumbprint`, `none` or `=TEXT`".to_owned()),
        },
    }
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let spec = KeySpec::new(args.alg, args.size)?;
    let to_stdout = stdin::is_dash(&args.output);
    check_public_out(args)?;
    // Before the time is spent on a key that could not be kept.
    if !to_stdout {
        key_file::check_creatable(&args.output)?;
    }
    if let Some(path) = &args.public_out {
        key_file::check_creatable(path)?;
    }
    let key = with_kid(jwk_gen::generate(spec)?, &args.kid);
    let public = JwkSet::new(vec![key.public()])?.to_json();
    if to_stdout {
        context.output.data(key.expose_json().as_bytes())?;
        context.output.line("")?;
    } else {
        write_private(&args.output, &key)?;
        context.output.note(&format!("private key written to {}", args.output.display()));
        context.output.line(&public)?;
    }
    if let Some(path) = &args.public_out {
        key_file::create_new(path, format!("{public}\n").as_bytes())?;
    }
    Ok(())
}

fn check_public_out(args: &Args) -> Result<(), CliError> {
    let Some(path) = &args.public_out else { return Ok(()) };
    if stdin::is_dash(path) {
        return Err(CliError::usage(
            "`--public-out -` is not needed: stdout has the public JWK Set",
        ));
    }
    if *path == args.output {
        return Err(CliError::usage("`-o` and `--public-out` name the same file"));
    }
    Ok(())
}

fn with_kid(key: PrivateJwk, kid: &Kid) -> PrivateJwk {
    match kid {
        Kid::Thumbprint => key,
        Kid::Absent => key.with_kid(None),
        Kid::Given(kid) => key.with_kid(Some(kid.clone())),
    }
}
