//! The program, built for release, and a client for it to be.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use jwk_gen::{Algorithm, KeySpec};
use tempfile::TempDir;

use super::server::Server;

/// Folders, a key and the settings of one client at `Server`.
pub(crate) struct Program {
    executable: PathBuf,
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Program {
    /// Builds the program, unless it is up to date, and installs it.
    pub(crate) fn build() -> Result<PathBuf> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--quiet", "--package", "okta-m2m"])
            .current_dir(root)
            .status()?;
        ensure!(built.success(), "the program cannot be built");
        // As an installer would. What a linker has just written lies in the page cache in many small pieces, and to map those
        // takes half a millisecond more at each start; the programs that are measured beside it were installed as well.
        let target = Path::new(root).join("target");
        let installed = target.join("installed-okta-m2m");
        if installed.exists() {
            // It may be running.
            std::fs::remove_file(&installed)?;
        }
        std::fs::copy(target.join("release/okta-m2m"), &installed)?;
        Ok(installed)
    }

    /// A client with the kind of key that is the default.
    pub(super) fn new(executable: PathBuf, server: &Server) -> Result<Self> {
        Self::with_key(executable, server, Algorithm::Rs256)
    }

    pub(super) fn with_key(
        executable: PathBuf,
        server: &Server,
        algorithm: Algorithm,
    ) -> Result<Self> {
        let folder = TempDir::new()?;
        let key = jwk_gen::generate(KeySpec::new(algorithm, None)?)?;
        let key_file = folder.path().join("key.jwk");
        jwk_gen::key_file::create_new(&key_file, key.expose_json().as_bytes())?;
        let mut variables = vec![
            ("OKTA_M2M_ORG_URL", server.url.clone()),
            ("OKTA_M2M_CLIENT_ID", "0oa1b2c3d4e5f6g7h8i9".to_owned()),
            ("OKTA_M2M_KEY", key_file.display().to_string()),
            ("OKTA_M2M_SCOPE", "okta.users.read".to_owned()),
        ];
        if let Some(pem) = &server.ca_pem {
            let file = folder.path().join("ca.pem");
            std::fs::write(&file, pem)?;
            variables.push(("OKTA_M2M_CA_FILE", file.display().to_string()));
        }
        Ok(Self { executable, folder, variables })
    }

    /// The same client, with other settings besides.
    pub(super) fn with_variable(mut self, name: &'static str, value: String) -> Self {
        self.variables.push((name, value));
        self
    }

    /// A call with a cache folder of this number.
    pub(super) fn command(&self, cache: usize, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .env("HOME", self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path().join(format!("cache{cache}")))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Runs a call to its end; it has to succeed.
    pub(super) fn run(&self, cache: usize, arguments: &[&str]) -> Result<()> {
        let status = self.command(cache, arguments).status().context("the program does not run")?;
        ensure!(status.success(), "the program failed: {status}");
        Ok(())
    }
}
