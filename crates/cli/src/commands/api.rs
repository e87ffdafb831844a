//! `api METHOD PATH`.

mod fields;
mod jq;
mod json_values;
mod path;
mod refusal;

use std::collections::HashSet;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use okta_http::{
    HttpClient, HttpError, Method, OrgUrl, Replay, Request, Response, StreamedResponse,
};
use okta_token::TokenAuthorizer;
use serde_json::Value;

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
  okta-m2m api GET '/api/v1/users?limit=200' --paginate --jq '.[].profile.login'
  okta-m2m api POST /api/v1/groups --input group.json -i
  okta-m2m api POST /api/v1/groups -f 'profile[name]=Engineers'
  okta-m2m api -X POST /api/v1/users/00u1/lifecycle/suspend
  okta-m2m api /api/v1/users -f q=ada --max-bytes 100000000 > users.json")]
#[command(override_usage = "okta-m2m api [OPTIONS] <METHOD> <PATH>
       okta-m2m api [OPTIONS] [-X <METHOD>] <PATH>")]
pub(crate) struct Args {
    /// HTTP method, unless `-X` gives it
    #[arg(value_name = "METHOD")]
    first: String,
    /// Path below the org URL, with its query
    #[arg(value_name = "PATH")]
    second: Option<String>,
    /// HTTP method [default: GET, or POST with a body]
    #[arg(short = 'X', long, value_name = "METHOD", value_parser = parse_method, conflicts_with = "second")]
    method: Option<Method>,
    /// Member of the JSON body, or parameter of the query of a GET, a text: NAME=VALUE; in a body
    /// NAME[MEMBER]=VALUE is a member of a member, NAME[]=VALUE an item of an array, NAME[] an empty one
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
    /// Follow the answer's Link headers to all pages; the System Log has no last one, unless `until` is in its query
    #[arg(long)]
    paginate: bool,
    /// Follow to no more than so many pages
    #[arg(long, value_name = "N", requires = "paginate")]
    max_pages: Option<NonZeroU32>,
    /// Longest answer to take, in bytes [default: 33554432, with `--jq` 4194304 and one value for each 16 of them]
    #[arg(long, value_name = "N")]
    max_bytes: Option<u64>,
    /// Repeat a POST or PATCH whose answer was lost: doing it twice does no harm
    #[arg(long)]
    idempotent: bool,
    /// Print what a filter of jq makes of each answer, texts without quotation marks
    #[arg(long, value_name = "FILTER")]
    jq: Option<String>,
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

/// The longest answer unless the caller allows more: 32 MiB.
const LONGEST_ANSWER: u64 = 32 << 20;

/// The longest answer for a filter, to which it becomes values in memory: 4 MiB.
const LONGEST_FILTERED: u64 = 4 << 20;

/// What a value takes of the longest answer at least, and so how many a filter gets. Those of Okta's answers take about thirty.
const BYTES_PER_VALUE: u64 = 16;

/// The parts of a request that do not change from page to page.
struct Call<'a> {
    args: &'a Args,
    method: Method,
    body: Option<Vec<u8>>,
    filter: Option<jq::Filter>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let (method, path) = target(args)?;
    let is_get = method == Method::Get;
    if args.paginate && !is_get {
        return Err(CliError::usage("`--paginate` goes with GET"));
    }
    let filter = args.jq.as_deref().map(jq::Filter::parse).transpose()?;
    let settings = Settings::resolve(context, &args.client, &args.scope)?;
    let org = settings.org_url(context)?;
    let url = path::url_on(&org, path)?;
    // Of a GET the fields are the query, of everything else the body.
    let (query, body) = if is_get && args.input.is_none() {
        (fields::query(&args.raw_field, &args.field)?, None)
    } else {
        (Vec::new(), body(args)?)
    };
    let url = with_query(url, &query);
    let http = http_client(context, &org)?;
    let scopes = settings.scopes()?;
    let tokens = tokens::source(context, &settings, &http, &org, scopes.clone())?;
    let token = tokens.token();
    tokens::tell_warnings(context, &tokens);
    token.map_err(|error| tokens::told(&error, &settings, &scopes))?;
    let http = http.authorized(Arc::new(TokenAuthorizer::new(Arc::new(tokens))));
    let call = Call { args, method, body, filter };
    let client_id = settings.client_id()?;
    call.pages(context, &http, &org, url).map_err(|error| {
        refusal::settled(error, method, path, &scopes).about(
            client_id.as_str(),
            settings.key_path_if_set(),
            &scopes,
        )
    })
}

fn with_query(url: String, query: &[(String, String)]) -> String {
    let pairs: Vec<_> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
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
        let mut seen = HashSet::new();
        let most = self.args.max_pages.map_or(usize::MAX, |pages| pages.get() as usize);
        while let Some(url) = next.take() {
            let response = http.stream::<CliError>(|| self.request(&url))?;
            seen.insert(url);
            let status = response.head().status;
            let follows = self.args.paginate && seen.len() < most;
            next = self
                .print(context, response, follows.then_some(org))
                .map_err(|error| self.settled(error, status))?;
            if next.as_ref().is_some_and(|next| seen.contains(next)) {
                return Err(CliError::new(Class::Server, "the pages lead round in a circle"));
            }
        }
        Ok(())
    }

    /// Prints one answer; the next page is looked for in the org that is to be followed.
    fn print(
        &self,
        context: &mut Context<'_>,
        response: StreamedResponse,
        follows: Option<&OrgUrl>,
    ) -> Result<Option<String>, CliError> {
        if self.args.include {
            print_head(context, response.head())?;
        }
        let mut response = response.into_success()?;
        let next = match follows {
            Some(org) => response.head().next_link(org)?,
            None => None,
        };
        match &self.filter {
            Some(filter) => {
                let mut json = Vec::new();
                response.read_to_end(&mut json).map_err(unread)?;
                context.output.foreign(&filter.apply(json, self.most_values())?)?;
            }
            None => print_body(context, response)?,
        }
        Ok(next)
    }

    /// A failure after the head of an answer. What a success has done is done: a script that took this for a failure of the
    /// call would do it twice.
    fn settled(&self, error: CliError, status: u16) -> CliError {
        let is_repeatable = self.args.idempotent || self.method.is_idempotent();
        if is_repeatable || !(200..300).contains(&status) || error.is_broken_pipe() {
            error
        } else {
            error.after_success(status)
        }
    }

    fn most_bytes(&self) -> u64 {
        let usual = if self.filter.is_some() { LONGEST_FILTERED } else { LONGEST_ANSWER };
        self.args.max_bytes.unwrap_or(usual)
    }

    /// How many values a filter may get: a short text can hold millions.
    fn most_values(&self) -> usize {
        let most = self.most_bytes().max(LONGEST_FILTERED) / BYTES_PER_VALUE;
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    fn request(&self, url: &str) -> Result<Request, CliError> {
        let mut request =
            Request::new(self.method, url).with_header("Accept", "application/json")?;
        request = request.with_body_limit(self.most_bytes());
        if self.args.idempotent {
            request = request.with_replay(Replay::Safe);
        }
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

/// The method and the path, which come as two words or with `-X`.
fn target(args: &Args) -> Result<(Method, &str), CliError> {
    if let Some(path) = &args.second {
        return Ok((parse_method(&args.first).map_err(CliError::usage)?, path));
    }
    let has_body = args.input.is_some() || !args.field.is_empty() || !args.raw_field.is_empty();
    let usual = if has_body { Method::Post } else { Method::Get };
    if args.method.is_none() && args.first.parse::<Method>().is_ok() {
        return Err(CliError::usage(format!("there is no path to `{}`", args.first)));
    }
    Ok((args.method.unwrap_or(usual), &args.first))
}

/// Why the rest of an answer did not arrive.
fn unread(error: io::Error) -> CliError {
    error.downcast::<HttpError>().map_or_else(CliError::from, CliError::from)
}

/// Passes the body on as it arrives, and ends its last line.
fn print_body(context: &mut Context<'_>, mut response: StreamedResponse) -> Result<(), CliError> {
    let mut buffer = vec![0; 64 * 1024];
    let mut last = b'\n';
    loop {
        let count = match response.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                context.output.end_foreign()?;
                return Err(unread(error));
            }
        };
        context.output.foreign(&buffer[..count])?;
        last = buffer[count - 1];
    }
    context.output.end_foreign()?;
    if last == b'\n' { Ok(()) } else { context.output.line("") }
}

fn print_head(context: &mut Context<'_>, response: &Response) -> Result<(), CliError> {
    context.output.line(&format!("HTTP {}", response.status))?;
    for (name, value) in response.headers() {
        context.output.foreign(format!("{name}: {value}\n").as_bytes())?;
    }
    context.output.line("")
}

fn body(args: &Args) -> Result<Option<Vec<u8>>, CliError> {
    if let Some(path) = &args.input {
        return text_of(path).map(|text| Some(text.into_bytes()));
    }
    if args.field.is_empty() && args.raw_field.is_empty() {
        return Ok(None);
    }
    let members = fields::body(&args.raw_field, &args.field)?;
    Ok(Some(Value::Object(members).to_string().into_bytes()))
}

fn text_of(path: &Path) -> Result<String, CliError> {
    if stdin::is_dash(path) {
        return Ok(stdin::read()?.to_string());
    }
    std::fs::read_to_string(path)
        .map_err(|error| CliError::file(format!("`{}` cannot be read", path.display()), error))
}
