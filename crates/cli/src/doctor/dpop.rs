//! Whether the app and `--dpop` agree about proofs of possession (RFC 9449).

use okta_token::{DpopMode, TokenError, TokenType};

use super::app::App;
use super::exam::{Exam, Said};
use super::finding::{Skipped, Verdict};
use super::refusal::Blame;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Setting;

/// Compares the app's flag with the mode, or asks the token endpoint.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    exam.http()?;
    exam.passed("client")?;
    let mode = exam.dpop()?;
    let app = exam.app();
    let flag = match app.as_deref() {
        Some(App::Found { client, .. }) => client.dpop_bound_access_tokens,
        _ => None,
    };
    let place = exam.place(Setting::Dpop);
    let verdict = match (flag, mode) {
        (Some(true), DpopMode::Never) => {
            mismatch(exam, format!("the app demands DPoP, and it is switched off here{place}"))
        }
        (Some(false), DpopMode::Always) => mismatch(
            exam,
            format!("the app does not bind its tokens to a key, and `always` is asked for{place}"),
        ),
        (Some(true), _) => Verdict::ok("the app demands DPoP, and gets it"),
        (Some(false), _) => Verdict::ok("the app does not demand DPoP"),
        (None, _) => return by_token(exam),
    };
    Ok(verdict.with("dpop_bound_access_tokens", flag).with("mode", mode.to_string()))
}

fn by_token(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    if let Said::Refused(answer) = exam.said_about(Blame::Dpop)? {
        let Err(error) = answer.as_ref() else { return Err(Skipped("token")) };
        // An answer that is not bound is of no class of its own: it is the app that differs.
        let told = match error {
            TokenError::NotBound => CliError::of(Class::ClientRefused, error)
                .in_place("the app does not bind its tokens to a key"),
            _ => exam.told(error),
        };
        let is_fitting = exam.dpop()? == DpopMode::Auto;
        let told = if is_fitting { told } else { told.with_hint(exam.set(Setting::Dpop, "auto")) };
        return Ok(Verdict::failure(told));
    }
    Ok(match exam.access_token()?.token_type() {
        TokenType::Dpop => Verdict::ok("tokens are bound to a key"),
        _ => Verdict::ok("tokens are not bound to a key, and need not be"),
    })
}

fn mismatch(exam: &Exam<'_, '_>, message: String) -> Verdict {
    let error = CliError::new(Class::ClientRefused, message);
    Verdict::failure(error.with_hint(exam.set(Setting::Dpop, "auto")))
}
