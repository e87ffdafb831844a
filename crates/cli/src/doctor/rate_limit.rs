//! How much of the org's rate limits is left, by the headers of the calls that were made.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use super::traffic::Headroom;

/// Less than a tenth of a limit is little.
const PLENTY: u64 = 10;

/// Looks at every path that was called.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    if exam.first_answer.is_none() {
        return Err(Skipped("connection"));
    }
    let (headroom, refused) = (exam.traffic.headroom(), exam.traffic.refused());
    let evidence: Map<String, Value> =
        headroom.iter().map(|(path, it)| (path.clone(), to_json(it))).collect();
    let scarcest = headroom.iter().min_by_key(|(_, it)| it.remaining * 1000 / it.limit.max(1));
    let verdict = match (refused.iter().next(), scarcest) {
        (Some((path, count)), _) => {
            let message = format!("{path} answered 429 {count} times: too many calls already");
            Verdict::warning(message, later(exam, headroom.get(path)))
        }
        (None, Some((path, it))) if it.remaining * PLENTY < it.limit => {
            let message = format!("{} of {} calls are left for {path}", it.remaining, it.limit);
            Verdict::warning(message, later(exam, Some(it)))
        }
        (None, Some((path, it))) => Verdict::ok(format!(
            "at least {} of {} calls are left, for {path}",
            it.remaining, it.limit
        )),
        (None, None) => Verdict::skipped("no answer says anything about rate limits"),
    };
    Ok(verdict.with("by_path", evidence))
}

fn to_json(it: &Headroom) -> Value {
    json!({"limit": it.limit, "remaining": it.remaining, "reset": it.reset})
}

/// The same command after the window, by the org's clock.
fn later(exam: &Exam<'_, '_>, headroom: Option<&Headroom>) -> String {
    let now = exam.http.as_ref().map_or_else(|| exam.context.now(), |http| http.server_time());
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let reset = headroom.map_or(now, |it| it.reset);
    // No window of Okta's is longer.
    let secs = reset.saturating_sub(now).clamp(1, 60);
    format!("sleep {secs} && {}", exam.context.command_line)
}
