//! RSA keys that anybody can factor, recognised from the modulus alone.

use std::sync::LazyLock;

use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, Limb, NonZero, Resize};

use crate::error::InvalidKey;
use crate::small_primes::odd_primes_below;

const SMALL_FACTOR_LIMIT: u32 = 1 << 16;

/// As many as badkeys and the checks of certificate authorities make: they find every key of CVE-2022-26320.
const FERMAT_ROUNDS: usize = 100;

/// The vulnerable library made primes of 1024 bits and more from the product of all primes up to this one.
const ROCA_PRIME_LIMIT: u32 = 701 + 1;

static SMALL_PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| odd_primes_below(SMALL_FACTOR_LIMIT));
static ROCA_PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| odd_primes_below(ROCA_PRIME_LIMIT));

/// Refuses a modulus of at least 2048 bits that is known to give its factors away.
pub(crate) fn refuse(n: &BoxedUint) -> Result<(), InvalidKey> {
    refuse_of_primes(n)?;
    if has_small_factor(n) {
        return Err(InvalidKey::WeakRsa { problem: "its modulus has a factor below 65536" });
    }
    Ok(())
}

/// As [`refuse`], of a modulus that is known to be the product of two primes of half its length, which are not small.
pub(crate) fn refuse_of_primes(n: &BoxedUint) -> Result<(), InvalidKey> {
    let problem = if has_roca_fingerprint(n) {
        "it comes from the generator of CVE-2017-15361 (ROCA)"
    } else if has_close_factors(n) {
        "its primes are close to each other or equal (CVE-2022-26320)"
    } else {
        return Ok(());
    };
    Err(InvalidKey::WeakRsa { problem })
}

/// The first modulus that has a factor in common with one before it, by its index.
///
/// A product that grows with each key takes a hundred divisions for a hundred keys, not 4950 comparisons.
pub(crate) fn shared_factor(moduli: impl Iterator<Item = (usize, BoxedUint)>) -> Option<usize> {
    let mut product = BoxedUint::one();
    for (index, n) in moduli {
        let n = NonZero::new(n).into_option()?;
        let rest = product.rem_vartime(&n);
        if n.as_ref().gcd_vartime(&rest) != BoxedUint::one() {
            return Some(index);
        }
        product = product.concatenating_mul(n.as_ref());
    }
    None
}

fn has_small_factor(n: &BoxedUint) -> bool {
    // Four of these primes fill a limb, and one long division serves them all.
    SMALL_PRIMES.chunks(4).any(|primes| {
        let product = primes.iter().map(|it| u64::from(*it)).product();
        let rest = remainder(n, product);
        primes.iter().any(|it| rest.is_multiple_of(u64::from(*it)))
    })
}

/// M. Nemec et al., "The Return of Coppersmith's Attack", 2017, section 2: each prime factor, and so the modulus, is a
/// power of 65537 modulo every small prime. One in 2^167 other moduli looks like that.
fn has_roca_fingerprint(n: &BoxedUint) -> bool {
    ROCA_PRIMES.iter().all(|prime| {
        let prime = u64::from(*prime);
        is_power_of_65537(remainder(n, prime), prime)
    })
}

fn is_power_of_65537(number: u64, modulus: u64) -> bool {
    let next = |power: &u64| Some(power * 65537 % modulus).filter(|it| *it != 1);
    std::iter::successors(Some(1), next).any(|power| power == number)
}

/// Fermat's method: n = (a + b)(a - b) shows itself by a square a^2 - n, and soon if b is small.
fn has_close_factors(n: &BoxedUint) -> bool {
    let mut a = n.floor_sqrt_vartime();
    let square = a.wrapping_mul(&a);
    if square == *n {
        return true;
    }
    let mut difference = square.wrapping_add(odd_after(&a)).wrapping_sub(n);
    for _ in 0..FERMAT_ROUNDS {
        if is_square(&difference) {
            return true;
        }
        a = a.wrapping_add(Limb::ONE);
        difference = difference.wrapping_add(odd_after(&a));
    }
    false
}

/// 2a + 1, which leads from the square of a to the next.
fn odd_after(a: &BoxedUint) -> BoxedUint {
    a.wrapping_add(a).wrapping_add(Limb::ONE)
}

fn is_square(number: &BoxedUint) -> bool {
    // Squares end in 12 of the 64 possible ways: most numbers need no root.
    const ENDINGS: u64 = {
        let (mut endings, mut root) = (0_u64, 0_u64);
        while root < 64 {
            endings |= 1 << (root * root % 64);
            root += 1;
        }
        endings
    };
    let ending = number.as_limbs()[0].0 % 64;
    ENDINGS >> ending & 1 == 1 && {
        let trimmed = number.clone().resize_unchecked(number.bit_width_vartime());
        trimmed.checked_sqrt_vartime().is_some()
    }
}

fn remainder(n: &BoxedUint, divisor: u64) -> u64 {
    NonZero::new(Limb::from(divisor)).into_option().map_or(0, |it| n.rem_limb(it).0)
}

#[cfg(test)]
mod tests;
