//! Prints what a key file holds and its RFC 7638 thumbprint, whatever the format: `thumbprint FILE`.

use std::io::{self, Write};
use std::path::PathBuf;

use jwk_gen::{JwkSet, KeyReader, Keys, PrivateJwk, Profile, key_file};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: thumbprint FILE")?);
    let read = key_file::read_keys(&path, &KeyReader::new().profile(Profile::Any))?;
    for repair in &read.repairs {
        writeln!(io::stderr(), "{repair}")?;
    }
    let keys = match read.key {
        Keys::Public(keys) => keys,
        Keys::Private(keys) => JwkSet::new(keys.iter().map(PrivateJwk::public).collect())?,
        Keys::Symmetric(_) => return Err("a shared key has no public half".into()),
    };
    for key in &keys {
        writeln!(io::stdout(), "{} {}", key.thumbprint(), key.kind())?;
    }
    Ok(())
}
