//! `key show FILE`.

use jwk_gen::{Algorithm, KeyId, KeyKind, KeyUse, Keys, PublicJwk, SymmetricJwk, Thumbprint};
use serde::Serialize;

use super::InputArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Format;

/// Say what a key file holds, without its secrets
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  okta-m2m key show svc.jwk
  okta-m2m key show id_ed25519.pem --for any
  okta-m2m key show svc.jwk --format json")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
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
    /// Why Okta would not take it.
    okta_refusal: Option<String>,
}

/// What a key says about itself.
struct Labels<'a> {
    kind: KeyKind,
    kid: Option<&'a KeyId>,
    algorithm: Option<Algorithm>,
    key_use: Option<KeyUse>,
    thumbprint: Thumbprint,
}

pub(crate) fn run(args: &Args, context: &mut Context<'_>) -> Result<(), CliError> {
    let format = context.format()?;
    let keys: Vec<_> = match args.input.read(context)? {
        Keys::Public(keys) => keys.iter().map(|key| Shown::of(key, false)).collect(),
        Keys::Private(keys) => keys.iter().map(|key| Shown::of(&key.public(), true)).collect(),
        Keys::Symmetric(key) => vec![Shown::of_shared(&key)],
    };
    if format == Format::Json {
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
        let labels = Labels {
            kind: key.kind(),
            kid: key.kid(),
            algorithm: key.algorithm(),
            key_use: key.key_use(),
            thumbprint: key.thumbprint(),
        };
        let okta_refusal = key.okta_refusal().map(|it| it.to_string());
        Self { okta_refusal, ..Self::of_labels(labels, private) }
    }

    fn of_shared(key: &SymmetricJwk) -> Self {
        let labels = Labels {
            kind: key.kind(),
            kid: key.kid(),
            algorithm: key.algorithm(),
            key_use: key.key_use(),
            thumbprint: key.thumbprint(),
        };
        let okta_refusal = Some(key.okta_refusal().to_string());
        Self { okta_refusal, ..Self::of_labels(labels, true) }
    }

    fn of_labels(labels: Labels<'_>, private: bool) -> Self {
        Self {
            kind: labels.kind.to_string(),
            private,
            kid: labels.kid.map(ToString::to_string),
            alg: labels.algorithm.map(|it| it.to_string()),
            key_use: labels.key_use.map(|it| it.to_string()),
            thumbprint: labels.thumbprint.to_string(),
            okta_refusal: None,
        }
    }

    fn to_text(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        format!(
            "{} {} key\n  kid         {}\n  alg         {}\n  use         {}\n  thumbprint  {}{}",
            if self.private { "private" } else { "public" },
            self.kind,
            or_none(&self.kid),
            or_none(&self.alg),
            or_none(&self.key_use),
            self.thumbprint,
            self.okta_refusal.as_ref().map_or(String::new(), |it| format!("\n  note        {it}")),
        )
    }
}
