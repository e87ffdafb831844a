//! Makes a key, stores it in a new file and prints the JWK Set to publish: `create_key FILE`.

use std::io::{self, Write};
use std::path::PathBuf;

use jwk_gen::{Algorithm, JwkSet, KeySpec, generate, key_file};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: create_key FILE")?);
    key_file::check_creatable(&path)?;
    let key = generate(KeySpec::new(Algorithm::Es256, None)?)?;
    key_file::create_new(&path, key.expose_json().as_bytes())?;
    writeln!(io::stdout(), "{}", JwkSet::new(vec![key.public()])?.to_json())?;
    Ok(())
}
