//! Short names for contents.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Returns the SHA-256 of `content` in hexadecimal digits.
pub(crate) fn whole(content: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(&Sha256::digest(content))
}

/// Returns the first 16 hexadecimal digits of the SHA-256 of `content`.
pub(crate) fn short(content: impl AsRef<[u8]>) -> String {
    let mut digits = whole(content);
    digits.truncate(16);
    digits
}
