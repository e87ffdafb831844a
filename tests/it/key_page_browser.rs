//! The key page in headless Chromium, compared with the program's own reading of what it saved.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::{Sandbox, Served, is_skipped};

use crate::sandbox;

/// What the browser did: a report for each key, and one of all requests and complaints.
struct Visit {
    made: Vec<Value>,
    requests: Vec<String>,
    complaints: Vec<Value>,
}

/// Has the page used as `tests/interop/key-page.mjs` describes it.
fn visit(url: &str) -> Visit {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("interop");
    assert!(
        folder.join("node_modules/playwright-core").is_dir(),
        "the npm packages are missing: run `cargo xtask test`, or `npm ci` in tests/interop"
    );
    let mut browser = Command::new("node")
        .arg("key-page.mjs")
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`node` starts; install it, for example by `apt-get install nodejs`");
    let mut stdin = browser.stdin.take().unwrap();
    writeln!(stdin, "{}", json!({"url": url})).unwrap();
    // Node goes on as long as something may still come.
    drop(stdin);
    let stdout = BufReader::new(browser.stdout.take().unwrap());
    let mut reports: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert!(browser.wait().unwrap().success(), "the page did not do what it should; see above");
    let last = reports.pop().unwrap();
    let requests = last["requests"].as_array().unwrap().iter();
    Visit {
        made: reports,
        requests: requests.map(|it| it.as_str().unwrap().to_owned()).collect(),
        complaints: last["complaints"].as_array().unwrap().clone(),
    }
}

#[test]
fn w_01_05_06_07_every_kind_is_made_copied_and_saved_as_the_program_reads_it() {
    if is_skipped("browser") {
        return;
    }
    let sandbox = sandbox();
    let page = Served::start(&sandbox, &["key", "serve", "--listen", "127.0.0.1:0"]);
    let visit = visit(page.line());
    assert_eq!(visit.complaints, Vec::<Value>::new(), "the console is silent");
    for request in &visit.requests {
        let path = request.strip_prefix(page.line()).unwrap_or_else(|| panic!("{request}"));
        assert!(["", "page.css", "page.js", "keys"].contains(&path), "{request}");
    }
    let kinds = |kty: &str| visit.made.iter().filter(|it| it["made"]["kty"] == kty).count();
    for kty in ["RSA", "EC", "oct", "OKP"] {
        assert!(kinds(kty) >= 10, "{} keys of type {kty}", kinds(kty));
    }
    let has_certificate = |report: &&Value| report["panes"].as_array().unwrap().len() == 6;
    assert!(visit.made.iter().filter(has_certificate).count() >= 4, "certificates were made");
    let taken = visit.made.iter().filter(|report| report["panes"][0].get("file").is_some());
    assert!(taken.count() >= 10, "keys were copied and saved");
    for report in &visit.made {
        Saved { sandbox: &sandbox, report }.check();
    }
}

/// A key that the page made, and what was copied and saved of it.
struct Saved<'a> {
    sandbox: &'a Sandbox,
    report: &'a Value,
}

impl Saved<'_> {
    fn check(&self) {
        for pane in self.report["panes"].as_array().unwrap() {
            for name in ["copied", "downloaded"] {
                assert_eq!(pane.get(name), self.is_taken().then_some(&pane["shown"]), "{pane}");
            }
        }
        if self.report["made"]["kty"] == "oct" {
            self.check_shared();
        } else {
            self.check_pair();
        }
    }

    fn check_shared(&self) {
        let panes = self.report["panes"].as_array().unwrap();
        let ids: Vec<_> = panes.iter().map(|it| it["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["shared-jwk"]);
        assert_ne!(self.report["note"], "", "Okta takes no shared key");
        self.check_members(&serde_json::from_str(self.text("shared-jwk")).unwrap());
    }

    fn check_pair(&self) {
        let jwk = self.write("private-jwk");
        self.check_members(&serde_json::from_str(self.text("private-jwk")).unwrap());
        let public = |file: &str, form: &str| self.run(&["key", "public", file, "--format", form]);
        assert_eq!(public(&jwk, "jwk"), self.text("public-jwk"));
        assert_eq!(public(&jwk, "jwks"), self.text("public-set"));
        assert_eq!(public(&jwk, "pem"), self.text("public-pem"));
        self.check_note(&jwk);
        self.check_certificate();
        if self.is_taken() {
            self.check_every_form(&jwk);
        }
    }

    /// Each text that was saved is the same key.
    fn check_every_form(&self, jwk: &str) {
        let thumbprint = self.run(&["key", "thumbprint", jwk]);
        for id in ["private-pem", "public-jwk", "public-set", "public-pem"] {
            let file = self.write(id);
            assert_eq!(self.run(&["key", "thumbprint", &file]), thumbprint, "{id}");
        }
    }

    /// Whether the panes were copied and saved besides being looked at.
    fn is_taken(&self) -> bool {
        self.report["panes"][0].get("file").is_some()
    }

    /// The page remarks on what the program refuses without `--for any`.
    fn check_note(&self, file: &str) {
        let outcome = self.sandbox.run(&["key", "show", file]);
        let note = self.report["note"].as_str().unwrap();
        if note.is_empty() {
            assert_eq!(outcome.code, 0, "{outcome}");
        } else {
            outcome.refused(3, &[note]);
        }
    }

    /// The certificate, if one was wanted, is for this key.
    fn check_certificate(&self) {
        let panes = self.report["panes"].as_array().unwrap();
        if panes.iter().all(|it| it["id"] != "certificate") || is_skipped("openssl") {
            return;
        }
        let file = self.write("certificate");
        let openssl = Command::new("openssl")
            .args(["x509", "-noout", "-pubkey", "-in", &file])
            .current_dir(self.sandbox.path())
            .output()
            .expect("`openssl` starts; install it, for example by `apt-get install openssl`");
        assert_eq!(String::from_utf8_lossy(&openssl.stdout), self.text("public-pem"));
    }

    /// The key is what was chosen.
    fn check_members(&self, jwk: &Value) {
        for name in ["kty", "crv", "use", "alg"] {
            let chosen = match &self.report["made"][name] {
                Value::String(text) if text == "null" => &Value::Null,
                chosen => chosen,
            };
            assert_eq!(jwk.get(name).unwrap_or(&Value::Null), chosen, "{}", self.report["made"]);
        }
        if let Some(size) = self.report["made"]["size"].as_str().filter(|it| *it != "null") {
            assert!(
                self.report["title"].as_str().unwrap().contains(size),
                "{}",
                self.report["title"]
            );
        }
    }

    fn text(&self, id: &str) -> &str {
        let panes = self.report["panes"].as_array().unwrap();
        let pane =
            panes.iter().find(|it| it["id"] == id).unwrap_or_else(|| panic!("{id}: {panes:?}"));
        pane["shown"].as_str().unwrap()
    }

    /// Writes a saved text and gives the name of the file.
    fn write(&self, id: &str) -> String {
        self.sandbox.write(id, self.text(id));
        id.to_owned()
    }

    fn run(&self, arguments: &[&str]) -> String {
        self.sandbox.run(&[arguments, &["--for", "any"]].concat()).stdout()
    }
}
