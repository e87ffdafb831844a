//! The findings as a person or a program reads them.

use okta_http::display_untrusted;
use serde::Serialize;
use serde_json::Value;

use super::finding::{Finding, Status};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// The promise of `--format json`.
#[derive(Serialize)]
struct Report<'a> {
    /// The worst of all, of which a check that was skipped is none.
    status: Status,
    findings: &'a [Finding],
}

/// Prints the findings to stdout, in the order of the checks.
pub(super) fn print(context: &mut Context<'_>, findings: &[Finding]) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        return context.output.json(&Report { status: worst(findings), findings });
    }
    let width = findings.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
    for finding in findings {
        let line = format!("  {:width$}  {}", finding.check, finding.message);
        context.output.status_line(finding.status, &line)?;
        let margin = " ".repeat(Status::WIDTH + 2 + width + 2);
        if let Some(hint) = &finding.hint {
            context.output.line(&format!("{margin}hint: {hint}"))?;
        }
        if context.global.verbose > 0 {
            for (name, value) in &finding.evidence {
                let value = display_untrusted(&plain(value));
                context.output.line(&format!("{margin}{name}: {value}"))?;
            }
        }
    }
    Ok(())
}

/// The worst status.
fn worst(findings: &[Finding]) -> Status {
    let has = |status| findings.iter().any(|finding| finding.status == status);
    [Status::Failure, Status::Warning].into_iter().find(|it| has(*it)).unwrap_or(Status::Ok)
}

/// A text without the quotes of JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
