//! The command line: global options, groups of options that commands share, the commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, ValueEnum, value_parser};

use jwk_gen::{Algorithm, OktaRefusal};

use crate::commands::{Command, FrequentCommand};
use crate::stdin;

/// From nothing to an authorised Okta API call, and staying there
#[derive(Debug, Parser)]
#[command(
    name = "okta-m2m",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  okta-m2m demo
  okta-m2m setup --org-url https://acme.okta.com --name svc --scope okta.users.read \\
      --role READ_ONLY_ADMIN --key svc.jwk --admin-token-file admin-token
  okta-m2m token get"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands that scripts run again and again. To describe all the others takes longer than to find a kept token.
#[derive(Debug, Parser)]
#[command(name = "okta-m2m", version, propagate_version = true, disable_help_subcommand = true)]
struct FrequentCli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: FrequentCommand,
}

impl Cli {
    /// Parses the command line.
    ///
    /// # Errors
    /// clap's report, which is help or the version if that was asked for.
    pub(crate) fn parse_words(words: &[OsString]) -> Result<Self, clap::Error> {
        let is_frequent =
            words.get(1).is_some_and(|word| FrequentCommand::NAMES.iter().any(|it| word == it));
        // Whatever is wrong is told by the whole description.
        match is_frequent.then(|| FrequentCli::try_parse_from(words)) {
            Some(Ok(cli)) => Ok(Self { global: cli.global, command: cli.command.into() }),
            _ => Self::try_parse_from(words),
        }
    }
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Section of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Org URL, for example https://acme.okta.com
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) org_url: Option<String>,
    /// Form of the output: text, or json, which is a promise
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Certificates (PEM) to trust besides the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Deadline of one request in seconds [default: 30]
    #[arg(long, global = true, value_name = "SECS", value_parser = value_parser!(u32).range(1..))]
    pub(crate) timeout: Option<u32>,
    /// Longest wait for a rate limit in seconds [default: 60]
    #[arg(long, global = true, value_name = "SECS", value_parser = value_parser!(u32).range(1..))]
    pub(crate) max_wait: Option<u32>,
    /// Never ask; fail instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Colours on stderr [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<String>,
}

/// The client and its key.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Client")]
pub(crate) struct ClientArgs {
    /// Authorization server: org (default), default, or a custom server's id
    #[arg(long, value_name = "ID")]
    pub(crate) auth_server: Option<String>,
    /// Client id
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Private key: JWK, JWK Set, PEM or DER; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// File of the passphrase of an encrypted key; - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) key_passphrase_file: Option<PathBuf>,
    /// Key id to send, or to choose from a JWK Set
    #[arg(long, value_name = "KID", allow_hyphen_values = true)]
    pub(crate) kid: Option<String>,
    /// File of the client's secret, for a client that has one instead of a key
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// DPoP proofs: auto (as soon as the server demands one), always or never [default: auto]
    #[arg(long, value_name = "MODE")]
    pub(crate) dpop: Option<String>,
    /// Read the server's metadata first, and ask for no token if they are another server's
    #[arg(long)]
    pub(crate) discover: bool,
}

/// The scopes of a token request.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArgs {
    /// Scope; repeatable, also separated by spaces or commas
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,
    #[command(flatten)]
    pub(crate) fleet: FleetArgs,
}

/// The store that a fleet shares its tokens over.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Shared cache")]
pub(crate) struct FleetArgs {
    /// Redis server: rediss://[USER@]HOST[:PORT][/DATABASE]; on this machine redis:// also
    #[arg(long, value_name = "URL")]
    pub(crate) redis_url: Option<String>,
    /// File of the password of the Redis server
    #[arg(long, value_name = "FILE")]
    pub(crate) redis_password_file: Option<PathBuf>,
    /// File of the fleet's sealing key, as `openssl rand -hex 32` makes it
    #[arg(long, value_name = "FILE")]
    pub(crate) redis_key_file: Option<PathBuf>,
}

/// Whose rights administer the org.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Administration")]
pub(crate) struct AdminArgs {
    /// File of the API token (SSWS); - for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) admin_token_file: Option<PathBuf>,
    /// Act with the access token of this profile instead of an API token
    #[arg(long, value_name = "NAME", conflicts_with = "admin_token_file")]
    pub(crate) admin_profile: Option<String>,
}

impl AdminArgs {
    /// Whether the credential comes from stdin, where nothing else can come from then.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.admin_token_file.as_deref().is_some_and(stdin::is_dash)
    }
}

/// The service app that a command is about.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TargetArgs {
    /// Client id of the service app [default: the profile's]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
}

/// Parses an algorithm that Okta takes.
pub(crate) fn for_okta(name: &str) -> Result<Algorithm, String> {
    let algorithm = name.parse::<Algorithm>().map_err(|error| error.to_string())?;
    if !Algorithm::OKTA.contains(&algorithm) {
        return Err(OktaRefusal::Algorithm { algorithm }.to_string());
    }
    Ok(algorithm)
}

/// A yes or no that is always said aloud.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Switch {
    True,
    False,
}

impl From<Switch> for bool {
    fn from(switch: Switch) -> Self {
        switch == Switch::True
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_frequent_command_is_parsed_as_any_other() {
        let lines = [
            ("okta-m2m token get --scope a --format json --dpop never -v", true),
            ("okta-m2m token watch -o file", false),
            ("okta-m2m api GET /api/v1/users --paginate -f limit=2 --profile b", true),
            ("okta-m2m exec --scope a -- env -i", true),
        ];
        for (line, is_frequent) in lines {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let whole = Cli::try_parse_from(&words).unwrap();
            assert_eq!(FrequentCli::try_parse_from(&words).is_ok(), is_frequent, "{line}");
            assert_eq!(format!("{:?}", Cli::parse_words(&words).unwrap()), format!("{whole:?}"));
        }
        for line in [
            "okta-m2m token",
            "okta-m2m token gt",
            "okta-m2m api --help",
            "okta-m2m token get -h",
            "okta-m2m tokn get",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let whole = Cli::try_parse_from(&words).unwrap_err();
            assert_eq!(
                Cli::parse_words(&words).unwrap_err().to_string(),
                whole.to_string(),
                "{line}"
            );
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
