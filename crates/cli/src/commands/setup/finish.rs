//! What a setup says at its end.

use okta_register::RegisteredClient;
use serde_json::json;

use super::profile;
use crate::args::{ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::provision::{Outcome, Step};
use crate::settings::Settings;

pub(super) fn finish(
    context: &mut Context<'_>,
    client: Option<&RegisteredClient>,
    steps: &[Step],
    dry_run: bool,
) -> Result<(), CliError> {
    let changed = steps.iter().any(|step| step.outcome == Outcome::Changed);
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "client_id": client.map(|client| &client.client_id),
            "app_id": client.map(|client| &client.app_id),
            "profile": profile::name(context)?,
            "changed": changed,
            "dry_run": dry_run,
            "steps": steps,
        }));
    }
    let ready = match context.profile_name()? {
        Some(name) => format!("ready: okta-m2m token get --profile {name}"),
        None => "ready: okta-m2m token get".to_owned(),
    };
    // A token and a call change nothing.
    let changes = |step: &Step| !matches!(step.step, "token" | "api");
    let planned = steps.iter().any(|step| step.outcome == Outcome::Planned && changes(step));
    context.output.note(match (dry_run, changed || planned) {
        (true, true) => "nothing was changed: this was a dry run",
        (_, false) => "nothing to change",
        (false, true) => &ready,
    });
    // As the next command will, which has no flag.
    let org_url = context.global.org_url.take();
    let settings = Settings::resolve(context, &ClientArgs::default(), &ScopeArgs::default());
    context.global.org_url = org_url;
    if let (false, Ok(settings)) = (dry_run, settings) {
        // The next command is another client's, unless the reader does something about it.
        context.output.warn_all(&settings.overrides(true));
    }
    match client {
        Some(client) => context.output.line(&client.client_id),
        None => Ok(()),
    }
}
