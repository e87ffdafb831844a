//! `setup`: everything that is missing, and nothing else.

mod profile;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwk_gen::{Algorithm, KeySpec, PrivateJwk, key_file};
use jwt_sign::{ClientId, LocalSigner};
use okta_http::{AuthServer, HttpClient, OrgUrl, Scopes, TokenEndpoint};
use okta_register::{AdminRole, RegisteredClient, Registrar};
use okta_token::TokenClient;
use serde_json::json;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::commands::key::write_private;
use crate::connection::http_client;
use crate::context::Context;
use crate::credential::admin_credential;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::provision::{self, Outcome, Step, Wanted, step};
use crate::settings::Settings;

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
    #[arg(long, value_name = "LABEL")]
    name: String,
    /// Scope to grant; repeatable, also separated by spaces or commas
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    /// Admin role to assign, for example READ_ONLY_ADMIN, or the id of a custom one
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Resource set of a custom role
    #[arg(long, value_name = "ID", requires = "role")]
    resource_set: Option<String>,
    /// File of the private key; made if it does not exist
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Algorithm of a key that is made: RS256 (default), RS384, RS512, ES256, ES384 or ES512
    #[arg(long, value_name = "ALG")]
    alg: Option<Algorithm>,
    /// Say what would be done; change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    admin: AdminArgs,
}

/// The parsed arguments and the way to the org.
struct Setup<'a> {
    args: &'a Args,
    org: OrgUrl,
    http: HttpClient,
    registrar: Registrar,
    scopes: Scopes,
    role: Option<AdminRole>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let setup = Setup::new(args, context)?;
    profile::check(context, &setup.org)?;
    let mut steps = Vec::new();
    let (key, made) = setup.key(context)?;
    report(context, &mut steps, made);
    let client = match setup.provision(context, key.as_ref(), &mut steps) {
        Ok(client) => client,
        // Some of it may be done; the same call does the rest.
        Err(error) if steps.iter().any(|step| step.outcome == Outcome::Changed) => {
            return Err(half_done(context, error));
        }
        Err(error) => return Err(error),
    };
    finish(context, client.as_ref(), &steps, args.dry_run)
}

impl<'a> Setup<'a> {
    fn new(args: &'a Args, context: &mut Context<'_>) -> Result<Self, CliError> {
        let scopes = Scopes::parse(&args.scope.join(" "))
            .map_err(|error| CliError::usage("`--scope`").because(&error))?;
        let role = args
            .role
            .as_deref()
            .map(|role| AdminRole::parse(role, args.resource_set.as_deref()))
            .transpose()?;
        let org = org_url(context)?;
        let http = http_client(context, &org)?;
        let credential = admin_credential(context, &args.admin, &http, &org)?;
        let registrar = Registrar::new(http.clone(), org.clone(), credential);
        Ok(Self { args, org, http, registrar, scopes, role })
    }

    /// The key of the file, or a new one in it. A dry run makes none.
    fn key(&self, context: &mut Context<'_>) -> Result<(Option<PrivateJwk>, Step), CliError> {
        let path = &self.args.key;
        if path.exists() {
            let key = key_file::read(path, None)?;
            let detail = format!("{} holds {} ({})", path.display(), key.kind(), key.algorithm());
            self.check_algorithm(&key)?;
            return Ok((Some(key), step("key", Outcome::Unchanged, detail)));
        }
        key_file::check_creatable(path)?;
        let algorithm = self.args.alg.unwrap_or(Algorithm::Rs256);
        if self.args.dry_run {
            let detail = format!("{algorithm} into {}", path.display());
            return Ok((None, step("key", Outcome::Planned, detail)));
        }
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
                self.args.key.display(),
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
            self.plan_all(context, steps);
            return Ok(None);
        };
        let wanted = Wanted {
            label: &self.args.name,
            key,
            scopes: &self.scopes,
            role: self.role.as_ref(),
            dry_run: self.args.dry_run,
        };
        let (client, app) = provision::app(&self.registrar, &wanted)?;
        report(context, steps, app);
        let Some(client) = client else {
            self.plan_rest(context, steps);
            return Ok(None);
        };
        let id = &client.app_id;
        report(context, steps, provision::grants(&self.registrar, id, &wanted)?);
        report(context, steps, provision::role(&self.registrar, &client.client_id, &wanted)?);
        if !self.args.dry_run {
            report(context, steps, self.save_profile(context, &client)?);
            self.prove(context, &client, key, steps)?;
        }
        Ok(Some(client))
    }

    fn plan_all(&self, context: &mut Context<'_>, steps: &mut Vec<Step>) {
        let detail = format!("POST /api/v1/apps with the label `{}`", self.args.name);
        report(context, steps, step("app", Outcome::Planned, detail));
        self.plan_rest(context, steps);
    }

    fn plan_rest(&self, context: &mut Context<'_>, steps: &mut Vec<Step>) {
        report(context, steps, step("grants", Outcome::Planned, self.scopes.to_string()));
        if let Some(role) = &self.role {
            report(context, steps, step("role", Outcome::Planned, role.to_string()));
        }
    }

    fn save_profile(
        &self,
        context: &Context<'_>,
        client: &RegisteredClient,
    ) -> Result<Step, CliError> {
        profile::save(context, &self.org, client, &self.args.key, &self.scopes)
    }

    /// A token and one call with it.
    fn prove(
        &self,
        context: &mut Context<'_>,
        client: &RegisteredClient,
        key: &PrivateJwk,
        steps: &mut Vec<Step>,
    ) -> Result<(), CliError> {
        let endpoint = TokenEndpoint::new(&self.org, &AuthServer::Org);
        let signer = Arc::new(LocalSigner::new(key)?);
        let client_id = ClientId::new(client.client_id.as_str())?;
        let tokens = TokenClient::new(self.http.clone(), endpoint, client_id, signer);
        let token = tokens.fetch(&self.scopes)?;
        let detail = format!(
            "{} for {} s with {}",
            token.token_type(),
            token.lifetime().as_secs(),
            token.scopes()
        );
        report(context, steps, step("token", Outcome::Done, detail));
        report(context, steps, provision::proof(&self.http, &self.org, &token)?);
        Ok(())
    }
}

fn org_url(context: &mut Context<'_>) -> Result<OrgUrl, CliError> {
    Settings::resolve(context, &ClientArgs::default(), &ScopeArgs::default())?.org_url(context)
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

/// Half done: the same call does the rest. Only if the call itself must be changed first does the
/// error keep its class.
fn half_done(context: &Context<'_>, error: CliError) -> CliError {
    match error.class() {
        Class::Usage | Class::File | Class::RequestRefused => error,
        _ => error.unfinished(&context.command_line),
    }
}

fn finish(
    context: &mut Context<'_>,
    client: Option<&RegisteredClient>,
    steps: &[Step],
    dry_run: bool,
) -> Result<(), CliError> {
    let changed = steps.iter().any(|step| step.outcome == Outcome::Changed);
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "client_id": client.map(|client| &client.client_id),
            "profile": context.profile_name()?,
            "changed": changed,
            "dry_run": dry_run,
            "steps": steps,
        }));
    }
    let planned = steps.iter().any(|step| step.outcome == Outcome::Planned);
    context.output.note(match (dry_run, changed || planned) {
        (true, true) => "nothing was changed: this was a dry run",
        (_, false) => "nothing to change",
        (false, true) => "ready: okta-m2m token get",
    });
    match client {
        Some(client) => context.output.line(&client.client_id),
        None => Ok(()),
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
