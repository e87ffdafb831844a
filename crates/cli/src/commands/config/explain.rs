//! `config explain`.

use serde_json::{Value, json};

use super::SettingArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::settings::{Candidate, Explained, Standing, explain};

/// Show every setting with its value, where it comes from, and what it won over
///
/// Secrets, and what may be one, are not shown. Flags of other commands may be given, to see what
/// they would change.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m config explain
  okta-m2m config explain --profile eu --format json
  OKTA_M2M_KEY=other.jwk okta-m2m config explain --scope okta.users.read")]
pub(crate) struct Args {
    #[command(flatten)]
    settings: SettingArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let file = context.config_file()?;
    let SettingArgs { scope, client, admin } = &args.settings;
    let (profile, all) = explain(context, &file, (client, scope, admin))?;
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "profile": profile,
            "file": file.path().display().to_string(),
            "settings": all.iter().map(to_json).collect::<Vec<_>>(),
        }));
    }
    context.output.line(&format!("profile `{profile}` of {}", file.path().display()))?;
    for explained in &all {
        for line in lines(explained) {
            context.output.line(&line)?;
        }
    }
    Ok(())
}

fn lines(explained: &Explained) -> Vec<String> {
    let name = explained.name();
    let mut lines = Vec::new();
    match (explained.used(), explained.default) {
        (Some(used), _) => {
            lines.push(format!("{name:<20}  {}", used.shown.text()));
            lines.push(format!("{:<20}    from {}", "", used.origin));
        }
        (None, Some(default)) => lines.push(format!("{name:<20}  {default}  (default)")),
        (None, None) => lines.push(format!("{name:<20}  -")),
    }
    let others = explained.found.iter().filter(|it| it.standing != Standing::Used);
    lines.extend(others.map(|it| format!("{:<20}    {}", "", other(it))));
    let problems = explained.problems.iter().map(|error| error.message());
    lines.extend(problems.map(|problem| format!("{:<20}    wrong: {problem}", "")));
    lines
}

fn other(candidate: &Candidate) -> String {
    let Candidate { shown, origin, standing } = candidate;
    let why = match standing {
        Standing::Unrelated(leader) => {
            format!("  (left out: it belongs to another {})", leader.key().replace('_', " "))
        }
        _ => String::new(),
    };
    format!("over {} from {origin}{why}", shown.text())
}

fn to_json(explained: &Explained) -> Value {
    let others = explained.found.iter().filter(|it| it.standing != Standing::Used);
    let used = explained.used();
    let source = match (used, explained.default) {
        (Some(used), _) => used.origin.to_json(),
        (None, Some(_)) => json!({"kind": "default"}),
        (None, None) => Value::Null,
    };
    json!({
        "setting": explained.name(),
        "value": used.map(|it| it.shown.text()).or(explained.default),
        "masked": used.is_some_and(|it| it.shown.is_masked()),
        "source": source,
        "overrides": others.map(candidate_json).collect::<Vec<_>>(),
        "problems": explained.problems.iter().map(CliError::message).collect::<Vec<_>>(),
    })
}

fn candidate_json(candidate: &Candidate) -> Value {
    json!({
        "value": candidate.shown.text(),
        "masked": candidate.shown.is_masked(),
        "source": candidate.origin.to_json(),
        "standing": candidate.standing.word(),
    })
}
