//! The environment variables that the program reads; the reference page is made from these.

/// An environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The flag that wins over it.
    pub flag: Option<&'static str>,
    /// What it sets.
    pub meaning: &'static str,
}

/// Every variable that the program reads.
pub const VARIABLES: &[Variable] = &[
    flag("OKTA_M2M_ORG_URL", "--org-url", "org URL"),
    flag("OKTA_M2M_AUTH_SERVER", "--auth-server", "`org`, `default` or a custom server's id"),
    flag("OKTA_M2M_CLIENT_ID", "--client-id", "client id"),
    flag("OKTA_M2M_KEY", "--key", "file of the client's private key"),
    flag(
        "OKTA_M2M_KEY_PASSPHRASE_FILE",
        "--key-passphrase-file",
        "file of the passphrase of an encrypted key",
    ),
    flag("OKTA_M2M_KID", "--kid", "key id"),
    flag(
        "OKTA_M2M_CLIENT_SECRET_FILE",
        "--client-secret-file",
        "file of the secret of a client that has one instead of a key",
    ),
    flag("OKTA_M2M_DPOP", "--dpop", "`auto`, `always` or `never`"),
    flag("OKTA_M2M_SCOPE", "--scope", "scopes, separated by spaces or commas"),
    flag("OKTA_M2M_REDIS_URL", "--redis-url", "Redis server over which a fleet shares its tokens"),
    flag(
        "OKTA_M2M_REDIS_PASSWORD_FILE",
        "--redis-password-file",
        "file of the password of the Redis server",
    ),
    flag("OKTA_M2M_REDIS_KEY_FILE", "--redis-key-file", "file of the fleet's sealing key"),
    alone("OKTA_M2M_ADMIN_TOKEN", "API token (SSWS) for the commands that administer the org"),
    flag("OKTA_M2M_ADMIN_TOKEN_FILE", "--admin-token-file", "file of the API token"),
    flag("OKTA_M2M_ADMIN_PROFILE", "--admin-profile", "profile whose token administers the org"),
    flag("OKTA_M2M_PROFILE", "--profile", "profile"),
    alone(
        "OKTA_M2M_CONFIG",
        "configuration file, in the place of `$XDG_CONFIG_HOME/okta-m2m/config.toml`",
    ),
    alone(
        "OKTA_M2M_CACHE_DIR",
        "folder of kept tokens, in the place of `$XDG_RUNTIME_DIR/okta-m2m`",
    ),
    alone(
        "OKTA_M2M_STATE_DIR",
        "folder of journals of what is sent once only, in the place of `$XDG_STATE_HOME/okta-m2m`",
    ),
    flag("OKTA_M2M_FORMAT", "--format", "`text` or `json`"),
    flag("OKTA_M2M_CA_FILE", "--ca-file", "certificates to trust besides the system's"),
    flag("OKTA_M2M_TIMEOUT", "--timeout", "deadline of one request in seconds"),
    flag("OKTA_M2M_MAX_WAIT", "--max-wait", "longest wait for a rate limit in seconds"),
    flag("OKTA_M2M_COLOR", "--color", "`auto`, `always` or `never`"),
    alone("OKTA_CLIENT_ORGURL", "org URL, as Okta's SDKs read it"),
    alone("OKTA_CLIENT_CLIENTID", "client id, as Okta's SDKs read it"),
    alone(
        "OKTA_CLIENT_PRIVATEKEY",
        "private key (PEM, also with `\\n` for line breaks, or JWK) or its file, as Okta's SDKs read it",
    ),
    alone("OKTA_CLIENT_JWK", "private key as JWK, as Okta's SDK for Go reads it"),
    alone("OKTA_CLIENT_PRIVATEKEYID", "key id, as Okta's SDK for Go reads it"),
    alone("OKTA_CLIENT_KEYID", "key id, as Okta's SDK for Node.js reads it"),
    alone("OKTA_CLIENT_KID", "key id, as Okta's SDKs for Python and Java read it"),
    alone("OKTA_CLIENT_SCOPES", "scopes, as Okta's SDKs read them"),
    alone("OKTA_CLIENT_DPOPENABLED", "`true` for `--dpop always`, `false` for `auto`"),
    alone("OKTA_CLIENT_TOKEN", "API token (SSWS), as Okta's SDKs read it"),
    alone(
        "OKTA_CLIENT_REQUESTTIMEOUT",
        "deadline of one request in seconds, if Okta's SDK settings name the org; \
         `OKTA_CLIENT_REQUEST_TIMEOUT` also",
    ),
    alone(
        "OKTA_CLIENT_PROXY_HOST",
        "proxy, if Okta's SDK settings name the org; with `OKTA_CLIENT_PROXY_PORT`, \
         `OKTA_CLIENT_PROXY_USERNAME` and `OKTA_CLIENT_PROXY_PASSWORD`",
    ),
    alone("OKTA_ORG_NAME", "org, as Okta's provider for Terraform reads it: `https://NAME.DOMAIN`"),
    alone("OKTA_BASE_URL", "domain of `OKTA_ORG_NAME`, `okta.com` unless it is set"),
    alone("OKTA_API_CLIENT_ID", "client id, as Okta's provider for Terraform reads it"),
    alone(
        "OKTA_API_PRIVATE_KEY",
        "private key or its file, as Okta's provider for Terraform reads it",
    ),
    alone("OKTA_API_PRIVATE_KEY_ID", "key id, as Okta's provider for Terraform reads it"),
    alone("OKTA_API_SCOPES", "scopes, as Okta's provider for Terraform reads them"),
    alone("OKTA_API_TOKEN", "API token (SSWS), as Okta's provider for Terraform reads it"),
    alone("HTTPS_PROXY", "proxy for https requests; `https_proxy` and `ALL_PROXY` also"),
    alone("NO_PROXY", "hosts that are reached without the proxy; `no_proxy` also"),
    alone("NO_COLOR", "no colours, if it is not empty"),
    alone("TERM", "no spinner, if it is empty or `dumb`"),
    alone("XDG_CONFIG_HOME", "folder of configuration files"),
    alone("XDG_RUNTIME_DIR", "folder of files that are gone at logout, for tokens"),
    alone("XDG_CACHE_HOME", "folder of caches, for tokens"),
    alone("HOME", "home folder, for `~/.config`, `~/.cache` and `~/.okta/okta.yaml`"),
    alone("PATH", "search path, which `emulator exec` hands on with this program first"),
];

const fn flag(name: &'static str, flag: &'static str, meaning: &'static str) -> Variable {
    Variable { name, flag: Some(flag), meaning }
}

const fn alone(name: &'static str, meaning: &'static str) -> Variable {
    Variable { name, flag: None, meaning }
}
