//! X.509 certificates and requests in the form that Go's `encoding/json` writes; only RSA, as in
//! Kyverno.

use serde_json::{Map, Value, json};
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{AnyRef, UintRef};
use x509_cert::name::Name;
use x509_cert::request::CertReq;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::{Call, Function, Given, Kind, Takes};

pub(super) const FUNCTIONS: &[Function] =
    &[Function { name: "x509_decode", takes: Takes::Each(&[Kind::Text]), run: decode }];

/// The kinds of names in a subject: object identifier, field, and whether there may be several.
const NAMES: &[(&str, &str, bool)] = &[
    ("2.5.4.3", "CommonName", false),
    ("2.5.4.5", "SerialNumber", false),
    ("2.5.4.6", "Country", true),
    ("2.5.4.7", "Locality", true),
    ("2.5.4.8", "Province", true),
    ("2.5.4.9", "StreetAddress", true),
    ("2.5.4.10", "Organization", true),
    ("2.5.4.11", "OrganizationalUnit", true),
    ("2.5.4.17", "PostalCode", true),
];

fn decode(call: &Call<'_>) -> Given {
    let text = call.text(0).trim();
    let (label, der) = x509_cert::der::pem::decode_vec(text.as_bytes())
        .map_err(|error| format!("no PEM block: {error}"))?;
    match label {
        "CERTIFICATE" => certificate(&der),
        "CERTIFICATE REQUEST" => request(&der),
        other => Err(format!("{other:?} is neither a certificate nor a request for one")),
    }
}

fn certificate(der: &[u8]) -> Given {
    let certificate = x509_cert::Certificate::from_der(der).map_err(|error| error.to_string())?;
    let inner = certificate.tbs_certificate();
    let validity = inner.validity();
    let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
    let time = |time| {
        let seconds = i64::try_from(seconds(time)).map_err(|error| error.to_string())?;
        let moment = crate::go::Moment::of_unix(seconds);
        moment.map(|moment| moment.to_string()).map_err(|why| why.to_string())
    };
    Ok(json!({
        "SerialNumber": decimal(inner.serial_number().as_bytes()),
        "Issuer": name(inner.issuer()),
        "Subject": name(inner.subject()),
        "NotBefore": time(&validity.not_before)?,
        "NotAfter": time(&validity.not_after)?,
        "PublicKey": public_key(inner.subject_public_key_info())?,
    }))
}

fn request(der: &[u8]) -> Given {
    let request = CertReq::from_der(der).map_err(|error| error.to_string())?;
    Ok(json!({
        "Subject": name(&request.info.subject),
        "PublicKey": public_key(&request.info.public_key)?,
    }))
}

fn name(name: &Name) -> Value {
    let mut fields = Map::new();
    for (oid, field, several) in NAMES {
        let own = name.iter().filter(|attribute| attribute.oid.to_string() == *oid);
        let texts =
            own.map(|attribute| String::from_utf8_lossy(attribute.value.value()).into_owned());
        let texts: Vec<String> = texts.collect();
        let value = match (several, texts.is_empty()) {
            (true, true) => Value::Null,
            (true, false) => texts.into(),
            (false, _) => texts.into_iter().next_back().unwrap_or_default().into(),
        };
        fields.insert((*field).to_owned(), value);
    }
    fields.into()
}

/// Returns the modulus as text, since it is too large for a JSON number.
fn public_key(info: &SubjectPublicKeyInfoOwned) -> Given {
    /// RFC 8017, A.1.
    const RSA: &str = "1.2.840.113549.1.1.1";
    if info.algorithm.oid.to_string() != RSA {
        return Err("the key is not RSA".to_owned());
    }
    let read = |bytes: &[u8]| -> x509_cert::der::Result<(Vec<u8>, Vec<u8>)> {
        AnyRef::from_der(bytes)?.sequence(|reader| {
            let modulus = UintRef::decode(reader)?.as_bytes().to_vec();
            let exponent = UintRef::decode(reader)?.as_bytes().to_vec();
            Ok::<_, x509_cert::der::Error>((modulus, exponent))
        })
    };
    let (modulus, exponent) =
        read(info.subject_public_key.raw_bytes()).map_err(|error| error.to_string())?;
    /// Twice the 16 384 bits that libraries accept at most; writing a number in decimal takes time
    /// quadratic in its length.
    const MAX_MODULUS_BYTES: usize = 4096;
    if modulus.len() > MAX_MODULUS_BYTES || exponent.len() > MAX_MODULUS_BYTES {
        return Err("the key is too large".to_owned());
    }
    let exponent: u64 = decimal(&exponent).parse().map_err(|_| "the exponent is too large")?;
    Ok(json!({ "N": decimal(&modulus), "E": exponent }))
}

/// Writes a big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    /// The base of one limb, which holds nine digits.
    const BASE: u64 = 1_000_000_000;
    let mut limbs: Vec<u64> = vec![0];
    for byte in bytes {
        let mut carry = u64::from(*byte);
        for limb in &mut limbs {
            let value = *limb * 256 + carry;
            *limb = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut limbs = limbs.iter().rev();
    let first = limbs.next().map(u64::to_string).unwrap_or_default();
    limbs.fold(first, |text, limb| format!("{text}{limb:09}"))
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn large_numbers_are_written_in_decimal() {
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[1, 0]), "256");
        assert_eq!(decimal(&[255; 16]), u128::MAX.to_string());
    }
}
