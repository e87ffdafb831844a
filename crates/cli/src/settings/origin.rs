//! Where a setting came from.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    Flag(String),
    Variable(String),
    Profile {
        profile: String,
        key: &'static str,
        file: PathBuf,
    },
    /// A variable of Okta's SDKs.
    SdkVariable(String),
    /// A file of Okta's SDKs.
    OktaYaml {
        key: String,
        file: PathBuf,
        line: usize,
    },
    /// A variable of Okta's provider for Terraform.
    Terraform(String),
    /// A variable that every program reads, such as `HTTPS_PROXY`.
    Machine(&'static str),
}

/// Settings that belong together: what is ours does not mix with what somebody else keeps for another client.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Family {
    Ours,
    Sdk,
    Terraform,
}

impl Origin {
    /// The lower wins.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Variable(_) => 1,
            Self::Profile { .. } => 2,
            Self::SdkVariable(_) => 3,
            Self::OktaYaml { .. } => 4,
            Self::Terraform(_) => 5,
            Self::Machine(_) => 6,
        }
    }

    pub(crate) fn family(&self) -> Family {
        match self {
            Self::SdkVariable(_) | Self::OktaYaml { .. } => Family::Sdk,
            Self::Terraform(_) => Family::Terraform,
            _ => Family::Ours,
        }
    }

    /// Whether the value stands where its owner named a file on purpose, and not where a secret is put as well.
    pub(super) fn names_files(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Profile { .. })
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Flag(name) => json!({"kind": "flag", "name": name}),
            Self::Variable(name) => json!({"kind": "variable", "name": name}),
            Self::Profile { profile, key, file } => {
                json!({"kind": "profile", "name": key, "profile": profile, "file": file.display().to_string()})
            }
            Self::SdkVariable(name) => json!({"kind": "sdk_variable", "name": name}),
            Self::OktaYaml { key, file, line } => {
                json!({"kind": "okta_yaml", "name": key, "file": file.display().to_string(), "line": line})
            }
            Self::Terraform(name) => json!({"kind": "terraform_variable", "name": name}),
            Self::Machine(name) => json!({"kind": "machine_variable", "name": name}),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name)
            | Self::Variable(name)
            | Self::SdkVariable(name)
            | Self::Terraform(name) => write!(f, "`{name}`"),
            Self::Machine(name) => write!(f, "`{name}`"),
            Self::Profile { profile, key, file } => {
                write!(f, "`{key}` of profile `{profile}` in {}", file.display())
            }
            Self::OktaYaml { key, file, line } => {
                write!(f, "`{key}` in {}:{line}", file.display())
            }
        }
    }
}
