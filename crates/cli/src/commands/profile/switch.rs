//! `profile use`.

use serde_json::json;

use crate::config_file::Saved;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::profile_name::ProfileName;
use crate::settings::no_such_profile;

/// Make a profile the one that is used where none is asked for
///
/// It is written into the configuration file as `default_profile`; --profile and OKTA_M2M_PROFILE
/// win over it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m profile use eu")]
pub(crate) struct Args {
    /// Profile
    #[arg(value_name = "NAME")]
    name: String,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let name = ProfileName::parse(&args.name)?;
    let mut file = context.config_file()?;
    if file.profile(name.as_str()).is_none() {
        return Err(no_such_profile(name.as_str(), &file));
    }
    let changed = file.save_default_profile(&name)? == Saved::Written;
    if let Some(asked_for) = context.profile_name()?.filter(|asked| asked != name.as_str()) {
        context.output.note(&format!("note: here profile `{asked_for}` is asked for and wins"));
    }
    if context.format()? == Format::Json {
        let name = name.as_str();
        return context.output.json(&json!({"default_profile": name, "changed": changed}));
    }
    context.output.note(&format!("profile `{name}` is the default in {}", file.path().display()));
    Ok(())
}
