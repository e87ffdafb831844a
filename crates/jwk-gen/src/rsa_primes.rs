//! The two primes of a new RSA key, searched on all cores (FIPS 186-5 appendix A.1.3).
//!
//! Every thread walks the odd numbers from a random start of its own, past a sieve of small factors; the first two
//! primes that suit each other win, whichever threads find them. After a prime a thread takes a new start, because
//! two primes of one walk would lie close to each other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crypto_bigint::{BitOps, BoxedUint, Limb, NonZero, Odd, RandomBits as _};
use crypto_primes::hazmat::{MillerRabin, minimum_mr_iterations};
use zeroize::Zeroizing;

use crate::error::InvalidKey;
use crate::fermat::may_be_prime;
use crate::generate::GenerateError;
use crate::prime_sieve::PrimeSieve;

/// The public exponent of every key made here (FIPS 186-5 appendix A.1.1).
pub(crate) const PUBLIC_EXPONENT: u32 = 65537;

/// A key of 2048 bits needs about 80 tests altogether: more threads than this would mostly make sieves.
const THREAD_LIMIT: usize = 16;

/// `p` and `q` differ within their first 100 bits (FIPS 186-5 appendix A.1.3, step 5.4).
const DISTANCE_BITS: u32 = 100;

/// At most one in 2^112 of the numbers that pass is composite (FIPS 186-5 appendices B.3 and C.1): the strength of
/// RSA-2048 (NIST SP 800-57 table 2). That takes 5 rounds for primes of 1024 bits, 3 for 2048 and 2 for 4096.
const ERROR_BITS: u32 = 112;

/// A number that is wiped when it is dropped.
pub(crate) type Prime = Zeroizing<BoxedUint>;

/// Searches the primes of a modulus that has exactly so many bits, an even number; the larger prime comes first.
///
/// `stop` is looked at before each test of a candidate, some 40 ms apart for the largest modulus.
pub(crate) fn search(modulus_bits: usize, stop: &AtomicBool) -> Result<[Prime; 2], GenerateError> {
    let threads = thread::available_parallelism().map_or(1, |it| it.get().min(THREAD_LIMIT));
    Search::new(modulus_bits, stop)?.run(threads)
}

struct Search<'a> {
    prime_bits: u32,
    sieve: PrimeSieve,
    rounds: usize,
    stop: &'a AtomicBool,
    /// Both primes are found, or a thread has failed.
    over: AtomicBool,
    found: Mutex<Vec<Prime>>,
}

impl<'a> Search<'a> {
    fn new(modulus_bits: usize, stop: &'a AtomicBool) -> Result<Self, GenerateError> {
        let bits = modulus_bits;
        let prime_bits = u32::try_from(bits / 2).map_err(|_| InvalidKey::RsaSize { bits })?;
        let sieve = PrimeSieve::new(prime_bits);
        let rounds = minimum_mr_iterations(prime_bits, ERROR_BITS).unwrap_or(64);
        let over = AtomicBool::new(false);
        Ok(Self { prime_bits, sieve, rounds, stop, over, found: Mutex::default() })
    }

    /// The calling thread takes part and the others only help: it does not matter if none can start.
    fn run(self, threads: usize) -> Result<[Prime; 2], GenerateError> {
        thread::scope(|scope| {
            let start = || thread::Builder::new().spawn_scoped(scope, || self.walk_until_over());
            let helpers = (1..threads).map_while(|_| start().ok()).collect::<Vec<_>>();
            let own = self.walk_until_over();
            helpers.into_iter().filter_map(|it| it.join().ok()).fold(own, Result::and)
        })?;
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable_by(|a, b| b.cmp(a));
        <[Prime; 2]>::try_from(found).map_err(|_| GenerateError::Interrupted)
    }

    fn walk_until_over(&self) -> Result<(), GenerateError> {
        while !self.is_over() {
            self.walk().inspect_err(|_| self.over.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed)
    }

    /// Walks until this start has given a prime, or the numbers after it have, none or are too long, or nobody needs it.
    fn walk(&self) -> Result<(), GenerateError> {
        let start = Zeroizing::new(self.random_start()?);
        for step in self.sieve.steps(&start) {
            let candidate = Zeroizing::new(start.wrapping_add(Limb::from_u32(2 * step)));
            if self.is_over() || candidate.bit_width() != self.prime_bits {
                break;
            }
            if self.is_prime(&candidate)? {
                self.keep(candidate);
                break;
            }
        }
        Ok(())
    }

    /// Odd, and with the two highest bits set: the product of two such numbers has exactly twice their length.
    fn random_start(&self) -> Result<BoxedUint, GenerateError> {
        let bits = self.prime_bits;
        let mut start = random_bits(bits)?;
        for bit in [0, bits - 2, bits - 1] {
            start.set_bit_vartime(bit, true);
        }
        Ok(start)
    }

    fn is_prime(&self, candidate: &BoxedUint) -> Result<bool, GenerateError> {
        if !may_be_prime(candidate) || !suits_exponent(candidate) {
            return Ok(false);
        }
        let Some(odd) = Odd::new(candidate.clone()).into_option() else { return Ok(false) };
        let test = MillerRabin::new(odd);
        for _ in 0..self.rounds {
            if self.is_over() || test.test(&random_base(candidate)?).is_composite() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn keep(&self, prime: Prime) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let distance = self.prime_bits - DISTANCE_BITS;
        if found.len() < 2 && found.iter().all(|other| are_distant(other, &prime, distance)) {
            found.push(prime);
        }
        if found.len() == 2 {
            self.over.store(true, Ordering::Relaxed);
        }
    }
}

fn are_distant(p: &BoxedUint, q: &BoxedUint, bits: u32) -> bool {
    let distance = if p > q { p - q } else { q - p };
    Zeroizing::new(distance).bit_width() > bits
}

/// 65537 is prime, so it has an inverse modulo `p` - 1 unless it divides it.
fn suits_exponent(prime: &BoxedUint) -> bool {
    const E: NonZero<Limb> = NonZero::<Limb>::new_unwrap(Limb::from_u32(PUBLIC_EXPONENT));
    prime.rem_limb(E) != Limb::ONE
}

/// From 2 to `candidate` - 2 (FIPS 186-5 appendix B.3.1, step 4).
fn random_base(candidate: &BoxedUint) -> Result<BoxedUint, GenerateError> {
    loop {
        let base = random_bits(candidate.bit_width())?;
        if base.bit_width() > 1 && base < candidate.wrapping_sub(Limb::ONE) {
            return Ok(base);
        }
    }
}

/// Drawn here and not by the libraries: theirs want a generator that cannot fail.
fn random_bits(bits: u32) -> Result<BoxedUint, GenerateError> {
    BoxedUint::try_random_bits(&mut getrandom::SysRng, bits)
        .map_err(|_| GenerateError::RandomUnavailable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rsa_key::{Crt, RsaPrivate};

    fn search_without_end(modulus_bits: usize) -> [Prime; 2] {
        search(modulus_bits, &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn the_modulus_has_its_size_and_the_key_passes_every_check_of_a_foreign_one() {
        for bits in [2048, 2056, 3072] {
            let [p, q] = search_without_end(bits);
            assert!(*p > *q, "{bits}");
            assert_eq!([p.bit_width(), q.bit_width()].map(|it| 2 * it as usize), [bits; 2]);
            let key = RsaPrivate::from_primes(&p, &q).unwrap();
            assert_eq!(key.public.modulus_bits(), bits);
            let crt = Crt { p: &key.p, q: &key.q, dp: &key.dp, dq: &key.dq, qi: &key.qi };
            let again = RsaPrivate::new(key.public.clone(), &key.d, Some(&crt)).unwrap();
            assert_eq!(*again.d, *key.d);
        }
    }

    #[test]
    fn one_thread_suffices() {
        let stop = AtomicBool::new(false);
        let [p, q] = Search::new(2048, &stop).unwrap().run(1).unwrap();
        assert_eq!(RsaPrivate::from_primes(&p, &q).unwrap().public.modulus_bits(), 2048);
    }

    #[test]
    fn a_stop_that_is_set_already_costs_no_search() {
        let refusal = search(8192, &AtomicBool::new(true)).unwrap_err();
        assert_eq!(refusal, GenerateError::Interrupted);
    }

    #[test]
    fn another_thread_stops_a_search_under_way() {
        let stop = AtomicBool::new(false);
        let refusal = thread::scope(|scope| {
            let searching = scope.spawn(|| search(8192, &stop));
            stop.store(true, Ordering::Relaxed);
            searching.join().unwrap()
        });
        assert_eq!(refusal, Err(GenerateError::Interrupted));
    }

    #[test]
    fn primes_that_are_close_to_each_other_or_equal_are_not_kept_together() {
        let stop = AtomicBool::new(false);
        let search = Search::new(2048, &stop).unwrap();
        let first = search.random_start().unwrap();
        let shifted = |by: u32| &first ^ (BoxedUint::one_with_precision(1024) << by);
        for (candidate, kept) in [(0, 1), (1, 1), (923, 1), (924, 2)] {
            let candidate = if candidate == 0 { first.clone() } else { shifted(candidate) };
            search.keep(Zeroizing::new(first.clone()));
            search.keep(Zeroizing::new(candidate));
            let found = std::mem::take(&mut *search.found.lock().unwrap());
            assert_eq!(found.len(), kept);
        }
        assert!(search.is_over());
    }

    #[test]
    fn a_prime_that_e_divides_minus_one_is_passed_over() {
        let number = |it: u64| BoxedUint::from(it * u64::from(PUBLIC_EXPONENT) + 1);
        assert!(!suits_exponent(&number(2)) && !suits_exponent(&number(1 << 40)));
        assert!(suits_exponent(&number(2).wrapping_add(Limb::from_u32(2))));
    }

    #[test]
    fn no_two_keys_share_a_prime() {
        let primes = (0..6).flat_map(|_| search_without_end(2048)).collect::<Vec<_>>();
        for (index, prime) in primes.iter().enumerate() {
            assert!(!primes[..index].contains(prime));
        }
    }
}
