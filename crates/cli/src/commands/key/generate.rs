//! `key generate`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use jwk_gen::{
    Algorithm, JwkSet, KeyIdSource, KeyKind, KeyRequest, KeySpec, KeyType, KeyUse, Keys,
    Passphrase, PrivateJwk, Profile, Requested, SymmetricJwk, SymmetricSpec, UseChoice, key_file,
};

use super::form::{EncryptArgs, Form, Written};
use super::tell_refusal;
use crate::context::Context;
use crate::error::CliError;
use crate::stdin;

/// Make a key: the private JWK into a file, the public JWK Set to stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key generate -o svc.jwk > svc.jwks
  okta-m2m key generate --alg ES256 -o svc.jwk --public-out svc.jwks
  okta-m2m key generate --alg RS256 --size 3072 --kid =2026-11 -o svc.jwk
  okta-m2m key generate --alg RS256 --to pkcs8 -o svc.pem
  okta-m2m key generate --for any --alg EdDSA -o ed.jwk")]
pub(crate) struct Args {
    /// Whom the key is for: okta, which takes RS* and ES* for signatures only, or any
    #[arg(long = "for", value_name = "WHOM", default_value = "okta")]
    whom: Profile,
    /// Algorithm: RS256 (default), RS384, RS512, ES256, ES384, ES512; for any also PS*, ES256K,
    /// EdDSA, HS*, RSA-OAEP*, ECDH-ES*, A*KW, A*GCMKW, dir
    #[arg(long, value_name = "ALG")]
    alg: Option<Algorithm>,
    /// Key type: RSA, EC, OKP or oct; without --alg the key names no algorithm
    #[arg(long, value_name = "KTY")]
    kty: Option<KeyType>,
    /// Curve: P-256, P-384, P-521, secp256k1, Ed25519 or X25519
    #[arg(long, value_name = "CURVE")]
    crv: Option<String>,
    /// Bits of an RSA modulus, 2048 (default) to 8192, or of a shared key
    #[arg(long, value_name = "BITS")]
    size: Option<u32>,
    /// Key id: thumbprint (RFC 7638), sha256 or sha1 (of the public key in DER), date, timestamp,
    /// none, or =TEXT
    #[arg(long, value_name = "KID", default_value = "thumbprint")]
    kid: KeyIdSource,
    /// Use of the key: sig, enc or none [default: what the algorithm is for]
    #[arg(long = "use", value_name = "USE", value_parser = parse_use)]
    key_use: Option<UseChoice>,
    /// How many keys; the files are numbered: svc-1.jwk, svc-2.jwk
    #[arg(long, value_name = "N", default_value = "1", value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    count: usize,
    /// Format of the private key
    #[arg(long, value_name = "FORM", value_enum, default_value = "jwk")]
    to: Form,
    #[command(flatten)]
    encrypt: EncryptArgs,
    /// File of the private key (0600, never overwritten); - for stdout and nothing else there
    /// [default: key.jwk, or key.pem and so on by the format]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// File of the public JWK Set, besides stdout
    #[arg(long, value_name = "FILE")]
    public_out: Option<PathBuf>,
}

fn parse_use(text: &str) -> Result<UseChoice, String> {
    match text {
        "sig" => Ok(UseChoice::Given(KeyUse::Signature)),
        "enc" => Ok(UseChoice::Given(KeyUse::Encryption)),
        "none" => Ok(UseChoice::Absent),
        _ => Err("it is `sig`, `enc` or `none`".to_owned()),
    }
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let requested = args.request().resolve(args.whom);
    let requested = requested.map_err(|error| CliError::from(error).or_for_any())?;
    args.check(&requested)?;
    let passphrase = args.encrypt.passphrase(args.to, context)?;
    let files = args.files();
    // Before the time is spent on a key that could not be kept.
    for path in files.iter().chain(&args.public_out) {
        key_file::check_creatable(path)?;
    }
    match requested {
        Requested::KeyPair(spec) => make_pairs(args, spec, &files, passphrase.as_ref(), context),
        Requested::Symmetric(spec) => make_shared(args, spec, &files, context),
    }
}

impl Args {
    fn request(&self) -> KeyRequest {
        KeyRequest {
            kty: self.kty,
            alg: self.alg,
            crv: self.crv.clone(),
            size: self.size,
            key_use: self.key_use.unwrap_or_default(),
        }
    }

    fn output(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new(match self.to {
            Form::Jwk => "key.jwk",
            Form::Jwks => "key.jwks",
            Form::Der => "key.der",
            _ => "key.pem",
        }))
    }

    fn is_to_stdout(&self) -> bool {
        stdin::is_dash(self.output())
    }

    /// What can be known to be wrong before a key is made.
    fn check(&self, requested: &Requested) -> Result<(), CliError> {
        if self.count > 1 && !self.kid.is_unique() {
            return Err(CliError::usage(format!("{} keys would share one `kid`", self.count))
                .with_hint("--kid thumbprint"));
        }
        if matches!(self.to, Form::Spki | Form::Certificate) {
            return Err(CliError::usage("that format would lose the private key")
                .with_hint("make the key first, then okta-m2m key convert FILE"));
        }
        let kind = match requested {
            Requested::KeyPair(spec) => Some(spec.kind()),
            Requested::Symmetric(_) => None,
        };
        if matches!(
            (self.to, kind),
            (Form::Pkcs1, Some(KeyKind::Ec(_) | KeyKind::Okp(_)))
                | (Form::Sec1, Some(KeyKind::Rsa { .. } | KeyKind::Okp(_)))
        ) {
            return Err(CliError::usage("that format has no place for this kind of key")
                .with_hint("--to pkcs8"));
        }
        let is_shared = matches!(requested, Requested::Symmetric(_));
        if is_shared && (self.count > 1 || self.to != Form::Jwk) {
            return Err(CliError::usage("shared keys are made one by one, as JWKs"));
        }
        let Some(public) = &self.public_out else { return Ok(()) };
        if is_shared {
            return Err(CliError::usage("a shared key has no public half for `--public-out`"));
        }
        if stdin::is_dash(public) {
            return Err(CliError::usage(
                "`--public-out -` is not needed: stdout has the public JWK Set",
            ));
        }
        if self.files().iter().any(|it| is_same(it, public)) {
            return Err(CliError::usage("`-o` and `--public-out` name the same file"));
        }
        Ok(())
    }

    /// The files of the private keys; none if they go to stdout.
    fn files(&self) -> Vec<PathBuf> {
        match self.count {
            _ if self.is_to_stdout() => Vec::new(),
            1 => vec![self.output().to_owned()],
            count => (1..=count).map(|number| numbered(self.output(), number)).collect(),
        }
    }
}

/// Whether two spellings name one file that does not exist yet.
fn is_same(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        parent.unwrap_or(Path::new(".")).canonicalize().ok()
    };
    one.file_name() == other.file_name() && folder(one) == folder(other)
}

/// `svc.jwk` to `svc-2.jwk`; `svc/` and `..` name directories and stay, to be refused as such.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let is_last =
        |name: &&OsStr| path.as_os_str().as_encoded_bytes().ends_with(name.as_encoded_bytes());
    if path.file_name().filter(is_last).is_none() {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Each key is safe in its file before the next is made and before anything is printed.
fn make_pairs(
    args: &Args,
    spec: KeySpec,
    files: &[PathBuf],
    passphrase: Option<&Passphrase>,
    context: &mut Context<'_>,
) -> Result<(), CliError> {
    let mut made = Vec::with_capacity(args.count);
    for index in 0..args.count {
        let key = make_pair(spec, &args.kid, context)?;
        if let Some(path) = files.get(index) {
            let written = Written::new(&Keys::Private(vec![key.clone()]), args.to, passphrase)?;
            written.write_private(path, context)?;
        }
        made.push(key);
    }
    tell_refusal(context, made.first().and_then(PrivateJwk::okta_refusal));
    let public = JwkSet::new(made.iter().map(PrivateJwk::public).collect())?.to_json();
    if let Some(path) = &args.public_out {
        key_file::create_new(path, format!("{public}\n").as_bytes())?;
    }
    if !args.is_to_stdout() {
        return context.output.line(&public);
    }
    // Several private keys make one text only as a set.
    let form = if args.count > 1 { Form::Jwks } else { args.to };
    Written::new(&Keys::Private(made), form, passphrase)?.write(Some(args.output()), context)
}

fn make_pair(
    spec: KeySpec,
    kid: &KeyIdSource,
    context: &Context<'_>,
) -> Result<PrivateJwk, CliError> {
    let spinner = matches!(spec.kind(), KeyKind::Rsa { .. })
        .then(|| context.output.spinner("searching for two primes"));
    let key = jwk_gen::generate(spec)?;
    drop(spinner);
    let kid = kid.key_id(&key.public(), context.now());
    Ok(key.with_kid(kid))
}

fn make_shared(
    args: &Args,
    spec: SymmetricSpec,
    files: &[PathBuf],
    context: &mut Context<'_>,
) -> Result<(), CliError> {
    let key = SymmetricJwk::generate(spec)?;
    let kid = args.kid.key_id_of_shared(&key, context.now())?;
    let written = Written::new(&Keys::Symmetric(key.with_kid(kid)), args.to, None)?;
    match files {
        [path] => written.write_private(path, context),
        _ => written.write(Some(args.output()), context),
    }
}
