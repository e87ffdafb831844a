//! The way to the org: name, network, proxy, TLS, and somebody at its end who is no other.

use okta_http::{HttpError, Method, OrgUrl, Request, Response};

use super::exam::{Exam, FirstAnswer};
use super::finding::{Skipped, Verdict};
use crate::context::quoted;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::proxy;

/// Anybody may read it, and it counts for no rate limit (Okta's reference on rate limits).
const PATH: &str = "/.well-known/okta-organization";

/// Makes the first call, without a credential.
pub(super) fn check(exam: &mut Exam<'_, '_>) -> Result<Verdict, Skipped> {
    let (org, http) = (exam.org()?, exam.http.clone().ok_or(Skipped("settings"))?);
    let proxy = Proxy::of(exam, &org);
    let clock = exam.context.clock.clone();
    let mut sent = clock.now();
    let answer = http.send::<HttpError>(|| {
        sent = clock.now();
        Ok(Request::new(Method::Get, org.url(PATH)))
    });
    let verdict = match answer {
        Err(error) => failure(exam, &org, proxy.as_ref(), &error),
        Ok(response) if response.status >= 500 => {
            let server = okta_http::ServerError::from_response(&response);
            Verdict::failure(CliError::from(server).or_hint(|| Some(look(&org))))
        }
        Ok(response) if is_page(&response) => {
            let message = format!(
                "a page answers in the place of {org}: a captive portal or a proxy that wants a login"
            );
            let error = CliError::new(Class::Server, message).with_hint(look(&org));
            Verdict::failure(error).with("kind", "page").with("status", response.status)
        }
        Ok(response) => {
            let clock_skew = skew(&response, sent, clock.now());
            let status = response.status;
            exam.first_answer = Some(FirstAnswer { response, clock_skew });
            Verdict::ok(format!("{org} answers{}", through(proxy.as_ref()))).with("status", status)
        }
    };
    Ok(match proxy {
        Some(proxy) => verdict.with("proxy", proxy.host).with("proxy_source", proxy.variable),
        None => verdict,
    })
}

/// A success in HTML, which no endpoint of Okta's API gives.
fn is_page(response: &Response) -> bool {
    (200..300).contains(&response.status)
        && response.content_type().as_deref().is_none_or(|it| !it.contains("json"))
}

/// Seconds by which this machine's clock is ahead of the answer's `Date`, which was written between
/// `sent` and `arrived` and counts whole seconds.
fn skew(
    response: &Response,
    sent: std::time::SystemTime,
    arrived: std::time::SystemTime,
) -> Option<i64> {
    let date = response.date()?;
    let whole = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    if let Ok(behind) = date.duration_since(arrived) {
        return Some(-whole(behind));
    }
    Some(sent.duration_since(date).map_or(0, whole))
}

/// The proxy that the environment names, without the password in it.
struct Proxy {
    host: String,
    variable: &'static str,
}

impl Proxy {
    fn of(exam: &Exam<'_, '_>, org: &OrgUrl) -> Option<Self> {
        let environment = &exam.context.environment;
        let of_sdk = exam.context.sdk_connection.proxy.as_deref();
        let url = proxy::of(environment, org, of_sdk)?;
        let is_set = |name: &&str| environment.first_of(&[*name]).is_some();
        let variable = proxy::VARIABLES.into_iter().find(is_set).unwrap_or(proxy::VARIABLES[0]);
        let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        Some(Self { host: host.trim_end_matches('/').to_owned(), variable })
    }
}

fn through(proxy: Option<&Proxy>) -> String {
    proxy.map_or_else(String::new, |proxy| format!(" through the proxy `{}`", proxy.host))
}

/// Shows what answers, by a program that everybody has.
fn look(org: &OrgUrl) -> String {
    format!("curl -i {}", quoted(&org.url(PATH)))
}

/// The failure in terms of what has to be mended.
fn failure(exam: &Exam<'_, '_>, org: &OrgUrl, proxy: Option<&Proxy>, error: &HttpError) -> Verdict {
    let (kind, what, hint) = explain(exam, org, proxy, error);
    let mut told = CliError::from(error);
    if let Some(what) = what {
        told = told.in_place(&what);
    }
    Verdict::failure(told.with_hint(hint)).with("kind", kind)
}

fn explain(
    exam: &Exam<'_, '_>,
    org: &OrgUrl,
    proxy: Option<&Proxy>,
    error: &HttpError,
) -> (&'static str, Option<String>, String) {
    let unset = |proxy: &Proxy| format!("unset {}", proxy.variable);
    match (error, proxy) {
        (HttpError::ProxyRefused { status: 407, .. }, Some(proxy)) => {
            let what = format!("the proxy `{}` wants a login", proxy.host);
            let url = format!("http://USER:PASSWORD@{}", proxy.host);
            ("proxy", Some(what), format!("export {}={url}", proxy.variable))
        }
        (HttpError::ProxyRefused { .. }, Some(proxy)) => ("proxy", None, unset(proxy)),
        (HttpError::Unreachable { .. }, Some(proxy)) => {
            let what = format!("the proxy `{}` does not answer", proxy.host);
            ("proxy", Some(what), unset(proxy))
        }
        (HttpError::Unreachable { source, .. }, None) if is_unresolved(&source.to_string()) => {
            let what = format!("the name `{}` does not resolve", org.host());
            ("dns", Some(what), format!("getent hosts {}", quoted(org.host())))
        }
        (HttpError::Unreachable { .. }, None) => ("connect", None, look(org)),
        (HttpError::Tls { source, .. }, _) => tls(exam, org, &source.to_string()),
        (HttpError::TimedOut { .. }, _) => ("timeout", None, exam.again_with("--timeout", "60")),
        (HttpError::Redirected { .. }, _) => ("redirect", None, look(org)),
        _ => ("answer", None, look(org)),
    }
}

/// The words of the operating system's resolver, and of the HTTP library when it finds no address.
fn is_unresolved(words: &str) -> bool {
    ["lookup address", "host not found", "resolve"].iter().any(|fragment| words.contains(fragment))
}

/// rustls names the reason: another name, another time, or an authority that nobody here knows.
fn tls(exam: &Exam<'_, '_>, org: &OrgUrl, words: &str) -> (&'static str, Option<String>, String) {
    if words.contains("not valid for name") || words.contains("NotValidForName") {
        let what = format!("the certificate is for another name than `{}`", org.host());
        return ("tls_name", Some(what), look(org));
    }
    if words.contains("xpired") || words.contains("NotValidYet") || words.contains("not valid yet")
    {
        let what = "the certificate is not valid at this machine's time".to_owned();
        return ("tls_time", Some(what), "date --utc".to_owned());
    }
    let is_unknown = words.contains("UnknownIssuer") || words.contains("unknown issuer");
    let what = is_unknown
        .then(|| "the certificate is by an authority that this machine does not trust".to_owned());
    ("tls_authority", what, exam.again_with("--ca-file", "FILE"))
}
