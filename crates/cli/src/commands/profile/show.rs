//! `profile show`.

use serde_json::{Map, Value, json};

use super::in_use;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::profile_name::ProfileName;
use crate::settings::{Setting, Settings};

/// Show what a profile says, without what may be a secret
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m profile show
  okta-m2m profile show eu --format json")]
pub(crate) struct Args {
    /// Profile [default: the one that is used]
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let name = match &args.name {
        Some(name) => ProfileName::parse(name)?.to_string(),
        None => in_use(context, &context.config_file()?)?,
    };
    let settings = Settings::of_profile(context, &name)?;
    let shown: Vec<_> = Setting::PROFILE
        .into_iter()
        .filter_map(|setting| Some((setting.key(), settings.shown(setting)?)))
        .collect();
    if context.format()? == Format::Json {
        let members = shown.iter().map(|(key, it)| ((*key).to_owned(), Value::from(it.text())));
        let settings: Map<_, _> = members.collect();
        return context.output.json(&json!({"name": name, "settings": settings}));
    }
    for (key, shown) in shown {
        context.output.line(&format!("{key:<20}  {}", shown.text()))?;
    }
    Ok(())
}
