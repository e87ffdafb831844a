//! Mutations that are the same at every run.

/// A small generator of numbers (xorshift64*), which no key is made with.
pub(super) struct Mutator(u64);

/// Bytes that mean something in JSON, PEM or DER.
const MEANINGFUL: &[u8] =
    b"\0\x01\x02\x03\x04\x05\x06\x30\x7f\x80\x81\x82\x84\xa0\xa1\xff\"\\{}[],:-=+/\n\r 0A";

impl Mutator {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % limit
    }

    pub(super) fn choose<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// The bytes after one or two changes, with parts of others.
    pub(super) fn mutate(&mut self, bytes: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(2) {
            self.change(&mut bytes, others);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
        if bytes.is_empty() {
            return bytes.push(self.choose(MEANINGFUL));
        }
        let at = self.below(bytes.len());
        let end = (at + 1 + self.below(40)).min(bytes.len());
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.choose(MEANINGFUL),
            2 => bytes.insert(at, self.choose(MEANINGFUL)),
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let twice = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, twice));
            }
            6 => bytes[at..end].reverse(),
            _ => {
                let other = &others[self.below(others.len())];
                let from = self.below(other.len());
                let until = (from + 1 + self.below(200)).min(other.len());
                drop(bytes.splice(at..end, other[from..until].iter().copied()));
            }
        }
    }
}
