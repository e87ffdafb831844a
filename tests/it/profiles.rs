//! `profile …`, and which profile a command uses.

use crate::sandbox;

const CONFIG: &str = "# mine\n[eu]\norg_url = \"https://eu.okta.com\"\nclient_id = \"0oaEu\"\n\
                      [default]\norg_url = \"https://us.okta.com\" # the first\n";

fn with_profiles() -> tests::Sandbox {
    let sandbox = sandbox();
    sandbox.write("config.toml", CONFIG);
    let file = sandbox.path().join("config.toml").to_str().unwrap().to_owned();
    sandbox.with_variable("OKTA_M2M_CONFIG", &file)
}

#[test]
fn profiles_are_listed_shown_and_chosen() {
    let sandbox = with_profiles();
    let list = sandbox.run(&["profile", "list"]).stdout();
    let rows = "  eu       https://eu.okta.com  0oaEu\n* default  https://us.okta.com  -\n";
    assert_eq!(list, rows);
    let used = sandbox.run(&["profile", "use", "eu", "--format", "json"]).json();
    assert_eq!(used["changed"], true);
    assert_eq!(sandbox.read("config.toml"), format!("default_profile = \"eu\"\n{CONFIG}"));
    let list = sandbox.run(&["profile", "list", "--format", "json"]).json();
    assert_eq!(list[0]["used"], true);
    assert_eq!(list[1]["used"], false);
    let shown = sandbox.run(&["profile", "show", "--format", "json"]).json();
    assert_eq!(shown["name"], "eu");
    assert_eq!(shown["settings"]["client_id"], "0oaEu");
    assert!(sandbox.run(&["profile", "show", "default"]).stdout().starts_with("org_url   "));
}

#[test]
fn the_chosen_profile_is_used_unless_another_is_asked_for() {
    let sandbox = with_profiles();
    drop(sandbox.run(&["profile", "use", "eu"]).stdout());
    let org = |arguments: &[&str]| {
        let explain = ["config", "explain", "--format", "json"];
        let all = sandbox.run(&[&explain[..], arguments].concat()).json();
        all["settings"][0]["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(org(&[]), "https://eu.okta.com");
    assert_eq!(org(&["--profile", "default"]), "https://us.okta.com");
}

#[test]
fn u_20_names_of_profiles_that_are_no_names() {
    let sandbox = with_profiles();
    for name in ["../../x", "a/b", ".", ".a", "", &"a".repeat(255)] {
        sandbox.run(&["profile", "use", "--", name]).refused(2, &["name of a profile"]);
        let profile = format!("--profile={name}");
        sandbox
            .run(&["token", "get", &profile])
            .refused(2, &["`--profile`: the name of a profile"]);
    }
    sandbox
        .run(&["profile", "use", "ue"])
        .refused(2, &["no profile `ue`", "the nearest is --profile eu"]);
    sandbox
        .run(&[
            "setup",
            "--profile",
            "EU",
            "--name",
            "x",
            "--scope",
            "okta.users.read",
            "--key",
            "k",
            "--org-url",
            "http://127.0.0.1:1",
            "--admin-token-file",
            "t",
        ])
        .refused(3, &["API token"]);
    sandbox.write("t", "00abc");
    sandbox
        .run(&[
            "setup",
            "--profile",
            "EU",
            "--name",
            "x",
            "--scope",
            "okta.users.read",
            "--key",
            "k",
            "--org-url",
            "http://127.0.0.1:1",
            "--admin-token-file",
            "t",
        ])
        .refused(2, &["`eu`, which is `EU` but for capitals"]);
    assert_eq!(sandbox.read("config.toml"), CONFIG);
    sandbox.write("config.toml", "[a]\n[A]\n");
    sandbox.run(&["profile", "list"]).refused(2, &["config.toml:2:2: profiles `a` and `A` differ"]);
}

#[test]
fn a_default_profile_that_is_gone_is_a_mistake() {
    let sandbox = with_profiles();
    sandbox.write("config.toml", "default_profile = \"gone\"\n[default]\n");
    sandbox.run(&["token", "get"]).refused(2, &["has no profile `gone`"]);
}
