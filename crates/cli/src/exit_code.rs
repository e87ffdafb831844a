//! Exit codes, the part of the contract that scripts branch on.

use std::process::ExitCode;

/// What an exit code means; the reference page is made from these.
#[derive(Clone, Copy, Debug)]
pub struct ExitCodeDoc {
    /// The code.
    pub code: u8,
    /// What happened.
    pub meaning: &'static str,
    /// What a script may do about it.
    pub script_may: &'static str,
}

/// Every exit code of the program but 128 + n, which stands for the end by signal n.
pub const EXIT_CODES: &[ExitCodeDoc] = &[
    doc(0, "done", ""),
    doc(1, "anything without a better class", ""),
    doc(2, "wrong usage or settings", "fix the call"),
    doc(3, "a key, a file or its permissions; disk", "fix the file"),
    doc(
        4,
        "the server refused this client: `invalid_client`, 401, 403, DPoP proof refused",
        "fix registration, role or grant",
    ),
    doc(5, "the server refused this request: `invalid_scope`, 400, 404, 409", "fix the request"),
    doc(6, "rate limited for longer than `--max-wait` (`retry_after_s` says how long)", "wait"),
    doc(7, "network, TLS, timeout", "try later"),
    doc(8, "the server answered nonsense, or 5xx after retries", "try later"),
    doc(10, "outcome unknown or half done; the hint is the exact command that resumes", "run it"),
];

const fn doc(code: u8, meaning: &'static str, script_may: &'static str) -> ExitCodeDoc {
    ExitCodeDoc { code, meaning, script_may }
}

/// The class of a failure. Each class has one exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    Failed,
    Usage,
    File,
    ClientRefused,
    RequestRefused,
    RateLimited,
    Network,
    Server,
    Unfinished,
}

impl Class {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::File => 3,
            Self::ClientRefused => 4,
            Self::RequestRefused => 5,
            Self::RateLimited => 6,
            Self::Network => 7,
            Self::Server => 8,
            Self::Unfinished => 10,
        }
    }

    /// The name in the failure object of `--format json`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::File => "file",
            Self::ClientRefused => "client_refused",
            Self::RequestRefused => "request_refused",
            Self::RateLimited => "rate_limited",
            Self::Network => "network",
            Self::Server => "server",
            Self::Unfinished => "unfinished",
        }
    }
}

impl From<Class> for ExitCode {
    fn from(class: Class) -> Self {
        Self::from(class.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_is_documented() {
        let classes = [
            Class::Failed,
            Class::Usage,
            Class::File,
            Class::ClientRefused,
            Class::RequestRefused,
            Class::RateLimited,
            Class::Network,
            Class::Server,
            Class::Unfinished,
        ];
        let documented: Vec<_> = EXIT_CODES.iter().skip(1).map(|doc| doc.code).collect();
        assert_eq!(classes.map(Class::code).to_vec(), documented);
    }
}
