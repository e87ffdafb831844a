//! What a rotation that stands still means for the caller.

use okta_http::BoxError;
use okta_register::rotation::{ProbeError, RotationError};
use okta_token::TokenError;

use crate::error::CliError;
use crate::exit_code::Class;

/// The failure of a rotation. `resume` is the command that goes on; it is the hint wherever something is half done.
pub(crate) fn told(error: RotationError, half_done: bool, resume: &str) -> CliError {
    let back = || Some(format!("back: {}", resume.replace("--resume", "--abort")));
    let class = class(&error);
    let told = match error {
        RotationError::Org(error) => CliError::from(error),
        RotationError::PresentKeyFails(ProbeError::Failed(source)) => no_token(source),
        error => CliError::of(class, &error),
    };
    match class {
        // The hint has to be a command that can succeed.
        Class::Usage => told.or_hint(|| Some(resume.replace("--resume", "--status"))),
        Class::Unfinished => told.or_hint(back).unfinished(resume),
        _ if half_done => told.or_hint(back).unfinished(resume),
        _ => told,
    }
}

/// Nothing was said about the key: what failed decides what to do.
fn no_token(source: BoxError) -> CliError {
    let error = match source.downcast::<TokenError>() {
        Ok(error) => CliError::from(*error),
        Err(source) => CliError::of(Class::Failed, &*source),
    };
    error.in_place("the present key gets no token")
}

fn class(error: &RotationError) -> Class {
    match error {
        RotationError::NothingUnderWay | RotationError::OtherApp { .. } => Class::Usage,
        RotationError::PresentKeyFails(_)
        | RotationError::PresentKeyUnknown { .. }
        | RotationError::NotAccepted { .. } => Class::ClientRefused,
        RotationError::KeyWithoutKid
        | RotationError::TooManyKeys { .. }
        | RotationError::ForeignRotation { .. }
        | RotationError::NotReversible => Class::RequestRefused,
        RotationError::Store(_) => Class::File,
        RotationError::Org(_) => Class::Server,
        // Whatever else there is was found half way.
        _ => Class::Unfinished,
    }
}
