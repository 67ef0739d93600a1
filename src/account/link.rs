//! The secret end of a case's address: who has the link may see how the case stands.

use crate::id::CaseId;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How much of the code stands in an address: 128 bits.
const BYTES: usize = 16;

/// What addresses are signed with.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey")
    }
}

impl LinkKey {
    /// A new one from the system's randomness, as the store keeps it.
    pub fn mint() -> String {
        let random = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(random.map(Uuid::into_bytes).concat()))
    }

    /// As it was kept.
    pub fn read(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn code(&self, case: CaseId) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key may have any length");
        mac.update(b"case ");
        mac.update(case.to_string().as_bytes());
        mac
    }

    /// The end of a case's address.
    pub fn sign(&self, case: CaseId) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.code(case).finalize().into_bytes()[..BYTES])
    }

    /// Whether this is the end of the case's address; how long it takes says nothing.
    pub fn is_right(&self, case: CaseId, end: &str) -> bool {
        let given = BASE64_URL_SAFE_NO_PAD.decode(end).ok().filter(|given| given.len() == BYTES);
        given.is_some_and(|given| self.code(case).verify_truncated_left(&given).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_end_of_the_same_case_and_key_is_right() {
        let [key, other] = [(); 2].map(|()| LinkKey::read(&LinkKey::mint()).expect("it is one"));
        let case = CaseId::mint();
        let end = key.sign(case);
        assert_eq!(end.len(), 22);
        assert!(key.is_right(case, &end));
        assert!(!key.is_right(CaseId::mint(), &end));
        assert!(!other.is_right(case, &end));
        for wrong in ["", &end[..21], &format!("{end}A"), &end.to_uppercase()] {
            assert!(!key.is_right(case, wrong), "{wrong}");
        }
    }
}
