//! `key serve`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use jwk_gen::{JwkSet, KeyReader, PrivateJwk, Profile, key_file};
use jwk_page::{Config, Host, KeyPage, Publication, PublishError, Tls};
use okta_http::Clock;
use serde_json::json;

use crate::certificate::{self, DEFAULT_DAYS};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;

/// Serve a page that makes keys, and /jwks.json, until interrupted
///
/// Prints the URL of the page, once it listens. Keys are made in this process and kept nowhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key serve
  okta-m2m key serve --publish svc.jwks
  okta-m2m key serve --listen 0.0.0.0:8484 --host keys.acme.example \\
      --tls-cert keys.pem --tls-key keys.key")]
pub(crate) struct Args {
    /// Address and port; port 0 takes a free one, an address that is not loopback needs TLS
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8484)))]
    listen: SocketAddr,
    /// Certificate chain (PEM), to serve by https
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate; only its owner may read the file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Name by which the page is called, with :PORT if another leads here; repeatable
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<Host>,
    /// Public keys (JWK, JWK Set or PEM) to serve as /jwks.json, read again when asked; repeatable
    #[arg(long, value_name = "FILE", num_args = 1..)]
    publish: Vec<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let mut config = config(&context.clock);
    let (failures, reported) = channel();
    config.publication = publication(&args.publish, failures)?;
    if let Some(publication) = &config.publication {
        warn_about(&publication.current(), context);
    }
    config.listen = args.listen;
    config.hosts.clone_from(&args.hosts);
    if let (Some(chain), Some(key)) = (&args.tls_cert, &args.tls_key) {
        config.tls = Some(tls(chain, key)?);
    }
    let page = KeyPage::start(config)?;
    if context.format()? == Format::Json {
        context.output.json(&json!({"url": page.url()}))?;
    } else {
        context.output.line(page.url())?;
    }
    context.output.flush()?;
    context.output.note("makes keys and keeps none; interrupt to stop");
    for failure in reported {
        context.output.note(&format!("still serving the last good keys: {failure}"));
    }
    page.join();
    Ok(())
}

fn config(clock: &Arc<dyn Clock>) -> Config {
    let (now, signing) = (Arc::clone(clock), Arc::clone(clock));
    let certify = move |key: &PrivateJwk| {
        Ok(certificate::of(key, None, DEFAULT_DAYS, signing.now())?.to_pem())
    };
    Config::new(Box::new(move || now.now()), Box::new(certify))
}

/// Reads the files now; what is wrong with them later goes to `failures`.
fn publication(
    files: &[PathBuf],
    failures: Sender<String>,
) -> Result<Option<Publication>, CliError> {
    if files.is_empty() {
        return Ok(None);
    }
    let report = move |error: &PublishError| {
        // The other end goes away with the process.
        drop(failures.send(CliError::of(Class::File, error).message().to_owned()));
    };
    Ok(Some(Publication::read(files.to_vec(), report)?))
}

/// The set may be for others than Okta.
fn warn_about(keys: &JwkSet, context: &mut Context<'_>) {
    for key in keys {
        if let (Some(refusal), Some(kid)) = (key.okta_refusal(), key.kid()) {
            context.output.note(&format!("warning: key `{kid}`: {refusal}"));
        }
    }
}

fn tls(chain: &Path, key: &Path) -> Result<Tls, CliError> {
    let pem = fs::read(chain)
        .map_err(|error| CliError::file(format!("`{}` cannot be read", chain.display()), error))?;
    let key = key_file::read(key, &KeyReader::new().profile(Profile::Any))?;
    Ok(Tls::new(&pem, &key.key)?)
}
