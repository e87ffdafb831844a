//! `config check`.

use serde_json::{Value, json};

use super::SettingArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::settings_check::{Findings, check};

/// Find all that is wrong with the settings, without a network
///
/// The configuration file, the files of Okta's SDKs, every setting, the key and the other files that
/// are named. All problems are listed; the exit code is 3 if all of them are about files, else 2.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m config check
  okta-m2m config check --profile eu --format json")]
pub(crate) struct Args {
    #[command(flatten)]
    settings: SettingArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let SettingArgs { scope, client, admin } = &args.settings;
    let findings = check(context, (client, scope, admin))?;
    print(context, &findings)?;
    let Findings { problems, .. } = &findings;
    let count = match problems.len() {
        0 => return Ok(()),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let only_files = problems.iter().all(|problem| problem.class() == Class::File);
    let class = if only_files { Class::File } else { Class::Usage };
    Err(CliError::new(class, format!("the settings have {count}"))
        .with_hint("okta-m2m config explain shows where each setting comes from"))
}

fn print(context: &mut Context<'_>, findings: &Findings) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "problems": findings.problems.iter().map(to_json).collect::<Vec<_>>(),
            "warnings": findings.warnings,
        }));
    }
    for problem in &findings.problems {
        context.output.line(&format!("problem: {}", problem.message()))?;
        if let Some(hint) = problem.hint() {
            context.output.line(&format!("         {hint}"))?;
        }
    }
    for warning in &findings.warnings {
        context.output.line(&format!("warning: {warning}"))?;
    }
    if findings.problems.is_empty() {
        context.output.line("no problem found")?;
    }
    Ok(())
}

fn to_json(problem: &CliError) -> Value {
    json!({
        "class": problem.class().as_str(),
        "code": problem.class().code(),
        "message": problem.message(),
        "hint": problem.hint(),
    })
}
