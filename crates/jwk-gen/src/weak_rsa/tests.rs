//! Moduli made to be weak, and others that must pass; the keys of other people are in `tests/it/weak_keys.rs`.

use std::sync::atomic::AtomicBool;

use crypto_bigint::{ConcatenatingSquare, RandomBits};

use super::*;
use crate::public::{Labels, Public, PublicJwk};
use crate::rsa_key::RsaPublic;
use crate::rsa_primes;
use crate::set::{JwkSet, JwkSetError};

fn problem(n: &BoxedUint) -> Option<&'static str> {
    match refuse(n) {
        Ok(()) => None,
        Err(InvalidKey::WeakRsa { problem }) => Some(problem),
        Err(other) => panic!("{other}"),
    }
}

/// Two primes of 1024 bits.
fn primes() -> [BoxedUint; 2] {
    rsa_primes::search(2048, &AtomicBool::new(false)).unwrap().map(|it| (*it).clone())
}

#[test]
fn a_key_made_here_passes() {
    for _ in 0..5 {
        let [p, q] = primes();
        assert_eq!(problem(&p.concatenating_mul(&q)), None);
    }
}

/// A modulus is hard to tell from any other number; only a small factor is common among those.
#[test]
fn hundreds_of_random_numbers_show_neither_pattern() {
    for _ in 0..400 {
        let n = BoxedUint::try_random_bits(&mut getrandom::SysRng, 2048).unwrap();
        assert!(!has_roca_fingerprint(&n) && !has_close_factors(&n), "{n}");
    }
}

#[test]
fn every_factor_below_the_limit_is_found() {
    let [p, _] = primes();
    for factor in [3_u32, 5, 251, 31337, 65519, 65521] {
        let n = p.concatenating_mul(&BoxedUint::from(factor));
        assert!(has_small_factor(&n), "{factor}");
    }
    for factor in [65537_u32, 65539] {
        assert!(!has_small_factor(&p.concatenating_mul(&BoxedUint::from(factor))), "{factor}");
    }
}

#[test]
fn primes_that_fermat_finds_within_the_rounds_are_refused() {
    let close = Some("its primes are close to each other or equal (CVE-2022-26320)");
    let [a, _] = primes();
    assert_eq!(problem(&a.concatenating_square()), close);
    for (round, found) in [(1_u32, true), (2, true), (99, true), (100, true), (101, false)] {
        // a - ceil(sqrt(a^2 - b^2)) is just below b^2 / 2a.
        let b = a.concatenating_mul(&BoxedUint::from(2 * round)).floor_sqrt_vartime();
        let b = b.wrapping_sub(Limb::ONE).resize_unchecked(1024);
        let n = (&a + &b).concatenating_mul(&(&a - &b));
        assert_eq!(has_close_factors(&n), found, "{round}");
    }
}

#[test]
fn a_root_whose_square_has_a_limb_more_than_the_modulus_does_no_harm() {
    // 2^2048 - 1 is 2^1024 + 1 times 2^1024 - 1.
    assert!(has_close_factors(&BoxedUint::max(2048)));
    assert!(!has_close_factors(&BoxedUint::max(2048).wrapping_sub(Limb::from_u32(6))));
}

#[test]
fn powers_of_65537_make_the_subgroup_that_roca_keys_lie_in() {
    // 65537 is 10 modulo 11 and 4 modulo 13.
    let powers = |modulus| (1..modulus).filter(move |it| is_power_of_65537(*it, modulus));
    assert_eq!(powers(11).collect::<Vec<_>>(), [1, 10]);
    assert_eq!(powers(13).collect::<Vec<_>>(), [1, 3, 4, 9, 10, 12]);
    assert!(!is_power_of_65537(0, 13));
}

#[test]
fn a_prime_in_two_moduli_is_found_at_the_second() {
    let [[p, q], [r, s]] = [primes(), primes()];
    let shared = |moduli: &[BoxedUint]| shared_factor(moduli.iter().cloned().enumerate());
    let [pq, rs, ps] = [(&p, &q), (&r, &s), (&p, &s)].map(|(a, b)| a.concatenating_mul(b));
    assert_eq!(shared(&[]), None);
    assert_eq!(shared(&[pq.clone(), rs.clone()]), None);
    assert_eq!(shared(&[rs.clone(), pq.clone(), ps.clone()]), Some(2));
    assert_eq!(shared(&[pq.clone(), ps, rs]), Some(1));
    assert_eq!(shared(&[pq.clone(), pq]), Some(1));
    let longer = p.concatenating_mul(&r).concatenating_mul(&q);
    assert_eq!(shared(&[longer, p.concatenating_mul(&s)]), Some(1));
}

#[test]
fn a_set_with_a_shared_prime_is_refused() {
    let [[p, q], [r, s]] = [primes(), primes()];
    let key = |p: &BoxedUint, q: &BoxedUint| {
        let n = p.concatenating_mul(q).to_be_bytes().to_vec();
        PublicJwk::new(Public::Rsa(RsaPublic { n, e: vec![1, 0, 1] }), Labels::default()).unwrap()
    };
    assert!(JwkSet::new(vec![key(&p, &q), key(&r, &s)]).is_ok());
    let refusal = JwkSet::new(vec![key(&p, &q), key(&r, &s), key(&s, &p)]).unwrap_err();
    assert_eq!(refusal, JwkSetError::SharedFactor { index: 2 });
}
