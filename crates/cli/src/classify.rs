//! Errors of the libraries to classes and hints: one `From` each.

mod register_error;
mod token_error;

use jwk_gen::key_file::KeyFileError;
use jwk_gen::{
    EncryptError, FormatMismatch, GenerateError, InvalidKeyId, JwkSetError, KeySpecError,
    NoPublicKey, ParseKeyError,
};
use jwk_page::{InvalidTls, PublishError, StartError};
use jwt_sign::{
    AssertionError, CertificateError, InspectError, InvalidClientId, ProofError, SignError,
};
use okta_emulator::EmulatorError;
use okta_http::{HttpError, OrgUrlError, ServerError};
use okta_register::{InvalidAppId, InvalidChosenClientId, InvalidRole, InvalidServiceApp};
use okta_token::SharedTokenError;

use crate::error::CliError;
use crate::exit_code::Class;
use crate::hint;

/// What to do when something may have been made.
const LOOK_FIRST: &str = "look before you repeat it: okta-m2m client list";

/// What to do about a clock that no assertion can be made by.
const SET_CLOCK: &str = "set the clock of this machine: date --utc, timedatectl status";

/// The class of a refusal by its status; a refused proof is about the client although it is a 400.
pub(crate) fn class_of(server: &ServerError) -> Class {
    let about_the_client = matches!(
        server.oauth_error(),
        Some("invalid_client" | "invalid_dpop_proof" | "use_dpop_nonce")
    );
    match server.status {
        401 | 403 => Class::ClientRefused,
        500.. => Class::Server,
        400.. if about_the_client => Class::ClientRefused,
        400.. => Class::RequestRefused,
        _ => Class::Server,
    }
}

impl From<ServerError> for CliError {
    fn from(server: ServerError) -> Self {
        let message = match class_of(&server) {
            Class::ClientRefused => format!("the server refused this client: {server}"),
            Class::RequestRefused => format!("the server refused this request: {server}"),
            _ => format!("the server failed: {server}"),
        };
        let hint = hint::for_server(&server).or_else(|| hint::for_wait(&server));
        let wait = server.waits.asked.filter(|_| class_of(&server) == Class::Server);
        let this = Self::new(class_of(&server), message).with_server(server).or_hint(|| hint);
        match wait {
            Some(wait) => this.with_retry_after(wait),
            None => this,
        }
    }
}

impl From<HttpError> for CliError {
    fn from(error: HttpError) -> Self {
        Self::from(&error)
    }
}

impl From<&HttpError> for CliError {
    fn from(error: &HttpError) -> Self {
        let (class, hint) = match error {
            HttpError::Unauthorized { source } => {
                return match source.downcast_ref::<SharedTokenError>() {
                    Some(SharedTokenError(reason)) => Self::from(&**reason),
                    None => Self::of(Class::File, error),
                };
            }
            HttpError::RateLimited { retry_after, server } => (
                Class::RateLimited,
                Some(hint::wait_or_allow(*retry_after, hint::allowance(*retry_after, server))),
            ),
            HttpError::InvalidRequest { .. } | HttpError::InvalidConfig { .. } => {
                (Class::Usage, None)
            }
            HttpError::BodyTooLarge { .. } => {
                let hint = "is --org-url the URL of an Okta org? for more of an API: --max-bytes N";
                (Class::Server, Some(hint.to_owned()))
            }
            HttpError::Redirected { .. } | HttpError::Malformed { .. } => {
                (Class::Server, Some("is --org-url the URL of an Okta org?".to_owned()))
            }
            HttpError::OutcomeUnknown { .. } => (Class::Unfinished, Some(LOOK_FIRST.to_owned())),
            HttpError::Tls { .. } => {
                (Class::Network, Some("for a private authority: --ca-file FILE".to_owned()))
            }
            HttpError::ProxyRefused { status: 401 | 407, .. } => {
                let url = "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT";
                (Class::Network, Some(format!("put them into the URL of the proxy: {url}")))
            }
            HttpError::TimedOut { .. } => {
                (Class::Network, Some("allow more time: --timeout SECS".to_owned()))
            }
            _ => (Class::Network, Some("check --org-url and the network".to_owned())),
        };
        let this = Self::of(class, error).or_hint(|| hint);
        match error {
            HttpError::RateLimited { retry_after, server } => {
                this.with_retry_after(*retry_after).with_server((**server).clone())
            }
            _ => this,
        }
    }
}

impl From<KeyFileError> for CliError {
    fn from(error: KeyFileError) -> Self {
        let hint = match &error {
            KeyFileError::AlreadyExists { .. } => Some("name a file that does not exist yet"),
            KeyFileError::Key { source, .. } => hint_for_key(source),
            _ => None,
        };
        Self::of(Class::File, &error).or_hint(|| hint.map(str::to_owned))
    }
}

impl From<PublishError> for CliError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::File(error) => error.into(),
            error => Self::of(Class::File, &error),
        }
    }
}

impl From<InvalidTls> for CliError {
    fn from(error: InvalidTls) -> Self {
        Self::of(Class::File, &error)
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        match &error {
            StartError::NotLoopback { .. } => {
                Self::of(Class::Usage, &error).with_hint("--tls-cert FILE --tls-key FILE")
            }
            StartError::HostRequired { .. } => {
                Self::of(Class::Usage, &error).with_hint("--host NAME")
            }
            StartError::Listen { .. } => {
                Self::of(Class::File, &error).with_hint("any free port: --listen 127.0.0.1:0")
            }
            _ => Self::of(Class::Failed, &error),
        }
    }
}

impl From<ParseKeyError> for CliError {
    fn from(error: ParseKeyError) -> Self {
        Self::of(Class::File, &error).or_hint(|| hint_for_key(&error).map(str::to_owned))
    }
}

/// The next step with a key that was not taken as it is.
fn hint_for_key(error: &ParseKeyError) -> Option<&'static str> {
    match error {
        ParseKeyError::Encrypted => Some("--key-passphrase-file FILE"),
        ParseKeyError::KeyIdRequired { .. } => Some("choose one: --kid KID"),
        ParseKeyError::PrivateKey { .. } => Some("okta-m2m key public FILE"),
        _ => None,
    }
}

impl From<KeySpecError> for CliError {
    fn from(error: KeySpecError) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<FormatMismatch> for CliError {
    fn from(error: FormatMismatch) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<NoPublicKey> for CliError {
    fn from(error: NoPublicKey) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<CertificateError> for CliError {
    fn from(error: CertificateError) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<EncryptError> for CliError {
    fn from(error: EncryptError) -> Self {
        Self::of(Class::Failed, &error)
    }
}

impl From<InvalidKeyId> for CliError {
    fn from(error: InvalidKeyId) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<JwkSetError> for CliError {
    fn from(error: JwkSetError) -> Self {
        Self::of(Class::File, &error)
    }
}

impl From<GenerateError> for CliError {
    fn from(error: GenerateError) -> Self {
        Self::of(Class::Failed, &error)
    }
}

impl From<SignError> for CliError {
    fn from(error: SignError) -> Self {
        Self::from(&error)
    }
}

impl From<&SignError> for CliError {
    fn from(error: &SignError) -> Self {
        let told = Self::of(Class::File, error);
        match error {
            SignError::DamagedKey => told.with_hint("see what is wrong: okta-m2m key show FILE"),
            _ => told,
        }
    }
}

impl From<AssertionError> for CliError {
    fn from(error: AssertionError) -> Self {
        match error {
            AssertionError::ClockOutOfRange => Self::of(Class::File, &error).with_hint(SET_CLOCK),
            _ => Self::of(Class::Usage, &error),
        }
    }
}

impl From<ProofError> for CliError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::ClockOutOfRange => Self::of(Class::File, &error).with_hint(SET_CLOCK),
            _ => Self::of(Class::Usage, &error),
        }
    }
}

impl From<InspectError> for CliError {
    fn from(error: InspectError) -> Self {
        Self::of(Class::Usage, &error).with_hint("okta-m2m assertion create")
    }
}

impl From<OrgUrlError> for CliError {
    fn from(error: OrgUrlError) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<InvalidClientId> for CliError {
    fn from(error: InvalidClientId) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<InvalidChosenClientId> for CliError {
    fn from(error: InvalidChosenClientId) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<InvalidAppId> for CliError {
    fn from(error: InvalidAppId) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<InvalidRole> for CliError {
    fn from(error: InvalidRole) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<InvalidServiceApp> for CliError {
    fn from(error: InvalidServiceApp) -> Self {
        Self::of(Class::Usage, &error)
    }
}

impl From<EmulatorError> for CliError {
    fn from(error: EmulatorError) -> Self {
        let class = match error {
            EmulatorError::NotLoopback { .. } => Class::Usage,
            EmulatorError::Listen { .. } | EmulatorError::StateFile(_) => Class::File,
            _ => Class::Failed,
        };
        Self::of(class, &error)
    }
}

#[cfg(test)]
mod tests;
