//! What sealift prints.
//!
//! ```
//! use sealift_model::Severity;
//! use sealift_report::table::{self, Row, Section, Style};
//!
//! let mut row = Row::new("log4j-core", "2.14.1", "CVE-2021-44228", Severity::Critical);
//! row.score = Some(10.0);
//! row.fixed = "2.15.0".to_owned();
//! row.title = "Remote code injection in Log4j".to_owned();
//!
//! let mut text = String::new();
//! table::write(&mut text, &[Section::findings("shop.jar", vec![row])], &Style::plain(100))?;
//! assert!(text.contains("CRITICAL 10.0"));
//! # Ok::<(), std::fmt::Error>(())
//! ```
//!
//! Everything that comes out of images, documents and advisories is hostile: each writer passes it
//! through [`escape`].
#![forbid(unsafe_code)]

pub mod escape;
pub mod table;
