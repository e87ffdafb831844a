//! `token watch`.

use std::fs::{self, FileType};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{process, thread};

use okta_token::{AccessToken, Demand, TokenSource};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::NamedTempFile;

use super::form::{Form, TokenFacts};
use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Settings;
use crate::timestamp::rfc3339;
use crate::{duration, tokens};

/// Keep a file with a token that is always good
///
/// The file is for its owner alone (0600) and is replaced as a whole, long before the token in it
/// ends; who reads it sees one token or its successor, never a part. What is no regular file, a link or a
/// device for instance, is never replaced. If no new token can be had, the command says so and goes on
/// trying, by the settings and the key as they are then; the first token it waits for as long as the
/// server cannot be reached, fails or wants to be asked later, but ends if it is refused. SIGTERM and an
/// interrupt end it; the file stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m token watch -o /run/svc/token
  okta-m2m token watch -o /run/svc/header --output header --scope okta.users.read")]
pub(crate) struct Args {
    /// File to keep the token in
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    file: PathBuf,
    /// Form of the file
    #[arg(long, value_enum, value_name = "FORM", default_value = "token")]
    output: Form,
    /// How long the token must still be good at least, at most half its life: 30s, 5m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1m")]
    min_ttl: Duration,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
}

/// How often to look at most and at least. Looking costs nothing while the token is fresh.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(15)];

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let folder = folder_of(&args.file)?;
    replaceable(&args.file)?;
    let writing = Arc::default();
    // Before the file is there: who waits for it may send a signal at once.
    end_on_signal(Arc::clone(&writing))?;
    let mut watch = Watch::new(args, context, folder, &writing)?;
    let mut had_one = false;
    loop {
        let pause = match watch.look(context) {
            Ok(pause) => {
                had_one = true;
                pause
            }
            Err(error) if !had_one && !passes(&error) => return Err(error),
            Err(error) => {
                context.output.note(&format!("warning: no new token: {}", error.message()));
                // The key or the profile may be another one by now.
                if let Ok(renewed) = Watch::new(args, context, folder, &writing) {
                    watch = renewed;
                }
                LOOKS[1]
            }
        };
        context.clock.sleep(pause);
    }
}

/// Whether waiting may help: nobody has refused anything, and nothing here is wrong.
fn passes(error: &CliError) -> bool {
    matches!(error.class(), Class::RateLimited | Class::Network | Class::Server)
}

/// Ends the program at once, whatever server it waits for, but never while it writes.
fn end_on_signal(writing: Arc<Mutex<()>>) -> Result<(), CliError> {
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| CliError::failed("signals cannot be received", error))?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            let _guard = writing.lock();
            #[expect(clippy::exit, reason = "the other thread may wait for a server for long")]
            process::exit(0);
        }
    });
    Ok(())
}

fn folder_of(file: &Path) -> Result<&Path, CliError> {
    if file.as_os_str() == "-" || file.file_name().is_none() {
        return Err(CliError::usage("`-o` is not the name of a file"));
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    Ok(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// A source of tokens and what was written of them.
struct Watch<'a> {
    args: &'a Args,
    folder: &'a Path,
    tokens: TokenSource,
    client_id: String,
    issuer: String,
    settings: Settings,
    min_ttl: Duration,
    writing: &'a Mutex<()>,
    written: Option<String>,
}

impl<'a> Watch<'a> {
    fn new(
        args: &'a Args,
        context: &mut Context<'_>,
        folder: &'a Path,
        writing: &'a Mutex<()>,
    ) -> Result<Self, CliError> {
        let settings = Settings::resolve(context, &args.client, &args.scope)?;
        let org = settings.org_url(context)?;
        let http = http_client(context, &org)?;
        let scopes = settings.scopes()?;
        let tokens = tokens::source(context, &settings, &http, &org, scopes)?;
        let client_id = settings.client_id()?.to_string();
        let issuer = settings.token_endpoint(context)?.issuer();
        let min_ttl = args.min_ttl;
        Ok(Self {
            args,
            folder,
            tokens,
            client_id,
            issuer,
            settings,
            min_ttl,
            writing,
            written: None,
        })
    }

    /// Gets a token, writes it if it is another one, and says how long to wait.
    fn look(&mut self, context: &mut Context<'_>) -> Result<Duration, CliError> {
        let demand = Demand { min_ttl: self.min_ttl, ..Demand::default() };
        let served = self.tokens.token_for(&demand);
        tokens::tell_warnings(context, &self.tokens);
        let scopes = self.settings.scopes()?;
        let token = &served.map_err(|it| tokens::told(&it, &self.settings, &scopes))?.token;
        let facts = TokenFacts {
            client_id: self.client_id.clone(),
            issuer: self.issuer.clone(),
            cached: false,
        };
        let expiry = rfc3339(token.expires_at())?;
        if self.written.as_ref() != Some(&expiry) {
            let text = self.args.output.render(token, &facts, context.now())?;
            {
                let _guard = self.writing.lock();
                replaceable(&self.args.file)?;
                replace(&self.args.file, self.folder, &text)?;
            }
            let file = self.args.file.display();
            context.output.note(&format!("`{file}` is good until {expiry}"));
            self.written = Some(expiry);
        }
        // A longer demand would ask for a new token at every look.
        self.min_ttl = self.min_ttl.min(token.lifetime() / 2);
        Ok(pause(token))
    }
}

/// A hundredth of the token's life, within reason.
fn pause(token: &AccessToken) -> Duration {
    (token.lifetime() / 100).clamp(LOOKS[0], LOOKS[1])
}

/// Only a regular file is replaced, or nothing: whoever reads from a pipe, a device or through a link would be cut off.
fn replaceable(path: &Path) -> Result<(), CliError> {
    let place = path.display();
    let kind = match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CliError::file(format!("`{place}` cannot be looked at"), error)),
        Ok(found) => kind_of(found.file_type()),
    };
    let message = format!("`{place}` is {kind}, not a regular file, and is not replaced");
    Err(CliError::new(Class::File, message).with_hint("name a file, or a place where none is yet"))
}

fn kind_of(found: FileType) -> &'static str {
    match found {
        it if it.is_symlink() => "a symbolic link",
        it if it.is_dir() => "a directory",
        it if it.is_fifo() => "a pipe",
        it if it.is_socket() => "a socket",
        _ => "a device",
    }
}

/// Puts `text` in the place of the file, for its owner alone.
fn replace(path: &Path, folder: &Path, text: &str) -> Result<(), CliError> {
    let write = || {
        let mut file = NamedTempFile::with_prefix_in(".okta-m2m-", folder)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    let failed = |error: std::io::Error| {
        CliError::file(format!("`{}` cannot be written", path.display()), error)
    };
    write().map_err(failed)
}
