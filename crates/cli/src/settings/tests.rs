//! Which place wins.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

use super::*;
use crate::args::Cli;
use crate::env::Environment;
use crate::output::Output;

/// Resolves the settings of a call with a configuration file of two profiles.
fn resolve(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Settings, CliError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let text = "[default]\norg_url = \"https://file.okta.com\"\nclient_id = \"0oaFile\"\n\
                scope = [\"okta.users.read\", \"okta.groups.read\"]\n[b]\nclient_id = \"0oaB\"\nkey = \"/nowhere/b.jwk\"\n";
    std::fs::write(&file, text).unwrap();
    let config = [("OKTA_M2M_CONFIG", file.to_str().unwrap())];
    let environment = Environment::of(&[variables, &config].concat());
    let words = ["okta-m2m"].iter().chain(arguments).chain(&["completions", "bash"]);
    let words: Vec<OsString> = words.map(OsString::from).collect();
    let cli = Cli::try_parse_from(&words).unwrap();
    let mut output = Output::plain();
    let context = Context::new(environment, cli.global, &mut output, &words);
    Settings::resolve(&context, &ClientArgs::default(), &ScopeArgs::default())
}

#[track_caller]
fn check_org(arguments: &[&str], variables: &[(&str, &str)], expected: &str) {
    let settings = resolve(arguments, variables).unwrap();
    assert_eq!(settings.org_url_if_set().unwrap().as_str(), expected);
}

#[test]
fn the_flag_wins_over_the_variable_over_the_profile_over_the_sdks_variable() {
    let flag = ["--org-url", "https://flag.okta.com"];
    let variable = ("OKTA_M2M_ORG_URL", "https://variable.okta.com");
    let sdk = ("OKTA_CLIENT_ORGURL", "https://sdk.okta.com");
    check_org(&flag, &[variable, sdk], "https://flag.okta.com");
    check_org(&[], &[variable, sdk], "https://variable.okta.com");
    check_org(&[], &[sdk], "https://file.okta.com");
    check_org(&["--profile", "b"], &[sdk], "https://sdk.okta.com");
}

#[test]
fn scopes_of_a_profile_may_be_a_list() {
    let scopes = resolve(&[], &[]).unwrap().scopes().unwrap();
    assert_eq!(scopes.to_string(), "okta.groups.read okta.users.read");
    let scopes = resolve(&[], &[("OKTA_M2M_SCOPE", "a,b c")]).unwrap().scopes().unwrap();
    assert_eq!(scopes.to_string(), "a b c");
}

#[test]
fn a_profile_that_is_asked_for_must_exist() {
    let error = resolve(&["--profile", "c"], &[]).map(drop).unwrap_err();
    assert_eq!(error.class().code(), 2);
    assert!(error.message().contains("has no profile `c`"), "{}", error.message());
}

#[test]
fn a_missing_setting_is_named_with_its_flag_and_variable() {
    let error = resolve(&[], &[]).unwrap().key(&mut Output::plain()).unwrap_err();
    assert_eq!(error.message(), "no key is set");
    assert!(error.hint().unwrap().contains("--key or OKTA_M2M_KEY"));
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    let settings = resolve(&[], &[("OKTA_M2M_CLIENT_ID", "a b")]).unwrap();
    let error = settings.client_id().unwrap_err();
    assert!(error.message().starts_with("`OKTA_M2M_CLIENT_ID`: "), "{}", error.message());
}

#[test]
fn u_18_a_relative_configuration_folder_is_ignored() {
    let environment = Environment::of(&[("XDG_CONFIG_HOME", "relative"), ("HOME", "/home/a")]);
    assert_eq!(environment.folder("XDG_CONFIG_HOME"), None);
    assert_eq!(environment.folder("HOME").as_deref(), Some(Path::new("/home/a")));
}

/// Settings that belong to two clients fail at the org with words that do not say so.
#[test]
fn a_variable_that_makes_another_client_of_a_profile_is_remarked() {
    let remarks = |arguments: &[&str], variables: &[(&str, &str)], is_asked_for| {
        resolve(arguments, variables).unwrap().overrides(is_asked_for)
    };
    let id = ("OKTA_M2M_CLIENT_ID", "0oaOther");
    assert_eq!(
        remarks(&["--profile", "b"], &[id], true),
        [
            "`OKTA_M2M_CLIENT_ID` wins over profile `b`, which has another client id; `unset OKTA_M2M_CLIENT_ID` to use the \
             profile's"
        ]
    );
    // The id alone does not go with the key of the profile, whoever asked for it.
    assert_eq!(remarks(&["--profile", "b"], &[id], false).len(), 1);
    // A client that is wholly described by variables is meant.
    let key = ("OKTA_M2M_KEY", "/nowhere/other.jwk");
    assert_eq!(remarks(&["--profile", "b"], &[id, key], false), [""; 0]);
    assert_eq!(remarks(&["--profile", "b"], &[id, key], true).len(), 2);
    // The same value in both places changes nothing, and neither does a setting that names no client.
    let same = [("OKTA_M2M_CLIENT_ID", "0oaB"), ("OKTA_M2M_KEY", "/nowhere/b.jwk")];
    assert_eq!(remarks(&["--profile", "b"], &same, true), [""; 0]);
    for (url, count) in [("https://FILE.okta.com/", 0), ("https://other.okta.com", 1)] {
        assert_eq!(remarks(&[], &[("OKTA_M2M_ORG_URL", url)], false).len(), count, "{url}");
    }
    assert_eq!(remarks(&[], &[("OKTA_M2M_SCOPE", "okta.apps.read")], true), [""; 0]);
}
