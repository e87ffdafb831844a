//! The PEM and DER files of PyPI `cryptography_vectors`: each is read as `cryptography` reads it, or
//! refused for a reason that stands here.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tests::{ForeignProgram, Outcome, Sandbox, is_skipped};

use crate::sandbox;

/// Why a file is refused: the beginning of its path, and a word of the message. The first that fits
/// counts; a file that none fits must be accepted.
const REFUSALS: &[(&str, &str)] = &[];

#[test]
fn every_vector_is_read_as_by_cryptography_or_refused_with_its_reason() {
    if is_skipped("python") {
        return;
    }
    let vectors = ForeignProgram::python("read_vectors.py").ask(&json!({}));
    let folder = Path::new(vectors["folder"].as_str().unwrap());
    let files = vectors["files"].as_array().unwrap();
    let sandbox = sandbox();
    let complaints: Vec<_> =
        files.iter().filter_map(|facts| Vector { folder, facts }.complaint(&sandbox)).collect();
    let count = complaints.len();
    assert!(complaints.is_empty(), "{count} of {}\n{}", files.len(), complaints.join("\n"));
    assert!(files.len() > 380, "{} files", files.len());
    let unused = REFUSALS.iter().find(|(beginning, _)| {
        !files.iter().any(|it| it["file"].as_str().unwrap().starts_with(beginning))
    });
    assert_eq!(unused, None, "a reason that nothing needs");
}

/// A file and what `cryptography` says of it.
struct Vector<'a> {
    folder: &'a Path,
    facts: &'a Value,
}

impl Vector<'_> {
    fn name(&self) -> &str {
        self.facts["file"].as_str().unwrap()
    }

    /// What is wrong with our reading of the file.
    fn complaint(&self, sandbox: &Sandbox) -> Option<String> {
        let outcome = self.show(sandbox);
        let reason = REFUSALS.iter().find(|(beginning, _)| self.name().starts_with(beginning));
        let problem = match (outcome.code, reason) {
            (0, Some(_)) => "accepted".to_owned(),
            (0, None) => self.difference(&outcome)?,
            (3, Some((_, word))) if outcome.stderr.contains(word) => return None,
            (3, Some((_, word))) => format!("refused, and `{word}` is not said"),
            (3, None) => "refused".to_owned(),
            (code, _) => format!("exit {code}"),
        };
        Some(format!("{}: {problem}, of {}\n{outcome}", self.name(), self.facts))
    }

    fn show(&self, sandbox: &Sandbox) -> Outcome {
        sandbox.write("key", fs::read(self.folder.join(self.name())).unwrap());
        let show = ["key", "show", "key", "--for", "any", "--format", "json"];
        let Some(passphrase) = self.facts["passphrase"].as_str() else {
            return sandbox.run(&show);
        };
        sandbox.write("passphrase", passphrase);
        sandbox.run(&[&show[..], &["--key-passphrase-file", "passphrase"]].concat())
    }

    fn difference(&self, outcome: &Outcome) -> Option<String> {
        let ours: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let differing =
            ["private", "thumbprint"].into_iter().find(|fact| ours[fact] != self.facts[fact]);
        differing.map(|fact| format!("another `{fact}`"))
    }
}
