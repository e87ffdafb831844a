//! JSON that is none, and keys that were cut and spliced: nothing panics, and what passes is the
//! same key when it is written and read again.

mod mutation;
mod values;

use jwk_gen::{KeyReader, Keys, ParseKeyError, PrivateJwk, Profile, Read, Source};

use crate::known_answers::{P256, P521, RSA};
use mutation::Mutator;
use values::{LIMITS, NO_VALUES, VALUES};

/// RFC 8037 appendix A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPDURURo"}"#;

/// RFC 7515 appendix A.1.
const OCT: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

const SOURCES: [Source; 2] = [Source::File, Source::Variable];

fn read(bytes: &[u8], source: Source) -> Result<Read<Keys>, ParseKeyError> {
    KeyReader::new().profile(Profile::Any).source(source).keys(bytes)
}

/// The key on one line.
fn compact(jwk: &str) -> String {
    jwk.split_whitespace().collect()
}

/// The key after a member with a value of any form.
fn with(value: &str) -> String {
    compact(P256).replacen('{', &format!("{{\"o\":{value},"), 1)
}

#[track_caller]
fn accepted(text: &str) {
    let expected = PrivateJwk::parse(P256).unwrap().thumbprint();
    for source in SOURCES {
        match read(text.as_bytes(), source).unwrap_or_else(|it| panic!("{it}: {text}")).key {
            Keys::Private(keys) => assert_eq!(keys[0].thumbprint(), expected, "{text}"),
            other => panic!("{other:?}: {text}"),
        }
    }
}

#[track_caller]
fn refused(bytes: &[u8]) {
    for source in SOURCES {
        if let Ok(key) = read(bytes, source) {
            panic!("{key:?} of {}", String::from_utf8_lossy(bytes));
        }
    }
}

#[test]
fn every_value_of_json_may_stand_in_a_key() {
    for value in VALUES {
        accepted(&with(value));
        assert!(serde_json::from_str::<serde_json::Value>(&with(value)).is_ok(), "{value}");
    }
}

#[test]
fn what_is_no_value_of_json_may_not() {
    for value in NO_VALUES {
        refused(with(value).as_bytes());
        refused(value.as_bytes());
    }
    for value in LIMITS {
        drop(read(with(value).as_bytes(), Source::File));
    }
    assert!(VALUES.len() + NO_VALUES.len() > 220);
}

#[test]
fn white_space_order_and_escapes_change_nothing() {
    let key = compact(P256);
    let escaped: String = key
        .split('"')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => part.bytes().map(|byte| format!("\\u{byte:04x}")).collect(),
        })
        .collect::<Vec<_>>()
        .join("\"");
    let spaced = key.replace(':', " :\t").replace(',', "\r\n,\n").replace('}', " }");
    let reversed: Vec<_> = key.trim_matches(['{', '}']).rsplit(',').collect();
    let reversed = format!("{{{}}}", reversed.join(","));
    for text in [&key, &format!(" \t\r\n{key} \t\r\n"), &spaced, &reversed, &escaped] {
        accepted(text);
    }
}

#[test]
fn a_text_around_or_instead_of_the_key_is_refused() {
    let key = compact(P256);
    for text in [
        format!("{key}x"),
        format!("{key}{key}"),
        format!("{key}\n{key}\n"),
        format!("{key},"),
        format!("{key}]"),
        format!("{key}}}"),
        format!("[{key}"),
        format!("[{key}]"),
        format!("({key})"),
        format!("{{{key}}}"),
        format!("x{key}"),
        format!("callback({key})"),
        format!(")]}}'\n{key}"),
        format!("var key = {key};"),
        format!("export const key = {key}"),
        format!("jwk={key}"),
        format!("{key}\0"),
        format!("\0{key}"),
        format!("{key}\u{feff}"),
        format!("\u{feff}\u{feff}{key}"),
        format!("\u{a0}{key}"),
        format!("---\n{key}"),
        format!("<jwk>{key}</jwk>"),
        format!("// key\n{key}"),
        format!("# key\n{key}"),
        key.replace('"', "'"),
        key.replace('"', "`"),
        key.replace('"', "\u{201d}"),
        key.replace('"', "\\\""),
        key.replace('"', ""),
        key.replace(':', "="),
        key.replace(':', "=>"),
        key.replace(',', ";"),
        key.replace(',', "\n"),
        key.replace(',', ",,"),
        key.replace('}', ",}"),
        key.replace('{', "{,"),
        key.replace('{', "["),
        key.replace("\"kty\"", "kty"),
        key.replace("\"kty\"", "u'kty'"),
        key.replace("\"kty\"", "b\"kty\""),
        key.replace("\"kty\":", "\"kty\""),
        key.replace("\"kty\"", "\"k\nty\""),
        key.replace("\"kty\"", "\"\\ud800kty\":1,\"kty\""),
        key.to_uppercase(),
    ] {
        refused(text.as_bytes());
    }
}

#[test]
fn no_beginning_of_a_key_is_one() {
    for key in [compact(P256), compact(ED25519), compact(OCT)] {
        for length in 0..key.len() {
            refused(&key.as_bytes()[..length]);
        }
    }
}

#[test]
fn control_characters_and_foreign_spaces_are_refused() {
    let key = compact(P256);
    for byte in 0..0x20_u8 {
        let control = char::from(byte).to_string();
        refused(with(&format!("\"a{control}b\"")).as_bytes());
        if !b" \t\r\n".contains(&byte) {
            refused(key.replace(':', &format!(":{control}")).as_bytes());
        }
    }
    for space in ['\u{b}', '\u{c}', '\u{85}', '\u{a0}', '\u{2003}', '\u{2028}', '\u{3000}'] {
        refused(key.replace(',', &format!(",{space}")).as_bytes());
    }
}

#[test]
fn other_encodings_than_utf_8_are_refused() {
    let key = compact(P256);
    let utf_16: Vec<u16> = key.encode_utf16().collect();
    refused(&utf_16.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>());
    refused(&utf_16.iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<_>>());
    let with_mark = [0xfeff].iter().chain(&utf_16);
    refused(&with_mark.flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>());
    refused(&key.chars().flat_map(|it| u32::from(it).to_be_bytes()).collect::<Vec<_>>());
    let invalid: [&[u8]; 8] = [
        b"\xff",
        b"\xe9",
        b"\x80",
        b"\xc0\x80",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
    ];
    for bytes in invalid {
        let (before, after) = key.split_once("kty").unwrap();
        refused(&[before.as_bytes(), bytes, after.as_bytes()].concat());
        refused(&[with("\"").trim_end_matches('}').as_bytes(), bytes, b"\"}"].concat());
    }
}

#[test]
fn nesting_is_bounded_and_never_overflows() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let nested = |levels| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        accepted(&with(&nested(20)));
        for levels in [100, 1_000, 10_000] {
            refused(with(&nested(levels)).as_bytes());
            refused(nested(levels).as_bytes());
            refused(open.repeat(levels).as_bytes());
            refused(with(&open.repeat(levels)).as_bytes());
        }
    }
}

/// Keys in every form, to be mutated.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for jwk in [P256, P521, RSA] {
        let key = PrivateJwk::parse(jwk).unwrap();
        seeds.extend([
            key.expose_pkcs8_der().to_vec(),
            key.expose_pkcs8_pem().as_bytes().to_vec(),
            key.public().to_spki_der(),
            key.public().to_spki_pem().into_bytes(),
            key.public().to_json().into_bytes(),
        ]);
        let traditional = [key.expose_pkcs1_der(), key.expose_sec1_der()];
        seeds.extend(traditional.into_iter().flatten().map(|der| der.to_vec()));
        let traditional = [key.expose_pkcs1_pem(), key.expose_sec1_pem()];
        seeds.extend(traditional.into_iter().flatten().map(|pem| pem.as_bytes().to_vec()));
    }
    let set = format!("{{\"keys\":[{}]}}", compact(P256));
    let quoted = serde_json::to_string(&compact(P256)).unwrap();
    let texts = [compact(P256), compact(P521), compact(RSA), compact(ED25519), compact(OCT)];
    seeds.extend(texts.into_iter().chain([set, quoted]).map(String::into_bytes));
    seeds
}

/// Writes and reads again what was read.
#[track_caller]
fn check_again(keys: &Keys, seed: &str) {
    match keys {
        Keys::Private(keys) => {
            for key in keys {
                let again = KeyReader::new().profile(Profile::Any);
                let jwk = again.private(key.expose_json().as_bytes()).expect(seed).key;
                assert_eq!(*jwk.expose_json(), *key.expose_json(), "{seed}");
                let pkcs8 = again.private(&key.expose_pkcs8_der()).expect(seed).key;
                assert_eq!(*pkcs8.expose_pkcs8_der(), *key.expose_pkcs8_der(), "{seed}");
                assert_eq!(pkcs8.thumbprint(), key.thumbprint(), "{seed}");
            }
        }
        Keys::Public(set) => {
            let Keys::Public(again) = read(set.to_json().as_bytes(), Source::File).expect(seed).key
            else {
                panic!("{seed}: not public")
            };
            assert_eq!(again, *set, "{seed}");
        }
        Keys::Symmetric(key) => {
            let text = key.expose_json();
            let Keys::Symmetric(again) = read(text.as_bytes(), Source::File).expect(seed).key
            else {
                panic!("{seed}: not symmetric")
            };
            assert_eq!(*again.expose_json(), *text, "{seed}");
        }
    }
}

/// Whatever passes as a JWK is JSON to a reader that is not ours.
#[track_caller]
fn check_json(bytes: &[u8], seed: &str) {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"{") {
        assert!(serde_json::from_slice::<serde_json::Value>(text).is_ok(), "{seed}");
    }
}

#[test]
fn mutated_keys_are_refused_or_are_keys() {
    const ROUNDS: u64 = 800;
    let seeds = seeds();
    let (mut refusals, mut passes) = (0, 0);
    for round in 0..ROUNDS {
        for (index, seed) in seeds.iter().enumerate() {
            let mut mutator = Mutator::new(round * seeds.len() as u64 + index as u64);
            let bytes = mutator.mutate(seed, &seeds);
            let name = format!("round {round} of seed {index}: {bytes:02x?}");
            match read(&bytes, mutator.choose(&SOURCES)) {
                Ok(read) => {
                    check_json(&bytes, &name);
                    check_again(&read.key, &name);
                    passes += 1;
                }
                Err(refusal) => {
                    assert!(!refusal.to_string().is_empty(), "{name}");
                    refusals += 1;
                }
            }
        }
    }
    // Neither is everything refused, nor does everything pass.
    assert!(passes > 100 && refusals > passes, "{passes} passed, {refusals} refused");
}
