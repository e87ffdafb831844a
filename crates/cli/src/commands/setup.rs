//! `setup`: everything that is missing, and nothing else.

mod finish;
mod profile;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;
use jwk_gen::{Algorithm, KeyId, KeyReader, KeySpec, PrivateJwk, Read, key_file};
use jwt_sign::{ClientId, LocalSigner, Signer};
use okta_http::{AuthServer, HttpClient, OrgUrl, Scopes, TokenEndpoint};
use okta_register::{AdminRole, RegisteredClient, Registrar};
use okta_token::{DpopMode, TokenClient};

use crate::args::{AdminArgs, ClientArgs, ScopeArgs, for_okta};
use crate::commands::key::write_private;
use crate::commands::role;
use crate::connection::http_client;
use crate::context::Context;
use crate::credential::admin_credential;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::key_input;
use crate::provision::{self, Outcome, Step, Wanted, step};
use crate::registrations::Registrations;
use crate::scope_advice;
use crate::settings::{Absent, Settings, scopes_of};
use crate::stdin;

use finish::finish;
use profile::Profile;

/// Make a service ready: key, app, grants, role, token, one API call, profile
///
/// What is there already stays as it is, so that a second run changes nothing and a run that
/// failed is taken up by running it again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m setup --org-url https://acme.okta.com --name svc --scope okta.users.read \\
      --role READ_ONLY_ADMIN --key svc.jwk --admin-token-file admin-token
  okta-m2m setup --name svc --scope okta.users.read --key svc.jwk --dry-run")]
pub(crate) struct Args {
    /// Label of the app
    #[arg(long, value_name = "LABEL", value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Scope to grant; repeatable, also separated by spaces or commas [or: OKTA_M2M_SCOPE]
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Admin role to assign, for example READ_ONLY_ADMIN, or the id of a custom one
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Resource set of a custom role
    #[arg(long, value_name = "ID", requires = "role")]
    resource_set: Option<String>,
    /// File of the private key; made if it does not exist [or: OKTA_M2M_KEY]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// File of the passphrase of an encrypted key
    #[arg(long, value_name = "FILE")]
    key_passphrase_file: Option<PathBuf>,
    /// Algorithm of a key that is made: RS256 (default), RS384, RS512, ES256, ES384 or ES512
    #[arg(long, value_name = "ALG", value_parser = for_okta)]
    alg: Option<Algorithm>,
    /// DPoP: auto takes an app as it is and makes one without, always makes one whose tokens are
    /// bound to a key, never refuses one that demands it [default: auto]
    #[arg(long, value_name = "MODE")]
    dpop: Option<String>,
    /// Say what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    admin: AdminArgs,
}

/// The parsed arguments and the way to the org.
struct Setup<'a> {
    args: &'a Args,
    key: PathBuf,
    reader: KeyReader,
    org: OrgUrl,
    http: HttpClient,
    registrar: Registrar,
    scopes: Scopes,
    role: Option<AdminRole>,
    dpop: DpopMode,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let setup = Setup::new(args, context)?;
    profile::check(context, &setup.org, &setup.key)?;
    let mut steps = Vec::new();
    let (key, made) = setup.key(context)?;
    report(context, &mut steps, made);
    let client = match setup.provision(context, key.as_ref(), &mut steps) {
        Ok(client) => client,
        Err(error) if setup.lacks_the_role(&error) => {
            return Err(error.with_hint("run the same setup with a role: --role READ_ONLY_ADMIN"));
        }
        Err(error) => return Err(half_done(context, &steps, error)),
    };
    finish(context, client.as_ref(), &steps, args.dry_run)
}

impl<'a> Setup<'a> {
    fn new(args: &'a Args, context: &mut Context<'_>) -> Result<Self, CliError> {
        let scopes = scopes(args, context)?;
        context.output.warn_all(&scope_advice::remarks(&scopes));
        let key = key_path(args, context)?;
        let role = args
            .role
            .as_deref()
            .map(|role| role::parse_new(role, args.resource_set.as_deref()))
            .transpose()?;
        let settings = settings(args, context)?;
        let (org, reader) = (settings.org_url(context)?, settings.key_reader()?);
        let dpop = settings.dpop()?;
        let http = http_client(context, &org)?;
        let credential = admin_credential(context, &args.admin, &http, &org)?;
        let registrar = Registrar::new(http.clone(), org.clone(), credential);
        Ok(Self { args, key, reader, org, http, registrar, scopes, role, dpop })
    }

    /// Whether the call failed for want of a role that nobody asked for: the same setup would fail
    /// again.
    fn lacks_the_role(&self, error: &CliError) -> bool {
        let code = error.server().and_then(|server| server.error_code());
        self.role.is_none() && code == Some("E0000006")
    }

    /// The key of the file, or a new one in it. A dry run makes none.
    fn key(&self, context: &mut Context<'_>) -> Result<(Option<PrivateJwk>, Step), CliError> {
        let path = &self.key;
        if path.exists() {
            let Read { key, repairs } = key_file::read(path, &self.reader)?;
            key_input::tell(context.output, &repairs);
            let detail = format!("{} holds {} ({})", path.display(), key.kind(), key.algorithm());
            self.check_algorithm(&key)?;
            return Ok((Some(key), step("key", Outcome::Unchanged, detail)));
        }
        key_file::check_creatable(path)?;
        let algorithm = self.args.alg.unwrap_or(Algorithm::Rs256);
        if self.args.dry_run {
            let detail = format!("make one for {algorithm} in {}", path.display());
            return Ok((None, step("key", Outcome::Planned, detail)));
        }
        provision::check_super_admin(&self.registrar)?;
        context.output.detail("making a key");
        let key = jwk_gen::generate(KeySpec::new(algorithm, None)?)?;
        write_private(path, &key)?;
        let detail = format!("{} written, {} ({algorithm})", path.display(), key.kind());
        Ok((Some(key), step("key", Outcome::Changed, detail)))
    }

    fn check_algorithm(&self, key: &PrivateJwk) -> Result<(), CliError> {
        match self.args.alg {
            Some(wanted) if wanted != key.algorithm() => Err(CliError::usage(format!(
                "`--alg` is {wanted}, the key in {} is for {}",
                self.key.display(),
                key.algorithm()
            ))
            .with_hint("leave out --alg, or name a new file by --key")),
            _ => Ok(()),
        }
    }

    /// From the app to the profile. A dry run without a key or an app stops where these are needed.
    fn provision(
        &self,
        context: &mut Context<'_>,
        key: Option<&PrivateJwk>,
        steps: &mut Vec<Step>,
    ) -> Result<Option<RegisteredClient>, CliError> {
        let Some(key) = key else {
            // Asks the org something, so that a wrong credential shows in a dry run too.
            self.registrar.list_by_label(&self.args.name)?;
            self.plan_all(context, steps)?;
            return Ok(None);
        };
        let registrations = Registrations::of(context, &self.org)?;
        let wanted = Wanted {
            label: &self.args.name,
            key,
            scopes: &self.scopes,
            role: self.role.as_ref(),
            dpop: self.dpop,
            dry_run: self.args.dry_run,
            registrations: Some(&registrations),
        };
        let (client, app) = provision::app(&self.registrar, &wanted)?;
        report(context, steps, app);
        let Some(client) = client else {
            self.plan_rest(context, steps)?;
            return Ok(None);
        };
        let id = &client.app_id;
        report(context, steps, provision::grants(&self.registrar, id, &wanted)?);
        report(context, steps, provision::role(&self.registrar, &client.client_id, &wanted)?);
        let signer = signer(&client, key)?;
        // What a signer would take anyway is not pinned: a rotation exchanges the key and its id together.
        let own = LocalSigner::new(key)?;
        let kid = Some(signer.key_id()).filter(|kid| *kid != own.key_id());
        let key_passphrase_file = self.args.key_passphrase_file.as_deref();
        let (org, key) = (&self.org, self.key.as_path());
        let dpop = (self.dpop != DpopMode::Auto).then_some(self.dpop);
        let profile = Profile { org, client: &client, key, key_passphrase_file, dpop, kid };
        if self.args.dry_run {
            let planned = profile.planned(context, &self.scopes)?;
            self.plan_end(context, planned, steps);
            return Ok(Some(client));
        }
        report(context, steps, profile.save(context, &self.scopes)?);
        self.prove(context, &client, signer, steps)?;
        Ok(Some(client))
    }

    fn plan_all(&self, context: &mut Context<'_>, steps: &mut Vec<Step>) -> Result<(), CliError> {
        report(context, steps, provision::planned_app(&self.args.name));
        self.plan_rest(context, steps)
    }

    fn plan_rest(&self, context: &mut Context<'_>, steps: &mut Vec<Step>) -> Result<(), CliError> {
        report(context, steps, step("grants", Outcome::Planned, format!("grant {}", self.scopes)));
        if let Some(role) = &self.role {
            report(context, steps, step("role", Outcome::Planned, format!("assign {role}")));
        }
        let planned = profile::planned(context)?;
        self.plan_end(context, planned, steps);
        Ok(())
    }

    fn plan_end(&self, context: &mut Context<'_>, profile: Step, steps: &mut Vec<Step>) {
        report(context, steps, profile);
        for planned in provision::planned_proof(&self.scopes) {
            report(context, steps, planned);
        }
    }

    /// A token and one call with it.
    fn prove(
        &self,
        context: &mut Context<'_>,
        client: &RegisteredClient,
        signer: LocalSigner,
        steps: &mut Vec<Step>,
    ) -> Result<(), CliError> {
        let endpoint = TokenEndpoint::new(&self.org, &AuthServer::Org);
        let client_id = ClientId::new(client.client_id.as_str())?;
        let tokens = TokenClient::new(self.http.clone(), endpoint, client_id, Arc::new(signer))
            .with_dpop(self.dpop);
        let key = self.key.display().to_string();
        let token = tokens.fetch(&self.scopes).map_err(|error| {
            CliError::from(error).about(&client.client_id, Some(&key), &self.scopes)
        })?;
        let detail = format!(
            "{} for {} s with {}",
            token.token_type(),
            token.lifetime().as_secs(),
            token.scopes()
        );
        report(context, steps, step("token", Outcome::Done, detail));
        let proof = provision::proof(&self.http, &self.org, &token)
            .map_err(|error| error.about(&client.client_id, Some(&key), &self.scopes))?;
        report(context, steps, proof);
        Ok(())
    }
}

/// A signer under the key id by which the org knows the key, which may have been chosen there.
fn signer(client: &RegisteredClient, key: &PrivateJwk) -> Result<LocalSigner, CliError> {
    let signer = LocalSigner::new(key)?;
    let thumbprint = key.thumbprint();
    let stored = client.jwks.iter().find(|stored| stored.thumbprint.as_ref() == Some(&thumbprint));
    match stored.and_then(|stored| stored.kid.as_deref()) {
        Some(kid) => Ok(signer.with_key_id(KeyId::new(kid)?)),
        None => Ok(signer),
    }
}

fn scopes(args: &Args, context: &Context<'_>) -> Result<Scopes, CliError> {
    let variable = context.environment.text("OKTA_M2M_SCOPE")?;
    let given = (!args.scope.is_empty()).then(|| args.scope.join(" "));
    match given.or(variable.map(str::to_owned)) {
        Some(text) => scopes_of(&text).map_err(|error| error.in_place("`--scope`")),
        None => Err(CliError::usage("no scope is given").with_hint("give --scope SCOPE")),
    }
}

fn key_path(args: &Args, context: &Context<'_>) -> Result<PathBuf, CliError> {
    let variable = context.environment.text("OKTA_M2M_KEY")?.map(PathBuf::from);
    match args.key.clone().or(variable) {
        Some(path) if stdin::is_dash(&path) => {
            Err(CliError::usage("`--key -` is no file that a profile could name")
                .with_hint("give --key FILE"))
        }
        Some(path) => Ok(path),
        None => Err(CliError::usage("no key file is given").with_hint("give --key FILE")),
    }
}

/// What flags, variables and the profile say about org and key.
fn settings(args: &Args, context: &Context<'_>) -> Result<Settings, CliError> {
    let key_passphrase_file = args.key_passphrase_file.clone();
    let dpop = args.dpop.clone();
    let client = ClientArgs { key_passphrase_file, dpop, ..ClientArgs::default() };
    Settings::resolve_with(context, &client, &ScopeArgs::default(), Absent::Fine)
}

/// Tells of a step as soon as it is taken.
fn report(context: &mut Context<'_>, steps: &mut Vec<Step>, step: Step) {
    let word = match step.outcome {
        Outcome::Changed => "changed",
        Outcome::Unchanged => "as it was",
        Outcome::Planned => "to do",
        Outcome::Done => "done",
    };
    context.output.note(&format!("{:<8} {word:<10} {}", step.step, step.detail));
    steps.push(step);
}

/// Half done if the org was changed, or may have been: the same call does the rest. Only if the
/// call itself must be changed first does the error keep its class.
fn half_done(context: &Context<'_>, steps: &[Step], error: CliError) -> CliError {
    let changed = |step: &Step| step.outcome == Outcome::Changed && step.step != "key";
    match error.class() {
        Class::Usage | Class::File | Class::RequestRefused => error,
        Class::Unfinished => error.unfinished(&context.command_line),
        _ if error.is_after_a_change() || steps.iter().any(changed) => {
            error.unfinished(&context.command_line)
        }
        _ => error,
    }
}

/// A path that stays right wherever the profile is used.
fn absolute(path: &Path) -> Result<String, CliError> {
    let absolute = std::path::absolute(path)
        .map_err(|error| CliError::file(format!("`{}`", path.display()), error))?;
    absolute
        .to_str()
        .map(str::to_owned)
        .ok_or_else(|| CliError::usage(format!("`{}` is not valid UTF-8", path.display())))
}
