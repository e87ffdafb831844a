//! Whether each of the app's keys has a `kid`, by which alone an assertion can name one of several.

use super::app::App;
use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use crate::error::CliError;
use crate::exit_code::Class;

/// Counts keys and key ids.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    exam.passed("client")?;
    let app = exam.app();
    let Some(App::Found { client, .. }) = app.as_deref() else {
        return Ok(Verdict::skipped("only who may read the app sees its keys"));
    };
    if client.jwks_uri.is_some() {
        return Ok(Verdict::skipped("the app's keys are at its `jwks_uri`"));
    }
    let (count, nameless) =
        (client.jwks.len(), client.jwks.iter().filter(|key| key.kid.is_none()).count());
    let verdict = match (count, nameless) {
        (_, 0) => Verdict::ok(format!("{count} of {count} keys have a `kid`")),
        (1, _) => Verdict::warning(
            "the only key has no `kid`, so that no second one can be added to rotate it",
            exam.set_up_anew(),
        ),
        _ => {
            let message = format!(
                "{nameless} of {count} keys have no `kid`, so that no assertion can name them"
            );
            let error = CliError::new(Class::ClientRefused, message);
            Verdict::failure(error.with_hint(exam.set_up_anew()))
        }
    };
    Ok(verdict.with("keys", count).with("without_kid", nameless))
}
