//! Every format out and in, with OpenSSL's program as the judge of what we write.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jwk_gen::{
    Algorithm, DecryptError, KeyReader, KeySpec, Keys, ParseKeyError, ParsePemError, Passphrase,
    PrivateJwk, Profile, Repair, Source, generate,
};

use crate::openssl::{openssl, openssl_text};

const KINDS: [Algorithm; 7] = [
    Algorithm::Rs256,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Es256k,
    Algorithm::EdDsa,
    Algorithm::EcdhEs,
];

fn make(algorithm: Algorithm) -> PrivateJwk {
    generate(KeySpec::new(algorithm, None).unwrap()).unwrap()
}

fn any() -> KeyReader {
    KeyReader::new().profile(Profile::Any)
}

#[track_caller]
fn read(bytes: &[u8]) -> (PrivateJwk, Vec<Repair>) {
    let read = any().private(bytes).unwrap();
    (read.key, read.repairs)
}

#[test]
fn openssl_reads_every_private_format_and_so_do_we() {
    for algorithm in KINDS {
        let key = make(algorithm);
        let spki = key.public().to_spki_pem();
        let mut forms: Vec<Vec<u8>> =
            vec![key.expose_pkcs8_der().to_vec(), key.expose_pkcs8_pem().as_bytes().to_vec()];
        match (key.expose_pkcs1_pem(), key.expose_sec1_pem()) {
            (Ok(pem), Err(_)) => {
                forms.extend([pem.as_bytes().to_vec(), key.expose_pkcs1_der().unwrap().to_vec()]);
            }
            (Err(_), Ok(pem)) => {
                forms.extend([pem.as_bytes().to_vec(), key.expose_sec1_der().unwrap().to_vec()]);
            }
            (Err(pkcs1), Err(sec1)) => {
                assert!(matches!(algorithm, Algorithm::EdDsa), "{algorithm}: {pkcs1}, {sec1}");
            }
            (Ok(_), Ok(_)) => panic!("{algorithm} has both"),
        }
        for form in forms {
            let public = openssl(&["pkey", "-pubout"], &form);
            assert_eq!(String::from_utf8_lossy(&public), spki, "{algorithm}");
            let (again, repairs) = read(&form);
            assert_eq!(again.thumbprint(), key.thumbprint(), "{algorithm}");
            assert_eq!(*again.expose_pkcs8_der(), *key.expose_pkcs8_der(), "{algorithm}");
            assert_eq!(repairs, []);
        }
        for public in [spki.clone().into_bytes(), key.public().to_spki_der()] {
            let Keys::Public(set) = any().keys(&public).unwrap().key else { panic!("{algorithm}") };
            assert_eq!(set.keys()[0].to_spki_pem(), spki);
        }
    }
}

#[test]
fn x25519_and_ed25519_are_openssls() {
    for (option, algorithm) in [("ED25519", Algorithm::EdDsa), ("X25519", Algorithm::EcdhEs)] {
        let pem = openssl_text(&["genpkey", "-algorithm", option], "");
        let (key, _) = read(pem.as_bytes());
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(*key.expose_pkcs8_pem(), pem);
        assert_eq!(key.public().to_spki_pem(), openssl_text(&["pkey", "-pubout"], &pem));
    }
}

#[test]
fn encryption_goes_both_ways() {
    let key = make(Algorithm::Es256);
    let passphrase = Passphrase::new("correct horse").unwrap();
    let opener = any().passphrase(Some(passphrase.clone()));
    let pem = key.to_encrypted_pkcs8_pem(&passphrase).unwrap();
    assert_ne!(pem, key.to_encrypted_pkcs8_pem(&passphrase).unwrap(), "the salt is drawn anew");
    let opened = openssl_text(&["pkey", "-passin", "pass:correct horse"], &pem);
    assert_eq!(*key.expose_pkcs8_pem(), opened);
    let scheme = openssl_text(&["asn1parse"], &pem);
    for expected in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", ":0927C0"] {
        assert!(scheme.contains(expected), "{expected} is missing:\n{scheme}");
    }
    assert_eq!(opener.private(pem.as_bytes()).unwrap().key.thumbprint(), key.thumbprint());
    let der = key.to_encrypted_pkcs8_der(&passphrase).unwrap();
    assert_eq!(opener.private(&der).unwrap().key.thumbprint(), key.thumbprint());
    let encrypt = ["pkcs8", "-topk8", "-passout", "pass:correct horse"];
    for scheme in [
        &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"][..],
        &["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"],
        &["-v2", "des3"],
        &["-scrypt"],
    ] {
        let pem = openssl_text(&[&encrypt, scheme].concat(), &opened);
        let read = opener.private(pem.as_bytes()).unwrap_or_else(|it| panic!("{scheme:?}: {it:?}"));
        assert_eq!(read.key.thumbprint(), key.thumbprint(), "{scheme:?}");
    }
}

#[test]
fn an_encrypted_key_that_stays_closed_says_why() {
    let key = make(Algorithm::Es256);
    let reader = |text: &str| any().passphrase(Some(Passphrase::new(text).unwrap()));
    let pem = key.to_encrypted_pkcs8_pem(&Passphrase::new("right").unwrap()).unwrap();
    assert_eq!(any().private(pem.as_bytes()).unwrap_err(), ParseKeyError::Encrypted);
    let closed = |reader: &KeyReader, pem: &str| match reader.private(pem.as_bytes()) {
        Err(ParseKeyError::Pem(ParsePemError::Decrypt(reason))) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(closed(&reader("wrong"), &pem), DecryptError::WrongPassphrase);
    let scrypt = ["pkcs8", "-topk8", "-passout", "pass:x", "-scrypt", "-outform", "DER"];
    let mut costly = openssl(&scrypt, key.expose_pkcs8_pem().as_bytes());
    // N, r and p of RFC 7914 section 7: p of 1 becomes 127.
    let parameters = b"\x02\x02\x40\x00\x02\x01\x08\x02\x01\x01";
    let place = costly.windows(parameters.len()).position(|it| it == parameters).unwrap();
    costly[place + parameters.len() - 1] = 127;
    let costly = reader("x").private(&costly).unwrap_err();
    assert_eq!(costly, ParseKeyError::Der(ParsePemError::Decrypt(DecryptError::TooCostly)));
    let traditional = ["ec", "-aes128", "-passout", "pass:right"];
    let traditional = openssl_text(&traditional, &key.expose_pkcs8_pem());
    assert_eq!(closed(&reader("right"), &traditional), DecryptError::Unsupported);
}

#[test]
fn what_is_mended_is_named() {
    let key = make(Algorithm::Es256);
    let pem = key.expose_pkcs8_pem().to_string();
    let jwk = key.expose_json().to_string();
    let one_line = pem.trim_end().replace('\n', " ");
    let escaped = pem.replace('\n', "\\n");
    let mut garbage = pem.clone().into_bytes();
    garbage.extend([0, 0xff, 0xfe, b'\n']);
    let certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let label = Repair::Label { label: "RSA PRIVATE KEY".into(), found: "PKCS#8" };
    let other = Repair::OtherBlock { label: "CERTIFICATE".into() };
    let indented = pem.lines().map(|it| format!("    {it}\n")).collect::<String>();
    let cases: [(Vec<u8>, &[Repair]); 14] = [
        (format!("\u{feff}{pem}").into(), &[Repair::ByteOrderMark]),
        (format!("\u{feff}{jwk}").into(), &[Repair::ByteOrderMark]),
        (pem.replace('\n', "\r\n").into(), &[Repair::CarriageReturns]),
        (format!("# mine\n{pem}\nbye\n").into(), &[Repair::SurroundingText]),
        (indented.into(), &[Repair::Indentation]),
        (one_line.clone().into(), &[Repair::MissingNewlines]),
        (format!("'{one_line}'").into(), &[Repair::Quotes, Repair::MissingNewlines]),
        (escaped.clone().into(), &[Repair::LiteralNewlines]),
        (format!("\"{escaped}\"").into(), &[Repair::Quotes]),
        (STANDARD.encode(&pem).into(), &[Repair::Base64]),
        (STANDARD.encode(&jwk).trim_end_matches('=').into(), &[Repair::Base64]),
        (garbage, &[Repair::Garbage, Repair::SurroundingText]),
        (pem.replace("PRIVATE", "RSA PRIVATE").into(), &[label]),
        (format!("{certificate}{pem}").into(), &[other]),
    ];
    for (input, expected) in cases {
        let read = any().source(Source::Variable).private(&input);
        let read = read.unwrap_or_else(|it| panic!("{expected:?}: {it:?}"));
        assert_eq!(read.key.thumbprint(), key.thumbprint(), "{expected:?}");
        assert_eq!(read.repairs, expected);
    }
    assert_eq!(any().private(escaped.as_bytes()).unwrap_err(), ParseKeyError::LiteralNewlines);
}

#[test]
fn openssls_parameters_before_a_key_must_agree_with_it() {
    let parameters = |name| openssl_text(&["ecparam", "-name", name], "");
    let key = openssl_text(&["ecparam", "-name", "secp384r1", "-genkey", "-noout"], "");
    let (read, repairs) = read(format!("{}{key}", parameters("secp384r1")).as_bytes());
    assert_eq!((read.algorithm(), repairs), (Algorithm::Es384, vec![]));
    let refusal = any().private(format!("{}{key}", parameters("prime256v1")).as_bytes());
    assert_eq!(refusal.unwrap_err(), ParseKeyError::Pem(ParsePemError::ContradictoryCurves));
}

#[test]
fn a_private_set_is_read_again() {
    let keys = [make(Algorithm::Es256), make(Algorithm::Rs256)];
    let set = jwk_gen::expose_private_set(&keys);
    let Keys::Private(again) = any().keys(set.as_bytes()).unwrap().key else { panic!("public") };
    let json = |key: &PrivateJwk| key.expose_json().to_string();
    assert!(again.iter().map(json).eq(keys.iter().map(json)));
    let mixed = set.replacen("\"d\"", "\"x5z\"", 1);
    assert_eq!(any().keys(mixed.as_bytes()).unwrap_err(), ParseKeyError::MixedSet);
}
