//! The HTTP client that the settings describe.

use std::fs;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use okta_http::{
    HttpClient, HttpError, OrgUrl, RetryPolicy, Transport, TransportConfig, UreqTransport,
};

use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;

/// Deadline of one request.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An HTTP client for calls to `org`.
pub(crate) fn http_client(context: &Context<'_>, org: &OrgUrl) -> Result<HttpClient, CliError> {
    http_client_over(context, Arc::new(transport(context, org)?))
}

/// An HTTP client whose requests go through `transport`.
pub(crate) fn http_client_over(
    context: &Context<'_>,
    transport: Arc<dyn Transport>,
) -> Result<HttpClient, CliError> {
    let mut policy = RetryPolicy::default();
    if let Some(max_wait) = seconds(context, context.global.max_wait, "OKTA_M2M_MAX_WAIT")? {
        policy.max_wait = max_wait;
    }
    Ok(HttpClient::new(transport, Arc::clone(&context.clock), policy))
}

pub(crate) fn transport(context: &Context<'_>, org: &OrgUrl) -> Result<UreqTransport, CliError> {
    let timeout = seconds(context, context.global.timeout, "OKTA_M2M_TIMEOUT")?;
    let config = TransportConfig {
        timeout: timeout.unwrap_or(TIMEOUT),
        ca_pem: ca_pem(context)?,
        proxy: proxy(context, org),
        user_agent: concat!("okta-m2m/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..TransportConfig::default()
    };
    let has_ca = config.ca_pem.is_some();
    UreqTransport::new(config).map_err(|error| match error {
        HttpError::InvalidConfig { .. } if has_ca => CliError::of(Class::File, &error),
        error => error.into(),
    })
}

fn seconds(
    context: &Context<'_>,
    flag: Option<u32>,
    variable: &str,
) -> Result<Option<Duration>, CliError> {
    let text = context.environment.text(variable)?;
    let secs = match (flag, text) {
        (Some(secs), _) => Some(secs),
        (None, Some(text)) => {
            let secs = text.parse::<NonZeroU32>().map_err(|_| {
                CliError::settings(format!("`{variable}` is not a number of seconds"))
            })?;
            Some(secs.get())
        }
        (None, None) => None,
    };
    Ok(secs.map(u64::from).map(Duration::from_secs))
}

/// The certificates to trust besides the system's.
pub(crate) fn ca_pem(context: &Context<'_>) -> Result<Option<Vec<u8>>, CliError> {
    let path = match &context.global.ca_file {
        Some(path) => Some(path.clone()),
        None => context.environment.text("OKTA_M2M_CA_FILE")?.map(Into::into),
    };
    let Some(path) = path else { return Ok(None) };
    let pem = fs::read(&path)
        .map_err(|error| CliError::file(format!("`{}` cannot be read", path.display()), error))?;
    Ok(Some(pem))
}

/// The proxy by the usual variables. A loopback org is never behind one.
fn proxy(context: &Context<'_>, org: &OrgUrl) -> Option<String> {
    let environment = &context.environment;
    let exceptions = environment.first_of(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if org.is_loopback() || is_excepted(org.host(), &exceptions) {
        return None;
    }
    environment.first_of(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
}

/// `NO_PROXY` as curl reads it: names cover their subdomains, `*` covers everything.
fn is_excepted(host: &str, exceptions: &str) -> bool {
    exceptions.split(',').map(str::trim).filter(|name| !name.is_empty()).any(|name| {
        let name = name.trim_start_matches('.').to_ascii_lowercase();
        name == "*" || host == name || host.ends_with(&format!(".{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(exceptions: &str, excepted: bool) {
        assert_eq!(is_excepted("acme.okta.com", exceptions), excepted);
    }

    #[test]
    fn no_proxy_covers_names_and_their_subdomains() {
        check("okta.com", true);
        check(".okta.com", true);
        check("a.example, ACME.okta.com", true);
        check("*", true);
        check("kta.com", false);
        check("", false);
        check(" , ", false);
    }
}
