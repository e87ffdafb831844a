//! Makes a key and prints the JWK Set to publish; the private half is dropped and wiped.

use std::io::{self, Write};

use jwk_gen::{Algorithm, JwkSet, KeySpec, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = generate(KeySpec::new(Algorithm::Es256, None)?)?;
    let set = JwkSet::new(vec![key.public()])?;
    writeln!(io::stdout(), "{}", set.to_json())?;
    Ok(())
}
