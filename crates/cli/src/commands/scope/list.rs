//! `scope list`.

use okta_http::catalogue::{self, PublishedScope};
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;
use crate::scope_advice;

/// List the scopes that Okta has published, or those that have all the words
///
/// Okta adds scopes between the releases of its reference: one that is missing here may exist.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m scope list
  okta-m2m scope list users read
  okta-m2m scope list --format json")]
pub(crate) struct Args {
    /// Words that the name or the purpose must have
    #[arg(value_name = "WORD")]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let words: Vec<_> = args.words.iter().map(|word| word.to_lowercase()).collect();
    let found: Vec<_> = catalogue::scopes().filter(|scope| has_all(scope, &words)).collect();
    if context.format()? == Format::Json {
        let objects: Vec<_> = found.iter().map(to_json).collect();
        return context.output.json(&objects);
    }
    let width = found.iter().map(|scope| scope.name().len()).max().unwrap_or_default();
    for scope in &found {
        context.output.line(&format!("{:<width$}  {}", scope.name(), scope.purpose()))?;
    }
    if found.is_empty() {
        let closest = scope_advice::closest(&args.words.join("."));
        let closest =
            closest.first().map_or(String::new(), |name| format!("; the closest is {name}"));
        context.output.note(&format!("no published scope has these words{closest}"));
    }
    Ok(())
}

fn has_all(scope: &PublishedScope, words: &[String]) -> bool {
    let text = format!("{} {}", scope.name(), scope.purpose()).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn to_json(scope: &PublishedScope) -> Value {
    json!({
        "scope": scope.name(),
        "purpose": scope.purpose(),
        "for_services": !scope.is_for_people(),
    })
}
