//! Commands under clocks that no machine should have.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Parser;
use okta_http::Clock;

use super::run;
use crate::args::Cli;
use crate::context::Context;
use crate::env::Environment;
use crate::exit_code::Class;
use crate::output::Output;

#[derive(Debug)]
struct Stopped(SystemTime);

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) {}
}

/// The class of the failure of a command, if it fails.
fn run_at(secs: u64, words: &[&str]) -> Option<Class> {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("k");
    let jwk = jwk_gen::generate(jwk_gen::KeySpec::new(jwk_gen::Algorithm::Es256, None).unwrap());
    super::key::write_private(&key, &jwk.unwrap()).unwrap();
    let variables = [
        ("HOME", folder.path().to_str().unwrap()),
        ("OKTA_M2M_KEY", key.to_str().unwrap()),
        ("OKTA_M2M_ORG_URL", "https://acme.okta.com"),
        ("OKTA_M2M_CLIENT_ID", "0oa1"),
    ];
    let words: Vec<OsString> = ["okta-m2m"].iter().chain(words).map(OsString::from).collect();
    let cli = Cli::try_parse_from(&words).unwrap();
    let mut output = Output::plain();
    let mut context = Context::new(Environment::of(&variables), cli.global, &mut output, &words);
    context.clock = Arc::new(Stopped(SystemTime::UNIX_EPOCH + Duration::from_secs(secs)));
    run(cli.command, &mut context).err().map(|error| error.class())
}

const YEAR_2106: u64 = 1 << 32;
const END_OF_9999: u64 = 253_402_300_799;

#[test]
fn u_21_a_wrong_clock_is_class_3_where_time_matters() {
    for (secs, class) in [
        (0, Some(Class::File)),
        (YEAR_2106, None),
        (END_OF_9999 + 1, Some(Class::File)),
        (1 << 60, Some(Class::File)),
    ] {
        assert_eq!(run_at(secs, &["assertion", "create"]), class, "{secs}");
    }
}

#[test]
fn u_21_a_wrong_clock_does_not_matter_elsewhere() {
    for secs in [0, YEAR_2106, END_OF_9999, END_OF_9999 + 1, 1 << 60] {
        for words in [
            &["cache", "list"][..],
            &["cache", "clean"],
            &["config", "check", "--scope", "okta.users.read"],
            &["profile", "list"],
            &["scope", "find", "GET", "/api/v1/logs"],
        ] {
            assert_eq!(run_at(secs, words), None, "{words:?} at {secs}");
        }
    }
}
