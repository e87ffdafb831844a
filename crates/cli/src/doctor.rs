//! What is wrong between this machine and the org, check by check.
//!
//! Nothing is changed: apart from a token request, whose token is not kept, the org is only read.
//! Each check is a file here; what several of them need is asked for once and kept in [`Exam`].

mod admin;
mod app;
mod auth_server;
mod client;
mod clock;
mod connection;
mod dpop;
mod exam;
mod finding;
mod key;
mod key_file;
mod key_ids;
mod org_url;
mod rate_limit;
mod refusal;
mod remedy;
mod report;
mod role;
mod scopes;
mod settings;
mod token;
mod traffic;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::context::Context;
use crate::error::CliError;

pub(crate) use finding::Status;

use exam::Exam;
use finding::{Finding, Skipped, Verdict};

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) client: ClientArgs,
    pub(crate) scope: ScopeArgs,
    pub(crate) admin: AdminArgs,
}

/// One question, and what has to be known before it.
struct Check {
    name: &'static str,
    run: fn(&mut Exam<'_, '_>) -> Result<Verdict, Skipped>,
}

/// Every check after the settings: a cause stands before what follows from it.
const CHECKS: [Check; 14] = [
    Check { name: "key_file", run: key_file::check },
    Check { name: "connection", run: connection::check },
    Check { name: "clock", run: clock::check },
    Check { name: "org_url", run: org_url::check },
    Check { name: "auth_server", run: auth_server::check },
    Check { name: "admin", run: admin::check },
    Check { name: "client", run: client::check },
    Check { name: "key_ids", run: key_ids::check },
    Check { name: "key", run: key::check },
    Check { name: "dpop", run: dpop::check },
    Check { name: "scopes", run: scopes::check },
    Check { name: "token", run: token::check },
    Check { name: "role", run: role::check },
    Check { name: "rate_limit", run: rate_limit::check },
];

/// Makes every check, prints what was found, and ends with the first failure.
pub(crate) fn examine(asked: &Asked, context: &mut Context<'_>) -> Result<(), CliError> {
    let spinner = context.output.spinner("examining");
    let findings = findings(&mut Exam::new(asked, context));
    drop(spinner);
    report::print(context, &findings)?;
    let first = findings.into_iter().find_map(|finding| {
        let check = finding.check;
        finding.into_error().map(|error| error.in_place(&format!("`{check}`")))
    });
    first.map_or(Ok(()), Err)
}

fn findings(exam: &mut Exam<'_, '_>) -> Vec<Finding> {
    let settings = settings::check(exam);
    let mut findings: Vec<_> =
        settings.into_iter().map(|verdict| verdict.named("settings")).collect();
    for check in CHECKS {
        let finding = (check.run)(exam).unwrap_or_else(Verdict::from).named(check.name);
        if finding.status == Status::Failure {
            exam.failed.push(check.name);
        }
        findings.push(finding);
    }
    findings
}
