//! All that is wrong with the settings, without a network and without stopping at the first mistake.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::config_file::ConfigFile;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::{Setting, Settings, explain, okta_yaml_warnings};
use crate::{connection, credential, fleet, scope_advice};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What makes a command fail, or may.
    pub(crate) problems: Vec<CliError>,
    /// What is odd.
    pub(crate) warnings: Vec<String>,
}

impl Findings {
    /// Keeps what went wrong, once.
    fn keep<T>(&mut self, result: Result<T, CliError>) -> Option<T> {
        result.map_err(|error| self.problem(error)).ok()
    }

    fn problem(&mut self, error: CliError) {
        if !self.problems.iter().any(|known| known.message() == error.message()) {
            self.problems.push(error);
        }
    }
}

/// Checks what a command with these arguments would read.
pub(crate) fn check(
    context: &mut Context<'_>,
    (client, scope, admin): (&ClientArgs, &ScopeArgs, &AdminArgs),
) -> Result<Findings, CliError> {
    let mut findings = Findings::default();
    let Some((file, problems)) = findings.keep(ConfigFile::find_all_problems(&context.environment))
    else {
        // What no profile says is not missing if the file cannot be understood.
        return Ok(findings);
    };
    problems.into_iter().for_each(|problem| findings.problem(problem));
    findings.keep(check_permissions(file.path()));
    let (_, all) = explain(context, &file, (client, scope, admin))?;
    all.into_iter().flat_map(|it| it.problems).for_each(|problem| findings.problem(problem));
    let warnings = findings.keep(okta_yaml_warnings(context, &file));
    findings.warnings.extend(warnings.unwrap_or_default());
    let (settings, problems) = Settings::resolve_leniently(context, &file, client, scope);
    problems.into_iter().for_each(|problem| findings.problem(problem));
    check_client(context, &settings, &mut findings);
    check_connection(context, &settings, &mut findings);
    findings.keep(credential::check(context, admin));
    Ok(findings)
}

/// Whoever can write the file can name another org in it, and another key.
fn check_permissions(path: &Path) -> Result<(), CliError> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(()) };
    if metadata.is_file() && metadata.mode() & 0o022 != 0 {
        let path = path.display();
        return Err(CliError::new(Class::File, format!("`{path}` can be written by others"))
            .with_hint(format!("chmod 600 '{path}'")));
    }
    Ok(())
}

fn check_client(context: &mut Context<'_>, settings: &Settings, findings: &mut Findings) {
    findings.keep(settings.client_id());
    findings.keep(settings.auth_server());
    findings.keep(settings.dpop());
    if let Some(scopes) = findings.keep(settings.scopes()) {
        findings.warnings.extend(scope_advice::remarks(&scopes));
    }
    findings.warnings.extend(settings.mixture());
    findings.warnings.extend(settings.overrides(context.global.profile.is_some()));
    if let Some(None) = findings.keep(settings.client_secret()) {
        check_key(settings, findings);
    }
    findings.keep(fleet::redis_cache(context, settings));
}

/// The key parses, is one that Okta takes, and is only its owner's.
fn check_key(settings: &Settings, findings: &mut Findings) {
    let Some(read) = findings.keep(settings.read_key()) else { return };
    let repairs = read.repairs.iter().filter(|repair| repair.is_warning());
    findings.warnings.extend(repairs.map(ToString::to_string));
    findings.warnings.extend(read.key.warnings().iter().map(ToString::to_string));
    let Some(signer) = findings.keep(settings.signer_with(&read.key)) else { return };
    let (own, sent) = (read.key.kid(), jwt_sign::Signer::key_id(&signer));
    if let Some(own) = own.filter(|own| *own != sent) {
        let place = settings.text_if_set(Setting::Kid).map(|(_, origin)| format!(" by {origin}"));
        findings.warnings.push(format!(
            "the key says its key id is `{own}`, `{sent}` is sent{}",
            place.unwrap_or_default()
        ));
    }
}

fn check_connection(context: &mut Context<'_>, settings: &Settings, findings: &mut Findings) {
    findings.keep(connection::check(context));
    let Some(org) = findings.keep(settings.org_url_silently()) else { return };
    let corrections = org.corrections().iter().map(|it| format!("org URL: {it}"));
    findings.warnings.extend(corrections);
    findings.keep(settings.sdk_connection());
    findings.keep(connection::transport(context, &org));
}
