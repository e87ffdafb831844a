//! The settings that have a flag, a variable and a key of a profile.

/// A setting that more than one place can make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Setting {
    AuthServer,
    ClientId,
    ClientSecretFile,
    Dpop,
    Key,
    KeyPassphraseFile,
    Kid,
    OrgUrl,
    RedisKeyFile,
    RedisPasswordFile,
    RedisUrl,
    Scope,
}

impl Setting {
    /// The keys of a profile.
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

    /// The key in a profile; the flag and the variable are the same words.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::AuthServer => "auth_server",
            Self::ClientId => "client_id",
            Self::ClientSecretFile => "client_secret_file",
            Self::Dpop => "dpop",
            Self::Key => "key",
            Self::KeyPassphraseFile => "key_passphrase_file",
            Self::Kid => "kid",
            Self::OrgUrl => "org_url",
            Self::RedisKeyFile => "redis_key_file",
            Self::RedisPasswordFile => "redis_password_file",
            Self::RedisUrl => "redis_url",
            Self::Scope => "scope",
        }
    }

    pub(super) fn flag(self) -> String {
        format!("--{}", self.key().replace('_', "-"))
    }

    pub(super) fn variable(self) -> String {
        format!("OKTA_M2M_{}", self.key().to_uppercase())
    }

    /// The variable that Okta's SDKs read for the same thing.
    pub(super) const fn sdk_variable(self) -> Option<&'static str> {
        match self {
            Self::AuthServer
            | Self::ClientSecretFile
            | Self::Dpop
            | Self::KeyPassphraseFile
            | Self::RedisKeyFile
            | Self::RedisPasswordFile
            | Self::RedisUrl => None,
            Self::ClientId => Some("OKTA_CLIENT_CLIENTID"),
            Self::Key => Some("OKTA_CLIENT_PRIVATEKEY"),
            Self::Kid => Some("OKTA_CLIENT_PRIVATEKEYID"),
            Self::OrgUrl => Some("OKTA_CLIENT_ORGURL"),
            Self::Scope => Some("OKTA_CLIENT_SCOPES"),
        }
    }
}
