//! A page and a client that sends exactly what a test says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use jwk_gen::PrivateJwk;
use jwk_page::{Config, KeyPage};
use serde_json::{Value, json};

/// 2026-11-23 12:00 UTC.
pub(crate) const NOW: u64 = 1_795_435_200;
/// A certificate for whoever tests what is done with one.
pub(crate) const CERTIFICATE: &str =
    "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

pub(crate) struct Page {
    page: KeyPage,
}

impl Page {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// A page whose configuration was changed before its start.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config();
        change(&mut config);
        Self { page: KeyPage::start(config).unwrap() }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.page.url().split('/').nth(2).unwrap()
    }

    /// Sends a head, line by line, and a body; `HOST` stands for the page's address.
    #[track_caller]
    pub(crate) fn send(&self, head: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = head.join("\r\n").replace("HOST", self.address());
        let text =
            format!("{head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        // The page may refuse before it has read all.
        drop(stream.write_all(text.as_bytes()));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        Answer::parse(&answer)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(&[&format!("GET {path} HTTP/1.1"), "host: HOST"], "")
    }

    /// Asks for a key as the page does, with headers added.
    #[track_caller]
    pub(crate) fn make_with(&self, headers: &[&str], wanted: &Value) -> Answer {
        self.send(&[&POST, headers].concat(), &wanted.to_string())
    }

    #[track_caller]
    pub(crate) fn make(&self, wanted: &Value) -> Answer {
        self.make_with(&[], wanted)
    }
}

/// The head of what the page sends.
pub(crate) const POST: [&str; 4] = [
    "POST /keys HTTP/1.1",
    "host: HOST",
    "content-type: application/json",
    "x-okta-m2m-key-page: 1",
];

pub(crate) fn config() -> Config {
    let now = || SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let certify = |key: &PrivateJwk| match key.kid().map(|it| it.as_str()) {
        Some("no certificate") => Err("not for this key".into()),
        _ => Ok(CERTIFICATE.to_owned()),
    };
    Config::new(Box::new(now), Box::new(certify))
}

/// An ES256 key, which takes no time.
pub(crate) fn wanted() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "size": null,
        "kid": "thumbprint", "certificate": false,
    })
}

/// The same with other members.
pub(crate) fn wanted_with(members: Value) -> Value {
    let mut wanted = wanted();
    wanted.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    wanted
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole answer");
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Self { status, headers: lines.map(header).collect(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The text of a pane.
    #[track_caller]
    pub(crate) fn pane(&self, id: &str) -> String {
        let answer = self.json();
        let panes = answer["panes"].as_array().unwrap();
        let pane =
            panes.iter().find(|it| it["id"] == id).unwrap_or_else(|| panic!("no {id}: {answer}"));
        pane["text"].as_str().unwrap().to_owned()
    }
}
