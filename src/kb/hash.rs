//! The number that two rulebooks share only if they are the same. The build script uses this file
//! too, so that the number of the embedded one is known when the program starts.

/// FNV-1a over paths and contents in order, in 16 digits.
pub fn of_files<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |bytes: &[u8]| {
        for byte in bytes.iter().chain(&[0]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for (path, bytes) in files {
        eat(path.as_bytes());
        eat(bytes);
    }
    format!("{hash:016x}")
}
