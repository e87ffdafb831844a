//! The credential that administers the org.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use okta_http::{ApiCredential, Authorizer, HttpClient, OrgUrl, Secret, display_untrusted};
use okta_register::Registrar;
use okta_token::TokenAuthorizer;
use zeroize::Zeroizing;

use crate::args::{AdminArgs, ClientArgs, ScopeArgs};
use crate::connection::http_client;
use crate::context::{Context, flag_and_value};
use crate::env::Environment;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::secret_file::is_quoted;
use crate::settings::{Settings, scopes_of};
use crate::{settings, stdin, tokens};

/// What a client needs to do all that this program does to an org
/// (Okta's guide on OAuth between orgs).
const ADMIN_SCOPES: &str = "okta.apps.manage okta.clients.manage okta.clients.register \
                            okta.appGrants.manage okta.roles.manage";

/// An administrator of the org that the settings name.
pub(crate) fn registrar(
    context: &mut Context<'_>,
    admin: &AdminArgs,
) -> Result<Registrar, CliError> {
    let org = registrar_org(context, admin)?;
    let http = http_client(context, &org)?;
    let credential = admin_credential(context, admin, &http, &org)?;
    Ok(Registrar::new(http, org, credential))
}

/// The org of the settings, else the administrator's own.
pub(crate) fn registrar_org(
    context: &mut Context<'_>,
    admin: &AdminArgs,
) -> Result<OrgUrl, CliError> {
    let settings = Settings::resolve(context, &ClientArgs::default(), &ScopeArgs::default())?;
    match (settings.of_the_org().org_url(context), &admin.admin_profile) {
        (Err(_), Some(profile)) => Settings::of_profile(context, profile)?.org_url(context),
        (org, _) => org,
    }
}

/// The API token from a file, stdin or the environment, or the access token of a profile.
pub(crate) fn admin_credential(
    context: &mut Context<'_>,
    admin: &AdminArgs,
    http: &HttpClient,
    org: &OrgUrl,
) -> Result<Arc<dyn Authorizer>, CliError> {
    let credential = find_credential(context, admin, http, org)?;
    let flag = flag_of(admin).map(Administrator::ByFlag);
    context.administrator = Some(flag.unwrap_or(Administrator::Ambient));
    Ok(credential)
}

/// How a command found the credential that it used.
#[derive(Clone, Debug)]
pub(crate) enum Administrator {
    /// By this flag and its value, with a space in front.
    ByFlag(String),
    /// By what every command finds: a variable, or a file of Okta's SDKs.
    Ambient,
}

/// The flag that names a credential, with its value and a space in front.
pub(crate) fn flag_of(admin: &AdminArgs) -> Option<String> {
    let file = admin.admin_token_file.as_ref().map(|it| it.display().to_string());
    let flags = [("--admin-token-file", file), ("--admin-profile", admin.admin_profile.clone())];
    let (flag, value) = flags.into_iter().find_map(|(flag, value)| Some((flag, value?)))?;
    Some(format!(" {}", flag_and_value(flag, &value)))
}

/// What another command has to say so that the same credential administers the org; a place for one if none was found.
pub(crate) fn flag_or_place(context: &Context<'_>) -> String {
    match &context.administrator {
        Some(Administrator::ByFlag(flag)) => flag.clone(),
        Some(Administrator::Ambient) => String::new(),
        None if variable(&context.environment).is_some() => String::new(),
        None => " --admin-token-file FILE".to_owned(),
    }
}

fn find_credential(
    context: &mut Context<'_>,
    admin: &AdminArgs,
    http: &HttpClient,
    org: &OrgUrl,
) -> Result<Arc<dyn Authorizer>, CliError> {
    if let Some(path) = &admin.admin_token_file {
        return Ok(Arc::new(token_from_file(context, path)?));
    }
    if let Some(profile) = &admin.admin_profile {
        return access_token(context, profile, http, org);
    }
    let variable = |name| context.environment.text(name).map(|text| text.map(str::to_owned));
    if let Some(token) = variable("OKTA_M2M_ADMIN_TOKEN")? {
        return Ok(Arc::new(api_token(context, &token, "`OKTA_M2M_ADMIN_TOKEN`")?));
    }
    if let Some(path) = variable("OKTA_M2M_ADMIN_TOKEN_FILE")? {
        return Ok(Arc::new(token_from_file(context, Path::new(&path))?));
    }
    let profile = context.environment.text("OKTA_M2M_ADMIN_PROFILE")?.map(str::to_owned);
    if let Some(profile) = profile {
        return access_token(context, &profile, http, org);
    }
    if let Some((token, origin)) = settings::admin_token_of_others(context, org)? {
        return Ok(Arc::new(api_token(context, &token, &origin.to_string())?));
    }
    Err(CliError::settings("no credential to administer the org is set").with_hint(
        "give --admin-token-file FILE (an API token of a Super Admin) or --admin-profile NAME",
    ))
}

/// The variables that may name or hold a credential, in their order.
const VARIABLES: [&str; 4] = [
    "OKTA_M2M_ADMIN_TOKEN",
    "OKTA_M2M_ADMIN_TOKEN_FILE",
    "OKTA_M2M_ADMIN_PROFILE",
    "OKTA_CLIENT_TOKEN",
];

/// The variable that the credential comes from where no flag names another, so that no command has to.
pub(crate) fn variable(environment: &Environment) -> Option<&'static str> {
    VARIABLES.into_iter().find(|name| environment.raw(name).is_some())
}

/// Whether the credential that is set, if one is, can be one. Nobody is asked.
pub(crate) fn check(context: &mut Context<'_>, admin: &AdminArgs) -> Result<(), CliError> {
    let environment = &context.environment;
    let variable = |name| environment.text(name).map(|text| text.map(str::to_owned));
    let (token, path) = (variable("OKTA_M2M_ADMIN_TOKEN")?, variable("OKTA_M2M_ADMIN_TOKEN_FILE")?);
    let profile = variable("OKTA_M2M_ADMIN_PROFILE")?;
    if let Some(path) = &admin.admin_token_file {
        token_from_file(context, path)?;
    } else if let Some(profile) = &admin.admin_profile {
        Settings::of_profile(context, profile)?;
    } else if let Some(token) = token {
        api_token(context, &token, "`OKTA_M2M_ADMIN_TOKEN`")?;
    } else if let Some(path) = path {
        token_from_file(context, Path::new(&path))?;
    } else if let Some(profile) = profile {
        Settings::of_profile(context, &profile)?;
    }
    Ok(())
}

fn token_from_file(context: &mut Context<'_>, path: &Path) -> Result<ApiCredential, CliError> {
    // The path is not shown: people give the token itself where its file is asked for.
    let text = if stdin::is_dash(path) {
        stdin::read()?
    } else {
        Zeroizing::new(fs::read_to_string(path).map_err(|error| {
            CliError::file("the file of the API token cannot be read", error)
                .with_hint("--admin-token-file takes the name of a file that holds the token")
        })?)
    };
    if let Some(mode) = Some(path).filter(|it| !stdin::is_dash(it)).and_then(mode_if_open) {
        context.output.note_once(&format!(
            "warning: the file of the API token is open to others (mode {mode:04o}); it wants `chmod 600`"
        ));
    }
    let text = text.strip_suffix('\n').unwrap_or(&text);
    api_token(context, text.strip_suffix('\r').unwrap_or(text), "the file of the API token")
}

/// The permissions of a file that not only its owner can read. A pipe has none that matter.
fn mode_if_open(path: &Path) -> Option<u32> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

/// The length of Okta's API tokens.
const TOKEN_LENGTH: usize = 42;

/// An API token, with remarks about what is odd about it.
fn api_token(
    context: &mut Context<'_>,
    text: &str,
    place: &str,
) -> Result<ApiCredential, CliError> {
    let (token, remark) = parse_api_token(text, place)?;
    if let Some(remark) = remark {
        context.output.note_once(&remark);
    }
    Ok(token)
}

/// An API token may carry its scheme, as people copy it from a header. No more of the token is shown than how it begins, and
/// nothing of what is wrong inside it.
fn parse_api_token(text: &str, place: &str) -> Result<(ApiCredential, Option<String>), CliError> {
    let token = text.strip_prefix("SSWS ").unwrap_or(text);
    let problem = if token.is_empty() {
        Some("is empty")
    } else if token.contains("-----BEGIN") || token.starts_with('{') {
        Some("holds a key where an API token is expected")
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("holds a character that no API token has")
    } else if is_quoted(token) {
        Some("holds the token in quotation marks, which are no part of it")
    } else if token.split('.').count() == 3 {
        Some("holds a JWT where an API token (SSWS) is expected")
    } else {
        None
    };
    let shape =
        format!("begins with `{}`, {} bytes", display_untrusted(start_of(token)), token.len());
    if let Some(problem) = problem {
        return Err(CliError::new(Class::File, format!("{place} {problem} ({shape})"))
            .with_hint("make an API token in the Admin Console: Security > API > Tokens"));
    }
    let remark = if token.len() < text.len() {
        Some(format!("note: {place}: `SSWS ` in front of the token was left out"))
    } else if token.starts_with("00") && token.len() < TOKEN_LENGTH {
        Some(format!("warning: {place} {shape}: an API token has {TOKEN_LENGTH}; was it cut?"))
    } else {
        None
    };
    Ok((ApiCredential::ApiToken(Secret::new(token.to_owned())), remark))
}

/// The first two characters, which are the same in all API tokens.
fn start_of(token: &str) -> &str {
    let end = token.char_indices().nth(2).map_or(token.len(), |(at, _)| at);
    &token[..end]
}

fn access_token(
    context: &mut Context<'_>,
    profile: &str,
    http: &HttpClient,
    org: &OrgUrl,
) -> Result<Arc<dyn Authorizer>, CliError> {
    let settings = Settings::of_profile(context, profile)?;
    if settings.org_url_if_set().is_some_and(|of_profile| of_profile != *org) {
        return Err(CliError::settings(format!(
            "profile `{profile}` is for another org than {org}"
        ))
        .with_hint("name a profile of this org by --admin-profile"));
    }
    let scopes = settings.scopes().or_else(|_| scopes_of(ADMIN_SCOPES))?;
    let tokens = tokens::source(context, &settings, http, org, scopes)?;
    // Asked for here, so that a refusal is told as what it is.
    let token = tokens.token();
    tokens::tell_warnings(context, &tokens);
    token.map_err(|error| CliError::from(&*error).in_place(&format!("profile `{profile}`")))?;
    Ok(Arc::new(TokenAuthorizer::new(Arc::new(tokens))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, problem: &str) {
        let error = parse_api_token(text, "`FILE`").unwrap_err();
        assert_eq!(error.class().code(), 3);
        assert!(error.message().contains(problem), "{}", error.message());
        assert!(text.is_empty() || !error.message().contains(text));
        assert!(error.message().contains(&format!("{} bytes)", text.len())));
    }

    #[test]
    fn u_14_what_is_no_api_token_is_named_and_not_shown() {
        check_refused("", "is empty");
        check_refused("-----BEGIN PRIVATE KEY-----", "holds a key");
        check_refused("{\"kty\":\"RSA\"}", "holds a key");
        check_refused("00abc def", "a character");
        check_refused("00abc\u{e9}", "a character");
        check_refused("eyJ.eyJ.sig", "holds a JWT");
        check_refused("\"00abc\"", "in quotation marks");
    }

    #[test]
    fn u_14_the_scheme_may_stand_before_the_token() {
        let (ApiCredential::ApiToken(token), remark) =
            parse_api_token("SSWS 00abc", "`FILE`").unwrap()
        else {
            panic!("not an API token");
        };
        assert_eq!(token.expose(), "00abc");
        assert!(remark.unwrap().contains("`SSWS ` in front of the token was left out"));
    }

    #[test]
    fn u_14_a_token_that_was_cut_is_remarked_on() {
        let remark = |text: &str| parse_api_token(text, "`FILE`").unwrap().1;
        assert_eq!(remark(&format!("00{}", "a".repeat(40))), None);
        assert_eq!(remark("another-kind"), None);
        let cut = remark(&format!("00{}", "a".repeat(39))).unwrap();
        assert!(cut.contains("begins with `00`, 41 bytes: an API token has 42"), "{cut}");
        assert!(!cut.contains("aaa"), "{cut}");
    }
}
