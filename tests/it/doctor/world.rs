//! An org, a service that `setup` made ready there, and a set-up that is broken in a known way.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use okta_emulator::{Emulator, EmulatorConfig, LoggedRequest};
use serde_json::{Value, json};
use tests::{Answer, Outcome, Sandbox, send};

use crate::PROGRAM;
use crate::canary::search::Canaries;

pub(super) const ADMIN: [&str; 2] = ["--admin-token-file", "admin-token"];
/// The places in a hint for what nobody can know.
const PLACES: [&str; 2] = [" FILE", "=FILE"];

/// What is broken, and what is known of it.
pub(super) struct World {
    pub(super) org: Emulator,
    pub(super) sandbox: Sandbox,
    pub(super) client_id: String,
    app_id: String,
    pub(super) kid: String,
    secrets: Canaries,
    /// Where the org is said to be, and the proxy before it.
    at: String,
    proxy: String,
    /// What the set-up needs to go on.
    pub(super) alive: Vec<Box<dyn std::any::Any>>,
}

impl World {
    /// A service with the scope `okta.users.read` and the role that it needs.
    pub(super) fn new() -> Self {
        Self::with(EmulatorConfig::default(), "okta.users.read")
    }

    pub(super) fn with_scopes(scopes: &str) -> Self {
        Self::with(EmulatorConfig::default(), scopes)
    }

    pub(super) fn with(config: EmulatorConfig, scopes: &str) -> Self {
        let org = Emulator::start(config).unwrap();
        let sandbox = Sandbox::new(PROGRAM);
        let path = format!("{}/bin:/usr/bin:/bin", sandbox.path().display());
        let sandbox = sandbox.with_variable("PATH", &path);
        sandbox.write("admin-token", org.admin_token());
        let mut setup =
            vec!["setup", "--org-url", org.org_url(), "--name", "svc", "--scope", scopes];
        setup.extend(["--role", "READ_ONLY_ADMIN", "--key", "svc.jwk", "--alg", "ES256"]);
        setup.extend(ADMIN);
        setup.extend(["--format", "json"]);
        let made = sandbox.run(&setup).json();
        let [client_id, app_id] =
            ["client_id", "app_id"].map(|name| made[name].as_str().unwrap().to_owned());
        let key: Value = serde_json::from_str(&sandbox.read("svc.jwk")).unwrap();
        let mut secrets = Canaries::default();
        secrets.add("API token", org.admin_token());
        secrets.add("key", key["d"].as_str().unwrap());
        let kid = key["kid"].as_str().unwrap().to_owned();
        let at = org.org_url().to_owned();
        Self {
            org,
            sandbox,
            client_id,
            app_id,
            kid,
            secrets,
            at,
            proxy: String::new(),
            alive: Vec::new(),
        }
    }

    /// The same with another environment.
    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        match name {
            "OKTA_M2M_ORG_URL" => value.clone_into(&mut self.at),
            "HTTPS_PROXY" => {
                let host = value.trim_start_matches("http://");
                let host = host.rsplit_once('@').map_or(host, |(login, host)| {
                    self.secrets.add("login of the proxy", login);
                    host
                });
                host.clone_into(&mut self.proxy);
            }
            _ => {}
        }
        self.sandbox = self.sandbox.with_variable(name, value);
        self
    }

    /// The profile with a line changed.
    pub(super) fn profile(self, from: &str, to: &str) -> Self {
        let path = self.sandbox.path().join(".config/okta-m2m/config.toml");
        let text = fs::read_to_string(&path).unwrap();
        let changed = text.replace(from, to);
        assert_ne!(text, changed, "`{from}` is not in the profile");
        fs::write(path, changed).unwrap();
        self
    }

    pub(super) fn mode(self, file: &str, mode: u32) -> Self {
        let path = self.sandbox.path().join(file);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Makes a key and gives its public JWK.
    pub(super) fn make_key(&self, file: &str, more: &[&str]) -> Value {
        let words = ["key", "generate", "--alg", "ES256", "-o", file];
        let set: Value = self.sandbox.run(&[&words[..], more].concat()).json();
        set["keys"][0].clone()
    }

    pub(super) fn administer(&self, method: &str, path: &str, body: &Value) -> Answer {
        let url = format!("{}{path}", self.org.org_url());
        send(method, &url, Some(self.org.admin_token()), (!body.is_null()).then_some(body))
    }

    /// The path of the service's app, with more behind it.
    pub(super) fn app(&self, more: &str) -> String {
        format!("/api/v1/apps/{}{more}", self.app_id)
    }

    /// Does something to the service's app.
    pub(super) fn app_action(self, action: &str) -> Self {
        let answer = self.administer("POST", &self.app(action), &Value::Null);
        assert!((200..300).contains(&answer.status), "{action}: {}", answer.body);
        self
    }

    /// Replaces the app's OAuth settings.
    pub(super) fn change_app(self, change: impl Fn(&mut Value)) -> Self {
        let mut app = self.administer("GET", &self.app(""), &Value::Null).json();
        change(&mut app);
        let answer = self.administer("PUT", &self.app(""), &app);
        assert_eq!(answer.status, 200, "{}", answer.body);
        self
    }

    /// Registers another app by the Apps API and makes it the profile's client.
    pub(super) fn for_app(mut self, oauth: &Value, settings: &Value) -> Self {
        let app = json!({
            "name": "oidc_client",
            "label": "other",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": oauth},
            "settings": {"oauthClient": settings},
        });
        let answer = self.administer("POST", "/api/v1/apps", &app);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        self.app_id.clone_from(&id);
        let old = std::mem::replace(&mut self.client_id, id.clone());
        self.profile(&old, &id)
    }

    /// Runs `doctor --format json`.
    pub(super) fn doctor(&self, flags: &[&str]) -> Examined {
        let words = ["doctor", "--format", "json"];
        Examined { outcome: self.sandbox.run(&[&words[..], flags].concat()) }
    }

    /// A text with what the world is made of.
    pub(super) fn fill(&self, text: &str) -> String {
        // What looks like a flag is joined to its own.
        let text = if self.kid.starts_with('-') {
            text.replace("--kid {kid}", "--kid={kid}")
        } else {
            text.to_owned()
        };
        text.replace("{id}", &self.client_id)
            .replace("{kid}", &self.kid)
            .replace("{url}", self.org.org_url())
            .replace("{at}", &self.at)
            .replace("{proxy}", &self.proxy)
            .replace("{dir}", &self.sandbox.path().display().to_string())
    }

    /// Runs a hint as a shell does.
    fn shell(&self, script: &str) -> Outcome {
        self.sandbox.run_under(&["sh", "-c", script], &[])
    }

    fn add_assertions(&mut self) {
        let bodies = self.org.requests().into_iter().map(|it| it.body);
        for body in bodies {
            let assertion = body.split('&').find_map(|it| it.strip_prefix("client_assertion="));
            if let Some(jwt) = assertion {
                self.secrets.add("assertion", jwt.rsplit('.').next().unwrap());
            }
        }
    }
}

/// What came of an examination.
pub(super) struct Examined {
    pub(super) outcome: Outcome,
}

impl Examined {
    /// The report, of an examination without a failure.
    #[track_caller]
    pub(super) fn report(self) -> Value {
        self.outcome.json()
    }
}

#[track_caller]
pub(super) fn finding<'r>(report: &'r Value, check: &str) -> &'r Value {
    let found = report["findings"].as_array().unwrap().iter().find(|it| it["check"] == check);
    found.unwrap_or_else(|| panic!("no `{check}` in {report}"))
}

/// What the hint is good for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mend {
    /// It is run, with this in the place of `FILE`, and then nothing is wrong.
    With(&'static str),
    /// It is a person's to do, or tells more.
    Told,
}

pub(super) const RUN: Mend = Mend::With("");

/// A broken set-up: the one check that must say so, how, and what mends it.
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) broken: fn() -> World,
    pub(super) flags: &'static [&'static str],
    pub(super) check: &'static str,
    pub(super) code: i32,
    pub(super) words: &'static [&'static str],
    /// `{id}`, `{kid}`, `{url}`, `{at}`, `{proxy}` and `{dir}` stand for what the world is made of,
    /// `{n}` for a number of seconds.
    pub(super) hint: &'static str,
    pub(super) mend: Mend,
}

/// Examines each set-up.
#[track_caller]
pub(super) fn check_all(cells: &[Cell]) {
    for cell in cells {
        cell.check();
    }
}

impl Cell {
    #[track_caller]
    fn check(&self) {
        let mut world = (self.broken)();
        let before = world.org.requests().len();
        let outcome = world.doctor(self.flags).outcome;
        let name = self.name;
        assert_eq!(outcome.code, self.code, "{name}: {outcome}");
        let report: Value = serde_json::from_str(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{name}: {error}\n{outcome}"));
        let expected = if self.code == 0 { "warning" } else { "failure" };
        assert_eq!(report["status"], expected, "{name}: {report:#}");
        // Exactly the known cause is the first thing that is told.
        let findings = report["findings"].as_array().unwrap();
        let first = findings.iter().find(|it| it["status"] == expected).unwrap();
        assert_eq!(first["check"], self.check, "{name}: {report:#}");
        let message = first["message"].as_str().unwrap();
        for word in self.words {
            let word = world.fill(word);
            assert!(message.contains(&word), "{name}: `{word}` is not in `{message}`");
        }
        let hint = first["hint"].as_str().unwrap();
        let is_number = |word: &&str| word.parse::<u32>().is_ok();
        let seconds = hint.split(' ').find(is_number).unwrap_or_default();
        assert_eq!(hint, world.fill(self.hint).replace("{n}", seconds), "{name}");
        self.check_streams(&outcome, first);
        assert_eq!(changes(&world.org.requests()[before..]), [""; 0], "{name}");
        world.add_assertions();
        for text in [&outcome.stdout, &outcome.stderr] {
            assert_eq!(world.secrets.sightings(text), [], "{name}");
        }
        self.mend(&world, hint);
    }

    /// The failure object of stderr is that of the first failure.
    #[track_caller]
    fn check_streams(&self, outcome: &Outcome, first: &Value) {
        if self.code == 0 {
            assert_eq!(outcome.stderr, "", "{}", self.name);
            return;
        }
        let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["error"]["code"], self.code, "{}", self.name);
        assert_eq!(error["error"]["hint"], first["hint"], "{}", self.name);
        assert_eq!(first["code"], self.code, "{}", self.name);
        let server = &first["evidence"]["server"];
        assert!(server.is_null() || *server == error["error"]["server"], "{}", self.name);
    }

    #[track_caller]
    fn mend(&self, world: &World, hint: &str) {
        let Mend::With(file) = self.mend else { return };
        let [word, value] = PLACES;
        let script = hint.replace(word, &format!(" {file}")).replace(value, &format!("={file}"));
        let script = if script.starts_with("okta-m2m doctor") {
            script
        } else {
            let flags = self.flags.join(" ");
            format!("{{ {script}; }} >steps && okta-m2m doctor --format json {flags}")
        };
        let outcome = world.shell(&script);
        let name = self.name;
        assert_eq!(outcome.code, 0, "{name}: {script}\n{outcome}");
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(report["status"], "ok", "{name}: {script}\n{report:#}");
    }
}

/// The requests that may have changed something: a token changes nothing but the log.
pub(super) fn changes(requests: &[LoggedRequest]) -> Vec<String> {
    let is_harmless = |it: &&LoggedRequest| match it.method.as_str() {
        "GET" => true,
        "POST" => it.path.ends_with("/v1/token"),
        _ => false,
    };
    let changing = requests.iter().filter(|it| !is_harmless(it));
    changing.map(|it| format!("{} {}", it.method, it.path)).collect()
}
