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
use crate::proxy;

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
    if let Some(deadline) = timeout(context)? {
        policy.deadline = deadline;
    }
    Ok(HttpClient::new(transport, Arc::clone(&context.clock), policy))
}

pub(crate) fn transport(context: &Context<'_>, org: &OrgUrl) -> Result<UreqTransport, CliError> {
    let timeout = timeout(context)?;
    let standard = TransportConfig::default();
    let config = TransportConfig {
        timeout: timeout.unwrap_or(standard.timeout),
        ca_pem: ca_pem(context)?,
        proxy: proxy::of(&context.environment, org, context.sdk_connection.proxy.as_deref()),
        user_agent: concat!("okta-m2m/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..standard
    };
    let has_ca = config.ca_pem.is_some();
    UreqTransport::new(config).map_err(|error| match error {
        HttpError::InvalidConfig { .. } if has_ca => CliError::of(Class::File, &error),
        error => error.into(),
    })
}

/// How long one call may take.
fn timeout(context: &Context<'_>) -> Result<Option<Duration>, CliError> {
    let ours = seconds(context, context.global.timeout, "OKTA_M2M_TIMEOUT")?;
    Ok(ours.or(context.sdk_connection.timeout))
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

/// Whether the numbers and the certificates that are set can be read.
pub(crate) fn check(context: &Context<'_>) -> Result<(), CliError> {
    timeout(context)?;
    seconds(context, context.global.max_wait, "OKTA_M2M_MAX_WAIT")?;
    ca_pem(context).map(drop)
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
