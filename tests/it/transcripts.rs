//! What a person sees, command by command.

use insta::{Settings, assert_snapshot};
use okta_emulator::{Emulator, EmulatorConfig};
use tests::Sandbox;

use crate::{PROGRAM, sandbox};

/// Replaces what differs from run to run, each by its shape, so that an empty value still shows.
fn stable(sandbox: &Sandbox) -> Settings {
    let mut settings = Settings::clone_current();
    settings.add_filter(&regex_of(&sandbox.path().display().to_string()), "[folder]");
    settings.add_filter(r"(request|error) id `[A-Za-z0-9_-]{20,}`", "$1 id `[id]`");
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.add_filter(r"\b0oa[A-Za-z0-9]{17}\b", "[app id]");
    settings.add_filter(r"\bm2m-svc-[0-9a-f]{20}\b", "[client id]");
    // A thumbprint may begin or end with a dash, where there is no boundary of a word.
    settings.add_filter(r"\b{start-half}[A-Za-z0-9_-]{43}\b{end-half}", "[thumbprint]");
    settings
}

fn regex_of(text: &str) -> String {
    text.chars().flat_map(|c| [(!c.is_alphanumeric()).then_some('\\'), Some(c)]).flatten().collect()
}

/// Runs commands one after the other and writes down what they print.
fn transcript(sandbox: &Sandbox, commands: &[&str]) -> String {
    let mut text = String::new();
    for command in commands {
        let words: Vec<_> = command.split(' ').collect();
        text += &format!("$ okta-m2m {command}\n{}\n", sandbox.run(&words));
    }
    text
}

#[test]
fn help() {
    let text = sandbox().run(&["--help"]).stdout();
    assert_snapshot!(text);
}

#[test]
fn setup_three_times() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let setup = "setup --name svc --scope okta.users.read --role READ_ONLY_ADMIN --key svc.jwk";
    let dry = format!("{setup} --dry-run");
    let text = transcript(&sandbox, &[&dry, setup, setup]);
    stable(&sandbox).bind(|| assert_snapshot!(text));
}

#[test]
fn step_by_step() {
    let org = Emulator::start(EmulatorConfig::default()).unwrap();
    let sandbox = Sandbox::with_org(PROGRAM, &org);
    let set = sandbox.run(&["key", "generate", "--alg", "ES256", "-o", "svc.jwk"]).stdout();
    sandbox.write("svc.jwks", &set);
    let register =
        ["client", "register", "--name", "svc", "--jwks", "svc.jwks", "--format", "json"];
    let client = sandbox.run(&register).json();
    let sandbox = sandbox
        .with_variable("OKTA_M2M_CLIENT_ID", client["client_id"].as_str().unwrap())
        .with_variable("OKTA_M2M_KEY", "svc.jwk");
    let text = transcript(
        &sandbox,
        &[
            "key show svc.jwk",
            "client show",
            "client list",
            "token get --scope okta.users.read",
            "grant add --scope okta.users.read,okta.groups.read",
            "grant add --scope okta.users.read",
            "grant add --scope okta.unheard.of",
            "grant revoke --scope okta.groups.read",
            "grant revoke --scope okta.groups.read",
            "grant list",
            "api GET /api/v1/users --scope okta.users.read",
            "role assign --role READ_ONLY_ADMIN",
            "role assign --role READ_ONLY_ADMIN",
            "role revoke --role READ_ONLY_ADMIN",
            "role assign --role cr0EmuDirReader00001 --resource-set iamEmuDirectory00001",
            "role assign --role NO_SUCH_ADMIN",
            "client show --client-id 0oaUnknown",
        ],
    );
    stable(&sandbox).bind(|| assert_snapshot!(text));
}
