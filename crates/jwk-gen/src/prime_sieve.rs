//! The numbers after a random start that no small prime divides.

use crypto_bigint::{BoxedUint, Limb, NonZero};
use zeroize::Zeroizing;

use crate::small_primes::odd_primes_below;

/// Trial division by all primes up to a limit, for numbers of one length.
///
/// The library's sieve knows 2048 primes and leaves a quarter more numbers for the tests, which take nearly all the time.
pub(crate) struct PrimeSieve {
    primes: Vec<u32>,
    window: usize,
}

impl PrimeSieve {
    /// A sieve for numbers of so many bits, at least 1024.
    pub(crate) fn new(bits: u32) -> Self {
        // About where more primes cost as much time as they save. Three of 21 bits fit in a limb.
        let limit = bits * bits / 8;
        // One in 0.35 * bits of the odd numbers is prime: one window in 100,000 has none.
        Self { primes: odd_primes_below(limit.min(1 << 21)), window: 4 * bits as usize }
    }

    /// The steps of two from an odd start to the numbers that may be prime, in ascending order.
    pub(crate) fn steps(&self, start: &BoxedUint) -> Vec<u32> {
        // This shows the residues of the start, so it is secret too.
        let mut composite = Zeroizing::new(vec![false; self.window]);
        for primes in self.primes.chunks(3) {
            // One long division serves three primes.
            let product = primes.iter().map(|it| u64::from(*it)).product::<u64>();
            let Some(product) = NonZero::new(Limb::from(product)).into_option() else { continue };
            let rest = start.rem_limb(product).0;
            for prime in primes {
                let first = first_multiple(rest, u64::from(*prime)) as usize;
                composite.iter_mut().skip(first).step_by(*prime as usize).for_each(|it| *it = true);
            }
        }
        (0..).zip(composite.iter()).filter(|(_, it)| !**it).map(|(step, _)| step).collect()
    }
}

/// The least step for which `start` + 2 * step is a multiple.
fn first_multiple(start: u64, prime: u64) -> u64 {
    let missing = match start % prime {
        0 => 0,
        residue => prime - residue,
    };
    if missing % 2 == 0 { missing / 2 } else { (missing + prime) / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_a_small_factor_and_what_stays_has_none() {
        let sieve = PrimeSieve::new(1024);
        let start = BoxedUint::max(1024).wrapping_sub(Limb::from_u32(1 << 16));
        let steps = sieve.steps(&start);
        for step in 0..4096 {
            let number = start.wrapping_add(Limb::from_u32(2 * step));
            let divisible = sieve.primes.iter().any(|prime| {
                number.rem_limb(NonZero::new(Limb::from_u32(*prime)).unwrap()) == Limb::ZERO
            });
            assert_eq!(steps.contains(&step), !divisible, "{step}");
        }
    }

    #[test]
    fn the_first_multiple_is_reached_from_every_residue() {
        for (start, prime, step) in [(0, 3, 0), (1, 3, 1), (2, 3, 2), (21, 5, 2), (19, 17, 16)] {
            assert_eq!(first_multiple(start, prime), step, "{start} {prime}");
            assert_eq!((start + 2 * step) % prime, 0);
        }
    }

    #[test]
    fn three_primes_fit_in_a_limb_for_every_length() {
        for bits in [1024, 2048, 4096] {
            let largest = *PrimeSieve::new(bits).primes.last().unwrap();
            assert!(u64::from(largest).checked_pow(3).is_some(), "{bits}");
        }
    }
}
