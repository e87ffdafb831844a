//! The store that a fleet shares its tokens over.

use std::path::Path;
use std::sync::Arc;

use jwk_gen::key_file;
use okta_token::{FleetCache, RedisCache, RedisConfig, RedisConfigError, SealingKey};

use crate::connection::ca_pem;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::Class;
use crate::secret_file;
use crate::settings::{Setting, Settings};

/// The Redis server that the settings name, if they name one. It is not connected to yet.
pub(crate) fn redis_cache(
    context: &Context<'_>,
    settings: &Settings,
) -> Result<Option<Arc<dyn FleetCache>>, CliError> {
    let Some((url, origin)) = settings.text_if_set(Setting::RedisUrl) else { return Ok(None) };
    let Some((key_file, _)) = settings.text_if_set(Setting::RedisKeyFile) else {
        return Err(CliError::settings("a Redis server is set and no sealing key").with_hint(
            "give --redis-key-file FILE; (umask 077; openssl rand -hex 32 >FILE) makes one for the fleet",
        ));
    };
    let mut config = RedisConfig::new(url, sealing_key(Path::new(key_file))?);
    if let Some((file, _)) = settings.text_if_set(Setting::RedisPasswordFile) {
        config = config.password(secret_file::read(Path::new(file), "password")?);
    }
    if let Some(pem) = ca_pem(context)? {
        config = config.ca_pem(pem);
    }
    let cache = RedisCache::new(config, Arc::clone(&context.clock));
    Ok(Some(Arc::new(cache.map_err(|error| refusal(error, &origin.to_string()))?)))
}

fn sealing_key(path: &Path) -> Result<SealingKey, CliError> {
    let text = key_file::read_secret_text(path)?;
    SealingKey::from_text(&text).map_err(|error| {
        CliError::of(Class::File, &error)
            .in_place(&format!("`{}`", path.display()))
            .with_hint("openssl rand -hex 32 makes a sealing key, the same for the whole fleet")
    })
}

/// The URL is not shown: it may hold the password that it must not hold.
fn refusal(error: RedisConfigError, place: &str) -> CliError {
    let (class, hint) = match error {
        RedisConfigError::InvalidCa => (Class::File, None),
        RedisConfigError::PasswordInUrl | RedisConfigError::UserWithoutPassword => {
            (Class::Usage, Some("give the password by --redis-password-file FILE"))
        }
        _ => (Class::Usage, Some("--redis-url rediss://USER@HOST:PORT/DATABASE")),
    };
    let told = CliError::of(class, &error);
    let told = if class == Class::File { told } else { told.in_place(place) };
    told.with_hint_of(hint.map(str::to_owned))
}
