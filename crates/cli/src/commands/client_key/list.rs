//! `client-key list`.

use std::time::{Duration, SystemTime};

use okta_http::display_untrusted;
use okta_register::RegisteredKey;
use okta_token::FileCache;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Keys;
use crate::args::{AdminArgs, ClientArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::output::Format;
use crate::timestamp::rfc3339;
use crate::{cache_folder, duration, last_use};

const DAY: u64 = 86_400;

/// List the keys that the org has of a service app
///
/// Says of each how old it is, whether this machine signs with it, and when this machine has got a token by it last. With --max-age
/// the exit code is 1 if an active key is older, for a job that reminds.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m client-key list --admin-token-file admin-token
  okta-m2m client-key list --max-age 90d --format json")]
pub(crate) struct Args {
    /// Fail if an active key is older
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    max_age: Option<Duration>,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    admin: AdminArgs,
}

/// A key as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    kid: Option<&'a str>,
    id: Option<&'a str>,
    status: Option<&'a str>,
    #[serde(rename = "use")]
    key_use: Option<&'a str>,
    created: Option<&'a str>,
    age_s: Option<u64>,
    local: bool,
    last_used: Option<String>,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let keys = Keys::of(context, &args.client, &args.admin)?;
    let files = cache_folder::open(context)?;
    let now = context.now();
    let shown = |key| Shown::of(key, &keys, files.as_ref(), now);
    let shown = keys.keys.iter().map(shown).collect::<Result<Vec<_>, _>>()?;
    print(context, &shown)?;
    match args.max_age {
        Some(max_age) => check_age(&keys, &shown, max_age),
        None => Ok(()),
    }
}

impl<'a> Shown<'a> {
    fn of(
        key: &'a RegisteredKey,
        keys: &Keys,
        files: Option<&FileCache>,
        now: SystemTime,
    ) -> Result<Self, CliError> {
        let last_used = key.thumbprint.as_ref().zip(files);
        let last_used = last_used.and_then(|(key, files)| last_use::of(files, key.as_str()));
        let last_used = last_used
            .and_then(|secs| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(secs)));
        Ok(Self {
            kid: key.kid.as_deref(),
            id: key.id.as_ref().map(|id| id.as_str()),
            status: key.status.as_deref(),
            key_use: key.key_use.as_deref(),
            created: key.created.as_deref(),
            age_s: key.created.as_deref().and_then(|created| age(created, now)),
            local: keys.is_local(key),
            last_used: last_used.map(rfc3339).transpose()?,
        })
    }

    fn to_text(&self) -> String {
        let age = match self.age_s {
            Some(secs) if secs >= DAY => format!("{} d old", secs / DAY),
            Some(_) => "less than a day old".to_owned(),
            None => "of unknown age".to_owned(),
        };
        let local = if self.local { "  this machine signs with it" } else { "" };
        let used =
            self.last_used.as_ref().map_or_else(String::new, |at| format!("  last used {at}"));
        let text = format!(
            "{}  {}  {}  {age}{local}{used}",
            self.kid.unwrap_or("(no kid)"),
            self.id.unwrap_or("-"),
            self.status.unwrap_or("unknown"),
        );
        display_untrusted(&text).to_string()
    }
}

fn age(created: &str, now: SystemTime) -> Option<u64> {
    let created = OffsetDateTime::parse(created, &Rfc3339).ok()?;
    let age = OffsetDateTime::from(now) - created;
    Some(u64::try_from(age.whole_seconds()).unwrap_or(0))
}

fn print(context: &mut Context<'_>, shown: &[Shown<'_>]) -> Result<(), CliError> {
    if context.format()? == Format::Json {
        return context.output.json(&json!({ "keys": shown }));
    }
    shown.iter().try_for_each(|key| context.output.line(&key.to_text()))
}

fn check_age(keys: &Keys, shown: &[Shown<'_>], max_age: Duration) -> Result<(), CliError> {
    let is_old = |(key, shown): &(&RegisteredKey, &Shown<'_>)| {
        key.is_active() && shown.age_s.is_some_and(|secs| secs > max_age.as_secs())
    };
    let old: Vec<_> =
        keys.keys.iter().zip(shown).filter(is_old).map(|(key, _)| super::name_of(key)).collect();
    if old.is_empty() {
        return Ok(());
    }
    let message = format!("older than {} s: {}", max_age.as_secs(), old.join(", "));
    Err(CliError::new(Class::Failed, message)
        .with_hint(format!("okta-m2m client-key rotate --client-id {}", keys.app)))
}
