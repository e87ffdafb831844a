//! `api METHOD PATH`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use okta_http::{HttpClient, Method, OrgUrl, Request, Response, display_untrusted};
use okta_token::TokenAuthorizer;
use serde_json::{Map, Value};

use crate::args::{ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::settings::Settings;
use crate::{stdin, tokens};

/// Call the org's API with an access token
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m api GET /api/v1/users
  okta-m2m api GET '/api/v1/users?limit=200' --paginate
  okta-m2m api POST /api/v1/groups --input group.json -i
  okta-m2m api POST /api/v1/users/00u1/lifecycle/suspend")]
pub(crate) struct Args {
    /// HTTP method
    #[arg(value_name = "METHOD", value_parser = parse_method)]
    method: Method,
    /// Path below the org URL, with its query
    path: String,
    /// Member of the JSON body, or of the query of a GET, a text: NAME=VALUE
    #[arg(short = 'f', long = "raw-field", value_name = "NAME=VALUE")]
    raw_field: Vec<String>,
    /// Member of the JSON body: true, false, null and whole numbers are what they are, @FILE is a
    /// file's text
    #[arg(short = 'F', long, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// Header of the request: NAME: VALUE
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Body of the request; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["field", "raw_field"])]
    input: Option<PathBuf>,
    /// Follow the answer's Link headers to all pages
    #[arg(long)]
    paginate: bool,
    /// Print the status and the headers too
    #[arg(short, long)]
    include: bool,
    #[command(flatten)]
    scope: ScopeArgs,
    #[command(flatten)]
    client: ClientArgs,
}

fn parse_method(text: &str) -> Result<Method, String> {
    let method = text.to_ascii_uppercase().parse::<Method>();
    method.map_err(|error| error.to_string())
}

/// The parts of a request that do not change from page to page.
struct Call<'a> {
    args: &'a Args,
    body: Option<Vec<u8>>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let is_get = args.method == Method::Get;
    if args.paginate && args.method != Method::Get {
        return Err(CliError::usage("`--paginate` goes with GET"));
    }
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let org = settings.org_url(context)?;
    let url = url_on(&org, &args.path)?;
    // Of a GET the fields are the query, of everything else the body.
    let (query, body) = if is_get && args.input.is_none() {
        (fields(args)?, None)
    } else {
        (Map::new(), body(args)?)
    };
    let url = with_query(url, &query);
    let http = http_client(context, &org)?;
    let scopes = settings.scopes()?;
    let tokens = tokens::source(context, &settings, &http, &org, scopes.clone())?;
    let token = tokens.token();
    tokens::tell_warnings(context, &tokens);
    token.map_err(|error| tokens::told(&error, &settings, &scopes))?;
    let http = http.authorized(Arc::new(TokenAuthorizer::new(Arc::new(tokens))));
    let call = Call { args, body };
    let client_id = settings.client_id()?;
    call.pages(context, &http, &org, url).map_err(|error| {
        settled(error, args).about(client_id.as_str(), settings.key_path_if_set(), &scopes)
    })
}

/// What to do next about a call that failed.
fn settled(error: CliError, args: &Args) -> CliError {
    match error.server().and_then(|server| server.missing_scope()) {
        Some(scope) => {
            let scope = display_untrusted(scope);
            error.with_hint(format!(
                "okta-m2m grant add --client-id ID --scope \"{scope}\", and the same call with --scope \"{scope}\""
            ))
        }
        None if error.class() == Class::Unfinished => error.with_hint(format!(
            "look whether it was done before you repeat it: okta-m2m api GET {}",
            args.path
        )),
        None => error,
    }
}

fn with_query(url: String, query: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Request::new(Method::Get, url).with_query(&pairs).url().to_owned()
}

impl Call<'_> {
    fn pages(
        &self,
        context: &mut Context<'_>,
        http: &HttpClient,
        org: &OrgUrl,
        first: String,
    ) -> Result<(), CliError> {
        let mut next = Some(first);
        let mut seen = Vec::new();
        while let Some(url) = next.take() {
            let response = http.send::<CliError>(|| self.request(&url))?;
            seen.push(url);
            if self.args.include {
                print_head(context, &response)?;
            }
            let response = response.into_success()?;
            context.output.foreign(response.body())?;
            if !response.body().is_empty() && !response.body().ends_with(b"\n") {
                context.output.line("")?;
            }
            if self.args.paginate {
                next = response.next_link(org)?;
            }
            if next.as_ref().is_some_and(|next| seen.contains(next)) {
                return Err(CliError::new(Class::Server, "the pages lead round in a circle"));
            }
        }
        Ok(())
    }

    fn request(&self, url: &str) -> Result<Request, CliError> {
        let mut request =
            Request::new(self.args.method, url).with_header("Accept", "application/json")?;
        if let Some(body) = &self.body {
            request = request.with_body("application/json", body.clone());
        }
        for header in &self.args.header {
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| CliError::usage("a header of `-H` is not NAME: VALUE"))?;
            if name.trim().eq_ignore_ascii_case("authorization") {
                return Err(CliError::usage("header `Authorization` is set by `api` itself"));
            }
            request = request.with_header(name.trim(), value.trim())?;
        }
        Ok(request)
    }
}

fn print_head(context: &mut Context<'_>, response: &Response) -> Result<(), CliError> {
    context.output.line(&format!("HTTP {}", response.status))?;
    for (name, value) in response.headers() {
        context.output.foreign(format!("{name}: {value}\n").as_bytes())?;
    }
    context.output.line("")
}

/// A path never leaves the org: no other host, no way up.
fn url_on(org: &OrgUrl, path: &str) -> Result<String, CliError> {
    let before_query = path.split('?').next().unwrap_or_default();
    let problem = if before_query.contains("://") || path.starts_with("//") {
        Some("is a URL; give the path alone, such as /api/v1/users")
    } else if before_query.split('/').any(is_way_up) || path.contains('\\') {
        Some("leads out of itself")
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("has a character that must be percent-encoded")
    } else if path.contains('#') {
        Some("has a fragment")
    } else {
        None
    };
    match problem {
        Some(problem) => Err(CliError::usage(format!("`{}` {problem}", display_untrusted(path)))),
        None => Ok(org.url(&format!("/{}", path.trim_start_matches('/')))),
    }
}

fn is_way_up(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

fn body(args: &Args) -> Result<Option<Vec<u8>>, CliError> {
    if let Some(path) = &args.input {
        return text_of(path).map(|text| Some(text.into_bytes()));
    }
    if args.field.is_empty() && args.raw_field.is_empty() {
        return Ok(None);
    }
    Ok(Some(Value::Object(fields(args)?).to_string().into_bytes()))
}

fn fields(args: &Args) -> Result<Map<String, Value>, CliError> {
    let mut members = Map::new();
    for field in &args.raw_field {
        let (name, value) = split(field)?;
        members.insert(name.to_owned(), Value::from(value));
    }
    for field in &args.field {
        let (name, value) = split(field)?;
        members.insert(name.to_owned(), typed(value)?);
    }
    Ok(members)
}

fn split(field: &str) -> Result<(&str, &str), CliError> {
    let parts = field.split_once('=').filter(|(name, _)| !name.is_empty());
    parts.ok_or_else(|| CliError::usage(format!("`{field}` is not NAME=VALUE")))
}

fn typed(value: &str) -> Result<Value, CliError> {
    Ok(match value {
        "true" => Value::from(true),
        "false" => Value::from(false),
        "null" => Value::Null,
        _ => match (value.strip_prefix('@'), value.parse::<i64>()) {
            (Some(path), _) => Value::from(text_of(Path::new(path))?),
            (None, Ok(number)) => Value::from(number),
            (None, Err(_)) => Value::from(value),
        },
    })
}

fn text_of(path: &Path) -> Result<String, CliError> {
    if stdin::is_dash(path) {
        return Ok(stdin::read()?.to_string());
    }
    std::fs::read_to_string(path)
        .map_err(|error| CliError::file(format!("`{}` cannot be read", path.display()), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let org = OrgUrl::parse("https://acme.okta.com").unwrap();
        assert_eq!(url_on(&org, path).ok().as_deref(), expected);
    }

    #[test]
    fn a_10_a_path_never_leaves_the_org() {
        check("/api/v1/users?limit=1", Some("https://acme.okta.com/api/v1/users?limit=1"));
        check("api/v1/users", Some("https://acme.okta.com/api/v1/users"));
        check("https://evil.example/", None);
        check("//evil.example/", None);
        check("/api/../../evil", None);
        check("/api/%2e%2E/evil", None);
        check("/api\\..", None);
        check("/api/\r\nX: y", None);
        check("/api/ v1", None);
        check("/api#x", None);
        check("/api?search=x://y/..", Some("https://acme.okta.com/api?search=x://y/.."));
    }

    #[test]
    fn fields_have_the_types_that_they_look_like() {
        for (text, expected) in
            [("true", "true"), ("null", "null"), ("12", "12"), ("1.5", "\"1.5\""), ("", "\"\"")]
        {
            assert_eq!(typed(text).unwrap().to_string(), expected);
        }
    }
}
