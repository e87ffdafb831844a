//! The making of keys: every library draws a key and encodes all of its numbers as PKCS#8.

use std::hint::black_box;

use anyhow::{Context as _, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jwk_gen::{Algorithm, KeySpec};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use rsa::pkcs8::EncodePrivateKey;

use crate::sample::{Sample, measure};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many RSA-2048 keys each library makes; the search is geometric, so that fewer than 200 say little
    #[arg(long, default_value_t = 200)]
    rsa2048: usize,
    /// How many RSA-4096 keys each library makes
    #[arg(long, default_value_t = 60)]
    rsa4096: usize,
    /// How many P-256 keys each library makes
    #[arg(long, default_value_t = 200)]
    p256: usize,
}

/// One library's way to make the key in question.
pub(crate) struct Maker {
    pub(crate) name: &'static str,
    pub(crate) make: Box<dyn Fn() -> Result<()>>,
    /// The most of this library's mean time that ours may take.
    goal: Option<f64>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let threads = std::thread::available_parallelism()?;
    println!(
        "{}, AWS-LC and rsa as in bench/Cargo.lock; {threads} threads",
        openssl::version::version()
    );
    compare("RSA-2048", args.rsa2048, &rsa(2048, KeySize::Rsa2048, [0.6, 0.22]))?;
    compare("RSA-4096", args.rsa4096, &rsa(4096, KeySize::Rsa4096, [1.1, 0.4]))?;
    compare("EC P-256", args.p256, &p256())
}

fn compare(title: &str, rounds: usize, makers: &[Maker]) -> Result<()> {
    if rounds == 0 {
        return Ok(());
    }
    let samples = measure(rounds, makers)?;
    let ours = samples.first().context("nothing was measured")?;
    println!("\n### {title}, milliseconds, {rounds} keys each\n");
    println!("| | mean | error | median | p90 | CPU | mean, ours / this | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    for (maker, sample) in makers.iter().zip(&samples) {
        println!("| {} {sample} | {} |", maker.name, verdict(ours, sample, maker.goal));
    }
    Ok(())
}

fn verdict(ours: &Sample, theirs: &Sample, goal: Option<f64>) -> String {
    let (ratio, error) = ours.ratio(theirs);
    let goal = goal.map(|it| format!("{it}: {}", if ratio <= it { "met" } else { "missed" }));
    format!("{ratio:.3} ± {error:.3} | {}", goal.unwrap_or_default())
}

fn rsa(bits: u32, size: KeySize, [aws_lc, openssl]: [f64; 2]) -> Vec<Maker> {
    vec![
        maker("ours", None, move || ours(Algorithm::Rs256, Some(bits))),
        maker("AWS-LC", Some(aws_lc), move || {
            let key = aws_lc_rs::rsa::KeyPair::generate(size)?;
            let encoded: Pkcs8V1Der<'_> = key.as_der()?;
            black_box(encoded);
            Ok(())
        }),
        maker("OpenSSL", Some(openssl), move || {
            black_box(PKey::from_rsa(Rsa::generate(bits)?)?.private_key_to_pkcs8()?);
            Ok(())
        }),
        maker("rsa", None, move || {
            let key = rsa::PrivateKey::new(&mut getrandom::SysRng, bits as usize)?;
            black_box(key.to_pkcs8_der()?);
            Ok(())
        }),
    ]
}

fn p256() -> Vec<Maker> {
    vec![
        maker("ours", None, || ours(Algorithm::Es256, None)),
        maker("AWS-LC", None, || {
            black_box(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?.to_pkcs8v1()?);
            Ok(())
        }),
        maker("OpenSSL", None, || {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
            black_box(PKey::from_ec_key(EcKey::generate(&group)?)?.private_key_to_pkcs8()?);
            Ok(())
        }),
    ]
}

fn ours(algorithm: Algorithm, bits: Option<u32>) -> Result<()> {
    let key = jwk_gen::generate(KeySpec::new(algorithm, bits)?)?;
    black_box(key.expose_pkcs8_der());
    Ok(())
}

fn maker(name: &'static str, goal: Option<f64>, make: impl Fn() -> Result<()> + 'static) -> Maker {
    Maker { name, make: Box::new(make), goal }
}
