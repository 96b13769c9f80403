//! The tag-value form of a document (SPDX 2.3, clause 4.4 and the tag of each field's clause).

use std::fmt::{self, Write};

use super::document::{Annotation, Document, Element, ExtractedLicense};

/// Writes a document: a tag, a colon and a value in each line; a value that may have several lines
/// is between `<text>` and `</text>`.
pub(super) fn write(document: &Document<'_>, out: &mut dyn Write) -> fmt::Result {
    let mut tags = Tags { out };
    tags.line("SPDXVersion", document.spdx_version)?;
    tags.line("DataLicense", document.data_license)?;
    tags.line("SPDXID", document.id)?;
    tags.line("DocumentName", document.name)?;
    tags.line("DocumentNamespace", &document.document_namespace)?;
    for creator in &document.creation_info.creators {
        tags.line("Creator", creator)?;
    }
    tags.line("Created", &document.creation_info.created)?;
    tags.line("LicenseListVersion", document.creation_info.license_list_version)?;
    for annotation in &document.annotations {
        tags.annotation(document.id, annotation)?;
    }
    for element in &document.packages {
        tags.package(element)?;
    }
    for license in &document.has_extracted_licensing_infos {
        tags.license(license)?;
    }
    tags.blank()?;
    for related in &document.relationships {
        let (from, to) = (&related.spdx_element_id, &related.related_spdx_element);
        let text = format!("{from} {} {to}", related.relationship_type);
        tags.line("Relationship", &text)?;
    }
    Ok(())
}

struct Tags<'w> {
    out: &'w mut dyn Write,
}

impl Tags<'_> {
    /// A value of one line: what breaks one would begin another tag. One that begins as a text of
    /// several lines does would take in all that follows, unless it is one.
    fn line(&mut self, tag: &str, value: &str) -> fmt::Result {
        if value.trim_start().starts_with("<text>") {
            return self.text(tag, value);
        }
        write!(self.out, "{tag}: ")?;
        for character in value.chars() {
            let breaks = matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}')
                || matches!(character, '\u{2028}' | '\u{2029}');
            self.out.write_char(if breaks { ' ' } else { character })?;
        }
        self.blank()
    }

    /// A value of any lines, in which nothing ends it.
    fn text(&mut self, tag: &str, value: &str) -> fmt::Result {
        writeln!(self.out, "{tag}: <text>{}</text>", value.replace("</text>", "</ text>"))
    }

    fn blank(&mut self) -> fmt::Result {
        writeln!(self.out)
    }

    /// Clause 7.
    fn package(&mut self, element: &Element<'_>) -> fmt::Result {
        self.blank()?;
        self.line("PackageName", element.name)?;
        self.line("SPDXID", &element.id)?;
        if let Some(version) = element.version_info {
            self.line("PackageVersion", version)?;
        }
        self.line("PackageSupplier", &element.supplier)?;
        self.line("PackageDownloadLocation", element.download_location)?;
        self.line("FilesAnalyzed", if element.files_analyzed { "true" } else { "false" })?;
        for checksum in &element.checksums {
            let text = format!("{}: {}", checksum.algorithm, checksum.checksum_value);
            self.line("PackageChecksum", &text)?;
        }
        if let Some(source) = &element.source_info {
            self.text("PackageSourceInfo", source)?;
        }
        self.line("PackageLicenseConcluded", element.license_concluded)?;
        self.line("PackageLicenseDeclared", &element.license_declared)?;
        self.line("PackageCopyrightText", element.copyright_text)?;
        for reference in &element.external_refs {
            let (category, kind) = (reference.reference_category, reference.reference_type);
            let text = format!("{category} {kind} {}", reference.reference_locator);
            self.line("ExternalRef", &text)?;
        }
        self.line("PrimaryPackagePurpose", element.primary_package_purpose)?;
        for annotation in &element.annotations {
            self.annotation(&element.id, annotation)?;
        }
        Ok(())
    }

    /// Clause 12.
    fn annotation(&mut self, about: &str, annotation: &Annotation) -> fmt::Result {
        self.line("Annotator", &annotation.annotator)?;
        self.line("AnnotationDate", &annotation.annotation_date)?;
        self.line("AnnotationType", annotation.annotation_type)?;
        self.line("SPDXREF", about)?;
        self.text("AnnotationComment", &annotation.comment)
    }

    /// Clause 10.
    fn license(&mut self, license: &ExtractedLicense<'_>) -> fmt::Result {
        self.blank()?;
        self.line("LicenseID", &license.license_id)?;
        self.text("ExtractedText", &license.extracted_text)?;
        self.line("LicenseName", license.name)
    }
}
