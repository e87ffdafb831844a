//! The primes that trial division needs (sieve of Eratosthenes).

/// The odd primes below `limit` in ascending order.
pub(crate) fn odd_primes_below(limit: u32) -> Vec<u32> {
    // The number 2 * index + 1 belongs to an index.
    let mut composite = vec![false; limit as usize / 2];
    let mut primes = Vec::new();
    for index in 1..composite.len() {
        if !composite[index] {
            let prime = 2 * index + 1;
            composite.iter_mut().skip(prime * prime / 2).step_by(prime).for_each(|it| *it = true);
            primes.extend(u32::try_from(prime));
        }
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_odd_and_below_the_limit() {
        for limit in 0..=3 {
            assert!(odd_primes_below(limit).is_empty(), "{limit}");
        }
        assert_eq!(odd_primes_below(4), [3]);
        assert_eq!(odd_primes_below(29), [3, 5, 7, 11, 13, 17, 19, 23]);
        assert_eq!(odd_primes_below(30).last(), Some(&29));
    }

    #[test]
    fn there_are_as_many_as_tables_say() {
        // OEIS A007053: primes up to 2^16, here without 2.
        let primes = odd_primes_below(1 << 16);
        assert_eq!((primes.len(), primes.last()), (6541, Some(&65521)));
    }
}
