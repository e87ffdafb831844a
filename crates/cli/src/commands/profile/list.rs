//! `profile list`.

use serde_json::{Value, json};

use super::in_use;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::{Setting, Settings};

/// List the profiles with their orgs and clients; a star marks the one that is used
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m profile list
  okta-m2m profile list --format json")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let file = context.config_file()?;
    let used = in_use(context, &file)?;
    let rows: Result<Vec<_>, CliError> =
        file.profile_names().map(|name| row(context, name, name == used)).collect();
    let rows = rows?;
    if context.format()? == Format::Json {
        let objects: Vec<_> = rows.iter().map(Row::to_json).collect();
        return context.output.json(&objects);
    }
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    for row in &rows {
        let Row { name, used, org_url, client_id } = row;
        let star = if *used { '*' } else { ' ' };
        let (org, client) = (org_url.as_deref(), client_id.as_deref());
        let line =
            format!("{star} {name:<width$}  {}  {}", org.unwrap_or("-"), client.unwrap_or("-"));
        context.output.line(&line)?;
    }
    Ok(())
}

struct Row {
    name: String,
    used: bool,
    org_url: Option<String>,
    client_id: Option<String>,
}

impl Row {
    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "used": self.used,
            "org_url": self.org_url,
            "client_id": self.client_id,
        })
    }
}

fn row(context: &Context<'_>, name: &str, used: bool) -> Result<Row, CliError> {
    let settings = Settings::of_profile(context, name)?;
    let shown = |setting| settings.shown(setting).map(|shown| shown.text().to_owned());
    let (org_url, client_id) = (shown(Setting::OrgUrl), shown(Setting::ClientId));
    Ok(Row { name: name.to_owned(), used, org_url, client_id })
}
