//! `demo`: the whole way against a local org in the same process.

use std::sync::Arc;
use std::time::Instant;

use jwk_gen::{Algorithm, JwkSet, KeySpec, PrivateJwk};
use jwt_sign::{ClientAssertion, ClientId, Expectations, LocalSigner, inspect};
use okta_emulator::{Emulator, EmulatorConfig};
use okta_http::{
    ApiCredential, AuthServer, HttpClient, OrgUrl, Scopes, Secret, TokenEndpoint, display_untrusted,
};
use okta_register::{AdminRole, RegisteredClient, Registrar};
use okta_token::{AccessToken, DpopMode, TokenClient};
use serde::Serialize;
use serde_json::json;

use crate::args::for_okta;
use crate::connection::{http_client_over, transport};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::provision::{self, Wanted};
use crate::recorder::{Exchange, Recorder, Recording};

/// Walk the whole way against a local org that this process starts
///
/// Key, app, grants, role, assertion, token, API call: for each step the request, what came back
/// and how long it took. Nothing leaves this machine and nothing is kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m demo
  okta-m2m demo --alg ES256 --format json")]
pub(crate) struct Args {
    /// Algorithm of the key
    #[arg(long, value_name = "ALG", default_value = "RS256", value_parser = for_okta)]
    alg: Algorithm,
}

const SCOPES: &str = "okta.users.read okta.groups.read";
const ROLE: &str = "READ_ONLY_ADMIN";
const LABEL: &str = "demo service";

/// A step of the way.
#[derive(Debug, Serialize)]
struct Stage {
    step: &'static str,
    detail: String,
    milliseconds: f64,
    exchanges: Vec<Exchange>,
}

/// The way so far: what was done is told and kept.
struct Walk<'a, 'b> {
    context: &'a mut Context<'b>,
    recording: Recording,
    stages: Vec<Stage>,
    began: Instant,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let began = Instant::now();
    let emulator = Emulator::start(EmulatorConfig::default())?;
    let org = OrgUrl::parse(emulator.org_url())?;
    let (recorder, recording) = Recorder::new(transport(context, &org)?);
    let http = http_client_over(context, Arc::new(recorder))?;
    let mut walk = Walk { context, recording, stages: Vec::new(), began };
    walk.done("org", format!("{org}, local and strict"))?;

    let key = jwk_gen::generate(KeySpec::new(args.alg, None)?)?;
    let public = serde_json::to_string(&JwkSet::new(vec![key.public()])?)
        .map_err(|error| CliError::failed("the JWK Set cannot be written", error))?;
    walk.done("key", format!("{} for {}; its public half:\n{public}", key.kind(), args.alg))?;

    let api_token = ApiCredential::ApiToken(Secret::new(emulator.admin_token().to_owned()));
    let registrar = Registrar::new(http.clone(), org.clone(), api_token);
    let scopes =
        Scopes::parse(SCOPES).map_err(|error| CliError::failed("the demo's scopes", error))?;
    let client = provision_app(&mut walk, &registrar, &key, &scopes)?;
    let token = get_token(&mut walk, &http, &org, &client, &key, &scopes)?;
    let proof = provision::proof(&http, &org, &token)?;
    walk.done("api", proof.detail)?;
    walk.finish(&org)
}

fn provision_app(
    walk: &mut Walk<'_, '_>,
    registrar: &Registrar,
    key: &PrivateJwk,
    scopes: &Scopes,
) -> Result<RegisteredClient, CliError> {
    let role = AdminRole::parse(ROLE, None)?;
    let wanted = Wanted {
        label: LABEL,
        key,
        scopes,
        role: Some(&role),
        dpop: DpopMode::Auto,
        dry_run: false,
        registrations: None,
    };
    let (client, step) = provision::app(registrar, &wanted)?;
    walk.done("app", step.detail)?;
    let client =
        client.ok_or_else(|| CliError::new(Class::Server, "the org answered without an app"))?;
    let step = provision::grants(registrar, &client.app_id, &wanted)?;
    walk.done("grants", step.detail)?;
    let step = provision::role(registrar, &client.client_id, &wanted)?;
    walk.done("role", step.detail)?;
    Ok(client)
}

fn get_token(
    walk: &mut Walk<'_, '_>,
    http: &HttpClient,
    org: &OrgUrl,
    client: &RegisteredClient,
    key: &PrivateJwk,
    scopes: &Scopes,
) -> Result<AccessToken, CliError> {
    let endpoint = TokenEndpoint::new(org, &AuthServer::Org);
    let client_id = ClientId::new(client.client_id.as_str())?;
    let signer = Arc::new(LocalSigner::new(key)?);
    let now = walk.context.now();
    let assertion = ClientAssertion::new(&client_id, endpoint.as_str(), now)?;
    let assertion = assertion.sign(signer.as_ref())?;
    let expected = Expectations {
        now,
        audience: Some(endpoint.as_str()),
        client_id: Some(client_id.as_str()),
    };
    let shown = inspect(assertion.expose_compact(), &expected)?;
    let shown = json!({"header": shown.header, "claims": shown.claims});
    walk.done("assertion", format!("for example, each request signs its own:\n{shown}"))?;
    let token = TokenClient::new(http.clone(), endpoint, client_id, signer).fetch(scopes)?;
    let detail = format!(
        "{} for {} s with {}",
        token.token_type(),
        token.lifetime().as_secs(),
        token.scopes()
    );
    walk.done("token", detail)?;
    Ok(token)
}

impl Walk<'_, '_> {
    /// Closes a step: its time is what passed since the last one was closed.
    fn done(&mut self, step: &'static str, detail: String) -> Result<(), CliError> {
        let took = self.began.elapsed();
        let stage = Stage {
            step,
            detail,
            milliseconds: (took.as_secs_f64() * 1e4).round() / 10.0,
            exchanges: self.recording.take(),
        };
        if self.context.format()? == Format::Text {
            self.context.output.line(&stage.to_text(self.stages.len() + 1))?;
            self.context.output.flush()?;
        }
        self.stages.push(stage);
        self.began = Instant::now();
        Ok(())
    }

    fn finish(self, org: &OrgUrl) -> Result<(), CliError> {
        if self.context.format()? == Format::Json {
            let result = json!({"org_url": org.to_string(), "steps": self.stages});
            return self.context.output.json(&result);
        }
        self.context.output.line("\ndone: an authorised API call, from nothing")?;
        self.context.output.note("next, with an org of your own: okta-m2m setup --help");
        Ok(())
    }
}

impl Stage {
    fn to_text(&self, number: usize) -> String {
        let mut text = format!("{number}. {} ({} ms)", self.step, self.milliseconds);
        for line in self.detail.lines() {
            text += &format!("\n   {}", shortened(line));
        }
        for exchange in &self.exchanges {
            text += &to_text(exchange);
        }
        text
    }
}

fn to_text(exchange: &Exchange) -> String {
    let mut text = format!("\n   > {} {}", exchange.method, exchange.url);
    if let Some(sent) = &exchange.sent {
        text += &format!("\n     {}", shortened(sent));
    }
    let status = exchange.status.map_or("no answer".to_owned(), |status| status.to_string());
    text += &format!("\n   < {status} ({} ms)", exchange.milliseconds);
    if let Some(received) = &exchange.received {
        text += &format!("\n     {}", shortened(received));
    }
    text
}

/// Enough of a body to recognise it.
fn shortened(body: &str) -> String {
    const LONGEST: usize = 360;
    let clean = display_untrusted(body);
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}
