//! `key show FILE`.

use std::path::PathBuf;

use jwk_gen::PublicJwk;
use serde::Serialize;

use super::Held;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Say what a key file holds, without its secrets
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key show svc.jwk
  okta-m2m key show svc.jwk --format json")]
pub(crate) struct Args {
    /// Key file, private or public; - for stdin
    file: PathBuf,
}

#[derive(Serialize)]
struct Shown {
    kind: String,
    private: bool,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    key_use: Option<String>,
    thumbprint: String,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let held = Held::read(&args.file)?;
    let private = matches!(held, Held::Private(_));
    if let Held::Private(key) = &held {
        for warning in key.warnings() {
            context.output.note(&format!("warning: {warning}"));
        }
    }
    let keys: Vec<_> = held.into_public()?.iter().map(|key| Shown::of(key, private)).collect();
    if context.format()? == Format::Json {
        return match keys.as_slice() {
            [key] => context.output.json(key),
            keys => context.output.json(&serde_json::json!({ "keys": keys })),
        };
    }
    for key in &keys {
        context.output.line(&key.to_text())?;
    }
    Ok(())
}

impl Shown {
    fn of(key: &PublicJwk, private: bool) -> Self {
        Self {
            kind: key.kind().to_string(),
            private,
            kid: key.kid().map(ToString::to_string),
            alg: key.algorithm().map(|alg| alg.to_string()),
            key_use: key.key_use().map(str::to_owned),
            thumbprint: key.thumbprint().to_string(),
        }
    }

    fn to_text(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        format!(
            "{} {} key\n  kid         {}\n  alg         {}\n  use         {}\n  thumbprint  {}",
            if self.private { "private" } else { "public" },
            self.kind,
            or_none(&self.kid),
            or_none(&self.alg),
            or_none(&self.key_use),
            self.thumbprint,
        )
    }
}
