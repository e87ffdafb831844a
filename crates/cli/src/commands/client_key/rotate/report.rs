//! What a rotation says.

use std::time::{Duration, SystemTime};

use okta_http::display_untrusted;
use okta_register::AppId;
use okta_register::rotation::{Event, Plan, Progress, Stage};
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Format, Output};
use crate::rotation::RotationFolder;
use crate::timestamp::rfc3339;

/// How often a wait is told of, in seconds; a person sees that it goes on, and a log is not flooded.
const BETWEEN_WORDS: u64 = 60;

pub(super) fn tell(output: &mut Output, event: &Event<'_>) {
    match event {
        Event::Reached(journal) => output.note(&step(&journal.stage)),
        Event::NotYet(error) => output.detail(&format!("not yet: {error}")),
        Event::Draining(rest) if rest.as_secs() % BETWEEN_WORDS == 0 => {
            output.note(&format!("both keys stay active for {} s more", rest.as_secs()));
        }
        _ => {}
    }
}

fn step(stage: &Stage) -> String {
    let kid = stage.new_key().map_or("", |key| key.kid.as_str());
    match stage {
        Stage::Intended => "the present key works and there is room for another".to_owned(),
        Stage::Generated { .. } => format!("key {kid} is made and stored"),
        Stage::Uploaded { .. } => "the org has the new key".to_owned(),
        Stage::Verified { .. } => "the org gives tokens for the new key".to_owned(),
        Stage::Promoted { .. } => "the key file holds the new key".to_owned(),
        Stage::Drained { .. } => "whatever the old key has signed has ended".to_owned(),
        Stage::Deactivated { .. } => {
            "the old key is inactive, and the new one works alone".to_owned()
        }
        Stage::Soaked { .. } => "nobody has missed the old key".to_owned(),
        Stage::Deleted { .. } => "the old key is deleted".to_owned(),
        _ => "going back to the old key".to_owned(),
    }
}

/// What would be done, after everything was found fit.
pub(super) fn plan(context: &mut Context<'_>, app: &AppId, plan: &Plan) -> Result<(), CliError> {
    let (drain, soak) = (plan.drain.as_secs(), plan.soak.as_secs());
    if context.format()? == Format::Json {
        return context.output.json(&json!({
            "state": "planned", "app_id": app.as_str(), "drain_s": drain, "soak_s": soak,
        }));
    }
    for line in [
        "make a key and store it beside the key file".to_owned(),
        format!("add it to app {app}"),
        "get three tokens with it".to_owned(),
        "put it into the key file".to_owned(),
        format!("wait {drain} s, then deactivate the old key"),
        format!("after {soak} s delete the old key"),
    ] {
        context.output.line(&line)?;
    }
    context.output.note("nothing was changed: this was a dry run");
    Ok(())
}

/// How a call ended that did not fail.
pub(super) fn ended(
    context: &mut Context<'_>,
    app: &AppId,
    progress: &Progress,
    resume: &str,
) -> Result<(), CliError> {
    let (state, new, until) = match progress {
        Progress::Finished { new } => ("finished", Some(new), None),
        Progress::Soaking { new, until } => ("soaking", Some(new), Some(*until)),
        _ => ("aborted", None, None),
    };
    let until = until.map(date).transpose()?;
    if context.format()? == Format::Json {
        let resume = until.as_ref().map(|_| resume);
        return context.output.json(&json!({
            "state": state, "app_id": app.as_str(), "new": new, "resume_after": until, "resume": resume,
        }));
    }
    match (&until, new) {
        (Some(until), Some(new)) => {
            context.output.line(&format!("{} is the key now", new.kid))?;
            context.output.note(&format!("after {until} delete the old key: {resume}"));
            Ok(())
        }
        (None, Some(new)) => context.output.line(&format!("{} is the only key now", new.kid)),
        _ => context.output.line("the old key is in place as before"),
    }
}

/// How far the rotation of a key file has come, by its journal.
pub(super) fn status(context: &mut Context<'_>, folder: &RotationFolder) -> Result<(), CliError> {
    let journal = folder.journal().map_err(|error| CliError::file("the rotation", error))?;
    let Some(journal) = journal else {
        return if context.format()? == Format::Json {
            context.output.json(&json!({"state": "none"}))
        } else {
            context.output.line("no rotation is under way")
        };
    };
    let until = journal.soaks_until().map(date).transpose()?;
    if context.format()? == Format::Json {
        let mut status: Value = json!({
            "state": journal.stage.as_str(), "app_id": journal.app_id, "old": journal.old,
            "new": journal.stage.new_key(), "resume_after": until,
        });
        status["started_at"] = date(journal.started_at)?.into();
        return context.output.json(&status);
    }
    let text =
        format!("{} of app {}: {}", journal.stage.as_str(), journal.app_id, step(&journal.stage));
    context.output.line(&display_untrusted(&text))?;
    match until {
        Some(until) => context.output.line(&format!("the old key may be deleted after {until}")),
        None => Ok(()),
    }
}

fn date(secs: u64) -> Result<String, CliError> {
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(secs));
    rfc3339(time.unwrap_or(SystemTime::UNIX_EPOCH))
}
