//! The settings, and the names that each has in every place.

/// A setting that more than one place can make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Setting {
    AdminProfile,
    AdminToken,
    AdminTokenFile,
    AuthServer,
    CaFile,
    ClientId,
    ClientSecretFile,
    Color,
    Dpop,
    Format,
    Key,
    KeyPassphraseFile,
    Kid,
    MaxWait,
    OrgUrl,
    Proxy,
    RedisKeyFile,
    RedisPasswordFile,
    RedisUrl,
    Scope,
    Timeout,
}

/// The names of a setting besides its own, which makes its flag, its variable and its key in a profile.
pub(super) struct Names {
    /// Its own, in the words of a profile.
    key: &'static str,
    /// The end of its variables of Okta's SDKs, after `OKTA_CLIENT_`. The SDKs differ.
    sdk: &'static [&'static str],
    /// Its keys in `okta.yaml`.
    yaml: &'static [&'static str],
    /// Its variable of Okta's provider for Terraform.
    terraform: Option<&'static str>,
}

const fn ours(key: &'static str) -> Names {
    Names { key, sdk: &[], yaml: &[], terraform: None }
}

const fn shared(
    key: &'static str,
    sdk: &'static [&'static str],
    yaml: &'static [&'static str],
    terraform: Option<&'static str>,
) -> Names {
    Names { key, sdk, yaml, terraform }
}

impl Setting {
    /// The keys of a profile. What a setting goes with stands before it.
    pub(crate) const PROFILE: [Self; 12] = [
        Self::OrgUrl,
        Self::AuthServer,
        Self::ClientId,
        Self::Key,
        Self::KeyPassphraseFile,
        Self::Kid,
        Self::ClientSecretFile,
        Self::Dpop,
        Self::Scope,
        Self::RedisUrl,
        Self::RedisPasswordFile,
        Self::RedisKeyFile,
    ];

    /// What every command has and no profile.
    pub(crate) const GENERAL: [Self; 9] = [
        Self::AdminTokenFile,
        Self::AdminProfile,
        Self::AdminToken,
        Self::CaFile,
        Self::Proxy,
        Self::Timeout,
        Self::MaxWait,
        Self::Format,
        Self::Color,
    ];

    const fn names(self) -> Names {
        const KEY_IDS: &[&str] = &["privateKeyId", "keyId", "kid"];
        const KEY_ID_VARIABLES: &[&str] = &["PRIVATEKEYID", "KEYID", "KID"];
        match self {
            Self::AdminProfile => ours("admin_profile"),
            Self::AdminToken => {
                shared("admin_token", &["TOKEN"], &["token"], Some("OKTA_API_TOKEN"))
            }
            Self::AdminTokenFile => ours("admin_token_file"),
            Self::AuthServer => ours("auth_server"),
            Self::CaFile => ours("ca_file"),
            Self::ClientId => {
                shared("client_id", &["CLIENTID"], &["clientId"], Some("OKTA_API_CLIENT_ID"))
            }
            Self::ClientSecretFile => ours("client_secret_file"),
            Self::Color => ours("color"),
            Self::Dpop => shared("dpop", &["DPOPENABLED"], &["dpopEnabled"], None),
            Self::Format => ours("format"),
            Self::Key => shared(
                "key",
                &["PRIVATEKEY", "JWK"],
                &["privateKey", "jwk"],
                Some("OKTA_API_PRIVATE_KEY"),
            ),
            Self::KeyPassphraseFile => ours("key_passphrase_file"),
            Self::Kid => shared("kid", KEY_ID_VARIABLES, KEY_IDS, Some("OKTA_API_PRIVATE_KEY_ID")),
            Self::MaxWait => ours("max_wait"),
            Self::OrgUrl => shared("org_url", &["ORGURL"], &["orgUrl"], Some("OKTA_ORG_NAME")),
            Self::Proxy => shared("proxy", &["PROXY_HOST"], &["proxy.host"], None),
            Self::RedisKeyFile => ours("redis_key_file"),
            Self::RedisPasswordFile => ours("redis_password_file"),
            Self::RedisUrl => ours("redis_url"),
            Self::Scope => shared("scope", &["SCOPES"], &["scopes"], Some("OKTA_API_SCOPES")),
            Self::Timeout => {
                shared("timeout", &["REQUESTTIMEOUT", "REQUEST_TIMEOUT"], &["requestTimeout"], None)
            }
        }
    }

    /// The key in a profile; the flag and the variable are the same words.
    pub(crate) const fn key(self) -> &'static str {
        self.names().key
    }

    pub(super) fn flag(self) -> String {
        format!("--{}", self.key().replace('_', "-"))
    }

    pub(super) fn variable(self) -> String {
        format!("OKTA_M2M_{}", self.key().to_uppercase())
    }

    /// The variables that Okta's SDKs read for the same thing.
    pub(super) fn sdk_variables(self) -> impl Iterator<Item = String> {
        self.names().sdk.iter().map(|end| format!("OKTA_CLIENT_{end}"))
    }

    pub(super) const fn yaml_keys(self) -> &'static [&'static str] {
        self.names().yaml
    }

    pub(super) const fn terraform_variable(self) -> Option<&'static str> {
        self.names().terraform
    }

    /// The setting that this one goes with. What others keep for another client is not mixed with ours: their key id is
    /// that of their key, their proxy the way to their org.
    pub(super) const fn goes_with(self) -> Option<Self> {
        match self {
            Self::Kid => Some(Self::Key),
            Self::Dpop => Some(Self::ClientId),
            Self::Proxy | Self::Timeout => Some(Self::OrgUrl),
            _ => None,
        }
    }

    /// What holds where nothing is set.
    pub(super) const fn default(self) -> Option<&'static str> {
        match self {
            Self::AuthServer => Some("org"),
            Self::Color | Self::Dpop => Some("auto"),
            Self::Format => Some("text"),
            Self::MaxWait => Some("60"),
            Self::Timeout => Some("30"),
            _ => None,
        }
    }

    /// Whether the value is the name of a file.
    pub(super) const fn is_file(self) -> bool {
        matches!(
            self,
            Self::AdminTokenFile
                | Self::CaFile
                | Self::ClientSecretFile
                | Self::Key
                | Self::KeyPassphraseFile
                | Self::RedisKeyFile
                | Self::RedisPasswordFile
        )
    }
}
