//! Fermat's test to base 2: quick, and never wrong about a prime.

use crypto_bigint::{BoxedUint, Choice, CtSelect, MontyForm, MontyMultiplier, Odd};

type Residue = <BoxedUint as crypto_bigint::UnsignedWithMontyForm>::MontyForm;

/// Whether 2^(n - 1) is 1 modulo n, as it is for every odd prime and next to no other number.
///
/// Most candidates end here. The library's Miller-Rabin test raises 2 as it would any other base, by multiplying; to
/// double instead takes a seventh less. Like there, the steps are the same for every number of a length, because the
/// candidates before a prime resemble it.
pub(crate) fn may_be_prime(n: &BoxedUint) -> bool {
    let Some(modulus) = Odd::new(n.clone()).into_option() else { return false };
    let params = Residue::new_params_vartime(modulus);
    let mut multiplier = <Residue as MontyForm>::Multiplier::from(&params);
    let (zero, one) = (Residue::zero(&params), Residue::one(&params));
    let mut power = one.clone();
    for index in (0..n.bits_precision()).rev() {
        multiplier.square_assign(&mut power);
        // The exponent n - 1 differs from n in the last bit only.
        let bit = if index == 0 { Choice::FALSE } else { n.bit(index) };
        let addend = zero.as_montgomery().ct_select(power.as_montgomery(), bit);
        power += Residue::from_montgomery(addend, &params);
    }
    power == one
}

#[cfg(test)]
mod tests {
    use crypto_bigint::Limb;

    use super::*;

    #[track_caller]
    fn check(n: &BoxedUint, expected: bool) {
        assert_eq!(may_be_prime(n), expected, "{n}");
    }

    /// OEIS A013603: the least distances that make a prime.
    #[test]
    fn primes_below_a_power_of_two_pass_and_their_neighbours_do_not() {
        for (bits, distance) in [(512, 569_u32), (1024, 105), (2048, 1557)] {
            let below = |it: u32| BoxedUint::max(bits).wrapping_sub(Limb::from_u32(it - 1));
            check(&below(distance), true);
            for other in [1, 3, 5, 7, 9, distance - 2, distance + 1, distance + 2] {
                check(&below(other), false);
            }
        }
    }

    #[test]
    fn pseudoprimes_pass_which_is_why_other_tests_follow() {
        check(&BoxedUint::from(341_u32), true);
        check(&BoxedUint::from(561_u32), true);
        check(&BoxedUint::from(343_u32), false);
    }
}
