//! What was sealed opens for its own key and name alone.

use super::*;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

fn key() -> SealingKey {
    SealingKey::from_text(HEX).unwrap()
}

#[test]
fn a_key_is_read_in_three_forms() {
    let expected: Vec<u8> = (0..32).collect();
    for text in [
        HEX,
        &format!("  {HEX}\n"),
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    ] {
        assert_eq!(*SealingKey::from_text(text).unwrap().0, *expected, "{text}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_not_told() {
    let long = HEX.to_owned() + "00";
    let ambiguous = "g".repeat(64);
    for text in ["", "secret", &HEX[2..], &long, &ambiguous, &"+".repeat(43), &"é".repeat(32)] {
        assert_eq!(SealingKey::from_text(text).unwrap_err(), InvalidSealingKey, "{text}");
    }
    assert_eq!(format!("{:?}", key()), "SealingKey([redacted])");
}
