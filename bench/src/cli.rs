//! Whole processes, from the first instruction to the exit status.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::rate::{Rates, Work};
use crate::table::report;
use crate::tokens::{self, Program};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each measurement is repeated
    #[arg(long, default_value_t = 40)]
    rounds: usize,
}

const MILLISECONDS: f64 = 1e3;
const BATCH: u32 = 5;

/// Signs what Node.js has built in for it: no package is loaded.
const NODE_SIGNS: &str = "const c=require('crypto'),f=require('fs'),k=f.readFileSync(process.argv[1]);\
    const b=x=>Buffer.from(JSON.stringify(x)).toString('base64url'),n=Math.floor(Date.now()/1000);\
    const s=b({alg:'ES256'})+'.'+b({iss:'a',sub:'a',aud:'b',iat:n,exp:n+270,jti:c.randomUUID()});\
    console.log(s+'.'+c.sign('sha256',Buffer.from(s),{key:k,dsaEncoding:'ieee-p1363'}).toString('base64url'))";

pub(crate) fn run(args: &Args) -> Result<()> {
    let executable = Program::build()?;
    start(&executable, args.rounds)?;
    keys(&executable, args.rounds)?;
    assertions(&executable, args.rounds)?;
    tokens::processes(args.rounds)
}

fn start(executable: &Path, rounds: usize) -> Result<()> {
    let mut works = [
        work("okta-m2m --version", executable, &["--version"]),
        work("openssl version", Path::new("openssl"), &["version"]),
        work("curl --version", Path::new("curl"), &["--version"]),
        work("node -e 0", Path::new("node"), &["-e", "0"]),
    ];
    let rates = Rates::measure(rounds, MILLISECONDS, &mut works)?;
    report("Start and end", "milliseconds", &rates, &[]);
    Ok(())
}

fn keys(executable: &Path, rounds: usize) -> Result<()> {
    let genpkey = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let mut works = [
        work(
            "okta-m2m key generate",
            executable,
            &["key", "generate", "--alg", "ES256", "-o", "-"],
        ),
        work("openssl genpkey", Path::new("openssl"), &genpkey),
    ];
    let rates = Rates::measure(rounds, MILLISECONDS, &mut works)?;
    report("A P-256 key", "milliseconds", &rates, &[]);
    Ok(())
}

/// A client assertion by a key in a file, without a network.
fn assertions(executable: &Path, rounds: usize) -> Result<()> {
    let folder = TempDir::new()?;
    let key = jwk_gen::generate(jwk_gen::KeySpec::new(jwk_gen::Algorithm::Es256, None)?)?;
    let file = folder.path().join("key.pem");
    jwk_gen::key_file::create_new(&file, key.expose_pkcs8_pem().as_bytes())?;
    let file = file.display().to_string();
    let ours = [
        "assertion",
        "create",
        "--org-url",
        "https://acme.okta.com",
        "--client-id",
        "0oa1",
        "--key",
        &file,
    ];
    let node = ["-e", NODE_SIGNS, &file];
    // What is signed makes no difference: here it is the file of the key itself.
    let openssl = ["dgst", "-sha256", "-sign", &file, &file];
    let mut works = [
        work("okta-m2m assertion create", executable, &ours),
        work("node, its own crypto", Path::new("node"), &node),
        work("openssl dgst, the signature alone", Path::new("openssl"), &openssl),
    ];
    let rates = Rates::measure(rounds, MILLISECONDS, &mut works)?;
    report("A client assertion, ES256", "milliseconds", &rates, &[]);
    Ok(())
}

/// A process whose output nobody reads and that has to succeed.
fn work<'a>(name: &'static str, program: &'a Path, arguments: &'a [&'a str]) -> Work<'a> {
    Work::new(name, BATCH, move || {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        let status = command.status()?;
        ensure!(status.success(), "{command:?}: {status}");
        Ok(())
    })
}
