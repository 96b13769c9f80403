//! ECDSA with keys that are used repeatedly.
//!
//! An authority or a log signs for every bundle. Half the work of checking its signature is the
//! multiplication of its key's point; precomputed multiples make that half several times as fast.
//! The library does the same for the base point of the curve.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use ecdsa::EcdsaCurve;
use ecdsa::elliptic_curve::ff::PrimeField as _;
use ecdsa::elliptic_curve::group::{Curve as _, Group};
use ecdsa::elliptic_curve::ops::{Invert as _, MulByGeneratorVartime as _, Reduce as _};
use ecdsa::elliptic_curve::point::AffineCoordinates as _;
use ecdsa::elliptic_curve::{CurveArithmetic, FieldBytes, ProjectivePoint, PublicKey, Scalar};

use super::Hash;
use super::form::field_bytes;

/// Verifications under one key before its multiples are computed: computing them takes as long as
/// two verifications, and saves half of each later one.
const USES_BEFORE_MULTIPLES: u32 = 3;

/// A point of a curve, with its multiples once they pay off.
#[derive(Clone)]
pub(super) struct CurveKey<C: CurveArithmetic> {
    point: ProjectivePoint<C>,
    repeated: Arc<Repeated<ProjectivePoint<C>>>,
}

struct Repeated<P> {
    uses: AtomicU32,
    multiples: OnceLock<Multiples<P>>,
}

impl<C: EcdsaCurve + CurveArithmetic> CurveKey<C> {
    pub(super) fn new(key: &PublicKey<C>) -> Self {
        let repeated = Repeated { uses: AtomicU32::new(0), multiples: OnceLock::new() };
        Self { point: key.to_projective(), repeated: Arc::new(repeated) }
    }

    /// Verifies by FIPS 186-5 6.4.2; every `Signature` has both numbers in range (step 1).
    ///
    /// The library's `PrehashVerifier` is not used: it refuses digests shorter than half the field,
    /// which SHA-256 is for P-521.
    pub(super) fn holds(&self, digest: &Hash, signature: &ecdsa::Signature<C>) -> bool {
        let Some(multiples) = self.multiples() else {
            return ecdsa::hazmat::verify_prehashed(&self.point, digest.as_bytes(), signature)
                .is_ok();
        };
        let Some(e) = leftmost::<C>(digest.as_bytes()) else { return false };
        let (r, s) = signature.split_scalars();
        // Steps 3 to 5.
        let inverse = *s.invert_vartime();
        let (u, v) = (e * inverse, *r * inverse);
        let point = ProjectivePoint::<C>::mul_by_generator_vartime(&u)
            + multiples.times(v.to_repr().as_ref());
        // Steps 6 to 8; the point at infinity has x = 0 here, which no r is.
        Scalar::<C>::reduce(&point.to_affine().x()) == *r
    }

    fn multiples(&self) -> Option<&Multiples<ProjectivePoint<C>>> {
        let Repeated { uses, multiples } = &*self.repeated;
        if multiples.get().is_none() && uses.fetch_add(1, Ordering::Relaxed) < USES_BEFORE_MULTIPLES
        {
            return None;
        }
        let bytes = FieldBytes::<C>::default().len();
        Some(multiples.get_or_init(|| Multiples::new(self.point, bytes)))
    }
}

impl<C: CurveArithmetic> fmt::Debug for CurveKey<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CurveKey").field(&self.point).finish()
    }
}

/// Step 2: the leftmost bits of the digest, as many as the order has, as a number. The orders of
/// P-256 and P-384 are whole bytes long, and that of P-521 is longer than any digest.
fn leftmost<C: EcdsaCurve + CurveArithmetic>(digest: &[u8]) -> Option<Scalar<C>> {
    let width = FieldBytes::<C>::default().len().min(digest.len());
    field_bytes::<C>(digest.get(..width)?).map(|bytes| Scalar::<C>::reduce(&bytes))
}

/// For each byte of a number, 1 to 8 times the point that the byte's lowest bit stands for.
///
/// Digits run from -8 to 8, since the multiples of a negative digit are those of the positive one,
/// negated. There is one row more than there are bytes, for the last carry.
struct Multiples<P>(Vec<[P; 8]>);

impl<P: Group> Multiples<P> {
    fn new(mut point: P, bytes: usize) -> Self {
        Self(
            (0..=bytes)
                .map(|_| {
                    let mut multiple = P::identity();
                    let row = [(); 8].map(|()| {
                        multiple += point;
                        multiple
                    });
                    point = multiple.double().double().double().double().double();
                    row
                })
                .collect(),
        )
    }

    /// The point times a big-endian number, which has one byte less than there are rows.
    fn times(&self, number: &[u8]) -> P {
        let mut carry = 0;
        let (mut high, mut low) = (P::identity(), P::identity());
        for (row, byte) in self.0.iter().zip(number.iter().rev().chain(&[0])) {
            add_digit(&mut low, row, byte & 0xf, &mut carry);
            add_digit(&mut high, row, byte >> 4, &mut carry);
        }
        high.double().double().double().double() + low
    }
}

/// Adds a digit and the carry from below; a digit above 8 is reduced by 16 and carries to the next.
fn add_digit<P: Group>(sum: &mut P, row: &[P; 8], digit: u8, carry: &mut u8) {
    let digit = digit + *carry;
    *carry = u8::from(digit > 8);
    let multiple = |of: u8| usize::from(of).checked_sub(1).and_then(|index| row.get(index));
    if digit > 8 {
        if let Some(multiple) = multiple(16 - digit) {
            *sum -= *multiple;
        }
    } else if let Some(multiple) = multiple(digit) {
        *sum += *multiple;
    }
}

#[cfg(test)]
mod tests {
    use ecdsa::elliptic_curve::ff::Field;
    use ecdsa::elliptic_curve::ops::MulByGeneratorVartime;
    use p256::NistP256;
    use p384::NistP384;
    use p521::NistP521;
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::HashAlgorithm;

    fn agree<C: EcdsaCurve + CurveArithmetic>(number: &[u8]) {
        let mut bytes = FieldBytes::<C>::default();
        bytes.iter_mut().zip(number).for_each(|(byte, number)| *byte = *number);
        let number = Scalar::<C>::reduce(&bytes);
        let generator = ProjectivePoint::<C>::generator();
        let multiples = Multiples::new(generator, bytes.len());
        assert_eq!(
            multiples.times(number.to_repr().as_ref()),
            ProjectivePoint::<C>::mul_by_generator_vartime(&number)
        );
    }

    fn agree_on_every_curve(number: &[u8]) {
        agree::<NistP256>(number);
        agree::<NistP384>(number);
        agree::<NistP521>(number);
    }

    /// Digits around each carry, in every place.
    #[test]
    fn multiples_are_those_of_the_library() {
        for byte in [0, 1, 7, 8, 9, 0x0f, 0x10, 0x77, 0x78, 0x80, 0x88, 0x89, 0x90, 0xf8, 0xff] {
            agree_on_every_curve(&[byte; 66]);
        }
    }

    /// A signature over `digest` whose sum is `times` the part of the base point, with its key.
    fn special<C: EcdsaCurve + CurveArithmetic>(
        digest: &Hash,
        times: u64,
    ) -> (CurveKey<C>, ecdsa::Signature<C>) {
        let nonce = Scalar::<C>::from(0x1234_5678_9abc_u64);
        let point = ProjectivePoint::<C>::mul_by_generator_vartime(&nonce).to_affine();
        let r = Scalar::<C>::reduce(&point.x());
        let e = leftmost::<C>(digest.as_bytes()).unwrap();
        let times = Scalar::<C>::from(times);
        let over = |dividend, divisor| dividend * Field::invert(&divisor).unwrap();
        // The part of the key is `times - 1` that of the base point: r * key = (times - 1) * e.
        let (key, s) = if bool::from(e.is_zero()) {
            (Scalar::<C>::ONE, over(r, nonce))
        } else {
            let key = over((times - Scalar::<C>::ONE) * e, r);
            let s = over(times * e, nonce);
            (key, if bool::from(s.is_zero()) { e } else { s })
        };
        let key = ProjectivePoint::<C>::mul_by_generator_vartime(&key).to_affine();
        let key = CurveKey::new(&PublicKey::<C>::from_affine(key).unwrap());
        (key, ecdsa::Signature::from_scalars(r.to_repr(), s.to_repr()).unwrap())
    }

    fn special_sums<C: EcdsaCurve + CurveArithmetic>() {
        let digest = HashAlgorithm::Sha256.hash(b"message");
        let zero = Hash::new(HashAlgorithm::Sha256, &[0; 32]).unwrap();
        for (digest, times, expected, why) in [
            (&digest, 2, true, "both parts are one point, which is doubled"),
            (&digest, 3, true, "two points"),
            (&digest, 0, false, "the sum is the point at infinity"),
            (&zero, 0, true, "the part of the base point is the point at infinity"),
        ] {
            let (key, signature) = special::<C>(digest, times);
            for uses in 0..2 * USES_BEFORE_MULTIPLES {
                assert_eq!(key.holds(digest, &signature), expected, "{why}, use {uses}");
            }
        }
    }

    /// Before the multiples are there, and with them.
    #[test]
    fn sums_that_a_plain_addition_has_not() {
        special_sums::<NistP256>();
        special_sums::<NistP384>();
        special_sums::<NistP521>();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn multiples_by_any_number_too(number in prop::collection::vec(any::<u8>(), 0..67)) {
            agree_on_every_curve(&number);
        }
    }
}
