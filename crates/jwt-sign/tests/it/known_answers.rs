//! RFC 7515 appendices A.2 to A.4.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwk_gen::PrivateJwk;
use jwt_sign::{LocalSigner, Signer};
use jwtk::VerificationKey;
use jwtk::jwk::Jwk;

pub(crate) const RSA: &str = include_str!("../../../jwk-gen/tests/vectors/rfc7515-a2.json");
pub(crate) const P256: &str = include_str!("../../../jwk-gen/tests/vectors/rfc7515-a3.json");
const P521: &str = include_str!("../../../jwk-gen/tests/vectors/rfc7515-a4.json");

pub(crate) const A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
pub(crate) const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A4: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";

/// The signing input and the signature.
fn parts(compact: &str) -> (&[u8], Vec<u8>) {
    let (input, signature) = compact.rsplit_once('.').unwrap();
    (input.as_bytes(), URL_SAFE_NO_PAD.decode(signature).unwrap())
}

#[test]
fn a_2_gives_exactly_this_signature() {
    let signer = LocalSigner::new(&PrivateJwk::parse(RSA).unwrap()).unwrap();
    let (input, expected) = parts(A2);
    assert_eq!(signer.sign(input).unwrap().as_bytes(), expected);
}

/// ECDSA draws a nonce: the standard's signature and ours both verify under the key.
#[test]
fn a_3_and_a_4_verify_and_so_do_we() {
    for (jwk, compact, name) in [(P256, A3, "ES256"), (P521, A4, "ES512")] {
        let key = PrivateJwk::parse(jwk).unwrap();
        let judge = serde_json::from_str::<Jwk>(&key.public().to_json()).unwrap();
        let judge = judge.to_verification_key().unwrap();
        let (input, theirs) = parts(compact);
        judge.verify(input, &theirs, name).unwrap();
        let ours = LocalSigner::new(&key).unwrap().sign(input).unwrap();
        judge.verify(input, ours.as_bytes(), name).unwrap();
        assert_ne!(ours.as_bytes(), theirs);
        assert!(judge.verify(b"other", ours.as_bytes(), name).is_err());
    }
}
