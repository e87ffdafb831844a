//! For fuzzers: what reads settings, without the files that they stand in.

use std::path::PathBuf;

use crate::config_file::ConfigFile;
use crate::error::CliError;
use crate::settings::okta_yaml::OktaYaml;

/// What is wrong with a configuration file of this text.
pub fn config_toml(text: &str) -> Vec<String> {
    match ConfigFile::of_text(PathBuf::from("file"), text) {
        Ok((_, problems)) => problems.iter().map(message).collect(),
        Err(error) => vec![message(&error)],
    }
}

/// What is wrong with an `okta.yaml` of this text.
pub fn okta_yaml(text: &str) -> Vec<String> {
    match OktaYaml::of_text(PathBuf::from("file"), text, false) {
        Ok(file) => file.warnings(),
        Err(error) => vec![message(&error)],
    }
}

/// As it is before the writer of output escapes it.
fn message(error: &CliError) -> String {
    error.message().to_owned()
}
