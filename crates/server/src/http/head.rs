//! A request's line and headers (RFC 9112).

use super::request::split_target;
use super::{Limits, Method, Request};

/// More headers than any client of these interfaces sends.
const MAX_HEADERS: usize = 64;

/// A head, with its information about the body and the connection.
#[derive(Debug)]
pub(super) struct Head {
    /// The request, whose body is not read yet.
    pub(super) request: Request,
    pub(super) body: Framing,
    /// Whether the connection is closed after the answer.
    pub(super) closes: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(super) expects: bool,
    /// Length of the head in bytes.
    pub(super) length: usize,
}

/// The length of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
}

/// Why a request cannot be processed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Bad {
    #[error("the request is no HTTP/1.1: {0}")]
    Syntax(String),
    #[error("the request's head has more than {max} bytes or {MAX_HEADERS} headers")]
    Head { max: usize },
    #[error("the length of the body is not said in one way: {0}")]
    Framing(&'static str),
    #[error("the body has more than {max} bytes")]
    Body { max: usize },
    #[error("the bodies of all requests have more than {max} bytes; try again")]
    Bodies { max: usize },
    #[error("only the expectation 100-continue is known")]
    Expectation,
    #[error("the request did not come in time")]
    Late,
}

impl Bad {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Syntax(_) | Self::Framing(_) => 400,
            Self::Head { .. } => 431,
            Self::Body { .. } => 413,
            Self::Bodies { .. } => 503,
            Self::Expectation => 417,
            Self::Late => 408,
        }
    }
}

/// Reads a head from the start of the bytes; none if it is incomplete.
pub(super) fn parse(arrived: &[u8], limits: &Limits) -> Result<Option<Head>, Bad> {
    let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut slots);
    let too_large = Bad::Head { max: limits.max_head_bytes };
    let length = match parsed.parse(arrived) {
        Ok(httparse::Status::Complete(length)) if length <= limits.max_head_bytes => length,
        Ok(httparse::Status::Partial) if arrived.len() < limits.max_head_bytes => return Ok(None),
        Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(too_large),
        Err(error) => return Err(Bad::Syntax(error.to_string())),
    };
    let mut headers = Vec::with_capacity(parsed.headers.len());
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_owned();
        headers.push((header.name.to_ascii_lowercase(), value));
    }
    let (path, query) = split_target(parsed.path.unwrap_or("/"));
    let method = Method::of(parsed.method.unwrap_or_default());
    let is_old = parsed.version == Some(0);
    let request = Request { method, path, query, headers, body: Vec::new() };
    let expects = match request.header("expect") {
        None => false,
        Some(said) if said.eq_ignore_ascii_case("100-continue") => true,
        Some(_) => return Err(Bad::Expectation),
    };
    let connection = request.header("connection").unwrap_or_default().to_ascii_lowercase();
    let says = |word: &str| connection.split(',').any(|said| said.trim() == word);
    let closes = says("close") || (is_old && !says("keep-alive"));
    let body = framing(&request, limits)?;
    Ok(Some(Head { request, body, closes, expects, length }))
}

/// RFC 9112 section 6.3; a request with an ambiguous length is refused.
fn framing(request: &Request, limits: &Limits) -> Result<Framing, Bad> {
    let mut lengths = request.headers.iter().filter(|(name, _)| name == "content-length");
    let mut codings = request.headers.iter().filter(|(name, _)| name == "transfer-encoding");
    match (lengths.next(), codings.next()) {
        (None, None) => Ok(Framing::Length(0)),
        (None, Some((_, coding))) if coding.eq_ignore_ascii_case("chunked") => {
            match codings.next() {
                None => Ok(Framing::Chunked),
                Some(_) => Err(Bad::Framing("several codings")),
            }
        }
        (None, Some(_)) => Err(Bad::Framing("a coding that is not known")),
        (Some(_), Some(_)) => Err(Bad::Framing("a length and a coding")),
        (Some((_, length)), None) => {
            if lengths.next().is_some() {
                return Err(Bad::Framing("several lengths"));
            }
            if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Bad::Framing("a length that is no number"));
            }
            let too_large = Bad::Body { max: limits.max_body_bytes };
            match length.parse() {
                Ok(length) if length <= limits.max_body_bytes => Ok(Framing::Length(length)),
                _ => Err(too_large),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Head>, Bad> {
        parse(text.as_bytes(), &Limits::default())
    }

    #[test]
    fn lengths_must_be_said_in_one_way() {
        let framed = |headers: &str| {
            read(&format!("POST / HTTP/1.1\r\n{headers}\r\n")).map(|head| head.unwrap().body)
        };
        assert_eq!(framed(""), Ok(Framing::Length(0)));
        assert_eq!(framed("Content-Length: 12\r\n"), Ok(Framing::Length(12)));
        assert_eq!(framed("Transfer-Encoding: Chunked\r\n"), Ok(Framing::Chunked));
        for bad in [
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: \r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ] {
            assert!(matches!(framed(bad), Err(Bad::Framing(_))), "{bad}");
        }
        let max = Limits::default().max_body_bytes;
        assert_eq!(framed("Content-Length: 99999999999999999999999\r\n"), Err(Bad::Body { max }));
    }

    #[test]
    fn heads_are_bounded_and_may_come_in_pieces() {
        assert!(read("POST / HTT").unwrap().is_none());
        let long = "x".repeat(Limits::default().max_head_bytes);
        assert!(matches!(read(&format!("GET /{long}")), Err(Bad::Head { .. })));
        let many = "a: b\r\n".repeat(MAX_HEADERS + 1);
        assert!(matches!(read(&format!("GET / HTTP/1.1\r\n{many}\r\n")), Err(Bad::Head { .. })));
        assert!(matches!(read("no http\r\n\r\n"), Err(Bad::Syntax(_))));
    }

    #[test]
    fn connections_stay_unless_somebody_wants_otherwise() {
        for (text, closes) in [
            ("GET / HTTP/1.1\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n", true),
            ("GET / HTTP/1.0\r\n\r\n", true),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false),
        ] {
            assert_eq!(read(text).unwrap().unwrap().closes, closes, "{text}");
        }
    }

    proptest::proptest! {
        /// Whatever arrives, in whatever pieces, is read, refused or waited for.
        #[test]
        fn heads_are_read_alike_however_they_arrive(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            name in "[A-Za-z-]{1,20}",
            value in "[ -~]{0,40}",
        ) {
            let limits = Limits::default();
            let _ = parse(&bytes, &limits);
            let text = format!("POST /a?b=c HTTP/1.1\r\n{name}: {value}\r\n\r\nrest");
            let whole = parse(text.as_bytes(), &limits);
            for end in 0..text.len() - 4 {
                match parse(text.as_bytes().get(..end).unwrap_or_default(), &limits) {
                    Ok(None) => {}
                    Ok(Some(_)) => proptest::prop_assert!(false, "read after {end} bytes"),
                    Err(error) => proptest::prop_assert_eq!(Some(error), whole.as_ref().err().cloned()),
                }
            }
            if let Ok(head) = whole {
                proptest::prop_assert_eq!(head.map(|head| head.length), Some(text.len() - 4));
            }
        }
    }
}
