//! Changes to something that was valid, written as bytes, so that a fuzzer need not find a signature.

/// Applies edits of four bytes each: where (two bytes), what to do, and a byte for it. What is missing of the last is 0.
pub(crate) fn apply(script: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = to.to_vec();
    for part in script.chunks(4) {
        let mut edit = [0; 4];
        edit[..part.len()].copy_from_slice(part);
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % (bytes.len() + 1);
        match edit[2] % 4 {
            0 => bytes.insert(at, edit[3]),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => bytes[at] = edit[3],
            _ if at < bytes.len() => bytes[at] ^= 1 << (edit[3] % 8),
            _ => {}
        }
    }
    bytes
}
