//! `client-key rotate`.

use std::sync::Arc;
use std::time::Duration;

use jwk_gen::Algorithm;
use okta_register::rotation::{
    Event, Journal, KeyStore as _, Plan, Progress, Rotation, RotationError,
};
use okta_register::{AppId, RegisterError, Registrar};
use okta_token::AccessToken;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs, for_okta};
use crate::connection::http_client;
use crate::context::Context;
use crate::credential::registrar;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::rotation::{FileKeyStore, Probe, RotationFolder, told};
use crate::settings::{KeyFile, Setting, Settings};
use crate::{cache_folder, confirm, duration, tokens};

mod report;

/// Replace the client's key by a new one without a failed request
///
/// Makes a key, adds it to the app, proves it with real tokens, puts it into the key file, waits until whatever was signed with
/// the old key has ended (--drain), deactivates the old key, and deletes it once nobody has missed it (--soak, by --resume).
/// Whoever reads the key file again sees the new key without a restart. An interruption anywhere harms nothing: --resume goes on,
/// --abort goes back to the old key as long as it is not deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key rotate --admin-token-file admin-token
  okta-m2m client-key rotate --dry-run
  okta-m2m client-key rotate --resume
  okta-m2m client-key rotate --soak 0s --alg ES256")]
pub(crate) struct Args {
    /// Algorithm of the new key [default: that of the old one]
    #[arg(long, value_parser = for_okta)]
    alg: Option<Algorithm>,
    /// How long the old key stays active after the new one has taken its place [default: 10m]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    drain: Option<Duration>,
    /// How long the old key stays inactive before it is deleted [default: 7d]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    soak: Option<Duration>,
    /// Go on with the rotation that is under way
    #[arg(long, group = "what")]
    resume: bool,
    /// Go back to the old key
    #[arg(long, group = "what")]
    abort: bool,
    /// Say how far the rotation has come
    #[arg(long, group = "what")]
    status: bool,
    /// Look at everything, say what would be done, and change nothing
    #[arg(long, group = "what")]
    dry_run: bool,
    /// Somebody else has the old key: no drain, no soak, revoke our tokens
    #[arg(long, group = "what", conflicts_with_all = ["drain", "soak"])]
    compromised: bool,
    /// Do not ask, and do not mind other keys that were added within the last hour
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let file = key_file(&settings)?;
    let folder = RotationFolder::of(&file.path).map_err(|error| {
        CliError::file(format!("{} cannot be found", file.path.display()), error)
    })?;
    if args.status {
        return report::status(context, &folder);
    }
    if args.compromised && !args.yes {
        let question = "Replace the key at once and delete the old one for good?";
        confirm::ask(context, question, "--yes")?;
    }
    let _lock = if args.dry_run { None } else { Some(folder.lock()?) };
    let clock = Arc::clone(&context.clock);
    let store = FileKeyStore::new(&folder, &file, args.alg, &*clock);
    store.form()?;
    rotate(args, context, &settings, (&folder, store))
}

/// The key has to be in a file that can be exchanged, and its `kid` in that file or made from it.
fn key_file(settings: &Settings) -> Result<KeyFile, CliError> {
    let Some(file) = settings.key_file() else {
        return Err(CliError::usage("the key is in no file that a rotation could exchange")
            .with_hint("write it to a file with mode 0600 and name that: --key FILE"));
    };
    if let Some((kid, origin)) = settings.text_if_set(Setting::Kid) {
        let message = format!("{origin} pins the key id `{kid}`, which the new key will not have");
        return Err(CliError::settings(message)
            .with_hint("put the key id into the key itself: a JWK has a member `kid`"));
    }
    Ok(file)
}

fn rotate(
    args: &Args,
    context: &mut Context<'_>,
    settings: &Settings,
    (folder, mut store): (&RotationFolder, FileKeyStore<'_>),
) -> Result<(), CliError> {
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let client_id = settings.client_id()?;
    let registrar = registrar(context, &args.admin)?;
    let journal = folder.journal().ok().flatten();
    let app = app_of(&registrar, client_id.as_str(), journal.as_ref())?;
    let files = cache_folder::open(context)?;
    let probing = store.clone();
    let probe = Probe {
        store: &probing,
        http: http.clone(),
        endpoint: settings.token_endpoint(context)?,
        client_id,
        dpop: settings.dpop()?,
        scopes: settings.scopes()?,
        files: files.as_ref(),
    };
    let is_stolen = args.compromised || journal.as_ref().is_some_and(|it| it.compromised);
    let leaked =
        if is_stolen { leaked_token(args, context, folder, journal.as_ref())? } else { None };
    let clock = Arc::clone(&context.clock);
    let resume = context.command_line_for("--resume", &OWN_FLAGS);
    let mut observer = |event: &Event<'_>| report::tell(context.output, event);
    let mut rotation = Rotation::new(&registrar, &app, &mut store, &probe, &*clock, &mut observer);
    let outcome = act(args, &mut rotation);
    let journal = folder.journal().ok().flatten();
    let outcome = outcome.map_err(|error| {
        let half_done = journal.as_ref().is_some_and(|it| it.stage.new_key().is_some());
        told(error, half_done, &resume)
    })?;
    let Some(progress) = outcome else { return report::plan(context, &app, &args.plan()) };
    if let Some(token) = leaked {
        let not_revoked = |error: CliError| error.in_place("the kept token is not revoked");
        let client = store.current().and_then(|key| probe.client(&key));
        client
            .map_err(|error| not_revoked(CliError::of(Class::Failed, &*error)))?
            .revoke(token.expose())
            .map_err(|error| not_revoked(CliError::from(error)))?;
    }
    report::ended(context, &app, &progress, &resume)
}

/// Flags of one call that have no place in the command that goes on.
const OWN_FLAGS: [&str; 5] = ["--resume", "--abort", "--compromised", "--dry-run", "--yes"];

/// What was asked for; nothing is done in a dry run.
fn act(args: &Args, rotation: &mut Rotation<'_>) -> Result<Option<Progress>, RotationError> {
    if args.dry_run {
        return rotation.check(&args.plan()).map(|_| None);
    }
    if args.resume {
        return rotation.resume().map(Some);
    }
    if args.abort {
        return rotation.abort().map(Some);
    }
    rotation.start(&args.plan()).map(Some)
}

/// The app of the client. Who may rotate need not be allowed to list apps: where that fails, and only there, the journal of
/// the rotation says it.
fn app_of(
    registrar: &Registrar,
    client_id: &str,
    journal: Option<&Journal>,
) -> Result<AppId, CliError> {
    match (registrar.app_id(client_id), journal) {
        (Ok(app), _) => Ok(app),
        (Err(error @ RegisterError::NoSuchClient { .. }), _) | (Err(error), None) => {
            Err(error.into())
        }
        (Err(_), Some(journal)) => Ok(AppId::new(journal.app_id.as_str())?),
    }
}

/// The token that was got with the old key and may be in wrong hands with it. It is kept under that key, which is no longer in
/// the key file once the new one was promoted.
fn leaked_token(
    args: &Args,
    context: &mut Context<'_>,
    folder: &RotationFolder,
    journal: Option<&Journal>,
) -> Result<Option<Arc<AccessToken>>, CliError> {
    let old = journal.map(|journal| folder.stored(&journal.old.thumbprint));
    let key = old.filter(|file| file.exists()).or_else(|| args.client.key.clone());
    let client = ClientArgs { key, ..args.client.clone() };
    let settings = &Settings::resolve(context, &client, &args.scope)?;
    let org = settings.org_url(context)?;
    let http = http_client(context, &org)?;
    let source = tokens::source(context, settings, &http, &org, settings.scopes()?)?;
    Ok(source.kept())
}

impl Args {
    fn plan(&self) -> Plan {
        let standard = Plan::default();
        let or = |given: Option<Duration>, standard| match given {
            _ if self.compromised => Duration::ZERO,
            given => given.unwrap_or(standard),
        };
        Plan {
            drain: or(self.drain, standard.drain),
            soak: or(self.soak, standard.soak),
            beside_recent_keys: self.yes,
            compromised: self.compromised,
        }
    }
}
