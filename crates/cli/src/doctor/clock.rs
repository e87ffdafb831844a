//! This machine's clock against the org's: Okta allows no skew.

use super::exam::Exam;
use super::finding::{Skipped, Verdict};
use crate::error::CliError;
use crate::exit_code::Class;

/// `Date` is whole seconds: less than this is no skew.
const SMALLEST: u64 = 2;

/// What is further off is not made up for: one of the clocks is no clock.
const LARGEST: u64 = 24 * 3600;

const SET_THE_CLOCK: &str = "sudo timedatectl set-ntp true";

/// Compares the clock with the `Date` of the first answer.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    let answer = exam.first_answer.as_ref().ok_or(Skipped("connection"))?;
    let Some(skew) = answer.clock_skew else {
        return Ok(Verdict::skipped("the org's answer has no `Date`"));
    };
    let how = if skew < 0 { "behind" } else { "ahead of" };
    let apart = format!("this machine's clock is {} s {how} the org's", skew.unsigned_abs());
    let verdict = match skew.unsigned_abs() {
        ..SMALLEST => Verdict::ok("as the org's, within 2 s"),
        SMALLEST..=LARGEST => {
            let message = format!(
                "{apart}; this program follows the org's, others have their assertions refused"
            );
            Verdict::warning(message, SET_THE_CLOCK)
        }
        _ => Verdict::failure(CliError::new(Class::File, apart).with_hint(SET_THE_CLOCK)),
    };
    Ok(verdict.with("clock_skew_s", skew))
}
