//! What other users of the machine may see of the program while it runs, and what its children get.

use std::fs;
use std::process::Child;
use std::thread;

use okta_emulator::Fault;

use super::world::{ACCESS_TOKEN, World};

/// The command line and the environment of a running process, as `ps` shows them.
fn shown(child: &Child) -> [String; 2] {
    ["cmdline", "environ"].map(|name| {
        let bytes = fs::read(format!("/proc/{}/{name}", child.id())).unwrap();
        assert!(!bytes.is_empty(), "{name}");
        String::from_utf8_lossy(&bytes).replace('\0', "\n")
    })
}

#[test]
fn tm_01_nobody_reads_a_secret_in_the_process_list() {
    let world = World::with_app();
    for (path, command) in [
        ("/oauth2/v1/token", &["token", "get", "--no-cache", "-vvv"][..]),
        ("/oauth2/v1/introspect", &["token", "introspect"]),
        ("/api/v1/users", &["api", "GET", "/api/v1/users"]),
        ("/api/v1/apps", &["client", "list"]),
    ] {
        let seen = || world.org.requests().iter().filter(|it| it.path == path).count();
        let before = seen();
        world.org.inject(Fault::silence(path));
        let mut child = world.sandbox.spawn(command);
        while seen() == before {
            assert!(child.try_wait().unwrap().is_none(), "{command:?} does not ask for {path}");
            thread::yield_now();
        }
        let [command_line, environment] = shown(&child);
        child.kill().unwrap();
        drop(child.wait_with_output());
        assert!(command_line.contains(command[0]), "{command_line}");
        let canaries = world.canaries.without(&["api-token"]);
        assert_eq!(world.canaries.sightings(&command_line), [], "{command_line}");
        // The API token is in the environment because the sandbox put it there.
        assert_eq!(canaries.sightings(&environment), [], "{environment}");
    }
}

#[test]
fn tm_02_a_command_gets_the_token_and_no_other_secret() {
    let mut world = World::with_app();
    let outcome = world.sandbox.run(&["exec", "--", "env"]);
    let token = world.sandbox.run(&["token", "get"]).stdout();
    world.add_token(&token);
    assert_eq!(outcome.stderr, "");
    let environment = outcome.stdout();
    let seen = world.canaries.sightings(&environment);
    assert!(seen.iter().any(|it| it.name == ACCESS_TOKEN), "{environment}");
    assert!(seen.iter().all(|it| it.name == ACCESS_TOKEN), "{seen:?} in\n{environment}");
    assert!(!environment.contains("REDIS") && !environment.contains("PASS"), "{environment}");
}

#[test]
fn a_file_of_the_cache_is_listed_without_what_is_in_it() {
    let mut world = World::with_app();
    let token = world.sandbox.run(&["token", "get"]).stdout();
    world.add_token(&token);
    let kept = world.cache_files();
    let holds_token = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).contains(token.trim());
    assert!(kept.iter().any(|file| holds_token(fs::read(file).unwrap())), "{kept:?}");
    for format in ["text", "json"] {
        let listing = world.sandbox.run(&["cache", "list", "-vvv", "--format", format]);
        assert_eq!(world.canaries.sightings(&listing.stderr), []);
        let listing = listing.stdout();
        assert!(listing.contains("okta.users.read"), "{listing}");
        assert_eq!(world.canaries.sightings(&listing), [], "{listing}");
    }
}
