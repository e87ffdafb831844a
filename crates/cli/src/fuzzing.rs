//! For fuzzers: what reads settings, without the files that they stand in.

use std::path::PathBuf;

use crate::config_file::ConfigFile;
use crate::error::CliError;
use crate::output::without_controls;
use crate::settings::okta_yaml::OktaYaml;

/// What is wrong with a configuration file of this text.
pub fn config_toml(text: &str) -> Vec<String> {
    match ConfigFile::of_text(PathBuf::from("file"), text) {
        Ok((_, problems)) => problems.iter().map(told).collect(),
        Err(error) => vec![told(&error)],
    }
}

/// What is wrong with an `okta.yaml` of this text.
pub fn okta_yaml(text: &str) -> Vec<String> {
    match OktaYaml::of_text(PathBuf::from("file"), text, false) {
        Ok(file) => file.warnings().iter().map(|it| without_controls(it)).collect(),
        Err(error) => vec![told(&error)],
    }
}

/// As it is printed.
fn told(error: &CliError) -> String {
    without_controls(error.message())
}
