//! The catalogue of hostile keys: a file for each variant of each row, and what it must come to.
//!
//! `fixtures/keys/index.tsv` is the table; some inputs are too large to keep and are made here.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use tests::{Outcome, Sandbox};

use crate::sandbox;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys");

/// In the folder, and no input.
const NO_INPUTS: [&str; 4] =
    ["README.md", "index.tsv", "P-08-passphrase.txt", "P-08-wrong-passphrase.txt"];

/// A line of the table.
struct Row {
    id: String,
    /// A name in the folder, a name that [`make`] knows, or an absolute path.
    file: String,
    command: String,
    code: i32,
    words: Vec<String>,
}

impl Row {
    fn parse(line: &str) -> Self {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next().unwrap_or_default();
        let (id, file, command, code) = (field(), field(), field(), field());
        let words = field().split(" | ").map(str::to_owned).collect();
        Self { id, file, command, code: code.parse().unwrap(), words }
    }

    fn is_kept(&self) -> bool {
        !self.file.starts_with('/') && Path::new(FOLDER).join(&self.file).is_file()
    }

    /// What the command came to, with the file as an argument, on stdin, or in a variable.
    fn run(&self, sandbox: &Sandbox) -> Outcome {
        let path = sandbox.path().join(&self.file);
        let (variable, command) = match self.command.split_once("=FILE ") {
            Some((name, command)) => (Some(name), command),
            None => (None, self.command.as_str()),
        };
        let arguments: Vec<_> =
            command.split(' ').map(|it| if it == "FILE" { &self.file } else { it }).collect();
        if arguments.contains(&"-") {
            return sandbox.run_with_reader(&arguments, File::open(path).unwrap());
        }
        let Some(name) = variable else { return sandbox.run(&arguments) };
        let content = fs::read_to_string(path).unwrap();
        crate::sandbox().with_variable(name, &content).run(&arguments)
    }

    /// What is wrong with an outcome.
    fn complaint(&self, outcome: &Outcome, content: &[u8]) -> Option<String> {
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        let missing = self.words.iter().find(|word| !said.contains(word.as_str()));
        let problem = if outcome.code != self.code {
            format!("exit {} and not {}", outcome.code, self.code)
        } else if let Some(word) = missing {
            format!("`{word}` is not said")
        } else if self.code != 0 && !outcome.stdout.is_empty() {
            "a result in spite of the refusal".to_owned()
        } else if self.code != 0 && quotes(&outcome.stderr, content) {
            "the message quotes the file".to_owned()
        } else {
            return None;
        };
        Some(format!("{} ({}): {problem}\n{outcome}", self.file, self.command))
    }
}

/// Whether a text has a piece of the content that is long enough to be of a key.
fn quotes(text: &str, content: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    content
        .split(|byte| !is_base64(byte))
        .filter(|piece| piece.len() >= 24)
        .any(|piece| text.contains(&*String::from_utf8_lossy(&piece[..24])))
}

fn table() -> Vec<Row> {
    let table = fs::read_to_string(Path::new(FOLDER).join("index.tsv")).unwrap();
    table.lines().filter(|line| !line.starts_with('#')).map(Row::parse).collect()
}

#[test]
fn every_row_has_files_and_every_file_a_row() {
    let table = table();
    let rows: BTreeSet<_> = table.iter().map(|row| row.id.clone()).collect();
    let pem = (1..=24).map(|number| format!("P-{number:02}"));
    let jwk = (1..=20).map(|number| format!("J-{number:02}"));
    assert_eq!(rows, pem.chain(jwk).collect());
    for row in &table {
        let named = row.file.starts_with(&format!("{}-", row.id));
        assert!(named || row.file.starts_with('/'), "{} in {}", row.file, row.id);
    }
    let listed: BTreeSet<_> =
        table.iter().filter(|row| row.is_kept()).map(|row| row.file.as_str()).collect();
    for entry in fs::read_dir(FOLDER).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(listed.contains(name.as_str()) || NO_INPUTS.contains(&name.as_str()), "{name}");
    }
}

/// Runs the rows whose ids begin like this, and complains of all that went wrong at once.
fn walk(prefix: &str) {
    let table: Vec<_> = table().into_iter().filter(|row| row.id.starts_with(prefix)).collect();
    let sandbox = sandbox();
    sandbox.write("P-08-passphrase.txt", "correct horse battery staple\n");
    sandbox.write("P-08-wrong-passphrase.txt", "Tr0ub4dor&3\n");
    let mut complaints = Vec::new();
    for row in &table {
        if row.is_kept() {
            sandbox.write(&row.file, &fs::read(Path::new(FOLDER).join(&row.file)).unwrap());
        } else if !row.file.starts_with('/') && !sandbox.path().join(&row.file).exists() {
            make(&row.file, &sandbox);
        }
        let outcome = row.run(&sandbox);
        let content = if row.is_kept() { sandbox_bytes(&sandbox, &row.file) } else { Vec::new() };
        complaints.extend(row.complaint(&outcome, &content));
    }
    assert!(
        complaints.is_empty(),
        "{} of {} are wrong\n{}",
        complaints.len(),
        table.len(),
        complaints.join("\n")
    );
}

fn sandbox_bytes(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    fs::read(sandbox.path().join(name)).unwrap()
}

#[test]
fn pem_and_der_files_come_to_what_the_catalogue_says() {
    walk("P-");
}

#[test]
fn jwk_files_come_to_what_the_catalogue_says() {
    walk("J-");
}

/// Makes an input that is too large, or no file at all.
fn make(name: &str, sandbox: &Sandbox) {
    let jwk = |n: String| format!("{{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"{n}\"}}");
    let pem = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let content = match name {
        "P-06-1-mib-line.pem" => pem("PRIVATE KEY", &"A".repeat(1 << 20)),
        "P-13-1-mbit-modulus.pem" => pem("RSA PRIVATE KEY", &"/".repeat(180_000)),
        "P-13-1-mbit-modulus.jwk" => jwk("v".repeat(174_764)),
        "J-09-1-mib-n.jwk" => jwk("v".repeat(1 << 20)),
        "J-09-100000-keys.jwks" => format!("{{\"keys\":[{}{{}}]}}", "{},".repeat(99_999)),
        "J-09-depth-100000.jwk" => {
            format!("{{\"kty\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))
        }
        "P-23-65537-bytes.pem" => " ".repeat(65537),
        _ => return make_no_plain_file(name, sandbox),
    };
    sandbox.write(name, &content);
}

fn make_no_plain_file(name: &str, sandbox: &Sandbox) {
    let path = sandbox.path().join(name);
    match name {
        "P-23-fifo.pem" => {
            assert!(
                Command::new("mkfifo").args(["-m", "600"]).arg(path).status().unwrap().success()
            );
        }
        "P-23-10-gib.pem" => {
            sandbox.write(name, "");
            File::options().write(true).open(path).unwrap().set_len(10 << 30).unwrap();
        }
        _ => panic!("{name} is neither in the folder nor made here"),
    }
}
