//! An org, a Redis server and a client with an encrypted key, all of whose secrets are known.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use okta_emulator::{Emulator, EmulatorConfig};
use serde_json::Value;
use tests::{RedisServer, Sandbox, is_skipped};

use super::search::Canaries;
use crate::PROGRAM;

pub(super) const PASSPHRASE: &str = "passphrase/of+the\"key\\and%more&";
pub(super) const WRONG_PASSPHRASE: &str = "passphrase/of+no\"key\\at%all&<>";
pub(super) const REDIS_PASSWORD: &str = "password/of+the\"fleet\\and%more&";
pub(super) const WRONG_REDIS_PASSWORD: &str = "password/of+no\"fleet\\at%all&<>";
pub(super) const WRONG_API_TOKEN: &str = "00token/of+no\"org\\at%all&<>?";
pub(super) const SEALING_KEY: &str =
    "6d1f0a2b8c3e4d5f60718293a4b5c6d7e8f9010203040506070809a0b0c0d0e0";

pub(super) const ACCESS_TOKEN: &str = "access token";
pub(super) const ASSERTION: &str = "client assertion";
/// The private members of the client's key.
pub(super) const KEY: &str = "key";

const MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

pub(super) struct World {
    pub(super) org: Emulator,
    pub(super) sandbox: Sandbox,
    pub(super) canaries: Canaries,
    /// None where Redis is declared missing: the settings then name a port where nobody is.
    _redis: Option<RedisServer>,
}

impl World {
    /// Everything there but the app, which `setup` makes.
    pub(super) fn new() -> Self {
        let org = Emulator::start(EmulatorConfig::default()).unwrap();
        let redis = (!is_skipped("redis")).then(|| {
            let quoted = REDIS_PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
            RedisServer::start(&[&format!("requirepass \"{quoted}\"")])
        });
        let url = redis.as_ref().map_or_else(|| "redis://127.0.0.1:1".to_owned(), RedisServer::url);
        let sandbox = Sandbox::with_org(PROGRAM, &org)
            .with_variable("OKTA_M2M_KEY_PASSPHRASE_FILE", "passphrase")
            .with_variable("OKTA_M2M_REDIS_URL", &url)
            .with_variable("OKTA_M2M_REDIS_PASSWORD_FILE", "redis-password")
            .with_variable("OKTA_M2M_REDIS_KEY_FILE", "sealing-key")
            .with_variable("OKTA_M2M_SCOPE", "okta.users.read");
        let mut canaries = Canaries::default();
        for (file, secret) in [
            ("passphrase", PASSPHRASE),
            ("wrong-passphrase", WRONG_PASSPHRASE),
            ("redis-password", REDIS_PASSWORD),
            ("wrong-redis-password", WRONG_REDIS_PASSWORD),
            ("wrong-api-token", WRONG_API_TOKEN),
            ("sealing-key", SEALING_KEY),
            ("api-token", org.admin_token()),
        ] {
            sandbox.write(file, secret);
            canaries.add(file, secret);
        }
        let mut world = Self { org, sandbox, canaries, _redis: redis };
        world.make_keys();
        world
    }

    /// Everything there and the app too.
    pub(super) fn with_app() -> Self {
        let world = Self::new();
        let setup = ["setup", "--name", "svc", "--role", "READ_ONLY_ADMIN", "--key", "svc.pem"];
        drop(world.sandbox.run(&setup).stdout());
        world
    }

    /// The client's key, encrypted, and a stranger's, which is not.
    fn make_keys(&mut self) {
        let run = |words: &[&str]| self.sandbox.run(words).stdout();
        let encrypt = ["--to", "pkcs8", "--new-passphrase-file", "passphrase", "-o", "svc.pem"];
        drop(run(&[&["key", "generate", "--alg", "RS256"][..], &encrypt].concat()));
        let convert = ["key", "convert", "svc.pem", "--key-passphrase-file", "passphrase"];
        let private = run(&[&convert[..], &["--to", "jwk"]].concat());
        drop(run(&["key", "generate", "--alg", "ES256", "-o", "stranger.jwk"]));
        let stranger = self.sandbox.read("stranger.jwk");
        assert!(self.sandbox.read("svc.pem").contains("ENCRYPTED PRIVATE KEY"));
        self.add_key(KEY, &private, &["d", "p", "q", "dp", "dq", "qi"]);
        self.add_key("stranger", &stranger, &["d"]);
    }

    /// Each private member, as its text and as its octets.
    fn add_key(&mut self, key: &str, jwk: &str, expected: &[&str]) {
        let jwk: Value = serde_json::from_str(jwk).unwrap();
        let members = MEMBERS.iter().filter(|name| jwk.get(**name).is_some());
        assert_eq!(members.copied().collect::<Vec<_>>(), expected);
        for member in expected {
            let text = jwk[member].as_str().unwrap();
            self.canaries.add(key, text);
            self.canaries.add(key, BASE64_URL_SAFE_NO_PAD.decode(text).unwrap());
        }
    }

    /// Adds what the server was sent: only the signature of an assertion is secret, and everything after it.
    pub(super) fn add_sent_assertions(&mut self) -> usize {
        let mut count = 0;
        for request in self.org.requests() {
            let fields = request.body.split('&');
            for jwt in fields.filter_map(|field| field.strip_prefix("client_assertion=")) {
                self.add_assertion(jwt);
                count += 1;
            }
        }
        count
    }

    pub(super) fn add_assertion(&mut self, jwt: &str) {
        let signature = jwt.trim_end().rsplit('.').next().unwrap();
        self.canaries.add(ASSERTION, signature);
        self.canaries.add(ASSERTION, BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap());
    }

    pub(super) fn add_token(&mut self, token: &str) {
        self.canaries.add(ACCESS_TOKEN, token.trim_end());
    }

    /// The files of kept tokens.
    pub(super) fn cache_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.sandbox.path().join(".cache/okta-m2m")).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
    }
}
